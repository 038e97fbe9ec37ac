"""Rows and counts of reports, and the journal look-ups that verify a report later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Subquery, and_, case, func, literal, select

from db.exchange_tables import exports
from db.queries.checks import is_attributed, is_withdrawn
from db.queries.clocks import clock_columns, made_by, row_standing, sightings
from db.queries.reading import NO_READING, READING_COLUMNS, Reading
from db.queries.testimony import NOTHING_STATED, TESTIMONY_COLUMNS, Testimony, testimony_of
from db.queries.visits import is_unexpected, of_pending_visit
from db.tables import checks, items, site_answers, sites, visit_items
from eum_app.domain.clock import parse_date
from eum_app.domain.compliance.clocks import ClockState
from eum_app.domain.visits import NOT_SIGHTED, SEEN_OUTCOMES

STREAM_ROWS = 2_000


@dataclass(frozen=True)
class InventoryFilter:
    """Filter of an inventory report; empty text means all."""

    site_id: str = ""
    country: str = ""
    case_id: str = ""
    eum_level: str = ""


SIGNATURE_OUTSTANDING: Final = "signature outstanding"


class StatusRow(NamedTuple):
    """An item with the book's values, the newest check that counts, and its sightings."""

    country: str
    case_id: str
    rsn: str
    nomenclature: str
    nsn: str
    part_number: str
    cage: str
    serial: str
    uii: str
    eum_level: str
    ship_date: str
    delivery_date: str
    site: str
    location: str
    disposition: str
    last_inventory: str
    last_outcome: str
    last_reason: str
    last_grade: str
    last_checked_at: str
    last_checked_by: str
    last_origin: str
    last_seq: int | None
    first_sighted_on: str
    last_sighted_on: str
    last_signature: str
    """`SIGNATURE_OUTSTANDING` if the account of the newest check has signed no head over it, else empty."""


@dataclass(frozen=True)
class CaseLine:
    """One line of one case: the number of its items in the book, in total and by disposition."""

    case_id: str
    rsn: str
    total: int
    dispositions: dict[str, int]


@dataclass(frozen=True)
class StatusCounts:
    """Counts over all items of a filter, by disposition, by outcome and grade of the newest check, and by clock.

    An item without a check counts as `never_checked` and grade `none`; a check without a sighting as `NOT_SIGHTED`.
    Only keys with items are present.
    """

    total: int
    dispositions: dict[str, int]
    outcomes: dict[str, int]
    grades: dict[str, int]
    clocks: dict[str, int]
    case_lines: list[CaseLine]


class VisitItemRow(NamedTuple):
    """An expected item of a visit, or a check of one that was not expected, with the check that counts."""

    item_id: str
    serial: str
    part_number: str
    nomenclature: str
    location: str
    uii: str
    is_expected: bool
    check_id: str
    outcome: str
    reason: str
    grade: str
    read_serial: str
    observed_at: str
    actor: str
    origin: str
    epoch: int | None
    seq: int | None
    reading: Reading
    testimony: Testimony
    signature: str
    """As `StatusRow.last_signature`."""


class SiteAnswerRow(NamedTuple):
    """An answer to a question of the site checklist, and its author."""

    question_id: str
    value: str
    comment: str
    actor: str


def _conditions(wanted: InventoryFilter) -> tuple[ColumnElement[bool], ...]:
    pairs = (
        (items.c.site_id, wanted.site_id),
        (items.c.country, wanted.country),
        (items.c.case_id, wanted.case_id),
        (items.c.eum_level, wanted.eum_level),
    )
    return tuple(column == value for column, value in pairs if value)


def inventory_count(connection: Connection, wanted: InventoryFilter) -> int:
    """Return the number of items that match."""
    question = select(func.count()).select_from(items).where(*_conditions(wanted))
    return connection.execute(question).scalar_one()


def _newest_check(as_of: date) -> Subquery:
    newest = (
        select(checks.c.item_id, func.max(checks.c.order_key).label("order_key"))
        .where(~is_withdrawn(), ~of_pending_visit(checks.c.visit_id), checks.c.item_id != "", made_by(as_of))
        .group_by(checks.c.item_id)
        .subquery()
    )
    return (
        select(checks)
        .join(newest, and_(newest.c.item_id == checks.c.item_id, newest.c.order_key == checks.c.order_key))
        .subquery()
    )


