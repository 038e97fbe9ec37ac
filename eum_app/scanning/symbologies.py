"""Which kinds of symbols are looked for: those that marks use, unless somebody sets it otherwise.

Every kind more takes time and adds ways to read what is not there; so the others are off until they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zxingcpp import BarcodeFormat

USUAL: Final = ("Data Matrix", "QR", "Code 128", "Code 39", "PDF417", "Aztec")
"""Names as `Symbol.symbology` has them (MIL-STD-130N; MIL-STD-129 for labels)."""
ALL: Final = (*USUAL, "EAN/UPC")
"""EAN and UPC stand on commercial items; their one check digit is weak, so that they count after equal reads only."""


def formats_of(names: Iterable[str]) -> tuple[BarcodeFormat, ...]:
    """What zxing-cpp is to look for; for names that are none of `ALL`, or for no name at all, what is usual."""
    from zxingcpp import BarcodeFormat

    formats = {
        "Data Matrix": (BarcodeFormat.DataMatrix,),
        "QR": (BarcodeFormat.QRCode,),
        "Code 128": (BarcodeFormat.Code128,),
        # Not `Code39`: that takes six characters for an Italian pharmacy code and gives ten others in their place.
        "Code 39": (BarcodeFormat.Code39Std, BarcodeFormat.Code39Ext),
        "PDF417": (BarcodeFormat.PDF417,),
        "Aztec": (BarcodeFormat.Aztec,),
        "EAN/UPC": (BarcodeFormat.EAN13, BarcodeFormat.EAN8, BarcodeFormat.UPCA, BarcodeFormat.UPCE),
    }
    return tuple(one for name in known(names) for one in formats[name])


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Those names that are some of `ALL`, in that order; what is usual where none is."""
    wanted = set(names)
    return tuple(name for name in ALL if name in wanted) or USUAL
