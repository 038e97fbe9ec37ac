"""From a file to lines of cell texts: encoding, delimiter, heading row. Knows nothing of what the cells mean.

Limits: `MAX_FILE_BYTES` a file, `MAX_CELL_CHARS` a cell, headings within the first `HEADING_ROWS` rows that are not
blank. The csv module reads the format, strictly; what it refuses comes back as a Refusal that names the line.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice

import msgspec

from assets import asset
from eum_app.domain.errors import Refusal

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_CELL_CHARS = 32_767  # what a spreadsheet cell can hold
HEADING_ROWS = 20
DELIMITERS = (",", ";", "\t", "|")
# Detected are the first two; the others only when a profile says so, for any bytes read as them.
ENCODINGS = ("utf-8", "cp1252", "utf-8-sig", "cp1250", "cp1251", "utf-16")

_SAMPLE_CHARS = 1_000_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_LINE_END = re.compile("\r\n|\r|\n")
# The csv module says what is wrong in English only; each sentence it can say in strict mode, and our code for it.
_CSV_ERRORS = (
    ("unexpected end of data", "inventory.quote_unclosed"),
    ("expected after", "inventory.quote_stray"),
    ("field limit", "inventory.cell_too_long"),
    ("new-line character", "inventory.line_end_stray"),
)


class Layout(msgspec.Struct, frozen=True):
    """What a kind of list has: its canonical `columns`, those that hold dates, those without which it is none (all of
    `required`, one of `required_one_of`), and `reference`, the shipped file of the headings that name them."""

    reference: str
    columns: tuple[str, ...]
    date_columns: tuple[str, ...]
    required: tuple[str, ...]
    required_one_of: tuple[str, ...] = ()

    def missing(self, columns: Collection[str]) -> tuple[str, ...]:
        """The required columns that are not among `columns`."""
        missing = [column for column in self.required if column not in columns]
        if self.required_one_of and not any(column in columns for column in self.required_one_of):
            missing.append(self.required_one_of[0])
        return tuple(missing)


class Record(msgspec.Struct, frozen=True):
    """One row as it stands in the file: `line` it begins on (1-based) and its cells."""

    line: int
    cells: tuple[str, ...]


class Headings(msgspec.Struct, frozen=True):
    """Where the heading row stands and which canonical column each of its cells is ("" = a column that is not read)."""

    line: int
    cells: tuple[str, ...]
    columns: tuple[str, ...]


def decode(data: bytes, encoding: str | None) -> tuple[str, str]:
    """The text of `data` and the encoding it was read in: UTF-8 if it is that, else Windows-1252, unless one is named.

    Raises Refusal `inventory.empty`, `inventory.encoding` (line, found), `inventory.encoding_unknown`,
    `inventory.nul_byte` and `inventory.not_text` (line, column).
    """
    if not data.strip():
        raise Refusal("inventory.empty")
    if encoding is not None and encoding not in ENCODINGS:
        raise Refusal("inventory.encoding_unknown", encoding=encoding, known=ENCODINGS)
    if encoding is None and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if data.startswith(b"\xef\xbb\xbf") and encoding in {None, "utf-8"}:
        encoding = "utf-8-sig"
    text = ""
    for candidate in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            text, encoding = data.decode(candidate), candidate
            break
        except UnicodeDecodeError as error:
            line, failure = data.count(b"\n", 0, error.start) + 1, error
    else:
        raise Refusal("inventory.encoding", line=line, encoding=failure.encoding)
    if not text.strip():
        raise Refusal("inventory.empty")
    if match := _CONTROL.search(text):
        before = _LINE_END.split(text[: match.start()])
        code = "inventory.nul_byte" if match[0] == "\x00" else "inventory.not_text"
        raise Refusal(code, line=len(before), column=len(before[-1]) + 1)
    return text, encoding or ""


def csv_records(text: str, delimiter: str) -> Iterator[Record]:
    """The rows of `text` that are not blank. Blank lines and rows of empty cells are passed over but counted.

    Raises Refusal `inventory.quote_unclosed`, `inventory.quote_stray`, `inventory.line_end_stray`,
    `inventory.csv_syntax` or `inventory.cell_too_long`, each with the `line` that the row begins on.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
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
        if any(cell.strip() for cell in cells):
            yield Record(line, tuple(cells))


def find_delimiter(text: str, layout: Layout, columns: Mapping[str, str]) -> str:
    """The delimiter under which the most headings are known; "," where none are."""
    return max(DELIMITERS, key=lambda delimiter: _known_headings(text, delimiter, layout, columns))


def find_headings(records: Iterator[Record], layout: Layout, columns: Mapping[str, str]) -> Headings:
    """The first row with every required heading; reading stops right behind it. `columns` goes before the shipped list.

    Raises Refusal `inventory.headings_missing` (missing, line and found of the row that comes nearest) or
    `inventory.heading_duplicate` (column, headings, found: the whole row).
    """
    nearest: Headings | None = None
    for record in islice(records, HEADING_ROWS):
        found = columns_of(record.cells, layout, columns)
        headings = Headings(record.line, record.cells, found)
        if not layout.missing(found):
            _refuse_duplicates(headings)
            return headings
        if nearest is None or sum(map(bool, found)) > sum(map(bool, nearest.columns)):
            nearest = headings
    if nearest is None:
        raise Refusal("inventory.empty")
    missing = layout.missing(nearest.columns)
    raise Refusal("inventory.headings_missing", line=nearest.line, missing=missing, found=nearest.cells)


def columns_of(headings: Sequence[str], layout: Layout, columns: Mapping[str, str]) -> tuple[str, ...]:
    """The canonical column of each heading: as `columns` says ("" = left out), else by the shipped list where no other
    heading was given that column; "" if unknown."""
    given = {columns[cell.strip()] for cell in headings if cell.strip() in columns}
    found: list[str] = []
    for cell in headings:
        named = columns.get(cell.strip())
        guess = _known_columns(layout.reference).get(_folded(cell), "")
        found.append(named if named is not None else "" if guess in given else guess)
    return tuple(found)


def _refuse_duplicates(headings: Headings) -> None:
    for column in headings.columns:
        if column and headings.columns.count(column) > 1:
            same = [cell for cell, known in zip(headings.cells, headings.columns, strict=True) if known == column]
            raise Refusal(
                "inventory.heading_duplicate", line=headings.line, column=column, headings=same, found=headings.cells
            )


def _known_headings(text: str, delimiter: str, layout: Layout, columns: Mapping[str, str]) -> int:
    most = 0
    # A row that cannot be read ends the looking: what was known before it counts.
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
