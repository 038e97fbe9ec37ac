"""Dispositions as people stated them: the statements about an item, and the items that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, and_, case, exists, func, or_, select

from db.among import among
from db.disposition_tables import disposition_ends, dispositions
from db.projection.dispositions import ends, has_ended, is_at_pending_visit
from db.queries.checks import RecordPlace, is_withdrawn
from db.tables import LISTED_GONE, checks, items, visit_items
from eum_app.domain.dispositions import STOPS_CLOCK, TERMINAL
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import DispositionRejected, DispositionStated, Fact
from eum_app.domain.visits import SEEN_OUTCOMES

_decoder: Final = msgspec.json.Decoder(DispositionStated)


@dataclass(frozen=True)
class Statement:
    """A statement, who made it and when (UTC text), and what ended it: `ended_at` is empty while it counts.

    `is_newest`: the book shows this one.
    """

    fact: DispositionStated
    stated_at: str
    actor: str
    origin: str
    seq: int
    is_newest: bool = False
    ended_at: str = ""
    ended_by: str = ""
    ended_reason: str = ""


@dataclass(frozen=True)
class GoneItem:
    """An item that is reported as gone (`STOPS_CLOCK`). `happened_on` is `YYYY-MM-DD`, empty if only a list says so."""

    item_id: str
    serial: str
    part_number: str
    nomenclature: str
    location: str
    disposition: str
    happened_on: str


def _statements() -> Any:
    return (
        select(
            dispositions,
            items.c.statement_id.label("newest_id"),
            disposition_ends.c.ended_at,
            disposition_ends.c.actor.label("ended_by"),
            disposition_ends.c.reason.label("ended_reason"),
        )
        .outerjoin(items, items.c.item_id == dispositions.c.item_id)
        .outerjoin(disposition_ends, ends())
        .order_by(dispositions.c.order_key.desc(), disposition_ends.c.order_key)
    )


def _each_once(rows: Iterable[Row[Any]]) -> list[Statement]:
    """A statement may be held twice on a device (its own, and HQ's copy), and be ended twice: the first row is kept."""
    found: dict[str, Statement] = {}
    for row in rows:
        if row.statement_id not in found:
            found[row.statement_id] = Statement(
                _decoder.decode(row.body),
                row.stated_at,
                row.actor,
                row.origin,
                row.seq,
                is_newest=row.newest_id == row.statement_id,
                ended_at=row.ended_at or "",
                ended_by=row.ended_by or "",
                ended_reason=row.ended_reason or "",
            )
    return list(found.values())


def statements_about(connection: Connection, item_id: str) -> list[Statement]:
    """Return all statements about an item, newest first, with those that no longer count."""
    return _each_once(connection.execute(_statements().where(dispositions.c.item_id == item_id)))


def statements_at(connection: Connection, visit_id: str) -> list[Statement]:
    """Return the statements made at a visit, newest first, with those that no longer count."""
    return _each_once(connection.execute(_statements().where(dispositions.c.visit_id == visit_id)))


def statement(connection: Connection, statement_id: str) -> Statement:
    """Return one statement, also if it no longer counts. Raises Refusal `disposition.unknown_statement`."""
    found = _each_once(connection.execute(_statements().where(dispositions.c.statement_id == statement_id)))
    if not found:
        raise Refusal("disposition.unknown_statement", statement_id=statement_id[:40])
    return found[0]


def places_of_statements(connection: Connection, ids: Iterable[str]) -> dict[str, RecordPlace]:
    """Return statement id → its place, for those of these statements that are held."""
    columns = [dispositions.c[name] for name in ("statement_id", *RecordPlace._fields)]
    return {
        statement_id: RecordPlace(*place)
        for wanted in among(connection, dispositions.c.statement_id, ids)
        for statement_id, *place in connection.execute(select(*columns).where(wanted))
    }


def accepted_claims(connection: Connection, item_id: str) -> set[str]:
    """Return the ids of the claims about an item that a person accepted by a statement that counts."""
    return {
        one.fact.claim_id for one in statements_about(connection, item_id) if one.fact.claim_id and not one.ended_at
    }


def gone_at(connection: Connection, site_id: str) -> list[GoneItem]:
    """Return the items on a site's book that are reported as gone (`STOPS_CLOCK`), by location and serial."""
    rows = connection.execute(
        select(items, dispositions.c.body)
        .outerjoin(
            dispositions,
            and_(dispositions.c.statement_id == items.c.statement_id, dispositions.c.item_id == items.c.item_id),
        )
        .where(items.c.site_id == site_id, items.c.disposition.in_(STOPS_CLOCK))
        .order_by(items.c.location, items.c.serial, items.c.item_id)
    )
    found = {row.item_id: _gone(row) for row in rows}
    return list(found.values())


def _gone(row: Row[Any]) -> GoneItem:
    return GoneItem(
        row.item_id,
        row.serial,
        row.part_number,
        row.nomenclature,
        row.location,
        row.disposition,
        _decoder.decode(row.body).happened_on if row.body else "",
    )


def gone_among(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return item id → disposition, for those of `ids` that are reported as gone (`STOPS_CLOCK`)."""
    found: dict[str, str] = {}
    for wanted in among(connection, items.c.item_id, ids):
        rows = connection.execute(
            select(items.c.item_id, items.c.disposition).where(wanted, items.c.disposition.in_(STOPS_CLOCK))
        )
        found.update({row.item_id: row.disposition for row in rows})
    return found


def facts_about(connection: Connection, ids: Iterable[str], device: str) -> list[Fact]:
    """Return the statements about items, and what ended them, as facts to be copied to a device, oldest first.

    The device's own statements are left out, but not what ended them. Each end is a `DispositionRejected`. Statements
    name no document and no visit.
    """
    found: list[tuple[str, Fact]] = []
    for wanted in among(connection, dispositions.c.item_id, ids):
        for row in connection.execute(select(dispositions).where(wanted, dispositions.c.origin != device)):
            fact = msgspec.structs.replace(_decoder.decode(row.body), document=None, visit_id="")
            found.append((row.order_key, fact))
            found += _ends_of(connection, row)
        own = select(dispositions.c.statement_id).where(wanted, dispositions.c.origin == device)
        found += _set_aside(connection, disposition_ends.c.statement_id.in_(own))
    return [fact for _, fact in sorted(found, key=lambda one: one[0])]


def _ends_of(connection: Connection, row: Row[Any]) -> list[tuple[str, Fact]]:
    """Return why a statement no longer counts. HQ passes another device's withdrawal on as its own decision."""
    of_row = and_(dispositions.c.statement_id == row.statement_id, dispositions.c.origin == row.origin)
    return _set_aside(connection, and_(of_row, ends()))


def _set_aside(connection: Connection, which: Any) -> list[tuple[str, Fact]]:
    rows = connection.execute(select(disposition_ends).where(which))
    return [
        (
            row.order_key,
            DispositionRejected(
                observed_at=row.ended_at, statement_id=row.statement_id, item_id=row.item_id, reason=row.reason
            ),
        )
        for row in rows
    ]


def seen_though_gone(connection: Connection, visit_id: str) -> dict[str, str]:
    """Return check id → disposition, for sightings at a visit of items that were reported as gone before (`TERMINAL`).

    Withdrawn checks are left out. An item was gone if the newest statement about it before the check says so, or
    without one its list, if it said so before the check. Statements at pending visits say nothing.
    """
    stated = select(dispositions.c.item_id)
    listed = select(items.c.item_id).where(LISTED_GONE)  # this text is the condition of its index
    before = (
        select(dispositions.c.disposition)
        .where(
            dispositions.c.item_id == checks.c.item_id,
            dispositions.c.order_key < checks.c.order_key,
            ~has_ended(),
            ~is_at_pending_visit(),
        )
        .order_by(dispositions.c.order_key.desc())
        .limit(1)
        .scalar_subquery()
    )
    listed_before = case((items.c.listed_key < checks.c.order_key, items.c.listed_as))
    was = func.coalesce(before, listed_before, "").label("was")
    rows = connection.execute(
        select(checks.c.check_id, was)
        .outerjoin(items, items.c.item_id == checks.c.item_id)
        .where(
            checks.c.visit_id == visit_id,
            checks.c.item_id != "",
            checks.c.outcome.in_(SEEN_OUTCOMES),
            ~is_withdrawn(),
            or_(checks.c.item_id.in_(stated), checks.c.item_id.in_(listed)),
        )
    )
    return {row.check_id: row.was for row in rows if row.was in TERMINAL}


def visits_with_checks_of(connection: Connection, item_id: str) -> set[str]:
    """Return the ids of the visits in which an item was checked, also where the check was withdrawn."""
    return set(connection.execute(select(checks.c.visit_id).where(checks.c.item_id == item_id).distinct()).scalars())


def is_item_of_visit(connection: Connection, visit_id: str, item_id: str) -> bool:
    """Whether a visit expects an item or has checked it."""
    asked = (
        select(table.c.item_id).where(table.c.visit_id == visit_id, table.c.item_id == item_id).limit(1)
        for table in (visit_items, checks)
    )
    return any(connection.execute(question).first() is not None for question in asked)


@dataclass(frozen=True)
class StatementJudged:
    """Input of the rules over a statement at a visit: the fact, and what the book and the visit say about its item."""

    fact: DispositionStated
    delivered: str
    is_of_visit: bool


def statements_to_judge(connection: Connection, visit_id: str) -> list[StatementJudged]:
    """Return the statements made at a visit that count, oldest first."""
    expected = exists().where(
        visit_items.c.visit_id == dispositions.c.visit_id, visit_items.c.item_id == dispositions.c.item_id
    )
    checked = exists().where(checks.c.visit_id == dispositions.c.visit_id, checks.c.item_id == dispositions.c.item_id)
    rows = connection.execute(
        select(dispositions.c.body, items.c.delivery_date, (expected | checked).label("is_of_visit"))
        .outerjoin(items, items.c.item_id == dispositions.c.item_id)
        .where(dispositions.c.visit_id == visit_id, ~has_ended())
        .order_by(dispositions.c.order_key)
    )
    return [StatementJudged(_decoder.decode(row.body), row.delivery_date or "", bool(row.is_of_visit)) for row in rows]
