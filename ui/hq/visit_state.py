"""The state of a visit in short, for its row and its page."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication

from db.queries.visits import VisitRow
from eum_app.domain.clock import date_of
from eum_app.domain.visits import TO_CHECK, Outcome
from ui.kit.delegates import ChipSpec
from ui.kit.theme import status_mark

translate = QCoreApplication.translate


DUE_SOON_DAYS = 14
OUTCOMES = (
    Outcome.VERIFIED,
    Outcome.DISCREPANCY,
    Outcome.NOT_FOUND,
    Outcome.NO_ACCESS,
    Outcome.NOT_ON_LIST,
    TO_CHECK,
)


def progress_parts(row: VisitRow) -> tuple[tuple[int, str], ...]:
    """Return (count, tone) of expected items, in drawing order: verified, discrepancy, not found, no access."""
    return tuple(
        (getattr(row, outcome), status_mark(outcome).tone)
        for outcome in OUTCOMES
        if outcome not in {Outcome.NOT_ON_LIST, TO_CHECK}
    )


def state_of(row: VisitRow, today: date) -> ChipSpec:
    """Return a chip that says whether a visit waits for adoption, is closed, under way or planned, or is past due.

    One that is due before `today` and not signed is overdue, even if items were checked. A due date that cannot be read
    counts as none.
    """
    if row.is_pending:
        return ChipSpec(translate("hq", "Unplanned, to adopt"), "warn", "triangle-alert")
    if row.closed_at or row.signatures_void:
        return _signed_chip(row)
    due_on = date_of(row.due_on)  # where it cannot be read, the row shows it as it is
    if due_on and due_on < today:
        return ChipSpec.of("overdue")
    if row.checked or row.not_on_list:
        return ChipSpec(translate("hq", "Under way"), "accent", "circle-dot")
    is_soon = due_on is not None and (due_on - today).days <= DUE_SOON_DAYS
    return ChipSpec.of("due_soon") if is_soon else ChipSpec(translate("hq", "Planned"), "mute", "circle")


def _signed_chip(row: VisitRow) -> ChipSpec:
    """Return the chip of a visit that was signed; a reopened one is an amendment, also when it is signed again."""
    if row.closed_at:
        if row.reopened_at:
            return ChipSpec(translate("hq", "Closed out, amended"), "warn", "check")
        return ChipSpec(translate("hq", "Closed out"), "ok", "check")
    said = translate("hq", "Reopened") if row.reopened_at else translate("hq", "Signatures void")
    return ChipSpec(said, "warn", "triangle-alert")
