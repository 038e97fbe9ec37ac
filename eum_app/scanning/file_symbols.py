"""Small files as QR symbols: one symbol, or several for a longer file, and back from their pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import closing
from typing import IO, Final

import msgspec

from eum_app.bounded_child import BoundedChild, ChildEndedError, read_whole
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.pictures import PictureForm, picture_head
from eum_app.scanning.labels import png, qr_of_bytes
from eum_app.scanning.symbol_child import COMMAND, LENGTH, SECONDS, Symbols

MAX_PART_BYTES: Final = 1_800
MAX_PARTS: Final = 40
MAX_PIXELS: Final = 25_000_000
"""Of a picture with symbols: a photo of a screen or a sheet of paper. Each may take 4 bytes while it is decoded."""
_MAX_DEPTH: Final = 8
_DEPTH_AT: Final = 24
"""Place of the bit depth in a PNG (ISO/IEC 15948, 11.2.2)."""
_MAX_ANSWER_BYTES: Final = 1_000_000
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
    with the numbers of missing parts, and as `symbols_in`.
    """
    with closing(BoundedChild(COMMAND)) as child:
        found = [symbol for picture in pictures for symbol in symbols_in(child, picture)]
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


def symbols_in(child: BoundedChild, picture: bytes) -> list[bytes]:
    """Return the bytes of the QR symbols in a JPEG or PNG, read by a child process that holds no keys.

    Raises Refusal as `picture_head`, `picture.too_large` over `MAX_PIXELS`, `image.too_deep` for a PNG of 16 bits,
    `image.unreadable`, `picture.slow` and `picture.crashed`; Trouble `task.child_not_started`.
    """
    head = picture_head(picture)
    if head.width * head.height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise Refusal("picture.too_large", width=head.width, height=head.height, megapixels=limit)
    if head.form is PictureForm.PNG and picture[_DEPTH_AT] > _MAX_DEPTH:
        raise Refusal("image.too_deep", bits=picture[_DEPTH_AT])

    def send(requests: IO[bytes]) -> None:
        requests.write(LENGTH.pack(len(picture)) + picture)

    try:
        symbols = child.ask(send, _received, SECONDS)
    except ChildEndedError as ended:
        if ended.is_late:
            raise Refusal("picture.slow", seconds=round(SECONDS)) from ended
        raise Refusal("picture.crashed") from ended
    except OSError as error:
        raise Trouble("task.child_not_started", reason=error.strerror or "") from error
    if not symbols.is_picture:
        raise Refusal("image.unreadable")
    return symbols.found


def _received(answers: IO[bytes]) -> Symbols:
    (length,) = LENGTH.unpack(read_whole(answers, LENGTH.size))
    if length > _MAX_ANSWER_BYTES:
        raise ValueError("more than symbols hold")
    return msgspec.msgpack.decode(read_whole(answers, length), type=Symbols)
