"""Read the live picture: each frame plainly, and a few unread places with more effort over several frames.

Noise differs from frame to frame and the mark does not, so the mean of aligned frames can be read if no single frame
can. A place that may hold a matrix symbol and is not read plainly is followed for some frames. Their mean goes through
the ladder of preparations and the grids, a little in each frame, so that the picture stays fluid. The rule for what
counts as read is the same as for a still (`decoder.Agreement`). No Qt here.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from eum_app.scanning.decoder import Agreement, decode, effort
from eum_app.scanning.opencv import cv2
from eum_app.scanning.preparations import Place, matrix_places, scaled
from eum_app.scanning.sweep import SweepTracker, Track
from eum_app.scanning.symbologies import USUAL, formats_of, known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from eum_app.scanning.decoder import Symbol

    Grey = NDArray[np.uint8]
    Levels = NDArray[np.float32]

SLICE_MS: Final = 9.0
"""Milliseconds of each frame's time for the places that are tried. Each place gets at least one attempt."""
AT_ONCE: Final = 3
"""Largest number of places that are tried in the same frames."""
FEW: Final = 5
"""Number of frames in the first mean. A place that is still unread is tried once more with `MANY`."""
MANY: Final = 12
FRESH_MS: Final = 500.0
"""Reads from older frames must be repeated before they count, because another mark may be there now."""
_SEARCH_SIDE = 640  # px of the picture in which places are searched
_TRY_SIDE = 480  # px of a place; larger ones are scaled down before they are tried
_FOLLOW_SIDE = 192  # px to which a place is scaled down for following
_SOFT = 1.5  # px, blur that removes noise at that scale
_REST = 45  # frames without another try after a place could not be read
_AGAIN = 6  # frames until a place that was read is read again, because it may show another mark
_KNOWN = 12  # largest number of read places that are remembered
_MIN_SIDE = 24  # px of a place
_MOST = 0.8  # share of a place's side that must be inside the frame
_ALIKE = 0.25  # smallest correlation with the first frame; it locates the place and never identifies the mark


class LiveReader:
    """Reads frame after frame and returns every mark in view. For use by one thread."""

    def __init__(self, kinds: Sequence[str] = USUAL) -> None:
        """`kinds` are names of `symbologies.ALL`."""
        self._kinds = known(kinds)
        self._formats = formats_of(self._kinds)
        self._tracker = SweepTracker()
        self._patience = Patience()

    def offer(self, grey: Grey, at_ms: float) -> tuple[Track, ...]:
        """Return the marks in view, including this frame, captured at `at_ms` (a monotonic clock); oldest first.

        `Track.is_sure` says which of them count as read. `grey` is height × width.
        """
        found = decode(grey, formats=self._formats)
        found += [one for one in self._patience.look(grey, found, at_ms) if one.symbology in self._kinds]
        return self._tracker.offer(found, at_ms, (grey.shape[1], grey.shape[0]))


class Patience:
    """Follow places that plain reading misses for a few frames, and try to read their mean.

    A place that was read is read again from newer frames. Two marks that differ in one digit look alike, so similarity
    of pictures never proves that a mark is still there.
    """

    def __init__(self) -> None:
        self._frame = 0
        self._sum: Levels | None = None
        self._summed = 0
        self._tired: list[tuple[Place, int]] = []
        self._again: list[tuple[Place, int, str]] = []
        self._tried: list[_Followed] = []

    def look(self, grey: Grey, found: Sequence[Symbol], at_ms: float) -> list[Symbol]:
        """Return the symbols that can be read now in addition to those `found` in this frame; mostly none.

        Their corners are in pixels of this frame, and may be outside it.
        """
        self._frame += 1
        read: list[Symbol] = []
        going, self._tried = self._tried, []
        for one in going:
            if one.has_any(found) or not one.follow(grey, at_ms):
                continue
            symbols = one.read(SLICE_MS / len(going))
            if symbols:
                is_fresh = at_ms - one.gathered_ms <= FRESH_MS
                read += symbols if is_fresh else []
                due = self._frame + (_AGAIN if is_fresh else 0)
                self._again = [*self._again[-(_KNOWN - 1) :], (one.place, due, one.read_by)]
            elif one.is_exhausted:
                self._tired.append((one.place, self._frame + _REST))
            else:
                self._tried.append(one)
        while len(self._tried) < AT_ONCE - 1 and self._again and self._again[0][1] <= self._frame:
            place, _, by = self._again.pop(0)
            self._begin(grey, at_ms, place, by)
        if len(self._tried) < AT_ONCE:
            self._search(grey, found, at_ms)
        return read

    def _begin(self, grey: Grey, at_ms: float, place: Place, by: str = "") -> None:
        inside = place.inside(grey)
        if min(inside.width, inside.height) > _MIN_SIDE and not any(
            one.place.holds(inside.centre) for one in self._tried
        ):
            self._tried.append(_Followed(grey, at_ms, inside, by))

    def _search(self, grey: Grey, found: Sequence[Symbol], at_ms: float) -> None:
        """Find a place that may hold a symbol.

        It is visible in the mean of a few small frames, but in none of them alone.
        """
        if min(grey.shape) < _MIN_SIDE:
            return
        scale = min(1.0, _SEARCH_SIDE / max(grey.shape))
        total = scaled(grey, scale).astype(np.float32)
        if self._sum is not None and self._sum.shape == total.shape:
            total += self._sum
        else:
            self._summed = 0
        self._sum, self._summed = total, self._summed + 1
        if self._summed < FEW:
            return
        self._sum = None
        self._tired = [(place, until) for place, until in self._tired if until > self._frame]
        mean = np.asarray(total / self._summed, np.uint8)
        others = [place for place, _ in self._tired] + [place for place, _, _ in self._again]
        others += [one.place for one in self._tried]
        for place in matrix_places(mean, [_box(symbol, scale) for symbol in found]):
            whole = Place(*(round(value / scale) for value in place))
            is_known = any(whole.holds(symbol.centre) for symbol in found)
            if not is_known and not any(other.holds(whole.centre) for other in others):
                self._begin(grey, at_ms, whole)
                return


