"""Labels on sheets: where each one goes, how large a module may be, and the data of the template.

A module is a whole number of printer dots, at least `MIN_DOTS`: measured, symbols of fewer than 1.6 pixels a module
were never read, of 2 always.
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
    """A page (width, height) of labels; `first` is the left and top of the first one, `pitch` from one to the next."""

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
        return self.columns * self.rows

    @property
    def symbol_side_mm(self) -> float:
        """What a square symbol may take, its quiet zone included; the rest is for the text beside it."""
        width, height = self.label
        return min(height - 2 * PADDING_MM, 0.48 * width)


class _Sheets(msgspec.Struct, frozen=True):
    version: str
    sheets: tuple[LabelSheet, ...]


@dataclass(frozen=True)
class Label:
    """One label: the symbol (0 black, one pixel a module, quiet zone included) and the lines beside it."""

    symbol: NDArray[np.uint8]
    module_mm: float
    spoken: str
    serial: str
    lines: tuple[str, ...]
    uii: str
    foot: str


def label_sheets() -> tuple[LabelSheet, ...]:
    """The sheets that come with the program."""
    return msgspec.json.decode(asset("reference", "label-sheets.json").read_bytes(), type=_Sheets).sheets


def module_mm(sheet: LabelSheet, modules: int, dpi: int, most_mm: float = MAX_MODULE_MM) -> float:
    """The side of a module in whole printer dots, for a symbol of `modules` with its quiet zone.

    Raises Refusal `label.module_too_small` with the dots that it would have.
    """
    largest = min(sheet.symbol_side_mm / modules, most_mm)
    dots = int(largest / MM_PER_INCH * dpi + 1e-9)
    if dots < MIN_DOTS:
        raise Refusal("label.module_too_small", dots=dots, dpi=dpi)
    return dots * MM_PER_INCH / dpi


def sheet_data(cover: Cover, sheet: LabelSheet, labels: Sequence[Label], start: int) -> dict[str, Any]:
    """The JSON data of `assets/reports/label-sheet.typ`; the first label goes to position `start`, counted from 1."""
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
