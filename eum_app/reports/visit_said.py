"""How a visit came about and how it ended, as its record says it."""

from __future__ import annotations

from db.queries.visits import VisitRow
from eum_app.domain.clock import instant_words


def due_said(visit: VisitRow) -> str:
    """Return the due date in words; empty for a visit that a device started."""
    return f"due {visit.due_on}" if visit.due_on else ""


def planned_said(visit: VisitRow) -> str:
    """Return who planned a visit, or who started it and who adopted it."""
    if not visit.is_unplanned:
        return f"{instant_words(visit.planned_at)} by {visit.planned_by}"
    started = f"{instant_words(visit.planned_at)}: Started by {visit.inspector} without tasking"
    if visit.is_pending:
        return f"{started}; not adopted by HQ"
    return f"{started}; adopted by {visit.adopted_by}, {instant_words(visit.adopted_at)}"


def amendment_said(visit: VisitRow) -> tuple[tuple[str, str], ...]:
    """Return a line of the cover about the newest reopening; none without one."""
    if not visit.reopened_at:
        return ()
    said = f"Reopened {instant_words(visit.reopened_at)} by {visit.reopened_by}: {visit.reopened_reason}"
    return (("Amendment", said),)


def closed_said(visit: VisitRow) -> str:
    """Return when a visit was closed out, or that it is not or no longer."""
    if visit.closed_at:
        return instant_words(visit.closed_at)
    return "No: facts came after the signing and void it" if visit.signatures_void else "Not yet"
