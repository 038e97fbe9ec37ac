"""Rows whose key is among many: the one question that the two databases want asked differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Text, any_, literal

CHUNK: Final = 500


def among(connection: Connection, column: Column[str], values: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """Conditions, one a statement, that together ask for all values: PostgreSQL takes them as one array, SQLite in
    lists of a length that it allows (a list costs by its length, in PostgreSQL's driver most of all)."""
    wanted = list(values)
    if connection.dialect.name == "postgresql":
        if wanted:
            yield column == any_(literal(wanted, ARRAY(Text)))
        return
    for start in range(0, len(wanted), CHUNK):
        yield column.in_(wanted[start : start + CHUNK])
