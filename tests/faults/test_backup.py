"""Backups: whole or not there, as of one moment, and put back as they were."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db import triggers
from db.backups import MANIFEST
from db.content import INLINE_BYTES
from db.queries.checks import evidence_of
from db.store import Store
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.stores import CopyKind
from eum_app.usecases.exchange.enrol_device import (
    accept_enrolment,
    read_answer,
    read_request,
    request_enrolment,
    sign_enrolment,
)
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.back_up import back_up, restore
from eum_app.usecases.store.open_store import check_store, open_store
from tests.builders import PASSPHRASE, Clock, make_store
from tests.faults.disk import cut, files_below, flip, no_file_beyond
from tests.faults.labour import check_one
from tests.faults.photos import require_usable
from tests.integration.test_projection import tables
from tests.postgres import PostgreSQL
from tests.simulator import Simulator

DEVICE = "FLD-0042"


class Stopped(Exception):
    """Raised when a person cancels."""


@dataclass(frozen=True)
class AtRest:
    """An HQ and a device with some checks, among them large photos (files) and small ones; both closed."""

    hq: Ticket
    device: Ticket
    visit_id: str


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> AtRest:
    made = Simulator.start(tmp_path_factory.mktemp("at-rest") / "w", count=12)
    for number in range(6):
        check_one(made.world.device, made.visit_ids[DEVICE], random.Random(number))
    made.world.close()
    return AtRest(made.world.hq.ticket, made.world.device.ticket, made.visit_ids[DEVICE])


@contextmanager
def copied(ticket: Ticket, folder: Path) -> Iterator[Session]:
    shutil.copytree(ticket.folder, folder)
    with resumed(replace(ticket, folder=folder), Clock()) as session:
        yield session


@pytest.fixture
def device(at_rest: AtRest, tmp_path: Path) -> Iterator[Session]:
    with copied(at_rest.device, tmp_path / "device") as session:
        yield session


def restored(backup: Path, folder: Path) -> Session:
    restore(backup, folder, "INS-017", PASSPHRASE)
    return open_store(folder, "INS-017", PASSPHRASE, now=Clock())


def as_before(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """The read tables, except what a store notes of being put back."""
    return session.read(tables) | {"copies": []}


def test_a_backup_is_put_back_as_it_was(device: Session, at_rest: AtRest, tmp_path: Path) -> None:
    (device.store.folder / "quarantine").mkdir()
    (device.store.folder / "quarantine" / "abc.eumb").write_bytes(b"refused")
    then = device.read(tables)
    made = back_up(device, tmp_path / "backups")
    assert made.manifest.absent == ()
    check_one(device, at_rest.visit_id, random.Random(99))
    again = restored(made.path, tmp_path / "again")
    assert as_before(again) == then
    assert check_store(again)[1] == []
    assert (again.store.folder / "quarantine" / "abc.eumb").read_bytes() == b"refused"
    refs = [row.ref for row in again.read(evidence_of, visit_id=at_rest.visit_id) if row.role == "photo"]
    assert any(ref.size > INLINE_BYTES for ref in refs)
    assert any(ref.size < INLINE_BYTES for ref in refs)
    assert all(again.content(ref).startswith(b"\x89PNG") for ref in refs)
    again.close()


def test_a_restored_device_says_so_until_it_has_a_new_identity(
    device: Session, at_rest: AtRest, tmp_path: Path
) -> None:
    again = restored(back_up(device, tmp_path / "backups").path, tmp_path / "again")
    assert again.store.copied
    assert again.store.copied.how == CopyKind.PUT_BACK
    with pytest.raises(Refusal, match=r"store\.copied"):
        check_one(again, at_rest.visit_id, random.Random(1))
    request_enrolment(again, tmp_path / "request")
    with copied(at_rest.hq, tmp_path / "hq") as hq:
        sign_enrolment(
            hq, tmp_path / "request", tmp_path / "answer", compared=read_request(tmp_path / "request").fingerprint
        )
    answer = read_answer(again, tmp_path / "answer")
    accept_enrolment(again, tmp_path / "answer", answer.root_fingerprint, leave_behind=True)
    again.close()
    later = open_store(tmp_path / "again", "INS-017", PASSPHRASE, now=Clock())
    assert (later.store.copied, later.store.named.epoch) == (None, 2)
    later.close()


def test_the_next_backup_copies_what_is_new(device: Session, tmp_path: Path) -> None:
    into = tmp_path / "backups"
    first = back_up(device, into)
    shared = {path: path.stat().st_mtime_ns for path in (into / "content").rglob("*") if path.is_file()}
    assert shared
    second = back_up(device, into)
    assert second.path != first.path
    assert second.copied < second.size
    assert {path: path.stat().st_mtime_ns for path in (into / "content").rglob("*") if path.is_file()} == shared
    for number, made in enumerate((first, second)):
        restored(made.path, tmp_path / f"again-{number}").close()


def test_others_write_while_it_is_made(
    device: Session, at_rest: AtRest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checks recorded at each step of the copying are in the store, and none of them is in the backup."""
    monkeypatch.setattr("db.snapshots.STEP_PAGES", 40)
    other = Session(Store.open(device.store.folder, device.ticket.data_key, Clock()), device.ticket, device.now)
    then = device.read(tables)
    written: list[str] = []

    def somebody_works(done: int, total: int) -> None:
        assert 0 < done <= total
        if len(written) < 5:
            written.append(check_one(other, at_rest.visit_id, random.Random(done)))

    made = back_up(device, tmp_path / "backups", somebody_works)
    assert len(written) == 5
    other.store.close()
    again = restored(made.path, tmp_path / "again")
    assert as_before(again) == then
    again.close()
    assert check_store(device)[1] == []


