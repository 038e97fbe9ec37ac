"""The power goes, or the medium is damaged: what was acknowledged is there, and damage is never taken for a value."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from db.chains import chain_head
from db.engines import DATABASE
from db.queries.visits import all_visits
from db.snapshots import verify_database
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.stores import CopyKind
from eum_app.usecases.session import Session, Ticket, resumed
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.instance import lost_entries
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from tests.builders import PASSPHRASE, Clock
from tests.faults.disk import cut, flip
from tests.faults.labour import check_one
from tests.integration.test_projection import tables
from tests.pictures import photo
from tests.simulator import Simulator

DEVICE = "FLD-0042"
CHECKS = 12


def newest(session: Session) -> int:
    with session.store.reading() as connection:
        return chain_head(connection, DEVICE, 1).seq


@pytest.fixture(scope="module")
def as_it_lay(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ticket, list[tuple[int, int]]]:
    """Database and WAL as they were on the disk at the last check, and for each check acknowledged: (bytes of the WAL
    at that time, number of the newest entry)."""
    folder = tmp_path_factory.mktemp("power")
    simulator = Simulator.start(folder / "w", count=6)
    simulator.world.close()
    ticket = simulator.world.device.ticket
    acknowledged = []
    with resumed(ticket, Clock()) as session:
        for number in range(CHECKS):
            check_one(session, simulator.visit_ids[DEVICE], random.Random(number))
            wal = (ticket.folder / f"{DATABASE}-wal").stat().st_size
            acknowledged.append((wal, newest(session)))
        shutil.copytree(ticket.folder, folder / "lay", ignore=shutil.ignore_patterns("*-shm"))
    return replace(ticket, folder=folder / "lay"), acknowledged


def copied(ticket: Ticket, folder: Path) -> Ticket:
    shutil.copytree(ticket.folder, folder)
    return replace(ticket, folder=folder)


@pytest.mark.parametrize("tail", ["dropped", "torn"])
def test_what_was_acknowledged_outlives_the_loss_of_what_was_not_synced(
    as_it_lay: tuple[Ticket, list[tuple[int, int]]], tmp_path: Path, tail: str
) -> None:
    """The WAL from any byte after an acknowledgment on is gone, or garbage."""
    ticket, acknowledged = as_it_lay
    chance = random.Random(tail)
    ends = [*(size for size, _ in acknowledged[1:]), acknowledged[-1][0] + 1]
    for number, ((size, seq), end) in enumerate(zip(acknowledged, ends, strict=True)):
        copy = copied(ticket, tmp_path / f"{number}")
        wal = copy.folder / f"{DATABASE}-wal"
        at = chance.randrange(size, max(end, size + 1))
        rest = len(wal.read_bytes()) - at
        wal.write_bytes(wal.read_bytes()[:at] + (chance.randbytes(rest) if tail == "torn" else b""))
        with resumed(copy, Clock()) as session:
            assert newest(session) == seq
            assert check_store(session)[0]


def test_a_flipped_bit_anywhere_in_the_database_is_found(
    as_it_lay: tuple[Ticket, list[tuple[int, int]]], tmp_path: Path
) -> None:
    ticket, _ = as_it_lay
    with resumed(copied(ticket, tmp_path / "whole"), Clock()):
        pass  # closed: the WAL is in the database
    chance = random.Random(5)
    size = (tmp_path / "whole" / DATABASE).stat().st_size
    places = [3, 100, 4_000, size - 1, *(chance.randrange(size) for _ in range(12))]
    for number, at in enumerate(places):
        copy = copied(replace(ticket, folder=tmp_path / "whole"), tmp_path / f"{number}")
        flip(copy.folder / DATABASE, at, 1 << chance.randrange(8))
        with pytest.raises(Trouble, match=r"store\.damaged"):
            verify_database(copy.folder / DATABASE, ticket.data_key)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.97])
def test_a_truncated_database_is_not_opened_as_if_it_were_whole(
    as_it_lay: tuple[Ticket, list[tuple[int, int]]], tmp_path: Path, share: float
) -> None:
    ticket, _ = as_it_lay
    with resumed(copied(ticket, tmp_path / "whole"), Clock()):
        pass
    path = tmp_path / "whole" / DATABASE
    cut(path, int(path.stat().st_size * share))

    def use() -> None:
        with resumed(replace(ticket, folder=tmp_path / "whole"), Clock()) as session:
            check_store(session)

    with pytest.raises(KnownError, match=r"store\.|chain\."):
        use()


# The log itself is damaged, as it lay after a crash


def require_nothing_invented(copy: Ticket, at: int, acknowledged: list[tuple[int, int]]) -> None:
    """All that lies before the damage at `at` is there, and what is there is what was stated, in every table."""
    with resumed(copy, Clock()) as session:
        surely = max((seq for size, seq in acknowledged if size <= at), default=0)
        assert surely <= newest(session) <= acknowledged[-1][1]
        assert check_store(session)[1] == []
        before = session.read(tables)
        rebuild_store(session)
        assert session.read(tables) == before


@pytest.mark.parametrize("damage", ["flipped", "cut"])
def test_a_damaged_log_gives_nothing_that_was_not_stated(
    as_it_lay: tuple[Ticket, list[tuple[int, int]]], tmp_path: Path, damage: str
) -> None:
    ticket, acknowledged = as_it_lay
    chance = random.Random(damage)
    size = (ticket.folder / f"{DATABASE}-wal").stat().st_size
    for at in (0, 9, 17, 25, 40, size - 1, *(chance.randrange(size) for _ in range(10))):
        copy = copied(ticket, tmp_path / f"{at}")
        wal = copy.folder / f"{DATABASE}-wal"
        cut(wal, at) if damage == "cut" else flip(wal, at, 1 << chance.randrange(8))
        require_nothing_invented(copy, at, acknowledged)


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_entries_that_a_damaged_log_lost_are_missed_by_number(
    as_it_lay: tuple[Ticket, list[tuple[int, int]]], tmp_path: Path, damage: str
) -> None:
    """The acknowledged number is marked beside the database. A store that holds less names the missing numbers; a
    complete one says nothing."""
    ticket, acknowledged = as_it_lay
    chance = random.Random(damage)
    last = acknowledged[-1][1]
    wholes = 0
    for at in (acknowledged[4][0] - 9, acknowledged[-1][0] - 1, chance.randrange(acknowledged[-1][0]), None):
        copy = copied(ticket, tmp_path / f"{at}")
        wal = copy.folder / f"{DATABASE}-wal"
        if at is not None and damage == "gone":
            wal.unlink()
        elif at is not None:
            cut(wal, at) if damage == "cut" else flip(wal, at)
        with resumed(copy, Clock()) as session:
            held = newest(session)
        session = open_store(copy.folder, "INS-017", PASSPHRASE, now=Clock())
        found, refusal = session.store.copied, lost_entries(session.store)
        assert found is not None  # at least: this folder is a copy
        if held == last:
            wholes += 1
            assert (found.how, refusal) == (CopyKind.COPIED, None)
        else:
            assert (found.how, found.missing) == (CopyKind.PUT_BACK, range(held + 1, last + 1))
            assert refusal is not None
            assert refusal.values == {"count": last - held, "first": held + 1, "last": last}
            told = examine_store(session)
            assert [(wrong.code, wrong.values["seq"]) for wrong in told.missing] == [("chain.entries_lost", held + 1)]
            assert told.altered == ()
            with pytest.raises(Refusal, match=r"store\.copied"):
                check_one(session, session.read(all_visits)[0].visit_id, random.Random(1))
        session.close()
        again = open_store(copy.folder, "INS-017", PASSPHRASE, now=Clock())
        assert again.store.copied == found  # said once, and it stays said
        again.close()
    assert wholes >= 1


def test_a_log_that_lost_what_was_handed_in_is_noticed(tmp_path: Path) -> None:
    """The state of a store is noted outside its folder at each sealing: a store that then holds less says so, and
    takes no more evidence under its old identity."""
    simulator = Simulator.start(tmp_path / "w", count=4)
    world, folder = simulator.world, simulator.world.device.store.folder
    world.device.close()
    world.devices[DEVICE] = open_store(folder, "INS-017", PASSPHRASE, now=world.clock)
    simulator.check(DEVICE, 0)
    simulator.seal(DEVICE)
    shutil.copytree(folder, tmp_path / "lay", ignore=shutil.ignore_patterns("*-shm"))
    world.close()
    shutil.rmtree(folder)
    (tmp_path / "lay").rename(folder)
    flip(folder / f"{DATABASE}-wal", 17)
    session = open_store(folder, "INS-017", PASSPHRASE, now=world.clock)
    assert session.store.copied is not None
    assert session.store.copied.how == CopyKind.PUT_BACK
    with pytest.raises(Refusal, match=r"store\.copied"):
        check_one(session, simulator.visit_ids[DEVICE], random.Random(1))
    session.close()


# A photo's file


def test_a_photo_whose_file_is_damaged_is_never_shown(tmp_path: Path) -> None:
    simulator = Simulator.start(tmp_path / "w", count=2)
    device = simulator.world.device
    with device.writing() as transaction:
        ref = transaction.seal_content(photo(300, random.Random(1)), "image/png")
    path = device.store.content.path_of(ref.object_id)
    whole = path.read_bytes()
    chance = random.Random(2)
    for at in (0, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(20))):
        path.write_bytes(whole)
        flip(path, at, 1 << chance.randrange(8))
        with pytest.raises(Refusal, match=r"object\.(altered|not_an_object)"):
            device.content(ref)
        assert check_store(device)[1] == [ref.object_id]
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole)
        cut(path, length)
        with pytest.raises(Refusal, match=r"object\.(altered|not_an_object)"):
            device.content(ref)
    path.unlink()
    with pytest.raises(Trouble, match=r"content\.absent"):
        device.content(ref)
    path.write_bytes(whole)
    assert device.content(ref) == photo(300, random.Random(1))
    simulator.world.close()
