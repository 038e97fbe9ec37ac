"""Synthetic pictures of marks, each from a seed: effects of light, wear and lenses, and things that are not marks.

Lengths are in modules, so that difficulty does not depend on the size of a picture. Ranges follow physics (a scratch, a
lens out of focus), not any sample, so a reader is not tuned to a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import zxingcpp
from zxingcpp import BarcodeFormat

from eum_app.scanning.labels import iuid_message
from eum_app.scanning.opencv import cv2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]
    Levels = NDArray[np.float32]

Chance = np.random.Generator
_FINE = 3  # samples a pixel, before the lens


class Picture(NamedTuple):
    """A gray picture, and the only texts that may be read from it."""

    grey: Grey
    truths: frozenset[bytes]


def message(chance: Chance) -> bytes:
    """Return an IUID mark's data, short or long."""
    letters = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"))

    def text(least: int, most: int) -> str:
        return "".join(chance.choice(letters, int(chance.integers(least, most + 1))))

    return iuid_message(text(5, 5), text(4, 12), text(5, 11))


def modules_of(data: bytes, kind: BarcodeFormat = BarcodeFormat.DataMatrix) -> NDArray[np.bool_]:
    """Return the inked modules of a symbol without quiet zone; a linear one is 25 modules high."""
    square = {"force_square": True} if kind == BarcodeFormat.DataMatrix else {}
    barcode = zxingcpp.create_barcode(data.decode("iso-8859-1"), kind, **square)
    inked = np.array(barcode.to_image(scale=1, add_quiet_zones=False)) < 128
    # A linear symbol comes as some rows that are all alike, and may have its text below them.
    is_linear = kind not in _MATRIX and (inked[0] == inked[min(3, len(inked) - 1)]).all()
    return np.repeat(inked[:1], 25, axis=0) if is_linear else inked


_MATRIX = (BarcodeFormat.DataMatrix, BarcodeFormat.QRCode, BarcodeFormat.Aztec, BarcodeFormat.MaxiCode)


class Scene(NamedTuple):
    """A symbol on a surface, before the lens: 0 ink to 1 surface, `pitch` samples a module."""

    levels: Levels
    pitch: float


def laid(inked: NDArray[np.bool_], module_px: float, quiet: int = 4) -> Scene:
    """Return a scene with modules drawn as squares."""
    pitch = max(2, round(module_px * _FINE))
    wide = np.kron(np.pad(inked, quiet), np.ones((pitch, pitch)))
    return Scene((1 - wide).astype(np.float32), pitch)


def peened(inked: NDArray[np.bool_], module_px: float, chance: Chance) -> Scene:
    """Return a scene with modules drawn as separate dots, each slightly displaced."""
    pitch, quiet = max(4, round(module_px * _FINE)), 4
    height, width = ((side + 2 * quiet) * pitch for side in inked.shape)
    levels = np.ones((height, width), np.float32)
    radius = float(chance.uniform(0.28, 0.44)) * pitch
    for row, column in np.argwhere(inked):
        x, y = ((at + quiet + 0.5) * pitch + chance.normal(0, 0.04 * pitch) for at in (column, row))
        cv2.circle(levels, (round(x * 16), round(y * 16)), round(radius * 16), 0.0, -1, cv2.LINE_AA, 4)
    return Scene(levels, pitch)


def scratched(scene: Scene, chance: Chance) -> Scene:
    """Add lines across the symbol, dark or light, from a third of a module to a whole one wide."""
    levels = scene.levels.copy()
    height, width = levels.shape
    for _ in range(int(chance.integers(3, 9))):
        start = chance.uniform(0.1, 0.9, 2) * (width, height)
        angle, length = chance.uniform(0, 2 * np.pi), chance.uniform(0.2, 0.7) * width
        end = start + length * np.array([np.cos(angle), np.sin(angle)])
        thick = max(1, round(float(chance.uniform(0.3, 1.0)) * scene.pitch))
        tone = float(chance.choice([-0.15, 0.0, 0.25, 0.9, 1.2]))
        ends = [(round(float(x)), round(float(y))) for x, y in (start, end)]
        cv2.line(levels, ends[0], ends[1], tone, thick, cv2.LINE_AA)
    return scene._replace(levels=levels)


