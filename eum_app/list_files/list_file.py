"""Read a list that somebody sent (CSV or .xlsx), of whatever layout: nothing is kept yet, everything is shown first.

What a list holds is for `inventory_file` and `claims_file` to say; here are its profile, its headings, its rows, and
those of them that cannot be taken. `write_rejected_csv` gives these back to be mended.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from db.files import written_whole
from eum_app.domain.errors import Refusal
from eum_app.domain.inventory_rows import DateOrder, RowOutcome, date_orders
from eum_app.list_files.inventory_table import (
    DELIMITERS,
    MAX_FILE_BYTES,
    Headings,
    Layout,
    Record,
    csv_records,
    decode,
    find_delimiter,
    find_headings,
)
from eum_app.list_files.inventory_workbook import WorkbookReader, is_workbook

Row = TypeVar("Row")

# Headings of the two columns that a file of rejected rows has in front; read back, they are passed over.
REJECTED_HEADINGS = ("Refused: line", "Refused: reasons")
# A spreadsheet runs a cell that begins so; an apostrophe in front stops it, and is taken off again on reading.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is to be read; None = to be found out. A preview's is complete and can be kept for the next list.

    `columns`: heading as it stands → canonical column, or "" to leave it out; headings that are not named are guessed
    from the shipped list.
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


class ListPreview(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """What a list holds. `rows` = accepted + rejected, blank lines left out; `sha384` (hex) is of the file's bytes;
    `sheets` are a workbook's."""

    profile: Profile
    source_name: str
    sha384: str
    headings: tuple[str, ...]
    ignored_headings: tuple[str, ...]
    rows: int
    accepted: list[Row]
    rejected: list[Rejected]
    warnings: list[RowWarning]
    sheets: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """The number of data rows."""
        return self.rows

    def require_unchanged(self, sha384: str) -> None:
        """Raises Refusal `inventory.changed` where the file that was seen (`sha384`, hex) is another."""
        if self.sha384 != sha384:
            raise Refusal("inventory.changed", name=self.source_name)


Reader = Callable[[int, Mapping[str, str]], RowOutcome[Row]]
"""(line, canonical column → cell text) → what becomes of the row."""


def read_list(
    path: Path, wanted: Profile, layout: Layout, reader: Callable[[DateOrder], Reader[Row]]
) -> ListPreview[Row]:
    """Read `path` (CSV or .xlsx, told apart by what is in it) and sort its rows into accepted and rejected.

    Raises Refusal: `inventory.unreadable`, `inventory.too_large`, `inventory.no_rows`, `inventory.date_order` (the
    dates leave open, or contradict, whether day or month comes first: ask, and name it in the profile; `found` has the
    headings), `inventory.profile`, and those of `inventory_table` and `inventory_workbook` for what is not a list.
    """
    _check(wanted, layout)
    data = _bytes_of(path)
    found, headings, body, sheets = _workbook(data, wanted, layout) if is_workbook(data) else _csv(data, wanted, layout)
    if not body:
        raise Refusal("inventory.no_rows", line=headings.line, found=headings.cells)
    order = wanted.date_order or _date_order(headings, body, layout)

    accepted: list[Row] = []
    rejected: list[Rejected] = []
    warnings: list[RowWarning] = []
    read = reader(order)
    for record in body:
        spare = record.cells[len(headings.cells) :]
        if len(record.cells) < len(headings.cells) or any(cell.strip() for cell in spare):
            # Shifted cells would be read under the wrong headings.
            values = {"row.cell_count": f"{len(record.cells)}/{len(headings.cells)}"}
            rejected.append(Rejected(record.line, ("row.cell_count",), values, record.cells))
            continue
        outcome = read(record.line, _named_cells(headings, record))
        if outcome.row is None:
            rejected.append(Rejected(record.line, outcome.codes, outcome.values, record.cells))
        else:
            accepted.append(outcome.row)
            warnings += [RowWarning(record.line, code) for code in outcome.warnings]
    columns = {cell.strip(): column for cell, column in _pairs(headings) if _is_named(cell)}
    return ListPreview(
        profile=msgspec.structs.replace(found, date_order=order, columns=columns),
        source_name=path.name,
        sha384=hashlib.sha384(data).hexdigest(),
        headings=headings.cells,
        ignored_headings=tuple(cell.strip() for cell, column in _pairs(headings) if not column and _is_named(cell)),
        rows=len(body),
        accepted=accepted,
        rejected=rejected,
        warnings=warnings,
        sheets=sheets,
    )


