"""The answer of the child that reads workbooks: a head, then the rows in parts. The parent believes nothing of it.

Each part is decoded into typed values, and its length and the memory of its rows are bounded before the next is read. A
child that a hostile file took over can lie about what the workbook holds, which the preview shows, but it can neither
fill the app's memory nor make it fail: every malformed answer is one ValueError.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import IO, Annotated, Any, Final

import msgspec

from eum_app.bounded_child import read_whole
from eum_app.domain.errors import Refusal
from eum_app.list_files.headings import Headings, Layout
from eum_app.list_files.inventory_table import Record
from eum_app.list_files.source import Note, Profile, Source

LENGTH: Final = struct.Struct("<Q")
MAX_PART_BYTES: Final = 4 * 1024**2
"""Longest part. Decoded, it takes up to thirty times as much memory."""
_PART_BYTES: Final = 1024**2
_MEMORY_FLOOR: Final = 256 * 1024**2
_MEMORY_FACTOR: Final = 100
"""Memory of the rows in relation to the file: a list takes some twenty times its compressed size."""
MAX_MEMORY_BYTES: Final = 3 * 1024**3
"""As much as the child may take: a list of a million rows takes 2 GB."""
_ROW_BYTES: Final = 200
_CELL_BYTES: Final = 64
_MAX_LINE: Final = 2**31

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]+\.[a-z_]+\Z", max_length=100)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Value = str | int | float | None | tuple[str, ...]
_NOT_NAMES: Final = frozenset({"self", "code"})
"""Parameters of a refusal itself."""


class Head(msgspec.Struct, frozen=True):
    """Everything but the rows, or the code and values of a refusal; then no rows follow."""

    sheet: str | None = None
    headings: Headings | None = None
    sheets: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    code: Code | None = None
    values: dict[Name, Value] = {}


_head = msgspec.msgpack.Decoder(Head)
_rows = msgspec.msgpack.Decoder(list[Record])


def memory_limit(file_bytes: int) -> int:
    """Return how much memory the rows of a workbook of this size may take, in bytes."""
    return min(MAX_MEMORY_BYTES, max(_MEMORY_FLOOR, _MEMORY_FACTOR * file_bytes))


def parts_of(read: Callable[[], Source]) -> Iterator[bytes]:
    """Call `read` in the child, and yield the parts of the answer: the head, the rows, and an empty part.

    A refusal is one head. A row that is too long for a part is refused as `inventory.workbook_memory`.
    """
    encode = msgspec.msgpack.encode
    try:
        source = read()
        head = encode(Head(source.profile.sheet, source.headings, source.sheets, source.notes))
        rows = list(_packed(source.records))
        if len(head) > MAX_PART_BYTES or any(len(part) > MAX_PART_BYTES for part in rows):
            raise MemoryError
    except Refusal as refusal:
        values: dict[str, Any] = refusal.values
        head, rows = encode(Head(code=refusal.code, values=values)), []
    except MemoryError:
        head, rows = encode(Head(code="inventory.workbook_memory")), []
    yield head
    if rows:
        yield from rows
    yield b""


def _packed(records: list[Record]) -> Iterator[bytes]:
    encode = msgspec.msgpack.encode
    waiting: list[bytes] = []
    size = 0
    for record in records:
        one = encode(record)
        if waiting and size + len(one) > _PART_BYTES:
            yield _array(waiting)
            waiting, size = [], 0
        waiting.append(one)
        size += len(one)
    if waiting:
        yield _array(waiting)


def _array(encoded: list[bytes]) -> bytes:
    """Return encoded values as one array, without encoding them again."""
    return msgspec.msgpack.encode([msgspec.Raw(one) for one in encoded])


def write_parts(parts: Iterator[bytes], answers: IO[bytes]) -> None:
    """Write the parts of an answer, each behind its length."""
    for part in parts:
        answers.write(LENGTH.pack(len(part)) + part)


def received(answers: IO[bytes], sha384: str, layout: Layout, limit: int) -> Source:
    """Read the answer about the file with this hash, whose rows may take `limit` bytes of memory.

    Raises Refusal as the child states; EOFError, and ValueError for an answer of another form (as msgspec's errors
    are) or one that takes more memory.
    """
    head = _head.decode(_part(answers))
    if head.code is not None:
        if _part(answers) or _NOT_NAMES & head.values.keys():
            raise ValueError("a refusal of another form")
        raise Refusal(head.code, **head.values)
    headings = head.headings
    if headings is None or not 1 <= headings.line < _MAX_LINE or headings.rows not in (1, 2):
        raise ValueError("no headings")
    if len(headings.columns) != len(headings.cells) or not set(headings.columns) <= {"", *layout.columns}:
        raise ValueError("columns that no list has")
    records: list[Record] = []
    while part := _part(answers):
        rows = _rows.decode(part)
        cells = sum(len(row.cells) for row in rows)
        limit -= len(rows) * _ROW_BYTES + cells * _CELL_BYTES + len(part)
        if limit < 0:
            raise ValueError("more rows than the file can hold")
        if any(not 1 <= row.line < _MAX_LINE or row.end or len(row.kinds) != len(row.cells) for row in rows):
            raise ValueError("a row that no workbook has")
        records += rows
    return Source(
        profile=Profile(sheet=head.sheet),
        sha384=sha384,
        headings=headings,
        records=records,
        sheets=head.sheets,
        notes=head.notes,
    )


def _part(answers: IO[bytes]) -> bytes:
    (length,) = LENGTH.unpack(read_whole(answers, LENGTH.size))
    if length > MAX_PART_BYTES:
        raise ValueError("a part that is too long")
    return read_whole(answers, length)
