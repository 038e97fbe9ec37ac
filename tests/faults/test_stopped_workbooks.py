"""Workbooks that take too long, too much memory, or end their reader: refused in words, and the app goes on."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest
from openpyxl import Workbook

from eum_app import bounded_child
from eum_app.bounded_child import stop_long_requests
from eum_app.domain.errors import Refusal
from eum_app.list_files import workbook_source
from eum_app.list_files.headings import Layout
from eum_app.list_files.inventory_file import read_inventory
from eum_app.list_files.source import Profile
from eum_app.list_files.workbook_answer import received
from eum_app.wording.messages import sentence
from tests.faults.test_workbooks import NS, workbook
from ui.kit.tasks import Tasks

ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
HEADINGS = ["Case", "Serial", "NSN"]


@pytest.fixture(autouse=True)
def no_child() -> None:
    """Let each test begin without a reader that waits: it could answer before it is held."""
    bounded_child.end_children()


def written(path: Path, rows: int = 2) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    sheet.append(HEADINGS)
    for number in range(rows):
        sheet.append(["XX-B-ABC", f"{786950 + number:07}", "5855-01-000-0101"])
    book.save(path)
    return path


def held(process: int) -> None:
    """Stop a process as in an endless loop, and wait until it has stopped."""
    os.kill(process, signal.SIGSTOP)
    while Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "T":
        time.sleep(0.001)


def reading_child() -> int:
    """The process that reads a workbook now; waits until there is one."""
    end = time.monotonic() + 60
    while True:
        for child in tuple(bounded_child._asked):
            if child.pid is not None:
                return child.pid
        assert time.monotonic() < end, "no workbook is read"
        time.sleep(0.001)


def read_held(path: Path) -> tuple[threading.Thread, list[str], int]:
    """Read a workbook on a thread, and hold its child. Returns the thread, its outcome to come, and the child."""
    outcome: list[str] = []

    def read() -> None:
        try:
            read_inventory(path)
            outcome.append("read")
        except Refusal as refusal:
            outcome.append("a value is missing" if "{" in str(sentence(refusal)) else refusal.code)
        except BaseException as bug:  # noqa: BLE001 - the test must not wait forever
            outcome.append(repr(bug))

    thread = threading.Thread(target=read)
    thread.start()
    child = reading_child()
    held(child)
    return thread, outcome, child


def test_a_workbook_is_read_as_before(tmp_path: Path) -> None:
    preview = read_inventory(written(tmp_path / "list.xlsx"))
    assert [row.serial for row in preview.accepted] == ["0786950", "0786951"]
    assert preview.profile.sheet == "List"


def test_a_refusal_comes_back_with_its_values(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADINGS)
    book.active.append(["XX-B-ABC", "1", "2"])
    book.create_sheet("Other").append(HEADINGS)
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(Refusal) as refused:
        read_inventory(tmp_path / "two.xlsx")
    assert (refused.value.code, refused.value.values) == ("inventory.several_sheets", {"sheets": ("Sheet", "Other")})
    with pytest.raises(Refusal) as refused:
        read_inventory(tmp_path / "two.xlsx", Profile(sheet="None"))
    assert refused.value.code == "inventory.sheet_unknown"


@linux
def test_a_workbook_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_source, "SECONDS", 1.0)
    thread, outcome, _ = read_held(written(tmp_path / "list.xlsx"))
    thread.join()
    assert outcome == ["inventory.workbook_slow"]
    monkeypatch.undo()
    assert read_inventory(tmp_path / "list.xlsx").rows == 2


@linux
def test_a_reader_that_crashes_is_named(tmp_path: Path) -> None:
    thread, outcome, child = read_held(written(tmp_path / "list.xlsx"))
    os.kill(child, signal.SIGKILL)
    thread.join()
    assert outcome == ["inventory.workbook_crashed"]


@linux
def test_the_reading_can_be_stopped_and_leaves_no_process(tmp_path: Path) -> None:
    thread, outcome, child = read_held(written(tmp_path / "list.xlsx"))
    stop_long_requests()
    thread.join()
    assert outcome == ["inventory.stopped"]
    assert not Path(f"/proc/{child}").exists()


@linux
def test_locking_does_not_wait_for_a_workbook(tmp_path: Path, qapp: object) -> None:
    tasks = Tasks()
    refused: list[str] = []
    path = written(tmp_path / "list.xlsx")
    tasks.query(lambda: read_inventory(path), lambda _done: None, lambda error: refused.append(error.code))
    held(reading_child())
    tasks.pause(lambda: None)[0].result()
    tasks.resume()
    assert tasks.wait_idle()
    assert refused == ["inventory.stopped"]
    tasks.close()


@linux
def test_a_reader_may_take_only_so_much_memory() -> None:
    program = "from eum_app.list_files import workbook_child as child; child.SPARE_BYTES = 100_000_000; child.main()"
    request = msgspec.msgpack.encode(
        workbook_source.Request("", Profile(), Layout("inventory-headings.json", (), (), (), ()))
    )
    cells = b"<c t='inlineStr'><is><t>" + b"x" * 3_000 + b"</t></is></c>"
    rows = b"".join(b"<row r='%d'>%b</row>" % (number, cells) for number in range(1, 60_001))
    data = workbook(sheet1=b"<worksheet " + NS + b"><sheetData>" + rows + b"</sheetData></worksheet>")
    asked = struct.pack("<QQ", len(request), len(data)) + request + data
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(asked)
        child.stdin.flush()
        with pytest.raises(Refusal, match=r"inventory\.workbook_memory"):
            received(child.stdout, "", Layout("", (), (), ()), 0)


@linux
def test_a_reader_ends_with_a_command_that_is_interrupted_or_killed(tmp_path: Path) -> None:
    path = written(tmp_path / "list.xlsx", 30_000)
    program = "import sys; from pathlib import Path; from eum_app.list_files.inventory_file import read_inventory; "
    program += "read_inventory(Path(sys.argv[1]))"
    for number in (signal.SIGINT, signal.SIGKILL):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(path)], cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        ) as command:
            children = Path(f"/proc/{command.pid}/task/{command.pid}/children")
            while not (found := children.read_text("ascii").split()):
                assert command.poll() is None
                time.sleep(0.002)
            command.send_signal(number)
            command.wait()
        end = time.monotonic() + 60
        while is_reading(int(found[0])):
            assert time.monotonic() < end, "the reader outlives the command"
            time.sleep(0.02)


def is_reading(process: int) -> bool:
    try:
        return b"read-workbook" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