def write_rejected_csv(preview: ListPreview[Any], path: Path) -> int:
    """Write the rejected rows under their own headings, with line and codes in front; returns how many.

    UTF-8 with a mark, the list's own delimiter: spreadsheets open it as it is, and it is read again once mended.
    Raises Trouble of the disk; a file half written never stands there.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=preview.profile.delimiter or ",")
    writer.writerow((*REJECTED_HEADINGS, *preview.headings))
    for row in preview.rejected:
        writer.writerow((row.line, " ".join(row.codes), *map(_guarded, row.raw)))
    with written_whole(path) as file:
        file.write(out.getvalue().encode("utf-8-sig"))
    return len(preview.rejected)


def headings_key(headings: Iterable[str]) -> str:
    """What two lists with the same headings have in common, whatever the order of their columns."""
    return "\n".join(sorted({cell.strip() for cell in headings if _is_named(cell)}))


def _csv(data: bytes, wanted: Profile, layout: Layout) -> tuple[Profile, Headings, list[Record], tuple[str, ...]]:
    text, encoding = decode(data, wanted.encoding)
    delimiter = wanted.delimiter or find_delimiter(text, layout, wanted.columns)
    records = csv_records(text, delimiter)
    headings = find_headings(records, layout, wanted.columns)
    return Profile(encoding=encoding, delimiter=delimiter), headings, list(records), ()


def _workbook(data: bytes, wanted: Profile, layout: Layout) -> tuple[Profile, Headings, list[Record], tuple[str, ...]]:
    """The one sheet that has the headings, or the one named. Raises Refusal `inventory.several_sheets` (sheets)."""
    with WorkbookReader(data) as book:
        tried: dict[str, Refusal] = {}
        sheets: list[str] = []
        for sheet in (wanted.sheet,) if wanted.sheet else book.sheets:
            try:
                find_headings(book.records(sheet), layout, wanted.columns)
            except Refusal as refusal:
                tried[sheet] = refusal
            else:
                sheets.append(sheet)
        if not sheets:
            raise next(iter(tried.values()), Refusal("inventory.not_workbook"))
        if len(sheets) > 1:
            raise Refusal("inventory.several_sheets", sheets=tuple(sheets))
        records = book.records(sheets[0])
        headings = find_headings(records, layout, wanted.columns)
        width = len(headings.cells)
        # A sheet does not store the empty cells at a row's end.
        body = [Record(record.line, record.cells + ("",) * (width - len(record.cells))) for record in records]
        return Profile(sheet=sheets[0]), headings, body, book.sheets


def _check(profile: Profile, layout: Layout) -> None:
    if profile.delimiter is not None and profile.delimiter not in DELIMITERS:
        raise Refusal("inventory.profile", field="delimiter", value=profile.delimiter)
    for column in profile.columns.values():
        if column and column not in layout.columns:
            raise Refusal("inventory.profile", field="columns", value=column)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise Refusal("inventory.too_large", name=path.name, bytes=size, limit=MAX_FILE_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise Refusal("inventory.unreadable", name=path.name, errno=error.errno) from error


def _date_order(headings: Headings, body: Iterable[Record], layout: Layout) -> DateOrder:
    places = [place for place, column in enumerate(headings.columns) if column in layout.date_columns]
    texts = [(record.line, record.cells[place]) for record in body for place in places if place < len(record.cells)]
    orders = date_orders(text for _, text in texts)
    if len(orders) == 1:
        return next(iter(orders))
    line, example = next((line, text) for line, text in texts if "not needed" not in date_orders([text]))
    why = "open" if orders else "contradictory"
    raise Refusal("inventory.date_order", why=why, line=line, example=example.strip(), found=headings.cells)


def _named_cells(headings: Headings, record: Record) -> dict[str, str]:
    return {column: _unguarded(cell) for column, cell in zip(headings.columns, record.cells, strict=False) if column}


def _pairs(headings: Headings) -> list[tuple[str, str]]:
    return list(zip(headings.cells, headings.columns, strict=True))


def _is_named(heading: str) -> bool:
    return heading.strip() not in {"", *REJECTED_HEADINGS}


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA_STARTS) else cell
