"""Visits and their facts (checks, withdrawals, answers, evidence): fact → read tables. `closings` has the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Text,
    any_,
    bindparam,
    exists,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql

from db import bulk
from db.projection.authors import note_authors
from db.projection.closings import evidence_row, touch
from db.projection.rows import Appliers, Noted, Rows, key_of, plain, put, put_first, run
from db.tables import checks, evidence, site_answers, visit_items, withdrawals
from db.withdrawn import takes_back
from eum_app.domain import facts as f
from eum_app.domain.visits import ANSWER_ROLE, TO_CHECK

MAX_PAGE: Final = 999_999
"""Highest page number that is stored. A device that lies may state any number."""


def _of_counting_check(column: Any, otherwise: str) -> Any:
    """Return a column of the newest check of a visit's item that was not withdrawn, as a correlated subquery."""
    withdrawn = exists().where(takes_back())
    newest = (
        select(column)
        .where(checks.c.visit_id == visit_items.c.visit_id, checks.c.item_id == visit_items.c.item_id, ~withdrawn)
        .order_by(checks.c.order_key.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(newest, literal(otherwise))


@cache
def _recount() -> Any:
    return update(visit_items).values(
        outcome=_of_counting_check(checks.c.outcome, TO_CHECK),
        check_id=_of_counting_check(checks.c.check_id, ""),
        outcome_key=_of_counting_check(checks.c.order_key, ""),
    )


@cache
def recount_visit() -> Any:
    """Return the statement that sets the outcomes of a visit's items (`of_visit`) by their checks that count."""
    return _recount().where(visit_items.c.visit_id == bindparam("of_visit"))


@cache
def _recount_item() -> Any:
    return _recount().where(
        visit_items.c.visit_id == bindparam("of_visit"), visit_items.c.item_id == bindparam("of_item")
    )


@cache
def _outcome_of_newer_check() -> Any:
    return (
        update(visit_items)
        .where(
            visit_items.c.visit_id == bindparam("of_visit"),
            visit_items.c.item_id == bindparam("of_item"),
            visit_items.c.outcome_key < bindparam("new_key"),
        )
        .values(outcome=bindparam("new_outcome"), check_id=bindparam("new_check"), outcome_key=bindparam("new_key"))
    )


def apply_checks(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert checks with their evidence, and update the outcomes of the expected items and the visits' newest facts.

    An id has one check: the first that arrived. Devices never use one twice, so another is a lie or a fault.
    """
    if not _put_new(connection, noted):
        rows = [dict(zip(_CHECK_COLUMNS, _check_row(note), strict=True)) for note in noted]
        again = _to_recount(connection, rows)
        put_first(connection, checks, rows)
        outcomes = [
            {
                "of_visit": row["visit_id"],
                "of_item": row["item_id"],
                "new_outcome": row["outcome"],
                "new_check": row["check_id"],
                "new_key": row["order_key"],
            }
            for row in rows
            if row["item_id"]
        ]
        if outcomes:
            run(connection, _outcome_of_newer_check(), outcomes)
        if again:
            connection.execute(_recount_item(), [{"of_visit": visit, "of_item": item} for visit, item in again])
    put(connection, evidence, [row for note in noted for row in _evidence_of_check(note)])
    touch(connection, noted)
    note_authors(connection, noted)


def _put_new(connection: Connection, noted: Sequence[Noted]) -> bool:
    """COPY many new checks into PostgreSQL and recount their visits; False, with nothing done, for few or known ids."""
    if not bulk.is_worthwhile(connection, len(noted)):
        return False
    in_order = sorted(noted, key=_check_id_of)  # concurrent writers then lock rows in the same order
    if not bulk.copy_new(connection, checks, _CHECK_COLUMNS, map(_check_row, in_order)):
        return False
    connection.execute(_recount_visits(), {"of_visits": sorted({fact.visit_id for _, fact, _ in noted})})
    return True


def _check_id_of(note: Noted) -> str:
    check_id: str = note[1].check_id
    return check_id


_CHECK_COLUMNS: Final = tuple(column.name for column in checks.columns)


def _check_row(note: Noted) -> tuple[Any, ...]:
    """Return a check as a tuple in column order. Written for speed: an import calls it for each check."""
    entry, fact, known_at = note
    mark = fact.mark
    return (
        fact.check_id,
        fact.visit_id,
        fact.item_id,
        fact.outcome,
        fact.reason,
        fact.grade,
        mark.read_by,
        mark.symbology,
        mark.preparation,
        round(100 * min(1.0, max(0.0, mark.quality))) if mark.quality else 0,
        mark.uii,
        mark.serial,
        mark.entered_twice,
        mark.no_read_reason,
        mark.saw,
        mark.saw_for,
        mark.saw_how,
        mark.typed_by,
        min(MAX_PAGE, max(0, mark.page)) if mark.page else 0,
        fact.all_as_expected,
        msgspec.json.encode(fact.answers).decode() if fact.answers else "",
        msgspec.json.encode(fact.differences).decode() if fact.differences else "",
        fact.act,
        len(fact.photos),
        fact.note is not None,
        fact.observed_at,
        entry.recorded_at,
        entry.actor,
        entry.origin,
        entry.epoch,
        entry.seq,
        key_of(entry, fact),
        known_at,
    )


def _evidence_of_check(note: Noted) -> Rows:
    """Return the evidence rows of a check: its photos, its note and the picture of the mark."""
    entry, fact, _ = note
    if not fact.photos and fact.note is None and fact.mark.crop is None:
        return []
    key = key_of(entry, fact)
    asked = {answer.value: f"{ANSWER_ROLE}{answer.question_id}" for answer in fact.answers}
    kept = [(asked.get(photo.object_id, "photo"), photo) for photo in fact.photos]
    kept += [(role, content) for role, content in (("note", fact.note), ("mark", fact.mark.crop)) if content]
    return [evidence_row(fact.visit_id, fact.check_id, role, content, key) for role, content in kept]


@cache
def _recount_visits() -> Any:
    """Statement: set outcomes to the newest counting check. Only valid if no item lost its counting check."""
    withdrawn = exists().where(takes_back())
    newest = (
        select(checks.c.visit_id, checks.c.item_id, checks.c.outcome, checks.c.check_id, checks.c.order_key)
        .ext(postgresql.distinct_on(checks.c.visit_id, checks.c.item_id))
        .where(checks.c.visit_id == any_(bindparam("of_visits", type_=ARRAY(Text))), ~withdrawn)
        .order_by(checks.c.visit_id, checks.c.item_id, checks.c.order_key.desc())
        .subquery("newest")
    )
    return (
        update(visit_items)
        .where(
            visit_items.c.visit_id == newest.c.visit_id,
            visit_items.c.item_id == newest.c.item_id,
            visit_items.c.outcome_key < newest.c.order_key,
        )
        .values(outcome=newest.c.outcome, check_id=newest.c.check_id, outcome_key=newest.c.order_key)
    )


def _to_recount(connection: Connection, rows: Rows) -> list[tuple[str, str]]:
    """Return the (visit, item) pairs where an earlier withdrawal, or another check with the same id, matters."""
    ids = [row["check_id"] for row in rows]
    pairs: set[tuple[str, str]] = set()
    shared = {check_id for check_id, times in Counter(ids).items() if times > 1} if len(ids) > 1 else set()
    # PostgreSQL takes all ids as one array. SQLite has no arrays, and a list of placeholders costs by its length.
    # One check, as a person records it, is asked for by equality: rendering a list costs more than the query.
    dialect = connection.dialect.name
    if len(ids) == 1:
        asked = [(_known_of(""), ids[0])]
    else:
        asked = [(_known_of(dialect), chunk) for chunk in ([ids] if dialect == "postgresql" else _chunks(ids))]
    for query, given in asked:
        for found in connection.execute(query, {"of_checks": given}):
            shared.add(found.check_id)
            pairs.add((found.visit_id, found.item_id))
    if shared:
        pairs |= {(row["visit_id"], row["item_id"]) for row in rows if row["check_id"] in shared}
    return sorted(pair for pair in pairs if pair[1])


@cache
def _known_of(dialect: str) -> Any:
    """Return the query for withdrawals of these checks and for checks with these ids; with "", of one check."""

    def among(column: Column[str]) -> ColumnElement[bool]:
        if not dialect:
            return column == bindparam("of_checks")
        if dialect == "postgresql":
            return column == any_(bindparam("of_checks", type_=ARRAY(Text)))
        return column.in_(bindparam("of_checks", expanding=True))

    withdrawn = select(withdrawals.c.check_id, withdrawals.c.visit_id, literal("").label("item_id"))
    held = select(checks.c.check_id, checks.c.visit_id, checks.c.item_id)
    return union_all(withdrawn.where(among(withdrawals.c.check_id)), held.where(among(checks.c.check_id)))


def _chunks(values: list[str], size: int = 500) -> Iterable[list[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def apply_withdrawals(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert withdrawals, and recount the outcomes of the items. Only those that `takes_back` names count."""
    rows = [
        {
            **plain(fact, "check_id", "visit_id", "reason"),
            "origin": entry.origin,
            "withdrawn_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, withdrawals, rows)
    touch(connection, noted)
    pairs = [
        {"of_visit": row.visit_id, "of_item": row.item_id}
        for ids in _chunks([row["check_id"] for row in rows])
        for row in connection.execute(select(checks.c.visit_id, checks.c.item_id).where(checks.c.check_id.in_(ids)))
    ]
    if pairs:
        connection.execute(_recount_item(), pairs)


def apply_site_answers(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert answers to site checklists; the newest answer to each question wins."""
    rows = [
        {
            "visit_id": fact.visit_id,
            "question_id": answer.question_id,
            "value": answer.value,
            "comment": answer.comment,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
        for answer in fact.answers
    ]
    put(connection, site_answers, rows)
    touch(connection, noted)


def apply_attached(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert evidence that was attached after its check, and update the visits' newest facts."""
    rows = [
        evidence_row(fact.visit_id, fact.check_id, fact.role, fact.content, key_of(entry, fact))
        for entry, fact, _ in noted
    ]
    put(connection, evidence, rows)
    touch(connection, noted)


APPLIERS: Final[Appliers] = {
    f.CheckRecorded: apply_checks,
    f.CheckWithdrawn: apply_withdrawals,
    f.SiteAssessed: apply_site_answers,
    f.EvidenceAttached: apply_attached,
}
