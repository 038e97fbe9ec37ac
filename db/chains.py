"""Read the journal's chains: heads, hashes, ranges of entries, and their verification."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select

from db.holes import known_holes, verify_around
from db.tables import journal
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import Fact
from eum_app.domain.journal import Entry, Head, genesis

TAIL_ENTRIES: Final = 200
"""Newest entries that are verified each time a store is opened."""

HASH_AT = select(journal.c.hash).where(
    journal.c.origin == bindparam("origin"), journal.c.epoch == bindparam("epoch"), journal.c.seq == bindparam("seq")
)
"""Query for the hash of one entry; parameters origin, epoch, seq."""
_HEAD = (
    select(journal.c.seq, journal.c.hash)
    .where(journal.c.origin == bindparam("origin"), journal.c.epoch == bindparam("epoch"))
    .order_by(journal.c.seq.desc())
    .limit(1)
)


def chain_head(connection: Connection, origin: str, epoch: int) -> Head:
    """Return the newest entry of a chain, or its genesis if it is empty."""
    row = connection.execute(_HEAD, {"origin": origin, "epoch": epoch}).first()
    return Head(origin, epoch, row.seq, row.hash) if row else genesis(origin, epoch)


def entry_hash_at(connection: Connection, origin: str, epoch: int, seq: int) -> bytes | None:
    """Return the hash of one entry, or None if it is not held here."""
    found: bytes | None = connection.execute(HASH_AT, {"origin": origin, "epoch": epoch, "seq": seq}).scalar()
    return found


def known_before(connection: Connection, own: str, epoch: int) -> int:
    """Return the offset of `known_at` for a store's own chain of `epoch`: `known_at` is this plus the entry's number.

    It is 0 for the first epoch, else the `known_at` of the newest entry of earlier epochs. A chain that began without
    an offset continues without one.
    """
    first = connection.execute(
        select(journal.c.known_at).where(journal.c.origin == own, journal.c.epoch == epoch, journal.c.seq == 1)
    ).scalar()
    if first is not None:
        return int(first) - 1
    return max(
        (known_before(connection, own, one) + chain_head(connection, own, one).seq for one in range(1, epoch)),
        default=0,
    )


def recorded_at(connection: Connection, origin: str, epoch: int, seq: int) -> str:
    """Return the time at which an entry was recorded (UTC text), or "" if it is not held here."""
    question = select(journal.c.recorded_at).where(
        journal.c.origin == origin, journal.c.epoch == epoch, journal.c.seq == seq
    )
    return connection.execute(question).scalar() or ""


def newest_but(connection: Connection, origin: str, epoch: int, left_out: Sequence[type[Fact]]) -> int:
    """Return the number of a chain's newest entry of any other kind than these, or 0."""
    newest = select(journal.c.seq).where(journal.c.origin == origin, journal.c.epoch == epoch)
    others = newest.where(journal.c.kind.not_in([kind.__name__ for kind in left_out]))
    return connection.execute(others.order_by(journal.c.seq.desc()).limit(1)).scalar() or 0


def entries_after(connection: Connection, origin: str, epoch: int, seq: int, through: int) -> Iterator[Entry]:
    """Yield the entries of one chain with seq < number ≤ through, in order, streamed."""
    rows = connection.execute(
        select(*[column for column in journal.columns if column.name != "known_at"])
        .where(journal.c.origin == origin, journal.c.epoch == epoch, journal.c.seq > seq, journal.c.seq <= through)
        .order_by(journal.c.seq)
        .execution_options(yield_per=2_000)
    )
    for row in rows:
        yield Entry(*row)


def held_chains(connection: Connection) -> list[Head]:
    """Return the genesis of every chain held here, ordered by origin and epoch."""
    rows = connection.execute(
        select(journal.c.origin, journal.c.epoch).distinct().order_by(journal.c.origin, journal.c.epoch)
    )
    return [genesis(row.origin, row.epoch) for row in rows]


def verify_all_chains(connection: Connection) -> list[Head]:
    """Verify every chain from its genesis, except across recorded gaps, and return the heads, by origin and epoch.

    Raises like `verify_chain`.
    """
    holes = known_holes(connection)
    return [
        verify_around(entries_after(connection, chain.origin, chain.epoch, 0, 2**62), chain, holes)
        for chain in held_chains(connection)
    ]


def verify_tail(connection: Connection, own: Head) -> None:
    """Verify the newest `TAIL_ENTRIES` entries of a store's own chain. Raises Trouble `store.chain_damaged`."""
    head = chain_head(connection, own.origin, own.epoch)
    start = max(0, head.seq - TAIL_ENTRIES)
    before = genesis(own.origin, own.epoch)
    if start:
        found = connection.execute(HASH_AT, {"origin": own.origin, "epoch": own.epoch, "seq": start}).scalar()
        before = Head(own.origin, own.epoch, start, found or b"")
    try:
        entries = entries_after(connection, own.origin, own.epoch, start, head.seq)
        verify_around(entries, before, known_holes(connection))
    except Refusal as error:
        raise Trouble("store.chain_damaged", why=error.code, **error.values) from error
