"""Read tables of inquiries, their tasks, answers and closings. Parties and articles are JSON in the inquiry's row."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from db.tables import PLAIN_TEXT, _text, read

inquiries = Table(
    "inquiries",
    read,
    Column("inquiry_id", PLAIN_TEXT, primary_key=True),
    _text("reference"),
    _text("program"),
    _text("kind"),
    _text("country"),
    _text("post"),
    _text("due_on"),
    _text("body"),  # the fact
    _text("opened_at"),
    _text("actor"),
    _text("order_key"),
    Index("inquiries_by_reference", "reference"),
)

inquiry_tasks = Table(
    "inquiry_tasks",
    read,
    Column("task_id", PLAIN_TEXT, primary_key=True),  # or the id of the visit
    _text("inquiry_id"),
    _text("visit_id"),
    _text("told"),
    _text("reference"),
    _text("tasked_at"),
    _text("actor"),
    _text("order_key"),
    Index("inquiry_tasks_by_inquiry", "inquiry_id"),
)

inquiry_answers = Table(
    "inquiry_answers",
    read,
    Column("answer_id", PLAIN_TEXT, primary_key=True),
    _text("inquiry_id"),
    _text("body"),
    _text("answered_at"),
    _text("actor"),
    _text("order_key"),
    Index("inquiry_answers_by_inquiry", "inquiry_id"),
)

inquiry_closings = Table(
    "inquiry_closings",
    read,
    Column("inquiry_id", PLAIN_TEXT, nullable=False),
    Column("order_key", PLAIN_TEXT, nullable=False),
    _text("body"),
    _text("closed_at"),
    _text("actor"),
    PrimaryKeyConstraint("inquiry_id", "order_key"),
)
