"""A scanner on a serial port, over a real pair of pseudo terminals."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from eum_app.scanning.labels import iuid_message
from ui.kit.settings import ScannerSettings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")
MARK = iuid_message("1HLD9", "NVG-31A", "786950")


@dataclass
class Line:
    """The scanner's end of the cable, and what was heard at the other."""

    scanner: int
    port: str
    heard: list[bytes] = field(default_factory=list)

    def send(self, data: bytes) -> None:
        os.write(self.scanner, data)


@pytest.fixture
def line() -> Iterator[Line]:
    import tty

    try:
        scanner, port = os.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo terminals: {error}")
    tty.setraw(port)
    made = Line(scanner, os.ttyname(port))
    yield made
    for end in (scanner, port):
        try:
            os.close(end)
        except OSError:
            continue


def listen(line: Line, **settings: str) -> object:
    from ui.devices.serial_scanner import SerialScanner

    made = SerialScanner(ScannerSettings(serial_port=line.port, **settings))  # type: ignore[arg-type]
    made.mark_scanned.connect(line.heard.append)
    made.start()
    assert made.is_connected
    return made


def test_scans_come_whole_with_their_separators(qtbot: QtBot, line: Line) -> None:
    scanner = listen(line, serial_prefix="\x02")
    line.send(b"\x02" + MARK[:10])
    line.send(MARK[10:] + b"\r\n\x02" + b"786951\r\n")
    qtbot.waitUntil(lambda: line.heard == [MARK, b"786951"], timeout=120_000)
    scanner.stop()  # type: ignore[attr-defined]


def test_without_a_suffix_silence_ends_a_scan(qtbot: QtBot, line: Line) -> None:
    scanner = listen(line, serial_suffix="")
    line.send(MARK)
    qtbot.waitUntil(lambda: line.heard == [MARK], timeout=120_000)
    scanner.stop()  # type: ignore[attr-defined]


def test_half_a_scan_is_not_a_mark(qtbot: QtBot, line: Line) -> None:
    from ui.devices.serial_scanner import SILENCE_MS

    scanner = listen(line)
    line.send(MARK[:20])
    qtbot.wait(SILENCE_MS * 2)
    line.send(b"786951\r\n")
    qtbot.waitUntil(lambda: line.heard == [b"786951"], timeout=120_000)
    scanner.stop()  # type: ignore[attr-defined]


def test_a_port_that_is_not_there_is_waited_for(qtbot: QtBot, line: Line, tmp_path: object) -> None:
    from pathlib import Path

    from ui.devices.serial_scanner import SerialScanner

    assert isinstance(tmp_path, Path)
    name = tmp_path / "tty-scanner"
    scanner = SerialScanner(ScannerSettings(serial_port=str(name)))
    scanner.mark_scanned.connect(line.heard.append)
    scanner.start()
    assert not scanner.is_connected
    name.symlink_to(line.port)
    qtbot.waitUntil(lambda: scanner.is_connected, timeout=5_000)
    line.send(MARK + b"\r\n")
    qtbot.waitUntil(lambda: line.heard == [MARK], timeout=120_000)
    os.close(line.scanner)  # unplugged
    qtbot.waitUntil(lambda: not scanner.is_connected, timeout=5_000)
    line.scanner = os.open(os.devnull, os.O_RDONLY)
    scanner.stop()
