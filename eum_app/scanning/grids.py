"""Read a Data Matrix by its own grid, if zxing-cpp cannot read it.

Scratches, glare and blur break the two solid sides (L) and the two dashed ones (clock) by which a reader finds the
modules. What is left of the sides still shows the grid: it is fitted until they match best what they must be (ISO/IEC
16022, 5.2). Then every module is one number. The blur is removed with the sides known in advance, and the symbol is
redrawn clean, with its quiet zone, for zxing-cpp to read. Its error correction still decides.

This module imports OpenCV: import it inside functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from eum_app.scanning.opencv import cv2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]
    Levels = NDArray[np.float32]
    Quad = NDArray[np.float64]  # top left, top right, bottom right, bottom left (x, y) of the symbol

# Square symbols of one region, without the two smallest: their error correction is weak, and marks are longer.
_SIZES = (14, 16, 18, 20, 22, 24, 26)
_MIN_MODULE_PX = 1.5
_LIKELY, _FINAL = 5, 2
_MIN_GUESS, _MIN_SCORE = 0.35, 0.45
_STEPS = (0.6, 0.3, 0.15)  # of a module, by which corners are moved
_BLURS = (0.25, 0.6, 0.45, 0.75)
_PER_MODULE = 3  # sigma, in modules
_MODULE_PX, _QUIET = 5, 3


class Redrawn(NamedTuple):
    """A redrawn symbol, and its corners in the picture it was drawn from."""

    name: str
    picture: Grey
    corners: Quad


class _Guess(NamedTuple):
    score: float  # `_score` of this grid
    size: int
    quad: Quad

    @property
    def weight(self) -> float:
        """Evidence that this is not chance: the same score means more with more modules."""
        return float(abs(self.score) * self.size**0.5)


def redrawn(grey: Grey) -> Iterator[Redrawn]:
    """Yield the Data Matrix symbol that a crop may hold, redrawn by the likeliest grids; nothing if none is likely.

    Only square symbols of 14 to 26 modules are tried.
    """
    values = grey.astype(np.float32)
    guesses = _guesses(values)
    if not guesses:
        return
    even = _even(values, _side(guesses[0].quad))
    likely = sorted((_fitted(even, guess, _STEPS[:1]) for guess in guesses), key=lambda one: -one.weight)
    for one in (_fitted(even, guess, _STEPS[1:]) for guess in likely[:_FINAL]):
        if abs(one.score) >= _MIN_SCORE:
            levels = _light(values if one.score > 0 else 255 - values, one.quad, one.size)
            for blur in _BLURS:
                yield Redrawn(f"grid, blur {blur:g}", _drawn(_inked(levels, one.size, blur)), one.quad)


def _guesses(values: Levels) -> list[_Guess]:
    """Return likely grids, best first: squares in the direction of most edges, around their densest area.

    Scratches and spots of light hardly change direction or area. Shifts and sizes are varied a little.
    """
    angle = _angle(values)
    height, width = values.shape
    middle = np.array([width / 2, height / 2])
    side = int(np.hypot(height, width)) + 2
    turn_only = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), float(np.degrees(angle)), 1.0)
    moved = np.array([[0, 0, side / 2 - middle[0]], [0, 0, side / 2 - middle[1]]])
    matrix: Quad = np.asarray(turn_only + moved, np.float64)
    upright = np.asarray(cv2.warpAffine(values, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE), np.float32)
    left, right = _extent(upright, 1)
    top, bottom = _extent(upright, 0)
    if min(right - left, bottom - top) < _SIZES[0] * _MIN_MODULE_PX:
        return []
    even = _even(upright, ((right - left) * (bottom - top)) ** 0.5)
    found: list[_Guess] = []
    for size in _SIZES:
        step = np.array([right - left, bottom - top]) / size
        boxes = np.array([left, top, right, bottom]) + _MOVES * np.tile(step, 2)
        scores = _side_scores(even, boxes, size)
        for at in np.argsort(-np.abs(scores), axis=None)[:2]:
            box, turn = np.unravel_index(at, scores.shape)
            x0, y0, x1, y1 = boxes[box]
            corners = np.roll(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), int(turn), axis=0)
            back = np.asarray((corners - matrix[:, 2]) @ matrix[:, :2], np.float64)
            found.append(_Guess(float(scores[box, turn]), size, back))
    likely = [guess for guess in found if abs(guess.score) >= _MIN_GUESS]
    return sorted(likely, key=lambda guess: -guess.weight)[:_LIKELY]


def _angle(values: Levels) -> float:
    """Return the angle of most edges, in radians, modulo a right angle."""
    soft = cv2.GaussianBlur(values, (0, 0), 1.5)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    edges = (across + 1j * down) ** 4 / np.maximum(np.hypot(across, down) ** 2, 1e-3)
    return float(np.angle(edges.sum()) / 4)


def _extent(upright: Levels, axis: int) -> tuple[float, float]:
    """Return the limits between which edges are dense along one axis (1: across), in pixels."""
    soft = cv2.GaussianBlur(upright, (0, 0), 1.5)
    edges = np.abs(cv2.Sobel(soft, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    profile = np.minimum(edges, np.percentile(edges, 97)).sum(1 - axis)
    profile = cv2.GaussianBlur(profile.reshape(1, -1), (0, 0), len(profile) / 80).ravel()
    floor, top = np.percentile(profile, 10), np.percentile(profile, 90)
    dense = np.flatnonzero(profile >= (floor + top) / 2)
    return float(dense[0]), float(dense[-1])


def _side_scores(even: Levels, boxes: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return `_score` of upright boxes (left, top, right, bottom) for each of the four turns (boxes × turns)."""
    are, _ = _SIDES[size]
    rows, columns = np.nonzero(are)
    x = boxes[:, :1] + (columns + 0.5) / size * (boxes[:, 2:3] - boxes[:, :1])
    y = boxes[:, 1:2] + (rows + 0.5) / size * (boxes[:, 3:4] - boxes[:, 1:2])
    values = cv2.remap(
        even, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    turned = np.stack([np.rot90(_SIDES[size][1], turn)[are] for turn in range(4)], 1)
    return np.asarray(np.clip(values, -1, 1) @ turned / len(rows), np.float64)


def _moves_of_boxes() -> NDArray[np.float64]:
    """Return shifts of a box and changes of its size, in modules (left, top, right, bottom)."""
    shifts = np.arange(-1.0, 1.25, 0.5)
    grown = (-0.75, 0.0, 0.75)
    return np.array([(x - g, y - h, x + g, y + h) for x in shifts for y in shifts for g in grown for h in grown])


_MOVES = _moves_of_boxes()


def _side(quad: Quad) -> float:
    return float(np.sqrt(_area(quad)))


def _area(quad: Quad) -> float:
    x, y = quad.T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2


def _even(grey: Levels, side: float) -> Levels:
    """Return the picture with light and contrast evened out over a quarter of the symbol: about -1 ink, +1 paper."""
    values = cv2.GaussianBlur(grey, (0, 0), max(0.5, side / 100))
    window = (2 * int(side / 4) + 1,) * 2
    away = values - cv2.blur(values, window)
    spread = np.sqrt(np.maximum(cv2.blur(away * away, window), 0))  # its running sums fall a little below 0
    return np.asarray(np.clip(away / (spread + 2), -2, 2), np.float32)


def _centres(size: int) -> NDArray[np.float64]:
    """Return the centers of modules, row by row, as fractions of the symbol's sides (rows × columns × 2)."""
    at = (np.arange(size) + 0.5) / size
    return np.stack(np.meshgrid(at, at), -1)


def _sampled(picture: Levels, quad: Quad, places: NDArray[np.float64]) -> Levels:
    """Return the picture at places (rows × columns × 2), given as fractions of the symbol's sides."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(unit, quad.astype(np.float32))
    at = cv2.perspectiveTransform(places.reshape(-1, 1, 2), matrix).reshape(places.shape).astype(np.float32)
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _values(even: Levels, quad: Quad, size: int) -> Levels:
    """Return the picture at the center of each module (rows × columns)."""
    return _sampled(even, quad, _CENTRES[size])


def _sides(size: int) -> tuple[NDArray[np.bool_], Levels]:
    """Return which modules belong to the symbol's sides, and their required values: -1 ink, +1 paper."""
    must = np.zeros((size, size), np.float32)
    must[0, :] = np.where(np.arange(size) % 2 == 0, -1, 1)
    must[:, -1] = np.where(np.arange(size) % 2 == 1, -1, 1)
    must[:, 0] = must[-1, :] = -1
    return must != 0, must


_CENTRES = {size: _centres(size) for size in _SIZES}
_SIDES = {size: _sides(size) for size in _SIZES}


def _score(even: Levels, quad: Quad, size: int) -> float:
    """Return how well the sides match: 1 completely, 0 not at all, -1 with ink and paper exchanged."""
    are, must = _SIDES[size]
    values = np.clip(_values(even, quad, size), -1, 1)
    return float((values * must)[are].mean())


def _agreement(even: Levels, quad: Quad, size: int) -> float:
    """Return `_score` plus the contrast of all modules, which is highest at the modules' centers."""
    are, must = _SIDES[size]
    values = _values(even, quad, size)
    sides = np.vdot(np.clip(values, -1.5, 1.5), must) / np.count_nonzero(are)
    return float(sides) + cv2.norm(values, cv2.NORM_L1) / values.size


def _fitted(even: Levels, guess: _Guess, steps: Sequence[float]) -> _Guess:
    """Move the corners in ever smaller steps while the grid matches better."""
    size, quad = guess.size, guess.quad
    toned = even if guess.score > 0 else -even
    module = _side(quad) / size
    best = _agreement(toned, quad, size)
    for step in steps:
        for _ in range(3):
            before = best
            for moved in _moves(quad, step * module):
                agreement = _agreement(toned, quad + moved, size)
                if agreement > best:
                    quad, best = quad + moved, agreement
            if best <= before:
                break
    return _Guess(_score(even, quad, size), size, quad)


def _moves(quad: Quad, step: float) -> Iterator[Quad]:
    """Yield moves of all corners, of one side's two, or of one, by `step` in each direction of the symbol's axes."""
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    axes = (across / (np.linalg.norm(across) + 1e-9), down / (np.linalg.norm(down) + 1e-9))
    for corners in ((0, 1, 2, 3), (0, 1), (1, 2), (2, 3), (3, 0), (0,), (1,), (2,), (3,)):
        for axis in axes:
            for sign in (1, -1):
                moved = np.zeros((4, 2))
                moved[list(corners)] = sign * step * axis
                yield moved


def _light(grey: Levels, quad: Quad, size: int) -> Levels:
    """Return 0 ink to 1 paper at `_PER_MODULE` squared places a module, scaled by the extremes around each place."""
    values = _sampled(grey, quad, _centres(size * _PER_MODULE))
    around = np.ones((7 * _PER_MODULE,) * 2, np.uint8)
    soft = 2.0 * _PER_MODULE
    paper = cv2.GaussianBlur(cv2.dilate(values, around), (0, 0), soft)
    ink = cv2.GaussianBlur(cv2.erode(values, around), (0, 0), soft)
    least = 0.25 * float(np.median(paper - ink))
    return np.asarray((values - ink) / np.maximum(paper - ink, max(least, 1.0)), np.float32)


def _spread(size: int, sigma: float) -> NDArray[np.float64]:
    """Return how much each module (column) contributes to each place (row) on one axis, for a blur of `sigma`."""
    places = (np.arange(size * _PER_MODULE) + 0.5) / _PER_MODULE
    modules = np.arange(-_QUIET, size + _QUIET)
    fine = (np.arange(8) + 0.5) / 8
    away = places[:, None, None] - modules[None, :, None] - fine
    given = np.exp(-0.5 * (away / sigma) ** 2).mean(2)
    return np.asarray(given / given.sum(1, keepdims=True), np.float64)


def _inked(light: Levels, size: int, sigma: float) -> NDArray[np.bool_]:
    """Return the inked modules: those whose blurred picture is nearest to `light`.

    The sides and the quiet zone are known. Solved by projected gradient, as for bars.
    """
    are, must = _SIDES[size]
    known = np.pad(are, _QUIET, constant_values=True)
    sides = np.pad((must > 0).astype(np.float64), _QUIET, constant_values=1)
    spread = _spread(size, sigma)
    back = spread.T / np.linalg.norm(spread, 2) ** 2
    modules = ahead = np.where(known, sides, 0.5)
    momentum = 1.0
    for _ in range(40):
        step = back @ (light - spread @ ahead @ spread.T) @ back.T
        following = np.where(known, sides, np.clip(ahead + step, 0, 1))
        next_momentum = (1 + (1 + 4 * momentum * momentum) ** 0.5) / 2
        ahead = following + ((momentum - 1) / next_momentum) * (following - modules)
        modules, momentum = following, next_momentum
    return np.asarray(modules[_QUIET:-_QUIET, _QUIET:-_QUIET] < 0.5)


def _drawn(inked: NDArray[np.bool_]) -> Grey:
    wide = np.pad(inked, _QUIET)
    return np.kron(np.where(wide, 0, 255), np.ones((_MODULE_PX, _MODULE_PX))).astype(np.uint8)
