"""Find the headings of a list, in one row or two, and the canonical column that each of them names."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice, zip_longest

import msgspec

from assets import asset
from eum_app.domain.errors import Refusal
from eum_app.list_files.inventory_table import DELIMITERS, Record, csv_records, unguarded

HEADING_ROWS = 20
"""Number of non-blank rows, from the top, among which the headings are searched."""
_SAMPLE_CHARS = 1_000_000


class Layout(msgspec.Struct, frozen=True):
    """Properties of a kind of list.

    `columns` are its canonical columns, and `date_columns` those with dates. A list needs all of `required` and one of
    `required_one_of`. `reference` is the shipped file that maps headings to columns.
    """

    reference: str
    columns: tuple[str, ...]
    date_columns: tuple[str, ...]
    required: tuple[str, ...]
    required_one_of: tuple[str, ...] = ()

    def missing(self, columns: Collection[str]) -> tuple[str, ...]:
        """Return the required columns that are not in `columns`; empty if none is missing.

        If all of `required_one_of` are missing, the first of them is listed.
        """
        missing = [column for column in self.required if column not in columns]
        if self.required_one_of and not any(column in columns for column in self.required_one_of):
            missing.append(self.required_one_of[0])
        return tuple(missing)


class Headings(msgspec.Struct, frozen=True):
    """The heading row: the line it starts on, its cells, and the canonical column of each ("" means not read).

    Headings in two rows are joined: `rows` is 2, and each cell holds the words of both.
    """

    line: int
    cells: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int = 1


def find_delimiter(text: str, layout: Layout, columns: Mapping[str, str]) -> str:
    """Return the delimiter with the most known headings in one of the first rows; "," if there are none.

    Of equal ones, the first in `DELIMITERS` is returned.
    """
    return max(DELIMITERS, key=lambda delimiter: _known_headings(text, delimiter, layout, columns))


def find_headings(records: Sequence[Record], layout: Layout, columns: Mapping[str, str]) -> Headings:
    """Return the first row, or pair of rows, with every required heading. `columns` overrides the shipped names.

    Only the first `HEADING_ROWS` records are searched.

    Raises Refusal `inventory.empty`, `inventory.headings_missing` (missing, line and found of the nearest row) or
    `inventory.heading_duplicate` (line, column, headings, found).
    """
    nearest: Headings | None = None
    alone = [
        Headings(record.line, cells, columns_of(cells, layout, columns))
        for record in records[:HEADING_ROWS]
        for cells in (tuple(map(unguarded, record.cells)),)
    ]
    for at, found in enumerate(alone):
        headings = found
        below = alone[at + 1] if at + 1 < len(alone) else None
        is_whole = not layout.missing(headings.columns)
        # A title above complete headings does not belong to them.
        if below and (is_whole or layout.missing(below.columns)) and _continues(headings, below, layout, columns):
            headings = _joined(headings, below, layout, columns)
        if not layout.missing(headings.columns):
            _refuse_duplicates(headings)
            return headings
        if nearest is None or _known(headings) > _known(nearest):
            nearest = headings
    if nearest is None:
        raise Refusal("inventory.empty")
    missing = layout.missing(nearest.columns)
    raise Refusal("inventory.headings_missing", line=nearest.line, missing=missing, found=nearest.cells)


def columns_of(headings: Sequence[str], layout: Layout, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the canonical column of each heading, "" for unknown or unread ones.

    `columns` decides first ("" leaves a heading out). Other headings are looked up in the shipped names, unless
    `columns` gave that column to another heading.
    """
    return _columns([(cell,) for cell in headings], layout, columns)


def _continues(upper: Headings, lower: Headings, layout: Layout, columns: Mapping[str, str]) -> bool:
    """Return whether a row is the second row of the headings, and not the first row of the list.

    It is if a cell names a column, alone or joined with the word above, and the other cells are words, none of them in
    a column that every row needs.
    """
    known = _known_columns(layout.reference)
    needed = {*layout.required, *layout.required_one_of}
    continued = False
    for above, word, column in zip_longest(upper.cells, lower.cells, upper.columns, fillvalue=""):
        both = _both(above, word)
        if not word.strip():
            continue
        if both in columns or _folded(word) in known or _folded(both) in known:
            continued = True
        elif column in needed or any(char.isdigit() for char in word):
            return False
    return continued


def _joined(upper: Headings, lower: Headings, layout: Layout, columns: Mapping[str, str]) -> Headings:
    pairs = list(zip_longest(upper.cells, lower.cells, fillvalue=""))
    # After both words comes the lower one alone, because the upper word may span several columns.
    words = [(_both(above, word), word, above) if word.strip() else (above,) for above, word in pairs]
    names = tuple(_both(above, word) for above, word in pairs)
    return Headings(upper.line, names, _columns(words, layout, columns), rows=2)


def _both(above: str, word: str) -> str:
    return f"{above.strip()} {word.strip()}".strip()


def _columns(words: Iterable[Sequence[str]], layout: Layout, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the canonical column of each heading; its candidate words are given best first."""
    named = list(words)
    given = {columns[cell.strip()] for cells in named for cell in cells[:1] if cell.strip() in columns}
    found: list[str] = []
    for cells in named:
        said = columns.get(cells[0].strip())
        guess = next(filter(None, (_known_columns(layout.reference).get(_folded(cell), "") for cell in cells)), "")
        found.append(said if said is not None else "" if guess in given else guess)
    return tuple(found)


def _known(headings: Headings) -> int:
    return sum(map(bool, headings.columns))


def _refuse_duplicates(headings: Headings) -> None:
    for column in headings.columns:
        if column and headings.columns.count(column) > 1:
            same = [cell for cell, known in zip(headings.cells, headings.columns, strict=True) if known == column]
            raise Refusal(
                "inventory.heading_duplicate", line=headings.line, column=column, headings=same, found=headings.cells
            )


def _known_headings(text: str, delimiter: str, layout: Layout, columns: Mapping[str, str]) -> int:
    most = 0
    # An unreadable row ends the search; the headings found before it count.
    with suppress(Refusal):
        for row in islice(csv_records(text[:_SAMPLE_CHARS], delimiter), HEADING_ROWS):
            known = zip(row.cells, columns_of(row.cells, layout, columns), strict=True)
            most = max(most, sum(1 for cell, column in known if column or cell.strip() in columns))
    return most


def _folded(heading: str) -> str:
    return "".join(char for char in heading.casefold() if char.isalnum() or char == "#")


@cache
def _known_columns(reference: str) -> dict[str, str]:
    data = json.loads(asset("reference", reference).read_text("utf-8"))
    return {_folded(word): column for column, words in data["columns"].items() for word in words}
