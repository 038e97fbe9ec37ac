"""Pictures that a device signs to hurt HQ: other formats under a picture's name, pictures beyond all bounds, and
pictures that stop or end the decoder."""

from __future__ import annotations

import io
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter

from eum_app import bounded_child
from eum_app.demo.generate import photo
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.pictures import HEAD_BYTES, MAX_BYTES, MAX_PIXELS, MAX_SIDE, PictureForm, picture_head
from eum_app.wording.messages import sentence
from ui.kit import picture as picture_module
from ui.kit.picture import MAX_SHOWN_PIXELS, _received, decoded, decoder_pid, end_decoder
from ui.kit.picture_child import ANSWER
from ui.kit.tasks import Tasks

if sys.platform != "win32":
    import fcntl
    import termios

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("qapp")
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture(autouse=True)
def _no_decoder_stays() -> Iterator[None]:
    yield
    end_decoder()


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


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose frame header claims a size."""
    data = written("jpeg")
    place = data.index(b"\xff\xc0")
    return data[: place + 5] + struct.pack(">HH", height, width) + data[place + 9 :]


def hold(process: int) -> None:
    """Stop a process, and wait until it has stopped."""
    os.kill(process, signal.SIGSTOP)
    while Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "T":
        time.sleep(0.001)


def code_of(data: bytes) -> str:
    """The code with which a picture is refused, or `shown`."""
    try:
        return "" if decoded(data).isNull() else "shown"
    except Refusal as refusal:
        return refusal.code


def refusal_of(data: bytes) -> str:
    """The code with which a picture is refused, before or by the decoder; its sentence is complete."""
    with pytest.raises(Refusal) as refused:
        decoded(data)
    assert "{" not in str(sentence(refused.value))
    return refused.value.code


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_the_two_formats_of_photos_are_shown(form: str) -> None:
    image = decoded(written(form))
    assert (image.width(), image.height()) == (40, 30)
    assert image.pixelColor(20, 15).red() > 250
    assert decoded(written(form), QSize(20, 9_999)).width() == 20


def test_a_picture_looks_as_it_did_in_this_process() -> None:
    data = photo("crack", 3)
    kind = QImage.Format.Format_RGB32
    assert decoded(data).convertToFormat(kind) == QImage.fromData(data).convertToFormat(kind)


def test_a_transparent_picture_stays_transparent() -> None:
    image = QImage(8, 8, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 255, 80))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # type: ignore[call-overload]
    assert abs(decoded(bytes(data.data())).pixelColor(4, 4).alpha() - 80) <= 1


def test_an_svg_under_the_name_of_a_photo_shows_nothing_and_reaches_no_decoder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(written("png"))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30">'
        f'<image width="40" height="30" xlink:href="{secret}"/><rect width="9" height="9" fill="blue"/></svg>'
    ).encode()
    assert not QImage.fromData(svg).isNull(), "Qt's own choice of a plugin shows it"
    for data in (svg, b"\n" + svg, b"\xef\xbb\xbf" + svg, zlib.compress(svg)):
        assert refusal_of(data) == "picture.kind"
    assert decoder_pid() is None


@pytest.mark.parametrize("form", ["bmp", "ppm", "xpm", "ico", "tiff", "webp", "icns"])
def test_no_other_format_is_decoded(form: str) -> None:
    if form.encode() not in [bytes(one.data()) for one in QImageWriter.supportedImageFormats()]:
        pytest.skip(f"this Qt writes no {form}")
    assert refusal_of(written(form)) == "picture.kind"
    assert decoder_pid() is None


@pytest.mark.parametrize("head", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_a_signature_before_another_format_hands_it_to_no_other_plugin(head: bytes) -> None:
    for rest in (b"", b"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>", written("bmp"), bytes(10_000)):
        assert refusal_of(head + rest) == "picture.damaged"


@pytest.mark.parametrize("of_size", [png_of_size, jpeg_of_size])
def test_a_picture_beyond_the_limits_reaches_no_decoder(of_size: type) -> None:
    for width, height in ((MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (MAX_SIDE, MAX_SIDE), (65_000, 65_000)):
        assert refusal_of(of_size(width, height)) == "picture.too_large"
    for width, height in ((0, 0), (0, 5), (5, 0)):
        assert refusal_of(of_size(width, height)) == "picture.damaged"
    assert refusal_of(written("png") + bytes(MAX_BYTES)) == "picture.file_too_large"
    assert decoder_pid() is None
    assert max(MAX_PIXELS.values()) < MAX_SIDE**2


def test_the_header_of_a_jpeg_is_read_in_bounded_steps() -> None:
    segment = b"\xff\xe1\x00\x02"
    for rest in (segment * 1_000_000, b"\xff" * 2_000_000, b"\xff\x01" * 10_000):
        with pytest.raises(Refusal, match=r"picture\.damaged"):
            picture_head(b"\xff\xd8" + rest)
    data = written("jpeg", 640, 480)
    previews = b"".join(b"\xff\xe2" + struct.pack(">H", 65_535) + bytes(65_533) for _ in range(12))
    head = picture_head((data[:2] + previews + data[2:])[:HEAD_BYTES])
    assert (head.form, head.width, head.height) == (PictureForm.JPEG, 640, 480)


def test_a_large_picture_is_reduced_while_it_is_decoded() -> None:
    image = decoded(png_of_size(6_000, 6_000, rows=6_000))
    assert 0 < image.width() * image.height() <= MAX_SHOWN_PIXELS
    assert image.width() == image.height()


def test_mutated_pictures_are_shown_or_refused_and_the_app_goes_on() -> None:
    codes: set[str] = set()
    chance = random.Random(20261130)
    for data in (written("png", 90, 70), photo("intact", 1), photo("crack", 2)):
        for _ in range(60):
            changed = bytearray(data)
            for _ in range(chance.randint(1, 40)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            cut = bytes(changed[: chance.randint(1, len(changed))]) if chance.random() < 0.3 else bytes(changed)
            codes.add(code_of(cut))
    assert codes <= {"shown", "picture.damaged", "picture.too_large", "picture.kind", "picture.crashed"}
    assert {"shown", "picture.damaged"} <= codes
    assert decoded(photo("crack", 2)).width() > 0


@linux
def test_a_decoder_that_hangs_is_ended_and_the_next_picture_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded(written("png"))
    hung = decoder_pid()
    assert hung is not None
    hold(hung)  # as in an endless loop: it answers nothing
    monkeypatch.setattr(picture_module, "SECONDS", 0.3)
    assert refusal_of(written("png")) == "picture.slow"
    monkeypatch.undo()
    assert decoded(written("jpeg")).width() == 40
    assert decoder_pid() not in {None, hung}


@linux
def test_a_decoder_that_crashes_is_replaced() -> None:
    decoded(written("png"))
    first, requests = decoder_pid(), picture_module._child._process
    assert first is not None
    assert requests is not None
    assert requests.stdin is not None
    hold(first)  # so that it ends in the middle of the picture
    said: list[str] = []
    asking = threading.Thread(target=lambda: said.append(code_of(written("png"))))
    asking.start()
    sent = bytearray(4)
    while not int.from_bytes(sent, sys.byteorder):
        fcntl.ioctl(requests.stdin, termios.FIONREAD, sent)
        time.sleep(0.001)
    os.kill(first, signal.SIGSEGV)  # as a fault in libpng
    os.kill(first, signal.SIGCONT)
    asking.join()
    assert said == ["picture.crashed"]
    assert decoded(written("jpeg")).width() == 40
    assert decoder_pid() not in {None, first}


@linux
def test_the_decoder_holds_no_keys_and_little_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", "hush hush")
    monkeypatch.setenv("EUM_STORE", str(tmp_path))
    with (tmp_path / "store.db").open("wb"):
        decoded(written("png"))
        process = Path(f"/proc/{decoder_pid()}")
        files = {str(one.readlink()) for one in (process / "fd").iterdir()}
        environment = (process / "environ").read_bytes() if os.geteuid() == 0 else b""
        limits = {line[:24].strip(): line[24:].split()[0] for line in (process / "limits").read_text().splitlines()}
    assert not [name for name in files if str(tmp_path) in name]
    assert b"EUM_" not in environment
    assert b"decode-pictures" in (process / "cmdline").read_bytes()
    assert limits["Max address space"] != "unlimited"
    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"


@linux
def test_what_a_child_started_is_killed_with_it() -> None:
    """A child that a picture took over could fork: the copy would hold the pipes, and locking would wait for it."""
    command = ["sh", "-c", "sleep 600 & echo $!; wait"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout is not None
        copy = Path("/proc", child.stdout.readline().decode().strip())
        assert copy.exists()
        bounded_child._kill(child)
        assert child.stdout.read() == b"", "no process holds the pipe any longer"


def test_locking_and_closing_end_the_decoder() -> None:
    tasks = Tasks()
    decoded(written("png"))
    tasks.pause(lambda: None)[0].result()
    assert decoder_pid() is None
    tasks.resume()
    decoded(written("png"))
    tasks.close()
    assert decoder_pid() is None


_DIES = """
import os, sys
from ui.kit.picture import decoded, decoder_pid
decoded(sys.stdin.buffer.read())
print(decoder_pid(), flush=True)
os._exit(9)
"""


@linux
def test_the_decoder_ends_with_an_app_that_was_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DIES], input=written("png"), stdout=subprocess.PIPE, cwd=ROOT, check=False
    )
    process = Path(f"/proc/{int(done.stdout)}")
    end = time.monotonic() + 60
    while process.exists() and b"decode-pictures" in (process / "cmdline").read_bytes():
        assert time.monotonic() < end, "the decoder outlives the app"
        time.sleep(0.02)


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER.pack(100, 100, 0) + bytes(40_000),  # larger than was asked for
        ANSWER.pack(2**31, 2**31, 0),
        ANSWER.pack(10, 10, 0) + bytes(399),
        ANSWER.pack(10, 10, 0)[:5],
        b"",
    ],
)
def test_a_decoder_that_was_taken_over_cannot_take_over_the_app(answer: bytes) -> None:
    with pytest.raises((EOFError, ValueError)):
        _received(io.BytesIO(answer), QSize(10, 10))


def test_a_decoder_that_cannot_be_started_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(ROOT / "no-such-program"))
    with pytest.raises(Trouble, match=r"task\.child_not_started") as trouble:
        decoded(written("png"))
    assert isinstance(trouble.value, KnownError)
