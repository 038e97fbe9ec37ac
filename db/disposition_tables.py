"""Read tables of what became of items, as people stated it. `items.disposition` holds the one that counts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

dispositions = Table(
    "dispositions",
    read,
    Column("statement_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    _text("item_id"),
    _text("disposition"),
    _text("visit_id"),
    Column("body", LargeBinary, nullable=False),  # the fact, as JSON
    _text("stated_at"),
    _text("actor"),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    _text("order_key"),
    Column("known_at", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("statement_id", "origin"),
    Index("dispositions_by_item", "item_id", "order_key"),
    Index("dispositions_by_visit", "visit_id"),
)

disposition_ends = Table(
    "disposition_ends",
    read,
    # Statements that no longer count. HQ sets aside any statement; others withdraw only their own (`is_hq`).
    Column("statement_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("is_hq", Boolean, nullable=False),
    Column("visit_id", PLAIN_TEXT, nullable=False),  # of a withdrawal, which counts only for a statement at that visit
    _text("item_id"),
    _text("reason"),
    _text("ended_at"),
    _text("actor"),
    _text("order_key"),
    PrimaryKeyConstraint("statement_id", "origin", "is_hq", "visit_id"),
)
