"""The tables of a damaged database that no journal can rebuild: the store's own notes, its keys, and drafts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import sqlcipher3.dbapi2 as sqlcipher

from db.content import RECOVERED
from db.engines import DATABASE
from db.instance import RESTORED, TOKEN
from db.kept_designation import NAME as DESIGNATION
from db.kept_notice import NAME as NOTICE
from db.pages import keyed
from db.rekey import alone
from db.salvage import FIELDS, INDEX_FIELDS, Row, whole_rows
from db.tables import drafts, meta, secrets
from eum_app.domain.errors import Trouble

_TABLES: Final = {table.name: table for table in (meta, secrets, drafts)}
_META_NAMES: Final = frozenset({"store_id", "name", "kind", "epoch", TOKEN, RESTORED, NOTICE, DESIGNATION, RECOVERED})
_ON_ONE_PAGE: Final = 1_000
"""Bytes of a row that never continues on another page."""


@dataclass(frozen=True)
class Found:
    """Rows by table, and the names of the tables of which rows are lost, or may be."""

    rows: dict[str, list[Row]]
    lost: tuple[str, ...]


@dataclass
class SmallRows:
    """Collects the rows of these tables among all rows on whole pages; `purposes` are those of the key material."""

    purposes: frozenset[str]
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in _TABLES})
    keys: set[str] = field(default_factory=set)
    """Purposes of key material that the index names, also where the row itself is on a damaged page."""

    def see(self, row: Row) -> None:
        """Keep a row if it is one of these tables, by its values."""
        if len(row) == INDEX_FIELDS:
            purpose, _, *rest = row
            if purpose in self.purposes and not any(value is not None for value in rest):
                self.keys.add(purpose)
        elif name := self._table_of(row):
            self.rows[name].append(row[: len(_TABLES[name].columns)])

    def _table_of(self, row: Row) -> str:
        first, second, third, fourth, fifth, *rest = row
        if any(value is not None for value in rest) or not isinstance(first, str):
            return ""
        if third is None:
            if first in self.purposes and isinstance(second, bytes):
                return secrets.name
            return meta.name if first in _META_NAMES and isinstance(second, str) else ""
        texts = (second, third, fourth)
        return drafts.name if all(isinstance(text, str) for text in texts) and isinstance(fifth, bytes) else ""

    def besides(self, read: dict[str, list[Row]], path: Path, data_key: bytes) -> Found:
        """Return the tables that were `read` in the ordinary way, and for the others the rows seen here.

        A long row counts only if it is the same whatever is in place of the damaged pages: it may continue on one.
        Raises as `whole_rows` does.
        """
        rows, lost = dict(read), []
        unread = [name for name in _TABLES if name not in read]
        proved = self._seen_again(path, data_key) if any(map(_is_long, self._of(unread))) else set()
        for name in unread:
            rows[name] = [row for row in self.rows[name] if not _is_long(row) or row in proved]
            is_cut = len(rows[name]) < len(self.rows[name])
            # If the other tables could be read, this one is damaged itself; else page 1, which leads to them, is.
            if (
                is_cut
                or read
                or (name != drafts.name and not rows[name])
                or (name == secrets.name and self._lacks_a_key)
            ):
                lost.append(name)
        return Found(rows, tuple(lost))

    @property
    def _lacks_a_key(self) -> bool:
        """Whether a key is lost. Without a whole page of the index, one may be."""
        return not self.keys or bool(self.keys - {row[0] for row in self.rows[secrets.name]})

    def _of(self, names: Iterable[str]) -> list[Row]:
        return [row for name in names for row in self.rows[name]]

    def _seen_again(self, path: Path, data_key: bytes) -> set[Row]:
        again = SmallRows(self.purposes)
        with whole_rows(path, data_key, filler="randomblob") as rows:
            for row in rows:
                if len(row) == FIELDS:
                    again.see(row)
        return set(again._of(_TABLES))


def _is_long(row: Row) -> bool:
    return sum(len(value) for value in row if isinstance(value, str | bytes)) > _ON_ONE_PAGE


def read_small_tables(folder: Path, data_key: bytes) -> dict[str, list[Row]]:
    """Return table name → rows of the tables that nothing can rebuild, read in the ordinary way.

    An unreadable table is left out; one that the database lacks has no rows. Raises Refusal `store.in_use`; Trouble of
    the disk.
    """
    try:
        with alone(folder, data_key):
            pass  # nothing else has it open, and what was in the log is in the file
    except Trouble as trouble:
        if trouble.code != "store.damaged":
            raise
    found: dict[str, list[Row]] = {}
    for table in _TABLES.values():
        columns = ", ".join(column.name for column in table.columns)
        # A connection for each: one that met a damaged page refuses whole ones too.
        with (
            contextlib.suppress(sqlcipher.DatabaseError),
            contextlib.closing(keyed(folder / DATABASE, data_key.hex())) as driver,
        ):
            is_there = driver.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (table.name,)).fetchone()
            rows = driver.execute(f"SELECT {columns} FROM {table.name}").fetchall() if is_there[0] else []  # noqa: S608
            found[table.name] = rows
    return found
