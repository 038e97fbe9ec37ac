"""Items and sites of the book, and the history of one item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, select

from db.paper_tables import printed, printed_items
from db.queries.attribution import shared_names
from db.queries.checks import is_attributed, is_withdrawn
from db.queries.reading import READING_COLUMNS, Reading
from db.tables import checks, items, sites, visit_items, visits, withdrawals
from db.withdrawn import takes_back
from eum_app.domain.dispositions import STOPS_CLOCK
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ItemListed, SiteRegistered
from eum_app.domain.look_alikes import look_alike_key
from eum_app.domain.natural_order import natural_key
from eum_app.domain.people import folded
from eum_app.domain.sighting import Identity
from eum_app.domain.visits import Outcome, ReadBy

LOOKUP_CHUNK = 500
_FROM_THE_MARK = (ReadBy.CAMERA, ReadBy.PHOTO, ReadBy.WEDGE, ReadBy.SERIAL)


@dataclass(frozen=True)
class SiteRow:
    """A site with the number of its items; `gone` of them are reported as gone (`STOPS_CLOCK`)."""

    site_id: str
    name: str
    country: str
    items: int
    gone: int = 0


@dataclass(frozen=True)
class ItemRow:
    """The book's row of one item. Dates are `YYYY-MM-DD` or empty; `stated` as in `ItemListed`.

    `disposition` is the one that counts: that of the statement with `statement_id`, or the list's (`listed_as`, since
    `listed_key`) if that is empty.
    """

    item_id: str
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
    site_id: str
    site: str
    location: str
    last_inventory: str
    disposition: str
    remarks: str
    stated: str = ""
    listed_as: str = ""
    listed_key: str = ""
    statement_id: str = ""


@dataclass(frozen=True)
class HistoryLine:
    """One event in an item's history.

    `kind` is delivered, inventory, an outcome of a check (then `reading` is set), or a print: worklist (`detail` is the
    page), replacement or shelf (`detail` is the number of labels). `at` is a date for the first two, else UTC text.

    `is_attributed`: the account signed a head over the check. `device` is set where another store has an account of the
    same name.
    """

    at: str
    kind: str
    actor: str
    site: str
    reason: str
    withdrawn: bool
    reading: Reading | None = None
    detail: str = ""
    is_attributed: bool = True
    device: str = ""
    is_pending: bool = False
    """The check is of a visit that a device started and HQ has not adopted."""


_ITEM = select(items, sites.c.name.label("site")).outerjoin(sites, sites.c.site_id == items.c.site_id)
_ITEM_FIELDS = tuple(ItemRow.__dataclass_fields__)


def _item(row: object) -> ItemRow:
    return ItemRow(**{name: getattr(row, name) or "" for name in _ITEM_FIELDS})


def identity(connection: Connection, item_id: str) -> Identity:
    """Return the level and the identifiers of an item; all but `item_id` are empty if the book does not have it."""
    row = connection.execute(_IDENTITY, {"of_item": item_id}).first() if item_id else None
    return Identity._make(row) if row is not None else Identity(item_id)


def expected_identity(connection: Connection, visit_id: str, item_id: str) -> Identity | None:
    """Return what `identity` does for an item that a visit expects, or None if it does not expect the item."""
    row = connection.execute(_EXPECTED_IDENTITY, {"of_visit": visit_id, "of_item": item_id}).first()
    return Identity(*(text or "" for text in row)) if row is not None else None


_EXPECTED_IDENTITY = (
    select(visit_items.c.item_id, items.c.eum_level, items.c.serial, items.c.uii)
    .select_from(visit_items)
    .outerjoin(items, items.c.item_id == visit_items.c.item_id)
    .where(visit_items.c.visit_id == bindparam("of_visit"), visit_items.c.item_id == bindparam("of_item"))
)

_IDENTITY = select(items.c.item_id, items.c.eum_level, items.c.serial, items.c.uii).where(
    items.c.item_id == bindparam("of_item")
)


def all_sites(connection: Connection) -> list[SiteRow]:
    """Return the sites by name (`natural_key`), with the number of items of each, and how many are gone."""
    gone = func.count(case((items.c.disposition.in_(STOPS_CLOCK), items.c.item_id)))
    rows = connection.execute(
        select(sites, func.count(items.c.item_id).label("items"), gone.label("gone"))
        .outerjoin(items, items.c.site_id == sites.c.site_id)
        .group_by(*sites.columns)
    )
    found = [SiteRow(row.site_id, row.name, row.country, row.items, row.gone) for row in rows]
    return sorted(found, key=lambda row: (natural_key(row.name), row.site_id))


def site(connection: Connection, site_id: str) -> SiteRow:
    """Return one site. Raises Refusal `site.unknown`."""
    for row in all_sites(connection):
        if row.site_id == site_id:
            return row
    raise Refusal("site.unknown", site_id=site_id[:40])


def site_ids_by_name(connection: Connection, country: str) -> dict[str, str]:
    """Return name → site id, for the sites of a country; one of them if several share a name."""
    return {row.name: row.site_id for row in connection.execute(select(sites).where(sites.c.country == country))}


def has_serial(serials: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that an item has one of these serials; uses the index of look-alikes.

    An empty serial matches no item, although many items have none.
    """
    wanted = [serial for serial in serials if serial]
    return and_(items.c.look_alike.in_({look_alike_key(one) for one in wanted}), items.c.serial.in_(wanted))


