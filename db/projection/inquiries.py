"""Inquiries: fact → read tables. The newest fact wins, except that every closing stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from db.inquiry_tables import inquiries, inquiry_answers, inquiry_closings, inquiry_tasks
from db.projection.rows import Appliers, Noted, key_of, plain, put
from eum_app.domain import facts as f


def apply_inquiries(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert inquiries; the newest fact of each one wins."""
    names = ("inquiry_id", "reference", "program", "kind", "country", "post", "due_on")
    rows = [
        {
            **plain(fact, *names),
            "body": f.encode_fact(fact).decode(),
            "opened_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, inquiries, rows)


def apply_tasked(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert the tasks of inquiries; a visit belongs to the inquiry that the newest fact names."""
    rows = [
        {
            **plain(fact, "inquiry_id", "visit_id", "told", "reference"),
            "task_id": fact.task_id or fact.visit_id,
            "tasked_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, inquiry_tasks, rows)


def apply_answers(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert answers; the newest fact of each answer wins."""
    rows = [
        {
            **plain(fact, "answer_id", "inquiry_id"),
            "body": f.encode_fact(fact).decode(),
            "answered_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, inquiry_answers, rows)


def apply_closings(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert closings, each once."""
    rows = [
        {
            "inquiry_id": fact.inquiry_id,
            "order_key": key_of(entry, fact),
            "body": f.encode_fact(fact).decode(),
            "closed_at": fact.observed_at,
            "actor": entry.actor,
        }
        for entry, fact, _ in noted
    ]
    put(connection, inquiry_closings, rows)


APPLIERS: Final[Appliers] = {
    f.InquiryOpened: apply_inquiries,
    f.InquiryTasked: apply_tasked,
    f.InquiryAnswered: apply_answers,
    f.InquiryClosed: apply_closings,
}
