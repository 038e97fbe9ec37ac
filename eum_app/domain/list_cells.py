"""Cells of a list, column by column: placeholders, and damage that rejects a row or makes it doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from eum_app.domain.damage import DOUBTFUL, damage_of, is_error_word
from eum_app.domain.items import is_placeholder

CellKind = Literal["text", "number", "number_format", "date", "formula", ""]
"""Kind of a workbook's cell; "" in a CSV.

A `number_format` cell is a number that is displayed with more than its digits.
"""
# Line breaks are normal in a remark. In any other column they show that an unpaired quote swallowed lines.
MAY_BREAK = frozenset({"remarks", "remark", "note", "location", "nomenclature"})
IDENTITY_COLUMNS = frozenset({"serial", "part_number", "cage", "nsn", "uii", "rsn"})
"""Columns that identify an item, in lists of every kind."""
_COUNTS = frozenset({"quantity", "radius_m"})
"""Columns where `0%` or `0,` beside a number shows another one."""


def values_in(cells: Mapping[str, str], columns: Iterable[str]) -> dict[str, str]:
    """Return the text of each of `columns`; empty if the cell is missing or a placeholder (`N/A`, `-`)."""
    texts = {column: cells.get(column, "") for column in columns}
    return {
        column: "" if is_placeholder(cell) and not _is_meant(column, cell) else cell for column, cell in texts.items()
    }


def _is_meant(column: str, cell: str) -> bool:
    """Whether a placeholder word is a real value here: a row needs its case, and NA is Namibia."""
    return column == "case_id" or (column == "country" and cell.strip().upper() == "NA")


def cell_damage(
    cells: Mapping[str, str], kinds: Mapping[str, CellKind], stated: frozenset[str] = frozenset()
) -> tuple[dict[str, str], list[str]]:
    """Return the damage of the cells: a map of code → text that rejects the row, and a list of codes of doubts.

    Codes are the column with `.formula`, `.line_break`, `.spreadsheet_error` or, where it identifies an item, a kind of
    `damage_of`; for doubts `.maybe_<damage>`, `.stated` or `.number_format`. `kinds` are the kinds of a workbook's
    cells: a text cell that looks like a date or a number was typed that way, so it is only a doubt. `stated` are
    columns that a person confirmed from the plate.
    """
    bad: dict[str, str] = {}
    doubts: list[str] = []
    for column, cell in cells.items():
        if not cell:
            continue
        bare, kind = cell.strip(), kinds.get(column, "")
        found = damage_of(bare) if column in IDENTITY_COLUMNS else None
        if kind == "formula":
            # Another program computed the result on another day; a list must state values.
            bad[f"{column}.formula"] = cell
        elif column not in MAY_BREAK and ("\n" in bare or "\r" in bare):
            bad[f"{column}.line_break"] = cell
        elif is_error_word(bare):
            bad[f"{column}.spreadsheet_error"] = cell
        elif found in DOUBTFUL and (kind == "text" or column in stated):
            doubts.append(f"{column}.maybe_{found}" if column not in stated else f"{column}.stated")
        elif found:
            bad[f"{column}.{found}"] = cell
        elif kind == "number_format" and column in IDENTITY_COLUMNS | _COUNTS:
            doubts.append(f"{column}.number_format")
    return bad, doubts
