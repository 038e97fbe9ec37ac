"""The only caller of zxing-cpp's reader; interprets Code 39 the way MIL-STD-130 marks do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from zxingcpp import BarcodeFormat, BarcodeFormats, TextMode

from eum_app.domain.character_sets import states_character_sets, undesignated

if TYPE_CHECKING:
    from collections.abc import Iterable

Modules = NDArray[np.bool_]
"""The modules of a symbol, rows × columns, True for ink."""
Corners = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

_PAIR_SIGNS = frozenset("+%$")
_QUIET: Final = 4  # modules; QR wants four, the others less


def read_barcodes(
    grey: NDArray[np.uint8], formats: Iterable[BarcodeFormat], *, as_it_lies: bool = False
) -> list[zxingcpp.Barcode]:
    """Return the symbols that zxing-cpp reads in a gray picture, with Code 39 as marks use it; empty if there are none.

    Code 39 has 43 characters. By a convention that no symbol declares, pairs of them mean others: +A is a, /A is an
    exclamation mark (ISO/IEC 16388, annex A). Marks hold only A-Z, 0-9, hyphen and slash (MIL-STD-130N), so "P/N 12"
    must not become "P. 12". Pairs are therefore replaced only if one starts with a sign that no mark holds. A symbol
    that is read only with its pairs replaced is left out.

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


def stated_data(barcode: zxingcpp.Barcode) -> bytes:
    """Return the data of a symbol that states character sets as ISO/IEC 15424 transmits them; empty for any other.

    That is an AIM prefix, and a designator before the bytes of each set (`character_sets`). zxing-cpp's Python binding
    gives them only in place of the text, so the modules are read once more where the text is not what the bytes alone
    would say.
    """
    data = bytes(barcode.bytes)
    if str(barcode.text) == undesignated(data):
        return b""
    for again in read_modules(barcode.format, modules_of(barcode), TextMode.HexECI):
        sent = bytes.fromhex(str(again.text))
        if again.bytes == barcode.bytes and states_character_sets(sent[:3].decode("ascii", "replace")):
            return sent
    return b""


def extra_of(barcode: zxingcpp.Barcode) -> dict[str, Any]:
    """Return the other values that zxing-cpp has about a symbol, by name (such as "UEC"); empty if there are none."""
    return barcode.extra if isinstance(barcode.extra, dict) else {}


def modules_of(barcode: zxingcpp.Barcode) -> Modules:
    """Return a symbol's modules as they were read, upright, errors included; for a symbol seen from behind mirrored."""
    return np.asarray(np.asarray(barcode.to_image(scale=1, add_quiet_zones=False)) == 0)


def read_modules(kind: BarcodeFormat, modules: Modules, text_mode: TextMode = TextMode.Plain) -> list[zxingcpp.Barcode]:
    """Read a symbol of one kind from its modules. Returns one symbol, or none if the modules cannot be read."""
    return zxingcpp.read_barcodes(
        np.where(np.pad(modules, _QUIET), 0, 255).astype(np.uint8),
        formats=BarcodeFormats((kind,)),
        is_pure=True,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
        text_mode=text_mode,
    )
