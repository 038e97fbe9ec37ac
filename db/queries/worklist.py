"""Words sought in a visit's worklist: which of the expected items have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select

from db.among import CHUNK
from db.search import first_rowids, matches
from db.tables import items, visit_items

MOST_LOOKED_UP: Final = 1_000
"""Items that are looked up in the worklist one by one within some ten milliseconds."""


def ids_with_words(connection: Connection, question: Select[Any], sought: Sequence[str], limit: int = 0) -> list[str]:
    """Of the ids that `question` asks of `visit_items`, those whose items have all words, in the worklist's order; the
    first `limit` only, where one is given."""
    in_order = question.order_by(visit_items.c.position).limit(limit or None)
    fitting = select(items.c.item_id).where(matches(connection, sought))
    if connection.dialect.name == "sqlite":
        rowids = first_rowids(connection, sought, MOST_LOOKED_UP + 1)
        if len(rowids) <= MOST_LOOKED_UP:
            return _of_rows(connection, question, rowids)[: limit or None]
        if limit:
            # Many fit: those that stand first are looked at until there are enough.
            fits = fitting.where(items.c.item_id == visit_items.c.item_id).exists()
            return list(connection.execute(in_order.where(fits)).scalars())
    # By themselves first: one pass over the text, instead of a look-up for each expected item.
    return list(connection.execute(in_order.where(visit_items.c.item_id.in_(fitting))).scalars())


def _of_rows(connection: Connection, question: Select[Any], rowids: Sequence[int]) -> list[str]:
    """SQLCipher: of the items in those rows, the ids that the question finds, in order."""
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
