"""Symbols that we write, read back through real files, a real video and the real decoder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from zxingcpp import BarcodeFormat

from eum_app.cli.common import sentence_of
from eum_app.domain.errors import Refusal
from eum_app.domain.marks import Uii, parse_mark
from eum_app.scanning import labels
from eum_app.scanning.camera import FrameSource
from eum_app.scanning.decoder import decode, read_still
from eum_app.scanning.images import load_grey
from eum_app.scanning.opencv import cv2
from eum_app.scanning.read_marks import mark_as_json, read_marks, reading_as_json
from eum_app.wording.messages import sentence
from tests.pictures import code_39
from tests.worn_pictures import laid, modules_of, seen

MESSAGE = labels.iuid_message("1HLD9", "NVG-31A", "463416")
WAIT_S = 20


def test_a_data_matrix_comes_back_byte_for_byte() -> None:
    picture = labels.data_matrix(MESSAGE)
    assert picture.shape[0] == picture.shape[1]
    (symbol,) = decode(picture)
    assert (symbol.raw, symbol.symbology, symbol.error_corrected) == (MESSAGE, "Data Matrix", True)
    assert np.abs(np.array(symbol.corners) - [(16, 16), (175, 16), (175, 175), (16, 175)]).max() <= 2
    assert parse_mark(symbol.raw, symbol.aim).uii == Uii("D1HLD9NVG-31A463416", "2")


def test_qr_and_code_39() -> None:
    (qr,) = decode(labels.qr("481772"))
    assert (qr.raw, qr.symbology, qr.error_corrected) == (b"481772", "QR", True)
    (linear,) = decode(code_39("515736A"))
    assert (linear.raw, linear.symbology, linear.error_corrected) == (b"515736A", "Code 39", False)


@pytest.mark.parametrize("text", ["786951", "123456", "12345678", "-1234562", "000000"])
def test_a_serial_is_never_taken_for_a_pharmacy_code(text: str) -> None:
    (linear,) = decode(code_39(text))
    assert (linear.raw, linear.symbology) == (text.encode(), "Code 39")


@pytest.mark.parametrize(
    ("bars", "meant"),
    [("P/N 12", "P/N 12"), ("12/A3", "12/A3"), ("/C1", "/C1"), ("A-B.C", "A-B.C"), ("A+B+C", "Abc"), ("+A/A", "a!")],
)
def test_a_slash_in_code_39_is_a_slash(bars: str, meant: str) -> None:
    (linear,) = decode(code_39(bars))
    assert (linear.raw, linear.symbology) == (meant.encode(), "Code 39")


def test_code_39_signs_of_several_symbols_are_distinguished() -> None:
    texts = ("12/A3", "+AB", "786951")
    sheet = np.full((1200, 1600), 255, np.uint8)
    for at, picture in enumerate(code_39(text) for text in texts):
        sheet[100 + at * 400 : 100 + at * 400 + len(picture), 200 : 200 + picture.shape[1]] = picture
    assert {symbol.raw for symbol in decode(sheet)} == {b"12/A3", b"aB", b"786951"}


def test_what_marks_do_not_use_is_read_only_where_it_is_asked_for() -> None:
    inked = modules_of(b"590123412345", BarcodeFormat.EAN13)
    picture = seen(laid(inked, 3, 10), np.random.default_rng(1), tilt=0.0)
    assert read_still(picture, 200) == []
    (symbol,) = read_still(picture, 200, kinds=("EAN/UPC",))
    assert (symbol.symbology, symbol.raw, symbol.error_corrected) == ("EAN/UPC", b"5901234123457", False)
    mark = seen(laid(modules_of(b"A" * 12), 5), np.random.default_rng(1))
    assert read_still(mark, 200, kinds=("QR", "EAN/UPC")) == []
    assert [one.raw for one in read_still(mark, 200, kinds=("no such kind",))] == [b"A" * 12]


def test_noise_and_tiny_pictures_give_nothing() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (600, 800), dtype=np.uint8)
    assert decode(noise) == []
    for shape in ((1, 1), (1, 500), (500, 1), (3, 3)):
        assert decode(np.full(shape, 255, np.uint8)) == []


def test_what_fits_into_no_symbol_is_refused() -> None:
    with pytest.raises(Refusal, match=r"label\.too_long"):
        labels.data_matrix(b"x" * 4000)
    with pytest.raises(Refusal, match=r"label\.too_long"):
        labels.qr("x" * 4000)


# ---------------------------------------------------------------------------------------------- pictures
def _variants() -> dict[str, np.ndarray]:
    grey = labels.data_matrix(MESSAGE, 4)
    ink = np.zeros((*grey.shape, 4), np.uint8)
    ink[:, :, 3] = 255 - grey  # black on nothing: a transparent picture is seen on white paper
    return {
        "grey.png": grey,
        "colour.png": np.dstack([grey] * 3),
        "transparent.png": ink,
        "deep.png": grey.astype(np.uint16) * 16,  # 12 bits in 16
        "colour16.png": np.dstack([grey.astype(np.uint16) * 257] * 3),
        "photo.jpg": grey,
        "photo.webp": np.dstack([grey] * 3),
        "scan.tiff": grey,
        "old.bmp": grey,
    }


@pytest.mark.parametrize("name", _variants())
def test_every_kind_of_picture_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _, data = cv2.imencode(path.suffix, _variants()[name])
    path.write_bytes(data.tobytes())
    assert [symbol.raw for symbol in decode(load_grey(path))] == [MESSAGE]
    assert [symbol.raw for symbol in decode(load_grey(data.tobytes()))] == [MESSAGE]
    with pytest.raises(Refusal, match=r"image\.unreadable"):
        load_grey(data.tobytes()[: len(data) // 2])


def test_a_cmyk_picture_is_read(tmp_path: Path) -> None:
    from PySide6.QtGui import QImage  # the only available writer of CMYK

    path = tmp_path / "cmyk.jpg"
    colour = QImage.fromData(labels.png(labels.data_matrix(MESSAGE)))
    assert colour.convertToFormat(QImage.Format.Format_CMYK8888).save(str(path), quality=95)
    assert [symbol.raw for symbol in decode(load_grey(path))] == [MESSAGE]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_photo_is_turned_as_its_camera_was_held(channels: int) -> None:
    shape = (20, 40) if channels == 1 else (20, 40, 3)
    _, data = cv2.imencode(".jpg", np.full(shape, 200, np.uint8))
    tiff = b"II*\0" + pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)  # one entry: orientation 6, a quarter turn
    segment = b"\xff\xe1" + pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff
    assert load_grey(data.tobytes()).shape == (20, 40)
    assert load_grey(data.tobytes()[:2] + segment + data.tobytes()[2:]).shape == (40, 20)


def test_one_pixel_is_a_picture() -> None:
    assert load_grey(labels.png(np.full((1, 1), 9, np.uint8))).tolist() == [[9]]


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "image.unreadable"),
        (b"PK\x03\x04 not a picture", "image.unreadable"),
        (_png_header(20_000, 20_000), "image.too_large"),
        (_png_header(10_001, 10_000), "image.too_large"),
        (_png_header(100, 100), "image.unreadable"),
    ],
)
def test_a_file_that_is_not_a_picture_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        load_grey(data)
    assert caught.value.code == code
    assert sentence(caught.value).what


def test_a_missing_picture_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(Refusal, match=r"image\.missing"):
            load_grey(path)


def test_opencv_leaves_the_environment_as_it_was() -> None:
    code = "import os; a = dict(os.environ); import eum_app.scanning.opencv; assert a == dict(os.environ)"
    environment = {**os.environ, "QT_QPA_FONTDIR": "kept"}
    environment.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


# ---------------------------------------------------------------------------------------------- files to marks
def test_marks_of_a_folder_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(labels.png(labels.data_matrix(MESSAGE)))
    (tmp_path / "b.png").write_bytes(b"damaged")
    (tmp_path / "c.png").write_bytes(labels.png(labels.data_matrix(b"[)>\x1e06\x1d17V1HLD9\x1d1PX\x1e\x04")))
    (tmp_path / "notes.txt").write_text("no picture")
    mark, damaged, refused = (reading_as_json(reading, sentence_of) for reading in read_marks(tmp_path))
    assert mark["uii"] == "D1HLD9NVG-31A463416"
    assert mark["construct"] == 2
    assert mark["elements"] == {"17V": "1HLD9", "1P": "NVG-31A", "S": "463416"}
    assert mark["bytes_hex"] == MESSAGE.hex()
    assert len(mark["corners"]) == 4
    assert damaged["error"].startswith("This file is not a picture that can be read.")
    assert refused["error"] == "incomplete construct 2: no serial number"
    assert bytes.fromhex(refused["bytes_hex"]).endswith(b"1PX\x1e\x04")
    with pytest.raises(Refusal):
        list(read_marks(tmp_path / "b.png"))


def test_mark_as_json_says_why_not() -> None:
    said = mark_as_json(b"[)>0617V1HLD91PWIDGET-99S000001", sentence_of)
    assert said["uii"] is None
    assert said["error"] == "separators lost: set the scanner up, or read the mark by camera"
    assert said["candidates"] == ["D1HLD9WIDGET-99000001"]
    assert mark_as_json(b"515736A", sentence_of)["serial"] == "515736A"


# ---------------------------------------------------------------------------------------------- frames
def _video(path: Path, frames: int) -> None:
    colour = np.dstack([np.pad(labels.data_matrix(MESSAGE, 6), 40, constant_values=255)] * 3)
    height, width = colour.shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (width, height))
    for _ in range(frames):
        writer.write(colour)
    writer.release()


def until(source: FrameSource, state: str) -> None:
    """Wait until the source is in this state. Fails when the time runs out."""
    end = time.monotonic() + WAIT_S
    while source.state != state:
        assert time.monotonic() < end, source.state
        source.wait(1_000_000, 0.02)


def test_frames_of_a_video_are_numbered_and_end(tmp_path: Path) -> None:
    _video(tmp_path / "walk.avi", 10)
    with FrameSource(tmp_path / "walk.avi", fps=0) as source:
        until(source, "ended")
        frame = source.wait(0, 0)
        assert frame is not None
        assert frame.number == 10  # the newest only: the nine before were dropped, not queued
        assert [symbol.raw for symbol in decode(frame.grey())] == [MESSAGE]
        assert source.wait(frame.number, WAIT_S) is None
    assert source.state == "stopped"


def test_frames_of_a_folder_pass_over_a_damaged_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(labels.png(labels.data_matrix(MESSAGE)))
    (tmp_path / "b.png").write_bytes(b"damaged")
    (tmp_path / "c.png").write_bytes(labels.png(labels.qr("481772")))
    with FrameSource(tmp_path, fps=0) as source:
        until(source, "ended")
        frame = source.wait(0, 0)
        assert frame is not None
        assert frame.number == 2
        assert frame.grey() is frame.picture


def test_what_is_unplugged_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "camera.avi"
    _video(tmp_path / "stock.avi", 3)
    with FrameSource(path, fps=0, keep_trying=True, retry_ms=10) as source:
        until(source, "no_camera")
        (tmp_path / "stock.avi").rename(path)
        frame = source.wait(3, WAIT_S)
        assert frame is not None  # more frames than one run of the file has
        path.unlink()
        until(source, "no_camera")


def test_an_absent_camera_is_a_state() -> None:
    with FrameSource(97, retry_ms=10) as source:
        until(source, "no_camera")
        assert source.wait(0, 0) is None


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"camera\.no_such_file"):
        FrameSource(tmp_path / "none.avi")
