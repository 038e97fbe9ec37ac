"""Read an inventory list that somebody sent: nothing is kept yet, everything is shown first.

`read_inventory` gives a preview: the profile it was read under, the rows that can be imported, those that cannot and
why, and what is doubtful. Importing the accepted rows is another use case; `write_rejected_csv` gives the others back
to be mended.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import msgspec

from db.files import written_whole
from eum_app.domain.errors import Refusal
from eum_app.domain.inventory_rows import COLUMNS, DATE_COLUMNS, DateOrder, InventoryRow, RowReader, date_orders
from eum_app.usecases.inventory_table import (
    DELIMITERS,
    MAX_FILE_BYTES,
    Headings,
    Record,
    csv_records,
    decode,
    find_delimiter,
    find_headings,
)
from eum_app.usecases.inventory_workbook import WorkbookReader, is_workbook

# Headings of the two columns that a file of rejected rows has in front; read back, they are passed over.
REJECTED_HEADINGS = ("Refused: line", "Refused: reasons")
# A spreadsheet runs a cell that begins so; an apostrophe in front stops it, and is taken off again on reading.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is to be read; None = to be found out. A preview's is complete and can be kept for the next list.

    `columns`: heading as it stands → canonical column (`inventory_rows.COLUMNS`), for headings that the shipped list
    does not know.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    date_order: DateOrder | None = None
    columns: dict[str, str] = {}


class Rejected(msgspec.Struct, frozen=True):
    """A row that cannot be imported: all its codes; by code the text or line that it names; the cells as they stood."""

    line: int
    codes: tuple[str, ...]
    values: dict[str, str]
    raw: tuple[str, ...]


class RowWarning(msgspec.Struct, frozen=True):
    """Something doubtful in an accepted row."""

    line: int
    code: str


class InventoryPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a list holds. `rows` = accepted + rejected, blank lines left out; `sha384` (hex) is of the file's bytes."""

    profile: Profile
    source_name: str
    sha384: str
    headings: tuple[str, ...]
    ignored_headings: tuple[str, ...]
    rows: int
    accepted: list[InventoryRow]
    rejected: list[Rejected]
    warnings: list[RowWarning]

    @property
    def total(self) -> int:
        """The number of data rows."""
        return self.rows


def read_inventory(path: Path, profile: Profile | None = None) -> InventoryPreview:
    """Read `path` (CSV or .xlsx, told apart by what is in it) and sort its rows into accepted and rejected.

    Raises Refusal: `inventory.unreadable`, `inventory.too_large`, `inventory.no_rows`, `inventory.date_order` (the
    dates leave open, or contradict, whether day or month comes first: ask, and name it in the profile),
    `inventory.profile`, and those of `inventory_table` and `inventory_workbook` for what is not a list.
    """
    wanted = profile or Profile()
    _check(wanted)
    data = _bytes_of(path)
    found, headings, body = _workbook(data, wanted) if is_workbook(data) else _csv(data, wanted)
    if not body:
        raise Refusal("inventory.no_rows", line=headings.line)
    order = wanted.date_order or _date_order(headings, body)

    accepted: list[InventoryRow] = []
    rejected: list[Rejected] = []
    warnings: list[RowWarning] = []
    reader = RowReader(order)
    for record in body:
        spare = record.cells[len(headings.cells) :]
        if len(record.cells) < len(headings.cells) or any(cell.strip() for cell in spare):
            # Shifted cells would be read under the wrong headings.
            values = {"row.cell_count": f"{len(record.cells)}/{len(headings.cells)}"}
            rejected.append(Rejected(record.line, ("row.cell_count",), values, record.cells))
            continue
        outcome = reader.read(record.line, _named_cells(headings, record))
        if outcome.row is None:
            rejected.append(Rejected(record.line, outcome.codes, outcome.values, record.cells))
        else:
            accepted.append(outcome.row)
            warnings += [RowWarning(record.line, code) for code in outcome.warnings]
    return InventoryPreview(
        profile=msgspec.structs.replace(
            found,
            date_order=order,
            columns={cell.strip(): column for cell, column in _pairs(headings) if column},
        ),
        source_name=path.name,
        sha384=hashlib.sha384(data).hexdigest(),
        headings=headings.cells,
        ignored_headings=tuple(
            cell.strip()
            for cell, column in _pairs(headings)
            if not column and cell.strip() not in {"", *REJECTED_HEADINGS}
        ),
        rows=len(body),
        accepted=accepted,
        rejected=rejected,
        warnings=warnings,
    )


