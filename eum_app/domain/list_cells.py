"""Cells of a list, column by column: placeholders, and the damage that refuses a row or makes it doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from eum_app.domain.damage import DOUBTFUL, damage_of, is_error_word
from eum_app.domain.items import is_placeholder

CellKind = Literal["text", "number", "number_format", "date", "formula", ""]
"""What a workbook's cell holds; `number_format`: a number whose display is more than its digits. "" in a CSV."""
# A cell over several lines is ordinary in a remark; anywhere else a lone quote has swallowed the lines between.
MAY_BREAK = frozenset({"remarks", "remark", "note", "location", "nomenclature"})
IDENTITY_COLUMNS = frozenset({"serial", "part_number", "cage", "nsn", "uii", "rsn"})
"""The columns that tell one item from another, in lists of every kind."""


def values_in(cells: Mapping[str, str], columns: Iterable[str]) -> dict[str, str]:
    """The text of each of `columns`, empty where the cell is not there or holds a placeholder (`N/A`, `-`)."""
    texts = {column: cells.get(column, "") for column in columns}
    return {
        column: "" if is_placeholder(cell) and not _is_meant(column, cell) else cell for column, cell in texts.items()
    }


def _is_meant(column: str, cell: str) -> bool:
    """Whether a word that is a placeholder elsewhere is to be read: a row needs its case, and NA is Namibia."""
    return column == "case_id" or (column == "country" and cell.strip().upper() == "NA")


def cell_damage(
    cells: Mapping[str, str], kinds: Mapping[str, CellKind], stated: frozenset[str] = frozenset()
) -> tuple[dict[str, str], list[str]]:
    """What damage the cells show: `<column>.<what>` → text for what refuses the row, and the codes of mere doubts.

    `kinds` of a workbook's cells: in a text cell a value that looks like a date or a number was typed so. `stated` are
    columns of which a person says that the plate reads so.
    """
    bad: dict[str, str] = {}
    doubts: list[str] = []
    for column, cell in cells.items():
        bare, kind = cell.strip(), kinds.get(column, "")
        found = damage_of(bare) if column in IDENTITY_COLUMNS else None
        if kind == "formula":
            # Its result was computed by another program on another day; a list states values.
            bad[f"{column}.formula"] = cell
        elif column not in MAY_BREAK and ("\n" in bare or "\r" in bare):
            bad[f"{column}.line_break"] = cell
        elif is_error_word(bare):
            bad[f"{column}.spreadsheet_error"] = cell
        elif found in DOUBTFUL and (kind == "text" or column in stated):
            doubts.append(f"{column}.maybe_{found}" if column not in stated else f"{column}.stated")
        elif found:
            bad[f"{column}.{found}"] = cell
        elif kind == "number_format" and column in IDENTITY_COLUMNS:
            doubts.append(f"{column}.number_format")
    return bad, doubts