def _grade_of(newest: Subquery) -> ColumnElement[str]:
    """Return the grade of the evidence for a sighting as a column; "" for a check that sighted nothing."""
    return case((newest.c.outcome.in_(SEEN_OUTCOMES), newest.c.grade), else_="")


def _signature_of(of_checks: FromClause) -> ColumnElement[str]:
    """Return whether the account of a check still owes its signature as a column; "" also without a check."""
    is_owed = and_(of_checks.c.seq.is_not(None), ~is_attributed(of_checks))
    return case((is_owed, SIGNATURE_OUTSTANDING), else_="")


def inventory_question(wanted: InventoryFilter, as_of: date) -> Select[tuple[object, ...]]:
    """Return the query of the inventory report on a UTC day: the fields of `StatusRow` by site, location and serial."""
    newest, seen = _newest_check(as_of), sightings(as_of)
    book = [column for name in StatusRow._fields[:12] for column in (items.c[name],)]
    found = (
        newest.c.outcome,
        newest.c.reason,
        _grade_of(newest),
        newest.c.observed_at,
        newest.c.actor,
        newest.c.origin,
    )
    return (
        select(
            *book,
            func.coalesce(sites.c.name, ""),
            items.c.location,
            items.c.disposition,
            items.c.last_inventory,
            *[func.coalesce(column, "") for column in found],
            newest.c.seq,
            *clock_columns(seen)[-2:],
            _signature_of(newest),
        )
        .select_from(items)
        .outerjoin(sites, sites.c.site_id == items.c.site_id)
        .outerjoin(newest, newest.c.item_id == items.c.item_id)
        .outerjoin(seen, seen.c.item_id == items.c.item_id)
        .where(*_conditions(wanted))
        .order_by(sites.c.name.nulls_first(), items.c.location, items.c.serial, items.c.item_id)
    )


def plain_inventory_rows(
    connection: Connection, wanted: InventoryFilter, as_of: date, limit: int | None = None
) -> Iterator[Sequence[Any]]:
    """Yield the fields of `StatusRow` by site (items without one first), location and serial; at most `limit`.

    Plain tuples, read in blocks: a report has a hundred thousand of them, and memory stays flat.
    """
    question = inventory_question(wanted, as_of).limit(limit)
    blocks = connection.execute(question.execution_options(yield_per=STREAM_ROWS)).partitions()
    return chain.from_iterable(blocks)


def status_counts(connection: Connection, wanted: InventoryFilter, today: str, trigger: str) -> StatusCounts:
    """Return every count of the inventory report; the total is counted independently.

    `today` is a UTC day. Raises Refusal `clock.trigger`, `date.invalid`.
    """
    on_day = parse_date(today)
    lines: dict[tuple[str, str], Counter[str]] = {}
    dispositions, outcomes, grades, clocks = (Counter[str]() for _ in range(4))
    for row in chain.from_iterable(connection.execute(question) for question in _alike(wanted, on_day)):
        dispositions[row.disposition] += row.n
        outcomes[row.outcome or "never_checked"] += row.n
        grades[row.grade or (NOT_SIGHTED if row.outcome else "none")] += row.n
        clocks[row_standing(row, trigger, on_day).state] += row.n
        lines.setdefault((row.case_id, row.rsn), Counter())[row.disposition] += row.n
    return StatusCounts(
        total=inventory_count(connection, wanted),
        dispositions=dict(sorted(dispositions.items())),
        outcomes=dict(sorted(outcomes.items())),
        grades=dict(sorted(grades.items())),
        clocks={state: clocks[state] for state in ClockState if clocks[state]},
        case_lines=_case_lines(connection, wanted, lines),
    )


