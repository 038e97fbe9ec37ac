"""Read the rows of a list file (CSV or .xlsx) of any layout, and note what in the file was not read as a row.

Lists of items, claims and filled worklists share this reader. It names lines inside an unclosed quote, sheets and
columns that are not read, and an encoding that was guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from eum_app.domain.authorizations import parse_fms_case
from eum_app.domain.errors import Refusal
from eum_app.domain.list_cells import MAY_BREAK
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
)
from eum_app.list_files.inventory_workbook import is_workbook
from eum_app.list_files.plain_file import read_plain
from eum_app.list_files.source import Note, Profile, Rejected, Source, column_notes
from eum_app.list_files.workbook_source import read_in_child

_WORD = re.compile(r"[^\s,;|\"]+")


def read_source(path: Path, wanted: Profile, layout: Layout, limit: int | None = None) -> Source:
    """Read the rows of `path`, whatever they mean. Whether it is CSV or .xlsx is decided by its contents.

    `limit` is in bytes, `MAX_FILE_BYTES` if None. Of a workbook, one sheet is read: the one named, else the only one
    with the headings; the others are in the notes. A workbook is read in a child process. Raises Refusal as
    `read_plain` does, `inventory.no_rows`, `inventory.profile` (an unknown delimiter or column), and as `decode`,
    `csv_records`, `find_headings` and `read_in_child` do for files that are not lists; Trouble
    `task.child_not_started`.
    """
    _check(wanted, layout)
    data = read_plain(path, limit or MAX_FILE_BYTES)
    sha384 = hashlib.sha384(data).hexdigest()
    source = (read_in_child if is_workbook(data) else _csv)(data, sha384, wanted, layout)
    if not source.records and not source.swallowed:
        raise Refusal("inventory.no_rows", line=source.headings.line, found=source.headings.cells)
    return source


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


def _check(profile: Profile, layout: Layout) -> None:
    if profile.delimiter is not None and profile.delimiter not in DELIMITERS:
        raise Refusal("inventory.profile", field="delimiter", value=profile.delimiter)
    for column in profile.columns.values():
        if column and column not in layout.columns:
            raise Refusal("inventory.profile", field="columns", value=column)
