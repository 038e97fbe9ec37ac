"""How items stand by the clocks, as parts of questions: the overview counts by them, the inventory page filters by
them, so that a figure and the rows behind it cannot differ.

On which day one state ends and the next begins is asked of `compliance.clocks`: both know one rule only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select

from db.queries.clocks import sightings
from db.tables import items
from eum_app.domain.clock import parse_date
from eum_app.domain.compliance import clocks
from eum_app.domain.compliance.rules import broken_clock_rules
from eum_app.domain.dispositions import Disposition

OVERDUE: Final = tuple(state for state in clocks.ClockState if broken_clock_rules(state))
ON_TIME: Final = (clocks.ClockState.IN_TIME, clocks.ClockState.INITIAL_PENDING)
_SPAN_DAYS: Final = 400
"""Longer than any clock runs."""


@dataclass(frozen=True)
class StandingFilter:
    """Items under enhanced monitoring as they stand on `today` (a UTC day, `YYYY-MM-DD`): those in one of `states`
    (empty: in any) whose newest inventory was on `last_from` or later and before `last_before` (empty: whenever).
    `inventoried`: only those with an inventory (True) or without any (False).
    """

    today: str
    states: tuple[str, ...] = ()
    inventoried: bool | None = None
    last_from: str = ""
    last_before: str = ""


def last_inventory(seen: Subquery) -> ColumnElement[str]:
    """The day of the newest inventory: the book's or a sighting's (`clocks.sightings`), empty for none."""
    # Instants in facts are fixed-width UTC text: their first ten characters are the UTC day.
    sighted = func.coalesce(func.substr(seen.c.last_at, 1, 10), "")
    book = _day(items.c.last_inventory)
    return case((sighted > book, sighted), else_=book)


def event_of(seen: Subquery, trigger: str) -> ColumnElement[str]:
    """The day from which the initial inventory is due, by `trigger`; empty for none."""
    events: dict[str, ColumnElement[str]] = {
        "shipped": _day(items.c.ship_date),
        "delivered": _day(items.c.delivery_date),
        "first_sighted": func.coalesce(func.substr(seen.c.first_at, 1, 10), ""),
    }
    return events.get(clocks.require_trigger(trigger), literal(""))  # the book holds no day of the others yet


def state_of(seen: Subquery, trigger: str, today: date) -> ColumnElement[str]:
    """How an item under enhanced monitoring stands on `today`. Raises Refusal `clock.trigger`."""
    last, event = last_inventory(seen), event_of(seen, trigger)
    soon = today + timedelta(days=clocks.SOON_DAYS + 1)
    return case(
        (last >= _first_due(clocks.annual_due_on, soon), clocks.ClockState.IN_TIME),
        (last >= _first_due(clocks.annual_due_on, today), clocks.ClockState.DUE_SOON),
        (last != "", clocks.ClockState.LATE),
        (event == "", clocks.ClockState.NO_DATE),
        (event < _first_due(clocks.annual_due_on, today), clocks.ClockState.NEVER),
        (event < _first_due(clocks.initial_due_on, today), clocks.ClockState.INITIAL_OVERDUE),
        (event < _first_due(clocks.initial_due_on, soon), clocks.ClockState.DUE_SOON),
        else_=clocks.ClockState.INITIAL_PENDING,
    )


def is_monitored() -> ColumnElement[bool]:
    """Whether an item is under enhanced monitoring, and still somewhere to be looked at."""
    return and_(
        items.c.eum_level == clocks.SUBJECT_LEVEL,
        items.c.disposition.not_in([one.value for one in Disposition if one.is_terminal]),
    )


def of_program(program: str) -> Sequence[ColumnElement[bool]]:
    """Conditions for the items of a programme: Golden Sentry watches what was transferred under an FMS case, Blue
    Lantern what went by licence, without one (DOMAIN 1.1). Empty: all."""
    by_case = items.c.case_id != ""
    return [] if not program else [by_case if program == "golden_sentry" else ~by_case]


def ids_standing(wanted: StandingFilter, trigger: str = clocks.DEFAULT_TRIGGER) -> Select[tuple[str]]:
    """The ids of the items that stand as wanted. Raises Refusal `clock.trigger`, `date.invalid`."""
    today = parse_date(wanted.today)
    seen = sightings(today)
    last = last_inventory(seen)
    conditions: list[Any] = [is_monitored()]
    if wanted.states:
        conditions.append(state_of(seen, trigger, today).in_(wanted.states))
    if wanted.inventoried is not None:
        conditions.append(last != "" if wanted.inventoried else last == "")
    if wanted.last_from:
        conditions.append(last >= wanted.last_from)
    if wanted.last_before:
        conditions += [last != "", last < wanted.last_before]
    question = select(items.c.item_id).select_from(items).outerjoin(seen, seen.c.item_id == items.c.item_id)
    return question.where(*conditions)


def _day(column: ColumnElement[str]) -> ColumnElement[str]:
    """The column where it holds what looks like a date of these times, else empty text (as `clocks.readable`)."""
    first, last = f"{clocks.YEARS[0]}-01-01", f"{clocks.YEARS[-1]}-12-31"
    return case((and_(column.like("____-__-__"), column >= first, column <= last), column), else_="")


def _first_due(due_on: Callable[[str], date], day: date) -> str:
    """The first day from which what is due by `due_on` is not due before `day`."""
    start = day - timedelta(days=_SPAN_DAYS)
    days = (start + timedelta(days=number) for number in range(_SPAN_DAYS + 1))
    return next(one.isoformat() for one in days if due_on(one.isoformat()) >= day)