class _Followed:
    """One place over several frames: its position, its frames aligned with the first, and the remaining attempts."""

    def __init__(self, grey: Grey, at_ms: float, place: Place, first: str) -> None:
        self.place, self.gathered_ms, self.read_by = place, at_ms, first
        side = max(place.width, place.height)
        self._try_scale, self._follow_scale = min(1.0, _TRY_SIDE / side), min(1.0, _FOLLOW_SIDE / side)
        crop = grey[place.y : place.y + place.height, place.x : place.x + place.width]
        self._first = self._soft(crop)
        self._window = cv2.createHanningWindow(self._first.shape[::-1], cv2.CV_32F)
        self._sum, self._frames = scaled(crop, self._try_scale).astype(np.float32), 1
        self._wanted = FEW
        self._of = 0  # number of frames in the mean that is tried
        self._tries: Iterator[list[Symbol]] | None = None
        self._agreement = Agreement()

    @property
    def is_exhausted(self) -> bool:
        """Whether the mean of `MANY` frames could not be read either."""
        return self._wanted > MANY

    def has_any(self, symbols: Sequence[Symbol]) -> bool:
        return any(self.place.holds(symbol.centre) for symbol in symbols)

    def follow(self, grey: Grey, at_ms: float) -> bool:
        """Find the place in this frame and align it with the first.

        False if it left the frame or shows something else.
        """
        crop = self._crop(grey)
        if crop is None:
            return False
        soft = self._soft(crop)
        (right, down), _ = cv2.phaseCorrelate(self._first, soft, self._window)
        if max(abs(right), abs(down)) > min(soft.shape) / 3:
            return False
        alike = cv2.matchTemplate(_laid(soft, right, down), self._first, cv2.TM_CCOEFF_NORMED)[0, 0]
        if float(alike) < _ALIKE:
            return False
        right, down = right / self._follow_scale, down / self._follow_scale
        if self._frames < self._wanted:
            tried = scaled(crop, self._try_scale).astype(np.float32)
            self._sum += _laid(tried, right * self._try_scale, down * self._try_scale)
            self._frames, self.gathered_ms = self._frames + 1, at_ms
        self.place = self.place._replace(x=self.place.x + round(right), y=self.place.y + round(down))
        return True

    def read(self, slice_ms: float) -> list[Symbol]:
        """Continue trying for `slice_ms`. Return the symbols that are certain now."""
        if self._tries is None:
            if self._frames < self._wanted:
                return []
            mean = np.asarray(np.clip(self._sum / self._frames, 0, 255), np.uint8)
            self._tries, self._of = effort(mean, self.read_by), self._frames
        started = time.perf_counter()
        for symbols in self._tries:
            certain = self._agreement.take(symbols)
            if certain:
                self.read_by = certain[0].preparation
                return [self._as_seen(symbol) for symbol in certain]
            if (time.perf_counter() - started) * 1000 > slice_ms:
                return []
        self._tries = None
        self._wanted = MANY if self._wanted == FEW else MANY + 1
        return []

    def _as_seen(self, symbol: Symbol) -> Symbol:
        first, second, third, fourth = (
            (round(x / self._try_scale) + self.place.x, round(y / self._try_scale) + self.place.y)
            for x, y in symbol.corners
        )
        name = f"{self._of} frames" if symbol.preparation == "plain" else f"{self._of} frames, {symbol.preparation}"
        return replace(symbol, corners=(first, second, third, fourth), preparation=name)

    def _crop(self, grey: Grey) -> Grey | None:
        """Return the place, its edge extended if it is slightly outside the frame; None if it is further outside."""
        x, y, width, height = self.place
        inside = self.place.inside(grey)
        if inside.width < _MOST * width or inside.height < _MOST * height:
            return None
        left, top = inside.x - x, inside.y - y
        rest = (top, height - inside.height - top, left, width - inside.width - left)
        crop = grey[inside.y : inside.y + inside.height, inside.x : inside.x + inside.width]
        return np.asarray(cv2.copyMakeBorder(crop, *rest, cv2.BORDER_REPLICATE), np.uint8) if any(rest) else crop

    def _soft(self, crop: Grey) -> Levels:
        """Return the crop scaled down and with most of its noise removed, for following."""
        return np.asarray(cv2.GaussianBlur(scaled(crop, self._follow_scale), (0, 0), _SOFT), np.float32)


def _laid(picture: Levels, right: float, down: float) -> Levels:
    """Return the picture moved back by (`right`, `down`) pixels."""
    shift = np.array([[1, 0, -right], [0, 1, -down]], np.float32)
    return np.asarray(
        cv2.warpAffine(picture, shift, picture.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _box(symbol: Symbol, scale: float) -> Place:
    xs, ys = ([value * scale for value in axis] for axis in zip(*symbol.corners, strict=True))
    return Place(int(min(xs)), int(min(ys)), int(max(xs) - min(xs)) + 1, int(max(ys) - min(ys)) + 1)
