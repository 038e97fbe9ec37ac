"""Shared by all measurements: pairs of times taken in turn, their ratios, and a store written to without us."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from db.store import CACHE_KIB, DATABASE
from db.tables import kept, read
from eum_app.usecases.session import Session

Rows = dict[str, dict[tuple[Any, ...], tuple[Any, ...]]]
"""Table → primary key → whole row."""
Statements = list[tuple[str, list[tuple[Any, ...]]]]

_TABLES = {table.name: table for table in (*kept.sorted_tables, *read.sorted_tables)}


@dataclass(frozen=True)
class Ratio:
    """Ours against the bare thing, measured in turn; times in milliseconds (or what `unit` says), one pair a repeat."""

    name: str
    against: str
    bound: float
    ours_ms: tuple[float, ...]
    bare_ms: tuple[float, ...]
    unit: str = "ms"

    @property
    def ratios(self) -> list[float]:
        return [ours / bare for ours, bare in zip(self.ours_ms, self.bare_ms, strict=True)]

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)

    @property
    def is_held(self) -> bool:
        return self.median <= self.bound

    def as_figures(self) -> dict[str, Any]:
        """For bench.json."""
        return {
            "name": self.name,
            "against": self.against,
            "bound": self.bound,
            "median_ratio": round(self.median, 2),
            "least": round(min(self.ratios), 2),
            "most": round(max(self.ratios), 2),
            "ours_median": round(statistics.median(self.ours_ms), 3),
            "bare_median": round(statistics.median(self.bare_ms), 3),
            "unit": self.unit,
            "repeats": len(self.ours_ms),
        }


@dataclass(frozen=True)
class Figure:
    """One measured value with what it must reach: at most `bound`, or at least it where `is_floor`."""

    name: str
    value: float
    bound: float
    unit: str = ""
    is_floor: bool = False

    @property
    def is_held(self) -> bool:
        return self.value >= self.bound if self.is_floor else self.value <= self.bound

    def as_figures(self) -> dict[str, Any]:
        """For bench.json."""
        must = "at least" if self.is_floor else "at most"
        return {"name": self.name, "value": round(self.value, 2), "unit": self.unit, "must": must, "bound": self.bound}


def timed_ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


class BareStore:
    """A store's database by the driver alone: WAL, synchronous FULL, the same cache; no SQLAlchemy, no facts."""

    def __init__(self, folder: Path, data_key: bytes) -> None:
        self._connection = sqlcipher.connect(str(folder / DATABASE), isolation_level=None)
        for pragma in (
            "cipher_log_level = NONE",
            f"key = \"x'{data_key.hex()}'\"",
            "journal_mode = WAL",
            "synchronous = FULL",
            f"cache_size = -{CACHE_KIB}",
            "temp_store = MEMORY",
        ):
            self._connection.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        self._connection.close()

    def rows(self) -> Rows:
        """Everything in it."""
        found: Rows = {}
        for name, table in _TABLES.items():
            names = [column.name for column in table.columns]
            at = [names.index(column.name) for column in table.primary_key.columns]
            selected = self._connection.execute(f"SELECT {', '.join(names)} FROM {name}")
            found[name] = {tuple(row[index] for index in at): row for row in selected}
        return found

    def write(self, statements: Statements) -> None:
        """All of it in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        for statement, rows in statements:
            self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")


@contextmanager
def bare_store(folder: Path, session: Session) -> Iterator[BareStore]:
    store = BareStore(folder, session.ticket.data_key)
    try:
        yield store
    finally:
        store.close()


def written_between(before: Rows, after: Rows) -> Statements:
    """The statements that lead from one state to the other: rows that are new, and rows that are changed."""
    statements: Statements = []
    for name, table in _TABLES.items():
        names = [column.name for column in table.columns]
        keys = [column.name for column in table.primary_key.columns]
        others = [name for name in names if name not in keys]
        new = [row for key, row in after[name].items() if key not in before[name]]
        changed = [
            (*(row[names.index(column)] for column in others), *key)
            for key, row in after[name].items()
            if key in before[name] and before[name][key] != row
        ]
        if new:
            statements.append((f"INSERT INTO {name} VALUES ({', '.join('?' * len(names))})", new))
        if changed:
            into = ", ".join(f"{column} = ?" for column in others)
            at = " AND ".join(f"{column} = ?" for column in keys)
            statements.append((f"UPDATE {name} SET {into} WHERE {at}", changed))
    return statements