def seen(
    scene: Scene,
    chance: Chance,
    *,
    ink: float = 60,
    paper: float = 190,
    blur: float = 0.0,
    noise: float = 3.0,
    motion: float = 0.0,
    glare: bool = False,
    grain: float = 0.0,
    tilt: float = 0.08,
) -> Grey:
    """View a scene through a lens: rotated at random, in perspective, unevenly lit. `blur` (sigma) and `motion` are in
    modules.
    """
    height, width = scene.levels.shape
    side = round(1.25 * float(np.hypot(height, width)) / _FINE)
    angle = chance.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / (2 * _FINE)
    depth = 1 + corners @ turn.T @ chance.uniform(-tilt, tilt, 2)[:, None] / (side / 2)
    target = corners @ turn.T / depth + side / 2
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    soft = cv2.GaussianBlur(scene.levels, (0, 0), 0.45 * _FINE)  # a pixel's own area
    levels = cv2.warpPerspective(soft, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=1.0)
    module_px = scene.pitch / _FINE
    if blur:
        levels = cv2.GaussianBlur(levels, (0, 0), blur * module_px)
    if motion:
        levels = cv2.filter2D(levels, -1, _streak(motion * module_px, chance))
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    shade = 1 + chance.uniform(-0.3, 0.3) * x + chance.uniform(-0.3, 0.3) * y
    surface = np.full((side, side), paper, np.float32)
    if grain:
        brushed = chance.normal(0, 1, (side, side)).astype(np.float32)
        surface += grain * 6 * cv2.GaussianBlur(brushed, (0, 0), sigmaX=12, sigmaY=0.6)
    picture = (ink + (surface - ink) * levels) * shade
    if glare:
        at = side / 2 + chance.uniform(-0.25, 0.25, 2) * side
        spot = ((x + 0.5) * side - at[0]) ** 2 + ((y + 0.5) * side - at[1]) ** 2
        picture += chance.uniform(120, 260) * np.exp(-spot / (2 * (chance.uniform(0.06, 0.14) * side) ** 2))
    picture += chance.normal(0, noise, picture.shape)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _streak(length: float, chance: Chance) -> Levels:
    size = 2 * int(length) + 3
    kernel = np.zeros((size * 4, size * 4), np.float32)
    angle, middle = chance.uniform(0, np.pi), size * 2
    reach = 2 * length * np.array([np.cos(angle), np.sin(angle)])
    ends = [(round(float(middle + s * reach[0])), round(float(middle + s * reach[1]))) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 4, cv2.LINE_AA)
    small = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small / small.sum(), np.float32)


def trembling(still: Grey, chance: Chance, noise: float, count: int, size: tuple[int, int]) -> Iterator[Grey]:
    """Return frames of `size` (width, height) as from a handheld camera.

    The picture is at a random place on a plain wall. Each frame is shifted by a pixel or two, turned by a tenth of a
    degree, and has different noise.
    """
    width, height = size
    wall = np.full((height, width), float(np.median(still[:5])), np.float32)
    rough = chance.normal(0, 8, wall.shape).astype(np.float32)
    wall = np.asarray(wall + cv2.GaussianBlur(rough, (0, 0), 6), np.float32)
    high, wide = still.shape
    top, left = int(chance.integers(0, height - high + 1)), int(chance.integers(0, width - wide + 1))
    wall[top : top + high, left : left + wide] = still
    for _ in range(count):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(chance.normal(0, 0.1)), 1.0)
        moved = np.array(turn, np.float64)
        moved[:, 2] += chance.normal(0, 1.5, 2)
        frame = cv2.warpAffine(wall, moved, size, borderMode=cv2.BORDER_REPLICATE)
        yield np.asarray(np.clip(frame + chance.normal(0, noise, frame.shape), 0, 255), np.uint8)


def jpeg(grey: Grey, quality: int) -> Grey:
    """Return the picture after JPEG compression, as a camera or a messenger would save it."""
    _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _framed(inked: NDArray[np.bool_], chance: Chance) -> NDArray[np.bool_]:
    """Draw a dark frame in the quiet zone."""
    gap = int(chance.integers(0, 2))
    return np.pad(np.pad(inked, gap), int(chance.integers(1, 4)), constant_values=True)


