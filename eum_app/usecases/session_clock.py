"""The clock during one session: time since sign-in, and jumps against the monotonic clock (`domain.time_check`)."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from eum_app.domain.clock import Now, from_utc_text, utc_text
from eum_app.domain.facts import ClockJumped
from eum_app.domain.stores import JumpSeenBy
from eum_app.domain.time_check import expected_in_session, jumped_since_entry


class SessionClock:
    """Compares the machine's clock with the monotonic clock. `started_ns`: monotonic time of the sign-in."""

    def __init__(self, now: Now, started_ns: int) -> None:
        self._now = now
        self._started_ns = started_ns
        self._seen = (now(), time.monotonic_ns())
        self.due: list[ClockJumped] = []
        """Jumps that were noticed and are not recorded yet."""
        self._recorded: list[ClockJumped] = []

    def elapsed_ms(self) -> int:
        """Return the milliseconds since the sign-in."""
        return (time.monotonic_ns() - self._started_ns) // 1_000_000

    def note_recorded(self, *jumps: ClockJumped) -> None:
        """Note that a write has recorded these jumps and all that were due."""
        self._recorded += [*jumps, *self.due]
        self.due = []

    def take(self) -> list[ClockJumped]:
        """Return the jumps that were recorded since the last call, to tell the person."""
        taken, self._recorded = self._recorded, []
        return taken

    @property
    def has_jumped(self) -> bool:
        """Whether the clock was changed since the last call of `jump`. This changes nothing."""
        before, at_ns = self._seen
        passed = timedelta(microseconds=(time.monotonic_ns() - at_ns) // 1_000)
        return expected_in_session(before, passed, self._now()) is not None

    def jump(self, observed_at: str) -> ClockJumped | None:
        """Return the fact to record if the clock was changed since the last call, else None.

        The next call compares with the time of this one, so a change is returned only once.
        """
        (before, at_ns), self._seen = self._seen, (self._now(), time.monotonic_ns())
        now, now_ns = self._seen
        expected = expected_in_session(before, timedelta(microseconds=(now_ns - at_ns) // 1_000), now)
        return _jumped(expected, now, observed_at, JumpSeenBy.SESSION) if expected is not None else None


def jump_since_entry(newest: str, now: datetime, observed_at: str) -> ClockJumped | None:
    """Return the fact to record if `now` is implausible after the journal's newest entry (UTC text), else None.

    Raises Refusal `time.invalid` if `newest` is not an instant.
    """
    recorded = from_utc_text(newest)
    return _jumped(recorded, now, observed_at, JumpSeenBy.JOURNAL) if jumped_since_entry(recorded, now) else None


def _jumped(expected: datetime, now: datetime, observed_at: str, noticed_by: JumpSeenBy) -> ClockJumped:
    return ClockJumped(observed_at=observed_at, from_at=utc_text(expected), to_at=utc_text(now), noticed_by=noticed_by)
