"""Child process that reads workbooks: requests on standard input, the rows or the refusal on standard output.

It holds no keys. The parent ends it after a time, when a person stops the reading, and when the parent itself ends.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from itertools import chain
from queue import SimpleQueue
from typing import IO

import msgspec

from eum_app.bounded_child import answer_each, ended_after, limit_memory, read_whole
from eum_app.list_files.workbook_answer import LENGTH, parts_of, write_parts
from eum_app.list_files.workbook_source import SECONDS, SPARE_BYTES, Request, workbook_source


def main() -> int:
    """Read workbook after workbook. Does not return: the process ends with its parent."""
    import openpyxl.reader.excel  # noqa: PLC0415 - loaded before memory is limited

    del openpyxl
    asked: SimpleQueue[tuple[Request, bytes]] = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    limit_memory(SPARE_BYTES)
    return answer_each(lambda _requests, answers: _serve(*asked.get(), answers))


def _listen(requests: IO[bytes], asked: SimpleQueue[tuple[Request, bytes]]) -> None:
    """Read requests, also while a workbook is read: the end of the pipe says that the parent has gone."""
    with contextlib.suppress(Exception):
        while True:
            head, length = (size for (size,) in LENGTH.iter_unpack(read_whole(requests, 2 * LENGTH.size)))
            request = msgspec.msgpack.decode(read_whole(requests, head), type=Request)
            asked.put((request, read_whole(requests, length)))
    os._exit(0)


def _serve(asked: Request, data: bytes, answers: IO[bytes]) -> bool:
    with ended_after(SECONDS):
        parts = parts_of(lambda: workbook_source(data, asked.sha384, asked.profile, asked.layout))
        first = next(parts)
    write_parts(chain([first], parts), answers)
    return True
