"""Prepare pictures so that they are easier to read: the ladder of preparations for symbols that cannot be read plainly.

No single filter wins. Each helps against one kind of damage and hurts elsewhere, so they are tried in turn, the cheap
and often useful ones first. Sharpening or stretching alone lowers the rate; noise is removed first. Dot-peened marks
consist of separate dots: a difference of Gaussians at the pitch of the dots finds them, and a dilation joins them to
modules. This module imports OpenCV: import it inside functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from eum_app.scanning.opencv import cv2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]
    Filters = tuple[tuple[str, Callable[[Grey], Grey]], ...]
    Step = tuple[str, Callable[[], tuple[Grey, float]]]
    """Name of a preparation, and the function that returns its picture and scale."""

MAX_SIDE = 700  # px; larger crops are scaled down, since modules of more than 20 px gain nothing
_UPSCALE_SIDE = 360


class Prepared(NamedTuple):
    """A picture to read. `scale` is how many of its pixels correspond to one pixel of the original."""

    name: str
    picture: Grey
    scale: float


class Place(NamedTuple):
    """A rectangle of a picture, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[float, float]:
        """Center (x, y) in pixels."""
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, point: tuple[float, float]) -> bool:
        """Return whether a point (x, y) is inside."""
        return self.x <= point[0] <= self.x + self.width and self.y <= point[1] <= self.y + self.height

    def inside(self, grey: Grey) -> Place:
        """Return the part of it that is inside a picture; its width or height is 0 or negative if there is none."""
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.width, grey.shape[1]), min(self.y + self.height, grey.shape[0])
        return Place(left, top, right - left, bottom - top)


def _blur(grey: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8)


def _sharp(grey: Grey, sigma: float, wide: float, amount: float) -> Grey:
    """Remove noise with `sigma`, then amplify details that are finer than `wide`."""
    return np.asarray(cv2.addWeighted(_blur(grey, sigma), 1 + amount, _blur(grey, wide), -amount, 0), np.uint8)


def _square(size: int) -> Grey:
    return np.ones((size, size), np.uint8)


def _flat(grey: Grey) -> Grey:
    return np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(_blur(grey, 1.5)), np.uint8)


def _threshold(grey: Grey, window: int) -> Grey:
    return np.asarray(
        cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, 5), np.uint8
    )


def _wider(grey: Grey) -> Grey:
    """Widen light areas, against ink that ran or a dark frame without quiet zone."""
    return np.asarray(cv2.dilate(grey, _square(3)), np.uint8)


def _closed(grey: Grey, size: int) -> Grey:
    """Remove dark lines thinner than `size` px."""
    return np.asarray(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, _square(size)), np.uint8)


# Measured on 12 kinds of damage, eight pictures each. Cheap and often useful filters come first.
_FIRST: Filters = (
    ("median 3", lambda grey: np.asarray(cv2.medianBlur(grey, 3), np.uint8)),  # low contrast, laser, texture
    ("sharp 1.5", lambda grey: _sharp(grey, 1.5, 6, 2.5)),  # low contrast, uneven light
    ("wider", _wider),  # no quiet zone
    ("blur 2", lambda grey: _blur(grey, 2)),  # noise, patterned modules
)
_THEN: Filters = (
    ("wider, blur 1", lambda grey: _blur(_wider(grey), 1)),  # no quiet zone
    ("blur 1.5, wider", lambda grey: _wider(_blur(grey, 1.5))),  # noise
    ("close 5", lambda grey: _closed(grey, 5)),  # scratches
    ("narrower, blur 1", lambda grey: _blur(np.asarray(cv2.erode(grey, _square(3)), np.uint8), 1)),  # light scratches
    ("blur 1", lambda grey: _blur(grey, 1)),
    ("sharp 1", lambda grey: _sharp(grey, 1, 4, 1.5)),  # blur
    ("close 3", lambda grey: _closed(grey, 3)),
    ("open 3", lambda grey: np.asarray(cv2.morphologyEx(grey, cv2.MORPH_OPEN, _square(3)), np.uint8)),  # laser
    ("flat", _flat),
    ("threshold 61", lambda grey: _threshold(grey, 61)),  # pictures inside the modules
    ("threshold 31", lambda grey: _threshold(grey, 31)),
    ("blur 1.5, threshold 21", lambda grey: _threshold(_blur(grey, 1.5), 21)),  # glare, noise
)
_PITCHES = (8.0, 10.0, 6.5, 9.0, 5.0, 12.5)  # px between dots


def scaled(grey: Grey, scale: float) -> Grey:
    """Return the picture resized by `scale`; the picture itself for 1."""
    if scale == 1:
        return grey
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=kind), np.uint8)


def shrink(grey: Grey, pixels: int) -> tuple[Grey, float]:
    """Return the picture scaled down to about `pixels`, and the scale. A smaller one is returned itself, with 1.0."""
    scale = min(1.0, (pixels / grey.size) ** 0.5)
    return scaled(grey, scale), scale


def reduced(grey: Grey) -> Iterator[Prepared]:
    """Yield a large picture made smaller, blurred and as it is: for a symbol that fills much of it."""
    fit = min(1.0, MAX_SIDE / max(grey.shape))
    smaller = scaled(grey, fit)
    yield Prepared("smaller, blur 2", _blur(smaller, 2), fit)  # grained metal, dots: most of all
    yield Prepared("smaller", smaller, fit)


