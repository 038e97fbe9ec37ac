"""Entries that the disk destroyed: a journal that was recovered from a damaged file has gaps, and names them.

A recorded gap never passes as a whole chain: `eum store check` reports it as missing. It only lets the entries behind
it be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from db.tables import journal, meta
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Entry, Head, verify_chain

_NAME: Final = "lost_entries"


class Hole(msgspec.Struct, frozen=True, array_like=True):
    """The numbers `first` to `last` that one chain lost."""

    origin: str
    epoch: int
    first: int
    last: int


def known_holes(connection: Connection) -> tuple[Hole, ...]:
    """Return the gaps that a recovery left in this store's journals, by origin, epoch and number."""
    said = connection.execute(select(meta.c.value).where(meta.c.name == _NAME)).scalar()
    return msgspec.json.decode(said, type=tuple[Hole, ...]) if said else ()


def keep_holes(connection: Connection, holes: Sequence[Hole]) -> None:
    """Record the gaps, replacing those recorded before."""
    connection.execute(meta.delete().where(meta.c.name == _NAME))
    if holes:
        said = msgspec.json.encode(sorted(holes, key=msgspec.structs.astuple)).decode()
        connection.execute(meta.insert().values(name=_NAME, value=said))


def verify_around(entries: Iterable[Entry], head: Head, holes: Collection[Hole]) -> Head:
    """Verify that `entries` follow `head`, except across recorded gaps, and return the new head.

    Raises Refusal as `verify_chain` does.
    """
    holes = [hole for hole in holes if (hole.origin, hole.epoch) == (head.origin, head.epoch)]
    if not holes:
        return verify_chain(entries, head)
    for entry in entries:
        is_behind = any(hole.first <= head.seq + 1 and entry.seq == hole.last + 1 for hole in holes)
        if is_behind and entry.prev_hash != head.hash:
            head = Head(head.origin, head.epoch, entry.seq - 1, entry.prev_hash)
        head = verify_chain([entry], head)
    return head


def is_lost(connection: Connection, entry: Entry) -> bool:
    """Whether the number of an entry is in a recorded gap."""
    return any(_is_in(entry, hole) for hole in known_holes(connection))


def forget(connection: Connection, found: Collection[Entry]) -> None:
    """Take entries that arrived again out of the recorded gaps."""
    numbers = {(entry.origin, entry.epoch, entry.seq) for entry in found}
    rest = []
    for hole in known_holes(connection):
        first = hole.first
        for seq in range(hole.first, hole.last + 2):
            if seq > hole.last or (hole.origin, hole.epoch, seq) in numbers:
                if first < seq:
                    rest.append(Hole(hole.origin, hole.epoch, first, seq - 1))
                first = seq + 1
    keep_holes(connection, rest)


def require_fitting(connection: Connection, entries: Sequence[Entry]) -> None:
    """Require that consecutive entries of one chain follow each other, and fit to what is held before and after them.

    Raises Refusal `chain.forked` if they do not fit, and as `verify_chain`.
    """
    first, last = entries[0], entries[-1]
    verify_chain(entries, Head(first.origin, first.epoch, first.seq - 1, first.prev_hash))
    before, after = (
        connection.execute(
            select(journal.c.hash, journal.c.prev_hash).where(
                journal.c.origin == first.origin, journal.c.epoch == first.epoch, journal.c.seq == seq
            )
        ).first()
        for seq in (first.seq - 1, last.seq + 1)
    )
    if (before and before.hash != first.prev_hash) or (after and after.prev_hash != last.hash):
        raise Refusal("chain.forked", origin=first.origin, epoch=first.epoch, seq=first.seq)


def _is_in(entry: Entry, hole: Hole) -> bool:
    return (entry.origin, entry.epoch) == (hole.origin, hole.epoch) and hole.first <= entry.seq <= hole.last
