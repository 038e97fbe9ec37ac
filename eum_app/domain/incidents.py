"""Incidents: losses, thefts and destructions, and the clocks of their notice and their written report.

A loss is reported at once, and in writing within 30 calendar days with steps to recover and to prevent (LOA note on
night vision devices; DODIG-24-095). The number of days is data (`disposition_list`). Days are UTC days, as for all
clocks here: the day on which it was first known is day 0, and the last day in time is day 30.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from eum_app.domain.clock import date_of

SOON_DAYS: Final = 7


class IncidentKind(StrEnum):
    """Kind of event."""

    LOSS = "loss"
    THEFT = "theft"
    DESTRUCTION = "destruction"
    ACCESS = "access"
    """Unauthorized access to the items, which are still there."""


class ReportPart(StrEnum):
    """Parts of the written report, in its order."""

    CIRCUMSTANCES = "circumstances"
    ITEMS = "items"
    RECOVERY = "recovery"
    PREVENTION = "prevention"


class ReportState(StrEnum):
    """State of the clock of the written report, gravest first."""

    OVERDUE = "overdue"
    FILED_LATE = "filed_late"
    DUE_SOON = "due_soon"
    RUNNING = "running"
    FILED = "filed"
    NO_DATE = "no_date"


OPEN_STATES: Final = frozenset({ReportState.OVERDUE, ReportState.DUE_SOON, ReportState.RUNNING})
"""States in which the report is not filed yet."""


@dataclass(frozen=True)
class ReportClock:
    """The clock on a day. `due_on` is the last day in time, None without a readable first day.

    `days_left` is negative by the days over; 0 once the report is filed.
    """

    state: ReportState
    due_on: date | None
    days_left: int


def report_clock(known_on: str, report_days: int, filed_on: str, today: date) -> ReportClock:
    """Return the clock of a written report; `filed_on` is that of the first report, or empty."""
    known, filed = date_of(known_on), date_of(filed_on)
    if known is None:
        return ReportClock(ReportState.NO_DATE, None, 0)
    due_on = known + timedelta(days=report_days)
    if filed is not None:
        return ReportClock(ReportState.FILED_LATE if filed > due_on else ReportState.FILED, due_on, 0)
    left = (due_on - today).days
    state = ReportState.OVERDUE if left < 0 else ReportState.DUE_SOON if left <= SOON_DAYS else ReportState.RUNNING
    return ReportClock(state, due_on, left)
