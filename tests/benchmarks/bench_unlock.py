"""The unlock page in sight, against a bare PySide6 window: whole processes, from their start to the first paint."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import PySide6

from tests.benchmarks.ratios import Ratio
from tests.builders import Clock, make_store

# The first paint of the window is waited for from outside: the process says so on its standard output and ends.
_SAY_WHEN_PAINTED = """
import os, sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

class SayWhenPainted(QObject):
    def eventFilter(self, seen, event):
        if event.type() == QEvent.Type.Paint and isinstance(seen, QWidget) and seen.isWindow():
            QTimer.singleShot(0, end)
        return False

def end():
    sys.stdout.write("painted\\n")
    sys.stdout.flush()
    os._exit(0)

app = QApplication(["eum"])
say = SayWhenPainted()
app.installEventFilter(say)
"""
_BARE = _SAY_WHEN_PAINTED + "window = QWidget()\nwindow.resize(1440, 900)\nwindow.show()\napp.exec()\n"
_OURS = _SAY_WHEN_PAINTED + "from eum_app.cli import main\nmain()\n"
GIVE_UP_S = 60


def measure(folder: Path, *, repeats: int = 9) -> Ratio:
    """`eum` over a store that is locked; the command line and its imports included."""
    session = make_store(folder / "store", "field", "FLD-0042", Clock())
    session.close()
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", EUM_STORE=str(session.store.folder))
    # A bare program does not find Qt's plugins by itself where the path has a quote in it.
    environment["QT_PLUGIN_PATH"] = str(Path(PySide6.__file__).parent / "Qt" / "plugins")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as people run it
    for script in (_OURS, _BARE):  # not counted: files come into the system's cache, modules are compiled
        _painted_ms(script, environment)
    pairs = [(_painted_ms(_OURS, environment), _painted_ms(_BARE, environment)) for _ in range(repeats)]
    ours, bare = zip(*pairs, strict=True)
    return Ratio("unlock page shown", "a bare PySide6 window", 2.5, ours, bare)


def _painted_ms(script: str, environment: dict[str, str]) -> float:
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        taken_ms = (time.perf_counter() - started) * 1000
        child.wait(GIVE_UP_S)
    assert said == "painted\n", f"the window was never painted (exit code {child.returncode})"
    return taken_ms
