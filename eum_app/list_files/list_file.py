"""Read a list (CSV or .xlsx) of any layout into a preview. Nothing is stored here.

`inventory_file` and `claims_file` say what a list contains. This module finds its profile, its headings and its rows,
and separates the rows that cannot be imported. `write_rejected_csv` writes those to a file, to be corrected.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from db.files import written_whole
from eum_app.domain.errors import Refusal
from eum_app.domain.file_names import shown_name
from eum_app.domain.inventory_rows import RowOutcome, RowWarning
from eum_app.domain.list_cells import IDENTITY_COLUMNS, CellKind
from eum_app.domain.list_dates import DateOrder, date_orders, swapped_suspects
from eum_app.domain.look_alikes import foreign_in
from eum_app.list_files.headings import Headings, Layout
from eum_app.list_files.inventory_table import DELIMITERS, Record, guarded
from eum_app.list_files.list_source import read_source
from eum_app.list_files.source import (
    REJECTED_HEADINGS,
    Note,
    PlateSays,
    Profile,
    Rejected,
    is_named,
    misfit,
)

__all__ = [
    "REJECTED_HEADINGS",
    "ListPreview",
    "Note",
    "PlateSays",
    "Profile",
    "Rejected",
    "RowWarning",
    "headings_key",
    "read_list",
    "write_rejected_csv",
]

Row = TypeVar("Row")


class ListPreview(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """Contents of a list. `rows` counts accepted and rejected rows without blank ones; `sha384` (hex) is of the file.

    `sheets` are a workbook's. `notes` are about the whole list: `list.encoding_guessed`, `list.lines_joined`,
    `list.sheet_unread`, `list.sheet_hidden`, `list.columns_unread`, `list.columns_unnamed`, `list.headings_joined`,
    `list.dates_mixed`.
    """

    profile: Profile
    source_name: str
    sha384: str
    headings: tuple[str, ...]
    rows: int
    accepted: list[Row]
    rejected: list[Rejected]
    warnings: list[RowWarning]
    sheets: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    plate: PlateSays | None = None

    @property
    def total(self) -> int:
        """Number of data rows."""
        return self.rows

    def require_unchanged(self, sha384: str) -> None:
        """Raise Refusal `inventory.changed` unless `sha384` (hex) is that of this preview's file."""
        if self.sha384 != sha384:
            raise Refusal("inventory.changed", name=self.source_name)


class Reader(Protocol[Row]):
    """Function that reads one row.

    Its arguments are the line, the text by canonical column, the kinds of a workbook's cells, and the stated columns.
    """

    def __call__(
        self, line: int, cells: Mapping[str, str], kinds: Mapping[str, CellKind], stated: frozenset[str], /
    ) -> RowOutcome[Row]: ...


def read_list(
    path: Path,
    wanted: Profile,
    layout: Layout,
    reader: Callable[[DateOrder], Reader[Row]],
    plate: PlateSays | None = None,
    across: Callable[[list[Row]], Mapping[int, Mapping[str, str]]] | None = None,
) -> ListPreview[Row]:
    """Read `path` and sort its rows into accepted and rejected, each in the order of lines.

    `plate` accepts identifiers that only look damaged. `across` gets all accepted rows and returns those to reject as
    well, by line: code → text. Lines are warned of, not rejected, if they are only doubtful.

    Raises as `read_source` and `PlateSays.require` do; Refusal `inventory.date_order` and `list.stated_unused`. The
    first means that the dates do not show whether the day or the month comes first, or contradict each other; the
    profile must name the order. The second names lines in `plate` that do not look damaged, or were rejected for
    another reason.
    """
    if plate is not None:
        plate.require()
    source = read_source(path, wanted, layout)
    headings, body = source.headings, source.records
    named = [source.named_cells(record) for record in body]
    dates = {column: _dates_in(column, body, named) for column in headings.columns if column in layout.date_columns}
    order = wanted.date_order or _date_order(headings, sorted(chain(*dates.values())))

    accepted: list[Row] = []
    rejected: list[Rejected] = []
    warnings: list[RowWarning] = []
    suspects = _suspects(dates)
    read = reader(order)
    for record, cells in zip(body, named, strict=True):
        if bad := misfit(headings, record):
            rejected.append(bad)
            continue
        outcome = read(record.line, cells, source.kinds(record), plate.about(record.line) if plate else frozenset())
        if outcome.row is None:
            rejected.append(Rejected(record.line, outcome.codes, outcome.values, record.cells))
        else:
            accepted.append(outcome.row)
            codes = (*outcome.warnings, *suspects.get(record.line, ()))
            warnings += [RowWarning(record.line, code) for code in codes]
            warnings += _other_scripts(record.line, outcome.row)
    if plate is not None:
        stated = {warning.line for warning in warnings if warning.code.endswith(".stated")}
        if unused := plate.lines - stated:
            raise Refusal("list.stated_unused", lines=", ".join(map(str, sorted(unused))))
    if across is not None and (wrong := across(accepted)):
        rejected += [
            Rejected(record.line, tuple(wrong[record.line]), dict(wrong[record.line]), record.cells)
            for record in body
            if record.line in wrong
        ]
        accepted = [row for row in accepted if _line_of(row) not in wrong]
        warnings = [warning for warning in warnings if warning.line not in wrong]
    rejected = sorted([*rejected, *source.swallowed], key=lambda row: row.line)
    columns = {
        cell.strip(): column for cell, column in zip(headings.cells, headings.columns, strict=True) if is_named(cell)
    }
    return ListPreview(
        profile=msgspec.structs.replace(source.profile, date_order=order, columns=columns),
        source_name=shown_name(path.name),
        sha384=source.sha384,
        headings=headings.cells,
        rows=len(body) + len(source.swallowed),
        accepted=accepted,
        rejected=rejected,
        warnings=warnings,
        sheets=source.sheets,
        notes=source.notes,
        plate=plate,
    )


