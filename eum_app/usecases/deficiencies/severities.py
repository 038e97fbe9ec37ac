"""The shipped versions of the list of severities, and the clock of a deficiency."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from assets import asset
from db.queries.deficiency_rows import Deficiency
from eum_app.domain.deficiencies import (
    DeficiencyState,
    DueClock,
    Severity,
    SeverityList,
    due_clock,
    read_severities,
    severities_in_force,
)


@cache
def shipped_severities() -> tuple[SeverityList, ...]:
    """Return every version that this program knows."""
    return read_severities(asset("reference", "deficiencies.json").read_bytes())


def severities_on(day: date) -> tuple[Severity, ...]:
    """Return the severities that can be stated on a day, gravest first."""
    return severities_in_force(shipped_severities(), day).severities


def proposed_due(code: str, day: date) -> str:
    """Return the last day (`YYYY-MM-DD`) that the list proposes for a severity stated on a day; "" if unknown."""
    found = severities_in_force(shipped_severities(), day).severity(code)
    return (day + timedelta(days=found.days)).isoformat() if found else ""


def clock_of(one: Deficiency, today: date) -> DueClock:
    """Return the clock of a deficiency on a day."""
    if one.end is not None:
        return DueClock(DeficiencyState.ENDED, 0)
    if one.is_open:
        return due_clock(one.due_on, today)
    return DueClock(DeficiencyState.CORRECTION_DOUBTFUL if one.is_doubtful else DeficiencyState.CORRECTED, 0)
