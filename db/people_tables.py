"""Read tables of accounts besides `tables.accounts`: all their keys, removals, and recovery codes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

USED: Final = "used"
DISCLOSED: Final = "disclosed"

account_keys = Table(
    "account_keys",
    read,
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("account", PLAIN_TEXT, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    _text("suite"),
    PrimaryKeyConstraint("origin", "epoch", "account", "public_key"),
)

removals = Table(
    "removals",
    read,
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("account", PLAIN_TEXT, nullable=False),
    _text("removed_at"),
    _text("order_key"),
    PrimaryKeyConstraint("origin", "account"),
)

code_sets = Table(
    "code_sets",
    read,
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("account", PLAIN_TEXT, nullable=False),
    _text("set_id"),
    Column("count", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _text("made_at"),
    _text("order_key"),
    PrimaryKeyConstraint("origin", "account"),
)

spent_codes = Table(
    "spent_codes",
    read,
    Column("origin", PLAIN_TEXT, nullable=False),  # who says so
    Column("set_id", PLAIN_TEXT, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("how", PLAIN_TEXT, nullable=False),  # USED, DISCLOSED
    _text("at"),
    PrimaryKeyConstraint("origin", "set_id", "number", "how"),
)
