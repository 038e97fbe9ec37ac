"""From an Excel workbook (.xlsx) to lines of cell texts. What a sheet computes or could run is refused, not evaluated.

openpyxl reads the format, row by row. Limits, held before and while reading: `MAX_UNPACKED_BYTES` of XML, `MAX_ROWS`
rows (what a sheet can hold), `MAX_COLUMNS` columns `MAX_CELL_CHARS` a cell.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from eum_app.domain.errors import Refusal
from eum_app.list_files.inventory_table import MAX_CELL_CHARS, Record

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_ROWS = 1_048_576
MAX_COLUMNS = 256

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"  # .xls, and workbooks under a password
_EXACT = 10**15  # a spreadsheet holds fifteen digits of a number
# What openpyxl and what it stands on raise for a damaged file; there is no common ancestor but Exception.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, RuntimeError),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError),
)


def is_workbook(data: bytes) -> bool:
    """Whether `data` begins as a workbook does, of whatever kind."""
    return data.startswith((_ZIP, _OLE))


class WorkbookReader:
    """The sheets of a workbook in memory. Use as a context manager.

    Raises Refusal `inventory.workbook_old` (.xls or under a password), `inventory.not_workbook`,
    `inventory.workbook_macros`, `inventory.zip_bomb` (bytes, limit).
    """

    def __init__(self, data: bytes) -> None:
        _look_inside(data)
        self._book = _opened(data)

    def __enter__(self) -> WorkbookReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that hold cells and are not hidden, in order."""
        return tuple(sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible")

    def records(self, sheet: str) -> Iterator[Record]:
        """The rows of `sheet` that are not blank, numbered as the sheet numbers them; dates as `2025-02-17`.

        Raises Refusal `inventory.sheet_unknown`, `inventory.workbook_formula` (sheet, cell), `inventory.too_many_rows`,
        `inventory.too_many_columns`, `inventory.cell_too_long`, `inventory.not_workbook`.
        """
        if sheet not in self.sheets:
            raise Refusal("inventory.sheet_unknown", sheet=sheet, sheets=self.sheets)
        source = self._book[sheet]
        source.reset_dimensions()  # a file may lie about its size
        rows = source.iter_rows()
        for line in count(1):
            try:
                row = next(rows, None)
            except _DAMAGE as error:
                raise Refusal("inventory.not_workbook", sheet=sheet, line=line) from error
            if row is None:
                return
            # Both are made up to the number that the file names: a far row or cell would go on for hours.
            if line > MAX_ROWS:
                raise Refusal("inventory.too_many_rows", sheet=sheet, limit=MAX_ROWS)
            if len(row) > MAX_COLUMNS:
                raise Refusal("inventory.too_many_columns", sheet=sheet, line=line, limit=MAX_COLUMNS)
            cells = tuple(_text(cell, sheet, line) for cell in row)
            if any(cell.strip() for cell in cells):
                yield Record(line, cells)


def _look_inside(data: bytes) -> None:
    if data.startswith(_OLE):
        raise Refusal("inventory.workbook_old")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise Refusal("inventory.not_workbook") from error
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names:
        raise Refusal("inventory.not_workbook")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal("inventory.workbook_macros")
    # zipfile never unpacks more of a part than its header says, so what the headers say is the most there can be.
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise Refusal("inventory.zip_bomb", bytes=unpacked, limit=MAX_UNPACKED_BYTES)


def _opened(data: bytes) -> Workbook:
    # 0.2 s, and only where somebody sends a workbook.
    import openpyxl  # noqa: PLC0415

    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")  # of features that a list does not need
    try:
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except _DAMAGE as error:
        raise Refusal("inventory.not_workbook") from error


def _text(cell: Any, sheet: str, line: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        # Its result was computed by somebody's program on somebody's day; a list states values.
        raise Refusal("inventory.workbook_formula", sheet=sheet, line=line, cell=cell.coordinate)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    text = str(value)
    if len(text) > MAX_CELL_CHARS:
        raise Refusal("inventory.cell_too_long", line=line, column=cell.column, chars=len(text), limit=MAX_CELL_CHARS)
    return text
