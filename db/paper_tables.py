"""Read tables of printed worklists and labels, and of their items."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

printed = Table(
    "printed",
    read,
    Column("print_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    _text("what"),  # worklist, or the kind of label: replacement, shelf
    _text("visit_id"),
    Column("copies", BigInteger, nullable=False, server_default="1"),
    _text("printed_at"),
    _text("actor"),
    _text("order_key"),
    PrimaryKeyConstraint("print_id", "origin"),
)

printed_items = Table(
    "printed_items",
    read,
    Column("print_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("item_id", PLAIN_TEXT, nullable=False),
    _text("page"),  # the number of the worklist's page; empty for labels
    _text("order_key"),
    PrimaryKeyConstraint("print_id", "origin", "item_id"),
    Index("printed_items_by_item", "item_id"),
)
