"""A filled worklist as a file: one row for each line of the paper.

CSV and .xlsx files are read as all lists are: any delimiter, any letter case of the headings, blank rows skipped. JSON
is a list of objects. Columns are found by name, in any order; unused ones may be left out:

- `page`: the number of the page, or the text of its QR code. `saw`: who saw it, the code at the foot of the page.
  `seen_at`: when, ISO 8601 with its offset.
- `row`: the number in front of the row, or `serial`: the serial in the list. Both are empty for an item that was found
  and is not on the list.
- `outcome`: verified, discrepancy, not_found, no_access, not_on_list. `reason`: its code on the form (`N2`) or in full.
- `read`: the serial that was read on the item. `read_again`: the same, typed a second time. `note`.
- `grade`: A to D, the grade of the evidence; A if it is empty. Below A, `saw_for` says for whom the item was seen and
  `saw_how` how, e.g. `video call`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from eum_app.domain.damage import damage_of
from eum_app.domain.errors import Refusal
from eum_app.domain.list_cells import CellKind, cell_damage, values_in
from eum_app.domain.unreadable import UNREADABLE
from eum_app.list_files.headings import Layout
from eum_app.list_files.list_source import read_source
from eum_app.list_files.plain_file import read_plain
from eum_app.list_files.source import Note, Profile, Source, misfit

COLUMNS: Final = (
    *("page", "saw", "seen_at", "row", "serial", "outcome", "reason", "read", "read_again", "note"),
    *("grade", "saw_for", "saw_how"),
)
NEEDED: Final = ("page", "saw", "seen_at", "outcome")
MAX_FILE_BYTES: Final = 5_000_000
WORKLIST: Final = Layout("worklist-headings.json", COLUMNS, (), NEEDED)
_SERIALS: Final = ("serial", "read", "read_again")


class FilledWorklist(msgspec.Struct, frozen=True):
    """Lines of a file as (number, cells by column), and lines that were refused as (number, reason).

    The heading of a CSV or .xlsx file is line 1; in JSON the first object is line 1. `notes` name the parts of the file
    that were not read.
    """

    lines: tuple[tuple[int, dict[str, str]], ...]
    refused: tuple[tuple[int, Refusal], ...] = ()
    notes: tuple[Note, ...] = ()


def read_filled_worklist(path: Path) -> FilledWorklist:
    """Read the lines of a file: JSON if its name ends in `.json`, else CSV or .xlsx by its content.

    Lines that cannot be trusted are in `refused`, in the order of the file: `filled.quote_open`, `filled.cell_count`,
    `filled.damaged`. Raises Refusal `filled.unreadable` (also missing, empty, a folder, over `MAX_FILE_BYTES`, or JSON
    that is not a list of objects of texts and whole numbers), `filled.columns`, `filled.empty` (no lines),
    `filled.encoding` (neither UTF-8 nor .xlsx, so notes could only be guessed), `filled.sheet_unread`, and as
    `list_source.read_source` does.
    """
    if path.suffix.lower() == ".json":
        return _json(path)
    try:
        source = read_source(path, Profile(), WORKLIST, MAX_FILE_BYTES)
    except Refusal as refusal:
        raise _as_worklist(refusal, path) from refusal
    for note in source.notes:
        if note.code == "list.encoding_guessed":
            raise Refusal("filled.encoding", name=path.name)
        if note.code == "list.sheet_unread":
            raise Refusal("filled.sheet_unread", **note.values)
    return _of_source(source)


def _of_source(source: Source) -> FilledWorklist:
    lines: list[tuple[int, dict[str, str]]] = []
    refused = [(bad.line, Refusal("filled.quote_open", lines=bad.values["row.quote_open"])) for bad in source.swallowed]
    for record in source.records:
        cells = values_in(source.named_cells(record), COLUMNS)
        if bad := misfit(source.headings, record):
            refused.append((record.line, Refusal("filled.cell_count", count=bad.values["row.cell_count"])))
        elif damaged := _damage(cells, source.kinds(record)):
            refused.append((record.line, damaged))
        else:
            lines.append((record.line, cells))
    return FilledWorklist(tuple(lines), tuple(sorted(refused, key=lambda one: one[0])), source.notes)


def _damage(cells: Mapping[str, str], kinds: Mapping[str, CellKind]) -> Refusal | None:
    """Return why a line cannot be trusted: a spreadsheet has changed one of its cells. None if it can."""
    bad, _ = cell_damage(cells, kinds)
    for column in _SERIALS:
        damage = damage_of(cells[column])
        if damage and (kinds.get(column) != "text" or damage == "spreadsheet_error"):
            bad[f"{column}.{damage}"] = cells[column]
    for code, text in bad.items():
        return Refusal("filled.damaged", column=code.partition(".")[0], text=text[:40])
    return None


def _json(path: Path) -> FilledWorklist:
    try:
        data = read_plain(path, MAX_FILE_BYTES)
        objects = msgspec.json.decode(data, type=list[dict[str, str | int]])
    except UNREADABLE as error:
        raise Refusal("filled.unreadable", name=path.name) from error
    except Refusal as refusal:
        raise _as_worklist(refusal, path) from refusal
    if not objects:
        raise Refusal("filled.empty", name=path.name)
    known = {name for one in objects for name in one}
    if lacking := [name for name in NEEDED if name not in known]:
        raise Refusal("filled.columns", lacking=", ".join(lacking), known=", ".join(COLUMNS))
    unread = sorted(known - set(COLUMNS))
    notes = (Note("list.columns_unread", {"columns": ", ".join(unread)}),) if unread else ()
    lines = [
        (at, values_in({key: str(value) for key, value in one.items()}, COLUMNS)) for at, one in enumerate(objects, 1)
    ]
    return FilledWorklist(tuple(lines), notes=notes)


def _as_worklist(refusal: Refusal, path: Path) -> Refusal:
    """Return the refusal with the code for worklists if there is one, else unchanged."""
    if refusal.code == "inventory.headings_missing":
        missing = refusal.values["missing"]
        lacking = ", ".join(missing) if isinstance(missing, tuple) else str(missing)
        return Refusal("filled.columns", lacking=lacking, known=", ".join(COLUMNS))
    if refusal.code == "inventory.no_rows":
        return Refusal("filled.empty", name=path.name)
    if refusal.code in {"inventory.empty", "inventory.unreadable", "inventory.too_large", "inventory.encoding"}:
        return Refusal("filled.unreadable", name=path.name)
    return refusal
