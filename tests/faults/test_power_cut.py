"""The power goes, or the medium is damaged: what was acknowledged is there, and damage is never taken for a value."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from db.chains import chain_head
from db.engines import DATABASE
from db.snapshots import verify_database
from eum_app.domain.errors import KnownError, Trouble
from eum_app.usecases.open_store import check_store
from eum_app.usecases.session import Session, Ticket, resumed
from tests.builders import Clock
from tests.faults.disk import cut, flip
from tests.faults.labour import check_one
from tests.simulator import Simulator

DEVICE = "FLD-0042"
CHECKS = 12


def newest(session: Session) -> int:
    with session.store.reading() as connection:
        return chain_head(connection, DEVICE, 1).seq


@pytest.fixture(scope="module")
def as_it_lay(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ticket, list[tuple[int, int]]]:
    """Database and WAL as they lay on the disk at the last check, and for each check acknowledged: (bytes of the WAL
    by then, number of the newest entry)."""
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
    """The WAL from any byte after an acknowledgement on is gone, or garbage."""
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
