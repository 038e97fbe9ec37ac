"""Rows for reports, streamed; their counts; and what a later proof asks of the journals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, select

from db.queries.clocks import clock_counts, is_withdrawn, sightings
from db.tables import checks, exports, items, journal, site_answers, sites, visit_items
from eum_app.domain.clock import parse_date

STREAM_ROWS = 2_000


@dataclass(frozen=True)
class InventoryFilter:
    """What an inventory report covers; empty text is "all"."""

    site_id: str = ""
    country: str = ""
    case_id: str = ""
    eum_level: str = ""


class StatusRow(NamedTuple):
    """An item with what the book says, what the newest check that counts says, and when it was sighted."""

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
    first_sighted_at: str
    last_sighted_at: str


@dataclass(frozen=True)
class CaseLine:
    """One line of one case: how many of its items the book holds, and how many per disposition."""

    case_id: str
    rsn: str
    total: int
    dispositions: dict[str, int]


@dataclass(frozen=True)
class StatusCounts:
    """Counts over all items of a filter, by disposition, by outcome and grade of the newest check, and by clock."""

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
    read_by: str
    read_serial: str
    observed_at: str
    actor: str
    origin: str
    epoch: int | None
    seq: int | None


class SiteAnswerRow(NamedTuple):
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
    """How many items the filter covers."""
    question = select(func.count()).select_from(items).where(*_conditions(wanted))
    return connection.execute(question).scalar_one()


def _newest_check() -> Subquery:
    newest = (
        select(checks.c.item_id, func.max(checks.c.order_key).label("order_key"))
        .where(~is_withdrawn(), checks.c.item_id != "")
        .group_by(checks.c.item_id)
        .subquery()
    )
    return (
        select(checks)
        .join(newest, and_(newest.c.item_id == checks.c.item_id, newest.c.order_key == checks.c.order_key))
        .subquery()
    )


def inventory_question(wanted: InventoryFilter) -> Select[tuple[object, ...]]:
    """The rows of the inventory report, in the fields of `StatusRow`, by site, location and serial."""
    newest, seen = _newest_check(), sightings()
    book = [column for name in StatusRow._fields[:12] for column in (items.c[name],)]
    found = (newest.c.outcome, newest.c.reason, newest.c.grade, newest.c.observed_at, newest.c.actor, newest.c.origin)
    return (
        select(
            *book,
            func.coalesce(sites.c.name, ""),
            items.c.location,
            items.c.disposition,
            items.c.last_inventory,
            *[func.coalesce(column, "") for column in found],
            newest.c.seq,
            func.coalesce(seen.c.first_at, ""),
            func.coalesce(seen.c.last_at, ""),
        )
        .select_from(items)
        .outerjoin(sites, sites.c.site_id == items.c.site_id)
        .outerjoin(newest, newest.c.item_id == items.c.item_id)
        .outerjoin(seen, seen.c.item_id == items.c.item_id)
        .where(*_conditions(wanted))
        .order_by(sites.c.name, items.c.location, items.c.serial, items.c.item_id)
    )


def inventory_rows(connection: Connection, wanted: InventoryFilter, limit: int | None = None) -> Iterator[StatusRow]:
    """Rows by site, location and serial, read in blocks so that memory stays flat."""
    question = inventory_question(wanted).limit(limit)
    for block in connection.execution_options(yield_per=STREAM_ROWS).execute(question).partitions():
        yield from map(StatusRow._make, block)


def disposition_counts(connection: Connection, wanted: InventoryFilter) -> dict[str, int]:
    """Items per disposition on the book."""
    rows = connection.execute(
        select(items.c.disposition, func.count().label("n"))
        .where(*_conditions(wanted))
        .group_by(items.c.disposition)
        .order_by(items.c.disposition)
    )
    return {row.disposition: row.n for row in rows}


def status_counts(connection: Connection, wanted: InventoryFilter, today: str, trigger: str) -> StatusCounts:
    """Every count of the inventory report. `today` is a UTC day; raises Refusal `clock.trigger`, `date.invalid`."""
    return StatusCounts(
        total=inventory_count(connection, wanted),
        dispositions=disposition_counts(connection, wanted),
        outcomes=_newest_counts(connection, wanted, "outcome", "never_checked"),
        grades=_newest_counts(connection, wanted, "grade", "none"),
        clocks=clock_counts(connection, parse_date(today), trigger, _conditions(wanted)),
        case_lines=case_lines(connection, wanted),
    )


def _newest_counts(connection: Connection, wanted: InventoryFilter, name: str, otherwise: str) -> dict[str, int]:
    newest = _newest_check()
    value = func.coalesce(newest.c[name], "").label("value")
    rows = connection.execute(
        select(value, func.count().label("n"))
        .select_from(items)
        .outerjoin(newest, newest.c.item_id == items.c.item_id)
        .where(*_conditions(wanted))
        .group_by(value)
        .order_by(value)
    )
    return {row.value or otherwise: row.n for row in rows}


def case_lines(connection: Connection, wanted: InventoryFilter) -> list[CaseLine]:
    """Totals and dispositions per line of each case; the totals are counted apart from the dispositions."""
    line = (items.c.case_id, items.c.rsn)
    totals = connection.execute(
        select(*line, func.count().label("n")).where(*_conditions(wanted)).group_by(*line).order_by(*line)
    )
    found = {(row.case_id, row.rsn): CaseLine(row.case_id, row.rsn, row.n, {}) for row in totals}
    by_disposition = (*line, items.c.disposition)
    counted = connection.execute(
        select(*by_disposition, func.count().label("n"))
        .where(*_conditions(wanted))
        .group_by(*by_disposition)
        .order_by(*by_disposition)
    )
    for row in counted:
        found[row.case_id, row.rsn].dispositions[row.disposition] = row.n
    return list(found.values())


def visit_rows(connection: Connection, visit_id: str) -> list[VisitItemRow]:
    """The expected items of a visit in the order of its list, then the checks of what was not expected."""
    book = (items.c.serial, items.c.part_number, items.c.nomenclature, items.c.location, items.c.uii)
    seen = (checks.c.outcome, checks.c.reason, checks.c.grade, checks.c.read_by, checks.c.serial, checks.c.observed_at)
    where_from = (checks.c.actor, checks.c.origin, checks.c.epoch, checks.c.seq)
    expected = (
        select(visit_items.c.item_id, *book, visit_items.c.check_id, *seen, *where_from)
        .select_from(visit_items)
        .outerjoin(items, items.c.item_id == visit_items.c.item_id)
        .outerjoin(checks, checks.c.check_id == visit_items.c.check_id)
        .where(visit_items.c.visit_id == visit_id)
        .order_by(visit_items.c.position)
    )
    on_list = (
        select(visit_items.c.item_id)
        .where(visit_items.c.visit_id == visit_id, visit_items.c.item_id == checks.c.item_id)
        .exists()
    )
    others = (
        select(checks.c.item_id, *book, checks.c.check_id, *seen, *where_from)
        .select_from(checks)
        .outerjoin(items, items.c.item_id == checks.c.item_id)
        .where(checks.c.visit_id == visit_id, ~is_withdrawn(), ~on_list)
        .order_by(checks.c.order_key)
    )
    return [
        VisitItemRow._make([*(value or "" for value in row[:6]), is_expected, *(v or "" for v in row[6:15]), *row[15:]])
        for question, is_expected in ((expected, True), (others, False))
        for row in connection.execute(question)
    ]


def site_answer_rows(connection: Connection, visit_id: str) -> list[SiteAnswerRow]:
    """The newest answer to each question of a visit's site checklist, and who gave it."""
    columns = (site_answers.c[name] for name in SiteAnswerRow._fields)
    rows = connection.execute(select(*columns).where(site_answers.c.visit_id == visit_id))
    return [SiteAnswerRow(*row) for row in rows]


def is_export_recorded(connection: Connection, file_name: str, sha384: str) -> bool:
    """Whether this store's journal says that it exported such a file (name and hex SHA-384)."""
    question = select(exports.c.sha384).where(exports.c.sha384 == sha384, exports.c.file_name == file_name)
    return connection.execute(question).first() is not None


def hash_at(connection: Connection, origin: str, epoch: int, seq: int) -> bytes | None:
    """The hash of one journal entry held here; None where it is not."""
    question = select(journal.c.hash).where(journal.c.origin == origin, journal.c.epoch == epoch, journal.c.seq == seq)
    found: bytes | None = connection.execute(question).scalar()
    return found
