"""HQ's outgoing chains after damage: numbers that a device may hold are never given again.

HQ's own chain names each bundle that was sealed, with number and hash of its last entry (`BundleSealed`). If the
database lost the end of an outgoing chain, the next entry therefore continues behind what was sealed, as if the lost
entries were still here: a device that holds them notices nothing, and one that lacks them waits for them by number.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from db.chains import chain_head, entry_hash_at
from db.exchange_tables import bundles
from db.holes import Hole, keep_holes, known_holes
from db.tables import journal
from eum_app.domain.journal import Head, outgoing_origin


def lost_ends(connection: Connection, own: str, epoch: int) -> list[Hole]:
    """Return the ends of HQ's outgoing chains that were sealed, are not held, and are no recorded gaps yet.

    Only what this HQ itself recorded counts: a device could name any number.
    """
    sealed = (
        select(bundles.c.origin, func.max(bundles.c.last_seq).label("last"))
        .where(bundles.c.recorder == own, bundles.c.direction == "out", bundles.c.epoch == epoch)
        .group_by(bundles.c.origin)
        .order_by(bundles.c.origin)
    )
    lost = []
    for row in connection.execute(sealed):
        if row.origin.startswith(outgoing_origin(own, "")):
            head = behind_lost(connection, chain_head(connection, row.origin, epoch))
            if head.seq < row.last:
                lost.append(Hole(row.origin, epoch, head.seq + 1, row.last))
    return lost


def note_lost(connection: Connection, lost: list[Hole]) -> None:
    """Add gaps to the recorded ones, so that the chains continue behind them and a check names them."""
    keep_holes(connection, [*known_holes(connection), *lost])


def lost_outgoing(connection: Connection, own: str, epoch: int) -> tuple[Hole, ...]:
    """Return the recorded gaps in the outgoing chains of an epoch."""
    outgoing = outgoing_origin(own, "")
    return tuple(hole for hole in known_holes(connection) if hole.epoch == epoch and hole.origin.startswith(outgoing))


def behind_lost(connection: Connection, head: Head) -> Head:
    """Return the head behind a recorded gap that follows `head`, or into which it falls; else `head` itself.

    The hash is that which the next entry or the sealed bundle names.
    """
    for hole in known_holes(connection):
        if (hole.origin, hole.epoch) == (head.origin, head.epoch) and hole.first <= head.seq + 1 <= hole.last:
            return Head(head.origin, head.epoch, hole.last, _hash_at_end(connection, hole))
    return head


def is_ours(connection: Connection, head: Head) -> bool:
    """Whether a head that a device reports is one of this store's chain, as far as the entries here can tell."""
    held = entry_hash_at(connection, head.origin, head.epoch, head.seq)
    if held is not None or not head.seq:
        return held is None or held == head.hash
    for hole in known_holes(connection):
        if (hole.origin, hole.epoch) == (head.origin, head.epoch) and hole.first <= head.seq <= hole.last:
            return head.seq < hole.last or head.hash == _hash_at_end(connection, hole)
    return False


def _hash_at_end(connection: Connection, hole: Hole) -> bytes:
    following = select(journal.c.prev_hash).where(
        journal.c.origin == hole.origin, journal.c.epoch == hole.epoch, journal.c.seq == hole.last + 1
    )
    sealed = select(bundles.c.head_hash).where(
        bundles.c.origin == hole.origin,
        bundles.c.epoch == hole.epoch,
        bundles.c.last_seq == hole.last,
        bundles.c.direction == "out",
    )
    for question in (following, sealed):
        found: bytes | None = connection.execute(question.limit(1)).scalar()
        if found is not None:
            return found
    return b""
