"""Read tables of authorship: who checked, up to which head each account signed, and links between accounts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

check_authors = Table(
    "check_authors",
    read,
    # The newest check of each account in each chain: accounts that still owe a signature are found without the checks.
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("account", PLAIN_TEXT, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("order_key", PLAIN_TEXT, nullable=False),  # the number, so that the highest wins
    PrimaryKeyConstraint("origin", "epoch", "account"),
)

signed_heads = Table(
    "signed_heads",
    read,
    # The newest head of its chain that each account signed.
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("account", PLAIN_TEXT, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("order_key", PLAIN_TEXT, nullable=False),
    PrimaryKeyConstraint("origin", "epoch", "account"),
)

attribution_starts = Table(
    "attribution_starts",
    read,
    # Entries up to `seq` are older than the rule that each check needs a signed head.
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("origin", "epoch"),
)

account_links = Table(
    "account_links",
    read,
    Column("account", PLAIN_TEXT, nullable=False),
    Column("device", PLAIN_TEXT, nullable=False),
    Column("device_account", PLAIN_TEXT, nullable=False),
    _text("actor"),
    _text("at"),
    PrimaryKeyConstraint("account", "device", "device_account"),
)
