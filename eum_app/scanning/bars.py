"""Read linear symbols that are too blurred, noisy or fine to be read plainly.

A bar is the same along its whole length. So a region is found by its single direction of edges, and all pixels of a
strip are projected onto the line across the bars (the slanted-edge method of ISO 12233). The pixels fall between each
other, which samples the line finer than the picture. Deconvolution then removes the blur; it is stable because values
stay between ink and paper. zxing-cpp reads the lines.

A linear symbol has a weak checksum or none, so data count only if several strips agree on them. This module imports
OpenCV: import it inside functions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import zxingcpp
from zxingcpp import BarcodeFormat

from eum_app.scanning.barcodes import read_barcodes
from eum_app.scanning.opencv import cv2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from eum_app.scanning.barcodes import Corners
    from eum_app.scanning.budget import Budget

    Grey = NDArray[np.uint8]
    Lines = NDArray[np.float32]

FORMATS = (BarcodeFormat.Code128, BarcodeFormat.Code39Std, BarcodeFormat.Code39Ext)

_QUARTER = 4
_MIN_COHERENCE = 0.5  # 1: all edges in one direction
_MIN_ENERGY = 500.0  # of squared Sobel responses: bars 10 gray values deep
_MIN_WIDTH, _MIN_HEIGHT = 40.0, 12.0  # px
_MAX_REGIONS = 80
# Edges this far apart (quarter px) form one region. Two sizes: fine symbols fall apart, and neighbors must not join.
_JOINS = (1, 7)

# Parts of the bars' length; the first and the third have no pixel in common.
_STRIPS = ((0.05, 0.5), (0.3, 0.7), (0.5, 0.95), (0.2, 0.8), (0.35, 0.65))
_SHEARS = np.linspace(-0.12, 0.12, 25)  # the bars of one strip against those of the whole region
_COARSE_PER_PX, _SMOOTH_PX = 2.0, 0.35
_MIN_CONSTANCY = 0.7
_MIN_EDGES = 24

# Ink level beyond the darkest value seen (narrow bars never reach it), blur in px, steps.
_RESTORATIONS = (
    (0.15, 0.75, 40),
    (0.1, 1.2, 40),
    (0.3, 0.9, 80),
    (0.3, 0.75, 40),
    (0.15, 0.65, 40),
    (0.1, 1.6, 80),
    (0.15, 0.9, 160),
    (0.1, 2.1, 120),
    (0.1, 2.8, 160),
)
_MIN_STRIPS, _MIN_VOTES, _MIN_CHARACTERS = 2, 3, 4


class Read(NamedTuple):
    """One linear symbol that was read; `corners` are those of its region, in pixels."""

    barcode: zxingcpp.Barcode
    corners: Corners
    preparation: str


@dataclass(frozen=True)
class _Region:
    """A rotated rectangle.

    `across` and `along` are unit vectors (x, y) across and along the bars; the limits are distances in pixels on them.
    """

    across: NDArray[np.float64]
    along: NDArray[np.float64]
    across_limits: tuple[float, float]
    along_limits: tuple[float, float]

    @property
    def width(self) -> float:
        return self.across_limits[1] - self.across_limits[0]

    @property
    def height(self) -> float:
        return self.along_limits[1] - self.along_limits[0]

    @property
    def margin(self) -> float:
        """Pixels on each side in which the quiet zone is searched."""
        return 0.2 * self.width + 10

    @property
    def centre(self) -> tuple[float, float]:
        """Center (x, y) in pixels."""
        x, y = self.corners().mean(0)
        return float(x), float(y)

    def corners(self, margin: float = 0.0, part: tuple[float, float] = (0, 1)) -> NDArray[np.float64]:
        """Return four points (x, y): the rectangle's `part` along the bars, widened by `margin` pixels across them."""
        (left, right), (top, _) = self.across_limits, self.along_limits
        ends = [top + self.height * share for share in part]
        pairs = (
            (left - margin, ends[0]),
            (right + margin, ends[0]),
            (right + margin, ends[1]),
            (left - margin, ends[1]),
        )
        return np.array([a * self.across + b * self.along for a, b in pairs])

    def holds(self, point: tuple[float, float]) -> bool:
        """Return whether a point is inside."""
        across, along = float(self.across @ point), float(self.along @ point)
        return (
            self.across_limits[0] <= across <= self.across_limits[1]
            and self.along_limits[0] <= along <= self.along_limits[1]
        )


def read_bars(grey: Grey, budget: Budget, known: Sequence[tuple[float, float]] = ()) -> Iterator[Read]:
    """Yield the linear symbols of a picture, the strongest region first; stop when the budget is over.

    `known` are the centers of symbols that were already read; regions that contain one are skipped.
    """
    seen = list(known)
    for region in _regions(grey):
        if budget.is_over:
            return
        if not any(region.holds(point) for point in seen):
            found = _read_region(grey, region)
            if found is not None:
                seen.append(region.centre)
                yield found


