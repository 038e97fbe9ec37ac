"""Import of an inventory list: accepted rows become facts with their source."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import msgspec

from db.queries.items import ItemRow, held_items, site_ids_by_name
from eum_app.diagnostics import Event, note, timed
from eum_app.domain.dispositions import TERMINAL
from eum_app.domain.facts import Fact, InventoryImported, ItemListed, SiteRegistered
from eum_app.domain.inventory_rows import InventoryRow
from eum_app.domain.list_differences import differences, row_values
from eum_app.domain.people import Permission
from eum_app.list_files.inventory_file import InventoryPreview
from eum_app.usecases.changes import Changed
from eum_app.usecases.lists.rejected import rejected_rows
from eum_app.usecases.people.scopes import require_countries
from eum_app.usecases.session import Session, new_id


@dataclass(frozen=True)
class InventoryResult(Changed):
    """Result of an import: `accepted` items are new, `already_held` were on the book; the list updated `changed` of
    those. `sites` counts new sites. `still_gone` items are reported as gone by a person's statement, although the list
    now says otherwise: a list does not outweigh a statement with its evidence, so the book still shows them as gone.
    """

    import_id: str
    accepted: int
    already_held: int
    rejected: int
    sites: int
    changed: int = 0
    still_gone: int = 0


@timed(Event.IMPORTED_LIST)
def import_inventory(session: Session, preview: InventoryPreview, *, take_changes: bool = False) -> InventoryResult:
    """Record the accepted rows of a preview: new items are listed, items on the book are counted.

    With `take_changes`, differing values from the list replace those on the book; empty cells change nothing. Without
    it, differences are ignored: `changed` and `still_gone` are 0. Sites that a country lacks are registered. The same
    file may be imported again. All rows are imported in one transaction. Returns the counts. Raises Refusal
    `permission.denied`, `permission.out_of_scope` (a country that the account may not work on, or none),
    `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    session.require(Permission.INVENTORY_IMPORT)
    import_id = new_id()
    require_countries(session, [row.country for row in preview.accepted])
    with session.writing() as transaction:
        connection = transaction.connection
        observed_at = session.observed_now()
        facts: list[Fact] = []
        site_ids: dict[tuple[str, str], str] = {}
        for country in {row.country for row in preview.accepted}:
            for name, site_id in site_ids_by_name(connection, country).items():
                site_ids[country, name] = site_id
        for row in preview.accepted:
            place = (row.country, row.site)
            if row.site and place not in site_ids:
                site_ids[place] = new_id()
                facts.append(
                    SiteRegistered(observed_at=observed_at, site_id=site_ids[place], name=row.site, country=row.country)
                )
        new_sites = len(facts)
        keys = {row.line: "|".join(row.key) for row in preview.accepted}
        held = held_items(connection, keys.values())
        new_rows = [row for row in preview.accepted if keys[row.line] not in held]
        facts += [_listed(row, observed_at, import_id, site_ids.get((row.country, row.site), "")) for row in new_rows]
        already_held = len(preview.accepted) - len(new_rows)
        changed = still_gone = 0
        for row in preview.accepted if take_changes else ():
            item = held.get(keys[row.line])
            if item is not None and differences(row, asdict(item)):
                site_id = site_ids.get((row.country, row.site), "")
                facts.append(_relisted(item, _listed(row, observed_at, import_id, site_id), row))
                changed += 1
                still_gone += _is_still_gone(item, facts[-1])
        facts.append(
            InventoryImported(
                observed_at=observed_at,
                import_id=import_id,
                source_name=preview.source_name,
                source_sha384=preview.sha384,
                rows=preview.rows,
                accepted=len(new_rows),
                already_held=already_held,
                rejected=rejected_rows(preview),
                rejected_count=len(preview.rejected),
                changed=changed,
                stated=sum(1 for row in preview.accepted if row.stated),
                stated_reason=preview.plate.reason if preview.plate else "",
            )
        )
        transaction.record_all(facts)
        areas = frozenset(transaction.areas)
    note(Event.LIST_ROWS, accepted=len(new_rows), rejected=len(preview.rejected), rows=preview.rows)
    return InventoryResult(
        areas, import_id, len(new_rows), already_held, len(preview.rejected), new_sites, changed, still_gone
    )


def _listed(row: InventoryRow, observed_at: str, import_id: str, site_id: str) -> ItemListed:
    return ItemListed(
        observed_at=observed_at,
        item_id=new_id(),
        import_id=import_id,
        line=row.line,
        country=row.country,
        case_id=row.case_id,
        rsn=row.rsn,
        nomenclature=row.nomenclature,
        nsn=row.nsn,
        part_number=row.part_number,
        cage=row.cage,
        serial=row.serial,
        serial_raw=row.serial_raw,
        uii=row.uii,
        eum_level=row.eum_level,
        ship_date=_iso(row.ship_date),
        delivery_date=_iso(row.delivery_date),
        site_id=site_id,
        location=row.location,
        last_inventory=_iso(row.last_inventory),
        disposition=row.disposition.value,
        remarks=row.remarks,
        stated=",".join(row.stated),
    )


def _relisted(item: ItemRow, listed: ItemListed, row: InventoryRow) -> ItemListed:
    """Return the item of the book, updated with the list's values where the list has any."""
    said = row_values(row)
    if "site" in said:
        said["site_id"] = listed.site_id
    if row.stated:
        said["stated"] = listed.stated
    names = [name for name in ItemListed.__struct_fields__ if name in ItemRow.__dataclass_fields__]
    held = {name: getattr(item, name) for name in names if name not in said}
    if item.statement_id:
        held["disposition"] = said.get("disposition", item.listed_as)
        if held["disposition"] == item.listed_as or item.disposition in TERMINAL:
            held["disposition_as_of"] = item.listed_key.partition("|")[0]
    return msgspec.structs.replace(listed, **held)


def _is_still_gone(item: ItemRow, listed: Fact) -> bool:
    return (
        isinstance(listed, ItemListed)
        and bool(item.statement_id)
        and item.disposition in TERMINAL
        and listed.disposition not in {item.listed_as, item.disposition}
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
