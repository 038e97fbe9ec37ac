"""Questions to HQ's log: its heads with their witnesses, and the entry that a slip about a subject proves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, select

from db.log_tables import log_heads, log_witnesses
from db.tables import checks, findings, journal, reviews, visit_marks, withdrawals
from db.withdrawn import takes_back
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Entry
from eum_app.domain.tree_heads import Cosignature, SignedHead, decode_head

_OF_LOG: BindParameter[int] = bindparam("log_epoch")
# Made once: to build a statement takes longer than to run it.
_HEADS = (
    select(log_heads.c.size, log_heads.c.signed_at)
    .where(log_heads.c.log_epoch == _OF_LOG)
    .order_by(log_heads.c.size.desc())
)
_WITNESSES = (
    select(log_witnesses.c.size, log_witnesses.c.witness)
    .where(log_witnesses.c.log_epoch == _OF_LOG)
    .order_by(log_witnesses.c.witness)
)
_BODY = select(log_heads.c.body).where(log_heads.c.log_epoch == _OF_LOG, log_heads.c.size == bindparam("size"))
_COSIGNATURES = (
    select(log_witnesses.c.body)
    .where(log_witnesses.c.log_epoch == _OF_LOG, log_witnesses.c.size == bindparam("size"))
    .order_by(log_witnesses.c.cosigned_at, log_witnesses.c.fingerprint)
)
_ENTRY = select(*[column for column in journal.columns if column.name != "known_at"]).where(
    journal.c.origin == bindparam("origin"), journal.c.epoch == bindparam("epoch"), journal.c.seq == bindparam("seq")
)


@dataclass(frozen=True)
class HeadRow:
    """One signed head of the log, and the names of the witnesses who cosigned it."""

    size: int
    signed_at: str
    witnesses: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """The place of one entry in a journal."""

    origin: str
    epoch: int
    seq: int


def heads_of(connection: Connection, log_epoch: int) -> list[HeadRow]:
    """Return the heads of one log, the newest first."""
    named: dict[int, list[str]] = {}
    for row in connection.execute(_WITNESSES, {"log_epoch": log_epoch}):
        named.setdefault(row.size, []).append(row.witness)
    rows = connection.execute(_HEADS, {"log_epoch": log_epoch})
    return [HeadRow(row.size, row.signed_at, tuple(named.get(row.size, ()))) for row in rows]


def log_head_of(connection: Connection, log_epoch: int, size: int) -> SignedHead | None:
    """Return a head with its cosignatures, or None. Raises Refusal `proof.unreadable` if its body is damaged."""
    named = {"log_epoch": log_epoch, "size": size}
    body = connection.execute(_BODY, named).scalar()
    if body is None:
        return None
    rows = connection.execute(_COSIGNATURES, named).scalars()
    held = [Cosignature(*msgspec.json.decode(one, type=tuple[bytes, bytes, bytes])) for one in rows]
    return replace(decode_head(body), cosignatures=tuple(one for one in held if one.is_readable))


def last_check_of(connection: Connection, item_id: str) -> tuple[Place, str]:
    """Return the place and visit of an item's newest check that was not withdrawn. Raises Refusal `slip.no_check`."""
    row = connection.execute(
        select(checks.c.origin, checks.c.epoch, checks.c.seq, checks.c.visit_id)
        .outerjoin(withdrawals, takes_back())
        .where(checks.c.item_id == item_id, withdrawals.c.check_id.is_(None))
        .order_by(checks.c.order_key.desc())
        .limit(1)
    ).first()
    if row is None:
        raise Refusal("slip.no_check", item_id=item_id[:40])
    return Place(row.origin, row.epoch, row.seq), row.visit_id


def closing_of(connection: Connection, visit_id: str) -> Place:
    """Return the place of the close-out that is in force for a visit. Raises Refusal `slip.visit_open`."""
    row = connection.execute(
        select(visit_marks.c.origin, visit_marks.c.closed_key)
        .where(visit_marks.c.visit_id == visit_id, visit_marks.c.closed_key > visit_marks.c.touched_key)
        .order_by(visit_marks.c.closed_key.desc())
        .limit(1)
    ).first()
    if row is None:
        raise Refusal("slip.visit_open", visit_id=visit_id[:40])
    epoch, seq = row.closed_key.split("|")
    return Place(row.origin, int(epoch), int(seq))


def decision_about(connection: Connection, finding_id: str) -> Place:
    """Return the place of the newest decision about a finding, or else of the finding.

    Raises Refusal `finding.unknown`.
    """
    for table in (reviews, findings):
        key = connection.execute(
            select(table.c.order_key)
            .where(table.c.finding_id == finding_id)
            .order_by(table.c.order_key.desc())
            .limit(1)
        ).scalar()
        if key:
            _, origin, epoch, seq = key.rsplit("|", 3)
            return Place(origin, int(epoch), int(seq))
    raise Refusal("finding.unknown", finding_id=finding_id[:40])


def entry_at(connection: Connection, place: Place) -> Entry | None:
    """Return one entry of a journal, or None if it is not held here."""
    named = {"origin": place.origin, "epoch": place.epoch, "seq": place.seq}
    row = connection.execute(_ENTRY, named).first()
    return Entry(*row) if row else None
