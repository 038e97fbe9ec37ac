"""Instants and dates as facts hold them: UTC text of fixed width, so that text order is time order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from eum_app.domain.errors import Refusal

Now = Callable[[], datetime]

UTC_TEXT_LENGTH = len("2026-11-22T05:09:25.123456Z")
"""Characters of every instant that `utc_text` writes."""

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clocks of a signer and a reader may differ before a time counts as in the future."""

FIRST_YEAR, AFTER_LAST_YEAR = "2000", "2101"
"""Times before the first or from the other year on are doubtful: a clock without power says 1970."""


def system_now() -> datetime:
    """Return the machine's wall-clock time as an aware datetime in UTC."""
    return datetime.now(UTC)


def utc_text(instant: datetime) -> str:
    """Write an instant as UTC text of 27 characters:

    `2026-11-22T05:09:25.123456Z`. Raises ValueError for a naive datetime.
    """
    if instant.tzinfo is None:
        message = "an instant needs its time zone"
        raise ValueError(message)
    # `isoformat` takes a sixth of the time of `strftime`; each entry has several instants.
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def shifted(text: str, offset_ms: int) -> str:
    """Return the `utc_text` that is `offset_ms` milliseconds later (negative: earlier).

    Text that is not an instant is returned unchanged, and so is one whose result would leave the calendar.
    """
    try:
        return utc_text(from_utc_text(text) + timedelta(milliseconds=offset_ms))
    except (Refusal, OverflowError):
        return text


def from_utc_text(text: str) -> datetime:
    """Return the aware UTC datetime of an instant that `utc_text` wrote, or of other ISO 8601 text with a time zone.

    Raises Refusal `time.invalid`.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # 0001-01-01T00:00:00+14:00 is before the first year in UTC
        raise Refusal("time.invalid", text=text[:40]) from error
    raise Refusal("time.invalid", text=text[:40])


def is_utc_text(text: str) -> bool:
    """Whether text is an instant exactly as `utc_text` writes it, so that each instant has one spelling."""
    instant = instant_of(text)
    return instant is not None and utc_text(instant) == text


def instant_of(text: str) -> datetime | None:
    """Return the aware UTC datetime of an instant, None for other text: facts of devices may hold anything."""
    try:
        return from_utc_text(text)
    except Refusal:
        return None


def instant_words(text: str) -> str:
    """Write an instant for people: `2026-11-22 05:09 UTC`, without its seconds, and marked if its year cannot be right.

    Text that is not an instant is returned unchanged.
    """
    instant = instant_of(text)
    if instant is None:
        return text
    doubt = " (time doubtful)" if is_doubtful_time(text) else ""
    return f"{instant.isoformat(' ', 'minutes').removesuffix('+00:00')} UTC{doubt}"


def is_doubtful_time(text: str) -> bool:
    """Whether the year of an instant (UTC text) is outside the years in which this program is used."""
    return not FIRST_YEAR <= text < AFTER_LAST_YEAR


def days_between(earlier: str, later: str) -> int | None:
    """Return the whole days from one instant to another, rounded down; negative if `later` is the earlier one.

    Returns None if one of them is not an instant.
    """
    first, last = instant_of(earlier), instant_of(later)
    return (last - first).days if first and last else None


def parse_date(text: str) -> date:
    """Return the calendar date of `YYYY-MM-DD` text. Raises Refusal `date.invalid`.

    The other forms of ISO 8601 that Python reads (`20261122`, `2026-W47-7`) are accepted too.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("date.invalid", text=text[:40]) from error


def iso_day(text: str) -> str:
    """Return a date in the one form that facts state, `YYYY-MM-DD`; "" for blank text. Raises Refusal `date.invalid`.

    Days are sorted and compared as text, so another form that `parse_date` reads must not be recorded.
    """
    return parse_date(text.strip()).isoformat() if text.strip() else ""


def date_of(text: str) -> date | None:
    """Return the calendar date of text that `parse_date` accepts, None for other text."""
    try:
        return parse_date(text)
    except Refusal:
        return None
