"""Corrections of clocks: apply facts at the corrected time.

A correction states, for a range of one chain's entries, by how much their clock was wrong. Their facts are applied as
if observed at the entry's `recorded_at` plus that offset; the journal does not change. If several corrections cover an
entry, the newest counts. Later entries that were dated ahead only to follow corrected ones (`Store.observed_now`) are
taken at their `recorded_at`. A new correction rebuilds the read tables (`Store.writing`), so that arrival order does
not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from db.doubt_tables import corrections
from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.tables import PROJECTION_VERSION, journal, meta
from eum_app.domain import facts as f
from eum_app.domain.clock import shifted
from eum_app.domain.journal import Entry

_OF_CHAIN: Final = (
    select(corrections.c.first_seq, corrections.c.last_seq, corrections.c.offset_ms)
    .where(corrections.c.of_origin == bindparam("origin"), corrections.c.of_epoch == bindparam("epoch"))
    .order_by(corrections.c.order_key)
)


def apply_corrections(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert corrections, and mark the read tables as stale so that they are rebuilt."""
    rows = [
        {
            **plain(fact, "first_seq", "last_seq", "offset_ms", "source"),
            "by_origin": entry.origin,
            "by_epoch": entry.epoch,
            "by_seq": entry.seq,
            "of_origin": fact.origin,
            "of_epoch": fact.epoch,
            "order_key": key_of(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, corrections, rows)
    stale = update(meta).where(meta.c.name == "projection_version").values(value=f"{PROJECTION_VERSION} stale")
    connection.execute(stale)


def corrected(connection: Connection, noted: Sequence[Noted]) -> Sequence[Noted]:
    """Return the same facts at their corrected times. Corrections themselves keep their time."""
    held = {
        chain: rows
        for chain in {(entry.origin, entry.epoch) for entry, _, _ in noted}
        if (rows := connection.execute(_OF_CHAIN, {"origin": chain[0], "epoch": chain[1]}).all())
    }
    if not held:
        return noted
    return [
        (entry, _at(fact, entry, held.get((entry.origin, entry.epoch), ())), known_at)
        for entry, fact, known_at in noted
    ]


def _at(fact: f.Fact | f.UnknownFact, entry: Entry, rows: Iterable[tuple[int, int, int]]) -> f.Fact | f.UnknownFact:
    if isinstance(fact, f.UnknownFact | f.TimeCorrected):
        return fact
    offset, is_after = None, False
    for first, last, offset_ms in rows:
        if first <= entry.seq <= last:
            offset = offset_ms
        is_after |= last < entry.seq
    if offset is not None:
        return msgspec.structs.replace(fact, observed_at=shifted(entry.recorded_at, offset))
    if is_after and fact.observed_at > entry.recorded_at:  # dated ahead only to follow a corrected entry
        return msgspec.structs.replace(fact, observed_at=entry.recorded_at)
    return fact


def newest_observed(connection: Connection, origin: str, epoch: int) -> str:
    """Return the corrected time of a chain's newest fact (UTC text), or "" for an empty chain.

    For a fact that is unknown or cannot be read it is the time of recording.
    """
    newest = select(journal).where(journal.c.origin == origin, journal.c.epoch == epoch)
    row = connection.execute(newest.order_by(journal.c.seq.desc()).limit(1)).first()
    if row is None:
        return ""
    entry = Entry(*row[:-1])
    fact = f.decode_fact(entry.kind, entry.kind_version, entry.payload)
    ((_, fact, _),) = corrected(connection, [(entry, fact, 0)])
    return fact.observed_at if isinstance(fact, f.Fact) else entry.recorded_at


APPLIERS: Final[Appliers] = {
    f.TimeCorrected: apply_corrections,
}
