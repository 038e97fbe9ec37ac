"""Dispositions of items: fact → read tables.

`items.disposition` is that of the newest among the item's row in a list and its statements that count. The rows of
statements never depend on each other, and the item is derived from all of them, so the order of arrival cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, exists, func, or_, select, update

from db.among import among
from db.disposition_tables import disposition_ends, dispositions
from db.projection.closings import touch
from db.projection.rows import Appliers, Noted, key_of, plain, put, put_first
from db.tables import items, visits
from eum_app.domain import facts as f
from eum_app.domain.facts import encode_fact


def ends() -> ColumnElement[bool]:
    """Return the condition that a row of `disposition_ends` ends a statement (a row of `dispositions`).

    HQ ends any statement. Another store ends only its own, by the name of the visit where it was made: it would else
    change a signed visit without voiding its signatures.
    """
    own = and_(
        disposition_ends.c.origin == dispositions.c.origin, disposition_ends.c.visit_id == dispositions.c.visit_id
    )
    return and_(disposition_ends.c.statement_id == dispositions.c.statement_id, or_(disposition_ends.c.is_hq, own))


def has_ended() -> ColumnElement[bool]:
    """Return the condition that a statement was withdrawn by its own store, or set aside by HQ."""
    return exists().where(ends())


def is_at_pending_visit() -> ColumnElement[bool]:
    """Return the condition that a statement was made at a visit that a device started and HQ has not adopted."""
    return dispositions.c.visit_id.in_(select(visits.c.visit_id).where(visits.c.is_pending))


def _newest(column: ColumnElement[Any]) -> Any:
    return (
        select(column)
        .where(
            dispositions.c.item_id == items.c.item_id,
            ~has_ended(),
            ~is_at_pending_visit(),
        )
        .order_by(dispositions.c.order_key.desc(), dispositions.c.statement_id)
        .limit(1)
        .scalar_subquery()
    )


@cache
def _recount() -> Any:
    """Statement: derive one item's disposition, and the statement that it comes from ("" for its list)."""
    key = func.coalesce(_newest(dispositions.c.order_key), "")
    return (
        update(items)
        .where(items.c.item_id == bindparam("of_item"))
        .values(
            disposition=case((key > items.c.listed_key, _newest(dispositions.c.disposition)), else_=items.c.listed_as),
            statement_id=case((key > items.c.listed_key, _newest(dispositions.c.statement_id)), else_=""),
        )
    )


def recount(connection: Connection, item_ids: Iterable[str]) -> None:
    """Derive the disposition of these items again; unknown ones are left out."""
    ids = sorted(set(item_ids) - {""})
    if not ids:
        return
    if connection.dialect.name == "postgresql":
        # Another writer may state something about the same item. The update must not read before it has committed,
        # so the rows are locked by a statement before it (`turns`).
        for wanted in among(connection, items.c.item_id, ids):
            locked = select(items.c.item_id).where(wanted).order_by(items.c.item_id)
            connection.execute(locked.with_for_update()).all()
    connection.execute(_recount(), [{"of_item": item_id} for item_id in ids])


def recount_of_visit(connection: Connection, visit_id: str) -> None:
    """Derive the disposition of the items of a visit's statements, which count only while it is not pending."""
    stated = select(dispositions.c.item_id).where(dispositions.c.visit_id == visit_id)
    recount(connection, connection.execute(stated).scalars().all())


def recount_listed(connection: Connection, item_ids: Sequence[str]) -> None:
    """Derive the disposition of items that were just listed, where anything was stated about them; most have nothing.

    A list has up to a million rows, and statements are few: without any, this costs one query for each block.
    """
    if connection.execute(_ANY).first() is None:
        return
    stated: set[str] = set()
    for wanted in among(connection, dispositions.c.item_id, item_ids):
        stated.update(connection.execute(select(dispositions.c.item_id).where(wanted)).scalars())
    recount(connection, stated)


_ANY: Final = select(dispositions.c.item_id).limit(1)


def apply_stated(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert statements, and derive the disposition of their items. Under one id the first to arrive stays."""
    rows = [
        {
            **plain(fact, "statement_id"),
            "origin": entry.origin,
            **plain(fact, "item_id", "disposition", "visit_id"),
            "body": encode_fact(fact),
            "stated_at": fact.observed_at,
            "actor": entry.actor,
            "epoch": entry.epoch,
            "seq": entry.seq,
            "order_key": key_of(entry, fact),
            "known_at": known_at,
        }
        for entry, fact, known_at in noted
    ]
    ids = {row["item_id"] for row in rows}
    for wanted in among(connection, dispositions.c.statement_id, [row["statement_id"] for row in rows]):
        # A statement that is replaced may have been about another item, which loses it.
        ids.update(connection.execute(select(dispositions.c.item_id).where(wanted)).scalars())
    put_first(connection, dispositions, rows)
    recount(connection, ids)
    _touch_visits(connection, noted)


def apply_withdrawn(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert withdrawals by the store of the statement, and derive the disposition of their items."""
    _end(connection, noted, is_hq=False)
    _touch_visits(connection, noted)


def apply_rejected(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert what HQ set aside, and derive the disposition of the items."""
    _end(connection, noted, is_hq=True)


def _end(connection: Connection, noted: Sequence[Noted], *, is_hq: bool) -> None:
    rows = [
        {
            **plain(fact, "statement_id"),
            "origin": entry.origin,
            "is_hq": is_hq,
            "visit_id": getattr(fact, "visit_id", ""),
            **plain(fact, "item_id", "reason"),
            "ended_at": fact.observed_at,
            "actor": entry.actor,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, disposition_ends, rows)
    ids: set[str] = set()
    for wanted in among(connection, dispositions.c.statement_id, [row["statement_id"] for row in rows]):
        ids.update(connection.execute(select(dispositions.c.item_id).where(wanted)).scalars())
    recount(connection, ids)


def _touch_visits(connection: Connection, noted: Sequence[Noted]) -> None:
    """A statement made at a visit after its close-out voids the signatures, like any other fact of the visit."""
    at_visits = [note for note in noted if note[1].visit_id]
    if at_visits:
        touch(connection, at_visits)


APPLIERS: Final[Appliers] = {
    f.DispositionStated: apply_stated,
    f.DispositionWithdrawn: apply_withdrawn,
    f.DispositionRejected: apply_rejected,
}
