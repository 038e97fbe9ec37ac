"""The only caller of zxing-cpp's reader; interprets Code 39 the way MIL-STD-130 marks do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zxingcpp
from zxingcpp import BarcodeFormat, BarcodeFormats

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

Corners = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

_PAIR_SIGNS = frozenset("+%$")


def read_barcodes(
    grey: NDArray[np.uint8], formats: Iterable[BarcodeFormat], *, as_it_lies: bool = False
) -> list[zxingcpp.Barcode]:
    """Return the symbols that zxing-cpp reads in a gray picture, with Code 39 as marks use it.

    Code 39 has 43 characters. By a convention that no symbol declares, pairs of them mean others: +A is a, /A is an
    exclamation mark (ISO/IEC 16388, annex A). Marks hold only A-Z, 0-9, hyphen and slash (MIL-STD-130N), so "P/N 12"
    must not become "P. 12". Pairs are therefore replaced only if one starts with a sign that no mark holds.

    With `as_it_lies`, the picture is not rotated, scaled down or inverted in search of symbols.
    """

    def read(wanted: Iterable[BarcodeFormat]) -> list[zxingcpp.Barcode]:
        return zxingcpp.read_barcodes(
            grey,
            formats=BarcodeFormats(tuple(wanted)),
            try_rotate=not as_it_lies,
            try_downscale=not as_it_lies,
            try_invert=not as_it_lies,
            text_mode=zxingcpp.TextMode.Plain,
        )

    found = read(formats)
    if all(barcode.format != BarcodeFormat.Code39Ext for barcode in found):
        return found
    bars = read((BarcodeFormat.Code39Std,))
    meant = [barcode for barcode in found if barcode.format != BarcodeFormat.Code39Ext]
    for pairs in (barcode for barcode in found if barcode.format == BarcodeFormat.Code39Ext):
        itself = next((one for one in bars if _is_same_place(one, pairs)), None)
        if itself is not None:
            meant.append(pairs if _PAIR_SIGNS & set(itself.text) else itself)
    return meant


def _is_same_place(one: zxingcpp.Barcode, other: zxingcpp.Barcode) -> bool:
    (first, second), (third, fourth) = (
        (place.top_left, place.bottom_right) for place in (one.position, other.position)
    )
    return all(abs(a - b) <= 8 for a, b in ((first.x, third.x), (first.y, third.y), (second.x, fourth.x)))
