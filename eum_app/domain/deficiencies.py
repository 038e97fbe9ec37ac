"""Deficiencies of a site: the list of severities as versioned data, the clock until one is due, and doubtful days.

No official scale is public, so an administration may replace the shipped list (`assets/reference/deficiencies.json`).
Days are UTC days, as for all clocks here. The module does no I/O: `read_severities` takes bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from eum_app.domain.clock import date_of, instant_of
from eum_app.domain.disposition_list import last_day_at

SOON_DAYS: Final = 7
FURTHEST_BEHIND: Final = timedelta(hours=12)
"""The last place on Earth ends a day this long after UTC: a person there may rightly name that day as today."""


class FollowUp(StrEnum):
    """The answer of a later visit about a deficiency that it did not find corrected."""

    STILL_OPEN = "still_open"
    NOT_LOOKED_AT = "not_looked_at"


class DeficiencyState(StrEnum):
    """State of a deficiency on a day, gravest first."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    OPEN = "open"
    NO_DATE = "no_date"
    """Open, and its day cannot be read."""
    CORRECTION_DOUBTFUL = "correction_doubtful"
    """Corrected, and the corrections differ or none has a day that can be right."""
    CORRECTED = "corrected"
    ENDED = "ended"
    """Withdrawn or set aside."""


OPEN_STATES: Final = frozenset(
    {DeficiencyState.OVERDUE, DeficiencyState.DUE_SOON, DeficiencyState.OPEN, DeficiencyState.NO_DATE}
)


class Severity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One severity, and the days within which a deficiency of it is proposed to be corrected."""

    code: str
    days: int


class SeverityList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version, in force from `in_force_from` (`YYYY-MM-DD`) until the next version is. Gravest first."""

    version: str
    in_force_from: str
    source: str
    severities: tuple[Severity, ...]

    def severity(self, code: str) -> Severity | None:
        """Return the severity with this code, or None if the list does not have it."""
        return next((one for one in self.severities if one.code == code), None)


@dataclass(frozen=True)
class DueClock:
    """A deficiency on a day. `days_left` is negative by the days over; 0 if it is not open or its day is unreadable."""

    state: DeficiencyState
    days_left: int


def read_severities(data: bytes) -> tuple[SeverityList, ...]:
    """Return the versions of a list in a JSON file. Raises msgspec.DecodeError, or its ValidationError."""
    return msgspec.json.decode(data, type=tuple[SeverityList, ...])


def severities_in_force(lists: Sequence[SeverityList], day: date) -> SeverityList:
    """Return the version in force on a day: the newest that has started, else the earliest. There must be one."""
    in_order = sorted(lists, key=lambda one: one.in_force_from)
    begun = [one for one in in_order if one.in_force_from <= day.isoformat()]
    return begun[-1] if begun else in_order[0]


def first_day_at(now: datetime) -> date:
    """Return the earliest calendar day that it is anywhere at this instant."""
    return (now - FURTHEST_BEHIND).date()


def due_clock(due_on: str, today: date) -> DueClock:
    """Return the clock of an open deficiency. The day on which it is due is the last day in time."""
    due = date_of(due_on)
    if due is None:
        return DueClock(DeficiencyState.NO_DATE, 0)
    left = (due - today).days
    if left < 0:
        return DueClock(DeficiencyState.OVERDUE, left)
    return DueClock(DeficiencyState.DUE_SOON if left <= SOON_DAYS else DeficiencyState.OPEN, left)


def correction_doubt(corrected_on: str, stated_at: str, recorded_at: str) -> str:
    """Return why the day of a correction cannot be right, or "".

    `invalid` (no date), `in_future` (after it was recorded, an instant), or `before_statement` (before the deficiency
    was stated, an instant). An instant that cannot be read is not compared.
    """
    day, stated, recorded = date_of(corrected_on), instant_of(stated_at), instant_of(recorded_at)
    if day is None:
        return "invalid"
    if recorded is not None and day > last_day_at(recorded):
        return "in_future"
    return "before_statement" if stated is not None and day < first_day_at(stated) else ""
