"""Findings about signatures that are due by the calendar, without a bundle that brings them up."""

from __future__ import annotations

from db.queries.attribution import owing_authors, visits_owing
from eum_app.domain.people import Permission, may
from eum_app.usecases.changes import Changed
from eum_app.usecases.review.attribution import SIGNATURE_DAYS, begin_attribution, unsigned_triggers
from eum_app.usecases.review.findings import judge, record_judgement
from eum_app.usecases.session import Session


def signatures_due(session: Session, days: int = SIGNATURE_DAYS) -> bool:
    """Whether `judge_signatures` has something to record; never for a person who may not review."""
    if not session.is_hq or not may(session.role, Permission.FINDING_REVIEW):
        return False
    with session.reading(whole=True) as connection:
        owing = visits_owing(connection, owing_authors(connection))
        return any(unsigned_triggers(connection, visit_id, session.observed_now(), days) for visit_id in owing)


def judge_signatures(session: Session, days: int = SIGNATURE_DAYS) -> Changed:
    """At HQ: raise the findings about signatures that are due by now, for all devices.

    `days` are counted from a check's arrival. For a person who may not review it does nothing. Raises Trouble for disk
    errors.
    """
    if not session.is_hq or not may(session.role, Permission.FINDING_REVIEW):
        return Changed(frozenset())
    begin_attribution(session)
    if not signatures_due(session, days):
        return Changed(frozenset())
    with session.writing() as transaction:
        connection = transaction.connection
        owing = visits_owing(connection, owing_authors(connection))
        judged = judge(connection, owing, session.observed_now(), days)
        record_judgement(transaction, judged)
        return Changed(frozenset(transaction.areas))
