"""The inventory report (counted, re-read, hashed, signed, recorded) as CSV against the csv module alone, as a workbook
against XlsxWriter alone; and how the memory it takes grows with its rows."""

from __future__ import annotations

import csv
import multiprocessing
import os
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from db.queries.reports import STREAM_ROWS, InventoryFilter, StatusRow, inventory_question
from eum_app.reports.inventory_status import COLUMNS
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.session import Session, Ticket, resumed
from tests.benchmarks.ratios import Ratio, timed_ms
from tests.builders import make_world

_DATES = {column.name for column in COLUMNS if column.kind == "date"}


def measure(folder: Path, *, items: int = 100_000, repeats: int = 5) -> Ratio:
    """The same rows of the same query, streamed both times, fsynced both times."""
    ours_ms, bare_ms = _in_turn(folder, "csv", _write_bare, items, repeats)
    return Ratio(f"CSV report of {items:,} items", "the csv module alone", 2.0, ours_ms, bare_ms)


def measure_workbook(folder: Path, *, items: int = 20_000, repeats: int = 3) -> Ratio:
    """The same rows; text as text, dates as dates, row by row (`constant_memory`) both times."""
    ours_ms, bare_ms = _in_turn(folder, "xlsx", _write_bare_workbook, items, repeats)
    return Ratio(f"XLSX report of {items:,} items", "XlsxWriter alone", 2.0, ours_ms, bare_ms)


def measure_memory(folder: Path, *, few: int = 20_000, many: int = 100_000) -> Ratio:
    """The peak of a child process that writes a CSV report of many items, against one of few (Linux: VmHWM).

    It is not quite flat: SQLCipher's cache fills up to its limit, and the rows are sorted in memory, since what is
    sorted on the disk would be there in the clear.
    """
    peaks: list[float] = []
    for items in (many, few):
        world = make_world(folder / f"world-{items}", count=items)
        ticket = world.hq.ticket
        world.close()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_tell_peak_mb, args=(theirs, ticket, folder / f"{items}.csv"))
        process.start()
        peaks.append(ours.recv())
        process.join()
    return Ratio(f"memory of a CSV report of {many:,} items", f"{few:,} items", 2.0, (peaks[0],), (peaks[1],), "MB")


def _tell_peak_mb(pipe: Any, ticket: Ticket, path: Path) -> None:
    with resumed(ticket) as session:
        make_report(session, INVENTORY_STATUS, path, replaces=True)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    pipe.send(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def _in_turn(
    folder: Path, ending: str, write_bare: Callable[[Session, Path], None], items: int, repeats: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    world = make_world(folder / "world", count=items)
    ours, bare = folder / f"ours.{ending}", folder / f"bare.{ending}"
    write_bare(world.hq, bare)  # not counted: it warms the cache
    ours_ms, bare_ms = [], []
    for _ in range(repeats):
        bare_ms.append(timed_ms(partial(write_bare, world.hq, bare)))
        ours_ms.append(timed_ms(partial(make_report, world.hq, INVENTORY_STATUS, ours, replaces=True)))
    world.close()
    return tuple(ours_ms), tuple(bare_ms)


def _write_bare(hq: Session, path: Path) -> None:
    with hq.store.reading() as connection, path.open("w", newline="", encoding="utf-8") as file:
        question = inventory_question(InventoryFilter(), hq.now().date())
        rows = connection.execution_options(yield_per=STREAM_ROWS).execute(question)
        csv.writer(file).writerows(rows)
        file.flush()
        os.fsync(file.fileno())


def _write_bare_workbook(hq: Session, path: Path) -> None:
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, day = workbook.add_worksheet(), workbook.add_format({"num_format": "yyyy-mm-dd"})
    dates = [name in _DATES for name in StatusRow._fields]
    with hq.store.reading() as connection:
        question = inventory_question(InventoryFilter(), hq.now().date())
        for number, row in enumerate(connection.execution_options(yield_per=STREAM_ROWS).execute(question)):
            cells: list[Any] = list(row)
            for at, (cell, is_date) in enumerate(zip(cells, dates, strict=True)):
                if cell and is_date:
                    sheet.write_datetime(number, at, date.fromisoformat(cell), day)
                elif cell:
                    sheet.write_string(number, at, str(cell))
    workbook.close()
