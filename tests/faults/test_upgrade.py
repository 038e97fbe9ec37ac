"""An older store is brought up whole or left as it was."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db import projection, upgrades
from db.engines import DATABASE, begin, sqlcipher_engine
from db.snapshots import copy_database, put_back_database, verify_database
from eum_app.domain.errors import Refusal, Trouble
from eum_app.usecases.session import Ticket, resumed
from eum_app.usecases.store.open_store import check_store, open_store
from tests.builders import PASSPHRASE, Clock, make_store
from tests.faults.disk import flip, no_file_beyond
from tests.faults.test_backup import Usage
from tests.integration.test_projection import tables
from tests.simulator import Simulator

DEVICE = "FLD-0042"
Old = tuple[Ticket, dict[str, list[tuple[Any, ...]]]]


@pytest.fixture
def old(tmp_path: Path) -> Old:
    """A device's store of an older version, closed, and what its read tables held."""
    simulator = Simulator.start(tmp_path / "w", count=4)
    simulator.check(DEVICE, 0)
    device = simulator.world.device
    held = device.read(tables)
    with device.writing() as transaction:
        transaction.connection.execute(text("UPDATE meta SET value = '0' WHERE name = 'projection_version'"))
        transaction.connection.execute(text("DROP TABLE checks"))  # older tables are not these
    simulator.world.close()
    return device.ticket, held


def test_a_copy_that_is_gone_is_not_made_and_replaces_nothing(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    before, absent = check_store(session), tmp_path / "absent.db"
    with pytest.raises(Trouble, match=r"disk\.failed"):
        verify_database(absent, session.ticket.data_key)
    with pytest.raises(Trouble, match=r"disk\.failed"), session.store.reading() as connection:
        put_back_database(connection, absent, session.ticket.data_key)
    assert not absent.exists()
    assert check_store(session) == before
    session.close()


def copy_of(ticket: Ticket) -> Path:
    return ticket.folder / upgrades.BEFORE_UPGRADE


def test_an_older_store_is_copied_brought_up_verified_and_the_copy_goes(
    old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, held = old
    copied = []

    def rebuild(*given: Any) -> int:
        verify_database(copy_of(ticket), ticket.data_key)
        copied.append(copy_of(ticket).stat().st_size)
        return really(*given)

    really: Callable[..., int] = projection.rebuild
    monkeypatch.setattr(projection, "rebuild", rebuild)
    with resumed(ticket, Clock()) as session:
        assert session.read(tables) == held
        assert check_store(session)[1] == []
    assert len(copied) == 1
    assert not copy_of(ticket).exists()


@pytest.mark.parametrize("moment", ["rebuild", "verify", "read again"])
def test_where_it_fails_the_store_is_as_it_was(old: Old, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    ticket, held = old
    calls = []

    def fails(*given: Any) -> None:
        calls.append(given)
        if moment != "read again" or len(calls) == 2:
            raise Trouble("store.upgrade_failed")

    if moment == "rebuild":
        monkeypatch.setattr(projection, "rebuild", fails)
    else:
        monkeypatch.setattr(upgrades, "_require_upgraded", fails)
    with pytest.raises(Trouble, match=r"store\.upgrade_failed"), resumed(ticket, Clock()):
        pass
    assert len(calls) == (2 if moment == "read again" else 1)
    monkeypatch.undo()
    _require_old(ticket)
    with resumed(ticket, Clock()) as session:
        assert session.read(tables) == held
        assert check_store(session)[1] == []
    assert not copy_of(ticket).exists()


def test_nothing_is_changed_where_the_copy_did_not_come_out_whole(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, held = old
    really = copy_database

    def onto_a_bad_sector(connection: Any, path: Path, data_key: bytes) -> None:
        really(connection, path, data_key)
        flip(path, 40_000)

    monkeypatch.setattr("db.upgrades.copy_database", onto_a_bad_sector)
    with pytest.raises(Trouble, match=r"store\.damaged"), resumed(ticket, Clock()):
        pass
    monkeypatch.undo()
    assert not [path.name for path in ticket.folder.iterdir() if "upgrade" in path.name]
    _require_old(ticket)
    with resumed(ticket, Clock()) as session:
        assert session.read(tables) == held


def _require_old(ticket: Ticket) -> None:
    """The store is still of the older version."""
    engine = sqlcipher_engine(ticket.folder / DATABASE, ticket.data_key)
    with begin(engine, write=False) as connection:
        assert upgrades.is_due(connection)
        assert "checks" not in connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    engine.dispose()


def test_a_full_disk_is_reported_before_anything_is_written(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, held = old
    monkeypatch.setattr("db.snapshots.shutil.disk_usage", lambda _: Usage(100_000))
    with pytest.raises(Trouble, match=r"disk\.full"), resumed(ticket, Clock()):
        pass
    monkeypatch.undo()
    with no_file_beyond(100_000), pytest.raises(Trouble, match=r"disk\.(full|failed)"), resumed(ticket, Clock()):
        pass
    assert not [path.name for path in ticket.folder.iterdir() if "upgrade" in path.name]
    _require_old(ticket)
    with resumed(ticket, Clock()) as session:
        assert session.read(tables) == held


def test_a_newer_store_is_refused_and_not_copied(old: Old) -> None:
    ticket, _ = old
    with resumed(ticket, Clock()) as session, session.writing() as transaction:
        transaction.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refusal, match=r"store\.newer"):
        open_store(ticket.folder, ticket.account, PASSPHRASE, now=Clock())
    assert not [path.name for path in ticket.folder.iterdir() if "upgrade" in path.name]


def test_two_at_once_bring_it_up_once(old: Old) -> None:
    ticket, held = old

    def opened(_: int) -> dict[str, list[tuple[Any, ...]]]:
        with resumed(ticket, Clock()) as session:
            return session.read(tables)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opened, range(4))) == [held] * 4
    assert not copy_of(ticket).exists()
