"""Decode pictures: JPEG and PNG only, recognized by their content, whatever a fact or a file name calls them.

Qt would choose among all its picture plugins by content. Its SVG plugin loads local files into a picture, and needs
minutes for two kilobytes; a device could sign such a file as evidence.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QImage, QImageReader

MAX_SIDE: Final = 20_000
MAX_PIXELS: Final = {b"jpeg": 100_000_000, b"png": 60_000_000}
"""By format: a JPEG is reduced while it is decoded, a PNG is held whole first, and Qt allows 256 MB for that."""
MAX_SHOWN_PIXELS: Final = 24_000_000
"""Larger pictures are reduced to this, at most 96 MB in memory."""
_FORMATS: Final = ((b"\xff\xd8\xff", b"jpeg"), (b"\x89PNG\r\n\x1a\n", b"png"))


def decoded(data: bytes) -> QImage:
    """Return the picture in the bytes of a JPEG or PNG file, turned as it says (EXIF).

    The image is null if it is another format, damaged, or over the limits. May be called on any thread.
    """
    form = next((form for signature, form in _FORMATS if data.startswith(signature)), None)
    if form is None:
        return QImage()
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(form))
    reader.setAutoDetectImageFormat(False)  # else another plugin may take what this one refuses
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()  # from the header, before anything is decoded
    pixels = size.width() * size.height()
    if not size.isValid() or max(size.width(), size.height()) > MAX_SIDE or pixels > MAX_PIXELS[form]:
        return QImage()
    if pixels > MAX_SHOWN_PIXELS:
        part = (MAX_SHOWN_PIXELS / pixels) ** 0.5
        reader.setScaledSize(QSize(max(1, int(size.width() * part)), max(1, int(size.height() * part))))
    return reader.read()
