"""A check recorded, against the same rows (journal and read tables) in a bare SQLCipher transaction."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import select

from db.store import Connection
from db.tables import visit_items
from eum_app.crypto.suites import DEFAULT_SUITE
from eum_app.usecases.session import Session, resumed
from eum_app.usecases.visits.record_check import record_check
from tests.benchmarks.ratios import Ratio, Statements, bare_store, timed_ms, written_between
from tests.builders import make_world, typed, yes_to_all

Record = Callable[[Session, str], object]


def measure(folder: Path, *, items: int = 200, checks: int = 170, warm: int = 20) -> Ratio:
    """A visit of `items`; `checks` pairs in turn, each fsynced, of which the first `warm` are not counted."""
    world = make_world(folder, count=items, suite=DEFAULT_SUITE)
    device = world.device
    visit_id = world.visit()
    item_ids = device.read(_expected)[:checks]
    answers = yes_to_all()

    def record(session: Session, item_id: str) -> object:
        return record_check(
            session,
            visit_id=visit_id,
            item_id=item_id,
            outcome="verified",
            mark=typed("786950"),
            answers=answers,
        )

    world.close()
    ours_in, bare_in, first_in = (folder / name for name in ("ours", "bare", "first"))
    for copy in (ours_in, bare_in, first_in):
        shutil.copytree(device.store.folder, copy)
    written = _written_by_each(device, first_in, item_ids, record)
    ours: list[float] = []
    bare: list[float] = []
    with resumed(replace(device.ticket, folder=ours_in), device.now) as session, bare_store(bare_in, device) as store:
        for item_id, statements in zip(item_ids, written, strict=True):
            ours.append(timed_ms(partial(record, session, item_id)))
            bare.append(timed_ms(partial(store.write, statements)))
    return Ratio("check recorded", "the same rows, raw SQLCipher", 3.0, tuple(ours[warm:]), tuple(bare[warm:]))


def _written_by_each(device: Session, folder: Path, item_ids: list[str], record: Record) -> list[Statements]:
    """Record each check once, uncounted, to learn which rows it writes."""
    written = []
    with resumed(replace(device.ticket, folder=folder), device.now) as session, bare_store(folder, device) as store:
        before = store.rows()
        for item_id in item_ids:
            record(session, item_id)
            after = store.rows()
            written.append(written_between(before, after))
            before = after
    return written


def _expected(connection: Connection) -> list[str]:
    return list(connection.execute(select(visit_items.c.item_id).order_by(visit_items.c.position)).scalars())
