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
from functools import lru_cache
from typing import Final

from dateutil.relativedelta import relativedelta

from eum_app.domain.clock import parse_date
from eum_app.domain.compliance.rules import (
    ANNUAL_INVENTORY_LATE,
    ANNUAL_INVENTORY_NEVER,
    INITIAL_INVENTORY_OVERDUE,
    Rule,
)
from eum_app.domain.dispositions import Disposition
from eum_app.domain.errors import Refusal

TRIGGERS: Final = ("shipped", "title_transfer", "arrival", "first_sighted", "delivered")
DEFAULT_TRIGGER: Final = "delivered"
INITIAL_DAYS: Final = 90
ANNUAL_MONTHS: Final = 12
SOON_DAYS: Final = 30
SUBJECT_LEVEL: Final = "EEUM"
YEARS: Final = range(1900, 2201)
"""Beyond them a date is a slip of the pen or of a clock, and a due date may have no calendar to stand in."""
SIGHTING_OUTCOMES: Final = ("verified", "discrepancy")
SIGHTING_GRADES: Final = ("A", "B")

NOT_SUBJECT: Final = "not_subject"
NO_DATE: Final = "no_date"
INITIAL_PENDING: Final = "initial_pending"
INITIAL_OVERDUE: Final = "initial_overdue"
NEVER: Final = "annual_never"
IN_TIME: Final = "in_time"
DUE_SOON: Final = "due_soon"
LATE: Final = "annual_late"
STATES: Final = (NEVER, INITIAL_OVERDUE, LATE, DUE_SOON, INITIAL_PENDING, IN_TIME, NO_DATE, NOT_SUBJECT)
"""Every item is in exactly one, the gravest that fits, so that the counts add up."""

_RULES: Final[dict[str, tuple[Rule, ...]]] = {
    NEVER: (INITIAL_INVENTORY_OVERDUE, ANNUAL_INVENTORY_NEVER),
    INITIAL_OVERDUE: (INITIAL_INVENTORY_OVERDUE,),
    LATE: (ANNUAL_INVENTORY_LATE,),
}
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

    state: str
    due_on: date | None
    days_over: int

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are broken."""
        return _RULES.get(self.state, ())


def require_trigger(trigger: str) -> str:
    """`trigger` itself. Raises Refusal `clock.trigger`."""
    if trigger not in TRIGGERS:
        raise Refusal("clock.trigger", trigger=trigger[:40], known=", ".join(TRIGGERS))
    return trigger


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
        return Standing(NOT_SUBJECT, None, 0)
    if last_inventory:
        due_on = annual_due_on(last_inventory)
        state = LATE if today > due_on else DUE_SOON if (due_on - today).days <= soon_days else IN_TIME
    elif event:
        due_on = initial_due_on(event)
        if today > annual_due_on(event):
            state = NEVER
        elif today > due_on:
            state = INITIAL_OVERDUE
        else:
            state = DUE_SOON if (due_on - today).days <= soon_days else INITIAL_PENDING
    else:
        return Standing(NO_DATE, None, 0)
    return Standing(state, due_on, max(0, (today - due_on).days))
