"""Many photos: `make faults` uses 10,000 of 200 kB (2 GB), the suite a small share of that.

A photo is sealed once, under a separate key in the database. So later work on a store costs by its database and by what
is new, not by the bytes of its photos.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from db.backups import Backup
from db.engines import DATABASE
from db.store import CONTENT
from eum_app.domain.facts import EvidenceAttached
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.store.back_up import back_up
from eum_app.usecases.store.open_store import check_store
from eum_app.usecases.store.rotate_key import rotate_data_key
from tests.builders import Clock, make_store

AT_ONCE: Final = 100
DATABASE_BYTES_EACH: Final = 4_096
"""Upper bound of a photo's bytes in the database: its row, its fact and their indexes."""
EMPTY_DATABASE_BYTES: Final = 2_000_000

Value = TypeVar("Value")


@dataclass(frozen=True)
class Usable:
    """Bytes of all photos, and of the database; seconds of each step."""

    photos: int
    database: int
    storing_s: float
    first_backup_s: float
    second_backup_s: float
    rekeying_s: float
    checking_s: float


def require_usable(folder: Path, count: int, size: int) -> Usable:
    """Record `count` photos of `size` bytes, back up twice, rotate the key and verify everything.

    The second backup copies no photo, the rotation rewrites none, and all are found intact.
    """
    session = make_store(folder / "s", "field", "FLD-0042", Clock(), role="administrator")
    try:
        _, storing = _timed(lambda: _take(session, count, size))
        first, first_backup = _timed(lambda: back_up(session, folder / "backups"))
        lying = _when_written(session.store.folder / CONTENT), _when_written(folder / "backups" / CONTENT)
        second, second_backup = _timed(lambda: back_up(session, folder / "backups"))
        _, rekeying = _timed(lambda: rotate_data_key(session, "by the calendar"))
        assert lying == (_when_written(session.store.folder / CONTENT), _when_written(folder / "backups" / CONTENT))
        (_, wrong), checking = _timed(lambda: check_store(session))
        database = (session.store.folder / DATABASE).stat().st_size
        assert (wrong, first.manifest.absent, second.manifest.absent) == ([], (), ())
        assert len(first.manifest.shared) == len(second.manifest.shared) == count
        assert (first.copied > count * size, second.copied < 2 * database) == (True, True)
        assert database < EMPTY_DATABASE_BYTES + count * DATABASE_BYTES_EACH
        return Usable(_shared(second), database, storing, first_backup, second_backup, rekeying, checking)
    finally:
        session.store.close()


def _take(session: Session, count: int, size: int) -> None:
    chance = random.Random(size)
    for start in range(0, count, AT_ONCE):
        with session.writing() as transaction:
            for _ in range(min(AT_ONCE, count - start)):
                ref = transaction.seal_content(chance.randbytes(size), "image/jpeg")
                transaction.record(
                    EvidenceAttached(
                        observed_at=session.observed_now(),
                        evidence_id=new_id(),
                        visit_id="visit",
                        check_id="check",
                        role="photo",
                        content=ref,
                    )
                )


def _when_written(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def _shared(backup: Backup) -> int:
    return sum(piece.size for piece in backup.manifest.shared)


def _timed(deed: Callable[[], Value]) -> tuple[Value, float]:
    began = time.perf_counter()
    value = deed()
    return value, time.perf_counter() - began
