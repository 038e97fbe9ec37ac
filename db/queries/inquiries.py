"""Inquiries with their tasks, answers and closings. A connection is bounded to the account's scope (`db.bounds`)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Table, select

from db.inquiry_tables import inquiries, inquiry_answers, inquiry_closings, inquiry_tasks
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import InquiryAnswered, InquiryClosed, InquiryOpened
from eum_app.domain.inquiries import InquiryState, state_of


@dataclass(frozen=True)
class Tasked:
    """The order to make the check: to a post or person (`told`), or a visit."""

    told: str
    reference: str
    visit_id: str
    tasked_at: str
    actor: str


@dataclass(frozen=True)
class Answer:
    """An answer to an inquiry, with its author."""

    fact: InquiryAnswered
    actor: str
    answered_at: str


@dataclass(frozen=True)
class Closing:
    """A closing of an inquiry, with its author."""

    fact: InquiryClosed
    actor: str
    closed_at: str


@dataclass(frozen=True)
class Inquiry:
    """An inquiry with all that is recorded about it, each oldest first. `fact` is the request as it counts now."""

    fact: InquiryOpened
    actor: str
    tasks: tuple[Tasked, ...]
    answers: tuple[Answer, ...]
    closings: tuple[Closing, ...]
    has_later_answer: bool = False
    """An answer is newer than the closing."""

    @property
    def inquiry_id(self) -> str:
        """Its id."""
        return self.fact.inquiry_id

    @property
    def state(self) -> InquiryState:
        """Its state."""
        return state_of(is_tasked=bool(self.tasks), is_answered=bool(self.answers), is_closed=bool(self.closings))

    @property
    def answer(self) -> Answer | None:
        """The answer that counts: the newest."""
        return self.answers[-1] if self.answers else None

    @property
    def closing(self) -> Closing | None:
        """The closing that counts: the newest."""
        return self.closings[-1] if self.closings else None

    @property
    def closed_on(self) -> str:
        """The UTC day of the first closing (`YYYY-MM-DD`), which stopped the clock; empty for none."""
        return self.closings[0].closed_at[:10] if self.closings else ""


def all_inquiries(connection: Connection) -> list[Inquiry]:
    """Return all inquiries, by due date and reference."""
    return _inquiries(connection, "")


def inquiry(connection: Connection, inquiry_id: str) -> Inquiry:
    """Return one inquiry. Raises Refusal `inquiry.unknown`."""
    found = _inquiries(connection, inquiry_id) if inquiry_id else []
    if not found:
        raise Refusal("inquiry.unknown", inquiry_id=inquiry_id[:40])
    return found[0]


def inquiry_named(connection: Connection, said: str) -> str:
    """Return the id of the inquiry with this id or reference. Raises Refusal `inquiry.unknown`."""
    known = (inquiries.c.inquiry_id == said) | (inquiries.c.reference == said)
    found = connection.execute(select(inquiries.c.inquiry_id).where(known)).scalars().first() if said else None
    if found is None:
        raise Refusal("inquiry.unknown", inquiry_id=said[:40])
    return str(found)


def has_reference(connection: Connection, reference: str) -> bool:
    """Whether an inquiry with this reference exists."""
    return (
        connection.execute(select(inquiries.c.inquiry_id).where(inquiries.c.reference == reference)).first() is not None
    )


def _inquiries(connection: Connection, inquiry_id: str) -> list[Inquiry]:
    of_tasks, of_answers, of_closings = (
        _by_inquiry(connection, table, inquiry_id) for table in (inquiry_tasks, inquiry_answers, inquiry_closings)
    )
    question = select(inquiries).order_by(inquiries.c.due_on, inquiries.c.reference, inquiries.c.inquiry_id)
    if inquiry_id:
        question = question.where(inquiries.c.inquiry_id == inquiry_id)
    found = []
    for row in connection.execute(question):
        answers, closings = of_answers[row.inquiry_id], of_closings[row.inquiry_id]
        found.append(
            Inquiry(
                msgspec.json.decode(row.body, type=InquiryOpened),
                row.actor,
                tuple(
                    Tasked(one.told, one.reference, one.visit_id, one.tasked_at, one.actor)
                    for one in of_tasks[row.inquiry_id]
                ),
                tuple(
                    Answer(msgspec.json.decode(one.body, type=InquiryAnswered), one.actor, one.answered_at)
                    for one in answers
                ),
                tuple(
                    Closing(msgspec.json.decode(one.body, type=InquiryClosed), one.actor, one.closed_at)
                    for one in closings
                ),
                bool(answers and closings) and answers[-1].order_key > closings[-1].order_key,
            )
        )
    return found


def _by_inquiry(connection: Connection, table: Table, inquiry_id: str) -> dict[str, list[Row[Any]]]:
    question = select(table).order_by(table.c.order_key)
    if inquiry_id:
        question = question.where(table.c.inquiry_id == inquiry_id)
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(question):
        found[row.inquiry_id].append(row)
    return found
