"""Clocks of enhanced end-use monitoring: what is due when, and what is overdue. Computed each time, never stored.

Initial inventory by serial number within 90 days of a chosen event; then an inventory within 12 months of the last
one (SAMM C8.4; DODIG-24-140; DOMAIN 1.2). The services mean different things by "delivered" (GAO-24-106289), so the
event is a setting. Never inventoried and inventoried late are told apart (SIGAR).

Days are UTC days everywhere: a due date is the same at every desk, whatever its time zone, and an exchange of bundles
never moves it. Only a sighting of grade A or B counts: what a partner reports never moves a clock (DOMAIN section 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from dateutil.relativedelta import relativedelta

from eum_app.domain.clock import parse_date
from eum_app.domain.dispositions import Disposition
from eum_app.domain.errors import Refusal
from eum_app.domain.items import EumLevel
from eum_app.domain.visits import Grade, Outcome
from eum_app.domain.vocabulary import member_of


class ClockTrigger(StrEnum):
    """The event from which the initial inventory's 90 days count; the services mean different ones by "delivered"."""

    SHIPPED = "shipped"
    TITLE_TRANSFER = "title_transfer"
    ARRIVAL = "arrival"
    FIRST_SIGHTED = "first_sighted"
    DELIVERED = "delivered"


class ClockState(StrEnum):
    """Every item is in exactly one, the gravest that fits, so that the counts add up. The gravest come first."""

    NEVER = "annual_never"
    INITIAL_OVERDUE = "initial_overdue"
    LATE = "annual_late"
    DUE_SOON = "due_soon"
    INITIAL_PENDING = "initial_pending"
    IN_TIME = "in_time"
    NO_DATE = "no_date"
    NOT_SUBJECT = "not_subject"


DEFAULT_TRIGGER: Final = ClockTrigger.DELIVERED
INITIAL_DAYS: Final = 90
ANNUAL_MONTHS: Final = 12
SOON_DAYS: Final = 30
SUBJECT_LEVEL: Final = EumLevel.EEUM
YEARS: Final = range(1900, 2201)
"""Beyond them a date is a slip of the pen or of a clock, and a due date may have no calendar to stand in."""
SIGHTING_OUTCOMES: Final = (Outcome.VERIFIED, Outcome.DISCREPANCY)
SIGHTING_GRADES: Final = (Grade.SIGHTED, Grade.LIVE_VIDEO)

_TERMINAL: Final = frozenset(disposition.value for disposition in Disposition if disposition.is_terminal)


@dataclass(frozen=True)
class ItemDates:
    """What the clocks look at. Dates are `YYYY-MM-DD` or empty; `last_inventory` is the newer of the book's and of the
    last sighting (`last_inventory_of`)."""

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
    """How an item stands on a day: its state, when the next inventory is due, and by how many days that is over."""

    state: ClockState
    due_on: date | None
    days_over: int


def require_trigger(trigger: str) -> ClockTrigger:
    """`trigger` as a known event. Raises Refusal `clock.trigger`."""
    found = member_of(ClockTrigger, trigger)
    if found is None:
        raise Refusal("clock.trigger", trigger=trigger[:40], known=", ".join(ClockTrigger))
    return found


def last_inventory_of(book: str, sighted_on: str) -> str:
    """The newer of the book's last inventory and the UTC day of the newest sighting; each may be empty."""
    return max(readable(book), readable(sighted_on))


@lru_cache(maxsize=4096)
def readable(text: str) -> str:
    """`text` where it is a calendar date of these times (`YEARS`), else empty text."""
    try:
        day = parse_date(text) if text else None
    except Refusal:
        return ""
    return day.isoformat() if day and day.year in YEARS else ""


@lru_cache(maxsize=4096)
def initial_due_on(event: str) -> date:
    """The 90th day after the event (`YYYY-MM-DD`): on it the initial inventory is still in time."""
    return parse_date(event) + timedelta(days=INITIAL_DAYS)


@lru_cache(maxsize=4096)
def annual_due_on(last_inventory: str) -> date:
    """The same day 12 months later; for a 29 February the 28th (a month's end stays a month's end)."""
    return parse_date(last_inventory) + relativedelta(months=ANNUAL_MONTHS)


def standing(dates: ItemDates, trigger: str, today: date, soon_days: int = SOON_DAYS) -> Standing:
    """How an item stands on `today` (a UTC day). Raises Refusal `clock.trigger`.

    A date that cannot be read counts as none: one bad fact must not keep a report from being made.
    """
    event = readable(getattr(dates, require_trigger(trigger)))
    last_inventory = readable(dates.last_inventory)
    if dates.eum_level != SUBJECT_LEVEL or dates.disposition in _TERMINAL:
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
