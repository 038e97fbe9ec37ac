"""The rows of a list file as they were read: how it was read, its headings, rows that were swallowed, and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.items import clean
from eum_app.domain.list_cells import IDENTITY_COLUMNS, CellKind
from eum_app.domain.list_dates import DateOrder
from eum_app.list_files.headings import Headings
from eum_app.list_files.inventory_table import Record, unguarded

# Headings of the first two columns in a file of rejected rows. They are skipped when the file is read again.
REJECTED_HEADINGS = ("Refused: line", "Refused: reasons")
# Programs protect a text from spreadsheets as ="000123" or =T("000123"); others write quotes after a space.
# Excel shows the text inside the quotes.
_QUOTED = re.compile(r'\s*=\s*(?:T\()?"((?:[^"]|"")*)"\)?\s*|\s+"((?:[^"]|"")*)"\s*', re.IGNORECASE)
_QUOTED_MARK = re.compile(r'"([^"]*)"|\'(\w.*)')


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How to read a list; None means that it is detected. A preview's profile is complete and can be reused.

    `columns` maps a heading as written to its canonical column, or to "" to leave it out. Other headings are looked up
    in the shipped names.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    date_order: DateOrder | None = None
    columns: dict[str, str] = {}


class Rejected(msgspec.Struct, frozen=True):
    """A row that cannot be imported: its codes, the text or line that each code names, and the cells as written."""

    line: int
    codes: tuple[str, ...]
    values: dict[str, str]
    raw: tuple[str, ...]


class PlateSays(msgspec.Struct, frozen=True):
    """A person's statement that identifiers which look damaged are really on the plate like that.

    It covers whole `columns` (of `IDENTITY_COLUMNS`), all of them in some `lines`, or both. `reason` is in their own
    words.
    """

    reason: str
    columns: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()

    def require(self) -> None:
        """Check that the statement is complete.

        Raises Refusal `list.reason_missing`, `list.stated_nothing` or `list.stated_column` (column, known).
        """
        if not clean(self.reason):
            raise Refusal("list.reason_missing")
        if not self.columns and not self.lines:
            raise Refusal("list.stated_nothing")
        for column in sorted(self.columns - IDENTITY_COLUMNS):
            raise Refusal("list.stated_column", column=column, known=", ".join(sorted(IDENTITY_COLUMNS)))

    def joined(self, later: PlateSays) -> PlateSays:
        """Return both statements as one, with both reasons."""
        reasons = "; ".join(dict.fromkeys((self.reason, later.reason)))
        return PlateSays(reasons, self.columns | later.columns, self.lines | later.lines)

    def about(self, line: int) -> frozenset[str]:
        """Return the columns that are stated for the row at `line`: all identifiers if it is named, else `columns`."""
        return IDENTITY_COLUMNS if line in self.lines else self.columns


class Note(msgspec.Struct, frozen=True):
    """A remark on how a list was read: a code and its values."""

    code: str
    values: dict[str, str] = {}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a list as they are in the file, under their headings.

    `swallowed` are lines that an unclosed quote made part of one cell.
    """

    profile: Profile
    sha384: str
    headings: Headings
    records: list[Record]
    swallowed: tuple[Rejected, ...] = ()
    sheets: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def named_cells(self, record: Record) -> dict[str, str]:
        """Return the shown text of a row's cells by canonical column, without columns that the row is too short for.

        Quotes and apostrophes that programs add to protect a text are removed.
        """
        pairs = zip(self.headings.columns, record.cells, strict=False)
        return {column: _shown(column, cell) for column, cell in pairs if column}

    def kinds(self, record: Record) -> dict[str, CellKind]:
        """Return the kinds of a row's cells by canonical column; empty for a row of a CSV.

        A formula that is only a quoted text counts as text.
        """
        held = zip(self.headings.columns, record.cells, record.kinds, strict=False)
        return {
            column: "text" if kind == "formula" and _QUOTED.fullmatch(cell) else kind
            for column, cell, kind in held
            if column
        }


def misfit(headings: Headings, record: Record) -> Rejected | None:
    """Return the rejection `row.cell_count` of a CSV row with fewer cells than headings, or with text in further cells.

    Its cells may be in wrong columns. None for other rows, and for each row of a workbook.
    """
    # Cells of a workbook cannot shift, because each is stored with its column.
    if record.kinds:
        return None
    spare = record.cells[len(headings.cells) :]
    if len(record.cells) >= len(headings.cells) and not any(cell.strip() for cell in spare):
        return None
    values = {"row.cell_count": f"{len(record.cells)}/{len(headings.cells)}"}
    return Rejected(record.line, ("row.cell_count",), values, record.cells)


def _unread_headings(headings: Headings) -> tuple[str, ...]:
    """Return the headings that name no known column."""
    return tuple(cell.strip() for cell, column in _pairs(headings) if not column and is_named(cell))


def column_notes(headings: Headings, body: Sequence[Record]) -> list[Note]:
    """Return a note of each kind that applies: `list.headings_joined` (headings of several rows), and about columns
    that are not read, `list.columns_unread` (unknown headings) and `list.columns_unnamed` (cells below no heading).
    """
    notes = []
    if headings.rows > 1:
        notes.append(Note("list.headings_joined", {"line": str(headings.line), "columns": ", ".join(headings.cells)}))
    if unread := _unread_headings(headings):
        notes.append(Note("list.columns_unread", {"columns": ", ".join(unread)}))
    unnamed = {at for at, cell in enumerate(headings.cells) if not cell.strip()}
    width = max((len(record.cells) for record in body if record.kinds), default=0)
    unnamed |= set(range(len(headings.cells), width))
    held = [at for at in sorted(unnamed) if any(record.cells[at : at + 1] not in ((), ("",)) for record in body)]
    if held:
        notes.append(Note("list.columns_unnamed", {"columns": ", ".join(map(_letter, held))}))
    return notes


def _letter(at: int) -> str:
    """Return the spreadsheet's name of the column at `at`, counted from 0: A, B, … Z, AA."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _shown(column: str, cell: str) -> str:
    """Return the text that a cell means, without the quotes or apostrophe that programs add to protect it."""
    if "'" not in cell and '"' not in cell:
        return cell
    if match := _QUOTED.fullmatch(cell):
        return (match[1] if match[1] is not None else match[2]).replace('""', '"')
    # Marks contain no quotes or apostrophes (MIL-STD-130N); around a remark they may be part of the text.
    if column in IDENTITY_COLUMNS and (match := _QUOTED_MARK.fullmatch(cell.strip())):
        return match[1] if match[1] is not None else match[2]
    return unguarded(cell)


def _pairs(headings: Headings) -> list[tuple[str, str]]:
    return list(zip(headings.cells, headings.columns, strict=True))


def is_named(heading: str) -> bool:
    """Return whether a heading has a text and is not one of `REJECTED_HEADINGS`."""
    return heading.strip() not in {"", *REJECTED_HEADINGS}
