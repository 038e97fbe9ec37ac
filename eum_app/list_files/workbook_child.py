"""Child process that reads one workbook: a request on standard input, the rows or the refusal on standard output.

It holds no keys. The parent ends it after a time, when a person stops the reading, and when the parent itself ends.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import IO, Any

import msgspec

from eum_app.bounded_child import answer_each, ended_after, limit_memory, read_whole
from eum_app.domain.errors import Refusal
from eum_app.list_files.headings import Layout
from eum_app.list_files.list_source import Profile
from eum_app.list_files.workbook_source import LENGTH, SECONDS, SPARE_BYTES, Answer, Request, workbook_source


def main() -> int:
    """Read one workbook. Return 0."""
    import openpyxl.reader.excel  # noqa: PLC0415 - loaded before memory is limited

    del openpyxl
    limit_memory(SPARE_BYTES)
    return answer_each(_serve)


def _serve(requests: IO[bytes], answers: IO[bytes]) -> bool:
    sizes = requests.read(2 * LENGTH.size)
    if len(sizes) < 2 * LENGTH.size:
        return False
    head, length = (size for (size,) in LENGTH.iter_unpack(sizes))
    asked = msgspec.msgpack.decode(read_whole(requests, head), type=Request)
    data = read_whole(requests, length)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with ended_after(SECONDS):
        answer = msgspec.msgpack.encode(_answer(data, asked.sha384, asked.profile, asked.layout))
    answers.write(LENGTH.pack(len(answer)))
    answers.write(answer)
    answers.flush()
    os._exit(0)  # one workbook, and its memory is returned at once


def _answer(data: bytes, sha384: str, profile: Profile, layout: Layout) -> Answer:
    try:
        return Answer(source=workbook_source(data, sha384, profile, layout))
    except Refusal as refusal:
        values: dict[str, Any] = refusal.values
        return Answer(code=refusal.code, values=values)
    except MemoryError:
        return Answer(code="inventory.workbook_memory")


def _end_with_parent() -> None:
    # The request is complete, so the pipe brings nothing more, and ends when the parent has ended.
    sys.stdin.buffer.raw.read(1)  # type: ignore[union-attr]
    os._exit(1)
