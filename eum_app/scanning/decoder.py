"""Symbols in a grey picture, by zxing-cpp: bytes as they are, what symbol, and where."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import zxingcpp
from zxingcpp import BarcodeFormat, BarcodeFormats

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from eum_app.scanning.preparations import Place

Corners = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

# Only what marks use: a search for all formats takes three times as long.
DEFAULT_FORMATS = (
    BarcodeFormat.DataMatrix,
    BarcodeFormat.QRCode,
    BarcodeFormat.Code128,
    # Not `Code39`: that takes six characters for an Italian pharmacy code and gives ten others in their place.
    BarcodeFormat.Code39Std,
    BarcodeFormat.Code39Ext,
    BarcodeFormat.PDF417,
    BarcodeFormat.Aztec,
)
_MATRIX_FORMATS = (BarcodeFormat.DataMatrix, BarcodeFormat.QRCode, BarcodeFormat.PDF417, BarcodeFormat.Aztec)
_MAX_SEARCH_PX = 16_000_000  # a larger picture is searched smaller: each pixel takes some 30 bytes
_MIN_SIDE = 16  # px; the smallest symbol has 8 modules
# A picture of anything else passes the error correction of the smallest Data Matrix (8 codewords, 2 corrected) once in
# 10^6 tries, that of an IUID mark (32, 7 corrected) once in 10^10; a share left unused is many times safer yet.
_MARGIN = 0.15
# These carry Reed-Solomon error correction: a read that passes is right. A linear symbol has a weak checksum or none.
_ERROR_CORRECTED = ("Data Matrix", "QR", "PDF417", "Aztec")
# zxing-cpp's names of the kinds that belong to one symbology, by their beginning.
_SYMBOLOGIES = (
    ("Data Matrix", "Data Matrix"),
    ("QR", "QR"),
    ("Micro QR", "QR"),
    ("rMQR", "QR"),
    ("PDF417", "PDF417"),
    ("Compact PDF417", "PDF417"),
    ("MicroPDF417", "PDF417"),
    ("Aztec", "Aztec"),
    ("Code 128", "Code 128"),
    ("Code 39", "Code 39"),
)


@dataclass(frozen=True)
class Symbol:
    """One symbol that was read."""

    raw: bytes  # control characters intact
    symbology: str  # "Data Matrix", "QR", "Code 128", "Code 39", "PDF417", "Aztec"
    corners: Corners  # pixels of the picture given: top left, top right, bottom right, bottom left of the symbol
    ms: float  # from the start of the search until this symbol was read
    preparation: str = "plain"
    error_corrected: bool = True
    aim: str = ""  # AIM symbology identifier, "]d1"; "]d2" says GS1
    margin: float = 0.0  # share of the error correction that was not needed; 0 also where that is not known
    text: str = ""  # for showing only: the characters that the symbol's own character sets (ECI) say

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the symbol in pixels."""
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4


def decode(
    grey: NDArray[np.uint8], *, formats: tuple[BarcodeFormat, ...] = DEFAULT_FORMATS, preparation: str = "plain"
) -> list[Symbol]:
    """Every symbol of these formats in a grey picture (height × width). An empty list is a miss, never an error.

    `Symbol.raw` is zxing-cpp's bytes: its text is by default changed (control characters and spaces as pictures).
    """
    started = time.perf_counter()
    found = zxingcpp.read_barcodes(grey, formats=BarcodeFormats(formats), text_mode=zxingcpp.TextMode.Plain)
    ms = (time.perf_counter() - started) * 1000
    return [_symbol(barcode, ms, preparation) for barcode in found if barcode.bytes]


