"""Tests whether a clock was set back or runs far ahead.

A doubtful clock is recorded; nothing is refused because of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

BACK: Final = timedelta(seconds=2)
"""A clock that goes back by more than this was set back. Time services adjust a running clock by less."""
SLOW: Final = timedelta(minutes=10)
"""A clock that lags the monotonic clock by more than this was set back by less than the time that passed."""
AHEAD_IN_SESSION: Final = timedelta(days=1)
"""A clock further ahead than this was set.

A sleeping machine's monotonic clock stops, but no session sleeps for a day.
"""
AHEAD_SINCE_ENTRY: Final = timedelta(days=366)
"""A clock further ahead of the journal's newest entry than this was set."""
TOLERANCE: Final = timedelta(minutes=5)
"""Accepted difference between the clocks of two machines."""

APART: Final = timedelta(seconds=2)
"""Change of a receiver's offset within a session that is worth another fact. Sentences arrive up to a second late."""


class Heard(NamedTuple):
    """A satellite receiver's time, and this machine's clock at the same moment."""

    satellite_at: datetime
    clock_at: datetime

    @property
    def ahead(self) -> timedelta:
        """Return how far the clock is ahead of satellite time (negative: behind)."""
        return self.clock_at - self.satellite_at


def is_news(told: timedelta | None, ahead: timedelta) -> bool:
    """Whether the offset `ahead` differs enough from the last recorded one to record it (`told`; None: none recorded).

    The limit is `APART`.
    """
    return told is None or abs(ahead - told) > APART


def jumped_since_entry(newest: datetime, now: datetime) -> bool:
    """Whether `now` is implausible after the newest entry of the journal: before it, or more than a year later."""
    return now < newest - BACK or now > newest + AHEAD_SINCE_ENTRY


def expected_in_session(before: datetime, passed: timedelta, now: datetime) -> datetime | None:
    """Return the time that the clock should show if it jumped, else None.

    `before` is what it showed when `passed` began on the monotonic clock.
    """
    expected = before + passed
    if now < before - BACK or now < expected - SLOW or now > expected + AHEAD_IN_SESSION:
        return expected
    return None
