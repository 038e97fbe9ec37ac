"""Heads that are fixed outside of a device's word, and what became of its late bundles."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.exchange_tables import fixed_heads, received
from db.queries.signed_acts import is_signed
from db.tables import meta
from eum_app.domain.facts import LateHeadAccepted
from eum_app.domain.journal import Head


@dataclass(frozen=True)
class Vouched:
    """One person's statement about a head: read from paper, or accepted. `at` is UTC text."""

    actor: str
    reason: str
    at: str


def proved_heads(connection: Connection, origin: str, epoch: int, before: int) -> list[Head]:
    """Return the heads of one chain for which HQ signed a receipt, or which it read from paper before an entry.

    `before` is the number of HQ's own entry that ended the identity. The order of HQ's journal decides, not its clock.
    A receipt counts whenever it was signed, because HQ signs only for what it holds.
    """
    of_chain = select(received.c.seq, received.c.head_hash).where(
        received.c.origin == origin, received.c.epoch == epoch
    )
    on_paper = select(fixed_heads.c.seq, fixed_heads.c.head_hash).where(
        fixed_heads.c.origin == origin,
        fixed_heads.c.epoch == epoch,
        fixed_heads.c.how == "paper",
        fixed_heads.c.known_at < before,
    )
    rows = connection.execute(of_chain.union(on_paper))
    return [Head(origin, epoch, row.seq, row.head_hash) for row in rows]


def accepted_heads(connection: Connection, origin: str, epoch: int) -> dict[Head, list[Vouched]]:
    """Return head → the statements of the people at HQ who accepted it, in order of time.

    Only those count that the account's own key signed: a script can write others, also into this table.
    """
    hq = connection.execute(select(meta.c.value).where(meta.c.name == "name")).scalar_one()
    rows = connection.execute(
        select(fixed_heads)
        .where(fixed_heads.c.origin == origin, fixed_heads.c.epoch == epoch, fixed_heads.c.how == "accepted")
        .order_by(fixed_heads.c.at, fixed_heads.c.actor)
    )
    found: dict[Head, list[Vouched]] = {}
    for row in rows:
        said = LateHeadAccepted(
            observed_at=row.at,
            quarantine_id=row.quarantine_id,
            origin=origin,
            epoch=epoch,
            seq=row.seq,
            head_hash=row.head_hash,
            reason=row.reason,
            signature=row.signature,
        )
        if is_signed(connection, hq, row.actor, said, row.known_at):
            head = Head(origin, epoch, row.seq, row.head_hash)
            found.setdefault(head, []).append(Vouched(row.actor, row.reason, row.at))
    return found
