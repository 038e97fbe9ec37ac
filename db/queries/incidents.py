"""Incidents with their items, notices and written reports, and losses that no incident covers yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from db.among import among
from db.disposition_tables import dispositions
from db.incident_tables import incident_items, incident_notices, incident_parts, incident_reports, incidents
from db.tables import items, sites
from eum_app.domain.errors import Refusal


@dataclass(frozen=True)
class IncidentRow:
    """An incident. `known_on` is `YYYY-MM-DD`; `notices` and `items` count; `filed_on` is of the first report, or "".

    `place` is that of one of its items, `written` are the parts of the report that have a text.
    """

    incident_id: str
    kind: str
    known_on: str
    source: str
    what: str
    list_version: str
    recorded_at: str
    actor: str
    items: int
    serials: tuple[str, ...]
    place: str
    notices: int
    written: tuple[str, ...]
    filed_on: str


@dataclass(frozen=True)
class Notice:
    """A notice of an incident."""

    told: str
    how: str
    told_on: str
    reference: str
    actor: str


@dataclass(frozen=True)
class WrittenPart:
    """One part of the written report."""

    part: str
    text: str
    stated_at: str
    actor: str


@dataclass(frozen=True)
class FiledReport:
    """A written report that was filed."""

    filed_on: str
    reference: str
    actor: str


@dataclass(frozen=True)
class Incident:
    """An incident with all that is recorded about it, each oldest first."""

    row: IncidentRow
    item_ids: tuple[str, ...]
    notices: tuple[Notice, ...]
    parts: tuple[WrittenPart, ...]
    reports: tuple[FiledReport, ...]


@dataclass(frozen=True)
class OpenLoss:
    """An item that is reported as lost, stolen or destroyed by a statement, in no incident yet."""

    item_id: str
    serial: str
    nomenclature: str
    site: str
    disposition: str
    stated_on: str
    """The UTC day of the statement, `YYYY-MM-DD`."""


def all_incidents(connection: Connection) -> list[IncidentRow]:
    """Return all incidents, newest first by the day on which they were known."""
    order = (incidents.c.known_on.desc(), incidents.c.order_key.desc())
    ids = list(connection.execute(select(incidents.c.incident_id).order_by(*order)).scalars())
    return list(_rows(connection, ids).values())


def incident(connection: Connection, incident_id: str) -> Incident:
    """Return one incident. Raises Refusal `incident.unknown`."""
    found = _rows(connection, [incident_id])
    if incident_id not in found:
        raise Refusal("incident.unknown", incident_id=incident_id[:40])
    mine = incident_items.c.incident_id == incident_id
    item_ids = connection.execute(select(incident_items.c.item_id).where(mine).order_by(incident_items.c.item_id))
    notices = select(incident_notices).where(incident_notices.c.incident_id == incident_id)
    parts = select(incident_parts).where(incident_parts.c.incident_id == incident_id)
    reports = select(incident_reports).where(incident_reports.c.incident_id == incident_id)
    return Incident(
        found[incident_id],
        tuple(item_ids.scalars()),
        tuple(
            Notice(row.told, row.how, row.told_on, row.reference, row.actor)
            for row in connection.execute(notices.order_by(incident_notices.c.order_key))
        ),
        tuple(
            WrittenPart(row.part, row.text, row.stated_at, row.actor)
            for row in connection.execute(parts.order_by(incident_parts.c.part))
        ),
        tuple(
            FiledReport(row.filed_on, row.reference, row.actor)
            for row in connection.execute(reports.order_by(incident_reports.c.order_key))
        ),
    )


def _rows(connection: Connection, ids: Iterable[str]) -> dict[str, IncidentRow]:
    wanted = list(ids)
    heads: dict[str, Row[Any]] = {}
    of_items: dict[str, list[tuple[str, str]]] = {}
    told: dict[str, int] = {}
    written: dict[str, list[str]] = {}
    filed: dict[str, str] = {}
    for chosen in among(connection, incidents.c.incident_id, wanted):
        heads |= {row.incident_id: row for row in connection.execute(select(incidents).where(chosen))}
    for chosen in among(connection, incident_items.c.incident_id, wanted):
        question = (
            select(incident_items.c.incident_id, items.c.serial, items.c.country, sites.c.name)
            .outerjoin(items, items.c.item_id == incident_items.c.item_id)
            .outerjoin(sites, sites.c.site_id == items.c.site_id)
            .where(chosen)
            .order_by(items.c.serial)
        )
        for row in connection.execute(question):
            place = ", ".join(filter(None, (row.name, row.country)))
            of_items.setdefault(row.incident_id, []).append((row.serial or "", place))
    for chosen in among(connection, incident_notices.c.incident_id, wanted):
        for one in connection.execute(select(incident_notices.c.incident_id).where(chosen)).scalars():
            told[one] = told.get(one, 0) + 1
    for chosen in among(connection, incident_parts.c.incident_id, wanted):
        question = select(incident_parts).where(chosen, incident_parts.c.text != "").order_by(incident_parts.c.part)
        for row in connection.execute(question):
            written.setdefault(row.incident_id, []).append(row.part)
    for chosen in among(connection, incident_reports.c.incident_id, wanted):
        for row in connection.execute(select(incident_reports).where(chosen)):
            filed[row.incident_id] = min(row.filed_on, filed.get(row.incident_id, row.filed_on))
    found = {}
    for incident_id in wanted:
        head = heads.get(incident_id)
        if head is None:
            continue
        its = of_items.get(incident_id, [])
        found[incident_id] = IncidentRow(
            incident_id=incident_id,
            kind=head.kind,
            known_on=head.known_on,
            source=head.source,
            what=head.what,
            list_version=head.list_version,
            recorded_at=head.recorded_at,
            actor=head.actor,
            items=len(its),
            serials=tuple(serial for serial, _ in its),
            place=next((place for _, place in its if place), ""),
            notices=told.get(incident_id, 0),
            written=tuple(written.get(incident_id, ())),
            filed_on=filed.get(incident_id, ""),
        )
    return found


def losses_without_incident(connection: Connection, codes: Iterable[str]) -> list[OpenLoss]:
    """Return the items that a statement reports as one of `codes` and that no incident names, oldest first."""
    is_covered = exists().where(incident_items.c.item_id == items.c.item_id)
    rows = connection.execute(
        select(items, sites.c.name.label("site"), dispositions.c.stated_at)
        .join(dispositions, (dispositions.c.statement_id == items.c.statement_id) & (items.c.statement_id != ""))
        .outerjoin(sites, sites.c.site_id == items.c.site_id)
        .where(dispositions.c.item_id == items.c.item_id, items.c.disposition.in_(sorted(codes)), ~is_covered)
        .order_by(dispositions.c.stated_at, items.c.serial)
    )
    found = {
        row.item_id: OpenLoss(
            row.item_id, row.serial, row.nomenclature, row.site or "", row.disposition, row.stated_at[:10]
        )
        for row in rows
    }
    return list(found.values())
