"""A bundle of checks taken in at HQ (opened, verified, appended, applied, judged), against inserting the same rows."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import select

from db.store import Connection
from db.tables import visit_items
from eum_app.crypto.suites import DEFAULT_SUITE
from eum_app.domain.facts import CheckRecorded
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.session import Session, new_id, resumed
from tests.benchmarks.ratios import Ratio, bare_store, timed_ms, written_between
from tests.builders import ITEM_CHECKLIST, make_world, typed, yes_to_all


def measure(folder: Path, *, visits: int = 10, items: int = 2_000, repeats: int = 5) -> Ratio:
    """`visits` × `items` checks in one bundle, one in a hundred not found. Each repeat goes into fresh copies."""
    world = make_world(folder, count=items, suite=DEFAULT_SUITE)
    for _ in range(visits):
        world.plan()
    world.hand_over()
    checks = _record_all(world.device)
    bundle = seal_results(world.device, world.drop).path
    at_rest, taken_in, raw = folder / "at-rest", folder / "taken-in", folder / "raw"
    world.close()
    shutil.copytree(world.hq.store.folder, at_rest)

    shutil.copytree(at_rest, taken_in)
    _import_ms(world.hq, taken_in, bundle)  # not counted: it says which rows there are to write
    with bare_store(at_rest, world.hq) as before, bare_store(taken_in, world.hq) as after:
        statements = written_between(before.rows(), after.rows())

    ours: list[float] = []
    bare: list[float] = []
    for _ in range(repeats):
        for copy in (taken_in, raw):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(at_rest, copy)
        ours.append(_import_ms(world.hq, taken_in, bundle))
        with bare_store(raw, world.hq) as store:
            bare.append(timed_ms(partial(store.write, statements)))
    return Ratio(f"import of {checks:,} checks", "the same rows, raw SQLCipher", 4.0, tuple(ours), tuple(bare))


def _import_ms(hq: Session, folder: Path, bundle: Path) -> float:
    with resumed(replace(hq.ticket, folder=folder), hq.now) as session:
        started = time.perf_counter()
        outcomes = import_bundles(session, [bundle]).outcomes
        taken_ms = (time.perf_counter() - started) * 1000
    assert [outcome.outcome for outcome in outcomes] == ["accepted"], outcomes
    return taken_ms


def _record_all(device: Session) -> int:
    """Check every expected item of every visit, as a device would over months; how many."""
    expected = device.read(_expected)
    answers = yes_to_all()
    with device.writing() as transaction:
        for number, (visit_id, item_id) in enumerate(expected):
            found = number % 100 > 0
            transaction.record(
                CheckRecorded(
                    observed_at=device.observed_now(),
                    check_id=new_id(),
                    visit_id=visit_id,
                    item_id=item_id,
                    outcome="verified" if found else "not_found",
                    reason="" if found else "not_presented",
                    mark=typed("786950"),
                    checklist=ITEM_CHECKLIST if found else None,
                    answers=answers if found else (),
                    all_as_expected=found,
                    grade="A",
                    note=None,
                    photos=(),
                )
            )
    return len(expected)


def _expected(connection: Connection) -> list[tuple[str, str]]:
    in_order = select(visit_items.c.visit_id, visit_items.c.item_id).order_by(*visit_items.primary_key.columns)
    return [(row.visit_id, row.item_id) for row in connection.execute(in_order)]