def held_match_keys(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return match key → item id, for those of `keys` that an item of the book has; one of several such items.

    An empty key matches no item.
    """
    wanted = [key for key in keys if key]
    held: dict[str, str] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chunk = wanted[start : start + LOOKUP_CHUNK]
        rows = connection.execute(select(items.c.match_key, items.c.item_id).where(items.c.match_key.in_(chunk)))
        held.update({row.match_key: row.item_id for row in rows})
    return held


def held_items(connection: Connection, keys: Iterable[str]) -> dict[str, ItemRow]:
    """Return match key → item, for those of `keys` that an item of the book has; one of several such items."""
    ids = held_match_keys(connection, keys)
    rows = items_by_id(connection, ids.values())
    return {key: rows[item_id] for key, item_id in ids.items()}


def is_unconfirmed(connection: Connection, item_id: str) -> bool:
    """Whether a person confirmed an item's damaged-looking identifier from the plate and no mark confirms it.

    A *verified* check by a mark that a device read confirms it, unless its own origin withdrew it. False for an unknown
    item.
    """
    listed = select(items.c.stated).where(items.c.item_id == item_id)
    if not connection.execute(listed).scalar():
        return False
    read = select(checks.c.check_id).where(
        checks.c.item_id == item_id,
        checks.c.read_by.in_(_FROM_THE_MARK),
        checks.c.outcome == Outcome.VERIFIED,
        checks.c.visit_id.not_in(select(visits.c.visit_id).where(visits.c.is_pending)),
        ~is_withdrawn(),
    )
    return connection.execute(read.limit(1)).first() is None


def item(connection: Connection, item_id: str) -> ItemRow:
    """Return one item. Raises Refusal `item.unknown`."""
    row = connection.execute(_ITEM.where(items.c.item_id == item_id)).first()
    if row is None:
        raise Refusal("item.unknown", item_id=item_id[:40])
    return _item(row)


def items_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, ItemRow]:
    """Return id → item, for those that exist."""
    wanted = list(ids)
    found: dict[str, ItemRow] = {}
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chunk = wanted[start : start + LOOKUP_CHUNK]
        found |= {row.item_id: _item(row) for row in connection.execute(_ITEM.where(items.c.item_id.in_(chunk)))}
    return found


def item_ids_at(connection: Connection, site_id: str) -> list[str]:
    """Return the ids of a site's items, by location and serial (`natural_key`)."""
    rows = connection.execute(
        select(items.c.item_id, items.c.location, items.c.serial).where(items.c.site_id == site_id)
    ).all()
    in_order = sorted(rows, key=lambda row: (natural_key(row.location or ""), natural_key(row.serial or "")))
    return [row.item_id for row in in_order]


def listed_facts(connection: Connection, ids: Iterable[str]) -> list[ItemListed]:
    """Return the book's rows as facts, to be copied to a device, in the order of `ids`; unknown ones are left out."""
    wanted = list(ids)
    by_id: dict[str, ItemListed] = {}
    names = [name for name in ItemListed.__struct_fields__ if name not in {"observed_at", "disposition_as_of"}]
    for start in range(0, len(wanted), LOOKUP_CHUNK):
        chunk = wanted[start : start + LOOKUP_CHUNK]
        for row in connection.execute(select(items).where(items.c.item_id.in_(chunk))):
            observed_at = row.order_key.partition("|")[0]
            fields = {name: getattr(row, name) for name in names} | {"disposition": row.listed_as}
            if not row.listed_key.startswith(f"{observed_at}|"):
                fields["disposition_as_of"] = row.listed_key.partition("|")[0]
            by_id[row.item_id] = ItemListed(observed_at=observed_at, **fields)
    return [by_id[item_id] for item_id in wanted if item_id in by_id]


def site_facts(connection: Connection, ids: Iterable[str]) -> list[SiteRegistered]:
    """Return the sites as facts, to be copied to a device, by name; unknown ones are left out."""
    rows = connection.execute(select(sites).where(sites.c.site_id.in_(list(ids))).order_by(sites.c.name))
    return [
        SiteRegistered(
            observed_at=row.order_key.partition("|")[0], site_id=row.site_id, name=row.name, country=row.country
        )
        for row in rows
    ]


def history(connection: Connection, item_id: str) -> list[HistoryLine]:
    """Return the history of an item, newest first. Raises Refusal `item.unknown`."""
    row = item(connection, item_id)
    lines = [
        HistoryLine(at, kind, "", row.site, "", False)
        for at, kind in ((row.delivery_date, "delivered"), (row.last_inventory, "inventory"))
        if at
    ]
    rows = connection.execute(
        select(
            checks,
            func.coalesce(sites.c.name, visits.c.site_name).label("site"),
            visits.c.is_pending,
            withdrawals.c.check_id.label("withdrawn"),
            is_attributed().label("is_attributed"),
            *READING_COLUMNS,
        )
        .outerjoin(visits, visits.c.visit_id == checks.c.visit_id)
        .outerjoin(sites, sites.c.site_id == visits.c.site_id)
        .outerjoin(withdrawals, takes_back())
        .where(checks.c.item_id == item_id)
    )
    shared = shared_names(connection)
    lines += [
        HistoryLine(
            check.observed_at,
            check.outcome,
            check.actor,
            check.site or "",
            check.reason,
            check.withdrawn is not None,
            Reading(*check[-len(READING_COLUMNS) :]),
            is_attributed=bool(check.is_attributed),
            device=check.origin if folded(check.actor) in shared else "",
            is_pending=bool(check.is_pending),
        )
        for check in rows
    ]
    lines += _printed(connection, item_id)
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _printed(connection: Connection, item_id: str) -> list[HistoryLine]:
    """Return the labels printed for an item and the worklists that list it."""
    rows = connection.execute(
        select(printed, printed_items.c.page, sites.c.name.label("site"))
        .join(
            printed_items,
            and_(printed_items.c.print_id == printed.c.print_id, printed_items.c.origin == printed.c.origin),
        )
        .outerjoin(visits, visits.c.visit_id == printed.c.visit_id)
        .outerjoin(sites, sites.c.site_id == visits.c.site_id)
        .where(printed_items.c.item_id == item_id)
    )
    return [
        HistoryLine(row.printed_at, row.what, row.actor, row.site or "", "", False, detail=row.page or str(row.copies))
        for row in rows
    ]
