"""Visits: cards, worklists, checks, what is still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, false, func, or_, select
from sqlalchemy.engine import Row

from db.among import among
from db.doubt_tables import withholdings
from db.queries.reading import NO_READING, READING_COLUMNS, Reading
from db.queries.worklist import ids_with_words
from db.search import said
from db.tables import (
    checklists,
    checks,
    evidence,
    items,
    journal,
    site_answers,
    sites,
    visit_items,
    visit_marks,
    visits,
    withdrawals,
)
from eum_app.domain.checklists import Answer, Checklist
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentRef, SiteAssessed, VisitClosedOut, decode_fact
from eum_app.domain.visits import ANSWER_ROLE, GRADES_OF_OTHERS

LOOKUP_CHUNK = 500


@dataclass(frozen=True)
class VisitRow:
    """A visit's card. Counts are of expected items, by the newest check that was not withdrawn; `not_on_list` counts
    checks of items that were not expected. `closed_at` is empty while something is open or was recorded after it."""

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

    @property
    def checked(self) -> int:
        return self.expected - self.to_check


@dataclass(frozen=True)
class WorkRow:
    """One expected item of a visit. `check_id` is empty while it is to be checked."""

    item_id: str
    serial: str
    part_number: str
    nomenclature: str
    location: str
    uii: str
    outcome: str
    check_id: str


@dataclass(frozen=True)
class CheckRow:
    """One check as recorded."""

    check_id: str
    visit_id: str
    item_id: str
    serial: str
    outcome: str
    reason: str
    photos: int
    has_note: bool
    observed_at: str
    actor: str
    origin: str
    epoch: int
    seq: int
    grade: str
    withdrawn: bool
    reading: Reading = NO_READING

    @property
    def is_sighted(self) -> bool:
        """Whether the inspector saw the item; else the check rests on what others showed or said."""
        return self.grade not in GRADES_OF_OTHERS


@dataclass(frozen=True)
class EvidenceRow:
    object_id: str
    check_id: str
    role: str
    commitment: str
    size: int
    media_type: str
    is_withheld: bool = False

    @property
    def is_photo(self) -> bool:
        """Whether it is a picture of what was seen, be it taken freely or as the answer to a question."""
        return self.role == "photo" or bool(self.question_id)

    @property
    def question_id(self) -> str:
        """The question that a photo answers; empty for none."""
        return self.role.removeprefix(ANSWER_ROLE) if self.role.startswith(ANSWER_ROLE) else ""

    @property
    def ref(self) -> ContentRef:
        """How the fact names it: what `Session.content` takes."""
        return ContentRef(
            object_id=self.object_id, commitment=self.commitment, size=self.size, media_type=self.media_type
        )


def of_own_device() -> ColumnElement[bool]:
    """The touches and the closing of a visit by the device that it was planned for."""
    return and_(visit_marks.c.visit_id == visits.c.visit_id, visit_marks.c.origin == visits.c.device)


def _visit_rows(connection: Connection, visit_id: str = "") -> list[VisitRow]:
    counted = ("to_check", "verified", "discrepancy", "not_found", "no_access")
    tally = (
        select(
            visit_items.c.visit_id,
            *[func.sum(case((visit_items.c.outcome == outcome, 1), else_=0)).label(outcome) for outcome in counted],
        )
        .group_by(visit_items.c.visit_id)
        .subquery()
    )
    question = (
        select(visits, sites.c.name.label("site"), sites.c.country, tally, visit_marks)
        .outerjoin(sites, sites.c.site_id == visits.c.site_id)
        .outerjoin(tally, tally.c.visit_id == visits.c.visit_id)
        .outerjoin(visit_marks, of_own_device())
        .order_by(visits.c.due_on, visits.c.planned_at)
    )
    extra = (
        select(checks.c.visit_id, func.count().label("n"))
        .where(checks.c.outcome == "not_on_list", ~_is_withdrawn())
        .group_by(checks.c.visit_id)
    )
    if visit_id:
        question = question.where(visits.c.visit_id == visit_id)
        extra = extra.where(checks.c.visit_id == visit_id)
    not_on_list = {row.visit_id: row.n for row in connection.execute(extra)}
    return [_visit(row, not_on_list.get(row.visit_id, 0)) for row in connection.execute(question)]


def _is_withdrawn() -> ColumnElement[bool]:
    return (
        select(withdrawals.c.check_id)
        .where(withdrawals.c.check_id == checks.c.check_id, withdrawals.c.origin == checks.c.origin)
        .exists()
    )


def _visit(row: Row[tuple[object, ...]], not_on_list: int) -> VisitRow:
    closed_key, touched_key = row.closed_key or "", row.touched_key or ""
    is_closed = closed_key > touched_key
    return VisitRow(
        visit_id=row.visit_id,
        program=row.program,
        purpose=row.purpose,
        site_id=row.site_id,
        site=row.site or row.site_id,
        country=row.country or "",
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
    )


def all_visits(connection: Connection) -> list[VisitRow]:
    """Visits by due date."""
    return _visit_rows(connection)


def visit(connection: Connection, visit_id: str) -> VisitRow:
    """Raises Refusal `visit.unknown`."""
    rows = _visit_rows(connection, visit_id)
    if not rows:
        raise Refusal("visit.unknown", visit_id=visit_id[:40])
    return rows[0]


def work_ids(connection: Connection, visit_id: str, outcome: str = "", words: str = "", limit: int = 0) -> list[str]:
    """Item ids of a visit's worklist in order; `outcome` and `words` (serial, UII, nomenclature, place) filter. The
    first `limit` only, where one is given."""
    question = select(visit_items.c.item_id).where(visit_items.c.visit_id == visit_id)
    if outcome:
        question = question.where(visit_items.c.outcome == outcome)
    if sought := said(words):
        return ids_with_words(connection, question, sought, limit)
    return list(connection.execute(question.order_by(visit_items.c.position).limit(limit or None)).scalars())


def work_rows(connection: Connection, visit_id: str, ids: Iterable[str]) -> dict[str, WorkRow]:
    wanted = list(ids)
    found: dict[str, WorkRow] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        rows = connection.execute(
            select(visit_items, items)
            .join(items, items.c.item_id == visit_items.c.item_id)
            .where(visit_items.c.visit_id == visit_id, visit_items.c.item_id.in_(wanted[start : start + LOOKUP_CHUNK]))
        )
        for row in rows:
            found[row.item_id] = WorkRow(
                row.item_id,
                row.serial,
                row.part_number,
                row.nomenclature,
                row.location,
                row.uii,
                row.outcome,
                row.check_id,
            )
    return found


def is_expected(connection: Connection, visit_id: str, item_id: str) -> str:
    """The outcome so far of an expected item; empty where it is not on the visit's list."""
    outcome = connection.execute(_OUTCOME_OF, {"of_visit": visit_id, "of_item": item_id}).scalar()
    return str(outcome or "")


