"""Read table of the visits that devices started and HQ adopted."""

from __future__ import annotations

from sqlalchemy import Column, Table

from db.tables import PLAIN_TEXT, _text, read

visit_adoptions = Table(
    "visit_adoptions",
    read,
    Column("visit_id", PLAIN_TEXT, primary_key=True),
    _text("site_id"),
    _text("comment"),
    _text("adopted_at"),
    _text("adopted_by"),
    _text("order_key"),
)
