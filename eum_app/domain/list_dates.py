"""Dates as lists write them: possible orders of day and month, and dates that cannot be correct."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal

from eum_app.domain.compliance.clocks import YEARS
from eum_app.domain.items import upper

DateOrder = Literal["month first", "day first", "not needed"]

_NOT_YET = timedelta(days=1)  # today elsewhere on Earth
_COMING = timedelta(days=366)
_PAST_ONLY = frozenset({"last_inventory", "as_of"})
NO_TODAY: Final = date.max - _COMING
"""Today's date for reading rows without the test for future dates."""

# Not strptime's %b: that follows the machine's locale.
_MONTHS = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE"),
    *("JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)
_MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _MIDNIGHT, re.ASCII)
_NAMED_MONTH = re.compile(r"([0-9]{1,2})[- ]?([A-Z]{3,9})[- ,]*([0-9]{4})", re.ASCII)
_NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + _MIDNIGHT, re.ASCII)


def parse_date(text: str, order: DateOrder) -> date | None:
    """Return the date in 2025-03-10, 10-Mar-2025 or 03/10/2025 (read by `order`); None for an empty cell.

    A time of midnight after the digits is ignored. Raises ValueError for any other text, two-digit years, days that the
    calendar does not have, and with `not needed` for digits that the two orders read differently.
    """
    word = upper(text)
    if not word:
        return None
    if match := _YEAR_FIRST.fullmatch(word):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _NAMED_MONTH.fullmatch(word):
        month = next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(match[2])), 0)
        return date(int(match[3]), month, int(match[1]))
    if match := _NUMERIC.fullmatch(word):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if first == second or order == "month first":
            return date(year, first, second)
        if order == "day first":
            return date(year, second, first)
    # Two-digit years end here: 05 may be 1905 or 2005.
    raise ValueError(text)


def date_orders(texts: Iterable[str]) -> frozenset[DateOrder]:
    """Return the orders that the numeric dates among `texts` allow.

    One order if any date settles it, both if none does, an empty set if dates contradict each other. `{"not needed"}`
    if there are no numeric dates or each reads the same both ways. A date that fits neither order (31/31/2024) is
    ignored.
    """
    allowed: set[DateOrder] = {"month first", "day first"}
    seen = False
    for text in texts:
        match = _NUMERIC.fullmatch(upper(text))
        if match is None or int(match[1]) == int(match[3]):
            continue
        fits: set[DateOrder] = {order for order in ("month first", "day first") if _reads(text, order)}
        if fits:
            seen = True
            allowed &= fits
    return frozenset(allowed) if seen else frozenset({"not needed"})


def date_problem(column: str, day: date, today: date) -> tuple[str, bool] | None:
    """Return (code, whether it rejects the row) for a date that cannot be correct, or None.

    Codes: `<column>.year` (outside the years that clocks accept: a typing error, or a Buddhist or Hijri calendar) and
    `<column>.in_future`. A shipment may be announced up to 366 days ahead; it is doubted, not rejected. The day after
    `today` is no problem in any column.
    """
    if day.year not in YEARS:
        return f"{column}.year", True
    if day <= today + _NOT_YET:
        return None
    return f"{column}.in_future", column in _PAST_ONLY or day > today + _COMING


def swapped_suspects(cells: Iterable[tuple[int, str]]) -> list[int]:
    """Return the lines whose date a spreadsheet may have swapped, from the (line, text) pairs of one column.

    Excel set to month first turns 03/05/2025 into a date and leaves 17/02/2025 as text. The sign is a column whose real
    dates all have a day of 12 or less, beside texts that only one order can read.
    """
    held = list(cells)
    days = [(line, match) for line, text in held if (match := _YEAR_FIRST.fullmatch(upper(text)))]
    texts = [match for _, text in held if (match := _NUMERIC.fullmatch(upper(text)))]
    if not any(len({int(match[1]) > 12, int(match[3]) > 12}) == 2 for match in texts):
        return []
    if any(int(match[4]) > 12 for _, match in days):
        return []
    return [line for line, match in days if int(match[3]) != int(match[4])]


def _reads(text: str, order: DateOrder) -> bool:
    try:
        return parse_date(text, order) is not None
    except ValueError:
        return False
