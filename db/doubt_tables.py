"""Read tables of doubts about chains and content: copied stores, corrected clocks, content withheld by order, and
entries that cannot be read.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

copies = Table(
    "copies",
    read,
    # Chains that may continue elsewhere: their store was copied or restored (`db.instance`).
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    _text("how"),
    Column("through_seq", BigInteger, nullable=False),
    Column("known_seq", BigInteger, nullable=False, server_default="0"),
    _text("noticed_at"),
    PrimaryKeyConstraint("origin", "epoch"),
)

corrections = Table(
    "corrections",
    read,
    # Entries first_seq to last_seq of a chain, whose clock was wrong by offset_ms (`db.projection.times`).
    Column("by_origin", PLAIN_TEXT, nullable=False),
    Column("by_epoch", BigInteger, nullable=False),
    Column("by_seq", BigInteger, nullable=False),
    Column("of_origin", PLAIN_TEXT, nullable=False),
    Column("of_epoch", BigInteger, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("offset_ms", BigInteger, nullable=False),
    _text("source"),
    _text("order_key"),
    PrimaryKeyConstraint("by_origin", "by_epoch", "by_seq"),
    Index("corrections_of_chain", "of_origin", "of_epoch"),
)

unreadable_entries = Table(
    "unreadable_entries",
    read,
    # Entries that are kept but applied to nothing, because their form is wrong (`eum_app.domain.admission`).
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    _text("kind"),
    _text("why"),
    PrimaryKeyConstraint("origin", "epoch", "seq"),
)

withholdings_asked = Table(
    "withholdings_asked",
    read,
    Column("signature", LargeBinary, nullable=False),
    Column("request_id", PLAIN_TEXT, primary_key=True),
    _text("object_id"),
    _text("reason"),
    _text("asked_by"),
    _text("asked_at"),
    _text("order_key"),
)

withholdings = Table(
    "withholdings",
    read,
    Column("object_id", PLAIN_TEXT, primary_key=True),
    _text("request_id"),
    _text("reason"),
    _text("asked_by"),
    _text("confirmed_by"),
    _text("withheld_at"),
    _text("order_key"),
)
