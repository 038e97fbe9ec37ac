"""Instants and dates as facts carry them: fixed-width UTC text, so that text order is time order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from eum_app.domain.errors import Refusal

Now = Callable[[], datetime]

UTC_TEXT_LENGTH = len("2026-11-22T05:09:25.123456Z")


def system_now() -> datetime:
    """The machine's wall clock, aware, in UTC."""
    return datetime.now(UTC)


def utc_text(instant: datetime) -> str:
    """`2026-11-22T05:09:25.123456Z`; always 27 characters. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        message = "an instant needs its time zone"
        raise ValueError(message)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(UTC_TEXT_LENGTH)


def shifted(text: str, offset_ms: int) -> str:
    """`utc_text` so many milliseconds later (or earlier); as it is where no such instant can be written."""
    try:
        return utc_text(from_utc_text(text) + timedelta(milliseconds=offset_ms))
    except (Refusal, OverflowError):
        return text


def from_utc_text(text: str) -> datetime:
    """The aware datetime of `utc_text`. Raises Refusal `time.invalid`."""
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # 0001-01-01T00:00:00+14:00 is before the first year in UTC
        raise Refusal("time.invalid", text=text[:40]) from error
    raise Refusal("time.invalid", text=text[:40])


def parse_date(text: str) -> date:
    """A calendar date `YYYY-MM-DD`. Raises Refusal `date.invalid`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("date.invalid", text=text[:40]) from error