def _alike(wanted: InventoryFilter, on_day: date) -> Iterator[Select[tuple[Any, ...]]]:
    """Yield queries that count groups of items that are equal in everything that a report counts.

    Items without a check, most of a book, are counted separately without a join.
    """
    newest, seen = _newest_check(on_day), sightings(on_day)
    is_checked = items.c.item_id.in_(select(checks.c.item_id))
    *dates, first_at, last_at = clock_columns(seen)
    outcome, grade = func.coalesce(newest.c.outcome, "").label("outcome"), _grade_of(newest).label("grade")
    book = (items.c.case_id, items.c.rsn, *dates)
    checked = (
        select(*book, first_at, last_at, outcome, grade, func.count().label("n"))
        .select_from(items)
        .outerjoin(newest, newest.c.item_id == items.c.item_id)
        .outerjoin(seen, seen.c.item_id == items.c.item_id)
        .where(is_checked, *_conditions(wanted))
        .group_by(*book, first_at, last_at, outcome, grade)
    )
    nothing = [literal("").label(column.name) for column in (first_at, last_at, outcome, grade)]
    unchecked = select(*book, *nothing, func.count().label("n")).where(~is_checked, *_conditions(wanted))
    for question in (checked, unchecked.group_by(*book)):
        yield question.execution_options(yield_per=STREAM_ROWS)


def _case_lines(
    connection: Connection, wanted: InventoryFilter, counted: Mapping[tuple[str, str], Mapping[str, int]]
) -> list[CaseLine]:
    line = (items.c.case_id, items.c.rsn)
    totals = select(*line, func.count().label("n")).where(*_conditions(wanted)).group_by(*line).order_by(*line)
    return [
        CaseLine(row.case_id, row.rsn, row.n, dict(sorted(counted.get((row.case_id, row.rsn), {}).items())))
        for row in connection.execute(totals)
    ]


def visit_rows(connection: Connection, visit_id: str) -> list[VisitItemRow]:
    """Return the expected items of a visit in list order, then the checks of unexpected items, oldest first.

    Withdrawn checks are left out. Empty for an unknown visit.
    """
    book = (items.c.serial, items.c.part_number, items.c.nomenclature, items.c.location, items.c.uii)
    seen = (checks.c.outcome, checks.c.reason, checks.c.grade, checks.c.serial, checks.c.observed_at)
    stated = (*READING_COLUMNS, *TESTIMONY_COLUMNS, _signature_of(checks))
    where_from = (checks.c.actor, checks.c.origin, checks.c.epoch, checks.c.seq, *stated)
    expected = (
        select(visit_items.c.item_id, *book, visit_items.c.check_id, *seen, *where_from)
        .select_from(visit_items)
        .outerjoin(items, items.c.item_id == visit_items.c.item_id)
        .outerjoin(checks, checks.c.check_id == visit_items.c.check_id)
        .where(visit_items.c.visit_id == visit_id)
        .order_by(visit_items.c.position)
    )
    others = (
        select(checks.c.item_id, *book, checks.c.check_id, *seen, *where_from)
        .select_from(checks)
        .outerjoin(items, items.c.item_id == checks.c.item_id)
        .where(checks.c.visit_id == visit_id, is_unexpected())
        .order_by(checks.c.order_key)
    )
    return [
        VisitItemRow._make(
            [
                *(value or "" for value in row[:6]),
                is_expected,
                *(value or "" for value in row[6:14]),
                *row[14:16],
                Reading(*row[16:-3]) if row[6] else NO_READING,
                testimony_of(*row[-3:-1]) if row[6] else NOTHING_STATED,
                row[-1],
            ]
        )
        for question, is_expected in ((expected, True), (others, False))
        for row in connection.execute(question)
    ]


def site_answer_rows(connection: Connection, visit_id: str) -> list[SiteAnswerRow]:
    """Return the newest answer to each question of a visit's site checklist, with its author, in any order."""
    columns = (site_answers.c[name] for name in SiteAnswerRow._fields)
    rows = connection.execute(select(*columns).where(site_answers.c.visit_id == visit_id))
    return [SiteAnswerRow(*row) for row in rows]


def is_export_recorded(connection: Connection, file_name: str, sha384: str) -> bool:
    """Whether this store's journal records the export of such a file (name and hex SHA-384)."""
    question = select(exports.c.sha384).where(exports.c.sha384 == sha384, exports.c.file_name == file_name)
    return connection.execute(question).first() is not None
