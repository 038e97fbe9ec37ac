"""The clocks of enhanced monitoring computed item by item: slow, as a reference for the grouped counts of reports."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import Connection, select

from db.queries.clocks import clock_columns, row_standing, sightings
from db.tables import items
from eum_app.domain.compliance.clocks import DEFAULT_TRIGGER, ClockState, Standing


def item_standings(connection: Connection, today: date, trigger: str = DEFAULT_TRIGGER) -> dict[str, Standing]:
    """Map each item id in the inventory to its state on `today`."""
    seen = sightings(today)
    question = select(items.c.item_id, *clock_columns(seen)).select_from(items)
    question = question.outerjoin(seen, seen.c.item_id == items.c.item_id)
    return {row.item_id: row_standing(row, trigger, today) for row in connection.execute(question)}


def clock_counts(connection: Connection, today: date, trigger: str = DEFAULT_TRIGGER) -> dict[str, int]:
    """Count the items by state, in the order of `ClockState`, without states that no item has."""
    counts = Counter(standing.state for standing in item_standings(connection, today, trigger).values())
    return {state: counts[state] for state in ClockState if counts[state]}
