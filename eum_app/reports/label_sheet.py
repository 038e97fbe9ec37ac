"""Labels on sheets: the position of each label, the size of a module, and the data for the template.

A module is a whole number of printer dots, at least `MIN_DOTS`. Measured: symbols with fewer than 1.6 pixels a module
were never read, symbols with 2 always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from assets import asset
from eum_app.domain.errors import Refusal
from eum_app.reports.model import Cover, plain_cover
from eum_app.reports.worklist import symbol_svg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Millimetres = tuple[float, float]
MIN_DOTS: Final = 2
MAX_MODULE_MM: Final = 0.635  # MIL-STD-130N: data matrix cells of 0.0075 to 0.025 inch
MAX_SHELF_MODULE_MM: Final = 1.0  # read from some steps away
PADDING_MM: Final = 1.5
MM_PER_INCH: Final = 25.4


class LabelSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Layout of one sheet of labels; all lengths in millimeters.

    `page` and `label` are (width, height). `first` is the (left, top) corner of the first label, and `pitch` the step
    (right, down) to the next one.
    """

    sheet_id: str
    title: str
    page: Millimetres
    columns: int
    rows: int
    label: Millimetres
    first: Millimetres
    pitch: Millimetres

    @property
    def labels(self) -> int:
        """Number of labels on one sheet."""
        return self.columns * self.rows

    @property
    def symbol_side_mm(self) -> float:
        """Longest side of a square symbol with its quiet zone, in millimeters; the rest of the label is for text."""
        width, height = self.label
        return min(height - 2 * PADDING_MM, 0.48 * width)


class _Sheets(msgspec.Struct, frozen=True):
    version: str
    sheets: tuple[LabelSheet, ...]


@dataclass(frozen=True)
class Label:
    """One label: the symbol (0 black, 255 white, one pixel a module, quiet zone included) and the text beside it.

    `spoken` is the alternative text for screen readers.
    """

    symbol: NDArray[np.uint8]
    module_mm: float
    spoken: str
    serial: str
    lines: tuple[str, ...]
    uii: str
    foot: str


def label_sheets() -> tuple[LabelSheet, ...]:
    """Return the sheets that ship with the app."""
    return msgspec.json.decode(asset("reference", "label-sheets.json").read_bytes(), type=_Sheets).sheets


def module_mm(sheet: LabelSheet, modules: int, dpi: int, most_mm: float = MAX_MODULE_MM) -> float:
    """Return the largest module side in millimeters that is a whole number of printer dots.

    It is at most `most_mm`, and the symbol fits the sheet's place for it. `modules` is the side of the symbol with its
    quiet zone, in modules. Raises Refusal `label.module_too_small` (dots, dpi) if fewer than `MIN_DOTS` dots fit.
    """
    largest = min(sheet.symbol_side_mm / modules, most_mm)
    dots = int(largest / MM_PER_INCH * dpi + 1e-9)
    if dots < MIN_DOTS:
        raise Refusal("label.module_too_small", dots=dots, dpi=dpi)
    return dots * MM_PER_INCH / dpi


def sheet_data(cover: Cover, sheet: LabelSheet, labels: Sequence[Label], start: int) -> dict[str, Any]:
    """Return the JSON data for `assets/reports/label-sheet.typ`.

    The first label goes to position `start`, counted from 1 on the first page; others follow row by row, over as many
    pages as they need.
    """
    first, pitch = sheet.first, sheet.pitch
    pages: list[list[dict[str, Any]]] = []
    for at, label in enumerate(labels, start - 1):
        page, position = divmod(at, sheet.labels)
        row, column = divmod(position, sheet.columns)
        if page == len(pages):
            pages.append([])
        pages[page].append(
            {
                "x": first[0] + column * pitch[0],
                "y": first[1] + row * pitch[1],
                "symbol": symbol_svg(label.symbol),
                "side": label.symbol.shape[0] * label.module_mm,
                "spoken": label.spoken,
                "serial": label.serial,
                "lines": label.lines,
                "uii": label.uii,
                "foot": label.foot,
            }
        )
    return {
        "cover": plain_cover(cover),
        "words": {},
        "volume": {"number": 1, "of": 1},
        "sheet": {**msgspec.to_builtins(sheet), "padding": PADDING_MM, "symbol": sheet.symbol_side_mm},
        "pages": pages,
    }
