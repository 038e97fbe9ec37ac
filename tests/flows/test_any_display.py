"""Any display, locale, home and user: the program works, or says in one sentence why it cannot open a window."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from eum_app.cli.first_paint import PAINTED
from eum_app.cli.process import FIRST_PAINT
from eum_app.domain.libraries import unloadable
from tests.builders import PASSPHRASE, Clock, make_store

ROOT = Path(__file__).resolve().parents[2]
TAKEN_AWAY = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR", "EUM_STATE", "EUM_STORE"}
OTHER_USER = ["unshare", "--user", "--map-user=54321"]

linux = pytest.mark.skipif(sys.platform != "linux", reason="displays and users as Linux has them")


def eum(
    *arguments: str | Path,
    given: Mapping[str, str | Path],
    before: Sequence[str] = (),
    without: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """The program in an environment that names no display unless `given` does."""
    kept = {name: value for name, value in os.environ.items() if name not in {*TAKEN_AWAY, *without}}
    return subprocess.run(
        [*before, sys.executable, "-m", "eum_app", *map(str, arguments)],
        env={**kept, "PYTHONPATH": str(ROOT), **{name: str(value) for name, value in given.items()}},
        capture_output=True,
        text=True,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str], *named: str) -> None:
    """Exit code 3 and a message about windows, without the words of Qt or Python."""
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "No window can be opened" in done.stderr
    assert all(name in done.stderr for name in named), done.stderr
    assert not {"Traceback", "einstalling", "plugin", "Aborted"} & set(done.stderr.replace(".", " ").split())


@linux
def test_without_a_display_the_app_says_so(tmp_path: Path) -> None:
    refused(eum(given={"EUM_STORE": tmp_path}), "there is no display")
    refused(eum("--store", tmp_path, given={}), "there is no display")


@linux
@pytest.mark.parametrize(
    "named", [{"DISPLAY": ":4321"}, {"WAYLAND_DISPLAY": "nowhere"}, {"DISPLAY": ":4321", "QT_QPA_PLATFORM": "xcb"}]
)
def test_a_dead_display_is_named_and_the_demo_clears_nothing(named: dict[str, str], tmp_path: Path) -> None:
    (display, *_) = named.values()
    out = tmp_path / "out"
    for arguments in ((), ("demo", "--output", out)):
        done = eum(*arguments, given={"EUM_STORE": tmp_path, **named})
        refused(done)
        # A machine without Qt's libraries for this display gets that message instead.
        assert f"no answer from display {display}" in done.stderr or "system library" in done.stderr
    assert not out.exists()


@linux
def test_an_unknown_platform_is_named(tmp_path: Path) -> None:
    refused(eum(given={"EUM_STORE": tmp_path, "QT_QPA_PLATFORM": "typewriter"}), "typewriter")


@pytest.mark.parametrize(
    ("said", "library"),
    [
        ("libEGL.so.1: cannot open shared object file: No such file or directory", "libEGL.so.1"),
        ("/usr/lib/libxcb-cursor.so.0: file too short", "libxcb-cursor.so.0"),
        ("libstdc++.so.6: wrong ELF class: ELFCLASS32", "libstdc++.so.6"),
        ("No module named 'PySide6'", ""),
    ],
)
def test_the_loader_s_error_names_the_library(said: str, library: str) -> None:
    assert unloadable(ImportError(said)) == library


# Home, locale and user


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd") / "store"
    make_store(folder, "hq", "HQ-01", Clock()).close()
    return folder


def _as_another_user() -> list[str]:
    """A prefix for commands that gives them a user id without an entry in the user database."""
    if shutil.which("unshare") is None or subprocess.run([*OTHER_USER, "true"], check=False).returncode:
        pytest.skip("user namespaces are not available here")
    return OTHER_USER


@linux
@pytest.mark.parametrize("how", ["no HOME", "HOME that cannot be written", "no HOME and no user entry", "LC_ALL=C"])
def test_a_named_store_opens(how: str, store: Path, tmp_path: Path) -> None:
    before = _as_another_user() if "user" in how else []
    without = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
    given: dict[str, str] = {"EUM_STORE": str(store), "EUM_PASSPHRASE": PASSPHRASE}
    if how == "HOME that cannot be written":
        given["HOME"] = "/proc"
    if how == "LC_ALL=C":
        given |= {"LC_ALL": "C", "HOME": str(tmp_path)}
    checked = eum("store", "check", "--account", "REV-004", before=before, without=without, given=given)
    assert "Nothing altered" in checked.stdout, checked.stderr
    painted = eum(FIRST_PAINT, before=before, without=without, given={**given, "QT_QPA_PLATFORM": "offscreen"})
    assert painted.stdout == f"{PAINTED}offscreen\n", painted.stderr
    assert "Traceback" not in checked.stderr + painted.stderr


UNLOCKED = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from tests.builders import PASSPHRASE
from ui.window.app import build_window
from ui.window.display import application

application()
window = build_window(Path(sys.argv[1]))
window.show()
window.findChild(QLineEdit, "account_field").setText("REV-004")
window.unlock_page.accept_notice()
QTest.keyClicks(window.findChild(QLineEdit, "passphrase_field"), PASSPHRASE)
QTest.keyClick(window.findChild(QLineEdit, "passphrase_field"), Qt.Key.Key_Return)
bugs = []
sys.excepthook = lambda *bug: bugs.append(bug)
while window.shell is None and not bugs:
    QTest.qWait(50)
print(bugs[0][1] if bugs else "unlocked", flush=True)
window.close()
"""


@linux
def test_the_shell_opens_without_a_home_and_a_user_entry(store: Path) -> None:
    done = subprocess.run(
        [*_as_another_user(), sys.executable, "-c", UNLOCKED, str(store)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "unlocked\n"), done.stderr
    assert "Traceback" not in done.stderr


@linux
def test_without_a_home_and_a_named_store_the_remedy_is_shown() -> None:
    without = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    for arguments in (("store", "check", "--account", "REV-004"), ()):
        done = eum(*arguments, before=_as_another_user(), without=without, given=offscreen)
        assert (done.returncode, "EUM_STORE" in done.stderr, "Traceback" in done.stderr) == (3, True, False)


# Stopping


CLOSES = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from ui.window.app import run
from ui.window.display import application

application()
QTimer.singleShot(0, lambda: os.kill(os.getpid(), int(sys.argv[2])))
print("ended with", run(Path(sys.argv[1])))
"""


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_windows(number: int, store: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLOSES, str(store), str(int(number))],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "ended with 0\n"), done.stderr
    assert "KeyboardInterrupt" not in done.stderr
