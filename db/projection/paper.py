"""Printed worklists and labels: fact → read tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from db.paper_tables import printed, printed_items
from db.projection.rows import Appliers, Noted, key_of, put
from eum_app.domain import facts as f
from eum_app.domain.facts import LabelsPrinted, WorklistPrinted
from eum_app.domain.journal import Entry


def apply_worklists(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert printed worklists and the items on each page; the newest fact of each print and origin wins."""
    for entry, fact, _ in noted:
        pages = (
            (item_id, _number(code)) for code, items in zip(fact.pages, fact.items, strict=False) for item_id in items
        )
        _put(connection, entry, fact, pages, what="worklist", visit_id=fact.visit_id, copies=1)


def apply_labels(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert printed labels and their items; the newest fact of each print and origin wins."""
    for entry, fact, _ in noted:
        pages = ((item_id, "") for item_id in fact.items)
        _put(connection, entry, fact, pages, what=fact.label_kind, visit_id="", copies=fact.copies)


def _number(code: str) -> str:
    """Return the page number in a page's code, `EUM-LIST-1/visit/number/digest`; "" if it has another form."""
    return code.split("/")[2] if code.count("/") == 3 else ""


def _put(
    connection: Connection,
    entry: Entry,
    fact: WorklistPrinted | LabelsPrinted,
    pages: Iterable[tuple[str, str]],
    **columns: Any,
) -> None:
    same = {"print_id": fact.print_id, "origin": entry.origin, "order_key": key_of(entry, fact)}
    put(connection, printed, [{**same, **columns, "printed_at": fact.observed_at, "actor": entry.actor}])
    put(connection, printed_items, [{**same, "item_id": item_id, "page": page} for item_id, page in pages])


APPLIERS: Final[Appliers] = {
    f.WorklistPrinted: apply_worklists,
    f.LabelsPrinted: apply_labels,
}
