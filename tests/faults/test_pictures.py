"""Pictures that a device signs to hurt HQ: other formats under a picture's name, and pictures beyond all bounds."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter

from ui.field.parts import image_of
from ui.kit.picture import MAX_PIXELS, MAX_SHOWN_PIXELS, MAX_SIDE, decoded

pytestmark = pytest.mark.usefixtures("qapp")


def written(form: str, width: int = 40, height: int = 30) -> bytes:
    """The bytes of a red picture in a format of Qt."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(form.encode())).write(image), form
    return bytes(data.data())


def png_of_size(width: int, height: int, rows: int = 0) -> bytes:
    """A PNG whose header claims a size; it holds `rows` black rows of it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    body = packer.compress(bytes((width + 7) // 8 + 1) * rows) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_the_two_formats_of_photos_are_shown(form: str) -> None:
    assert (decoded(written(form)).width(), decoded(written(form)).height()) == (40, 30)
    assert image_of(written(form), 20).width() == 20


def test_an_svg_under_the_name_of_a_photo_shows_nothing_and_loads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(written("png"))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30">'
        f'<image width="40" height="30" xlink:href="{secret}"/><rect width="9" height="9" fill="blue"/></svg>'
    ).encode()
    assert not QImage.fromData(svg).isNull(), "Qt's own choice of a plugin shows it"
    for data in (svg, b"\n" + svg, b"\xef\xbb\xbf" + svg, zlib.compress(svg)):
        assert decoded(data).isNull()
        assert image_of(data, 20).isNull()


@pytest.mark.parametrize("form", ["bmp", "ppm", "xpm", "ico", "tiff", "webp", "icns"])
def test_no_other_format_is_decoded(form: str) -> None:
    if form.encode() not in [bytes(one.data()) for one in QImageWriter.supportedImageFormats()]:
        pytest.skip(f"this Qt writes no {form}")
    assert decoded(written(form)).isNull()


@pytest.mark.qt_log_ignore("JPEG", "Unsupported marker")
@pytest.mark.parametrize("head", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_a_signature_before_another_format_hands_it_to_no_other_plugin(head: bytes) -> None:
    for rest in (b"", b"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>", written("bmp"), bytes(10_000)):
        assert decoded(head + rest).isNull()


def test_a_picture_beyond_the_limits_is_not_decoded() -> None:
    largest = int(MAX_PIXELS[b"png"] ** 0.5) + 1
    assert decoded(png_of_size(largest, largest)).isNull()
    for width, height in ((MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (2**31 - 1, 2**31 - 1), (MAX_SIDE, MAX_SIDE), (0, 0)):
        assert decoded(png_of_size(width, height)).isNull()
    assert max(MAX_PIXELS.values()) < MAX_SIDE**2


def test_a_large_picture_is_reduced_while_it_is_decoded() -> None:
    image = decoded(png_of_size(6_000, 6_000, rows=6_000))
    assert 0 < image.width() * image.height() <= MAX_SHOWN_PIXELS
    assert image.width() == image.height()
