"""Clocks of enhanced end-use monitoring: due dates and overdue items, computed each time and never stored.

Initial inventory by serial number is due within 90 days of a chosen event; then an inventory within 12 months of the
last one (SAMM C8.4; DODIG-24-140; DOMAIN 1.2). The services mean different things by "delivered" (GAO-24-106289), so
the event is a setting. Never inventoried and inventoried late are different states (SIGAR).

Days are UTC days everywhere: a due date is the same in every time zone, and an exchange of bundles never moves it. Only
a sighting of grade A or B counts; a partner's report never moves a clock (DOMAIN section 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from dateutil.relativedelta import relativedelta

from eum_app.domain.clock import parse_date
from eum_app.domain.dispositions import STOPS_CLOCK
from eum_app.domain.errors import Refusal
from eum_app.domain.items import EumLevel
from eum_app.domain.visits import Grade, Outcome
from eum_app.domain.vocabulary import member_of


class ClockTrigger(StrEnum):
    """Event from which the 90 days of the initial inventory count."""

    SHIPPED = "shipped"
    TITLE_TRANSFER = "title_transfer"
    ARRIVAL = "arrival"
    FIRST_SIGHTED = "first_sighted"
    DELIVERED = "delivered"


class ClockState(StrEnum):
    """State of an item's clock, gravest first.

    Each item is in exactly one, the gravest that applies, so that counts add up.
    """

    NEVER = "annual_never"
    INITIAL_OVERDUE = "initial_overdue"
    LATE = "annual_late"
    DUE_SOON = "due_soon"
    INITIAL_PENDING = "initial_pending"
    IN_TIME = "in_time"
    NO_DATE = "no_date"
    NOT_SUBJECT = "not_subject"


DEFAULT_TRIGGER: Final = ClockTrigger.DELIVERED
INITIAL_DAYS: Final = 90  # SAMM C8.4
ANNUAL_MONTHS: Final = 12
SOON_DAYS: Final = 30
SUBJECT_LEVEL: Final = EumLevel.EEUM
YEARS: Final = range(1900, 2201)
"""Years accepted in dates. Others are typing errors or wrong clocks, and a due date might fall outside the calendar."""
SIGHTING_OUTCOMES: Final = (Outcome.VERIFIED, Outcome.DISCREPANCY)
SIGHTING_GRADES: Final = (Grade.SIGHTED, Grade.LIVE_VIDEO)

_STOPS: Final = frozenset(STOPS_CLOCK)


@dataclass(frozen=True)
class ItemDates:
    """The values that the clocks use. Dates are `YYYY-MM-DD` or empty.

    `last_inventory` is the newer of the book's date and the last sighting (`last_inventory_of`).
    """

    eum_level: str
    disposition: str
    shipped: str = ""
    title_transfer: str = ""
    arrival: str = ""
    first_sighted: str = ""
    delivered: str = ""
    last_inventory: str = ""


@dataclass(frozen=True)
class Standing:
    """State of an item's clock on a day.

    `due_on` is the last day on which the next inventory is in time, None if no clock runs. `days_over` are the days
    since then, 0 if it is not overdue.
    """

    state: ClockState
    due_on: date | None
    days_over: int


def require_trigger(trigger: str) -> ClockTrigger:
    """Return `trigger` as a known event. Raises Refusal `clock.trigger`."""
    found = member_of(ClockTrigger, trigger)
    if found is None:
        raise Refusal("clock.trigger", trigger=trigger[:40], known=", ".join(ClockTrigger))
    return found


def last_inventory_of(book: str, sighted_on: str) -> str:
    """Return the newer of the book's last inventory and the UTC day of the newest sighting; "" for neither.

    A date that is not `readable` counts as none.
    """
    return max(readable(book), readable(sighted_on))


@lru_cache(maxsize=4096)
def readable(text: str) -> str:
    """Return `text` as `YYYY-MM-DD` if it is a calendar date within `YEARS`, else ""."""
    try:
        day = parse_date(text) if text else None
    except Refusal:
        return ""
    return day.isoformat() if day and day.year in YEARS else ""


@lru_cache(maxsize=4096)
def initial_due_on(event: str) -> date:
    """Return the 90th day after the event (`YYYY-MM-DD`), the last day on which the initial inventory is in time.

    Raises Refusal `date.invalid`; OverflowError after the year 9999 (`readable` prevents that).
    """
    return parse_date(event) + timedelta(days=INITIAL_DAYS)


@lru_cache(maxsize=4096)
def annual_due_on(last_inventory: str) -> date:
    """Return the same day 12 months later; for February 29 the 28th.

    Raises Refusal `date.invalid`; ValueError after the year 9999 (`readable` prevents that).
    """
    return parse_date(last_inventory) + relativedelta(months=ANNUAL_MONTHS)


def standing(dates: ItemDates, trigger: str, today: date, soon_days: int = SOON_DAYS) -> Standing:
    """Return the state of an item's clock on `today` (a UTC day). Raises Refusal `clock.trigger`.

    An unreadable date counts as missing, because one bad fact must not prevent a report.
    """
    event = readable(getattr(dates, require_trigger(trigger)))
    last_inventory = readable(dates.last_inventory)
    if dates.eum_level != SUBJECT_LEVEL or dates.disposition in _STOPS:
        return Standing(ClockState.NOT_SUBJECT, None, 0)
    if last_inventory:
        due_on = annual_due_on(last_inventory)
        state = (
            ClockState.LATE
            if today > due_on
            else ClockState.DUE_SOON
            if (due_on - today).days <= soon_days
            else ClockState.IN_TIME
        )
    elif event:
        due_on = initial_due_on(event)
        if today > annual_due_on(event):
            state = ClockState.NEVER
        elif today > due_on:
            state = ClockState.INITIAL_OVERDUE
        else:
            state = ClockState.DUE_SOON if (due_on - today).days <= soon_days else ClockState.INITIAL_PENDING
    else:
        return Standing(ClockState.NO_DATE, None, 0)
    return Standing(state, due_on, max(0, (today - due_on).days))