Damage = Callable[["NDArray[np.bool_]", Chance], "Grey"]
DAMAGES: dict[str, Damage] = {
    "clean": lambda m, c: seen(laid(m, c.uniform(3, 8)), c),
    "blur": lambda m, c: seen(laid(m, c.uniform(4, 9)), c, blur=c.uniform(0.4, 0.75)),
    "motion": lambda m, c: seen(laid(m, c.uniform(4, 9)), c, motion=c.uniform(0.8, 1.8)),
    "scratch": lambda m, c: seen(scratched(laid(m, c.uniform(4, 9)), c), c, grain=1.5),
    "low contrast": lambda m, c: seen(laid(m, c.uniform(4, 9)), c, ink=165, paper=c.uniform(178, 190), noise=4),
    "glare": lambda m, c: seen(laid(m, c.uniform(4, 9)), c, ink=90, paper=185, glare=True),
    "noise": lambda m, c: seen(laid(m, c.uniform(4, 9)), c, noise=c.uniform(30, 70)),
    "no quiet zone": lambda m, c: seen(laid(_framed(m, c), c.uniform(4, 9), 3), c),
    "small": lambda m, c: seen(laid(m, c.uniform(1.6, 2.4)), c),
    "jpeg": lambda m, c: jpeg(seen(laid(m, c.uniform(2.5, 5)), c, ink=90), int(c.integers(8, 26))),
    "perspective": lambda m, c: seen(laid(m, c.uniform(5, 9)), c, tilt=0.45),
    "light on dark": lambda m, c: seen(laid(m, c.uniform(4, 9)), c, ink=c.uniform(110, 150), paper=85, noise=5),
    "dark dots": lambda m, c: seen(peened(m, c.uniform(5, 13), c), c, ink=90, paper=150, blur=0.08, grain=2),
    "light dots": lambda m, c: seen(peened(m, c.uniform(5, 13), c), c, ink=205, paper=140, blur=0.08, grain=2),
}


def damaged(kind: str, seed: int) -> Picture:
    """Return a Data Matrix mark damaged in one way."""
    chance = np.random.default_rng([seed, *kind.encode()])
    data = message(chance)
    return Picture(DAMAGES[kind](modules_of(data), chance), frozenset({data}))


