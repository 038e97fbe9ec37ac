"""Copies of the authority's key: who may make one, that each is recorded, and where it may not be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from db.chains import chain_head, entries_after
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import AuthorityCopied
from eum_app.domain.journal import Entry
from eum_app.usecases.authority.headquarters import authority_state
from eum_app.usecases.authority.move_out import copy_authority, finish_move
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import create_store, open_store
from sync.authority_file import ISSUED_FILE
from tests.builders import PASSPHRASE, Clock, make_world
from tests.flows.test_authority import BY_SECRET, FAST, SECRET


def test_only_an_administrator_copies_the_authoritys_key_and_each_copy_is_recorded(tmp_path: Path) -> None:
    """A reviewer copied it before, and no entry said so."""
    clock = Clock()
    admin = create_store(
        tmp_path / "hq",
        kind="hq",
        name="HQ-01",
        account="ADM-001",
        role="administrator",
        passphrase=PASSPHRASE,
        suite=Suite.P384,
        kdf=FAST,
        now=clock,
    )
    add_account(admin, account="REV-004", role="reviewer", passphrase=PASSPHRASE, kdf=FAST)
    reviewer = open_store(tmp_path / "hq", "REV-004", PASSPHRASE, now=clock)
    stick = tmp_path / "stick"
    assert (authority_state(reviewer).may_move, authority_state(admin).may_move) == (False, True)
    for act in (
        lambda: copy_authority(reviewer, stick, passphrase=SECRET, kdf=FAST),
        lambda: finish_move(reviewer, stick, BY_SECRET),
    ):
        with pytest.raises(Refusal, match=r"permission\.denied"):
            act()
    assert not stick.exists()
    reviewer.close()
    assert copies_of(admin) == []
    copy_authority(admin, stick, passphrase=SECRET, kdf=FAST)
    assert [entry.actor for entry in copies_of(admin)] == ["ADM-001"]
    with pytest.raises(Refusal, match=r"authority\.exists"):
        copy_authority(admin, stick, passphrase=SECRET, kdf=FAST)
    assert len(copies_of(admin)) == 1
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / ISSUED_FILE).mkdir()
    with pytest.raises((Refusal, Trouble)):
        copy_authority(admin, blocked, passphrase=SECRET, kdf=FAST)
    assert len(copies_of(admin)) == 2  # no copy is without an entry
    admin.close()


def copies_of(session: Session) -> list[Entry]:
    with session.store.reading() as connection:
        head = chain_head(connection, "HQ-01", 1)
        entries = entries_after(connection, "HQ-01", 1, 0, head.seq)
        return [entry for entry in entries if entry.kind == AuthorityCopied.__name__]


def test_a_copy_that_was_carried_into_the_store_does_not_end_the_move(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=3)
    stick = tmp_path / "stick"
    copy_authority(world.hq, stick, passphrase=SECRET, kdf=FAST)
    inside = world.hq.store.folder / "authority"
    shutil.copytree(stick, inside)
    (tmp_path / "link").symlink_to(inside)
    for folder in (inside, tmp_path / "link"):
        with pytest.raises(Refusal, match=r"authority\.beside_store"):
            finish_move(world.hq, folder, BY_SECRET)
    assert authority_state(world.hq).is_here is True
    finish_move(world.hq, stick, BY_SECRET)
    world.close()
