"""Recognize pictures of evidence by their content, before a decoder sees them: JPEG and PNG, and how large they are.

Only the header is read. A library would unpack more of the file, and a decoder is what this protects.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eum_app.domain.errors import Refusal

MAX_SIDE: Final = 20_000
"""Pixels."""
MAX_BYTES: Final = 40_000_000
HEAD_BYTES: Final = 1_000_000
"""Bytes from the beginning that `picture_head` looks at: a JPEG has its previews and color profiles before its size."""
_MAX_SEGMENTS: Final = 1_000
_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers of a JPEG without a length (ITU-T T.81, table B.1)."""
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that begin a frame header: precision, height and width follow the length (T.81, B.2.2)."""
_ENDS: Final = frozenset({0xD8, 0xD9, 0xDA})


class PictureForm(StrEnum):
    """The formats of photos. The values are Qt's names of their decoders."""

    JPEG = "jpeg"
    PNG = "png"


MAX_PIXELS: Final = {PictureForm.JPEG: 100_000_000, PictureForm.PNG: 60_000_000}
"""By format: a JPEG is reduced while it is decoded, a PNG is held whole first, and Qt allows 256 MB for that."""


@dataclass(frozen=True)
class PictureHead:
    """Format, width and height in pixels, as the header of a file has them."""

    form: PictureForm
    width: int
    height: int


def picture_head(data: bytes, length: int | None = None) -> PictureHead:
    """Return the format and size of a picture from the first `HEAD_BYTES` of its file.

    `length` is the length of the whole file, if `data` is only its beginning. Raises Refusal `picture.kind` (neither
    JPEG nor PNG), `picture.damaged` (no size in its header), `picture.too_large` (width, height, megapixels: the limit)
    and `picture.file_too_large` (megabytes).
    """
    head = data[:HEAD_BYTES]
    if head.startswith(_JPEG):
        form, size = PictureForm.JPEG, _jpeg_size(head)
    elif head.startswith(_PNG):
        form, size = PictureForm.PNG, _png_size(head)
    else:
        raise Refusal("picture.kind")
    if size is None or not all(size):
        raise Refusal("picture.damaged")
    width, height = size
    if max(size) > MAX_SIDE or width * height > MAX_PIXELS[form]:
        raise Refusal("picture.too_large", width=width, height=height, megapixels=MAX_PIXELS[form] // 1_000_000)
    if (len(data) if length is None else length) > MAX_BYTES:
        raise Refusal("picture.file_too_large", megabytes=MAX_BYTES // 1_000_000)
    return PictureHead(form, width, height)


def _png_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG; its first chunk must be IHDR (ISO/IEC 15948, 5.6)."""
    if len(head) < 24 or head[8:16] != b"\0\0\0\x0dIHDR":
        return None
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG from its first frame header."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        while head[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if len(head) < at + 9 or head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker in _ENDS:
            return None
        if marker in _ALONE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", head, at + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        if length < 2:
            return None
        at += 2 + length
    return None
