"""Read tables of incidents, their items, notices and written reports."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

incidents = Table(
    "incidents",
    read,
    Column("incident_id", PLAIN_TEXT, primary_key=True),
    _text("kind"),
    _text("known_on"),
    _text("source"),
    _text("what"),
    _text("list_version"),
    _text("recorded_at"),
    _text("actor"),
    _text("order_key"),
)

incident_items = Table(
    "incident_items",
    read,
    Column("incident_id", PLAIN_TEXT, nullable=False),
    Column("item_id", PLAIN_TEXT, nullable=False),
    PrimaryKeyConstraint("incident_id", "item_id"),
    Index("incident_items_by_item", "item_id"),
)

incident_notices = Table(
    "incident_notices",
    read,
    Column("notice_id", PLAIN_TEXT, primary_key=True),
    _text("incident_id"),
    _text("told"),
    _text("how"),
    _text("told_on"),
    _text("reference"),
    _text("recorded_at"),
    _text("actor"),
    _text("order_key"),
    Index("incident_notices_by_incident", "incident_id"),
)

incident_parts = Table(
    "incident_parts",
    read,
    Column("incident_id", PLAIN_TEXT, nullable=False),
    Column("part", PLAIN_TEXT, nullable=False),
    _text("text"),
    _text("stated_at"),
    _text("actor"),
    _text("order_key"),
    PrimaryKeyConstraint("incident_id", "part"),
)

incident_reports = Table(
    "incident_reports",
    read,
    Column("report_id", PLAIN_TEXT, primary_key=True),
    _text("incident_id"),
    _text("filed_on"),
    _text("reference"),
    _text("recorded_at"),
    _text("actor"),
    _text("order_key"),
    Index("incident_reports_by_incident", "incident_id"),
)
