"""Read the rows of a workbook in a child process, with bounded time and memory and a way to stop.

`read_in_child` asks; `workbook_source` does the work in the child (`workbook_child`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Final

import msgspec

from eum_app.bounded_child import BoundedChild, ChildEndedError
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.list_cells import CellKind
from eum_app.list_files.headings import Headings, Layout, find_headings
from eum_app.list_files.inventory_table import Record
from eum_app.list_files.inventory_workbook import WorkbookReader
from eum_app.list_files.source import Note, Profile, Source, column_notes
from eum_app.list_files.workbook_answer import LENGTH, memory_limit, received

COMMAND: Final = "read-workbook"
SECONDS: Final = 900.0
"""Longest time for one workbook. A list of a million rows may take most of it on a slow computer."""
SPARE_BYTES: Final = 3 * 1024**3
"""Memory that reading may take: a list of a million rows takes 2 GB."""
_SMALL_BYTES: Final = 1_000_000
"""A child that read a larger file ends, so that its memory is returned."""

_idle: list[BoundedChild] = []
"""A child that waits for the next workbook: starting one takes 0.4 s."""


class Request(msgspec.Struct, frozen=True):
    """Hash, profile and layout for the file, which follows."""

    sha384: str
    profile: Profile
    layout: Layout


def read_in_child(data: bytes, sha384: str, wanted: Profile, layout: Layout) -> Source:
    """Return the rows of a workbook, read in a child process.

    Raises Refusal as `workbook_source` does, `inventory.workbook_slow` (minutes), `inventory.workbook_memory`,
    `inventory.workbook_crashed`, and `inventory.stopped` after `stop_long_requests`; Trouble `task.child_not_started`.
    """
    request = msgspec.msgpack.encode(Request(sha384, wanted, layout))

    def send(requests: IO[bytes]) -> None:
        requests.write(LENGTH.pack(len(request)) + LENGTH.pack(len(data)) + request)
        requests.write(data)

    def receive(answers: IO[bytes]) -> Source | Refusal:
        try:
            return received(answers, sha384, layout, memory_limit(len(data)))
        except Refusal as refusal:
            return refusal  # a whole answer: the child stays

    try:
        child = _idle.pop()
    except IndexError:
        child = BoundedChild(COMMAND, is_long=True)
    is_kept = False
    try:
        source = child.ask(send, receive, SECONDS)
        is_kept = len(data) < _SMALL_BYTES and not _idle
    except ChildEndedError as ended:
        if ended.is_stopped:
            raise Refusal("inventory.stopped") from ended
        if ended.is_late:
            raise Refusal("inventory.workbook_slow", minutes=round(SECONDS / 60)) from ended
        raise Refusal("inventory.workbook_crashed") from ended
    except MemoryError as error:
        raise Refusal("inventory.workbook_memory") from error
    except OSError as error:
        raise Trouble("task.child_not_started", reason=error.strerror or "") from error
    finally:
        if is_kept:
            _idle.append(child)
        else:
            child.close()
    if isinstance(source, Refusal):
        raise source
    return source


def workbook_source(data: bytes, sha384: str, wanted: Profile, layout: Layout) -> Source:
    """Read the one sheet that has the headings, or the one named.

    Raises Refusal `inventory.sheet_unknown`, `inventory.several_sheets` (sheets), and as `WorkbookReader` does; if no
    sheet has the headings, as `find_headings` for the named or else the first one, `inventory.not_workbook` without
    any sheet.
    """
    with WorkbookReader(data) as book:
        tried: dict[str, Refusal] = {}
        lists: dict[str, tuple[Headings, list[Record]]] = {}
        others = [Note("list.sheet_hidden", {"sheet": sheet}) for sheet in book.hidden]
        if wanted.sheet is not None and wanted.sheet not in book.sheets:
            raise Refusal("inventory.sheet_unknown", sheet=wanted.sheet, sheets=book.sheets)
        for sheet in book.sheets:
            rows = ""
            try:
                records = book.records(sheet)
                rows = str(len(records))
                if wanted.sheet is None or sheet == wanted.sheet:
                    lists[sheet] = (find_headings(records, layout, wanted.columns), records)
                    continue
            except Refusal as refusal:
                tried[sheet] = refusal
            if rows != "0":
                others.append(Note("list.sheet_unread", {"sheet": sheet, "rows": rows or "?"}))
        if not lists:
            raise tried.get(wanted.sheet or "", next(iter(tried.values()), Refusal("inventory.not_workbook")))
        if len(lists) > 1:
            raise Refusal("inventory.several_sheets", sheets=tuple(lists))
        ((sheet, (headings, records)),) = lists.items()
        first = next(at for at, record in enumerate(records) if record.line == headings.line)
        body = [_padded(record, len(headings.cells)) for record in records[first + headings.rows :]]
        notes = (*others, *column_notes(headings, body), *_mixed_dates(headings, body, layout))
        return Source(
            profile=Profile(sheet=sheet),
            sha384=sha384,
            headings=headings,
            records=body,
            sheets=book.sheets,
            notes=notes,
        )


def _padded(record: Record, width: int) -> Record:
    """Add the empty cells at the end of a row, which a sheet does not store."""
    missing = width - len(record.cells)
    blanks: list[CellKind] = [""] * missing
    return msgspec.structs.replace(record, cells=record.cells + ("",) * missing, kinds=(*record.kinds, *blanks))


def _mixed_dates(headings: Headings, body: Sequence[Record], layout: Layout) -> list[Note]:
    """Return notes about date columns of a workbook that hold both dates and texts."""
    notes = []
    for at, column in enumerate(headings.columns):
        kinds = {record.kinds[at] for record in body if at < len(record.kinds) and record.cells[at].strip()}
        if column in layout.date_columns and {"date", "text"} <= kinds:
            notes.append(Note("list.dates_mixed", {"column": column}))
    return notes
