"""The inventory report as CSV (counted, guarded, re-read, hashed, signed, recorded), against the csv module alone."""

from __future__ import annotations

import csv
import os
from functools import partial
from pathlib import Path

from db.queries.reports import STREAM_ROWS, InventoryFilter, inventory_question
from eum_app.usecases.inventory_report import export_inventory
from eum_app.usecases.session import Session
from tests.benchmarks.ratios import Ratio, timed_ms
from tests.builders import make_world


def measure(folder: Path, *, items: int = 100_000, repeats: int = 5) -> Ratio:
    """The same rows of the same query, streamed both times, fsynced both times."""
    world = make_world(folder / "world", count=items)
    ours, bare = folder / "ours.csv", folder / "bare.csv"
    _write_bare(world.hq, bare)  # not counted: it warms the cache
    ours_ms, bare_ms = [], []
    for _ in range(repeats):
        bare_ms.append(timed_ms(partial(_write_bare, world.hq, bare)))
        ours_ms.append(timed_ms(partial(export_inventory, world.hq, ours, InventoryFilter())))
    world.close()
    return Ratio(f"CSV report of {items:,} items", "the csv module alone", 2.0, tuple(ours_ms), tuple(bare_ms))


def _write_bare(hq: Session, path: Path) -> None:
    with hq.store.reading() as connection, path.open("w", newline="", encoding="utf-8") as file:
        question = inventory_question(InventoryFilter(), hq.now().date())
        rows = connection.execution_options(yield_per=STREAM_ROWS).execute(question)
        csv.writer(file).writerows(rows)
        file.flush()
        os.fsync(file.fileno())
