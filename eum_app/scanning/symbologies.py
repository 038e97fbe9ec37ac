"""Kinds of symbols to look for: those that marks use, unless a setting says otherwise.

Each additional kind takes time and adds ways to read something that is not there. So the others are off by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zxingcpp import BarcodeFormat

USUAL: Final = ("Data Matrix", "QR", "Code 128", "Code 39", "PDF417", "Aztec")
"""Names as `Symbol.symbology` has them (MIL-STD-130N; MIL-STD-129 for labels)."""
ALL: Final = (*USUAL, "EAN/UPC")
"""EAN and UPC are on commercial items. Their single check digit is weak, so they count only after equal reads."""


def formats_of(names: Iterable[str]) -> tuple[BarcodeFormat, ...]:
    """Return zxing-cpp's formats for these names, in the order of `ALL`; those of `USUAL` if none is in `ALL`."""
    from zxingcpp import BarcodeFormat

    formats = {
        "Data Matrix": (BarcodeFormat.DataMatrix,),
        "QR": (BarcodeFormat.QRCode,),
        "Code 128": (BarcodeFormat.Code128,),
        # Not `Code39`: it reads six characters as an Italian pharmacy code and returns ten others instead.
        "Code 39": (BarcodeFormat.Code39Std, BarcodeFormat.Code39Ext),
        "PDF417": (BarcodeFormat.PDF417,),
        "Aztec": (BarcodeFormat.Aztec,),
        "EAN/UPC": (BarcodeFormat.EAN13, BarcodeFormat.EAN8, BarcodeFormat.UPCA, BarcodeFormat.UPCE),
    }
    return tuple(one for name in known(names) for one in formats[name])


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are in `ALL`, in its order, or `USUAL` if there are none."""
    wanted = set(names)
    return tuple(name for name in ALL if name in wanted) or USUAL
