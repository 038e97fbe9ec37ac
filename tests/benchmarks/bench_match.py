"""A mark's verdict on a book of 1,000,000 items: `python -m tests.benchmarks.bench_match [items] [expected]`.

The book is dense on purpose: fifty part numbers share the same run of serials, so that every serial has some fifty
equals and some 2,500 neighbors. Times are CPU times of the asking thread's process: the promise is ≤ 10 ms.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from db.tables import items as items_table
from db.tables import visit_items
from eum_app.domain.look_alikes import look_alike_key
from eum_app.scanning.labels import iuid_message
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_mark import match_mark
from tests.benchmarks.ratios import Figure
from tests.builders import Clock, make_store

PARTS = 50
VISIT = "bench"
BOUND_MS = 10.0


@dataclass
class Times:
    """Milliseconds by what was asked, and what came of it."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    kinds: dict[str, set[str]] = field(default_factory=dict)

    def p95(self, name: str) -> float:
        return statistics.quantiles(self.ms[name], n=20)[-1]


def part_and_serial(number: int) -> tuple[str, str]:
    return f"NVG-{number % PARTS:02d}A", str(100_000 + number // PARTS)


def measured(session: Session, *, items: int, expected: int, asked: int) -> Times:
    """Fill the read tables of an empty store and ask for found, near and unknown marks."""
    fill(session, items, expected)
    chosen = random.Random(31)
    numbers = [chosen.randrange(items) for _ in range(asked)]
    questions = {
        "uii": [iuid_message("1HLD9", *part_and_serial(number)) for number in numbers],
        "serial": [part_and_serial(number)[1].encode() for number in numbers],
        "near": [part_and_serial(number)[1].replace("0", "O").encode() for number in numbers],
        "mistyped UII": [_mistyped(*part_and_serial(number)) for number in numbers],
        "unknown": [f"ZZ-{number:09d}-ZZ".encode() for number in numbers],
    }
    times = Times()
    for name, raws in questions.items():
        times.ms[name], times.kinds[name] = [], set()
        for raw in raws:
            started = time.process_time()
            match = match_mark(session, VISIT, raw, read_by="typed")
            times.ms[name].append((time.process_time() - started) * 1000)
            is_found = match.item is not None or match.kind == "ambiguous"
            times.kinds[name].add("found" if is_found else match.kind)
    return times


def _mistyped(part: str, serial: str) -> bytes:
    """A whole UII with a letter O for the first zero of the serial."""
    return f"D1HLD9{part}{serial.replace('0', 'O', 1)}".encode()


def fill(session: Session, items: int, expected: int) -> None:
    """Rows straight into the read tables, indexes last; every n-th item is expected by the visit `VISIT`."""
    with session.writing() as transaction:
        connection = transaction.connection
        indexes = sorted(items_table.indexes, key=lambda index: str(index.name))
        for index in indexes:
            index.drop(connection)
        connection.exec_driver_sql(*_insert(items_table, _item_rows(items)))
        for index in indexes:
            index.create(connection)
        rows = ((VISIT, item_id(number), number, "to_check", "", "") for number in range(0, items, items // expected))
        connection.exec_driver_sql(*_insert(visit_items, rows))


def item_id(number: int) -> str:
    return f"{number * 2_654_435_761 * 2**64 % 2**128:032x}"  # spread over the key space, as random ids are


def _item_rows(items: int) -> Iterator[tuple[Any, ...]]:
    names = [column.name for column in items_table.columns]
    for number in range(items):
        part, serial = part_and_serial(number)
        values = {
            "item_id": item_id(number),
            "serial": serial,
            "cage": "1HLD9",
            "part_number": part,
            "uii": f"D1HLD9{part}{serial}",
            "match_key": f"1HLD9|{part}|{serial}",
            "look_alike": look_alike_key(serial),
            "line": number,
            "known_at": 1,
        }
        yield tuple(values.get(name, "") for name in names)


def _insert(table: Table, rows: Iterator[tuple[Any, ...]]) -> tuple[str, list[tuple[Any, ...]]]:
    names = [column.name for column in table.columns]
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", list(rows)


def figures(folder: Path, items: int = 1_000_000) -> list[Figure]:
    """The 95th percentile of each kind of question."""
    times = _in_store(folder, items, items // 10)
    return [
        Figure(f"verdict on {items:,} items, {name}, p95", times.p95(name), BOUND_MS, "ms of processor")
        for name in times.ms
    ]


def _in_store(folder: Path, items: int, expected: int) -> Times:
    session = make_store(folder / "s", "field", "FLD-0042", Clock())
    times = measured(session, items=items, expected=expected, asked=300)
    session.store.close()
    return times


def main(items: int = 1_000_000, expected: int = 100_000) -> int:
    with tempfile.TemporaryDirectory(prefix="eum-bench-") as folder:
        times = _in_store(Path(folder), items, expected)
    for name, ms in times.ms.items():
        print(  # noqa: T201
            f"{name:8} median {statistics.median(ms):6.2f} ms   p95 {times.p95(name):6.2f} ms   most {max(ms):6.2f} ms"
        )
    return 0 if all(times.p95(name) <= BOUND_MS for name in times.ms) else 1


if __name__ == "__main__":
    sys.exit(main(*[int(argument) for argument in sys.argv[1:]]))
