"""When a clock is to be doubted: set back, or far ahead, against what is known. Nothing is refused for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

BACK: Final = timedelta(seconds=2)
"""A clock that goes back by more than this was set back: what time services do to a running clock is less."""
SLOW: Final = timedelta(minutes=10)
"""A clock that shows so much less than the monotonic one says has been set back by less than went by."""
AHEAD_IN_SESSION: Final = timedelta(days=1)
"""A sleeping machine's monotonic clock stands still; nobody's session sleeps for a day."""
AHEAD_SINCE_ENTRY: Final = timedelta(days=366)
TOLERANCE: Final = timedelta(minutes=5)
"""How far two machines' clocks may be apart before one of them is doubted."""

APART: Final = timedelta(seconds=2)
"""How far what a receiver says may move against the clock in one session without being worth another fact: sentences
come up to a second late."""


class Heard(NamedTuple):
    """What a satellite receiver said the time was, and what the clock of this machine showed then."""

    satellite_at: datetime
    clock_at: datetime

    @property
    def ahead(self) -> timedelta:
        """How far the clock is ahead of satellite time."""
        return self.clock_at - self.satellite_at


def is_news(told: timedelta | None, ahead: timedelta) -> bool:
    """Whether how far the clock is ahead is not what was `told` of it before (None: nothing was)."""
    return told is None or abs(ahead - told) > APART


def jumped_since_entry(newest: datetime, now: datetime) -> bool:
    """Whether `now` does not fit after the newest entry of the journal."""
    return now < newest - BACK or now > newest + AHEAD_SINCE_ENTRY


def expected_in_session(before: datetime, passed: timedelta, now: datetime) -> datetime | None:
    """What the clock should show when `passed` went by on the monotonic one since it showed `before`; None where it
    shows about that."""
    expected = before + passed
    if now < before - BACK or now < expected - SLOW or now > expected + AHEAD_IN_SESSION:
        return expected
    return None
