"""Read tables of the exchange: devices, revocations, bundles in and out, receipts and exported reports."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, true

from db.tables import PLAIN_TEXT, _text, read

devices = Table(
    "devices",
    read,
    Column("device", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    _text("fingerprint"),
    Column("body", LargeBinary, nullable=False),
    _text("enrolled_at"),
    Column("known_at", BigInteger, nullable=False),
    _text("order_key"),
    PrimaryKeyConstraint("device", "epoch"),
)

recertifications = Table(
    "recertifications",
    read,
    # Every later certificate for the keys of an enrolled device; the newest `order_key` is the one in use.
    Column("device", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    _text("fingerprint"),
    Column("body", LargeBinary, nullable=False),
    _text("order_key"),
    PrimaryKeyConstraint("device", "epoch", "order_key"),
)

revocations = Table(
    "revocations",
    read,
    Column("device", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    _text("reason"),
    _text("revoked_at"),
    Column("known_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("device", "epoch"),
)

fixed_heads = Table(
    "fixed_heads",
    read,
    # Heads that a person at HQ vouches for: read from a paper record (paper), or accepted for a late bundle (accepted).
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("head_hash", LargeBinary, nullable=False),
    Column("how", PLAIN_TEXT, nullable=False),
    Column("actor", PLAIN_TEXT, nullable=False),
    _text("reason"),
    _text("at"),
    Column("known_at", BigInteger, nullable=False),
    _text("quarantine_id"),
    # Of the account's key. Part of the key, so that a statement that a script wrote first does not keep out a true one.
    Column("signature", LargeBinary, nullable=False),
    PrimaryKeyConstraint("origin", "epoch", "seq", "head_hash", "how", "actor", "signature"),
)

learned_revocations = Table(
    "learned_revocations",
    read,
    # Certificates that no bundle or report may rest on: revoked by this HQ (`issued_at` empty), or learned from HQ.
    Column("recorder", PLAIN_TEXT, nullable=False),
    Column("serial", PLAIN_TEXT, nullable=False),
    Column("issued_at", PLAIN_TEXT, nullable=False),
    Column("issuer_epoch", BigInteger, nullable=False),
    _text("holder"),
    _text("revoked_at"),
    PrimaryKeyConstraint("recorder", "serial", "issued_at", "issuer_epoch"),
)

bundles = Table(
    "bundles",
    read,
    Column("bundle_id", PLAIN_TEXT, nullable=False),
    Column("direction", PLAIN_TEXT, nullable=False),
    Column("recorder", PLAIN_TEXT, nullable=False),
    Column("recorder_epoch", BigInteger, nullable=False),
    _text("bundle_kind"),
    _text("party"),
    _text("origin"),
    Column("epoch", BigInteger, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("head_hash", LargeBinary, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("objects", BigInteger, nullable=False),
    _text("file_name"),
    _text("at"),
    _text("order_key"),
    Column("known_at", BigInteger, nullable=False),
    _text("imprint"),
    PrimaryKeyConstraint("bundle_id", "direction", "recorder", "recorder_epoch"),
    Index("bundles_by_imprint", "imprint"),
)

quarantine = Table(
    "quarantine",
    read,
    Column("quarantine_id", PLAIN_TEXT, nullable=False),
    Column("recorder", PLAIN_TEXT, nullable=False),
    _text("bundle_id"),
    _text("file_name"),
    _text("file_sha384"),
    Column("file_size", BigInteger, nullable=False),
    _text("code"),
    _text("details"),
    Column("is_kept", Boolean, nullable=False, server_default=true()),
    _text("sender"),
    _text("at"),
    PrimaryKeyConstraint("quarantine_id", "recorder"),
)

received = Table(
    "received",
    read,
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("head_hash", LargeBinary, nullable=False),
    _text("hq"),
    _text("bundle_id"),
    _text("at"),
    _text("order_key"),
    PrimaryKeyConstraint("origin", "epoch", "seq"),
)

exports = Table(
    "exports",
    read,
    Column("sha384", PLAIN_TEXT, nullable=False),
    Column("file_name", PLAIN_TEXT, nullable=False),
    _text("report"),
    Column("rows", BigInteger, nullable=False),
    _text("as_of"),
    _text("actor"),
    _text("at"),
    _text("imprint"),
    _text("order_key"),
    PrimaryKeyConstraint("sha384", "file_name", "order_key"),
    Index("exports_by_imprint", "imprint"),
)