def read_still(grey: NDArray[np.uint8], budget_ms: float = 1000, *, sweep: bool = False) -> list[Symbol]:
    """The symbols of a still, with every effort within about `budget_ms` if it cannot be read plainly.

    One plain pass; what it finds is returned at once. On a miss, and with `sweep` (many symbols in one picture, some
    of them poor) always: linear symbols strip by strip, then places that look like a matrix symbol through the ladder
    of preparations. A wrong read is worse than a miss: what a prepared picture gives counts only if much of its error
    correction was left, or if a second preparation agrees.
    """
    started = time.perf_counter()
    deadline = started + budget_ms / 1000
    found = decode(grey)
    if (found and not sweep) or min(grey.shape) < _MIN_SIDE:
        return found
    from eum_app.scanning.preparations import MAX_SIDE, Place, matrix_places, shrink

    if grey.size > _MAX_SEARCH_PX:
        smaller, scale = shrink(grey, _MAX_SEARCH_PX // 2)
        left_ms = (deadline - time.perf_counter()) * 1000
        origin = Place(0, 0, grey.shape[1], grey.shape[0])
        for symbol in read_still(smaller, left_ms, sweep=sweep):
            _add(found, [replace(symbol, corners=_moved(symbol.corners, origin, scale))])
        return found
    whole = Place(0, 0, grey.shape[1], grey.shape[0])
    small = max(grey.shape) <= MAX_SIDE
    if small and not found:  # most likely one symbol
        _add(found, _climb(grey, whole, started, deadline))
    if sweep or not found:
        _add(found, _linear(grey, found, started, deadline, sweep=sweep))
    if (sweep and found) or not (found or small):
        for place in [*matrix_places(grey, [symbol.centre for symbol in found]), whole]:
            if time.perf_counter() > deadline or (found and (not sweep or place is whole)):
                break
            _add(found, _climb(grey, place, started, deadline))
    return found


def _linear(
    grey: NDArray[np.uint8], known: Sequence[Symbol], started: float, deadline: float, *, sweep: bool
) -> list[Symbol]:
    """Linear symbols that strips of their bars agree on; all, or the first."""
    from eum_app.scanning.bars import read_bars

    found: list[Symbol] = []
    for read in read_bars(grey, (started + deadline) / 2, [symbol.centre for symbol in known]):
        symbol = _symbol(read.barcode, (time.perf_counter() - started) * 1000, read.preparation)
        found.append(replace(symbol, corners=read.corners))
        if not sweep:
            break
    return found


def _climb(grey: NDArray[np.uint8], place: Place, started: float, deadline: float) -> list[Symbol]:
    """Prepare one place of a picture in ever other ways until a symbol is certain."""
    from eum_app.scanning import preparations

    crop = grey[place.y : place.y + place.height, place.x : place.x + place.width]
    unsure: set[tuple[str, bytes]] = set()
    for prepared in preparations.ladder(crop):
        if time.perf_counter() > deadline:
            break
        certain = []
        for symbol in decode(prepared.picture, formats=_MATRIX_FORMATS, preparation=prepared.name):
            key = (symbol.symbology, symbol.raw)
            if symbol.margin >= _MARGIN or key in unsure:
                ms = (time.perf_counter() - started) * 1000
                certain.append(replace(symbol, ms=ms, corners=_moved(symbol.corners, place, prepared.scale)))
            unsure.add(key)
        if certain:
            return certain
    return []


def _add(found: list[Symbol], more: list[Symbol]) -> None:
    """Add symbols that are not there yet: the same data nearby is the same symbol."""
    for symbol in more:
        (x, y), size = symbol.centre, _size(symbol.corners)
        if not any(
            one.raw == symbol.raw and abs(one.centre[0] - x) < size and abs(one.centre[1] - y) < size for one in found
        ):
            found.append(symbol)


def _size(corners: Corners) -> int:
    return max(
        max(x for x, _ in corners) - min(x for x, _ in corners), max(y for _, y in corners) - min(y for _, y in corners)
    )


def _moved(corners: Corners, place: Place, scale: float) -> Corners:
    """Corners in a prepared picture as corners in the picture it was made from."""
    return _four((round(x / scale) + place.x, round(y / scale) + place.y) for x, y in corners)


def _four(points: Iterable[tuple[int, int]]) -> Corners:
    first, second, third, fourth = points
    return first, second, third, fourth


def _symbol(barcode: zxingcpp.Barcode, ms: float, preparation: str) -> Symbol:
    name = str(barcode.format)
    symbology = next((ours for theirs, ours in _SYMBOLOGIES if name.startswith(theirs)), name)
    place, extra = barcode.position, barcode.extra
    return Symbol(
        raw=bytes(barcode.bytes),
        symbology=symbology,
        corners=_four((p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)),
        ms=ms,
        preparation=preparation,
        error_corrected=symbology in _ERROR_CORRECTED,
        aim=str(barcode.symbology_identifier),
        margin=float(extra.get("UEC", 0.0)) if isinstance(extra, dict) else 0.0,
        text=str(barcode.text),
    )
