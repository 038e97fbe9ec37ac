"""Read tables of the records of sites and cases.

Each row is one stated value of one field, so every table is its own history; queries take the newest by `order_key`.
The name and country of a site are in `sites`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read


def _provenance() -> tuple[Column[Any], ...]:
    return (
        _text("effective_on"),  # of a line: the day of its delivery
        _text("source"),
        _text("reason"),
        _text("import_id"),
        Column("line", BigInteger, nullable=False, server_default="0"),
        _text("observed_at"),
        _text("actor"),
        Column("origin", PLAIN_TEXT, nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        _text("order_key"),
        Column("known_at", BigInteger, nullable=False),
    )


site_values = Table(
    "site_values",
    read,
    Column("site_id", PLAIN_TEXT, nullable=False),
    Column("field", PLAIN_TEXT, nullable=False),
    _text("value"),
    *_provenance(),
    PrimaryKeyConstraint("site_id", "field", "origin", "epoch", "seq"),
)

cases = Table(
    "cases",
    read,
    Column("case_id", PLAIN_TEXT, primary_key=True),
    _text("program"),
    _text("country"),
    _text("order_key"),
)

case_values = Table(
    "case_values",
    read,
    Column("case_id", PLAIN_TEXT, nullable=False),
    Column("field", PLAIN_TEXT, nullable=False),
    _text("value"),
    *_provenance(),
    PrimaryKeyConstraint("case_id", "field", "origin", "epoch", "seq"),
)

case_lines = Table(
    "case_lines",
    read,
    Column("case_id", PLAIN_TEXT, nullable=False),
    Column("rsn", PLAIN_TEXT, nullable=False),
    Column("quantity", BigInteger),  # null: the statement was taken back
    _text("nomenclature"),
    _text("part_number"),
    _text("delivered_on"),
    *_provenance(),
    PrimaryKeyConstraint("case_id", "rsn", "origin", "epoch", "seq"),
)
