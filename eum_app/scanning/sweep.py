"""Track all marks in view from frame to frame: what was read, where it is now, and whether it counts.

A decoder misses a mark in one frame and finds it in the next. A track bridges the gap: the mark keeps its place, moved
with the others while the camera moves, until it was unseen for `gone_ms` or has left the picture. No Qt here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from eum_app.scanning.consensus import Consensus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eum_app.scanning.decoder import Symbol

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]

_STEADY = 0.35  # share of a small movement that is followed at once, so that a trembling hand does not shake outlines
_LEAP = 0.25  # share of a mark's size; larger movements are followed completely
_ENOUGH_TO_FOLLOW = 2  # marks that must move before unseen ones are moved with them


@dataclass(frozen=True)
class Track:
    """One mark in view. `corners` are pixels of the frame, in the symbol's own order (`Symbol.corners`).

    `is_sure` is whether it counts as read (`Consensus`); until then, draw no conclusions from it. `track_id` stays the
    same while the mark is in view, and is never reused.
    """

    track_id: int
    symbol: Symbol
    corners: Quad
    seen_ms: float
    is_sure: bool

    @property
    def key(self) -> tuple[str, bytes]:
        """Symbology and bytes; equal for marks with the same data."""
        return self.symbol.symbology, self.symbol.raw

    @property
    def centre(self) -> Point:
        """Center (x, y) in pixels of the frame."""
        return _centre(self.corners)


class SweepTracker:
    """Takes the symbols of each frame and returns every mark in view, oldest first, so that the order is stable."""

    def __init__(self, *, gone_ms: float = 1000, needed: int = 2) -> None:
        self._gone_ms = gone_ms
        self._consensus = Consensus(needed=needed, quiet_ms=gone_ms)
        self._tracks: dict[int, Track] = {}
        self._next_id = 1

    def offer(self, symbols: Iterable[Symbol], at_ms: float, size: tuple[int, int]) -> tuple[Track, ...]:
        """Return the marks in view after adding one frame's symbols, oldest first.

        The frame was captured at `at_ms` (a monotonic clock) and has `size` (width, height) in pixels. Marks that it
        does not show stay until they were unseen for `gone_ms` or have left the picture.
        """
        found = list(symbols)
        self._consensus.offer(found, at_ms)
        held = {key: one for key, one in self._tracks.items() if at_ms - one.seen_ms <= self._gone_ms}
        pairs = _pairs(found, held.values())
        moved = [_shift(held[track_id], found[at]) for at, track_id in pairs.items()]
        seen = set(pairs.values())
        self._tracks = {}
        for track_id, track in held.items():
            if track_id not in seen:
                along = _moved_along(track, moved)
                if _is_inside(along.centre, size):
                    self._tracks[track_id] = along
        for at, symbol in enumerate(found):
            track_id = pairs.get(at, 0)
            if track_id:
                track = held[track_id]
                self._tracks[track_id] = replace(
                    track, symbol=symbol, corners=_steadied(track.corners, symbol.corners), seen_ms=at_ms
                )
            elif not any(one.key == _key(symbol) and _overlap(one, symbol) for one in self._tracks.values()):
                self._tracks[self._next_id] = Track(self._next_id, symbol, symbol.corners, at_ms, False)
                self._next_id += 1
        for track_id, track in self._tracks.items():
            if not track.is_sure and self._consensus.has_accepted(track.symbol):
                self._tracks[track_id] = replace(track, is_sure=True)
        return tuple(self._tracks[track_id] for track_id in sorted(self._tracks))


def _pairs(symbols: Sequence[Symbol], tracks: Iterable[Track]) -> dict[int, int]:
    """Map the index of each symbol to the track that it continues: same data, nearest first, each track once."""
    close = sorted(
        (_distance(track.centre, symbol.centre), at, track.track_id)
        for track in tracks
        for at, symbol in enumerate(symbols)
        if track.key == _key(symbol)
    )
    pairs: dict[int, int] = {}
    for _, at, track_id in close:
        if at not in pairs and track_id not in pairs.values():
            pairs[at] = track_id
    return pairs


def _moved_along(track: Track, moved: Sequence[Point]) -> Track:
    if len(moved) < _ENOUGH_TO_FOLLOW:
        return track
    step_x, step_y = median(x for x, _ in moved), median(y for _, y in moved)
    first, second, third, fourth = ((x + step_x, y + step_y) for x, y in track.corners)
    return replace(track, corners=(first, second, third, fourth))


def _steadied(before: Quad, now: Sequence[Point]) -> Quad:
    leap = _LEAP * _side(before)
    is_small = all(_distance(old, new) < leap for old, new in zip(before, now, strict=True))
    share = _STEADY if is_small else 1.0
    first, second, third, fourth = (
        (old_x + share * (x - old_x), old_y + share * (y - old_y))
        for (old_x, old_y), (x, y) in zip(before, now, strict=True)
    )
    return first, second, third, fourth


def _shift(track: Track, symbol: Symbol) -> Point:
    (old_x, old_y), (x, y) = track.centre, symbol.centre
    return x - old_x, y - old_y


def _overlap(track: Track, symbol: Symbol) -> bool:
    return _distance(track.centre, symbol.centre) < _side(track.corners)


def _key(symbol: Symbol) -> tuple[str, bytes]:
    return symbol.symbology, symbol.raw


def _centre(corners: Quad) -> Point:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _side(corners: Quad) -> float:
    return max(_distance(corners[0], corners[2]), _distance(corners[1], corners[3]))


def _distance(one: Point, other: Point) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def _is_inside(point: Point, size: tuple[int, int]) -> bool:
    return 0 <= point[0] < size[0] and 0 <= point[1] < size[1]
