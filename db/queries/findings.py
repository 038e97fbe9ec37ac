"""Findings and their reviews."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, case, exists, func, or_, select
from sqlalchemy.sql import FromClause

from db.among import among
from db.queries.checks import is_withdrawn
from db.tables import checks, evidence, findings, items, lapses, reviews, sites, visits
from eum_app.domain.clock import AFTER_LAST_YEAR, FIRST_YEAR
from eum_app.domain.errors import Refusal
from eum_app.domain.findings import Decision, Severity
from eum_app.domain.ids import CheckId, FindingId
from eum_app.domain.visits import ANSWER_ROLE, CHECK_VALUES
from eum_app.domain.vocabulary import Unknown, read_as

LOOKUP_CHUNK = 500
_KNOWN = {name: sorted(known) for name, known in CHECK_VALUES.items()}


@dataclass(frozen=True)
class FindingRow:
    """A finding and its subject.

    `decision` is the newest review's, or empty. `lapsed_at` is empty unless the finding lapsed. A finding with neither
    is open. `causes` are all the rules that are broken, `check_ids` the checks of one act (empty for a single check).
    A finding about a device's journal has `device` and the first and last entry concerned, but no visit.
    """

    finding_id: FindingId
    rule_id: str
    rule_version: int
    severity: Severity | Unknown
    visit_id: str
    item_id: str
    check_id: CheckId
    raised_at: str
    serial: str
    part_number: str
    nomenclature: str
    site: str
    checked_by: str
    origin: str
    decision: Decision | Unknown
    lapsed_at: str
    causes: tuple[str, ...] = ()
    check_ids: tuple[CheckId, ...] = ()
    device: str = ""
    epoch: int = 0
    first_seq: int = 0
    last_seq: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the finding has no decision and has not lapsed."""
        return not self.decision and not self.lapsed_at


@dataclass(frozen=True)
class ReviewRow:
    """A reviewer's decision on a finding."""

    review_id: str
    decision: Decision | Unknown
    comment: str
    disposition: str
    reviewed_at: str
    actor: str


def _newest_decision() -> ScalarSelect[str]:
    return (
        select(reviews.c.decision)
        .where(reviews.c.finding_id == findings.c.finding_id)
        .order_by(reviews.c.order_key.desc())
        .limit(1)
        .scalar_subquery()
    )


def is_open() -> ColumnElement[bool]:
    """Return the condition that a finding waits for a decision: the overview, the badge and the queue all ask it."""
    decided = select(reviews.c.review_id).where(reviews.c.finding_id == findings.c.finding_id).exists()
    lapsed = select(lapses.c.finding_id).where(lapses.c.finding_id == findings.c.finding_id).exists()
    return and_(~decided, ~lapsed)


_SEVERITY = case((findings.c.severity == Severity.HIGH, 0), (findings.c.severity == Severity.MEDIUM, 1), else_=2)


def findings_of_program(program: str) -> list[ColumnElement[bool]]:
    """Return conditions for the findings of a program's visits; empty for all."""
    if not program:
        return []
    return [findings.c.visit_id.in_(select(visits.c.visit_id).where(visits.c.program == program))]


def finding_ids(
    connection: Connection,
    *,
    only_open: bool = True,
    visit_id: str = "",
    program: str = "",
    severity: str = "",
    rule_id: str = "",
) -> list[FindingId]:
    """Return the ids of matching findings by severity, then oldest first. Empty text means all."""
    question = select(findings.c.finding_id).order_by(_SEVERITY, findings.c.raised_at, findings.c.finding_id)
    if only_open:
        question = question.where(is_open())
    for column, value in (("visit_id", visit_id), ("severity", severity), ("rule_id", rule_id)):
        if value:
            question = question.where(findings.c[column] == value)
    question = question.where(*findings_of_program(program))
    return list(connection.execute(question).scalars())


def findings_by_id(connection: Connection, ids: Iterable[FindingId]) -> dict[str, FindingRow]:
    """Return id → finding, for those that exist."""
    wanted = list(ids)
    found: dict[str, FindingRow] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        rows = connection.execute(
            select(
                findings,
                items.c.serial.label("book_serial"),
                items.c.part_number,
                items.c.nomenclature,
                sites.c.name.label("site"),
                checks.c.serial.label("read_serial"),
                checks.c.uii.label("read_uii"),
                checks.c.actor.label("checked_by"),
                checks.c.origin.label("check_origin"),
                lapses.c.lapsed_at,
                _newest_decision().label("decision"),
            )
            .outerjoin(items, items.c.item_id == findings.c.item_id)
            .outerjoin(checks, checks.c.check_id == findings.c.check_id)
            .outerjoin(visits, visits.c.visit_id == findings.c.visit_id)
            .outerjoin(sites, sites.c.site_id == visits.c.site_id)
            .outerjoin(lapses, lapses.c.finding_id == findings.c.finding_id)
            .where(findings.c.finding_id.in_(wanted[start : start + LOOKUP_CHUNK]))
        )
        for row in rows:
            found[row.finding_id] = FindingRow(
                finding_id=row.finding_id,
                rule_id=row.rule_id,
                rule_version=row.rule_version,
                severity=read_as(Severity, row.severity),
                visit_id=row.visit_id,
                item_id=row.item_id,
                check_id=row.check_id,
                raised_at=row.raised_at,
                serial="" if row.check_ids else row.book_serial or row.read_serial or row.read_uii or "",
                part_number=row.part_number or "",
                nomenclature=row.nomenclature or "",
                site=row.site or "",
                checked_by=row.checked_by or "",
                origin=row.check_origin or "",
                decision=read_as(Decision, row.decision or ""),
                lapsed_at=row.lapsed_at or "",
                causes=tuple(row.causes.split()),
                check_ids=tuple(CheckId(one) for one in row.check_ids.split()),
                device=row.device,
                epoch=row.epoch,
                first_seq=row.first_seq,
                last_seq=row.last_seq,
            )
    return found


