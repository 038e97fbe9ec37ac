"""Read tables of HQ's log: the entries in its tree, signed heads, cosignatures, and the tree's stored hashes.

`epoch` is that of this HQ's own chain, in which the heads are recorded: an HQ that begins a new chain begins a new log.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

log_spans = Table(
    "log_spans",
    read,
    # The leaves from `first_leaf` on are the entries `first_seq` to `last_seq` of one chain.
    Column("log_epoch", BigInteger, nullable=False),
    Column("first_leaf", BigInteger, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("log_epoch", "first_leaf"),
    Index("log_spans_by_entry", "log_epoch", "origin", "epoch", "first_seq"),
)

log_heads = Table(
    "log_heads",
    read,
    Column("log_epoch", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    _text("signed_at"),
    Column("body", LargeBinary, nullable=False),  # a head file
    PrimaryKeyConstraint("log_epoch", "size"),
)

log_witnesses = Table(
    "log_witnesses",
    read,
    Column("log_epoch", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    _text("fingerprint"),
    _text("witness"),
    _text("cosigned_at"),
    Column("body", LargeBinary, nullable=False),  # (statement, key, signature), as JSON
    PrimaryKeyConstraint("log_epoch", "size", "fingerprint"),
)

log_tiles = Table(
    "log_tiles",
    read,
    # Tile `number` of `level` holds up to 256 hashes, each over 256 ** level leaves (C2SP tlog-tiles).
    Column("log_epoch", BigInteger, nullable=False),
    Column("level", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("log_epoch", "level", "number"),
)
