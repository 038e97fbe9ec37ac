"""Find the items that a mark may mean: those that a visit expects first, then the others.

Each query is one statement that uses an index, so that the size of the book hardly matters
(tests/benchmarks/bench_match.py). Statements are built once, because building one costs as much as running it. The
first `MAX_FOUND` items are returned. An empty identifier finds nothing, although many items have none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    TableValuedAlias,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.engine import Row

from db.queries.checks import is_withdrawn
from db.queries.items import ItemRow, has_serial, items_by_id
from db.queries.visits import of_pending_visit
from db.tables import checks, items, sites, visit_items
from eum_app.domain.items import compact
from eum_app.domain.look_alikes import look_alike_key
from eum_app.domain.visits import TO_CHECK, ReadBy

MAX_FOUND: Final = 20
"""Most items that an exact match returns."""
MAX_NEAR: Final = 32
"""Most items that a near match returns."""


@dataclass(frozen=True)
class Known:
    """An item of the book, and its outcome in the visit ("" if the visit does not expect it)."""

    item: ItemRow
    outcome: str


def items_by_uii(connection: Connection, visit_id: str, uii: str) -> list[Known]:
    """Return items with this UII; only the expected ones if there are any."""
    return _ask(connection, _BY_UII, visit_id, uii=uii) if uii else []


def items_by_match_key(connection: Connection, visit_id: str, keys: Collection[str]) -> list[Known]:
    """Return items with one of these match keys (maker, part number, serial).

    Only the expected ones if there are any.
    """
    wanted = [key for key in keys if key]
    return _ask(connection, _BY_MATCH_KEY, visit_id, match_keys=wanted) if wanted else []


def items_by_serial(connection: Connection, visit_id: str, serial: str, compacted: str) -> list[Known]:
    """Return items with this serial, as read or compacted; only the expected ones if there are any."""
    return _of_serials(connection, visit_id, [serial, compacted])


def items_by_earlier_mark(connection: Connection, visit_id: str, uii: str, serial: str, compacted: str) -> list[Known]:
    """Return items for which a check that was not withdrawn read this same mark; only the expected ones if there are
    any.

    A mark with a UII is compared by UII only.
    """
    if uii:
        return _ask(connection, _READ_UII, visit_id, uii=uii)
    if not serial and not compacted:
        return []
    return _ask(connection, _READ_SERIAL, visit_id, serial=serial or compacted, compacted=compacted or serial)


def items_with_key(connection: Connection, visit_id: str, key: str, others: Collection[str]) -> list[Known]:
    """Return at most `MAX_NEAR` items whose serial has this look-alike key or one of the others.

    Expected items come first, then those of `key`.
    """
    wanted = msgspec.json.encode([key, *others]).decode()
    rows = connection.execute(
        _with_key(connection.dialect.name), {"keys": wanted, "of_key": key, "of_visit": visit_id}
    ).all()
    found = items_by_id(connection, [row.item_id for row in rows])
    return [Known(found[row.item_id], row.outcome or "") for row in rows if row.item_id in found]


def items_by_tail(connection: Connection, visit_id: str, text: str, shortest: int, longest: int) -> list[Known]:
    """Return items whose whole serial is an ending of `text`, with a length from `shortest` to `longest`.

    Only the expected ones if there are any.
    """
    tails = [text[-length:] for length in range(shortest, min(longest, len(text)) + 1)]
    return _of_serials(connection, visit_id, tails)


def makers_and_parts_held(connection: Connection, named: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of the (CAGE, part number) pairs, each compacted, that an item of the book has, in any order."""
    heads = {f"{cage}|{part}|": (cage, part) for cage, part in named}
    wanted = msgspec.json.encode(list(heads)).decode()
    held = connection.execute(_held_heads(connection.dialect.name), {"keys": wanted}).scalars()
    return [heads[head] for head in held]


def visits_still_expecting(connection: Connection, item_id: str) -> list[str]:
    """Return the ids of visits that expect an item and have not checked it, closed ones too, in no particular order."""
    return list(connection.execute(_STILL_EXPECTING, {"of_item": item_id}).scalars())


def item_ids_of_serial(connection: Connection, serial: str) -> list[str]:
    """Return the ids of all items with this serial, as given or compacted, by part number."""
    question = select(items.c.item_id).where(has_serial((serial, compact(serial))))
    return list(connection.execute(question.order_by(items.c.part_number, items.c.item_id)).scalars())


def papers_at(connection: Connection, visit_id: str, observed_at: str) -> set[tuple[str, str]]:
    """Return the transcribed paper checks at this instant that were not withdrawn: (item id, "") or ("", serial)."""
    rows = connection.execute(_PAPERS_AT, {"of_visit": visit_id, "at": observed_at})
    return {(row.item_id, "" if row.item_id else compact(row.serial)) for row in rows}


