"""Checklists, and the answers to a visit's site checklist."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, and_, bindparam, select

from db.queries.visits import is_closed, of_own_device, purpose_of
from db.tables import checklists, site_answers, visit_marks, visits
from eum_app.domain.checklist_file import shipped_checklists
from eum_app.domain.checklists import Answer, Checklist
from eum_app.domain.errors import Refusal


def checklist(connection: Connection, checklist_id: str, version: str) -> Checklist:
    """Return one version of a checklist: as published, else as shipped with the app.

    A device that starts a visit without tasking uses a shipped one that HQ may never have published. Raises Refusal
    `checklist.unknown`.
    """
    body = connection.execute(_CHECKLIST_BODY, {"of_checklist": checklist_id, "of_version": version}).scalar()
    if body is None:
        for shipped in shipped_checklists():
            if (shipped.checklist_id, shipped.version) == (checklist_id, version):
                return shipped
        raise Refusal("checklist.unknown", checklist_id=checklist_id, version=version)
    return _parsed_checklist(body)


_CHECKLIST_BODY = select(checklists.c.body).where(
    checklists.c.checklist_id == bindparam("of_checklist"), checklists.c.version == bindparam("of_version")
)


@lru_cache(maxsize=32)
def _parsed_checklist(body: bytes) -> Checklist:
    """Decode a checklist; cached by its bytes, because every check needs the same one."""
    return msgspec.json.decode(body, type=Checklist)


def visit_checklists(connection: Connection, visit_id: str) -> tuple[Checklist, Checklist]:
    """Return (item checklist, site checklist) of a visit. Raises Refusal `visit.unknown`, `checklist.unknown`."""
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


@dataclass(frozen=True)
class WorkBasis:
    """The facts about a visit that each of its checks needs. `is_closed` is as `visits.is_closed` says."""

    purpose: str
    item_checklist: Checklist
    is_closed: bool


def work_basis(connection: Connection, visit_id: str) -> WorkBasis:
    """Return the basis of a visit's checks with a single query, because each check needs it.

    Raises as `visit_checklists`.
    """
    row = connection.execute(_WORK_BASIS, {"of_visit": visit_id}).first()
    if row is None:
        item_checklist, _ = visit_checklists(connection, visit_id)  # raises if the visit or its checklist is unknown
        return WorkBasis(purpose_of(connection, visit_id), item_checklist, is_closed(connection, visit_id))
    closed = (row.closed_key or "") > (row.touched_key or "")
    return WorkBasis(row.purpose or "", _parsed_checklist(row.body), closed)


_WORK_BASIS = (
    select(visits.c.purpose, checklists.c.body, visit_marks.c.closed_key, visit_marks.c.touched_key)
    .select_from(visits)
    .join(
        checklists,
        and_(
            visits.c.item_checklist_id == checklists.c.checklist_id,
            visits.c.item_checklist_version == checklists.c.version,
        ),
    )
    .outerjoin(visit_marks, of_own_device())
    .where(visits.c.visit_id == bindparam("of_visit"))
)


def all_checklists(connection: Connection) -> list[Checklist]:
    """Return all versions of all checklists, those for items first, each by title."""
    rows = connection.execute(select(checklists.c.body).order_by(checklists.c.applies_to, checklists.c.title))
    return [_parsed_checklist(row.body) for row in rows]


def site_answers_of(connection: Connection, visit_id: str) -> tuple[Answer, ...]:
    """Return the newest answer to each question of the visit's site checklist, in no particular order.

    `filled` is not kept there. Empty for an unknown visit.
    """
    rows = connection.execute(_SITE_ANSWERS_OF, {"of_visit": visit_id})
    return tuple(Answer(row.question_id, row.value, row.comment) for row in rows)


_SITE_ANSWERS_OF = select(site_answers.c.question_id, site_answers.c.value, site_answers.c.comment).where(
    site_answers.c.visit_id == bindparam("of_visit")
)
