"""Read tables of deficiencies: as stated, as asked for at later visits, corrections, and what ended any of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read


def _made() -> tuple[Column[Any], ...]:
    return (
        _text("stated_at"),
        _text("actor"),
        Column("epoch", BigInteger, nullable=False),
        Column("seq", BigInteger, nullable=False),
        _text("order_key"),
    )


deficiencies = Table(
    "deficiencies",
    read,
    # On a device twice, if HQ sends back what the device stated: a query takes the device's own (`db.queries`).
    Column("deficiency_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    _text("visit_id"),
    _text("site_id"),  # counts without a visit
    _text("item_id"),
    _text("question_id"),
    _text("what"),
    _text("place"),
    _text("severity"),
    _text("owner"),
    _text("due_on"),
    Column("photos", BigInteger, nullable=False, server_default="0"),
    _text("list_version"),
    *_made(),
    PrimaryKeyConstraint("deficiency_id", "origin"),
    Index("deficiencies_by_site", "site_id"),
    Index("deficiencies_by_visit", "visit_id"),
)

deficiency_follow_ups = Table(
    "deficiency_follow_ups",
    read,
    Column("deficiency_id", PLAIN_TEXT, nullable=False),
    Column("visit_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    _text("state"),
    _text("reason"),
    *_made(),
    PrimaryKeyConstraint("deficiency_id", "visit_id", "origin"),
    Index("deficiency_follow_ups_by_visit", "visit_id"),
)

deficiency_corrections = Table(
    "deficiency_corrections",
    read,
    Column("correction_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    _text("deficiency_id"),
    _text("visit_id"),
    _text("what"),
    _text("corrected_on"),
    _text("corrected_by"),
    _text("document"),  # its reference, as JSON; empty for none
    _text("document_name"),
    _text("no_document_reason"),
    Column("photos", BigInteger, nullable=False, server_default="0"),
    *_made(),
    PrimaryKeyConstraint("correction_id", "origin"),
    Index("deficiency_corrections_of", "deficiency_id"),
    Index("deficiency_corrections_by_visit", "visit_id"),
)

deficiency_ends = Table(
    "deficiency_ends",
    read,
    # Deficiencies and corrections (`record_id`) that no longer count. HQ sets aside any; others withdraw their own.
    Column("record_id", PLAIN_TEXT, nullable=False),
    Column("origin", PLAIN_TEXT, nullable=False),
    Column("is_hq", Boolean, nullable=False),
    Column("visit_id", PLAIN_TEXT, nullable=False),  # of a withdrawal, which counts only for a record of that visit
    _text("deficiency_id"),
    _text("reason"),
    *_made(),
    PrimaryKeyConstraint("record_id", "origin", "is_hq", "visit_id"),
    Index("deficiency_ends_of", "deficiency_id"),
)
