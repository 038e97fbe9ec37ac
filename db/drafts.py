"""Drafts: input that a person has not recorded yet, by account, visit and subject.

A draft is no testimony, so it is in no journal and no bundle, and it is deleted when it is recorded or discarded. It is
kept in the store's database, encrypted like everything there; on PostgreSQL its values are boxed (`db.boxed`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, select

from db.boxed import boxed, unboxed
from db.tables import drafts

Subject = str
"""Name of the thing that the input is about, e.g. an item id."""


def draft_place(account: str, visit_id: str, subject: Subject, part: str) -> str:
    """Return the place (see `boxed`) of a part of a draft."""
    return f"draft|{account}|{visit_id}|{subject}|{part}"


def read_draft(connection: Connection, account: str, visit_id: str, subject: Subject) -> dict[str, bytes]:
    """Return the parts of one draft by name; empty if there is none. Raises Trouble `store.damaged`."""
    rows = connection.execute(select(drafts.c.part, drafts.c.value).where(_of(account, visit_id, subject)))
    return {
        row.part: unboxed(connection, draft_place(account, visit_id, subject, row.part), row.value) or b""
        for row in rows
    }


def draft_subjects(connection: Connection, account: str, visit_id: str) -> list[Subject]:
    """Return the subjects of an account's drafts in a visit, sorted."""
    of_visit = and_(drafts.c.account == account, drafts.c.visit_id == visit_id)
    return sorted(connection.execute(select(drafts.c.subject).where(of_visit).distinct()).scalars())


def drafts_of_visit(connection: Connection, visit_id: str) -> list[tuple[str, Subject]]:
    """Return (account, subject) of every draft in a visit, sorted."""
    of_visit = select(drafts.c.account, drafts.c.subject).where(drafts.c.visit_id == visit_id).distinct()
    return sorted((row.account, row.subject) for row in connection.execute(of_visit))


def visits_with(connection: Connection, account: str, subject: Subject) -> list[str]:
    """Return the ids of the visits in which an account has a draft about `subject`, sorted."""
    of_subject = and_(drafts.c.account == account, drafts.c.subject == subject)
    return sorted(connection.execute(select(drafts.c.visit_id).where(of_subject).distinct()).scalars())


def keep_draft(
    connection: Connection, account: str, visit_id: str, subject: Subject, parts: Mapping[str, bytes],
    unchanged: Collection[str] = (),
) -> None:  # fmt: skip
    """Replace a draft by `parts`. Parts named in `unchanged` stay as they are, also if `parts` has them.

    All other parts of the draft are deleted.
    """
    connection.execute(delete(drafts).where(_of(account, visit_id, subject), drafts.c.part.not_in(list(unchanged))))
    rows = [
        {
            "account": account,
            "visit_id": visit_id,
            "subject": subject,
            "part": part,
            "value": boxed(connection, draft_place(account, visit_id, subject, part), value),
        }
        for part, value in parts.items()
        if part not in unchanged
    ]
    if rows:
        connection.execute(drafts.insert(), rows)


def drop_draft(connection: Connection, account: str, visit_id: str, subjects: Collection[Subject]) -> None:
    """Delete an account's drafts about these subjects in one visit, if there are any."""
    if subjects:
        of_each = [{"of_account": account, "of_visit": visit_id, "of_subject": subject} for subject in subjects]
        connection.execute(_DROP, of_each)


_DROP = delete(drafts).where(
    drafts.c.account == bindparam("of_account"),
    drafts.c.visit_id == bindparam("of_visit"),
    drafts.c.subject == bindparam("of_subject"),
)


def drop_drafts_about(connection: Connection, visit_id: str, subjects: Collection[Subject]) -> None:
    """Delete everyone's drafts in a visit about these subjects, because what they are about was recorded."""
    connection.execute(delete(drafts).where(drafts.c.visit_id == visit_id, drafts.c.subject.in_(list(subjects))))


def drop_drafts_of_visit(connection: Connection, visit_id: str) -> None:
    """Delete everyone's drafts in a visit, because it was closed."""
    connection.execute(delete(drafts).where(drafts.c.visit_id == visit_id))


def drop_drafts_of_account(connection: Connection, account: str) -> None:
    """Delete all drafts of an account that was removed."""
    connection.execute(delete(drafts).where(drafts.c.account == account))


def _of(account: str, visit_id: str, subject: Subject) -> ColumnElement[bool]:
    return and_(drafts.c.account == account, drafts.c.visit_id == visit_id, drafts.c.subject == subject)
