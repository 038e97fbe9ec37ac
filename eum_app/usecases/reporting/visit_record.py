"""The record of one visit: items, site checklist, findings, evidence, signatures; read in one view."""

from __future__ import annotations

from typing import Final

from db.content import read_content
from db.queries.checklists import visit_checklists
from db.queries.checks import EvidenceRow, evidence_of
from db.queries.claims import labels_noted
from db.queries.clock_jumps import clock_jumps
from db.queries.deficiencies import carried_over, loose_corrections, stated_at_visit
from db.queries.exchange import journal_heads, not_yet_received
from db.queries.findings import finding_ids, findings_by_id, reviews_of
from db.queries.reports import site_answer_rows, visit_rows
from db.queries.visits import closing, outcome_counts, visit
from db.store import Connection
from eum_app.domain.checklists import Checklist
from eum_app.domain.clock import instant_words
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.facts import ContentRef, PartySignature, VisitClosedOut
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.reports.model import Document
from eum_app.reports.visit_record import COLUMNS, REPORT, VisitSeen, item_cells, visit_record_report
from eum_app.usecases.reporting.report import Filter, FilterKind, Report, Shown, Source
from eum_app.usecases.session import Session
from eum_app.usecases.visits.balance import visit_balance
from eum_app.usecases.visits.photos import check_photo

_WHY_NOT = {
    "content.withheld": "withheld by order",
    "content.absent": "not received yet",
}


def _seen(session: Session, connection: Connection, visit_id: str) -> VisitSeen:
    row = visit(connection, visit_id)
    evidence = evidence_of(connection, visit_id=visit_id)
    closed = closing(connection, visit_id)
    ids = finding_ids(connection, only_open=False, visit_id=visit_id)
    findings = findings_by_id(connection, ids)
    reviews = {one: reviews_of(connection, one) for one in ids if findings[one].decision}
    return VisitSeen(
        visit=row,
        balance=visit_balance(connection, visit_id),
        outcomes=outcome_counts(connection, visit_id),
        rows=visit_rows(connection, visit_id),
        notes={one.check_id: _text(session, connection, one.ref) for one in evidence if one.role == "note"},
        item_checklist=_checklists(connection, visit_id)[0],
        checklist=_checklists(connection, visit_id)[1],
        answers=site_answer_rows(connection, visit_id),
        evidence=_once(evidence),
        findings=[(findings[one], next(iter(reviews.get(one, [])), None)) for one in ids],
        signatures=closed.signatures if closed else (),
        pictures=_pictures(session, connection, closed),
        not_received=not_yet_received(connection),
        heads=journal_heads(connection),
        labels=labels_noted(connection, visit_id),
        jumps=clock_jumps(connection, visit_id),
        deficiencies=[*stated_at_visit(connection, visit_id), *carried_over(connection, visit_id)],
        loose=loose_corrections(connection, visit_id),
        statement=_text(session, connection, closed.statement).splitlines() if closed and closed.statement else (),
    )


def _once(evidence: list[EvidenceRow]) -> list[EvidenceRow]:
    """Remove the names of signers: the record states that they exist, without their number."""
    return [row for row in evidence if not row.role.startswith("signer:")]


def _checklists(connection: Connection, visit_id: str) -> tuple[Checklist | None, Checklist | None]:
    try:
        return visit_checklists(connection, visit_id)
    except Refusal:
        return None, None


def _pictures(
    session: Session, connection: Connection, closed: VisitClosedOut | None
) -> tuple[tuple[str, bytes | str], ...]:
    if closed is None:
        return ()
    return tuple(_picture(session, connection, signature, closed.observed_at) for signature in closed.signatures)


def _picture(session: Session, connection: Connection, signature: PartySignature, at: str) -> tuple[str, bytes | str]:
    name = _text(session, connection, signature.signer) if signature.signer else ""
    caption = ", ".join(part for part in (signature.party.capitalize(), name, instant_words(at)) if part)
    if signature.signature is None:
        return caption, f"Declined: {signature.declined_reason}"
    try:
        drawn = read_content(connection, session.store.content, signature.signature)
        check_photo(drawn)
    except KnownError as error:
        return caption, f"Signature {_WHY_NOT.get(error.code, 'cannot be shown')}"
    return caption, drawn


def _text(session: Session, connection: Connection, ref: ContentRef) -> str:
    """Return the text of a note or a name; if it cannot be read, return the reason instead."""
    try:
        return read_content(connection, session.store.content, ref).decode(errors="replace")
    except KnownError as error:
        return f"({_WHY_NOT.get(error.code, error.code)})"


def _read(source: Source) -> Document:
    seen = _seen(source.session, source.connection, source.wanted["visit_id"])
    return visit_record_report(seen, source.made, item_cells(seen))


VISIT_RECORD: Final = Report(
    name=REPORT,
    title=QT_TRANSLATE_NOOP("reports", "Visit record"),
    about=QT_TRANSLATE_NOOP("reports", "Record of one visit: items, site checklist, findings, evidence, signatures."),
    columns=COLUMNS,
    read=_read,
    filters=(
        Filter(
            "visit_id",
            QT_TRANSLATE_NOOP("reports", "Visit"),
            QT_TRANSLATE_NOOP("reports", "The visit's id."),
            FilterKind.VISIT,
            option="visit",
            is_required=True,
        ),
    ),
    template=REPORT,
    command="visit",
    shown=(
        Shown(QT_TRANSLATE_NOOP("reports", "Serial number"), ("serial",), 112),
        Shown(QT_TRANSLATE_NOOP("reports", "Article"), ("part_number", "nomenclature")),
        Shown(QT_TRANSLATE_NOOP("reports", "Location"), ("location",)),
        Shown(QT_TRANSLATE_NOOP("reports", "Outcome"), ("outcome",), 140),
        Shown(QT_TRANSLATE_NOOP("reports", "Checked"), ("checked_at",), 104, only_day=True),
        Shown(QT_TRANSLATE_NOOP("reports", "By"), ("checked_by",), 96),
    ),
)
