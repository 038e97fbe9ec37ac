"""What zxing-cpp reads, as marks mean it: the one place that asks it."""

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
    """What zxing-cpp reads, Code 39 as a mark means it; `as_it_lies`: neither turned, made smaller, nor inverted.

    Code 39 has 43 characters; by an agreement that no symbol states, pairs of them stand for others: +A for a, /A for
    an exclamation mark (ISO/IEC 16388, annex A). Marks hold A-Z, 0-9, hyphen and slash (MIL-STD-130N): there "P/N 12"
    is itself and not "P. 12". So pairs stand for others only where one begins with a sign that no mark holds.
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
