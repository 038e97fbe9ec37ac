"""Search words in a visit's worklist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select

from db.among import CHUNK
from db.search import first_rowids, matches
from db.tables import items, visit_items

MOST_LOOKED_UP: Final = 1_000
"""Items that can be looked up in the worklist one by one in about ten milliseconds."""


def ids_with_words(connection: Connection, question: Select[Any], sought: Sequence[str], limit: int = 0) -> list[str]:
    """Return the ids of `question` (a query over `visit_items`) whose items have all words, in worklist order.

    At most `limit` ids; 0 returns all.
    """
    in_order = question.order_by(visit_items.c.position).limit(limit or None)
    fitting = select(items.c.item_id).where(matches(connection, sought))
    if connection.dialect.name == "sqlite":
        rowids = first_rowids(connection, sought, MOST_LOOKED_UP + 1)
        if len(rowids) <= MOST_LOOKED_UP:
            return _of_rows(connection, question, rowids)[: limit or None]
        if limit:
            # Many fit: test items in worklist order until there are enough.
            fits = fitting.where(items.c.item_id == visit_items.c.item_id).exists()
            return list(connection.execute(in_order.where(fits)).scalars())
    # Search the words first: one pass over the text instead of a look-up for each expected item.
    return list(connection.execute(in_order.where(visit_items.c.item_id.in_(fitting))).scalars())


def _of_rows(connection: Connection, question: Select[Any], rowids: Sequence[int]) -> list[str]:
    """SQLCipher only: return the ids that the query finds among the items in these rows, in order."""
    rowid: ColumnElement[int] = literal_column("items.rowid")
    places = question.add_columns(visit_items.c.position)
    found: list[tuple[int, str]] = []
    for start in range(0, len(rowids), CHUNK):
        of_rows = select(items.c.item_id).where(rowid.in_(rowids[start : start + CHUNK]))
        ids = list(connection.execute(of_rows).scalars())
        found += [
            (row.position, row.item_id) for row in connection.execute(places.where(visit_items.c.item_id.in_(ids)))
        ]
    return [item_id for _, item_id in sorted(found)]
