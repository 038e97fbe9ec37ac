"""Symbols in a grey picture, by zxing-cpp: bytes as they are, what symbol, and where."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zxingcpp
from zxingcpp import BarcodeFormat, BarcodeFormats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Corners = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

# Only what marks use: a search for all formats takes three times as long.
DEFAULT_FORMATS = (
    BarcodeFormat.DataMatrix,
    BarcodeFormat.QRCode,
    BarcodeFormat.Code128,
    BarcodeFormat.Code39,
    BarcodeFormat.PDF417,
    BarcodeFormat.Aztec,
)
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
    ("Code 32", "Code 39"),
    ("Pharmazentralnummer", "Code 39"),
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


def _symbol(barcode: zxingcpp.Barcode, ms: float, preparation: str) -> Symbol:
    name = str(barcode.format)
    symbology = next((ours for theirs, ours in _SYMBOLOGIES if name.startswith(theirs)), name)
    place = barcode.position
    corners = tuple((p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left))
    return Symbol(
        bytes(barcode.bytes),
        symbology,
        corners,  # type: ignore[arg-type]  # four of them
        ms,
        preparation,
        symbology in _ERROR_CORRECTED,
        str(barcode.symbology_identifier),
        str(barcode.text),
    )