_FOREIGN = (
    (BarcodeFormat.EAN13, "0123456789", 12),
    (BarcodeFormat.EAN8, "0123456789", 7),
    (BarcodeFormat.UPCA, "0123456789", 11),
    (BarcodeFormat.ITF, "0123456789", 14),
    (BarcodeFormat.Codabar, "0123456789-$:/.+", 9),
    (BarcodeFormat.Code93, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-", 9),
    (BarcodeFormat.TelepenAlpha, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 9),
    (BarcodeFormat.DataBarOmni, "0123456789", 13),
)
_OURS = (
    (BarcodeFormat.Code39Std, 9),
    (BarcodeFormat.Code128, 11),
    (BarcodeFormat.PDF417, 18),
    (BarcodeFormat.QRCode, 18),
    (BarcodeFormat.Aztec, 18),
    (BarcodeFormat.DataMatrix, 12),
)
_SERIAL = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-"


def _chars(chance: Chance, letters: str, count: int) -> str:
    return "".join(chance.choice(list(letters), count))


def _symbol(chance: Chance) -> tuple[bytes, NDArray[np.bool_]]:
    kind, count = _OURS[int(chance.integers(len(_OURS)))]
    data = _chars(chance, _SERIAL, count).strip("-").encode()
    return data, modules_of(data, kind)


def _worn(inked: NDArray[np.bool_], chance: Chance) -> Grey:
    """View a scene with one kind of degradation, or with none."""
    scene = laid(inked, chance.uniform(1.6, 5), int(chance.integers(0, 12)))
    if chance.random() < 0.3:
        scene = scratched(scene, chance)
    wear = (chance.random(4) < 0.2).astype(float)
    picture = seen(
        scene,
        chance,
        paper=150 + 60 * chance.random(),
        blur=wear[0] * chance.uniform(0.3, 1.3),
        motion=wear[1] * chance.uniform(0.5, 2.5),
        noise=3 + wear[2] * chance.uniform(5, 40),
        glare=bool(wear[3]),
        tilt=chance.uniform(0, 0.4),
    )
    return jpeg(picture, int(chance.integers(10, 60))) if chance.random() < 0.3 else picture


def foreign(chance: Chance) -> Picture:
    """Return a symbol of a kind that marks do not use, whole or torn."""
    kind, letters, count = _FOREIGN[int(chance.integers(len(_FOREIGN)))]
    text = _chars(chance, letters, count)
    if kind == BarcodeFormat.Codabar:
        text = f"A{text}B"
    inked = modules_of(text.encode(), kind)
    if chance.random() < 0.4:
        inked = _part(inked, chance)
    return Picture(_worn(inked, chance), frozenset())


def torn(chance: Chance) -> Picture:
    """Return a symbol with a part missing, covered, or joined to part of another."""
    data, inked = _symbol(chance)
    truths = {data}
    way = int(chance.integers(3))
    if way == 0:
        inked = _part(inked, chance)
    elif way == 1:
        high, wide = inked.shape
        top, left = int(chance.integers(high)), int(chance.integers(wide))
        inked = inked.copy()
        inked[top : top + high // 2, left : left + wide // 4 + 1] = chance.random() < 0.5
    else:
        more, other = _symbol(chance)
        truths.add(more)  # enough of it may be left
        high = min(len(inked), len(other))
        cut, at = int(chance.integers(1, inked.shape[1])), int(chance.integers(1, other.shape[1]))
        inked = np.hstack([inked[:high, :cut], other[:high, at:]])
    return Picture(_worn(inked, chance), frozenset(truths))


def worn(chance: Chance) -> Picture:
    """Return a whole symbol of any kind that marks use, worn at random."""
    data, inked = _symbol(chance)
    return Picture(_worn(inked, chance), frozenset({data}))


def overlapping(chance: Chance) -> Picture:
    """Return two marks of one kind, one of them partly over the other."""
    (one, first), (other, second) = _symbol(chance), _symbol(chance)
    sheet = np.zeros((2 * max(len(first), len(second)), 2 * max(first.shape[1], second.shape[1])), bool)
    sheet[: len(first), : first.shape[1]] = first
    top, left = int(chance.integers(len(first))), int(chance.integers(first.shape[1]))
    high, wide = second.shape
    sheet[top : top + high + 1, left : left + wide + 1] = False
    sheet[top : top + high, left : left + wide] = second[: len(sheet) - top, : sheet.shape[1] - left]
    return Picture(_worn(sheet, chance), frozenset({one, other}))


def no_mark(chance: Chance) -> Picture:
    """Return text, a table, a gauge, holes, keys or a checkered sheet: things on equipment that are not marks."""
    sheet = np.full((360, 480), 255, np.uint8)
    way = int(chance.integers(5))
    step = int(chance.integers(9, 40))
    if way in {0, 1}:
        for row in range(step, 360, step + 8):
            text, left = _chars(chance, _SERIAL + "|/il1.,:;*  ", 40), int(chance.integers(0, 40))
            cv2.putText(sheet, text, (left, row), int(chance.integers(0, 5)), step / 28, 0, int(chance.integers(1, 4)))
    if way == 1:
        for at in range(0, 480, step * 2):
            cv2.line(sheet, (at, 0), (at, 360), 0, int(chance.integers(1, 5)))
            cv2.line(sheet, (0, at), (480, at), 0, int(chance.integers(1, 5)))
    if way == 2:
        cv2.circle(sheet, (240, 180), 160, 0, int(chance.integers(2, 12)))
        for angle in np.arange(0, 2 * np.pi, 2 * np.pi / step):
            ray = np.array([np.cos(angle), np.sin(angle)])
            ends = [tuple(int(v) for v in ray * reach + (240, 180)) for reach in (120, 155)]
            cv2.line(sheet, ends[0], ends[1], 0, int(chance.integers(1, 6)))
    if way == 3:
        for y, x in np.argwhere(chance.random((360 // step + 1, 480 // step + 1)) < chance.choice([0.5, 0.8, 1.0])):
            cv2.circle(sheet, (int(x) * step, int(y) * step), max(1, step // 3), 0, -1)
    if way == 4:
        side = int(chance.integers(8, 30))
        sheet = np.kron(chance.random((side, side)) < 0.5, np.ones((4, 4))).astype(np.uint8) * 255
        sheet[:, :4], sheet[-4:, :], sheet[::8, -4:], sheet[:4, ::8] = 0, 0, 0, 0  # as a finder pattern has it
    scene = Scene((sheet / 255).astype(np.float32), _FINE * 4.0)
    return Picture(seen(scene, chance, noise=chance.uniform(1, 25), blur=chance.choice([0.0, 0.1])), frozenset())


def _part(inked: NDArray[np.bool_], chance: Chance) -> NDArray[np.bool_]:
    """Return half to nearly all of a symbol, cut across or along."""
    share = chance.uniform(0.4, 0.95)
    if chance.random() < 0.7:
        wide = max(4, round(inked.shape[1] * share))
        return inked[:, :wide] if chance.random() < 0.5 else inked[:, -wide:]
    return inked[: max(4, round(len(inked) * share))]


TRAPS: dict[str, Callable[[Chance], Picture]] = {
    "foreign": foreign,
    "torn": torn,
    "worn": worn,
    "overlapping": overlapping,
    "no mark": no_mark,
}


def trap(kind: str, seed: int) -> Picture:
    """Return a picture that invites a wrong read."""
    return TRAPS[kind](np.random.default_rng([seed, *kind.encode()]))
