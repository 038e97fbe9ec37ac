"""Read tables of claims about items, of claim lists, and of profiles for reading lists.

A claim is never a sighting and does not change an item.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table

from db.tables import PLAIN_TEXT, _text, read

claims = Table(
    "claims",
    read,
    Column("claim_id", PLAIN_TEXT, primary_key=True),
    _text("import_id"),
    _text("claim_kind"),
    Column("line", BigInteger, nullable=False),
    _text("item_id"),
    _text("match"),
    _text("serial"),
    _text("uii"),
    _text("nomenclature"),
    _text("nsn"),
    _text("part_number"),
    _text("unit"),
    _text("state"),
    _text("disposition"),
    _text("as_of"),
    _text("remark"),
    _text("made_at"),
    _text("order_key"),
    Index("claims_by_item", "item_id"),
    Index("claims_by_serial", "serial"),
    Index("claims_by_uii", "uii"),
    Index("claims_by_import", "import_id", "line"),
)

claim_lists = Table(
    "claim_lists",
    read,
    Column("import_id", PLAIN_TEXT, primary_key=True),
    _text("claim_kind"),
    _text("source_name"),
    _text("source_sha384"),
    Column("rows", BigInteger, nullable=False),
    Column("claims", BigInteger, nullable=False),
    Column("matched", BigInteger, nullable=False),
    Column("unmatched", BigInteger, nullable=False),
    Column("ambiguous", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    _text("imported_at"),
    _text("actor"),
    _text("visit_id"),  # of a container's label: where it was read; empty for lists
    _text("order_key"),
    Index("claim_lists_by_source", "source_sha384"),
    Index("claim_lists_by_visit", "visit_id"),
)

profiles = Table(
    "profiles",
    read,
    Column("name", PLAIN_TEXT, primary_key=True),
    _text("list_kind"),
    Column("body", LargeBinary, nullable=False),  # the fact, as JSON
    _text("saved_at"),
    _text("actor"),
    _text("order_key"),
)
