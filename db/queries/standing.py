"""State of items by the clocks, as parts of queries.

The overview counts with them and the inventory page filters with them, so a figure always matches its rows.
`compliance.clocks` decides on which day a state ends, so that each rule exists once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, false, func, literal, select

from db.queries.clocks import sightings
from db.tables import items
from eum_app.domain.clock import parse_date
from eum_app.domain.compliance import clocks
from eum_app.domain.compliance.rules import broken_clock_rules
from eum_app.domain.dispositions import STOPS_CLOCK
from eum_app.domain.visits import Program
from eum_app.domain.vocabulary import member_of

OVERDUE: Final = tuple(state for state in clocks.ClockState if broken_clock_rules(state))
"""States that break a clock rule."""
ON_TIME: Final = (clocks.ClockState.IN_TIME, clocks.ClockState.INITIAL_PENDING)
"""States that need no action yet."""
_SPAN_DAYS: Final = 400
"""Longer than any clock runs."""


@dataclass(frozen=True)
class StandingFilter:
    """Filter for items under enhanced monitoring by their clocks on `today` (a UTC day, `YYYY-MM-DD`).

    `states` are the wanted ones (empty: all). The newest inventory was on `last_from` or later and before `last_before`
    (empty: any). `inventoried`: only items with (True) or without (False) an inventory.
    """

    today: str
    states: tuple[str, ...] = ()
    inventoried: bool | None = None
    last_from: str = ""
    last_before: str = ""


def last_inventory(seen: Subquery) -> ColumnElement[str]:
    """Return the expression for the day of the newest inventory, of the book or a sighting; "" for none.

    `seen` is `clocks.sightings`.
    """
    # Instants in facts are fixed-width UTC text: their first ten characters are the UTC day.
    sighted = func.coalesce(func.substr(seen.c.last_at, 1, 10), "")
    book = _day(items.c.last_inventory)
    return case((sighted > book, sighted), else_=book)


def event_of(seen: Subquery, trigger: str) -> ColumnElement[str]:
    """Return the expression for the day from which the initial inventory counts, by `trigger`; "" for none.

    The book has no dates of title transfer and arrival: these give "".
    Raises Refusal `clock.trigger`.
    """
    events: dict[str, ColumnElement[str]] = {
        "shipped": _day(items.c.ship_date),
        "delivered": _day(items.c.delivery_date),
        "first_sighted": func.coalesce(func.substr(seen.c.first_at, 1, 10), ""),
    }
    return events.get(clocks.require_trigger(trigger), literal(""))  # the book has no dates of other events yet


def state_of(seen: Subquery, trigger: str, today: date) -> ColumnElement[str]:
    """Return the expression for the `ClockState` of an item under enhanced monitoring on `today`.

    Raises Refusal `clock.trigger`.
    """
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
    """Return the condition that an item is under enhanced monitoring and not reported as gone."""
    return and_(
        items.c.eum_level == clocks.SUBJECT_LEVEL,
        items.c.disposition.not_in(STOPS_CLOCK),
    )


def of_program(program: str) -> Sequence[ColumnElement[bool]]:
    """Return conditions for the items of a program; empty for all.

    Golden Sentry monitors items transferred under an FMS case, Blue Lantern those exported by license, without a case
    (DOMAIN 1.1). A program that only a newer version knows has no items here: a scope must never show more than meant.
    """
    by_case = items.c.case_id != ""
    conditions = {Program.GOLDEN_SENTRY: by_case, Program.BLUE_LANTERN: ~by_case}
    known = member_of(Program, program)
    return [] if not program else [conditions[known] if known is not None else false()]


def ids_standing(wanted: StandingFilter, trigger: str = clocks.DEFAULT_TRIGGER) -> Select[tuple[str]]:
    """Return the query for the ids of items that pass the filter. Raises Refusal `clock.trigger`, `date.invalid`."""
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
    """Return the column if it looks like a date within the accepted years, else "" (as `clocks.readable`)."""
    first, last = f"{clocks.YEARS[0]}-01-01", f"{clocks.YEARS[-1]}-12-31"
    return case((and_(column.like("____-__-__"), column >= first, column <= last), column), else_="")


def _first_due(due_on: Callable[[str], date], day: date) -> str:
    """Return the first event day (ISO) whose due date, by `due_on`, is not before `day`."""
    start = day - timedelta(days=_SPAN_DAYS)
    days = (start + timedelta(days=number) for number in range(_SPAN_DAYS + 1))
    return next(one.isoformat() for one in days if due_on(one.isoformat()) >= day)