def finding(connection: Connection, finding_id: FindingId) -> FindingRow:
    """Return one finding. Raises Refusal `finding.unknown`."""
    found = findings_by_id(connection, [finding_id])
    if finding_id not in found:
        raise Refusal("finding.unknown", finding_id=finding_id[:40])
    return found[finding_id]


def reviews_of(connection: Connection, finding_id: FindingId) -> list[ReviewRow]:
    """Return the decisions on a finding, newest first."""
    rows = connection.execute(
        select(reviews).where(reviews.c.finding_id == finding_id).order_by(reviews.c.order_key.desc())
    )
    return [
        ReviewRow(
            row.review_id, read_as(Decision, row.decision), row.comment, row.disposition, row.reviewed_at, row.actor
        )
        for row in rows
    ]


def known_finding_ids(connection: Connection, ids: Iterable[FindingId]) -> set[FindingId]:
    """Return those of these ids that exist."""
    wanted = list(ids)
    known: set[FindingId] = set()
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chunk = wanted[start : start + LOOKUP_CHUNK]
        known |= set(
            connection.execute(select(findings.c.finding_id).where(findings.c.finding_id.in_(chunk))).scalars()
        )
    return known


def open_count(connection: Connection) -> int:
    """Return the number of open findings."""
    return connection.execute(select(func.count()).select_from(findings).where(is_open())).scalar_one()


class CheckToJudge(NamedTuple):
    """Input of the rules about a check. `photos` counts those recorded with it, or else those attached later.

    `answers` is the text of its answers, for `testimony.answers_of`.
    """

    check_id: CheckId
    visit_id: str
    item_id: str
    outcome: str
    observed_at: str
    answers: str
    grade: str
    reason: str
    act: str
    read_by: str
    photos: int


def distinct_answers(connection: Connection, visit_id: str) -> list[str]:
    """Return the different texts of answers that the checks of a visit have; few, because most are alike."""
    question = select(checks.c.answers).where(checks.c.visit_id == visit_id, checks.c.answers != "").distinct()
    return list(connection.execute(question).scalars())


def checks_to_judge(
    connection: Connection,
    visit_id: str,
    outcomes: Iterable[str],
    late: str,
    *,
    grade: str,
    answers: Iterable[str],
    ids: Iterable[str] = (),
) -> list[CheckToJudge]:
    """Return the counting checks of a visit that could break a rule.

    Those chosen only by their answers or ids come last; apart from that they are newest first.

    These have one of the outcomes, are dated after `late` or before any use of this program, hold a value that this
    version does not know, have another grade than `grade` (if that is not empty), one of the texts of `answers`, or
    one of the `ids`. Counting are the newest check of an item that was not withdrawn, and every such check
    of an unlisted item.
    """
    attached = (
        select(func.count())
        .where(
            evidence.c.check_id == checks.c.check_id,
            evidence.c.visit_id == checks.c.visit_id,
            (evidence.c.role == "photo") | evidence.c.role.startswith(ANSWER_ROLE, autoescape=True),
        )
        .scalar_subquery()
    )
    named = [checks.c[name] for name in CheckToJudge._fields[:-1]]
    question = (
        select(*named, func.coalesce(func.nullif(checks.c.photos, 0), attached))
        .where(checks.c.visit_id == visit_id, _stands(checks))
        .where((checks.c.item_id == "") | ~_is_outdone())
        .order_by(checks.c.order_key.desc())
    )
    chosen = or_(
        checks.c.outcome.in_(sorted(outcomes)),
        checks.c.observed_at > late,
        checks.c.observed_at < FIRST_YEAR,
        checks.c.observed_at >= AFTER_LAST_YEAR,
        *(checks.c[name].not_in(known) for name, known in _KNOWN.items()),
    )
    if grade:
        chosen |= checks.c.grade != grade
    found = {row.check_id: CheckToJudge._make(row) for row in connection.execute(question.where(chosen))}
    for column, values in ((checks.c.answers, answers), (checks.c.check_id, ids)):
        for wanted in among(connection, column, values):
            for row in connection.execute(question.where(wanted, ~chosen)):
                found.setdefault(row.check_id, CheckToJudge._make(row))
    return list(found.values())


def still_counts(connection: Connection, check_id: str) -> bool:
    """Whether a check counts: it was not withdrawn, and no newer check of its item in the visit counts."""
    counts = select(checks.c.check_id).where(
        checks.c.check_id == check_id, _stands(checks), (checks.c.item_id == "") | ~_is_outdone()
    )
    return connection.execute(counts).first() is not None


def _is_outdone() -> ColumnElement[bool]:
    """Return the condition that a newer check of the same item in the same visit counts."""
    newer = checks.alias("newer")
    return exists().where(
        newer.c.visit_id == checks.c.visit_id,
        newer.c.item_id == checks.c.item_id,
        newer.c.order_key > checks.c.order_key,
        _stands(newer),
    )


def _stands(of_checks: FromClause) -> ColumnElement[bool]:
    """Return the condition that its own device did not withdraw the check."""
    return ~is_withdrawn(of_checks)
