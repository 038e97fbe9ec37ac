"""Jumps of the clock of a device while it worked on a visit."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from db.queries.visits import closing
from db.tables import checks, journal
from eum_app.domain.facts import ClockJumped, SessionStarted, decode_fact
from eum_app.domain.stores import JumpSeenBy


def clock_jumps(connection: Connection, visit_id: str) -> list[ClockJumped]:
    """Return the jumps that were noticed from the session of a visit's first check to its last check or its closing.

    By chain, oldest first. Empty without a check, and for an unknown visit. Unreadable facts are left out.
    """
    closed = closing(connection, visit_id)
    found: list[ClockJumped] = []
    spans = connection.execute(
        select(checks.c.origin, checks.c.epoch, func.min(checks.c.seq), func.max(checks.c.seq))
        .where(checks.c.visit_id == visit_id)
        .group_by(checks.c.origin, checks.c.epoch)
        .order_by(checks.c.origin, checks.c.epoch)
    ).all()
    for origin, epoch, first, last in spans:
        chain = (journal.c.origin == origin, journal.c.epoch == epoch)
        started = select(func.max(journal.c.seq)).where(
            *chain, journal.c.seq < first, journal.c.kind == SessionStarted.__name__
        )
        begun = connection.execute(started).scalar() or first
        until = max(last, closed.head_seq if closed is not None else 0)
        rows = connection.execute(
            select(journal.c.seq, journal.c.kind, journal.c.kind_version, journal.c.payload)
            .where(*chain, journal.c.seq.between(begun - 1, until), journal.c.kind == ClockJumped.__name__)
            .order_by(journal.c.seq)
        )
        for row in rows:
            fact = decode_fact(row.kind, row.kind_version, row.payload)
            # A jump since the session before is recorded right before the start; others there belong to that session.
            if isinstance(fact, ClockJumped) and (row.seq > begun or fact.noticed_by == JumpSeenBy.JOURNAL):
                found.append(fact)
    return found
