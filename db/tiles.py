"""The stored hashes of HQ's log: tiles of 256 hashes, as C2SP tlog-tiles lays a Merkle tree out.

Recording and importing never touch them. Leaves are hashed when a head is signed, and again after a rebuild, when the
tree is needed first: `catch_up` makes the missing tiles from the journals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from db.chains import entries_after
from db.holes import known_holes
from db.log_tables import log_heads, log_spans, log_tiles
from db.tables import journal
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LogSpan
from eum_app.domain.merkle import HASH_BYTES, node_hash
from eum_app.domain.proof_slips import leaf_of, record_of, salt_of

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
_FULL: Final = TILE_WIDTH * HASH_BYTES
# Made once: to build a statement takes longer than to run it.
_TILE: Final = select(log_tiles.c.hashes).where(
    log_tiles.c.log_epoch == bindparam("log_epoch"),
    log_tiles.c.level == bindparam("level"),
    log_tiles.c.number == bindparam("number"),
)
_SPAN_OF: Final = (
    select(log_spans.c.first_leaf, log_spans.c.first_seq, log_spans.c.last_seq)
    .where(log_spans.c.log_epoch == bindparam("log_epoch"), log_spans.c.origin == bindparam("origin"))
    .where(log_spans.c.epoch == bindparam("epoch"), log_spans.c.first_seq <= bindparam("seq"))
    .order_by(log_spans.c.first_seq.desc())
    .limit(1)
)


class Tiles:
    """Hashes of complete subtrees of the log of one epoch, for `eum_app.domain.merkle`. Tiles are read once."""

    def __init__(self, connection: Connection, log_epoch: int) -> None:
        self._connection, self._log_epoch = connection, log_epoch
        self._read: dict[tuple[int, int], bytes] = {}

    def __call__(self, height: int, index: int) -> bytes:
        """Return one hash. Raises Refusal `log.damaged` if the tile lacks it."""
        level, above = divmod(height, TILE_HEIGHT)
        number, place = divmod(index << above, TILE_WIDTH)
        if (level, number) not in self._read:
            self._read[level, number] = _tile(self._connection, self._log_epoch, level, number)
        hashes = self._read[level, number][place * HASH_BYTES : (place + (1 << above)) * HASH_BYTES]
        if len(hashes) != HASH_BYTES << above:
            raise Refusal("log.damaged")
        return _over(hashes)


def log_size(connection: Connection, log_epoch: int) -> int:
    """Return the number of entries under the newest head, 0 before the first."""
    question = select(func.max(log_heads.c.size)).where(log_heads.c.log_epoch == log_epoch)
    return connection.execute(question).scalar() or 0


def new_spans(connection: Connection, log_epoch: int) -> tuple[LogSpan, ...]:
    """Return the entries that are held and that no head covers yet, ordered by chain and number.

    Gaps that a recovery left are skipped; what fills them later belongs to a later head.
    """
    taken: dict[tuple[str, int], list[tuple[int, int]]] = {}
    covered = select(log_spans).where(log_spans.c.log_epoch == log_epoch)
    for row in connection.execute(covered):
        taken.setdefault((row.origin, row.epoch), []).append((row.first_seq, row.last_seq))
    for hole in known_holes(connection):
        taken.setdefault((hole.origin, hole.epoch), []).append((hole.first, hole.last))
    held = (
        select(journal.c.origin, journal.c.epoch, func.max(journal.c.seq).label("last"))
        .group_by(journal.c.origin, journal.c.epoch)
        .order_by(journal.c.origin, journal.c.epoch)
    )
    return tuple(
        LogSpan(row.origin, row.epoch, first, last)
        for row in connection.execute(held)
        for first, last in _free(row.last, taken.get((row.origin, row.epoch), []))
    )


def _free(end: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of 1 to `end` outside the `taken` ranges, in order."""
    first = 1
    for start, last in sorted(taken):
        if first <= min(start - 1, end):
            yield first, min(start - 1, end)
        first = max(first, last + 1)
    if first <= end:
        yield first, end


def place_of(connection: Connection, log_epoch: int, origin: str, epoch: int, seq: int) -> int | None:
    """Return the number of an entry's leaf, from 0; None if no head covers the entry."""
    row = connection.execute(_SPAN_OF, {"log_epoch": log_epoch, "origin": origin, "epoch": epoch, "seq": seq}).first()
    return int(row.first_leaf + seq - row.first_seq) if row and seq <= row.last_seq else None


