"""Withheld content: fact → read tables, and destruction of the objects' keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from db.content import withhold
from db.doubt_tables import withholdings, withholdings_asked
from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.queries.signed_acts import is_order
from eum_app.domain import facts as f


def apply_withholdings_asked(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert requests to withhold; the newest fact of each request wins."""
    rows = [
        {
            **plain(fact, "request_id", "object_id", "reason", "signature"),
            "asked_by": entry.actor,
            "asked_at": fact.observed_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, withholdings_asked, rows)


def apply_withheld(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert orders to withhold, and destroy the keys of their objects; the newest order for each object wins.

    At HQ an order counts only if both people signed it, or if an earlier version recorded it. A device has HQ's word.
    `Store.writing` removes the objects' files after the commit.
    """
    noted = [(entry, fact, known_at) for entry, fact, known_at in noted if is_order(connection, entry, fact)]
    if not noted:
        return
    rows = [
        {
            **plain(fact, "request_id", "object_id", "reason", "asked_by"),
            "confirmed_by": entry.actor,
            "withheld_at": fact.observed_at,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, withholdings, rows)
    withhold(connection, sorted({row["object_id"] for row in rows}))


APPLIERS: Final[Appliers] = {
    f.WithholdingAsked: apply_withholdings_asked,
    f.ContentWithheld: apply_withheld,
}