_IN_VISIT = and_(visit_items.c.item_id == items.c.item_id, visit_items.c.visit_id == bindparam("of_visit"))
_EXPECTED_FIRST = case((visit_items.c.outcome.is_(None), 1), else_=0)
_ITEM_FIELDS = tuple(ItemRow.__dataclass_fields__)


def _where(condition: ColumnElement[bool]) -> Select[Any]:
    return (
        select(items, sites.c.name.label("site"), visit_items.c.outcome)
        .outerjoin(sites, sites.c.site_id == items.c.site_id)
        .outerjoin(visit_items, _IN_VISIT)
        .where(condition)
        .order_by(_EXPECTED_FIRST)
        .limit(literal(MAX_FOUND))
    )


def _read_before(condition: ColumnElement[bool]) -> Select[Any]:
    counts = or_(checks.c.visit_id == bindparam("of_visit"), ~of_pending_visit(checks.c.visit_id))
    return _where(
        items.c.item_id.in_(
            select(checks.c.item_id).where(condition, checks.c.read_by != "list", ~is_withdrawn(), counts)
        )
    )


_BY_UII = _where(items.c.uii == bindparam("uii"))
_BY_MATCH_KEY = _where(items.c.match_key.in_(bindparam("match_keys", expanding=True)))
_BY_SERIALS = _where(
    and_(
        items.c.look_alike.in_(bindparam("look_alikes", expanding=True)),
        items.c.serial.in_(bindparam("serials", expanding=True)),
    )
)
_READ_UII = _read_before(checks.c.uii == bindparam("uii"))
_READ_SERIAL = _read_before(
    and_(
        or_(checks.c.serial == bindparam("serial"), checks.c.serial == bindparam("compacted")),
        checks.c.uii == "",
    )
)
_PAPERS_AT = select(checks.c.item_id, checks.c.serial).where(
    checks.c.visit_id == bindparam("of_visit"),
    checks.c.read_by == ReadBy.PAPER,
    checks.c.observed_at == bindparam("at"),
    ~is_withdrawn(),
)
_STILL_EXPECTING = select(visit_items.c.visit_id).where(
    visit_items.c.item_id == bindparam("of_item"), visit_items.c.outcome == TO_CHECK
)


def _listed(dialect: str) -> TableValuedAlias:
    """Return the keys as a table with one column `value`.

    They are bound as one JSON value, because about six hundred placeholders cost more than the search.
    """
    keys: BindParameter[str] = bindparam("keys")
    if dialect == "postgresql":
        return func.json_array_elements_text(cast(keys, JSON)).table_valued("value")
    return func.json_each(keys).table_valued("value")


@cache
def _held_heads(dialect: str) -> Select[Any]:
    """Return the query for those beginnings of `match_key` that exist, by one index look-up each."""
    head = _listed(dialect).c.value
    beyond = func.substr(head, 1, func.length(head) - 1).op("||")(_AFTER_BAR)
    is_held = select(items.c.item_id).where(items.c.match_key >= head, items.c.match_key < beyond).exists()
    return select(head).where(is_held)


# Ends the range of keys that begin with a text and a bar, so that the index serves it.
_AFTER_BAR: Final = chr(ord("|") + 1)


@cache
def _with_key(dialect: str) -> Select[Any]:
    listed = _listed(dialect)
    return (
        select(items.c.item_id, visit_items.c.outcome)
        .outerjoin(visit_items, _IN_VISIT)
        .where(items.c.look_alike.in_(select(listed.c.value)), items.c.look_alike != "")
        .order_by(_EXPECTED_FIRST, case((items.c.look_alike == bindparam("of_key"), 0), else_=1))
        .limit(literal(MAX_NEAR))
    )


def _of_serials(connection: Connection, visit_id: str, serials: Sequence[str]) -> list[Known]:
    wanted = [serial for serial in serials if serial]
    if not wanted:
        return []
    look_alikes = list({look_alike_key(serial) for serial in wanted})
    return _ask(connection, _BY_SERIALS, visit_id, serials=wanted, look_alikes=look_alikes)


def _ask(connection: Connection, statement: Select[Any], visit_id: str, **given: object) -> list[Known]:
    known = [_known(row) for row in connection.execute(statement, {"of_visit": visit_id, **given})]
    return [one for one in known if one.outcome] or known


def _known(row: Row[Any]) -> Known:
    return Known(ItemRow(**{name: getattr(row, name) or "" for name in _ITEM_FIELDS}), row.outcome or "")
