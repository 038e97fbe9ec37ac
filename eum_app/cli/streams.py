"""Standard input, output and error as odd callers leave them: closed, full, or in an encoding with few characters."""

from __future__ import annotations

import io
import os
import sys
import unicodedata
from typing import Any, TextIO

from eum_app.domain.errors import Trouble
from eum_app.domain.file_names import shown_name


def open_streams() -> None:
    """Give the process all three streams, and make every text writable.

    - A closed one becomes the null device. Otherwise the next file that is opened gets its number, and a library that
      prints a warning writes into that file.
    - A character that the encoding lacks is written as an escape.
    - What standard output cannot take raises Trouble `output.failed` when it is flushed, or BrokenPipeError if its
      reader has gone. Only the first failure is raised; what follows is dropped.
    - What standard error cannot take is dropped.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # gets the lowest free number
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - kept until the process ends
    sys.stdout = _writable(sys.stdout, 1, raises=True)
    sys.stderr = _writable(sys.stderr, 2, raises=False)


def visible(text: str) -> str:
    """Return `text` on one line, with escapes for characters that would steer the terminal or forge another line.

    Spaces of any width stay, because names hold them. A byte of a file name that is not UTF-8 becomes a question mark.
    """
    return "".join(
        one if one.isprintable() or unicodedata.category(one) == "Zs" else one.encode("unicode_escape").decode("ascii")
        for one in shown_name(text)
    )


def say(*lines: str, err: bool = False) -> None:
    """Print lines on standard output, or on standard error. Every line that a command prints goes through here.

    A line may hold text of other people: it stays one line, since `visible` escapes what could steer the terminal. The
    stream is flushed. Raises Trouble `output.failed` if standard output cannot be written; BrokenPipeError if its
    reader has gone.
    """
    stream = sys.stderr if err else sys.stdout
    for line in lines:
        stream.write(f"{visible(line)}\n")
    stream.flush()


def holds(text: str) -> bool:
    """Return whether standard output can write `text` without escapes."""
    return _holds(text, sys.stdout.encoding or "utf-8")


def _holds(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _writable(stream: TextIO | None, number: int, *, raises: bool) -> TextIO:
    if stream is None:
        stream = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(stream, raises=raises)),
        encoding=stream.encoding,
        errors=stream.errors if _holds("\N{SNOWMAN}", stream.encoding) else "backslashreplace",
        line_buffering=stream.line_buffering or stream.write_through,
    )


class _Output(io.RawIOBase):
    """A stream that fails once at most: what is written after a failure is dropped, so that the process can end."""

    def __init__(self, stream: io.TextIOWrapper, *, raises: bool) -> None:
        super().__init__()
        self._stream = stream  # it would close the descriptor when it is deleted
        buffer: Any = stream.buffer
        self._raw: io.RawIOBase = getattr(buffer, "raw", buffer)  # with PYTHONUNBUFFERED there is no buffer between
        self._raises, self._has_failed = raises, False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, data: Any, /) -> int | None:
        if not self._has_failed:
            try:
                return self._raw.write(data)
            except OSError as error:
                self._has_failed = True
                if self._raises and isinstance(error, BrokenPipeError):
                    raise  # the reader has seen enough, as `head` does
                if self._raises:
                    raise Trouble("output.failed", reason=error.strerror or "") from error
        return memoryview(data).nbytes