def test_a_backup_that_is_stopped_leaves_no_backup(device: Session, tmp_path: Path) -> None:
    into = tmp_path / "backups"
    for least in (0.0, 0.5, 0.9, 1.0):

        def stop(done: int, total: int, least: float = least) -> None:
            if done >= least * total:
                raise Stopped

        with pytest.raises(Stopped):
            back_up(device, into, stop)
        assert {path.name for path in into.iterdir()} <= {"content", "quarantine"}
        assert not any(path.name.startswith(".writing") for path in into.rglob("*"))
    restored(back_up(device, into).path, tmp_path / "again").close()


def test_what_a_killed_backup_left_is_cleared_away(device: Session, tmp_path: Path) -> None:
    into = tmp_path / "backups"
    left = into / f".writing-{device.store.named.store_id}-00"
    left.mkdir(parents=True)
    (left / "store.db").write_bytes(b"half")
    back_up(device, into)
    assert not left.exists()


def test_a_full_disk_leaves_no_backup(device: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    into = tmp_path / "backups"
    with no_file_beyond(60_000), pytest.raises(Trouble, match=r"disk\.(full|failed)"):
        back_up(device, into)
    assert [path for path in into.iterdir() if path.name not in {"content", "quarantine"}] == []
    made = back_up(device, into)
    with no_file_beyond(60_000), pytest.raises(Trouble, match=r"disk\.(full|failed)"):
        restore(made.path, tmp_path / "again", "INS-017", PASSPHRASE)
    assert not (tmp_path / "again").exists()
    assert not list(tmp_path.glob(".restoring*"))
    before = files_below(into)
    monkeypatch.setattr("db.snapshots.shutil.disk_usage", lambda _: Usage(1_000))
    with pytest.raises(Trouble, match=r"disk\.full"):
        back_up(device, into)
    assert files_below(into) == before


class Usage:
    """Result of `shutil.disk_usage` for a disk with hardly any room."""

    def __init__(self, free: int) -> None:
        self.free = free


def test_a_store_is_never_restored_over_another(device: Session, tmp_path: Path) -> None:
    made = back_up(device, tmp_path / "backups")
    before = files_below(device.store.folder)
    with pytest.raises(Refusal, match=r"store\.exists"):
        restore(made.path, device.store.folder, "INS-017", PASSPHRASE)
    assert files_below(device.store.folder) == before
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        restore(made.path, tmp_path / "again", "INS-017", "not this one")
    with pytest.raises(Refusal, match=r"backup\.absent"):
        restore(tmp_path, tmp_path / "again", "INS-017", PASSPHRASE)
    assert not (tmp_path / "again").exists()
    (tmp_path / "again").mkdir()
    restored(made.path, tmp_path / "again").close()


@pytest.mark.parametrize("change", ["flip", "cut", "remove"])
def test_each_damaged_file_is_named_and_nothing_is_restored(device: Session, tmp_path: Path, change: str) -> None:
    into = tmp_path / "backups"
    made = back_up(device, into)
    photo_path = next(piece.path for piece in made.manifest.shared)
    chance = random.Random(change)
    for path, said in (
        (made.path / "store.db", "store.db"),
        (made.path / "keyslots.json", "keyslots.json"),
        (into / photo_path, photo_path),
    ):
        whole = path.read_bytes()
        if change == "flip":
            flip(path, chance.randrange(len(whole)), 1 << chance.randrange(8))
        elif change == "cut":
            cut(path, chance.randrange(len(whole)))
        else:
            path.unlink()
        with pytest.raises(Refusal, match=r"backup\.damaged") as caught:
            restore(made.path, tmp_path / "again", "INS-017", PASSPHRASE)
        assert caught.value.values == {"part": said, "parts": 1}
        assert not (tmp_path / "again").exists()
        if said == photo_path:
            done = restore(made.path, tmp_path / "again", "INS-017", PASSPHRASE, without_damaged=True)
            assert done.lost == (photo_path,)
        path.write_bytes(whole)
    flip(made.path / MANIFEST, 3, 0x80)
    with pytest.raises(Refusal, match=r"backup\.damaged"):
        restore(made.path, tmp_path / "third", "INS-017", PASSPHRASE)


def test_a_copy_that_did_not_come_out_whole_is_no_backup(device: Session, tmp_path: Path) -> None:
    into = tmp_path / "backups"

    def a_bad_sector(done: int, total: int) -> None:
        if done == total:
            flip(next(into.glob(".writing-*/store.db")), 40_000)

    with pytest.raises(Trouble, match=r"store\.damaged"):
        back_up(device, into, a_bad_sector)
    assert {path.name for path in into.iterdir()} <= {"content", "quarantine"}


def test_a_backup_of_an_altered_journal_is_not_put_back(device: Session, tmp_path: Path) -> None:
    with device.writing() as transaction:
        transaction.connection.execute(text("DROP TRIGGER journal_takes_no_update"))
        transaction.connection.execute(text("UPDATE journal SET actor = 'INS-018' WHERE seq = 2"))
        triggers.install(transaction.connection)
    made = back_up(device, tmp_path / "backups")
    with pytest.raises(Refusal, match=r"chain\."):
        restore(made.path, tmp_path / "again", "INS-017", PASSPHRASE)
    assert not (tmp_path / "again").exists()


def test_a_store_that_lost_a_photo_is_backed_up_and_the_photo_named(device: Session, tmp_path: Path) -> None:
    whole = back_up(device, tmp_path / "earlier")
    lost, damaged = [Path(piece.path).name for piece in whole.manifest.shared][:2]
    device.store.content.path_of(lost).unlink()
    flip(device.store.content.path_of(damaged), 1_000)
    made = back_up(device, tmp_path / "backups")
    assert set(made.manifest.absent) == {lost, damaged}
    restored(made.path, tmp_path / "again").close()
    # An earlier backup in the same folder still has them.
    assert back_up(device, tmp_path / "earlier").manifest.absent == ()


def test_a_backup_goes_beside_the_store_and_not_into_it(device: Session, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"backup\.inside_store"):
        back_up(device, device.store.folder / "backups")
    del tmp_path


def test_a_database_on_a_server_is_backed_up_there(tmp_path: Path, postgresql: PostgreSQL) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=postgresql.new_database())
    with pytest.raises(Refusal, match=r"backup\.database_elsewhere"):
        back_up(hq, tmp_path / "backups")
    assert not (tmp_path / "backups").exists()
    hq.close()


def test_many_photos_are_backed_up_once_and_no_new_key_touches_them(tmp_path: Path) -> None:
    """`make faults` does it with 10,000."""
    require_usable(tmp_path, count=60, size=70_000)
