"""Queries of the inventory page: matching items in order, and their number by facet.

Words are looked up in the index of terms (`db.search`). Other filters use one covering index (`items_by_place`), site
by site, so that a first page needs no sorting of the book.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from db import search
from db.among import CHUNK
from db.queries.standing import StandingFilter, ids_standing, of_program
from db.tables import items, sites
from eum_app.domain.natural_order import natural_key

FACETS: Final = ("country", "case_id", "nomenclature", "site_id", "disposition")
"""Columns that can be chosen as facets."""
MOST_SORTED: Final = 1_000
"""Rows that can be fetched and sorted in about ten milliseconds."""


@dataclass(frozen=True)
class ItemFilter:
    """Filter of the book; empty means all.

    Each of `words` begins or ends a serial or UII, or begins a word of nomenclature, part number or location.
    `standing` is the state of the clocks, `program` the kind of transfer. `exact` lists further (column, value) pairs
    whose value may be empty. `ids` are the items of a scanned mark. The others are exact.
    """

    words: str = ""
    country: str = ""
    case_id: str = ""
    nomenclature: str = ""
    site_id: str = ""
    disposition: str = ""
    standing: StandingFilter | None = None
    program: str = ""
    exact: tuple[tuple[str, str], ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet.

    `name` is the text to show (a site's name for its id), `items` the count under the other filters.
    """

    value: str
    name: str
    items: int


def find_item_ids(connection: Connection, wanted: ItemFilter, limit: int = 0) -> list[str]:
    """Return ids in order of site name, location and serial, at most `limit` (0: all).

    Items without a site come first, and those of an unknown site last, by site id.
    If only words are given and more items match than can be sorted while a person types, SQLCipher returns them in the
    order of listing; PostgreSQL always sorts. Raises as `conditions_of`.
    """
    named = connection.execute(select(sites.c.name, sites.c.site_id)).all()
    by_name = ["", *(row.site_id for row in sorted(named, key=lambda row: (natural_key(row.name), row.site_id)))]
    rank = {site_id: at for at, site_id in enumerate(by_name)}
    words = search.asked(wanted.words)
    if words and connection.dialect.name == "sqlite":
        rowids = search.first_rowids(connection, words, MOST_SORTED + 1)
        if len(rowids) <= MOST_SORTED:
            found = _sorted_rows(connection, rowids, wanted, rank)
            return found[:limit] if limit else found
        if wanted == ItemFilter(words=wanted.words):
            if 0 < limit <= len(rowids):
                found = _ids_of_rows(connection, rowids[:limit])
                if len(found) == limit:  # less where some of them are outside the account's scope
                    return found
            return search.ids_in_order_listed(connection, words, limit)
    question = (
        select(items.c.item_id)
        .where(*conditions_of(connection, wanted))
        .order_by(items.c.site_id, items.c.location, items.c.serial, items.c.item_id)  # as the index has them
    )
    if limit or wanted.standing:
        # A filter by clocks reads every item anyway, so one pass is better than one per site.
        at_once = None if wanted.standing else limit
        rows = connection.execute(question.add_columns(items.c.site_id).limit(at_once)).all()
        if wanted.standing or len(rows) < limit:  # few fit: one pass has found them all
            found = [item_id for item_id, _ in sorted(rows, key=lambda row: rank.get(row[1], len(rank)))]
            return found[:limit] if limit else found
    ids: list[str] = []
    for site_id in itertools.chain(by_name, _unknown_sites(connection, rank)):
        of_site = question.where(items.c.site_id == site_id)
        ids += connection.execute(of_site.limit(limit - len(ids)) if limit else of_site).scalars()
        if limit and len(ids) >= limit:
            break
    return ids


def _unknown_sites(connection: Connection, known: Container[str]) -> Iterator[str]:
    """Yield the site ids of items that are not in `known`, sorted.

    Each query finds the next site in the index. One query over all items would take 1 s for a million of them.
    """
    following = select(items.c.site_id).where(items.c.site_id > bindparam("after")).order_by(items.c.site_id).limit(1)
    site_id: str | None = ""
    while (site_id := connection.execute(following, {"after": site_id}).scalar()) is not None:
        if site_id not in known:
            yield site_id


def _ids_of_rows(connection: Connection, rowids: Sequence[int]) -> list[str]:
    """Return the ids of rows, in the order of the rows."""
    rowid: ColumnElement[int] = literal_column("items.rowid")
    question = select(rowid, items.c.item_id)
    found = {
        row: item_id
        for start in range(0, len(rowids), CHUNK)
        for row, item_id in connection.execute(question.where(rowid.in_(rowids[start : start + CHUNK])))
    }
    return [found[row] for row in rowids if row in found]


def _sorted_rows(connection: Connection, rowids: Sequence[int], wanted: ItemFilter, rank: dict[str, int]) -> list[str]:
    """Return the ids of those rows that pass the other filters, sorted."""
    question = select(items.c.site_id, items.c.location, items.c.serial, items.c.item_id).where(*_beside_words(wanted))
    rowid: ColumnElement[int] = literal_column("items.rowid")
    rows = [
        row
        for start in range(0, len(rowids), CHUNK)
        for row in connection.execute(question.where(rowid.in_(rowids[start : start + CHUNK])))
    ]
    rows.sort(key=lambda row: (rank.get(row.site_id, len(rank)), row.site_id, row.location, row.serial, row.item_id))
    return [row.item_id for row in rows]


def facets(connection: Connection, wanted: ItemFilter) -> dict[str, list[FacetValue]]:
    """Return for each facet its values, with the number of items under all *other* filters, most frequent first.

    Empty values are left out. Raises as `conditions_of`.
    """
    names = {row.site_id: row.name for row in connection.execute(select(sites.c.site_id, sites.c.name))}
    found: dict[str, list[FacetValue]] = {}
    for facet in FACETS:
        column: ColumnElement[Any] = items.c[facet]
        number = func.count().label("number")
        others: dict[str, Any] = {facet: ""}
        rows = connection.execute(
            select(column, number)
            .where(*conditions_of(connection, replace(wanted, **others)))
            .group_by(column)
            .order_by(number.desc(), column)
        )
        found[facet] = [
            FacetValue(value, names.get(value, value) if facet == "site_id" else value, items_of)
            for value, items_of in rows
            if value
        ]
    return found


def conditions_of(connection: Connection, wanted: ItemFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter for a query over `items`. Use them once per statement (`search.matches`).

    Raises Refusal `date.invalid` for the day of `wanted.standing`.
    """
    words = search.asked(wanted.words)
    return [*_beside_words(wanted), *([search.matches(connection, words)] if words else [])]


def _beside_words(wanted: ItemFilter) -> list[ColumnElement[bool]]:
    conditions: list[Any] = [items.c[facet] == value for facet in FACETS if (value := getattr(wanted, facet))]
    conditions += [items.c[name] == value for name, value in wanted.exact]
    conditions += of_program(wanted.program)
    if wanted.ids:
        conditions.append(items.c.item_id.in_(wanted.ids))
    if wanted.standing:
        conditions.append(items.c.item_id.in_(ids_standing(wanted.standing)))
    return conditions
