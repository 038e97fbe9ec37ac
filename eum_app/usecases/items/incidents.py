"""Incidents at HQ: record a loss, theft or destruction, note who was notified, write the report and file it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from db.queries.incidents import Incident, IncidentRow, OpenLoss, all_incidents, incident, losses_without_incident
from db.queries.items import items_by_id
from db.store import Connection
from eum_app.domain.clock import date_of
from eum_app.domain.disposition_list import last_day_at, list_in_force, version_of
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    IncidentDescribed,
    IncidentItemsAdded,
    IncidentNotified,
    IncidentRecorded,
    IncidentReportFiled,
)
from eum_app.domain.incidents import IncidentKind, ReportClock, ReportPart, report_clock
from eum_app.domain.people import Permission
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.changes import Changed
from eum_app.usecases.items.disposition_lists import shipped_lists
from eum_app.usecases.items.disposition_statement import require_short
from eum_app.usecases.people.scopes import require_items
from eum_app.usecases.session import Session, new_id

DEFAULT_DAYS: Final = 30
"""For an incident under a version of the list that this program does not know (LOA note on night vision devices)."""
MAX_ITEMS: Final = 5_000
"""Items in one fact, which is of limited size."""


@dataclass(frozen=True)
class RecordedIncident(Changed):
    """Result of recording an incident."""

    incident_id: str


def record_incident(
    session: Session, *, kind: str, known_on: str, source: str, what: str, item_ids: Collection[str]
) -> RecordedIncident:
    """Record an incident with one or more items. The clocks count from `known_on` (`YYYY-MM-DD`).

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `incident.kind`, `incident.what`, `incident.items`
    (none, or too many), `item.unknown`, `incident.known_on` (not a date, or not yet), `note.too_long`,
    `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    session.require(Permission.INCIDENT_RECORD)
    if member_of(IncidentKind, kind) is None:
        raise Refusal("incident.kind", kind=kind[:40], known=", ".join(IncidentKind))
    if not what.strip() or not source.strip():
        raise Refusal("incident.what")
    _require_day(session, known_on, "incident.known_on")
    for text in (source, what):
        require_short(text)
    with session.writing() as transaction:
        ids = _require_items(session, transaction.connection, item_ids)
        fact = IncidentRecorded(
            observed_at=session.observed_now(),
            incident_id=new_id(),
            kind=kind,
            known_on=known_on.strip(),
            source=source.strip(),
            what=what.strip(),
            item_ids=ids,
            list_version=list_in_force(shipped_lists(), session.now().date()).version,
        )
        transaction.record(fact)
        return RecordedIncident(frozenset(transaction.areas), fact.incident_id)


def add_to_incident(session: Session, incident_id: str, item_ids: Collection[str]) -> Changed:
    """Add items to an incident. Raises as `record_incident` does, and Refusal `incident.unknown`."""
    session.require(Permission.INCIDENT_RECORD)
    with session.writing() as transaction:
        held = _held(session, transaction.connection, incident_id)
        ids = _require_items(session, transaction.connection, set(item_ids) - set(held.item_ids))
        transaction.record(
            IncidentItemsAdded(observed_at=session.observed_now(), incident_id=incident_id, item_ids=ids)
        )
        return Changed(frozenset(transaction.areas))


def note_notice(
    session: Session, incident_id: str, *, told: str, how: str, told_on: str, reference: str = ""
) -> Changed:
    """Record that an office was notified on a day (`YYYY-MM-DD`).

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `incident.unknown`, `incident.notice` (who or how is
    missing), `incident.told_on` (not a date, or not yet), `note.too_long`; Trouble for disk errors.
    """
    session.require(Permission.INCIDENT_RECORD)
    if not told.strip() or not how.strip():
        raise Refusal("incident.notice")
    _require_day(session, told_on, "incident.told_on")
    for text in (told, how, reference):
        require_short(text)
    with session.writing() as transaction:
        _held(session, transaction.connection, incident_id)
        transaction.record(
            IncidentNotified(
                observed_at=session.observed_now(),
                notice_id=new_id(),
                incident_id=incident_id,
                told=told.strip(),
                how=how.strip(),
                told_on=told_on.strip(),
                reference=reference.strip(),
            )
        )
        return Changed(frozenset(transaction.areas))


def describe_incident(session: Session, incident_id: str, part: str, text: str) -> Changed:
    """Write one part of the written report; an earlier text stays in the journal.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `incident.unknown`, `incident.part`, `incident.text`
    (empty), `note.too_long`; Trouble for disk errors.
    """
    session.require(Permission.INCIDENT_RECORD)
    if member_of(ReportPart, part) is None:
        raise Refusal("incident.part", part=part[:40], known=", ".join(ReportPart))
    if not text.strip():
        raise Refusal("incident.text")
    require_short(text)
    with session.writing() as transaction:
        _held(session, transaction.connection, incident_id)
        transaction.record(
            IncidentDescribed(observed_at=session.observed_now(), incident_id=incident_id, part=part, text=text.strip())
        )
        return Changed(frozenset(transaction.areas))


def file_report(session: Session, incident_id: str, *, filed_on: str, reference: str) -> Changed:
    """Record that the written report was filed on a day (`YYYY-MM-DD`), under a reference. This ends its clock.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `incident.unknown`, `incident.parts_open` (parts
    without a text), `incident.reference` (missing), `incident.filed_on` (not a date, not yet, or before the loss was
    known), `note.too_long`; Trouble for disk errors.
    """
    session.require(Permission.INCIDENT_RECORD)
    if not reference.strip():
        raise Refusal("incident.reference")
    require_short(reference)
    _require_day(session, filed_on, "incident.filed_on")
    with session.writing() as transaction:
        held = _held(session, transaction.connection, incident_id)
        if filed_on.strip() < held.row.known_on:
            raise Refusal("incident.filed_on", date=filed_on[:40])
        open_parts = [part for part in ReportPart if part not in held.row.written]
        if open_parts:
            raise Refusal("incident.parts_open", parts=open_parts)
        transaction.record(
            IncidentReportFiled(
                observed_at=session.observed_now(),
                report_id=new_id(),
                incident_id=incident_id,
                filed_on=filed_on.strip(),
                reference=reference.strip(),
            )
        )
        return Changed(frozenset(transaction.areas))


@dataclass(frozen=True)
class Register:
    """All incidents in the account's scope with their clocks, and losses that none of them covers yet."""

    incidents: tuple[tuple[IncidentRow, ReportClock], ...]
    losses: tuple[tuple[OpenLoss, ReportClock], ...]


def register(session: Session) -> Register:
    """Return the register on today's UTC day. A loss without an incident counts from the day of its statement."""
    today = session.now().date()
    in_force = list_in_force(shipped_lists(), today)
    losses = session.read(losses_without_incident, [one.code for one in in_force.states if one.is_incident])
    return Register(
        tuple((row, clock_of(row, today)) for row in session.read(all_incidents)),
        tuple((loss, report_clock(loss.stated_on, in_force.report_days, "", today)) for loss in losses),
    )


def clock_of(row: IncidentRow, today: date) -> ReportClock:
    """Return the clock of an incident's written report, under the version that the incident names."""
    under = version_of(shipped_lists(), row.list_version)
    return report_clock(row.known_on, under.report_days if under else DEFAULT_DAYS, row.filed_on, today)


def _held(session: Session, connection: Connection, incident_id: str) -> Incident:
    held = incident(connection, incident_id)
    require_items(session, connection, held.item_ids)
    return held


def _require_items(session: Session, connection: Connection, item_ids: Collection[str]) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(item_ids))
    if not 0 < len(ids) <= MAX_ITEMS:
        raise Refusal("incident.items", limit=MAX_ITEMS)
    known = items_by_id(connection, ids)
    for item_id in ids:
        if item_id not in known:
            raise Refusal("item.unknown", item_id=item_id[:40])
    require_items(session, connection, ids)
    return ids


def _require_day(session: Session, text: str, code: str) -> None:
    day = date_of(text.strip())
    if day is None or day > last_day_at(session.now()):
        raise Refusal(code, date=text[:40])
