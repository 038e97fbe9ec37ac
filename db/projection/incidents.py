"""Incidents: fact → read tables. Each row is written once under its id, or the newest fact wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from db.incident_tables import incident_items, incident_notices, incident_parts, incident_reports, incidents
from db.projection.rows import Appliers, Noted, key_of, plain, put
from eum_app.domain import facts as f


def apply_incidents(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert incidents with their items; the newest fact of each incident wins, and all named items stay."""
    names = ("incident_id", "kind", "known_on", "source", "what", "list_version")
    rows = [
        {
            **plain(fact, *names),
            "recorded_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, incidents, rows)
    apply_items_added(connection, noted)


def apply_items_added(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert the items of incidents."""
    pairs = {(fact.incident_id, item_id) for _, fact, _ in noted for item_id in fact.item_ids}
    put(connection, incident_items, [{"incident_id": one, "item_id": item} for one, item in sorted(pairs)])


def apply_notices(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert notices; the newest fact of each notice wins."""
    names = ("notice_id", "incident_id", "told", "how", "told_on", "reference")
    rows = [
        {
            **plain(fact, *names),
            "recorded_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, incident_notices, rows)


def apply_parts(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert parts of written reports; the newest text of each part wins."""
    rows = [
        {
            **plain(fact, "incident_id", "part", "text"),
            "stated_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, incident_parts, rows)


def apply_reports(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert filed reports; the newest fact of each report wins."""
    rows = [
        {
            **plain(fact, "report_id", "incident_id", "filed_on", "reference"),
            "recorded_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, incident_reports, rows)


APPLIERS: Final[Appliers] = {
    f.IncidentRecorded: apply_incidents,
    f.IncidentItemsAdded: apply_items_added,
    f.IncidentNotified: apply_notices,
    f.IncidentDescribed: apply_parts,
    f.IncidentReportFiled: apply_reports,
}
