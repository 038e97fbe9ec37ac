"""PySide6's types are all made in the GUI thread before a worker imports the pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.builders import Clock, make_store

_SCRIPT = """
import sys
from pathlib import Path
from PySide6 import QtCore, QtGui, QtWidgets
from ui.window.app import build_window
from ui.window.display import application

def lazy():
    modules = (QtCore, QtGui, QtWidgets)
    return sum(name.startswith("Q") and name not in vars(module) for module in modules for name in dir(module))

def end():
    print(lazy(), "ui.field.pages" in sys.modules)
    window.close()

app = application()
window = build_window(Path(sys.argv[1]))
window.warming_up.connect(end)
print(lazy() > 0)
window.show()
app.exec()
"""


def test_no_type_is_left_to_make_when_the_pages_are_imported(tmp_path: Path) -> None:
    session = make_store(tmp_path / "store", "field", "FLD-0042", Clock())
    session.close()
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(session.store.folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.split("\n") == ["True", "0 False", ""], done.stderr
