"""The balance of a visit, as its page and its record state it."""

from __future__ import annotations

from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.visits import VisitRow, closing, outcome_counts, visit, work_ids
from db.store import Connection
from eum_app.domain.compliance.balance import Gap, VisitBalance
from eum_app.domain.compliance.reconcile import COUNTING_OUTCOMES, reconcile
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import VisitClosedOut
from eum_app.domain.visit_kinds import Closing, is_complete_list, open_points
from eum_app.domain.visits import TO_CHECK, OpenPointKind, Outcome, require_signatures


def visit_balance(connection: Connection, visit_id: str) -> VisitBalance:
    """Return the balance of a visit. Raises Refusal `visit.unknown`."""
    row = visit(connection, visit_id)
    counts = outcome_counts(connection, visit_id)
    result = reconcile(row.expected, counts, COUNTING_OUTCOMES)
    closed = closing(connection, visit_id)
    gaps = _open_gaps(connection, row)
    if closed is None:
        gaps[Gap.CLOSE_OUT] = 1
    elif not row.closed_at:
        gaps[Gap.VOID] = 1
    elif not _is_signed(closed):
        gaps[Gap.SIGNATURES] = 1
    differs = _signed_differently(row, closed) if closed is not None and row.closed_at else {}
    return VisitBalance(result.total, result.counted, gaps, differs)


def _open_gaps(connection: Connection, row: VisitRow) -> dict[Gap, int]:
    unchecked = work_ids(connection, row.visit_id, TO_CHECK)
    gaps = {Gap.ITEMS: len(unchecked) if is_complete_list(row.purpose) else 0}
    try:
        _, checklist = visit_checklists(connection, row.visit_id)
    except Refusal:
        gaps[Gap.CHECKLIST] = 1
    else:
        answers = site_answers_of(connection, row.visit_id)
        points = open_points(row.purpose, Closing(unchecked=unchecked, site_checklist=checklist, answers=answers))
        gaps[Gap.QUESTIONS] = sum(point.kind is OpenPointKind.QUESTION for point in points)
    return {gap: count for gap, count in gaps.items() if count}


def _is_signed(closed: VisitClosedOut) -> bool:
    try:
        require_signatures(closed.signatures)
    except Refusal:
        return False
    return True


def _signed_differently(row: VisitRow, closed: VisitClosedOut) -> dict[str, tuple[int, int]]:
    here = {outcome.value: int(getattr(row, outcome)) for outcome in Outcome}
    signed = {one.outcome: one.count for one in closed.counts}
    return {
        outcome: (count, here.get(outcome, 0)) for outcome, count in signed.items() if count != here.get(outcome, 0)
    }
