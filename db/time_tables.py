"""Read tables of proof of time: trusted authorities, requests and answers.

`recorder` is the origin whose journal says so: a store believes only its own.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

time_authorities = Table(
    "time_authorities",
    read,
    Column("recorder", PLAIN_TEXT, nullable=False),
    Column("fingerprint", PLAIN_TEXT, nullable=False),
    _text("name"),
    Column("certificate", LargeBinary, nullable=False),
    Column("is_trusted", Boolean, nullable=False),
    _text("order_key"),
    PrimaryKeyConstraint("recorder", "fingerprint"),
)

time_requests = Table(
    "time_requests",
    read,
    Column("recorder", PLAIN_TEXT, nullable=False),
    Column("imprint", PLAIN_TEXT, nullable=False),
    _text("subject"),
    _text("about"),
    _text("file_name"),
    _text("requested_at"),
    _text("head_origin"),
    Column("head_epoch", BigInteger, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", LargeBinary, nullable=False),
    Column("head_signer", LargeBinary, nullable=False),
    Column("head_signature", LargeBinary, nullable=False),
    _text("order_key"),
    PrimaryKeyConstraint("recorder", "imprint"),
)

time_proofs = Table(
    "time_proofs",
    read,
    Column("recorder", PLAIN_TEXT, nullable=False),
    Column("imprint", PLAIN_TEXT, nullable=False),
    Column("authority", PLAIN_TEXT, nullable=False),
    _text("subject"),
    _text("about"),
    _text("proved_at"),
    Column("answer", LargeBinary, nullable=False),
    _text("head_origin"),
    Column("head_epoch", BigInteger, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", LargeBinary, nullable=False),
    Column("head_signer", LargeBinary, nullable=False),
    Column("head_signature", LargeBinary, nullable=False),
    _text("order_key"),
    PrimaryKeyConstraint("recorder", "imprint", "authority", "proved_at"),
)