def _regions(grey: Grey) -> list[_Region]:
    """Return the regions whose edges run in one direction, strongest first."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)

    def smooth(values: Lines) -> Lines:
        smaller = cv2.resize(values, None, fx=1 / _QUARTER, fy=1 / _QUARTER, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(smaller, (0, 0), 2.0), np.float32)

    xx, yy, xy = smooth(across * across), smooth(down * down), smooth(across * down)
    energy, difference = xx + yy, xx - yy
    coherence = np.sqrt(difference**2 + 4 * xy * xy) / (energy + 1e-6)
    strong, usual = float(np.percentile(energy, 99)), float(np.median(energy))
    edges = (coherence > _MIN_COHERENCE) & (energy > max(_MIN_ENERGY, min(0.15 * strong, 5 * usual)))
    found: list[tuple[float, _Region]] = []
    for size in _JOINS:
        joined = cv2.morphologyEx(edges.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
        for number in range(1, count):
            x, y, width, height, area = stats[number]
            if area < _MIN_WIDTH * _MIN_HEIGHT / _QUARTER**2:
                continue
            box = np.s_[y : y + height, x : x + width]
            mine = (labels[box] == number) & edges[box]
            angle = 0.5 * np.arctan2(2 * xy[box][mine].sum(), difference[box][mine].sum())
            rows, columns = np.nonzero(mine)
            points = np.stack([columns + x, rows + y], 1) * float(_QUARTER) + _QUARTER / 2
            found.append((float(energy[box][mine].sum()), _region_of(points, float(angle))))
    found.sort(key=lambda pair: -pair[0])
    large = [region for _, region in found if region.width >= _MIN_WIDTH and region.height >= _MIN_HEIGHT]
    return large[:_MAX_REGIONS]


def _region_of(points: NDArray[np.float64], angle: float) -> _Region:
    """Return the rectangle around points (x, y) whose edges run across `angle` (radians)."""
    direction = np.array([np.cos(angle), np.sin(angle)])
    normal = np.array([-direction[1], direction[0]])
    across, along = points @ direction, points @ normal
    return _Region(
        direction, normal, (float(across.min()), float(across.max())), (float(along.min()), float(along.max()))
    )


def _read_region(grey: Grey, region: _Region) -> Read | None:
    per_px = float(np.clip(2400 / (region.width * 1.4 + 20), 2, 6))
    projected = [_project(grey, region, strip, per_px) for strip in _STRIPS]
    lines = np.array([line for line in projected if line is not None], np.float32)
    if len(lines) < _MIN_STRIPS or not _looks_like_bars(lines, region.margin * per_px):
        return None
    votes: Counter[bytes] = Counter()
    strips: dict[bytes, set[int]] = {}
    barcodes: dict[bytes, tuple[zxingcpp.Barcode, str]] = {}
    for name, pictures in _prepared(lines, region.margin * per_px, per_px):
        for number, line in enumerate(pictures):
            for barcode in _read_line(line):
                data = bytes(barcode.bytes)
                votes[data] += 1
                strips.setdefault(data, set()).add(number)
                barcodes.setdefault(data, (barcode, name))
        agreed = _agreed(votes, strips)
        if agreed is not None:
            barcode, first_name = barcodes[agreed]
            first, second, third, fourth = ((round(x), round(y)) for x, y in region.corners())
            return Read(barcode, (first, second, third, fourth), first_name)
    return None


def _agreed(votes: Counter[bytes], strips: dict[bytes, set[int]]) -> bytes | None:
    """Return the data that several strips agree on, if no other data have a quarter as many votes; else None."""
    ranked = votes.most_common(2)
    if not ranked:
        return None
    (data, count), others = ranked[0], ranked[1:]
    clear = not others or count >= 4 * others[0][1]
    enough = count >= _MIN_VOTES and len(strips[data]) >= _MIN_STRIPS and len(data) >= _MIN_CHARACTERS
    return data if clear and enough else None


def _project(grey: Grey, region: _Region, part: tuple[float, float], per_px: float) -> NDArray[np.float64] | None:
    """Return the mean gray value across the bars of one strip, `per_px` samples a pixel, margins included.

    None if too little of the strip is inside the picture.
    """
    corners = region.corners(region.margin, part)
    left, top = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, grey.shape[::-1])
    if right - left < 2 or bottom - top < 2:
        return None
    y, x = np.mgrid[top:bottom, left:right]
    width = region.width + 2 * region.margin
    across = x * region.across[0] + y * region.across[1] - (region.across_limits[0] - region.margin)
    along = x * region.along[0] + y * region.along[1]
    first, last = (region.along_limits[0] + region.height * share for share in part)
    inside = (along >= first) & (along <= last) & (across >= 0) & (across <= width)
    at, offset = across[inside], along[inside] - (first + last) / 2
    values = grey[top:bottom, left:right][inside].astype(np.float64)
    # The shear is searched on a coarse line, because the noise of fine bins (few pixels each) would look sharp.
    coarse = [_line(at + shear * offset, values, width, _COARSE_PER_PX) for shear in _SHEARS]
    sharpness = [0.0 if line is None else float(np.square(np.diff(line)).sum()) for line in coarse]
    return _line(at + _SHEARS[int(np.argmax(sharpness))] * offset, values, width, per_px)


def _line(
    at: NDArray[np.float64], values: NDArray[np.float64], width: float, per_px: float
) -> NDArray[np.float64] | None:
    """Return the mean of values at places (px) on a line, `per_px` samples a pixel; None if there are too few."""
    length = int(width * per_px) + 1
    bins = np.clip((at * per_px).astype(int), 0, length - 1)
    counts = np.bincount(bins, minlength=length)
    filled = np.flatnonzero(counts)
    if len(filled) < length / 8:
        return None
    means = np.bincount(bins, values, length)[filled] / counts[filled]
    line = np.interp(np.arange(length), filled, means)
    return np.asarray(cv2.GaussianBlur(line[None], (0, 0), _SMOOTH_PX * per_px)[0], np.float64)


def _looks_like_bars(lines: Lines, margin: float) -> bool:
    """Return whether the strips show the same pattern, and at least as many edges as the shortest symbol has."""
    inner = lines[:, int(margin) : -int(margin)]
    centred = inner - inner.mean(1, keepdims=True)
    spread = np.sqrt((centred**2).sum(1)) + 1e-6
    likeness = max(
        _likeness(centred[0] / spread[0], other / one) for other, one in zip(centred[1:], spread[1:], strict=True)
    )
    crossings = int(np.count_nonzero(np.diff(np.signbit(centred), axis=1), 1).max())
    return likeness > _MIN_CONSTANCY and crossings >= _MIN_EDGES


def _likeness(a: Lines, b: Lines) -> float:
    """Return the highest correlation of two centered lines of unit length, over shifts (perspective shifts strips)."""
    size = 2 * len(a)
    return float(np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size).max())


def _prepared(lines: Lines, margin: float, per_px: float) -> Iterator[tuple[str, Grey]]:
    """Yield the lines (one for each strip) in increasingly strong preparations, 0 ink to 255 paper."""
    inner = lines[:, int(margin) : -int(margin)]
    paper = np.percentile(lines[:, int(margin * 0.6) : -int(margin * 0.6)], 98, axis=1, keepdims=True)
    ink = np.percentile(inner, 1, axis=1, keepdims=True)
    reach = np.maximum(paper - ink, 1.0)
    level = (lines - ink) / reach
    yield "bars", _as_grey(level)
    for sigma, amount in ((1.0, 1.0), (1.5, 2.0)):
        yield f"bars sharp {sigma:g}", _as_grey(level + amount * (level - _blur(level, sigma * per_px)))
    for beyond, blur_px, steps in _RESTORATIONS:
        stretched = np.clip((lines - ink + beyond * reach) / (reach * (1 + beyond)), 0, 1).astype(np.float32)
        yield f"bars restored {blur_px:g}", _as_grey(_restore(stretched, blur_px * per_px, steps))


def _restore(lines: Lines, sigma: float, steps: int) -> Lines:
    """Remove a Gaussian blur: return the lines between 0 and 1 whose blur is nearest to `lines`.

    Projected gradient with Nesterov's momentum (Beck and Teboulle, FISTA, 2009).
    """
    best = ahead = lines
    momentum = 1.0
    for _ in range(steps):
        following = np.clip(ahead + _blur(lines - _blur(ahead, sigma), sigma), 0, 1)
        next_momentum = (1 + (1 + 4 * momentum * momentum) ** 0.5) / 2
        ahead = following + np.float32((momentum - 1) / next_momentum) * (following - best)
        best, momentum = following, next_momentum
    return best


def _blur(lines: Lines, sigma: float) -> Lines:
    size = 2 * int(4 * sigma) + 1
    return np.asarray(cv2.GaussianBlur(lines, (size, 1), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def _as_grey(level: Lines) -> Grey:
    return np.clip(255 * level, 0, 255).astype(np.uint8)


def _read_line(line: NDArray[np.uint8]) -> list[zxingcpp.Barcode]:
    picture = np.repeat(line[None, :], 12, axis=0)
    return read_barcodes(picture, FORMATS, as_it_lies=True)