_OUTCOME_OF = select(visit_items.c.outcome).where(
    visit_items.c.visit_id == bindparam("of_visit"), visit_items.c.item_id == bindparam("of_item")
)


def devices_of_visits(connection: Connection, visit_ids: Iterable[str]) -> dict[str, str]:
    """Visit id → the device that HQ planned it for."""
    wanted = list(visit_ids)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chosen = visits.c.visit_id.in_(wanted[start : start + LOOKUP_CHUNK])
        rows = connection.execute(select(visits.c.visit_id, visits.c.device).where(chosen))
        found |= {row.visit_id: row.device for row in rows}
    return found


def check_ids_of_others(connection: Connection, origin: str, check_ids: Iterable[str]) -> list[str]:
    """Of these ids, those that another origin's check has."""
    found: list[str] = []
    for chosen in among(connection, checks.c.check_id, check_ids):
        found += connection.execute(select(checks.c.check_id).where(chosen, checks.c.origin != origin)).scalars()
    return found


def recent_checks(connection: Connection, visit_id: str, limit: int = 20) -> list[CheckRow]:
    """The newest checks of a visit, newest first, withdrawn ones included and marked."""
    return _check_rows(connection, checks.c.visit_id == visit_id, limit)


def check(connection: Connection, check_id: str) -> CheckRow:
    """Raises Refusal `check.unknown`."""
    rows = _check_rows(connection, checks.c.check_id == check_id, 1)
    if not rows:
        raise Refusal("check.unknown", check_id=check_id[:40])
    return rows[0]


def counting_checks(connection: Connection, visit_id: str) -> list[CheckRow]:
    """For each item of a visit the newest check that was not withdrawn; every one of an item nobody has listed."""
    counting: dict[str, CheckRow] = {}
    for row in _check_rows(connection, checks.c.visit_id == visit_id, None):
        if not row.withdrawn:
            counting.setdefault(row.item_id or row.check_id, row)
    return list(counting.values())


def _check_rows(connection: Connection, condition: ColumnElement[bool], limit: int | None) -> list[CheckRow]:
    serial = func.coalesce(func.nullif(items.c.serial, ""), func.nullif(checks.c.serial, ""), checks.c.uii)
    question = (
        select(
            checks.c.check_id,
            checks.c.visit_id,
            checks.c.item_id,
            serial,
            checks.c.outcome,
            checks.c.reason,
            checks.c.photos,
            checks.c.has_note,
            checks.c.observed_at,
            checks.c.actor,
            checks.c.origin,
            checks.c.epoch,
            checks.c.seq,
            checks.c.grade,
            withdrawals.c.check_id.is_not(None),
            *READING_COLUMNS,
        )
        .outerjoin(items, items.c.item_id == checks.c.item_id)
        .outerjoin(
            withdrawals,
            and_(withdrawals.c.check_id == checks.c.check_id, withdrawals.c.origin == checks.c.origin),
        )
        .where(condition)
        .order_by(checks.c.order_key.desc())
        .limit(limit)
    )
    rows: Iterable[Any] = connection.execute(question)
    return [CheckRow(*(*row[:15], Reading(*row[15:]))) for row in rows]


