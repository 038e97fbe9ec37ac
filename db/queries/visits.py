"""Visits: cards, worklists, close-outs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, select
from sqlalchemy.engine import Row

from db.adoption_tables import visit_adoptions
from db.among import among
from db.chains import entry_hash_at
from db.queries.checks import is_withdrawn
from db.queries.testimony import NOTHING_STATED, TESTIMONY_COLUMNS, Testimony, testimony_of
from db.queries.worklist import ids_with_words
from db.search import asked
from db.tables import checks, items, sites, visit_items, visit_marks, visits
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import VisitClosedOut
from eum_app.domain.items import room_of
from eum_app.domain.visits import TO_CHECK, Outcome

LOOKUP_CHUNK = 500


@dataclass(frozen=True)
class VisitRow:
    """A visit's card. Counts are of expected items, by the newest check that was not withdrawn.

    `not_on_list` counts checks of unexpected items. `closed_at` is empty while points are open or facts followed the
    close-out.
    """

    visit_id: str
    program: str
    purpose: str
    site_id: str
    site: str
    country: str
    due_on: str
    device: str
    inspector: str
    planned_at: str
    planned_by: str
    expected: int
    to_check: int
    verified: int
    discrepancy: int
    not_found: int
    no_access: int
    not_on_list: int
    closed_at: str
    signatures_void: bool
    reopened_at: str = ""
    reopened_by: str = ""
    reopened_reason: str = ""
    """The newest reopening, also after the visit was closed out again; empty for none."""
    kind_version: str = ""
    is_unplanned: bool = False
    """The device started it without tasking; `site` and `country` are its claims if the site is not in the book."""
    is_known_site: bool = True
    adopted_at: str = ""
    adopted_by: str = ""

    @property
    def is_pending(self) -> bool:
        """Whether a device started it, and HQ has not adopted it."""
        return self.is_unplanned and not self.adopted_at

    @property
    def checked(self) -> int:
        """Number of expected items with an outcome."""
        return self.expected - self.to_check


@dataclass(frozen=True)
class WorkRow:
    """One expected item of a visit. `check_id` is empty while it is unchecked; `testimony` is that of the check."""

    item_id: str
    serial: str
    part_number: str
    nomenclature: str
    location: str
    uii: str
    outcome: str
    check_id: str
    reason: str = ""
    testimony: Testimony = NOTHING_STATED


def of_own_device() -> ColumnElement[bool]:
    """Return the join condition to the marks of the device for which a visit was planned."""
    return and_(visit_marks.c.visit_id == visits.c.visit_id, visit_marks.c.origin == visits.c.device)


def is_unexpected() -> ColumnElement[bool]:
    """Return the condition that a check was not withdrawn and its visit does not expect the item.

    Of several checks of such an item each one fulfills it.
    """
    on_list = select(visit_items.c.item_id).where(
        visit_items.c.visit_id == checks.c.visit_id, visit_items.c.item_id == checks.c.item_id
    )
    return and_(~is_withdrawn(), ~on_list.exists())


def outcome_counts(connection: Connection, visit_id: str) -> dict[str, int]:
    """Return outcome → number of expected items of a visit (`to_check` for those without a check).

    `not_on_list` counts the checks of unexpected items, as `VisitRow` does. In the order of `Outcome`, then `to_check`,
    then outcomes of later versions; those that no item has are left out. Empty for an unknown visit.
    """
    rows = connection.execute(
        select(visit_items.c.outcome, func.count().label("n"))
        .where(visit_items.c.visit_id == visit_id)
        .group_by(visit_items.c.outcome)
    )
    found = {row.outcome: row.n for row in rows}
    unexpected = select(func.count()).select_from(checks).where(checks.c.visit_id == visit_id, is_unexpected())
    number = connection.execute(unexpected).scalar_one()
    listed = [*Outcome, TO_CHECK]
    if number:
        found[Outcome.NOT_ON_LIST] = found.get(Outcome.NOT_ON_LIST, 0) + number
    in_order = sorted(found, key=lambda one: (listed.index(one) if one in listed else len(listed), one))
    return {str(outcome): found[outcome] for outcome in in_order}


def _visit_rows(connection: Connection, visit_id: str = "") -> list[VisitRow]:
    counted = (TO_CHECK, Outcome.VERIFIED, Outcome.DISCREPANCY, Outcome.NOT_FOUND, Outcome.NO_ACCESS)
    tally = (
        select(
            visit_items.c.visit_id,
            *[func.sum(case((visit_items.c.outcome == outcome, 1), else_=0)).label(outcome) for outcome in counted],
        )
        .group_by(visit_items.c.visit_id)
        .subquery()
    )
    question = (
        select(
            visits,
            sites.c.name.label("site"),
            sites.c.country,
            tally,
            visit_marks,
            visit_adoptions.c.adopted_at,
            visit_adoptions.c.adopted_by,
        )
        .outerjoin(sites, sites.c.site_id == visits.c.site_id)
        .outerjoin(visit_adoptions, visit_adoptions.c.visit_id == visits.c.visit_id)
        .outerjoin(tally, tally.c.visit_id == visits.c.visit_id)
        .outerjoin(visit_marks, of_own_device())
        .order_by(visits.c.due_on, visits.c.planned_at)
    )
    extra = select(checks.c.visit_id, func.count().label("n")).where(is_unexpected()).group_by(checks.c.visit_id)
    if visit_id:
        question = question.where(visits.c.visit_id == visit_id)
        extra = extra.where(checks.c.visit_id == visit_id)
    not_on_list = {row.visit_id: row.n for row in connection.execute(extra)}
    return [_visit(row, not_on_list.get(row.visit_id, 0)) for row in connection.execute(question)]


def _visit(row: Row[tuple[object, ...]], not_on_list: int) -> VisitRow:
    closed_key, touched_key = row.closed_key or "", row.touched_key or ""
    is_closed = closed_key > touched_key
    return VisitRow(
        visit_id=row.visit_id,
        program=row.program,
        purpose=row.purpose,
        site_id=row.site_id,
        site=row.site or row.site_name or row.site_id,
        country=row.country or row.site_country,
        due_on=row.due_on,
        device=row.device,
        inspector=row.inspector,
        planned_at=row.planned_at,
        planned_by=row.planned_by,
        expected=row.expected,
        to_check=row.to_check or 0,
        verified=row.verified or 0,
        discrepancy=row.discrepancy or 0,
        not_found=row.not_found or 0,
        no_access=row.no_access or 0,
        not_on_list=not_on_list,
        closed_at=(row.closed_at or "") if is_closed else "",
        signatures_void=bool(closed_key) and not is_closed,
        reopened_at=row.reopened_at or "",
        reopened_by=row.reopened_by or "",
        reopened_reason=row.reopened_reason or "",
        kind_version=row.kind_version,
        is_unplanned=row.is_unplanned,
        is_known_site=row.site is not None,
        adopted_at=row.adopted_at or "",
        adopted_by=row.adopted_by or "",
    )


def is_closed(connection: Connection, visit_id: str) -> bool:
    """Whether the device of a visit closed it out and recorded nothing about it afterwards.

    Raises Refusal `visit.unknown`.
    """
    keys = connection.execute(_CLOSING_OF, {"of_visit": visit_id}).one_or_none()
    if keys is None:
        raise Refusal("visit.unknown", visit_id=visit_id[:40])
    return (keys.closed_key or "") > (keys.touched_key or "")


_CLOSING_OF = (
    select(visit_marks.c.closed_key, visit_marks.c.touched_key)
    .select_from(visits)
    .outerjoin(visit_marks, of_own_device())
    .where(visits.c.visit_id == bindparam("of_visit"))
)


def all_visits(connection: Connection) -> list[VisitRow]:
    """Return all visits by due date (those without one first), then by time of planning."""
    return _visit_rows(connection)


def inspector_of(connection: Connection, visit_id: str) -> str:
    """Return the account of the inspector whom HQ sent to a visit; "" for an unknown visit, and one without tasking."""
    sent = select(visits.c.inspector).where(visits.c.visit_id == visit_id, ~visits.c.is_unplanned)
    return connection.execute(sent).scalar() or ""


def purpose_of(connection: Connection, visit_id: str) -> str:
    """Return the purpose of a visit, or "" if the visit is unknown."""
    return connection.execute(_PURPOSE_OF, {"of_visit": visit_id}).scalar() or ""


_PURPOSE_OF = select(visits.c.purpose).where(visits.c.visit_id == bindparam("of_visit"))


def visit(connection: Connection, visit_id: str) -> VisitRow:
    """Return one visit. Raises Refusal `visit.unknown`."""
    rows = _visit_rows(connection, visit_id)
    if not rows:
        raise Refusal("visit.unknown", visit_id=visit_id[:40])
    return rows[0]


def work_ids(connection: Connection, visit_id: str, outcome: str = "", words: str = "", limit: int = 0) -> list[str]:
    """Return the item ids of a visit's worklist in order, at most `limit` (0: all).

    `outcome` and `words` (serial, UII, nomenclature, place) filter. Empty for an unknown visit.
    """
    question = select(visit_items.c.item_id).where(visit_items.c.visit_id == visit_id)
    if outcome:
        question = question.where(visit_items.c.outcome == outcome)
    if sought := asked(words):
        return ids_with_words(connection, question, sought, limit)
    return list(connection.execute(question.order_by(visit_items.c.position).limit(limit or None)).scalars())


def work_rows(connection: Connection, visit_id: str, ids: Iterable[str]) -> dict[str, WorkRow]:
    """Return item id → row of the worklist, for those that the visit expects.

    An item whose row the book lost (to damage) has empty texts.
    """
    wanted = list(ids)
    found: dict[str, WorkRow] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        rows = connection.execute(
            select(visit_items, items, checks.c.reason, *TESTIMONY_COLUMNS)
            .outerjoin(items, items.c.item_id == visit_items.c.item_id)
            .outerjoin(checks, and_(checks.c.check_id == visit_items.c.check_id, checks.c.check_id != ""))
            .where(visit_items.c.visit_id == visit_id, visit_items.c.item_id.in_(wanted[start : start + LOOKUP_CHUNK]))
        )
        for row in rows:
            found[row.item_id] = WorkRow(
                row.item_id,
                row.serial or "",
                row.part_number or "",
                row.nomenclature or "",
                row.location or "",
                row.uii or "",
                row.outcome,
                row.check_id,
                row.reason or "",
                testimony_of(row.answers or "", row.differences or ""),
            )
    return found


def unchecked_in_room(connection: Connection, visit_id: str, room: str) -> list[str]:
    """Return the ids of a visit's items in a room (`items.room_of`) that have no outcome yet, in list order."""
    question = (
        select(visit_items.c.item_id, items.c.location)
        .join(items, items.c.item_id == visit_items.c.item_id)
        .where(visit_items.c.visit_id == visit_id, visit_items.c.outcome == TO_CHECK)
        .order_by(visit_items.c.position)
    )
    return [row.item_id for row in connection.execute(question) if room_of(row.location) == room]


