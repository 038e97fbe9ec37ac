"""Diagnostics hold codes, numbers and places; what a person recorded never reaches the file, on whatever way."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, QStringListModel
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from eum_app import diagnostics
from eum_app.diagnostics import Event, note, timed
from eum_app.domain.errors import Refusal, Trouble
from eum_app.usecases.store.save_diagnostics import save_diagnostics
from ui.kit.child_task import ChildCrashedError, Progress
from ui.kit.crash_page import CrashPage
from ui.kit.tasks import Tasks

SECRETS = ("SN-604023-X", "correct horse battery staple", "The guard let us in by the back gate")
"""A serial, a passphrase and a note."""


@pytest.fixture
def store_folder(tmp_path: Path) -> Iterator[Path]:
    diagnostics.start(tmp_path / "store")
    yield tmp_path / "store"
    diagnostics.stop()


def text_of(store_folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in diagnostics.log_files(store_folder))


def require_no_secret(text: str) -> None:
    assert [secret for secret in SECRETS if secret.casefold() in text.casefold()] == []


def fail_with(secrets: tuple[str, ...]) -> None:
    """Raise with the secrets in message, locals, notes and cause."""
    serial, passphrase, remark = secrets
    try:
        int(serial)
    except ValueError as cause:
        bug = RuntimeError(passphrase, {"note": remark})
        bug.add_note(f'  File "{remark}"')
        raise bug from cause


def fail_in_child(progress: Progress, secrets: tuple[str, ...]) -> None:
    progress(0, 1, secrets[0])
    fail_with(secrets)


def test_a_use_case_that_breaks_leaves_no_content(qtbot: QtBot, store_folder: Path) -> None:
    tasks = Tasks()
    try:
        with qtbot.waitSignal(tasks.crashed, timeout=120_000):
            tasks.operation(lambda: fail_with(SECRETS))
        with qtbot.waitSignal(tasks.failed, timeout=120_000):
            tasks.query(lambda: refuse(SECRETS), lambda _none: None)
    finally:
        tasks.close()
    text = text_of(store_folder)
    require_no_secret(text)
    assert "RuntimeError\n" in text
    assert "ValueError\n" in text
    assert "tests/gui/test_diagnostics.py:" in text
    assert ":fail_with" in text
    assert "task.failed code=mark.unknown_here ms=" in text


def refuse(secrets: tuple[str, ...]) -> None:
    raise Refusal("mark.unknown_here", serial=secrets[0], note=secrets[2])


class Painting(QStyledItemDelegate):
    """A delegate that fails on the text it paints."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:  # type: ignore[override]
        fail_with(tuple(index.data().split("|")))


