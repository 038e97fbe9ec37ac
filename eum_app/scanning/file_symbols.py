"""Small files as QR symbols: one symbol, or several for a longer file, and back from their pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from zxingcpp import BarcodeFormat

from eum_app.domain.errors import Refusal
from eum_app.scanning.barcodes import read_barcodes
from eum_app.scanning.images import load_grey
from eum_app.scanning.labels import png, qr_of_bytes

MAX_PART_BYTES: Final = 1_800
MAX_PARTS: Final = 40
_MAGIC: Final = b"EUMPART1"
_NAME_BYTES: Final = 8


def pictures_of(data: bytes, *, whole_up_to: int) -> list[bytes]:
    """Return PNG pictures of the symbols that hold `data`: one up to `whole_up_to` bytes, else one for each part.

    Raises Refusal `symbols.too_long` for more than `MAX_PARTS` parts, and `label.too_long` if `whole_up_to` allows more
    than one symbol holds (2953 bytes).
    """
    if len(data) <= whole_up_to:
        return [png(qr_of_bytes(data))]
    parts = [data[at : at + MAX_PART_BYTES] for at in range(0, len(data), MAX_PART_BYTES)]
    if len(parts) > MAX_PARTS:
        raise Refusal("symbols.too_long", size=len(data))
    name = hashlib.sha384(data).digest()[:_NAME_BYTES]
    heads = [_MAGIC + name + bytes((number, len(parts))) for number in range(len(parts))]
    return [png(qr_of_bytes(head + part)) for head, part in zip(heads, parts, strict=True)]


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a PNG or JPEG file."""
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def file_in(pictures: Iterable[bytes]) -> bytes:
    """Return the file in the QR symbols of pictures, in any order.

    Pictures without a symbol and repeated ones are ignored. A symbol that is no part of a file is a whole file itself.
    Raises Refusal `symbols.none` (no symbol at all), `symbols.mixed` (of several files, or damaged), `symbols.missing`
    with the numbers of missing parts, and as `load_grey`.
    """
    found = [
        bytes(one.bytes) for picture in pictures for one in read_barcodes(load_grey(picture), (BarcodeFormat.QRCode,))
    ]
    if not found:
        raise Refusal("symbols.none")
    if not found[0].startswith(_MAGIC):
        if len(set(found)) > 1:
            raise Refusal("symbols.mixed")
        return found[0]
    start = len(_MAGIC) + _NAME_BYTES
    if any(len(one) < start + 2 for one in found) or len({(one[:start], one[start + 1]) for one in found}) != 1:
        raise Refusal("symbols.mixed")
    parts = {one[start]: one[start + 2 :] for one in found}
    missing = [str(number + 1) for number in range(found[0][start + 1]) if number not in parts]
    if missing:
        raise Refusal("symbols.missing", numbers=", ".join(missing), count=found[0][start + 1])
    data = b"".join(parts[number] for number in sorted(parts))
    if hashlib.sha384(data).digest()[:_NAME_BYTES] != found[0][len(_MAGIC) : start]:
        raise Refusal("symbols.mixed")
    return data