def is_expected(connection: Connection, visit_id: str, item_id: str) -> str:
    """Return the outcome so far of an expected item, or "" if the visit does not expect it."""
    outcome = connection.execute(_OUTCOME_OF, {"of_visit": visit_id, "of_item": item_id}).scalar()
    return str(outcome or "")


_OUTCOME_OF = select(visit_items.c.outcome).where(
    visit_items.c.visit_id == bindparam("of_visit"), visit_items.c.item_id == bindparam("of_item")
)


def devices_of_visits(connection: Connection, visit_ids: Iterable[str]) -> dict[str, str]:
    """Return visit id → the device for which HQ planned it; unknown ids are left out."""
    wanted = list(visit_ids)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chosen = visits.c.visit_id.in_(wanted[start : start + LOOKUP_CHUNK])
        rows = connection.execute(select(visits.c.visit_id, visits.c.device).where(chosen))
        found |= {row.visit_id: row.device for row in rows}
    return found


def starts_of(connection: Connection, visit_ids: Iterable[str]) -> dict[str, str]:
    """Return visit id → `order_key` of the fact that planned or started it; unknown ids are left out."""
    found: dict[str, str] = {}
    for chosen in among(connection, visits.c.visit_id, visit_ids):
        found |= {row.visit_id: row.order_key for row in connection.execute(select(visits).where(chosen))}
    return found


