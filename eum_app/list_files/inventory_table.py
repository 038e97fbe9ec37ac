"""Turn the bytes of a CSV file into rows of cell texts: encoding, quotes, lines. What cells mean is not judged here.

Limits: `MAX_FILE_BYTES` a file, `MAX_COLUMNS` with content and `MAX_ROW_CHARS` a row, `MAX_CELL_CHARS` a cell. The csv
module parses the format in strict mode; its errors become a Refusal that names the line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from eum_app.domain.errors import Refusal
from eum_app.domain.list_cells import CellKind

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_CELL_CHARS = 32_767  # what a spreadsheet cell can hold
MAX_COLUMNS = 256
"""Most columns with content, in a CSV and in a workbook."""
MAX_ROW_CHARS: Final = MAX_COLUMNS * MAX_CELL_CHARS
DELIMITERS = (",", ";", "\t", "|")
# Spreadsheets run cells that start with one of these. An apostrophe in front stops that; reading removes it.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
ENCODINGS: Final = (
    *("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp1258", "cp874", "cp932", "cp936", "gb18030", "cp949", "cp950", "cp866", "koi8_u", "mac_roman", "mac_cyrillic"),
)
"""Unicode, and the code pages in which Windows (and old Macs and DOS) of partner nations save a CSV.

UTF-8, and UTF-16 with a byte order mark, are detected. Other bytes are read as cp1252 unless a profile names another.
"""
GUESSED: Final = "cp1252"

csv.field_size_limit(2**31 - 1)
"""As `reports.formats.csv_file` sets it, so that no refusal depends on which modules were imported. `MAX_CELL_CHARS`
limits a cell."""

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_LINE_END = re.compile("\r\n|\r|\n")
# The csv module has no error codes. These are parts of its messages in strict mode, with our code for each.
_CSV_ERRORS = (
    ("unexpected end of data", "inventory.quote_unclosed"),
    ("expected after", "inventory.quote_stray"),
    ("field limit", "inventory.cell_too_long"),
    ("new-line character", "inventory.line_end_stray"),
)


def guarded(cell: str) -> str:
    """Return `cell`, with an apostrophe in front if a spreadsheet would run it; `unguarded` removes it."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def unguarded(cell: str) -> str:
    """Return `cell` without the apostrophe that `guarded`, or another program, put in front of it."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA_STARTS) else cell


class Record(msgspec.Struct, frozen=True):
    """One row of the file: the `line` it starts on (from 1), its cells, and its last line (0 for a workbook's rows).

    `kinds` are the cell kinds of a workbook; a CSV has none.
    """

    line: int
    cells: tuple[str, ...]
    kinds: tuple[CellKind, ...] = ()
    end: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds a visible character."""
        return not any(cell.strip() for cell in self.cells)


def decode(data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of `data` without a byte order mark, and its encoding.

    It is the one named (`utf-8` becomes `utf-8-sig` where there is a mark), else UTF-16 by its mark, else UTF-8 if that
    is valid, else Windows-1252. Raises Refusal `inventory.empty` (also blanks only), `inventory.encoding` (line,
    encoding; also text that is UTF-8 but for a few bytes), `inventory.encoding_unknown` (not in `ENCODINGS`),
    `inventory.nul_byte` and `inventory.not_text` (line, column).
    """
    if not data.strip():
        raise Refusal("inventory.empty")
    if encoding is not None and encoding not in ENCODINGS:
        raise Refusal("inventory.encoding_unknown", encoding=encoding, known=", ".join(ENCODINGS))
    if encoding is None and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if data.startswith(b"\xef\xbb\xbf") and encoding in {None, "utf-8"}:
        encoding = "utf-8-sig"
    text = ""
    for candidate in (encoding,) if encoding else ("utf-8", GUESSED):
        try:
            text, encoding = data.decode(candidate), candidate
            break
        except UnicodeDecodeError as error:
            line, failure = data.count(b"\n", 0, error.start) + 1, error
            if candidate == "utf-8" and _is_mostly_utf8(data):
                raise Refusal("inventory.encoding", line=line, encoding="utf-8") from error
    else:
        raise Refusal("inventory.encoding", line=line, encoding=failure.encoding)
    if not text.strip():
        raise Refusal("inventory.empty")
    if match := _CONTROL.search(text):
        before = _LINE_END.split(text[: match.start()])
        code = "inventory.nul_byte" if match[0] == "\x00" else "inventory.not_text"
        raise Refusal(code, line=len(before), column=len(before[-1]) + 1)
    return text, encoding or ""


def _is_mostly_utf8(data: bytes) -> bool:
    """Return whether most non-ASCII characters are valid UTF-8. A broken one is then damage, not another encoding."""
    replaced = data.decode("utf-8", "replace")
    broken = replaced.count("\ufffd")
    return sum(1 for char in replaced if char > "\x7f") > 2 * broken


def csv_records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield the rows of `text` that are not blank; blank rows count for the line numbers.

    Quotes after a delimiter and spaces also start a quoted cell, if the whole text can be read in that way.

    Raises Refusal `inventory.quote_unclosed`, `inventory.quote_stray`, `inventory.line_end_stray`,
    `inventory.csv_syntax`, `inventory.cell_too_long`, `inventory.row_too_long` or `inventory.too_many_columns`, each
    with the `line` that the row starts on. Empty cells beyond `MAX_COLUMNS` are left out.
    """
    if f'{delimiter} "' in text or (f"{delimiter}  " in text and re.search(rf'{re.escape(delimiter)} +"', text)):
        try:
            found = list(_csv_records(text, delimiter, skip_blanks=True))
        except Refusal:
            pass
        else:
            yield from found
            return
    yield from _csv_records(text, delimiter, skip_blanks=False)


def physical_lines(text: str) -> list[str]:
    """Return the lines of `text`, split where the csv module splits them; the last is empty after a final line end."""
    return _LINE_END.split(text)


def cells_of_line(line: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of one line by itself, with its quotes unchanged."""
    return tuple(line.split(delimiter))


def _csv_records(text: str, delimiter: str, *, skip_blanks: bool) -> Iterator[Record]:
    taken = 0

    def lines() -> Iterator[str]:
        # A row is bounded before it is split: one of delimiters alone would take thirty times its size.
        nonlocal taken
        for one in io.StringIO(text, newline=""):
            taken += len(one)
            if taken > MAX_ROW_CHARS:
                raise Refusal("inventory.row_too_long", line=line, limit=MAX_ROW_CHARS)
            yield one

    reader = csv.reader(lines(), delimiter=delimiter, strict=True, skipinitialspace=skip_blanks)
    while True:
        line, taken = reader.line_num + 1, 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = next((code for words, code in _CSV_ERRORS if words in str(error)), "inventory.csv_syntax")
            raise Refusal(code, line=line) from error
        for number, cell in enumerate(cells, 1):
            if len(cell) > MAX_CELL_CHARS:
                raise Refusal(
                    "inventory.cell_too_long", line=line, column=number, chars=len(cell), limit=MAX_CELL_CHARS
                )
        if any(map(str.strip, cells[MAX_COLUMNS:])):
            raise Refusal("inventory.too_many_columns", line=line, limit=MAX_COLUMNS)
        record = Record(line, tuple(cells[:MAX_COLUMNS]), end=reader.line_num)
        if not record.is_blank:
            yield record
