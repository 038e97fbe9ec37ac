"""Child process that decodes pictures: a JPEG or PNG in, its pixels out. It holds no keys and opens no store."""

from __future__ import annotations

import struct
from typing import IO, Final

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from eum_app.bounded_child import answer_each, ended_after, limit_memory, read_whole

COMMAND: Final = "decode-pictures"
SECONDS: Final = 10.0
"""Longest time for one picture; 100 megapixels take about one second."""
REQUEST: Final = struct.Struct("<4sIII")
"""Format, width and height to fit into, and the length of the file, which follows."""
ANSWER: Final = struct.Struct("<III")
"""Width, height, and whether there is an alpha channel; pixels of 4 bytes follow. Zeros if it cannot be decoded."""
_SPARE_BYTES: Final = 1024 * 1024 * 1024
"""A PNG of 60 megapixels takes 240 MB, the reduced copy 96 MB."""


def main() -> int:
    """Decode picture after picture from standard input until it ends. Return 0."""
    application = QCoreApplication([COMMAND])  # knows where the decoders are
    _decoded(_NOTHING, b"jpeg", QSize())  # loads the decoder before memory is limited
    limit_memory(_SPARE_BYTES)
    code = answer_each(_serve)
    del application
    return code


_NOTHING: Final = b"\xff\xd8\xff\xd9"


def _serve(requests: IO[bytes], answers: IO[bytes]) -> bool:
    head = requests.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return False
    form, width, height, length = REQUEST.unpack(head)
    data = read_whole(requests, length)
    with ended_after(SECONDS):
        image = _decoded(data, form, QSize(width, height))
        has_alpha = image.hasAlphaChannel()
        image = image.convertToFormat(
            QImage.Format.Format_ARGB32_Premultiplied if has_alpha else QImage.Format.Format_RGB32
        )
    answers.write(ANSWER.pack(image.width(), image.height(), has_alpha))
    if not image.isNull():
        answers.write(image.constBits())
    return True


def _decoded(data: bytes, form: bytes, room: QSize) -> QImage:
    """Return the picture, turned as it says (EXIF), reduced while it is decoded so that it fits into `room`."""
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(form.rstrip(b"\0")))
    reader.setAutoDetectImageFormat(False)  # else another plugin may take what this one refuses
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.width() > room.width() or size.height() > room.height():
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    return reader.read()
