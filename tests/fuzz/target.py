"""A fuzz target: a function of bytes that raises nothing, with seeds made by the app's own builders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from eum_app.domain.errors import Refusal


@dataclass(frozen=True)
class Target:
    """`run` takes any bytes and returns the codes of what was refused: the right answer to bad input.

    Whatever it raises is a bug. Of a seed it refuses nothing.
    """

    run: Callable[[bytes], list[str]]
    seeds: Sequence[bytes]
    words: Sequence[bytes] = ()
    """Words of the format, which mutations insert."""
    max_bytes: int = 4_096


@contextmanager
def refusals_into(codes: list[str]) -> Iterator[None]:
    """Note a refusal and go on. Anything else raised is a bug, also `Trouble`: no input makes the machine fail."""
    try:
        yield
    except Refusal as refusal:
        codes.append(refusal.code)


def chosen(data: bytes, count: int) -> tuple[int, bytes]:
    """Return which of `count` ways the first byte chooses, and the bytes after it."""
    return (data[0] % count if data else 0), data[1:]


def choosing(way: int, data: bytes) -> bytes:
    """Return a seed that `chosen` splits into `way` and `data`."""
    return bytes([way]) + data
