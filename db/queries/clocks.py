"""The dates that the clocks of enhanced monitoring use, and the newest sighting, as parts of queries."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, any_, func, or_, select

from db.chains import known_before
from db.queries.checks import is_withdrawn
from db.queries.visits import of_pending_visit
from db.tables import checks, items, journal, meta
from eum_app.domain.compliance.clocks import (
    SIGHTING_GRADES,
    SIGHTING_OUTCOMES,
    ItemDates,
    Standing,
    last_inventory_of,
    standing,
)

STREAM_ROWS = 2_000


def made_by(as_of: date) -> ColumnElement[bool]:
    """Return the condition that a check is dated `as_of` (a UTC day) or earlier. Checks dated ahead do not count."""
    return func.substr(checks.c.observed_at, 1, 10) <= as_of.isoformat()


def sightings(as_of: date) -> Subquery:
    """Return a subquery item_id, first_at, last_at of the checks that sighted an item (grade A or B) by `as_of`.

    Withdrawn checks do not count, nor do those of a visit that HQ has not adopted; an item without a sighting has no
    row.
    """
    return (
        select(
            checks.c.item_id,
            func.min(checks.c.observed_at).label("first_at"),
            func.max(checks.c.observed_at).label("last_at"),
        )
        .where(
            checks.c.item_id != "",
            checks.c.outcome.in_(SIGHTING_OUTCOMES),
            checks.c.grade.in_(SIGHTING_GRADES),
            ~is_withdrawn(),
            ~of_pending_visit(checks.c.visit_id),
            made_by(as_of),
        )
        .group_by(checks.c.item_id)
        .subquery()
    )


def clock_columns(seen: Subquery) -> tuple[ColumnElement[Any], ...]:
    """Return the input of the clocks as columns of a query over `items` and `sightings`, for `row_standing`."""
    # Instants in facts are UTC text of fixed width: the first ten characters are the UTC day.
    days = [func.coalesce(func.substr(at, 1, 10), "").label(at.name) for at in (seen.c.first_at, seen.c.last_at)]
    dates = (items.c.ship_date, items.c.delivery_date, items.c.last_inventory)
    return (items.c.eum_level, items.c.disposition, *dates, *days)


def row_standing(row: Any, trigger: str, today: date) -> Standing:
    """Return the clock state of the item in a row with `clock_columns`. Raises Refusal `clock.trigger`."""
    dates = ItemDates(
        eum_level=row.eum_level,
        disposition=row.disposition,
        shipped=row.ship_date,
        first_sighted=row.first_at,
        delivered=row.delivery_date,
        last_inventory=last_inventory_of(row.last_inventory, row.last_at),
    )
    return standing(dates, trigger, today)


def came_at(connection: Connection, visit_id: str) -> dict[str, str]:
    """Return check id → the time at which it became known here (UTC text, by this store's clock).

    Checks of the running transaction are not included. If others at HQ wrote during the import, it is the time of the
    first such write, at most the duration of the import earlier.
    """
    rows = connection.execute(
        select(checks.c.check_id, journal.c.recorded_at)
        .join(
            journal, or_(*(and_(*own, journal.c.seq == checks.c.known_at - before) for own, before in _own(connection)))
        )
        .where(checks.c.visit_id == visit_id)
        .order_by(journal.c.epoch)
    )
    return {row.check_id: row.recorded_at for row in rows}


def first_came_at(connection: Connection, visit_id: str) -> str:
    """Return the earliest time that `came_at` would return, or ""."""
    is_postgres = connection.dialect.name == "postgresql"
    of_epochs = []
    for own, before in _own(connection):
        known = select((checks.c.known_at - before).label("seq")).where(checks.c.visit_id == visit_id).distinct()
        # PostgreSQL plans IN (SELECT …) as a nested loop over both tables until it has analyzed them; it looks an
        # array up in the index.
        seq = journal.c.seq
        is_known = seq == any_(func.array(known.scalar_subquery())) if is_postgres else seq.in_(known)
        of_epochs.append(and_(*own, is_known))
    return connection.execute(select(func.min(journal.c.recorded_at)).where(or_(*of_epochs))).scalar() or ""


def _own(connection: Connection) -> list[tuple[tuple[ColumnElement[bool], ...], int]]:
    """Return (condition for its entries, offset of `known_at`) for each epoch of this store's own chain."""
    own = {row.name: row.value for row in connection.execute(select(meta).where(meta.c.name.in_(["name", "epoch"])))}
    return [
        ((journal.c.origin == own["name"], journal.c.epoch == epoch), known_before(connection, own["name"], epoch))
        for epoch in range(1, int(own["epoch"]) + 1)
    ]
