"""Conditions for rows whose key is one of many values. SQLite and PostgreSQL need different SQL for this."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Text, any_, literal

CHUNK: Final = 500
"""Values in one statement on SQLite, which limits the number of parameters."""


def among(connection: Connection, column: Column[str], values: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions, one per statement, that together cover all values; none for no values.

    PostgreSQL takes all values as one array, because a list costs time by its length in the driver. SQLite has no
    arrays and takes lists of `CHUNK` values.
    """
    wanted = list(values)
    if connection.dialect.name == "postgresql":
        if wanted:
            yield column == any_(literal(wanted, ARRAY(Text)))
        return
    for start in range(0, len(wanted), CHUNK):
        yield column.in_(wanted[start : start + CHUNK])
