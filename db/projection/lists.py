"""Sites, items, imported lists and checklists: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Connection

from db.projection.dispositions import recount_listed
from db.projection.rows import Appliers, Noted, key_of, plain, put, put_tuples
from db.search import search_text
from db.tables import checklists, imports, items, sites
from eum_app.domain import facts as f
from eum_app.domain.facts import ItemListed
from eum_app.domain.items import item_key
from eum_app.domain.journal import order_key
from eum_app.domain.look_alikes import look_alike_key


def apply_sites(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert sites; the newest of each id wins."""
    rows = [{**plain(fact, "site_id", "name", "country"), "order_key": key_of(entry, fact)} for entry, fact, _ in noted]
    put(connection, sites, rows)


def match_key(fact: Any) -> str:
    """Return `items.item_key` as text. `fact` has cage, part_number, serial and nsn."""
    return "|".join(item_key(fact.cage, fact.part_number, fact.serial, fact.nsn))


_DERIVED = (
    "listed_as",
    "listed_key",
    "statement_id",
    "match_key",
    "search_text",
    "look_alike",
    "order_key",
    "known_at",
)
_ITEM_FIELDS = tuple(column.name for column in items.columns if column.name not in _DERIVED)
_in_order = itemgetter(*map(ItemListed.__struct_fields__.index, _ITEM_FIELDS))


def apply_items(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert items with their derived columns; the newest row of each item wins."""
    rows = [
        (
            *_in_order(astuple(fact)),
            fact.disposition,
            order_key(fact.disposition_as_of or fact.observed_at, entry),
            "",
            match_key(fact),
            search_text((fact.serial, fact.uii), (fact.nomenclature, fact.part_number, fact.location)),
            look_alike_key(fact.serial),
            key_of(entry, fact),
            known_at,
        )
        for entry, fact, known_at in noted
    ]
    put_tuples(connection, items, (*_ITEM_FIELDS, *_DERIVED), rows)
    recount_listed(connection, [fact.item_id for _, fact, _ in noted])


def apply_imports(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert the records of imported lists; a row that is already there stays."""
    rows = [
        {
            **plain(fact, "import_id", "source_name", "source_sha384", "rows", "accepted", "already_held"),
            "rejected": fact.rejected_count or len(fact.rejected),
            "imported_at": fact.observed_at,
            "actor": entry.actor,
        }
        for entry, fact, _ in noted
    ]
    put(connection, imports, rows)


def apply_checklists(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert versions of checklists; the newest fact of each version wins."""
    rows = [
        {
            **plain(fact.checklist, "checklist_id", "version", "applies_to", "title"),
            "body": msgspec.json.encode(fact.checklist),
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, checklists, rows)


APPLIERS: Final[Appliers] = {
    f.SiteRegistered: apply_sites,
    f.ItemListed: apply_items,
    f.InventoryImported: apply_imports,
    f.ChecklistPublished: apply_checklists,
}