def checklist(connection: Connection, checklist_id: str, version: str) -> Checklist:
    """Raises Refusal `checklist.unknown`."""
    body = connection.execute(_CHECKLIST_BODY, {"of_checklist": checklist_id, "of_version": version}).scalar()
    if body is None:
        raise Refusal("checklist.unknown", checklist_id=checklist_id, version=version)
    return _parsed_checklist(body)


_CHECKLIST_BODY = select(checklists.c.body).where(
    checklists.c.checklist_id == bindparam("of_checklist"), checklists.c.version == bindparam("of_version")
)


@lru_cache(maxsize=32)
def _parsed_checklist(body: bytes) -> Checklist:
    """Kept by its bytes: every check asks for the same one."""
    return msgspec.json.decode(body, type=Checklist)


def visit_checklists(connection: Connection, visit_id: str) -> tuple[Checklist, Checklist]:
    """(item checklist, site checklist) that a visit was planned with."""
    row = connection.execute(_CHECKLISTS_OF, {"of_visit": visit_id}).first()
    if row is None:
        raise Refusal("visit.unknown", visit_id=visit_id[:40])
    return (
        checklist(connection, row.item_checklist_id, row.item_checklist_version),
        checklist(connection, row.site_checklist_id, row.site_checklist_version),
    )


_CHECKLISTS_OF = select(
    visits.c.item_checklist_id,
    visits.c.item_checklist_version,
    visits.c.site_checklist_id,
    visits.c.site_checklist_version,
).where(visits.c.visit_id == bindparam("of_visit"))


def item_checklist_of(connection: Connection, visit_id: str) -> Checklist:
    """The item checklist that a visit was planned with, by one question: each check asks it. Raises as
    `visit_checklists` does."""
    body = connection.execute(_ITEM_CHECKLIST_OF, {"of_visit": visit_id}).scalar()
    return _parsed_checklist(body) if body is not None else visit_checklists(connection, visit_id)[0]


_ITEM_CHECKLIST_OF = (
    select(checklists.c.body)
    .join(
        visits,
        and_(
            visits.c.item_checklist_id == checklists.c.checklist_id,
            visits.c.item_checklist_version == checklists.c.version,
        ),
    )
    .where(visits.c.visit_id == bindparam("of_visit"))
)


def all_checklists(connection: Connection) -> list[Checklist]:
    rows = connection.execute(select(checklists.c.body).order_by(checklists.c.applies_to, checklists.c.title))
    return [_parsed_checklist(row.body) for row in rows]


def site_answers_of(connection: Connection, visit_id: str) -> tuple[Answer, ...]:
    """The newest answer to each question of the visit's site checklist."""
    rows = connection.execute(select(site_answers).where(site_answers.c.visit_id == visit_id))
    return tuple(Answer(row.question_id, row.value, row.comment) for row in rows)


def checked_by(connection: Connection, visit_id: str, item_id: str, check_id: str) -> set[str]:
    """Accounts that checked an item in a visit, withdrawn checks included; of an unlisted item, that made the check."""
    of_item = and_(checks.c.visit_id == visit_id, checks.c.item_id == item_id) if item_id else false()
    question = select(checks.c.actor).where(or_(checks.c.check_id == check_id, of_item))
    return set(connection.execute(question).scalars())


def answered_by(connection: Connection, visit_id: str) -> set[str]:
    """Accounts that ever answered a visit's site checklist: the journals know them, the read table only the newest."""
    assessed = select(journal).where(journal.c.kind == SiteAssessed.__name__)
    return {
        row.actor
        for row in connection.execute(assessed)
        if getattr(decode_fact(row.kind, row.kind_version, row.payload), "visit_id", "") == visit_id
    }


def evidence_of(connection: Connection, *, visit_id: str = "", check_id: str = "") -> list[EvidenceRow]:
    """Photos, notes, pictures of marks and signatures: of a check, or of a whole visit."""
    condition = evidence.c.check_id == check_id if check_id else evidence.c.visit_id == visit_id
    columns = [evidence.c[name] for name in ("object_id", "check_id", "role", "commitment", "size", "media_type")]
    question = (
        select(*columns, withholdings.c.object_id.is_not(None))
        .outerjoin(withholdings, withholdings.c.object_id == evidence.c.object_id)
        .where(condition)
        .order_by(evidence.c.order_key, evidence.c.object_id)
    )
    rows: Iterable[Any] = connection.execute(question)
    return [EvidenceRow(*row) for row in rows]


def closing(connection: Connection, visit_id: str) -> VisitClosedOut | None:
    """The newest closing of a visit, whether or not later facts voided it."""
    question = select(visit_marks.c.closed_body).join(visits, of_own_device()).where(visits.c.visit_id == visit_id)
    body = connection.execute(question).scalar()
    return None if body is None else msgspec.json.decode(body, type=VisitClosedOut)