def pending_among(connection: Connection, visit_ids: Iterable[str]) -> set[str]:
    """Return those of the visits that a device started and HQ has not adopted."""
    found: set[str] = set()
    for chosen in among(connection, visits.c.visit_id, visit_ids):
        found.update(connection.execute(select(visits.c.visit_id).where(chosen, visits.c.is_pending)).scalars())
    return found


def count_pending(connection: Connection, device: str) -> int:
    """Return the number of visits that a device started and HQ has not adopted."""
    mine = select(func.count()).select_from(visits).where(visits.c.device == device, visits.c.is_pending)
    return int(connection.execute(mine).scalar_one())


def of_pending_visit(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a visit's id is that of one that HQ has not adopted: its checks count for nothing."""
    return column.in_(select(visits.c.visit_id).where(visits.c.is_pending))


def closing(connection: Connection, visit_id: str) -> VisitClosedOut | None:
    """Return the newest close-out of a visit by its device, even if later facts voided it; None without one.

    Its `head_hash` is filled in from the journal.
    """
    columns = visit_marks.c.origin, visit_marks.c.closed_key, visit_marks.c.closed_body
    row = connection.execute(
        select(*columns).join(visits, of_own_device()).where(visits.c.visit_id == visit_id)
    ).first()
    if row is None or row.closed_body is None:
        return None
    closed = msgspec.json.decode(row.closed_body, type=VisitClosedOut)
    epoch = int(row.closed_key.split("|")[0])
    held = closed.head_hash or entry_hash_at(connection, row.origin, epoch, closed.head_seq)
    return msgspec.structs.replace(closed, head_hash=held or b"")
