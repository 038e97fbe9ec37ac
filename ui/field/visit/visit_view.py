"""The data of a visit that the workspace shows, read in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.checks import CheckRow, recent_checks
from db.queries.items import ItemRow, item
from db.queries.visits import VisitRow, is_expected, unchecked_in_room, visit
from eum_app.domain.checklists import Checklist, open_questions, visible_questions
from eum_app.domain.facts import MarkRead
from eum_app.domain.items import room_of
from eum_app.domain.sighting import STRICT, SightingTerms
from eum_app.domain.visits import ReadBy
from eum_app.usecases.calls import Connection
from eum_app.usecases.session import Session
from eum_app.usecases.visits.drafts import Begun, begun_work, offer_subject
from eum_app.usecases.visits.sighting import sighting_terms


@dataclass(frozen=True)
class VisitView:
    """A visit's card, its item checklist, the progress of its site checklist, and the newest checks.

    `terms` say how items must be identified.
    """

    row: VisitRow
    item_checklist: Checklist
    site_answered: int
    site_asked: int
    recent: list[CheckRow]
    terms: SightingTerms = field(default_factory=lambda: SightingTerms(STRICT, ""))


def read_visit(connection: Connection, visit_id: str) -> VisitView:
    """Return the data of a visit. Raises Refusal `visit.unknown`, `checklist.unknown`."""
    item_checklist, site_checklist = visit_checklists(connection, visit_id)
    answers = site_answers_of(connection, visit_id)
    asked = visible_questions(site_checklist, answers)
    given = {answer.question_id for answer in answers}
    given -= {one.question_id for one in open_questions(site_checklist, answers)}
    answered = sum(question.question_id in given for question in asked)
    recent = recent_checks(connection, visit_id)
    terms = sighting_terms(connection, visit_id)
    return VisitView(visit(connection, visit_id), item_checklist, answered, len(asked), recent, terms)


def read_item(connection: Connection, visit_id: str, item_id: str) -> tuple[ItemRow, str]:
    """Return an item, and its outcome in the visit so far; empty if the visit does not expect it, or is unknown.

    Raises Refusal `item.unknown`.
    """
    return item(connection, item_id), is_expected(connection, visit_id, item_id)


def read_items(connection: Connection, visit_id: str, item_ids: Sequence[str]) -> list[tuple[ItemRow, str]]:
    """Return items, each as `read_item` does, in the order of `item_ids`. Raises Refusal `item.unknown` if one is
    unknown.
    """
    return [read_item(connection, visit_id, item_id) for item_id in item_ids]


def read_item_and_draft(session: Session, visit_id: str, item_id: str) -> tuple[ItemRow, str, Begun | None]:
    """Return an item, its outcome so far (empty if the visit does not expect it), and this account's draft about it.

    The draft is None if there is none. Raises Refusal `item.unknown`.
    """
    row, outcome = session.read(read_item, visit_id, item_id)
    subject = item_id if outcome else offer_subject(MarkRead(read_by=ReadBy.LIST), item_id)
    return row, outcome, next(iter(begun_work(session, visit_id, subject)), None)


def read_room(connection: Connection, visit_id: str, item_id: str) -> tuple[str, str, list[str]]:
    """Return (visit id, room of an item, ids of the items in that room that have no outcome yet).

    An item without a location gives an empty room. Raises Refusal `item.unknown`.
    """
    room = room_of(item(connection, item_id).location)
    return visit_id, room, unchecked_in_room(connection, visit_id, room)
