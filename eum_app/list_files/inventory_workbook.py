"""Turn an Excel workbook (.xlsx) into rows of cell texts, as the sheet shows them. Formulas are only marked.

openpyxl reads the format, one row element at a time, so that no row is skipped. Limits, checked before and while
reading: `MAX_UNPACKED_BYTES` of XML, `MAX_ROWS` rows (the most a sheet can hold), `MAX_COLUMNS` columns with content,
`MAX_CELL_CHARS` a cell, `MAX_STRINGS` texts, `MAX_STYLE_TAGS` and `MAX_SHEETS`, which took minutes without a limit.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from eum_app.domain.errors import Refusal
from eum_app.domain.list_cells import CellKind
from eum_app.list_files.inventory_table import MAX_CELL_CHARS, MAX_COLUMNS, Record
from eum_app.list_files.number_formats import shown_number, shown_text

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_UNPACKED_BYTES = 256 * 1024 * 1024  # a small .xlsx may unpack to any size
MAX_ROWS = 1_048_576  # Excel's own limit
MAX_STRINGS = 4_000_000  # different texts of all sheets; a million items have about three each
MAX_STYLE_TAGS = 400_000  # Excel allows 65,490 formats, each with a few parts
MAX_SHEETS = 1_000

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"  # .xls, and workbooks with a password
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml"  # ISO/IEC 29500-1, where .xlsx has a namespace of Microsoft
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ST_Xstring: ECMA-376 Part 1, 22.9.2.19
# Other kinds of zipped documents, recognized by a part that each of them has.
_OTHERS = (
    ("xl/workbook.bin", "inventory.workbook_binary"),
    ("content.xml", "inventory.workbook_opendocument"),
    ("Index/Document.iwa", "inventory.workbook_numbers"),
    ("Index.zip", "inventory.workbook_numbers"),
    ("word/document.xml", "inventory.workbook_document"),
)
# Errors of openpyxl and its libraries for a damaged file. Their only common base class is Exception. Among them are
# LookupError for an unknown encoding of XML, and NotImplementedError (a RuntimeError) for a ZIP version.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ParseError, EOFError, OSError, RuntimeError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError),
)


def is_workbook(data: bytes) -> bool:
    """Return whether `data` starts like a workbook of any kind: a zip archive, or a file of old Excel."""
    return data.startswith((_ZIP, _OLE))


class WorkbookReader:
    """The sheets of a workbook in memory. Use as a context manager.

    Raises Refusal `inventory.workbook_old` (.xls or with a password), `inventory.workbook_strict`, other
    `inventory.workbook_…` for other kinds of documents, `inventory.zipped`, `inventory.not_workbook`,
    `inventory.workbook_macros`, `inventory.zip_bomb` (bytes, limit), `inventory.workbook_parts` (limit).
    """

    def __init__(self, data: bytes) -> None:
        _look_inside(data)
        self._book, self._strings = _opened(data)

    def __enter__(self) -> WorkbookReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the visible worksheets, in order."""
        return tuple(sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible")

    @property
    def hidden(self) -> tuple[str, ...]:
        """Names of the hidden worksheets, in order. They are not read, since no one saw what they hold."""
        return tuple(sheet.title for sheet in self._book.worksheets if sheet.sheet_state != "visible")

    def records(self, sheet: str) -> list[Record]:
        """Return the rows of `sheet` that are not blank, with the sheet's row numbers and order; dates as `2025-02-17`.

        Cells are from column A to the last one with content. A formula is returned as its text, not its result.

        Raises Refusal `inventory.sheet_unknown`, `inventory.row_twice` (sheet, line), `inventory.cell_twice` (sheet,
        line, column), `inventory.too_many_rows`, `inventory.too_many_columns`, `inventory.cell_too_long`,
        `inventory.not_workbook`.
        """
        if sheet not in self.sheets:
            raise Refusal("inventory.sheet_unknown", sheet=sheet, sheets=self.sheets)
        found: dict[int, Record] = {}
        for line, cells in self._rows(sheet):
            if line > MAX_ROWS:
                raise Refusal("inventory.too_many_rows", sheet=sheet, limit=MAX_ROWS)
            try:
                record = self._record(sheet, line, cells)
            except _DAMAGE as error:
                raise Refusal("inventory.not_workbook", sheet=sheet, line=line) from error
            if record is None:
                continue
            if line in found:
                raise Refusal("inventory.row_twice", sheet=sheet, line=line)
            found[line] = record
        # Files may hold rows in any order; Excel shows them by number.
        return [found[line] for line in sorted(found)]

    def _rows(self, sheet: str) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield every row element of the file. openpyxl's own reader skips rows that are out of order."""
        from openpyxl.worksheet._reader import WorkSheetParser  # noqa: PLC0415

        book, line = self._book, 0
        try:
            with book._archive.open(book[sheet]._worksheet_path) as source:
                parser = WorkSheetParser(
                    source,
                    self._strings,
                    epoch=book.epoch,
                    date_formats=book._date_formats,
                    timedelta_formats=book._timedelta_formats,
                )
                for line, cells in parser.parse():
                    yield line, cells
        except _DAMAGE as error:
            raise Refusal("inventory.not_workbook", sheet=sheet, line=line + 1) from error

    def _record(self, sheet: str, line: int, cells: list[dict[str, Any]]) -> Record | None:
        held: dict[int, tuple[str, CellKind]] = {}
        for cell in cells:
            column = cell["column"]
            if cell["value"] is None:
                continue
            if cell["row"] != line:
                raise Refusal("inventory.not_workbook", sheet=sheet, line=line)
            text, kind = self._shown(cell)
            if len(text) > MAX_CELL_CHARS:
                raise Refusal(
                    "inventory.cell_too_long", line=line, column=column, chars=len(text), limit=MAX_CELL_CHARS
                )
            if not text.strip():
                continue
            if column in held:
                raise Refusal("inventory.cell_twice", sheet=sheet, line=line, column=column)
            if column > MAX_COLUMNS:
                raise Refusal("inventory.too_many_columns", sheet=sheet, line=line, limit=MAX_COLUMNS)
            held[column] = (text, kind)
        if not held:
            return None
        row = [held.get(column, ("", "")) for column in range(1, max(held) + 1)]
        return Record(line, tuple(text for text, _ in row), tuple(kind for _, kind in row))

    def _shown(self, cell: dict[str, Any]) -> tuple[str, CellKind]:
        """Return the text that a cell shows, and the kind of its content."""
        value, kind = cell["value"], cell["data_type"]
        shown: tuple[str, CellKind]
        if kind == "f":
            shown = _formula(value), "formula"
        elif isinstance(value, bool):
            shown = str(value).upper(), "number"
        elif isinstance(value, datetime):
            is_day = value.time() == datetime.min.time()
            shown = value.date().isoformat() if is_day else value.isoformat(sep=" "), "date"
        elif isinstance(value, date):
            shown = value.isoformat(), "date"
        elif isinstance(value, int | float):
            text, is_all = shown_number(value, self._format(cell["style_id"]))
            shown = text, "number" if is_all else "number_format"
        elif isinstance(value, str):
            text = _ESCAPED.sub(_unescaped, value)
            shown = shown_text(text, self._format(cell["style_id"])), "" if kind == "e" else "text"
        else:  # a time of day, or a length of time
            shown = str(value), "date"
        return shown

    def _format(self, style_id: int) -> str:
        """Return the number format of a style. Raises IndexError if the file has no such style."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE  # noqa: PLC0415

        number = self._book._cell_styles[style_id].numFmtId
        if number < BUILTIN_FORMATS_MAX_SIZE:
            return str(BUILTIN_FORMATS.get(number, "General"))
        return str(self._book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])


def _look_inside(data: bytes) -> None:
    if data.startswith(_OLE):
        raise Refusal("inventory.workbook_old")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except _DAMAGE as error:
        raise Refusal("inventory.not_workbook") from error
    names = {part.filename for part in parts}
    for part_name, code in _OTHERS:
        if part_name in names:
            raise Refusal(code)
    if "[Content_Types].xml" not in names:
        if names and all(name.lower().endswith((".csv", ".txt", ".xlsx", "/")) for name in names):
            raise Refusal("inventory.zipped", name=min(names))
        raise Refusal("inventory.not_workbook")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refusal("inventory.workbook_macros")
    # zipfile never unpacks more of a part than its header says, so the sum of the headers is an upper bound.
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise Refusal("inventory.zip_bomb", bytes=unpacked, limit=MAX_UNPACKED_BYTES)


def _opened(data: bytes) -> tuple[Workbook, list[str]]:
    """Return the workbook and its shared strings exactly as stored."""
    # These imports take 0.2 s, which only people who read a workbook should pay.
    from openpyxl.cell.text import Text  # noqa: PLC0415
    from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader  # noqa: PLC0415
    from openpyxl.xml.constants import SHEET_MAIN_NS  # noqa: PLC0415
    from openpyxl.xml.functions import iterparse  # noqa: PLC0415

    class Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
        """Reads shared strings unchanged; openpyxl undoes only half of an escape and leaves the rest as text."""

        def read_strings(self) -> None:
            part = self.package.find(SHARED_STRINGS)
            if part is None:
                return
            with self.archive.open(part.PartName[1:]) as source:
                for _, node in iterparse(source):
                    if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                        if len(self.shared_strings) == MAX_STRINGS:
                            raise Refusal("inventory.workbook_parts", limit=MAX_STRINGS)
                        self.shared_strings.append(Text.from_tree(node).content)
                        node.clear()

        def read_worksheets(self) -> None:
            if len(self.parser.sheets) > MAX_SHEETS:
                raise Refusal("inventory.workbook_parts", limit=MAX_SHEETS)
            super().read_worksheets()

    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")  # about features that lists do not need
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names and _STRICT in archive.read("xl/workbook.xml"):
                raise Refusal("inventory.workbook_strict")
            # openpyxl reads styles from this part only, and builds an object for each tag.
            if "xl/styles.xml" in names and archive.read("xl/styles.xml").count(b"<") > MAX_STYLE_TAGS:
                raise Refusal("inventory.workbook_parts", limit=MAX_STYLE_TAGS)
        reader = Reader(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        reader.read()
    except _DAMAGE as error:
        raise Refusal("inventory.not_workbook") from error
    return reader.wb, reader.shared_strings


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)  # half of a surrogate pair


def _formula(value: Any) -> str:
    """Return the text of a formula: plain, or of an array or a data table."""
    return str(value if isinstance(value, str) else getattr(value, "text", None) or "=")