class Listening(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            fail_with(SECRETS)
        return False


def test_a_delegate_and_an_event_handler_that_break_leave_no_content(qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.captureExceptions() as caught:
        diagnostics.start(tmp_path / "store")  # takes the place of the hook that the test runner set
        try:
            view, delegate, filtering = QListView(), Painting(), Listening()
            qtbot.addWidget(view)
            view.setModel(QStringListModel(["|".join(SECRETS)], view))
            view.setItemDelegate(delegate)
            view.show()
            qtbot.waitUntil(lambda: bool(caught), timeout=120_000)
            view.hide()
            target = QWidget()
            qtbot.addWidget(target)
            target.installEventFilter(filtering)
            QCoreApplication.postEvent(target, QEvent(QEvent.Type.User))
            qtbot.waitUntil(lambda: ":Listening.eventFilter" in text_of(tmp_path / "store"), timeout=120_000)
        finally:
            diagnostics.stop()
    assert caught
    text = text_of(tmp_path / "store")
    require_no_secret(text)
    assert ":Painting.paint" in text
    assert ":Listening.eventFilter" in text
    caught.clear()


def test_a_bug_that_repeats_does_not_fill_the_file(store_folder: Path) -> None:
    for _ in range(250):
        try:
            fail_with(SECRETS)
        except RuntimeError as bug:
            diagnostics.note_crash(bug)
    lines = [line.split(" ", 3)[3] for line in text_of(store_folder).splitlines() if "crash" in line]
    assert lines == ["crash times=1", "crash times=10", "crash times=100"]


def test_a_child_process_that_breaks_leaves_no_content(qtbot: QtBot, store_folder: Path) -> None:
    tasks = Tasks()
    page = CrashPage(tasks)
    qtbot.addWidget(page)
    try:
        with qtbot.waitSignal(tasks.crashed, timeout=120_000) as crashed:
            tasks.child(fail_in_child, (SECRETS,))
        (bug,) = crashed.args or [None]
        assert isinstance(bug, ChildCrashedError)
        page.show_bug(bug)
    finally:
        tasks.close()
    text = text_of(store_folder)
    require_no_secret(text)
    require_no_secret(page.details())
    assert ":fail_in_child" in page.details()
    assert text.count(" crash times=1\n") == 1  # noted by the child, not again by its parent
    assert "child.ended code=crashed ms=" in text


def test_uncaught_exceptions_of_threads_are_noted(tmp_path: Path) -> None:
    silent = threading.excepthook
    threading.excepthook = lambda _args: None
    try:
        diagnostics.start(tmp_path / "store")
        thread = threading.Thread(target=fail_with, args=(SECRETS,))
        thread.start()
        thread.join()
        diagnostics.stop()
    finally:
        threading.excepthook = silent
    text = text_of(tmp_path / "store")
    require_no_secret(text)
    assert ":fail_with" in text


def test_standard_error_gets_places_and_no_message(tmp_path: Path) -> None:
    """In a separate process, with Python's own hooks: a desktop keeps what an app prints."""
    script = (
        "import gc, sys, threading; from pathlib import Path\n"
        "from eum_app import diagnostics\n"
        f"diagnostics.start(Path({str(tmp_path / 'store')!r}))\n"
        f"def fail(*_): raise ValueError({SECRETS[0]!r})\n"
        "class Dying:\n    __del__ = fail\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\n"
        "one = Dying(); del one; gc.collect()\n"
        "fail()\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 1
    require_no_secret(ran.stderr + text_of(tmp_path / "store"))
    assert ran.stderr.count("ValueError\n") == 3
    assert text_of(tmp_path / "store").count(" crash times=") == 3


def test_a_warning_is_reduced_to_type_and_place(tmp_path: Path) -> None:
    """In a separate process, since the test runner raises warnings. openpyxl, for one, quotes the cell."""
    script = (
        "import warnings; from pathlib import Path\n"
        "from eum_app import diagnostics\n"
        "before = warnings.showwarning\n"
        f"diagnostics.start(Path({str(tmp_path / 'store')!r}))\n"
        f"warnings.warn({SECRETS[0]!r})\n"
        "diagnostics.stop()\n"
        "assert warnings.showwarning is before\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300)
    assert ran.stderr == ""
    assert text_of(tmp_path / "store").endswith(" warning type=UserWarning at=<string>:5:-\n")


@pytest.mark.parametrize("way", ["command", "window"])
def test_a_bug_that_ends_the_program_prints_places_and_no_message(tmp_path: Path, way: str) -> None:
    """In a separate process: the log and its hooks are closed before the exception reaches the interpreter."""
    script = (
        "import sys; from pathlib import Path\n"
        "from eum_app import cli, diagnostics\n"
        "def fail(store):\n"
        f"    syntax = SyntaxError({SECRETS[1]!r}, ({SECRETS[2]!r}, 1, 1, {SECRETS[2]!r}))\n"
        f"    raise ExceptionGroup({SECRETS[0]!r}, [ValueError({SECRETS[0]!r}), syntax])\n"
        "def command(_given):\n"
        f"    diagnostics.start(Path({str(tmp_path / 'store')!r})); fail(None)\n"
        "def window(_given):\n"
        "    from ui.window.run_notes import run_noted\n"
        f"    with run_noted(Path({str(tmp_path / 'store')!r})) as begin: begin(); fail(None)\n"
        f"cli._done = {way}; sys.argv = ['eum']\n"
        "cli.main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 3
    require_no_secret(ran.stdout + ran.stderr + text_of(tmp_path / "store"))
    assert ran.stderr.startswith("Something went wrong in the app.")
    assert "\nExceptionGroup\n" in ran.stderr
    assert text_of(tmp_path / "store").count("ExceptionGroup\n") == 1


def test_records_of_libraries_are_reduced_to_name_level_and_place(store_folder: Path) -> None:
    try:
        fail_with(SECRETS)
    except RuntimeError:
        logging.getLogger("some.library").exception("%s", SECRETS[0])
    logging.getLogger("eum").warning("directly: %s", SECRETS[1], extra={"note": SECRETS[2]})
    logging.getLogger(SECRETS[2]).error("x")
    text = text_of(store_folder)
    require_no_secret(text)
    assert "ERROR" in text
    assert "library name=some.library at=tests/gui/test_diagnostics.py:" in text
    assert "library name=eum at=" in text
    assert "library name=unknown at=" in text


def test_a_record_is_never_asked_for_its_message() -> None:
    class Telling:
        def __str__(self) -> str:
            raise AssertionError("asked")

    record = logging.LogRecord("some.library", logging.ERROR, "/somewhere/x.py", 3, "%s", (Telling(),), None, "f")
    assert diagnostics.AllowList().format(record).endswith(" library name=some.library at=x.py:3:f")


def test_only_codes_and_known_numbers_pass(store_folder: Path) -> None:
    note(Event.IMPORTED, code=SECRETS[2], rows=3, serial=604023)  # type: ignore[call-arg]
    note(Event.IMPORTED, code="bundle.altered", rows=SECRETS[0], entries=float("nan"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not a valid Event"):
        note(SECRETS[0])  # type: ignore[arg-type]
    diagnostics.note_versions(app="0.1.0", python=SECRETS[1], account="INS-017")
    lines = [line.split(" ", 3)[3] for line in text_of(store_folder).splitlines()]
    assert lines == [
        "import.bundles code=unknown rows=3",
        "import.bundles code=bundle.altered",
        "app.started app=0.1.0 python=unknown",
    ]


def test_timed_notes_duration_code_and_numbers(store_folder: Path) -> None:
    with timed(Event.BACKED_UP) as numbers:
        numbers["rows"] = 7
    with timed(Event.BACKED_UP, at_least_ms=60_000):
        pass
    with pytest.raises(Trouble), timed(Event.BACKED_UP):
        raise Trouble("disk.full", path=SECRETS[2])
    lines = text_of(store_folder).splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(" rows=7 ms=0")
    assert " WARNING " in lines[1]
    assert "backup.made code=disk.full ms=" in lines[1]


def test_places_name_no_folder_of_the_machine(tmp_path: Path) -> None:
    module = tmp_path / "plugin.py"
    module.write_text("def run():\n    raise KeyError('SN-604023-X')\n")
    space: dict[str, object] = {}
    exec(compile(module.read_text(), str(module), "exec"), space)
    with pytest.raises(KeyError) as caught:
        space["run"]()  # type: ignore[operator]
    assert diagnostics.places_of(caught.value)[-1] == "  plugin.py:2:run"
    with pytest.raises(TypeError) as other:
        textwrap.dedent(3)  # type: ignore[arg-type]
    lines = diagnostics.places_of(other.value)
    assert lines[0] == "TypeError"
    assert not any(line.strip().startswith("/") for line in lines)


def test_the_file_rotates_and_is_saved_whole(
    store_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refusal, match=r"diagnostics\.none"):
        save_diagnostics(store_folder, tmp_path / "out.log")
    monkeypatch.setattr(diagnostics, "MAX_BYTES", 1_000)
    diagnostics.start(store_folder)
    for number in range(100):
        note(Event.IMPORTED, rows=number)
    files = diagnostics.log_files(store_folder)
    assert len(files) == 1 + diagnostics.OLDER
    assert all(path.stat().st_size <= 1_000 for path in files)
    size = save_diagnostics(store_folder, tmp_path / "out.log")
    saved = (tmp_path / "out.log").read_text("utf-8")
    assert len(saved.encode()) == size
    numbers = [int(line.rpartition("=")[2]) for line in saved.splitlines()]
    assert numbers == list(range(numbers[0], 100))
    with pytest.raises(Trouble, match=r"disk\.exists"):
        save_diagnostics(store_folder, tmp_path / "out.log")


def test_a_disk_that_refuses_disturbs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics.start(tmp_path / "absent" / "store")
    note(Event.IMPORTED, rows=1)
    diagnostics.stop()
    assert capsys.readouterr() == ("", "")
    assert not (tmp_path / "absent").exists()


def test_stopping_puts_every_hook_back(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook, list(logging.getLogger().handlers))
    diagnostics.start(tmp_path / "one")
    diagnostics.start(tmp_path / "two")
    assert diagnostics.started_for() == tmp_path / "two"
    diagnostics.stop()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook, list(logging.getLogger().handlers)) == before
    assert diagnostics.started_for() is None


def test_the_crash_page_saves_the_diagnostics(qtbot: QtBot, store_folder: Path, tmp_path: Path) -> None:
    note(Event.IMPORTED, rows=1)
    tasks = Tasks()
    page = CrashPage(tasks)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    try:
        fail_with(SECRETS)
    except RuntimeError as bug:
        page.show_bug(bug)
    require_no_secret(page.details())
    try:
        page.path_field.set_path(tmp_path / "for-support.log")
        page.save_button.click()
        assert tasks.wait_idle(120)
        assert "import.bundles rows=1" in (tmp_path / "for-support.log").read_text("utf-8")
        assert page.notice.text
        page.save_button.click()  # nothing is overwritten, and the page says so
        assert tasks.wait_idle(120)
        assert "for-support.log" in page.notice.text
    finally:
        tasks.close()


def test_the_app_notes_its_start_and_end(tmp_path: Path) -> None:
    """In a separate process: one window is painted, then closed by a timer."""
    script = (
        "import sys; from pathlib import Path\n"
        "from PySide6.QtCore import QTimer\nfrom PySide6.QtWidgets import QApplication\n"
        "from ui.window import app\n"
        "made = QApplication(['eum'])\n"
        "build = app.build_window\n"
        "def closing(*given, **named):\n"
        "    window = build(*given, **named)\n"
        "    window.warming_up.connect(lambda: QTimer.singleShot(0, window.close))\n"
        "    return window\n"
        "app.build_window = closing\n"
        f"sys.exit(app.run(Path({str(tmp_path / 'store')!r})))\n"
    )
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "EUM_STATE": str(tmp_path / "state")}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment, timeout=120)
    lines = text_of(tmp_path / "store").splitlines()
    assert "app.started app=" in lines[0]
    assert " qt=6." in lines[0]
    assert " app.ended ms=" in lines[-1]