def write_rejected_csv(preview: InventoryPreview, path: Path) -> int:
    """Write the rejected rows under their own headings, with line and codes in front; returns how many.

    UTF-8 with a mark, the list's own delimiter: spreadsheets open it as it is, and `read_inventory` reads it again
    once mended. Raises Trouble of the disk; a file half written never stands there.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=preview.profile.delimiter or ",")
    writer.writerow((*REJECTED_HEADINGS, *preview.headings))
    for row in preview.rejected:
        writer.writerow((row.line, " ".join(row.codes), *map(_guarded, row.raw)))
    with written_whole(path) as file:
        file.write(out.getvalue().encode("utf-8-sig"))
    return len(preview.rejected)


def _csv(data: bytes, wanted: Profile) -> tuple[Profile, Headings, list[Record]]:
    text, encoding = decode(data, wanted.encoding)
    delimiter = wanted.delimiter or find_delimiter(text, wanted.columns)
    records = csv_records(text, delimiter)
    headings = find_headings(records, wanted.columns)
    return Profile(encoding=encoding, delimiter=delimiter), headings, list(records)


def _workbook(data: bytes, wanted: Profile) -> tuple[Profile, Headings, list[Record]]:
    """The one sheet that has the headings, or the one named. Raises Refusal `inventory.several_sheets` (sheets)."""
    with WorkbookReader(data) as book:
        tried: dict[str, Refusal] = {}
        sheets: list[str] = []
        for sheet in (wanted.sheet,) if wanted.sheet else book.sheets:
            try:
                find_headings(book.records(sheet), wanted.columns)
            except Refusal as refusal:
                tried[sheet] = refusal
            else:
                sheets.append(sheet)
        if not sheets:
            raise next(iter(tried.values()), Refusal("inventory.not_workbook"))
        if len(sheets) > 1:
            raise Refusal("inventory.several_sheets", sheets=tuple(sheets))
        records = book.records(sheets[0])
        headings = find_headings(records, wanted.columns)
        width = len(headings.cells)
        # A sheet does not store the empty cells at a row's end.
        body = [Record(record.line, record.cells + ("",) * (width - len(record.cells))) for record in records]
    return Profile(sheet=sheets[0]), headings, body


def _check(profile: Profile) -> None:
    if profile.delimiter is not None and profile.delimiter not in DELIMITERS:
        raise Refusal("inventory.profile", field="delimiter", value=profile.delimiter)
    for column in profile.columns.values():
        if column not in COLUMNS:
            raise Refusal("inventory.profile", field="columns", value=column)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise Refusal("inventory.too_large", name=path.name, bytes=size, limit=MAX_FILE_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise Refusal("inventory.unreadable", name=path.name, errno=error.errno) from error


def _date_order(headings: Headings, body: Iterable[Record]) -> DateOrder:
    places = [place for place, column in enumerate(headings.columns) if column in DATE_COLUMNS]
    texts = [(record.line, record.cells[place]) for record in body for place in places if place < len(record.cells)]
    orders = date_orders(text for _, text in texts)
    if len(orders) == 1:
        return next(iter(orders))
    line, example = next((line, text) for line, text in texts if "not needed" not in date_orders([text]))
    why = "open" if orders else "contradictory"
    raise Refusal("inventory.date_order", why=why, line=line, example=example.strip())


def _named_cells(headings: Headings, record: Record) -> dict[str, str]:
    return {column: _unguarded(cell) for column, cell in zip(headings.columns, record.cells, strict=False) if column}


def _pairs(headings: Headings) -> list[tuple[str, str]]:
    return list(zip(headings.cells, headings.columns, strict=True))


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA_STARTS) else cell
