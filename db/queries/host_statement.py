"""The data of the statement that the host of a visit reads and signs: each item with its outcome and its exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.checks import check, evidence_of
from db.queries.deficiencies import said_at_visit
from db.queries.deficiency_rows import Deficiency
from db.queries.dispositions import statements_at
from db.queries.items import items_by_id
from db.queries.reading import Reading
from db.queries.reports import VisitItemRow, visit_rows
from db.queries.visits import VisitRow, visit
from eum_app.domain.checklists import Answer, Checklist, Question, deviations
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import Difference
from eum_app.domain.ids import CheckId
from eum_app.domain.visit_kinds import wanted_grade_of
from eum_app.domain.visits import TO_CHECK, sighting_grade

Unexpected = tuple[tuple[Question, Answer], ...]
"""Answers that are not as expected, each with its question."""


@dataclass(frozen=True)
class StatedItem:
    """One item of a visit with the check that counts.

    `outcome` is `to_check` without a check. `grade` is that of its sighting, empty for none. `is_below` says that the
    kind of visit asks for a better grade. `photos` are those of its check.
    """

    serial: str
    part_number: str
    is_listed: bool
    outcome: str
    reason: str
    differences: tuple[Difference, ...]
    unexpected: Unexpected
    grade: str
    is_below: bool
    reading: Reading
    photos: int = 0


@dataclass(frozen=True)
class StatedFate:
    """One statement of the visit about an item; see `DispositionStated`. `happened_on` is `YYYY-MM-DD`."""

    serial: str
    disposition: str
    happened_on: str
    reported_by: str
    reporter: str


@dataclass(frozen=True)
class HostStatement:
    """Everything that the statement says. `first_at` and `last_at` are UTC text, empty before the first check."""

    visit: VisitRow
    items: tuple[StatedItem, ...]
    site_unexpected: Unexpected
    photos: int
    first_at: str
    last_at: str
    fates: tuple[StatedFate, ...] = ()
    deficiencies: tuple[Deficiency, ...] = ()


def host_statement(connection: Connection, visit_id: str) -> HostStatement:
    """Return the data of the statement, items in list order and unlisted ones after them.

    If one of the visit's checklists is not in this store, no answer counts as unexpected. Raises Refusal
    `visit.unknown`.
    """
    row = visit(connection, visit_id)
    rows = visit_rows(connection, visit_id)
    of_items, of_site = _checklists(connection, visit_id)
    photos = Counter[str](one.check_id for one in evidence_of(connection, visit_id=visit_id) if one.is_photo)
    times = sorted(one.observed_at for one in rows if one.observed_at)
    return HostStatement(
        visit=row,
        items=_stated(connection, row, rows, of_items, photos),
        site_unexpected=_unexpected(of_site, site_answers_of(connection, visit_id)),
        photos=photos[""] + sum(photos[one.check_id] for one in rows if one.check_id),
        first_at=times[0] if times else "",
        last_at=times[-1] if times else "",
        fates=_fates(connection, visit_id),
        deficiencies=tuple(said_at_visit(connection, visit_id)),
    )


def _fates(connection: Connection, visit_id: str) -> tuple[StatedFate, ...]:
    """Return what the visit states became of items, oldest first, without statements that no longer count."""
    facts = [one.fact for one in reversed(statements_at(connection, visit_id)) if not one.ended_at]
    rows = items_by_id(connection, {fact.item_id for fact in facts})
    return tuple(
        StatedFate(
            rows[fact.item_id].serial if fact.item_id in rows else "",
            fact.disposition,
            fact.happened_on,
            fact.reported_by,
            fact.reporter,
        )
        for fact in facts
    )


def _checklists(connection: Connection, visit_id: str) -> tuple[Checklist | None, Checklist | None]:
    try:
        return visit_checklists(connection, visit_id)
    except Refusal:
        return None, None


def _stated(
    connection: Connection,
    row: VisitRow,
    rows: Sequence[VisitItemRow],
    checklist: Checklist | None,
    photos: Mapping[str, int],
) -> tuple[StatedItem, ...]:
    wanted = wanted_grade_of(row.purpose)
    known: dict[tuple[Answer, ...], Unexpected] = {}  # most checks of a visit have the same answers
    found = []
    for one in rows:
        answers = one.testimony.answers
        if answers not in known:
            known[answers] = _unexpected(checklist, answers)
        grade = sighting_grade(one.outcome, one.grade)
        found.append(
            StatedItem(
                serial=one.serial or one.read_serial or _mark_of(connection, one.check_id),
                part_number=one.part_number,
                is_listed=one.is_expected,
                outcome=one.outcome or TO_CHECK,
                reason=one.reason,
                differences=one.testimony.differences,
                unexpected=known[answers],
                grade=grade,
                is_below=bool(grade) and bool(wanted) and grade != wanted,
                reading=one.reading,
                photos=photos[one.check_id] if one.check_id else 0,
            )
        )
    return tuple(found)


def _mark_of(connection: Connection, check_id: str) -> str:
    """Return the name of an item that has no serial number: the UII that was read."""
    return check(connection, CheckId(check_id)).serial if check_id else ""


def _unexpected(checklist: Checklist | None, answers: Iterable[Answer]) -> Unexpected:
    given = {answer.question_id: answer for answer in answers}
    if checklist is None:
        return ()
    return tuple((one, given[one.question_id]) for one in deviations(checklist, given.values()))