def catch_up(connection: Connection, log_epoch: int, secret: bytes) -> None:
    """Make the tiles that are missing for the leaves of all heads, in the caller's write. Raises as `take_in` does."""
    have, want = _tiled(connection, log_epoch), log_size(connection, log_epoch)
    if have < want:
        _grow(connection, log_epoch, have, _leaves_from(connection, log_epoch, have, secret))


def take_in(connection: Connection, log_epoch: int, spans: Iterable[LogSpan], secret: bytes) -> int:
    """Append the leaves of `spans` to the tiles, which must be complete, and return the new number of leaves.

    Raises Refusal `log.entry_lost` for an entry that the disk destroyed.
    """
    size = _tiled(connection, log_epoch)
    return _grow(connection, log_epoch, size, (leaf for span in spans for leaf in _leaves(connection, span, secret)))


def _leaves_from(connection: Connection, log_epoch: int, start: int, secret: bytes) -> Iterator[bytes]:
    rows = connection.execute(
        select(log_spans).where(log_spans.c.log_epoch == log_epoch).order_by(log_spans.c.first_leaf)
    ).all()
    for row in rows:
        skipped = max(0, start - row.first_leaf)
        if row.first_seq + skipped <= row.last_seq:
            yield from _leaves(
                connection, LogSpan(row.origin, row.epoch, row.first_seq + skipped, row.last_seq), secret
            )


def _leaves(connection: Connection, span: LogSpan, secret: bytes) -> Iterator[bytes]:
    expected = span.first_seq
    for entry in entries_after(connection, span.origin, span.epoch, span.first_seq - 1, span.last_seq):
        if entry.seq != expected:
            break
        expected += 1
        yield leaf_of(record_of(entry), salt_of(secret, entry))
    if expected <= span.last_seq:
        raise Refusal("log.entry_lost", origin=span.origin, epoch=span.epoch, seq=expected)


def _tiled(connection: Connection, log_epoch: int) -> int:
    """Return how many leaves the tiles hold."""
    row = connection.execute(
        select(log_tiles.c.number, log_tiles.c.hashes)
        .where(log_tiles.c.log_epoch == log_epoch, log_tiles.c.level == 0)
        .order_by(log_tiles.c.number.desc())
        .limit(1)
    ).first()
    return row.number * TILE_WIDTH + len(row.hashes) // HASH_BYTES if row else 0


def _grow(connection: Connection, log_epoch: int, size: int, leaves: Iterable[bytes]) -> int:
    """Append leaves to the tiles, which hold `size` of them, and return how many they hold then."""
    unfinished: list[tuple[int, bytearray]] = []  # for each level the number of its last tile, and the hashes in it
    level, hashes = 0, size
    while hashes or not level:
        number = hashes // TILE_WIDTH
        unfinished.append((number, bytearray(_tile(connection, log_epoch, level, number))))
        level, hashes = level + 1, number
    for leaf in leaves:
        size += 1
        rising, level = leaf, 0
        while True:
            if level == len(unfinished):
                unfinished.append((0, bytearray()))
            number, tile = unfinished[level]
            tile += rising
            if len(tile) < _FULL:
                break
            rising = _over(bytes(tile))
            _keep(connection, log_epoch, level, number, bytes(tile))
            unfinished[level] = (number + 1, bytearray())
            level += 1
    for level, (number, tile) in enumerate(unfinished):
        if tile:
            _keep(connection, log_epoch, level, number, bytes(tile))
    return size


def _tile(connection: Connection, log_epoch: int, level: int, number: int) -> bytes:
    return connection.execute(_TILE, {"log_epoch": log_epoch, "level": level, "number": number}).scalar() or b""


def _keep(connection: Connection, log_epoch: int, level: int, number: int, hashes: bytes) -> None:
    named = {"log_epoch": log_epoch, "level": level, "number": number}
    is_tile = (log_tiles.c.log_epoch == log_epoch) & (log_tiles.c.level == level) & (log_tiles.c.number == number)
    connection.execute(log_tiles.delete().where(is_tile))
    connection.execute(log_tiles.insert().values(**named, hashes=hashes))


def _over(hashes: bytes) -> bytes:
    """Return the hash over a power of two of joined hashes."""
    row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
