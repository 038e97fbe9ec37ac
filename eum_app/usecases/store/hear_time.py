"""Satellite time (GNSS), if a receiver is connected: record the difference of this computer's clock as a fact."""

from __future__ import annotations

from datetime import timedelta

from eum_app.domain.clock import utc_text
from eum_app.domain.facts import SatelliteTimeHeard
from eum_app.domain.time_check import Heard, is_news
from eum_app.usecases.session import Session


def hear_satellite_time(session: Session, heard: Heard) -> bool:
    """Record satellite time: the first time in a session, and whenever the clock has moved against it.

    Return whether it was recorded. Raises Trouble as any write does.
    """
    if not is_news(session.clock_ahead, heard.ahead):
        return False
    with session.writing() as transaction:
        transaction.record(
            SatelliteTimeHeard(
                observed_at=session.observed_now(),
                satellite_at=utc_text(heard.satellite_at),
                clock_at=utc_text(heard.clock_at),
                clock_ahead_ms=heard.ahead // timedelta(milliseconds=1),
            )
        )
    session.clock_ahead = heard.ahead
    return True
