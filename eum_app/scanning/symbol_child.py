"""Child process that reads the QR symbols of pictures, without keys: a JPEG or PNG in, the bytes of its symbols out."""

from __future__ import annotations

import struct
from typing import IO, Final

import msgspec

from eum_app.bounded_child import answer_each, ended_after, limit_memory, read_whole
from eum_app.domain.errors import Refusal

COMMAND: Final = "read-symbols"
SECONDS: Final = 20.0
"""Longest time for one picture; 25 megapixels take about two seconds."""
LENGTH: Final = struct.Struct("<I")
_SPARE_BYTES: Final = 1024 * 1024 * 1024


class Symbols(msgspec.Struct, frozen=True):
    """The bytes of the symbols; `is_picture` is False for a file that no decoder reads."""

    found: list[bytes] = []
    is_picture: bool = True


def main() -> int:
    """Read picture after picture from standard input until it ends. Return 0."""
    from zxingcpp import BarcodeFormat

    from eum_app.scanning.barcodes import read_barcodes
    from eum_app.scanning.images import load_grey
    from eum_app.scanning.opencv import cv2

    cv2.setNumThreads(1)

    def serve(requests: IO[bytes], answers: IO[bytes]) -> bool:
        head = requests.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return False
        data = read_whole(requests, *LENGTH.unpack(head))
        with ended_after(SECONDS):
            try:
                grey = load_grey(data)
                found = Symbols([bytes(one.bytes) for one in read_barcodes(grey, (BarcodeFormat.QRCode,))])
            except Refusal:
                found = Symbols(is_picture=False)
        answer = msgspec.msgpack.encode(found)
        answers.write(LENGTH.pack(len(answer)) + answer)
        return True

    limit_memory(_SPARE_BYTES)
    return answer_each(serve)
