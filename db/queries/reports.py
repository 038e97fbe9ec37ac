"""Rows for reports, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, select

from db.tables import checks, items, sites, withdrawals

STREAM_ROWS = 2_000


@dataclass(frozen=True)
class InventoryFilter:
    """What an inventory report covers; empty text is "all"."""

    site_id: str = ""
    country: str = ""
    case_id: str = ""
    eum_level: str = ""


@dataclass(frozen=True)
class StatusRow:
    """An item with what the book says and what the newest check that counts says."""

    country: str
    case_id: str
    rsn: str
    nomenclature: str
    nsn: str
    part_number: str
    cage: str
    serial: str
    uii: str
    eum_level: str
    ship_date: str
    delivery_date: str
    site: str
    location: str
    disposition: str
    last_inventory: str
    last_outcome: str
    last_reason: str
    last_grade: str
    last_checked_at: str
    last_checked_by: str
    last_origin: str
    last_seq: int | None


def _conditions(wanted: InventoryFilter) -> list[ColumnElement[bool]]:
    pairs = (
        (items.c.site_id, wanted.site_id),
        (items.c.country, wanted.country),
        (items.c.case_id, wanted.case_id),
        (items.c.eum_level, wanted.eum_level),
    )
    return [column == value for column, value in pairs if value]


def inventory_count(connection: Connection, wanted: InventoryFilter) -> int:
    """How many items the filter covers."""
    question = select(func.count()).select_from(items).where(*_conditions(wanted))
    return connection.execute(question).scalar_one()


def _newest_check() -> Subquery:
    is_withdrawn = (
        select(withdrawals.c.check_id)
        .where(withdrawals.c.check_id == checks.c.check_id, withdrawals.c.origin == checks.c.origin)
        .exists()
    )
    newest = (
        select(checks.c.item_id, func.max(checks.c.order_key).label("order_key"))
        .where(~is_withdrawn, checks.c.item_id != "")
        .group_by(checks.c.item_id)
        .subquery()
    )
    return (
        select(checks)
        .join(newest, and_(newest.c.item_id == checks.c.item_id, newest.c.order_key == checks.c.order_key))
        .subquery()
    )


def inventory_rows(connection: Connection, wanted: InventoryFilter) -> Iterator[StatusRow]:
    """Rows by site, location and serial, read in blocks so that memory stays flat."""
    newest = _newest_check()
    question = (
        select(
            items,
            sites.c.name.label("site"),
            newest.c.outcome,
            newest.c.reason,
            newest.c.grade,
            newest.c.observed_at,
            newest.c.actor,
            newest.c.origin,
            newest.c.seq,
        )
        .outerjoin(sites, sites.c.site_id == items.c.site_id)
        .outerjoin(newest, newest.c.item_id == items.c.item_id)
        .where(*_conditions(wanted))
        .order_by(sites.c.name, items.c.location, items.c.serial, items.c.item_id)
    )
    for row in connection.execution_options(yield_per=STREAM_ROWS).execute(question):
        yield StatusRow(
            row.country,
            row.case_id,
            row.rsn,
            row.nomenclature,
            row.nsn,
            row.part_number,
            row.cage,
            row.serial,
            row.uii,
            row.eum_level,
            row.ship_date,
            row.delivery_date,
            row.site or "",
            row.location,
            row.disposition,
            row.last_inventory,
            row.outcome or "",
            row.reason or "",
            row.grade or "",
            row.observed_at or "",
            row.actor or "",
            row.origin or "",
            row.seq,
        )


def disposition_counts(connection: Connection, wanted: InventoryFilter) -> dict[str, int]:
    """Items per disposition on the book."""
    rows = connection.execute(
        select(items.c.disposition, func.count().label("n"))
        .where(*_conditions(wanted))
        .group_by(items.c.disposition)
        .order_by(items.c.disposition)
    )
    return {row.disposition: row.n for row in rows}