def write_rejected_csv(preview: ListPreview[Any], path: Path) -> int:
    """Write the rejected rows under their own headings, with line and codes in front. Return the number of rows.

    The file is UTF-8 with a byte order mark and the list's own delimiter: spreadsheets can open it, and it can be
    imported once corrected. Headings and cells that would run as formulas get an apostrophe, which reading removes. A
    row whose cells hold another separator is quoted as a whole. An existing file is replaced; without rejected rows it
    holds the headings alone. Raises Refusal `file.is_folder`; Trouble of the disk; then no partial file remains.
    """
    out = io.StringIO(newline="")
    delimiter = preview.profile.delimiter or ","
    plain = csv.writer(out, delimiter=delimiter)
    quoted = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    rows = ((str(row.line), " ".join(row.codes), *row.raw) for row in preview.rejected)
    for cells in ((*REJECTED_HEADINGS, *preview.headings), *rows):
        is_split = any(other in cell for cell in cells for other in DELIMITERS if other != delimiter)
        (quoted if is_split else plain).writerow([guarded(cell) for cell in cells])
    with written_whole(path) as file:
        file.write(out.getvalue().encode("utf-8-sig"))
    return len(preview.rejected)


def headings_key(headings: Iterable[str]) -> str:
    """Return a text that is equal for lists with the same headings in any order.

    Empty and repeated ones, and `REJECTED_HEADINGS`, do not count.
    """
    return "\n".join(sorted({cell.strip() for cell in headings if is_named(cell)}))


def _line_of(row: Any) -> int:
    return int(row.line)


def _dates_in(column: str, body: Iterable[Record], named: Iterable[Mapping[str, str]]) -> list[tuple[int, str]]:
    """Return the texts of one column, each with its line."""
    return [(record.line, cells[column]) for record, cells in zip(body, named, strict=True) if cells.get(column)]


def _suspects(dates: Mapping[str, list[tuple[int, str]]]) -> dict[int, list[str]]:
    """Return the warnings about dates that a spreadsheet may have swapped, by line."""
    found: dict[int, list[str]] = defaultdict(list)
    for column, texts in dates.items():
        for line in swapped_suspects(texts):
            found[line].append(f"{column}.maybe_swapped")
    return found


def _other_scripts(line: int, row: Any) -> list[RowWarning]:
    """Return a warning for each identifier with characters that a person cannot tell from those of marks (UTS #39)."""
    found = ((column, foreign_in(getattr(row, column, ""))) for column in sorted(IDENTITY_COLUMNS))
    return [RowWarning(line, f"{column}.other_script", foreign) for column, foreign in found if foreign]


def _date_order(headings: Headings, texts: list[tuple[int, str]]) -> DateOrder:
    orders = date_orders(text for _, text in texts)
    if len(orders) == 1:
        return next(iter(orders))
    line, example = next((line, text) for line, text in texts if "not needed" not in date_orders([text]))
    why = "open" if orders else "contradictory"
    raise Refusal("inventory.date_order", why=why, line=line, example=example.strip(), found=headings.cells)
