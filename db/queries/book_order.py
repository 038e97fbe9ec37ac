"""The book in the order of any column, and its rows with their clocks.

Nothing here sorts the whole book in one step: a sort of a million keys would hold Python's lock, and the windows, for
seconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, select

from db.among import CHUNK
from db.queries.clocks import clock_columns, row_standing, sightings
from db.queries.inventory import ItemFilter, conditions_of, find_item_ids
from db.queries.items import ItemRow, items_by_id
from db.queries.standing import last_inventory
from db.tables import items
from eum_app.domain.compliance.clocks import DEFAULT_TRIGGER, Standing, last_inventory_of
from eum_app.domain.natural_order import natural_key

_SORTED_AT_ONCE: Final = 2_000
"""Keys that are sorted in about two milliseconds."""


class BookOrder(StrEnum):
    """Column by which the book is ordered. `PLACE` is the order of `find_item_ids`."""

    PLACE = "place"
    SERIAL = "serial"
    ARTICLE = "article"
    CASE = "case"
    LEVEL = "level"
    LAST_INVENTORY = "last_inventory"
    DUE = "due"
    DISPOSITION = "disposition"


@dataclass(frozen=True)
class BookRow:
    """An item with the day of its newest inventory ("" for none) and the state of its clock."""

    item: ItemRow
    last_inventory: str
    standing: Standing


_NATURAL: Final[dict[BookOrder, tuple[ColumnElement[str], ...]]] = {
    BookOrder.SERIAL: (items.c.serial,),
    BookOrder.ARTICLE: (items.c.part_number, items.c.nomenclature),
    BookOrder.CASE: (items.c.case_id, items.c.rsn),
}


def book_rows(connection: Connection, ids: Iterable[str], today: date) -> dict[str, BookRow]:
    """Return id → row, for those that exist. `today` is the UTC day on which the clocks are read."""
    wanted = list(ids)
    rows = items_by_id(connection, wanted)
    seen = sightings(today)
    question = select(items.c.item_id, *clock_columns(seen)).outerjoin(seen, seen.c.item_id == items.c.item_id)
    found: dict[str, BookRow] = {}
    for start in range(0, len(wanted), CHUNK):
        for row in connection.execute(question.where(items.c.item_id.in_(wanted[start : start + CHUNK]))):
            last = last_inventory_of(row.last_inventory or "", row.last_at)
            found[row.item_id] = BookRow(rows[row.item_id], last, row_standing(row, DEFAULT_TRIGGER, today))
    return found


def ordered_item_ids(
    connection: Connection, wanted: ItemFilter, order: BookOrder, today: date, *, descending: bool = False
) -> list[str]:
    """Return the ids of matching items in order of a column. Items without a value come last in both directions.

    Only `PLACE` is reversed as a whole, with the items that have no site. `today` is a UTC day. Raises as
    `conditions_of`.
    """
    if order is BookOrder.PLACE:
        ids = find_item_ids(connection, wanted)
        return ids[::-1] if descending else ids
    if order in _NATURAL:
        return _in_natural_order(connection, wanted, _NATURAL[order], descending=descending)
    if order is BookOrder.DUE:
        return _by_due_date(connection, wanted, today, descending=descending)
    seen = sightings(today)
    column: ColumnElement[str] = {
        BookOrder.LEVEL: items.c.eum_level,
        BookOrder.DISPOSITION: items.c.disposition,
        BookOrder.LAST_INVENTORY: last_inventory(seen),
    }[order]
    question = select(items.c.item_id).outerjoin(seen, seen.c.item_id == items.c.item_id)
    is_empty = case((column == "", 1), else_=0)
    question = question.where(*conditions_of(connection, wanted)).order_by(
        is_empty, column.desc() if descending else column, items.c.serial, items.c.item_id
    )
    return list(connection.execute(question).scalars())


def _in_natural_order(
    connection: Connection, wanted: ItemFilter, columns: Sequence[ColumnElement[str]], *, descending: bool
) -> list[str]:
    rows = connection.execute(select(items.c.item_id, *columns).where(*conditions_of(connection, wanted)))
    empty: list[str] = []
    keys = ((tuple(natural_key(text) for text in texts), item_id) for item_id, *texts in _with_value(rows, empty))
    runs: list[list[Any]] = []
    while run := sorted(islice(keys, _SORTED_AT_ONCE)):
        runs.append(run)
    ids = [item_id for _key, item_id in heapq.merge(*runs)]
    return (ids[::-1] if descending else ids) + empty


def _with_value(rows: Iterable[Any], empty: list[str]) -> Iterable[tuple[str, ...]]:
    """Return the rows with a value, as text; the ids of the others are appended to `empty`."""
    for item_id, *texts in rows:
        if any(texts):
            yield (item_id, *(text or "" for text in texts))
        else:
            empty.append(item_id)


def _by_due_date(connection: Connection, wanted: ItemFilter, today: date, *, descending: bool) -> list[str]:
    """Group the items by due date. Most share their dates, so each combination is computed only once."""
    seen = sightings(today)
    rows = connection.execute(
        select(items.c.item_id, *clock_columns(seen))
        .outerjoin(seen, seen.c.item_id == items.c.item_id)
        .where(*conditions_of(connection, wanted))
        .order_by(items.c.serial, items.c.item_id)
    )
    due_of: dict[tuple[str, ...], date | None] = {}
    by_due: dict[date | None, list[str]] = {}
    for row in rows:
        alike = tuple(row[1:])
        if alike not in due_of:
            due_of[alike] = row_standing(row, DEFAULT_TRIGGER, today).due_on
        by_due.setdefault(due_of[alike], []).append(row.item_id)
    none = by_due.pop(None, [])
    days = sorted((day for day in by_due if day is not None), reverse=descending)
    return [item_id for day in days for item_id in by_due[day]] + none
