"""Workbooks for people: a cover sheet, then one sheet for each table, with real dates, frozen headings and filters.

Text in a table is always written as text, never as a number, a formula or a link. Rows are streamed
(`constant_memory`). XlsxWriter's temporary files go to the report's folder, so no data reaches the system's temporary
folder.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from eum_app.domain.clock import date_of, instant_of, instant_words
from eum_app.domain.errors import Refusal
from eum_app.reports.model import Cover, Document, Part, Table

MAX_ROWS: Final = 1_048_575
"""Rows that a sheet can hold below one row of headings (ECMA-376; Excel's limits)."""
MAX_CELL_CHARS: Final = 32_767  # Excel's own limit
COVER: Final = "Cover"
FIRST_TABLE: Final = "xl/worksheets/sheet2.xml"
"""Path of the second sheet, the one after the cover, in XlsxWriter's files."""
FIRST_YEAR: Final = 1900  # Excel counts days from 1900
_FONT: Final = "Calibri"


def write(report: Document, folder: Path, name: str) -> list[Part]:
    """Write the report as `name` into `folder`, replacing an existing file. Returns it as the only part.

    Dates and instants that a sheet cannot hold, such as those before 1900, are written as text. On the cover, a text
    over `MAX_CELL_CHARS` continues in the rows below. Raises Refusal `report.too_many_rows` (rows, limit) or
    `report.cell_too_long` (row, chars, limit), OSError, and ValueError for a count that holds other characters than
    digits.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    for table in report.tables:
        if table.total > MAX_ROWS:
            raise Refusal("report.too_many_rows", rows=table.total, limit=MAX_ROWS)
    workbook = xlsxwriter.Workbook(str(folder / name), {"constant_memory": True, "tmpdir": str(folder)})
    try:
        formats = _Formats(workbook)
        workbook.set_properties({"title": report.cover.title, "subject": report.cover.subject, "author": ""})
        cover = workbook.add_worksheet(COVER)
        sheets = [workbook.add_worksheet(table.title[:31]) for table in report.tables]
        _write_cover(cover, report.cover, formats)
        for sheet, table in zip(sheets, report.tables, strict=True):
            _write_table(sheet, table, report.cover, formats)
        workbook.close()
    except FileCreateError as error:
        _let_go(workbook)
        raise error.args[0] from error  # the OSError that XlsxWriter wrapped
    except BaseException:
        _let_go(workbook)
        raise
    return [Part(name)]


def _let_go(workbook: Any) -> None:
    """Close the temporary files that XlsxWriter leaves open on failure.

    Windows could not delete their folder otherwise.
    """
    for writer in (*workbook.worksheets(), workbook):
        for handle in (getattr(writer, "row_data_fh", None), writer.fh):
            if handle is not None:
                with contextlib.suppress(OSError):
                    handle.close()


class _Formats:
    """Cell formats, created once for each workbook."""

    def __init__(self, workbook: Any) -> None:
        base = {"font_name": _FONT, "font_size": 10, "valign": "top"}
        self.text = workbook.add_format({**base, "num_format": "@"})
        self.wrapped = workbook.add_format({**base, "num_format": "@", "text_wrap": True})
        self.date = workbook.add_format({**base, "num_format": "yyyy-mm-dd", "align": "left"})
        self.instant = workbook.add_format({**base, "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self.count = workbook.add_format({**base, "num_format": "#,##0"})
        self.figure = workbook.add_format({**base, "num_format": "#,##0", "align": "left"})  # among words
        self.heading = workbook.add_format(
            {**base, "bold": True, "bg_color": "#DCE3EA", "bottom": 1, "text_wrap": True}
        )
        self.marking = workbook.add_format(
            {**base, "bold": True, "font_size": 14, "font_color": "#FFFFFF", "bg_color": "#502B85", "align": "center"}
        )
        self.title = workbook.add_format({**base, "bold": True, "font_size": 16})
        self.section = workbook.add_format({**base, "bold": True, "font_size": 11, "bottom": 1})
        self.label = workbook.add_format({**base, "font_color": "#44515C"})
        self.alarm = workbook.add_format({**base, "bold": True, "font_color": "#9C1C1C", "text_wrap": True})


def _write_cover(sheet: Any, cover: Cover, formats: _Formats) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 104)
    _dress(sheet, cover)
    sheet.set_portrait()
    row = 0

    def line(label: str, value: str | int, look: Any = None) -> None:
        nonlocal row
        if isinstance(value, int):
            sheet.write_number(row, 1, value, formats.figure)
        texts = [] if isinstance(value, int) else _in_cells(value)
        for label_cell, cell in zip_longest(_in_cells(label), texts):
            if label_cell:
                sheet.write_string(row, 0, label_cell, formats.label)
            if cell is not None:
                sheet.write_string(row, 1, cell, look or formats.wrapped)
            row += 1

    def banner(text: str, look: Any) -> None:
        nonlocal row
        sheet.write_string(row, 0, text, look)
        sheet.write_blank(row, 1, None, look)
        row += 1

    banner(cover.marking, formats.marking)
    sheet.set_row(row, 24)
    sheet.write_string(row, 0, cover.title, formats.title)
    row += 1
    line("", cover.subject)
    for label, value in (
        ("Data as of", instant_words(cover.as_of)),
        ("Made by", f"{cover.made_by} at {cover.made_at_store}"),
        *cover.designation.items(),
    ):
        line(label, value)
    line("Reconciliation", cover.reconciliation, None if cover.is_reconciled else formats.alarm)
    for section in cover.sections:
        row += 1
        banner(section.title, formats.section)
        for name, said in section.lines:
            line(name, said)
    row += 1
    banner(cover.marking, formats.marking)


def _in_cells(text: str) -> list[str]:
    """Split a text into parts that fit into one cell each; XlsxWriter would drop a longer text without an error."""
    return [text[at : at + MAX_CELL_CHARS] for at in range(0, len(text), MAX_CELL_CHARS)] or [""]


def _write_table(sheet: Any, table: Table, cover: Cover, formats: _Formats) -> None:
    _dress(sheet, cover)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(1, table.total), len(table.columns) - 1)
    for at, column in enumerate(table.columns):
        zone = " (UTC)" if column.kind == "instant" else ""
        sheet.write_string(0, at, column.heading + zone, formats.heading)
    write_cell: dict[str, Callable[[int, int, str], None]] = {
        "text": _text_writer(sheet, formats),
        "code": _text_writer(sheet, formats),
        "date": _date_writer(sheet, formats),
        "instant": _instant_writer(sheet, formats),
        "count": _count_writer(sheet, formats),
    }
    writers = [write_cell[column.kind] for column in table.columns]
    for number, row in enumerate(table.rows, start=1):
        for at, cell in enumerate(row):
            if cell:
                writers[at](number, at, cell)


def _dress(sheet: Any, cover: Cover) -> None:
    """Set up printing: landscape, one page wide, the marking at the top and bottom of each page."""
    sheet.set_landscape()
    sheet.set_paper(1)  # Letter
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C&B{cover.marking}&R{cover.title.replace('&', '&&')}")
    sheet.set_footer(f"&C&B{cover.marking}&RPage &P of &N")


def _text_writer(sheet: Any, formats: _Formats) -> Callable[[int, int, str], None]:
    def write_text(row: int, at: int, cell: str) -> None:
        if len(cell) > MAX_CELL_CHARS:
            raise Refusal("report.cell_too_long", row=row, chars=len(cell), limit=MAX_CELL_CHARS)
        sheet.write_string(row, at, cell, formats.text)

    return write_text


def _date_writer(sheet: Any, formats: _Formats) -> Callable[[int, int, str], None]:
    write_text = _text_writer(sheet, formats)
    known: dict[str, date | None] = {}

    def write_date(row: int, at: int, cell: str) -> None:
        if cell not in known:
            known[cell] = _date(cell)
        if (value := known[cell]) is None:
            write_text(row, at, cell)
        else:
            sheet.write_datetime(row, at, value, formats.date)

    return write_date


def _instant_writer(sheet: Any, formats: _Formats) -> Callable[[int, int, str], None]:
    write_text = _text_writer(sheet, formats)

    def write_instant(row: int, at: int, cell: str) -> None:
        if (value := _instant(cell)) is None:
            write_text(row, at, cell)
        else:
            sheet.write_datetime(row, at, value, formats.instant)

    return write_instant


def _count_writer(sheet: Any, formats: _Formats) -> Callable[[int, int, str], None]:
    def write_count(row: int, at: int, cell: str) -> None:
        sheet.write_number(row, at, int(cell), formats.count)

    return write_count


def _date(cell: str) -> date | None:
    """Return the date if a sheet can hold it (from 1900, where its calendar begins), else None."""
    value = date_of(cell)
    return value if value and value.year >= FIRST_YEAR else None


def _instant(cell: str) -> datetime | None:
    """Return the instant without its zone (sheets have no time zones; the heading says UTC), or None before 1900."""
    value = instant_of(cell)
    return value.replace(tzinfo=None) if value and value.year >= FIRST_YEAR else None


def count_rows(path: Path) -> int:
    """Count the rows below the headings of the first table's sheet, by another library than the writer's.

    Rows without a filled cell are not counted; an empty sheet gives -1. Raises KeyError, zipfile.BadZipFile or
    xml.parsers.expat.ExpatError if the file is not a workbook of this app, and OSError.
    """
    from xml.parsers import expat
    from zipfile import ZipFile

    rows = 0
    is_filled = False

    def start(name: str, _attributes: object) -> None:
        nonlocal rows, is_filled
        if name == "row":
            is_filled = False
        elif name == "c" and not is_filled:
            is_filled = True
            rows += 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with ZipFile(path) as archive, archive.open(FIRST_TABLE) as sheet:
        parser.ParseFile(sheet)
    return rows - 1
