"""Container labels in several PDF417 symbols (Macro PDF417), as pictures and as hand scanners send them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pdf417gen.compaction.byte import compact_bytes
from pdf417gen.encoding import encode_rows
from pdf417gen.error_correction import compute_error_correction_code_words
from pdf417gen.rendering import barcode_size, modules
from pdf417gen.util import chunks, to_base

_COLUMNS, _LEVEL, _PADDING = 8, 3, 900
_ROW_HEIGHT, _QUIET = 3, 8  # modules


def picture(data: bytes, number: int, size: int, file_id: tuple[int, ...], *, module_px: int = 3) -> NDArray[np.uint8]:
    """Return part `number` (from 0) of `size`, 0 black to 255 white, with a macro control block (ISO/IEC 15438, annex
    H).
    """
    data_words = [924 if len(data) % 6 == 0 else 901, *compact_bytes(data)]
    block = [928, *to_base(100_000 + number, 900), *file_id, 923, 1, *to_base(100_000 + size, 900)]
    block += [922] if number == size - 1 else []
    filled = 1 + len(data_words) + len(block) + 2 ** (_LEVEL + 1)
    words = [0, *data_words, *[_PADDING] * (-filled % _COLUMNS), *block]
    words[0] = len(words)
    words += compute_error_correction_code_words(words, _LEVEL)
    codes = list(encode_rows(list(chunks(words, _COLUMNS)), _COLUMNS, _LEVEL))
    width, height = barcode_size(codes)
    drawn = np.full((height, width), 255, np.uint8)
    for x, y in modules(codes):
        drawn[y, x] = 0
    padded = np.pad(drawn.repeat(_ROW_HEIGHT, axis=0), _QUIET, constant_values=255)
    return padded.repeat(module_px, axis=0).repeat(module_px, axis=1)


def cut(message: str, size: int) -> list[bytes]:
    """Cut a message into `size` pieces of about the same length, at any position."""
    length = -(-len(message) // size)
    return [message[at : at + length].encode() for at in range(0, len(message), length)]


def scanned(pieces: list[bytes], file_id: tuple[int, ...], *, with_count: bool = False) -> list[bytes]:
    """Return the pieces as a hand scanner sends them, with the control header."""
    name = "".join(f"\\{word:03}" for word in file_id)
    total = to_base(100_000 + len(pieces), 900)
    field = f"\\923\\001\\{total[0]:03}\\{total[1]:03}" if with_count else ""
    last = len(pieces) - 1
    return [
        f"\\928{at:05}{name}{field}".encode() + piece + (b"\\922" if at == last else b"")
        for at, piece in enumerate(pieces)
    ]