def ladder(grey: Grey) -> Iterator[Prepared]:
    """Yield the preparations of a picture that holds one symbol, each made when it is asked for."""
    return (Prepared(name, *make()) for name, make in _steps(grey))


def prepared_as(wanted: str, grey: Grey) -> Iterator[Prepared]:
    """Yield only the step of the ladder that has this name; nothing if there is none."""
    return (Prepared(name, *make()) for name, make in _steps(grey) if name == wanted)


def _steps(grey: Grey) -> Iterator[Step]:
    fit = min(1.0, MAX_SIDE / max(grey.shape))
    if fit < 1:
        grey = scaled(grey, fit)
        yield "smaller", lambda: (grey, fit)

    def through(make: Callable[[Grey], Grey]) -> Callable[[], tuple[Grey, float]]:
        return lambda: (make(grey), fit)

    def filtered(filters: Filters) -> Iterator[Step]:
        return ((name, through(make)) for name, make in filters)

    def dotted(pitch: float, *, dark: bool) -> Step:
        return f"dots {'dark' if dark else 'light'} {pitch:g}", lambda: _dots(grey, pitch, dark=dark, fit=fit)

    yield from filtered(_FIRST)
    is_small = max(grey.shape) <= _UPSCALE_SIDE  # modules of two pixels
    if is_small:
        yield "enlarged 3", lambda: (scaled(grey, 3), fit * 3)
    for dark in (True, False):
        for pitch in _PITCHES[:2]:
            yield dotted(pitch, dark=dark)
    yield from filtered(_THEN)
    for pitch in _PITCHES[2:]:
        for dark in (True, False):
            yield dotted(pitch, dark=dark)
    if is_small:
        yield "enlarged 3 sharp", lambda: (_sharp(scaled(grey, 3), 1.5, 5, 3), fit * 3)
    yield "blur 3", lambda: (_blur(grey, 3), fit)


def again(grey: Grey) -> Iterator[Prepared]:
    """Yield preparations for a symbol that was barely read. The most promising one comes first, then the ladder."""
    yield Prepared("enlarged 1.5", scaled(grey, 1.5), 1.5)
    yield from ladder(grey)


def _dots(grey: Grey, pitch: float, *, dark: bool, fit: float) -> tuple[Grey, float]:
    """Return dots at a pitch joined to modules, four pixels each, dark on light; and the scale."""
    values = grey.astype(np.float32)
    response = cv2.GaussianBlur(values, (0, 0), 0.2 * pitch) - cv2.GaussianBlur(values, (0, 0), 1.1 * pitch)
    response = np.asarray(np.maximum(-response if dark else response, 0), np.float32)
    size = max(1, round(0.8 * pitch))
    joined = cv2.dilate(response, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    joined = cv2.GaussianBlur(joined, (0, 0), 0.25 * pitch)
    level = np.asarray(255 - joined * (255 / max(float(joined.max()), 1e-6)), np.float32)
    scale = 4 / pitch
    picture = cv2.resize(level, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return picture.astype(np.uint8), fit * scale


_QUARTER = 4
_MIN_SIDE, _MAX_ASPECT, _MIN_FILL = 24, 1.7, 0.45
MAX_PLACES = 24


def matrix_places(grey: Grey, known: Sequence[Place] = ()) -> list[Place]:
    """Return places where a matrix symbol may be: patches of edges in two directions, about square, strongest first.

    At most `MAX_PLACES`, each inside the picture; they may overlap.
    `known` are the places of symbols that were read. They are left out, since strong symbols would outshine poor ones.
    """
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)

    def smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
        smaller = cv2.resize(values, None, fx=1 / _QUARTER, fy=1 / _QUARTER, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(smaller, (0, 0), 3.0), np.float32)

    xx, yy, xy = smooth(across * across), smooth(down * down), smooth(across * down)
    weaker = (xx + yy - np.sqrt((xx - yy) ** 2 + 4 * xy * xy)) / 2  # the lesser eigenvalue: edges both ways
    for place in known:
        edge = max(place.width, place.height) // 10
        rows = slice(max(place.y - edge, 0) // _QUARTER, (place.y + place.height + edge) // _QUARTER + 1)
        columns = slice(max(place.x - edge, 0) // _QUARTER, (place.x + place.width + edge) // _QUARTER + 1)
        weaker[rows, columns] = 0
    found: dict[Place, float] = {}
    for share in (0.35, 0.12, 0.04, 0.015):
        level = share * float(np.percentile(weaker, 99.5))
        mask = cv2.morphologyEx((weaker > level).astype(np.uint8), cv2.MORPH_CLOSE, _square(5))
        for x, y, width, height, area in cv2.connectedComponentsWithStats(mask)[2][1:]:
            shape_fits = max(width, height) <= _MAX_ASPECT * min(width, height) and area >= _MIN_FILL * width * height
            if min(width, height) * _QUARTER >= _MIN_SIDE and shape_fits:
                pad = 3 + max(width, height) // 6
                quarter = (x - pad, y - pad, width + 2 * pad, height + 2 * pad)
                place = Place(*(int(value) * _QUARTER for value in quarter)).inside(grey)
                found[place] = float(weaker[y : y + height, x : x + width].mean()) * float(area)
    ordered = sorted(found, key=lambda place: -found[place])
    return ordered[:MAX_PLACES]
