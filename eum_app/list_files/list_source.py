"""Read the rows of a list file (CSV or .xlsx) of any layout, and note what in the file was not read as a row.

Lists of items, claims and filled worklists share this reader. It names lines inside an unclosed quote, sheets and
columns that are not read, and an encoding that was guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from eum_app.domain.authorizations import parse_fms_case
from eum_app.domain.errors import Refusal
from eum_app.domain.items import clean
from eum_app.domain.list_cells import IDENTITY_COLUMNS, MAY_BREAK, CellKind
from eum_app.domain.list_dates import DateOrder
from eum_app.list_files.headings import Headings, Layout, find_delimiter, find_headings
from eum_app.list_files.inventory_table import (
    DELIMITERS,
    GUESSED,
    MAX_FILE_BYTES,
    Record,
    cells_of_line,
    csv_records,
    decode,
    physical_lines,
    unguarded,
)
from eum_app.list_files.inventory_workbook import is_workbook
from eum_app.list_files.plain_file import read_plain

# Headings of the first two columns in a file of rejected rows. They are skipped when the file is read again.
REJECTED_HEADINGS = ("Refused: line", "Refused: reasons")
_WORD = re.compile(r"[^\s,;|\"]+")
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


def read_source(path: Path, wanted: Profile, layout: Layout, limit: int | None = None) -> Source:
    """Read the rows of `path`, whatever they mean. Whether it is CSV or .xlsx is decided by its contents.

    `limit` is in bytes, `MAX_FILE_BYTES` if None. Of a workbook, one sheet is read: the one named, else the only one
    with the headings; the others are in the notes. A workbook is read in a child process. Raises Refusal as
    `read_plain` does, `inventory.no_rows`, `inventory.profile`, and as `read_in_child`, `inventory_table`, `headings`
    and `inventory_workbook` do for files that are not lists.
    """
    _check(wanted, layout)
    data = read_plain(path, limit or MAX_FILE_BYTES)
    sha384 = hashlib.sha384(data).hexdigest()
    if is_workbook(data):
        from eum_app.list_files.workbook_source import read_in_child  # noqa: PLC0415 - it returns a Source

        source = read_in_child(data, sha384, wanted, layout)
    else:
        source = _csv(data, sha384, wanted, layout)
    if not source.records and not source.swallowed:
        raise Refusal("inventory.no_rows", line=source.headings.line, found=source.headings.cells)
    return source


def misfit(headings: Headings, record: Record) -> Rejected | None:
    """Return the rejection of a row with more or fewer cells than headings, or None.

    Its cells may be in wrong columns.
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


def _csv(data: bytes, sha384: str, wanted: Profile, layout: Layout) -> Source:
    text, encoding = decode(data, wanted.encoding)
    delimiter = wanted.delimiter or find_delimiter(text, layout, wanted.columns)
    records = list(csv_records(text, delimiter))
    headings = find_headings(records, layout, wanted.columns)
    first = next(at for at, record in enumerate(records) if record.line == headings.line)
    body = records[first + headings.rows :]
    kept, swallowed, notes = _split_swallowed(text, delimiter, headings, body, layout)
    is_guess = encoding == GUESSED and wanted.encoding is None and not data.isascii()
    # The example is a word with a non-ASCII letter, where a wrong guess would be visible.
    if is_guess and (example := next((word for word in _WORD.findall(text) if not word.isascii()), "")):
        notes.insert(0, Note("list.encoding_guessed", {"encoding": encoding, "example": example[:40]}))
    return Source(
        profile=Profile(encoding=encoding, delimiter=delimiter),
        sha384=sha384,
        headings=headings,
        records=kept,
        swallowed=tuple(swallowed),
        notes=(*notes, *column_notes(headings, kept)),
    )


def _split_swallowed(
    text: str, delimiter: str, headings: Headings, body: list[Record], layout: Layout
) -> tuple[list[Record], list[Rejected], list[Note]]:
    """Reject lines that are inside one cell if any of them is a row by itself.

    Old programs do not double their quotes: a remark begins with one and a later one ends with one, so the items
    between become text of that remark. Cells that may be a remark over several lines are kept, with a note.
    """
    kept: list[Record] = []
    swallowed: list[Rejected] = []
    joined: list[Record] = []
    lines: list[str] = []
    for record in body:
        if record.end <= record.line:
            kept.append(record)
            continue
        lines = lines or physical_lines(text)
        within = range(record.line, record.end + 1)
        # A line break in any other column already rejects the row.
        is_let_through = all(
            column in MAY_BREAK or not column
            for column, cell in zip(headings.columns, record.cells, strict=False)
            if "\n" in cell.strip() or "\r" in cell.strip()
        )
        if is_let_through and any(
            _is_row(cells_of_line(lines[line - 1], delimiter), headings, layout) for line in within[1:]
        ):
            values = {"row.quote_open": f"{record.line}–{record.end}"}
            for line in within:
                if lines[line - 1].strip():
                    cells = cells_of_line(lines[line - 1], delimiter)
                    swallowed.append(Rejected(line, ("row.quote_open",), values, cells))
        else:
            kept.append(record)
            joined.append(record)
    notes = []
    if joined:
        extra = sum(record.end - record.line for record in joined)
        places = ", ".join(f"{record.line}–{record.end}" for record in joined[:5])
        values = {"lines": str(extra + len(joined)), "rows": str(len(joined)), "places": places}
        notes.append(Note("list.lines_joined", values))
    return kept, swallowed, notes


def _is_row(cells: Sequence[str], headings: Headings, layout: Layout) -> bool:
    """Return whether one line by itself is a row.

    It is if its case is valid; in lists without required cases, if it has as many cells as headings and all required
    ones are filled.
    """
    held = dict(zip(headings.columns, (cell.strip() for cell in cells), strict=False))
    if "case_id" in layout.required:
        try:
            parse_fms_case(held.get("case_id", ""))
        except Refusal:
            return False
        return True
    return len(cells) == len(headings.cells) and all(held.get(column) for column in layout.required)


def column_notes(headings: Headings, body: Sequence[Record]) -> list[Note]:
    """Return notes about columns that are not read: unknown headings, and cells below no heading."""
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


def _check(profile: Profile, layout: Layout) -> None:
    if profile.delimiter is not None and profile.delimiter not in DELIMITERS:
        raise Refusal("inventory.profile", field="delimiter", value=profile.delimiter)
    for column in profile.columns.values():
        if column and column not in layout.columns:
            raise Refusal("inventory.profile", field="columns", value=column)


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
