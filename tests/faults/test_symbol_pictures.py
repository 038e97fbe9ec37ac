"""Pictures of slips and heads that a hostile party sends: bounded before a decoder sees them, in a child process."""

from __future__ import annotations

import resource
import struct
import sys
import zlib
from pathlib import Path

import pytest

from eum_app import bounded_child
from eum_app.domain.errors import Refusal
from eum_app.scanning import file_symbols
from eum_app.scanning.file_symbols import file_in, pictures_of


def png(width: int, height: int, *, depth: int = 8, color: int = 0) -> bytes:
    """Return a PNG of one color; a few kilobytes for any size."""
    row = b"\0" + b"\x12" * (width * {0: 1, 2: 3, 6: 4}[color] * depth // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (png(5_001, 5_000), "picture.too_large"),
        (png(50, 20, depth=16, color=6), "image.too_deep"),
        (png(50, 20)[:60], "image.unreadable"),
        (b"\x89PNG\r\n\x1a\n", "picture.damaged"),
        (png(50, 20), "symbols.none"),
    ],
)
def test_what_is_too_large_deep_or_damaged_is_refused(picture: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        file_in([picture])
    assert refused.value.code == code


@pytest.mark.skipif(sys.platform != "linux", reason="counts kibibytes on Linux")
def test_a_bomb_takes_no_memory_of_the_app() -> None:
    """Before, 10 megapixels of 16 bits took 200 MB and more in the process that may hold an open store."""
    picture = png(5_000, 4_900, color=6)
    file_in(pictures_of(b"a slip", whole_up_to=100))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refusal, match=r"symbols\.none|picture\.crashed|image\.unreadable"):
        file_in([picture])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_the_app_never_decodes_such_a_picture_itself() -> None:
    assert "load_grey" not in vars(file_symbols)
    assert "cv2" not in vars(file_symbols)


@pytest.mark.parametrize("answer", [b"", b"\xff\xff\xff\xff", b"\x05\0\0\0\xff\xff\xff\xff\xff", b"\x01\0\0\0\x07"])
def test_a_child_that_was_taken_over_is_refused(answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "answer").write_bytes(answer)
    code = f"import sys; sys.stdout.buffer.write(open({str(tmp_path / 'answer')!r}, 'rb').read())"
    monkeypatch.setattr(bounded_child, "command_line", lambda _command: [sys.executable, "-c", code])
    with pytest.raises(Refusal, match=r"picture\.crashed"):
        file_in([png(50, 20)])


@pytest.mark.parametrize("size", [100, 5_000])
def test_a_file_comes_back_from_its_pictures(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    pictures = pictures_of(data[:size], whole_up_to=2_000)
    assert file_in(reversed(pictures)) == data[:size]
