"""The program, its stores and its reports, in folders with unusual names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from tests.builders import PASSPHRASE, inventory_csv
from tests.flows.test_cli import Eum

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("assets", "db", "eum_app", "sync", "ui")
NAMED = "Müller's 100% (検査)"
HOSTILE = f'{NAMED} "q" @ink dp(8) %(here)s \\f #; x'
LONG = "ä b/" * 8  # then filled up to 200 characters

STARTS = "from ui.window.display import application; print(application().platformName())"

# The pictures that the style sheet names are drawn: a checked box holds more than its plain ground.
CHECK_MARKS = """
import sys
from pathlib import Path
from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QCheckBox
import ui.kit.theme
from ui.window.display import find_plugins
here = Path(sys.argv[1])
assert Path(ui.kit.theme.__file__).is_relative_to(here), ui.kit.theme.__file__
said = []
qInstallMessageHandler(lambda kind, where, text: said.append(text))
find_plugins()
app = QApplication([])
look = ui.kit.theme.theme()
for mode in ("light", "dark", "sunlight"):
    look.set_mode(mode)
    box = QCheckBox()
    box.setChecked(True)
    box.resize(40, 40)
    ui.kit.theme.dress(box)
    image = box.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert look.color("accent").name() in colors, (mode, colors)
    assert look.color("on_accent").name() in colors, (mode, colors)
assert [text for text in said if "propagateSizeHints" not in text] == [], said
"""


@pytest.fixture(params=[HOSTILE, LONG], ids=["hostile", "long"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder of that name with a copy of the program in it."""
    folder: Path = tmp_path / request.param
    folder.mkdir(parents=True)
    if request.param == LONG:  # short folders, then one long one
        folder = folder / ("x" * max(1, 200 - len(str(folder))))
        assert len(str(folder)) >= 200
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tmp").mkdir()
    return folder


def done(place: Path, *arguments: str | Path) -> list[str]:
    """Run the copy of the program with all its folders in the same place, and return the lines that it printed."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(place),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(place / "tmp"),
        "HOME": str(place / "home"),
        "EUM_STATE": str(place / "state"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    ran = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
    return ran.stdout.splitlines()


def test_the_app_its_stores_and_its_reports_work_in_any_path(place: Path) -> None:
    """`--self-check` makes stores and reports in a temporary folder, and draws the first page in each theme."""
    lines = done(place, "-m", "eum_app", "--self-check")
    assert len(lines) > 5
    assert all(line.startswith("ok ") for line in lines), lines
    done(place, "-c", CHECK_MARKS, place)


def test_a_store_and_its_reports_by_commands(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    place = tmp_path / NAMED
    place.mkdir()
    hq = Eum(capfd, place / "store 1%", "REV-004")
    hq("store", "create", "--kind", "hq", "--name", "HQ-01", "--role", "reviewer", "--suite", "p384")
    source = inventory_csv(place / "list (検査) 100%.csv")
    assert hq("inventory", "import", source)["listed"] == 6
    for ending in ("csv", "pdf", "xlsx", "json"):
        report = place / f"état 100% 'a' (検査).{ending}"
        made = hq("report", "inventory", report)
        assert made["rows"] == 6
        sidecar = json.loads(Path(made["sidecar"]).read_text(encoding="utf-8"))
        assert sidecar["file_name"] == report.name
        hq("verify", report)
    hq("store", "backup", place / "backups %s")
    assert hq("store", "check")["nothing_altered"] is True


def test_qt_finds_its_plugins_where_a_path_holds_quotes_and_commas(tmp_path: Path) -> None:
    """PySide6 itself looks in a folder without the quotes, and Qt then aborts."""
    place = tmp_path / 'a "q", b; c'
    (place / "tmp").mkdir(parents=True)
    for package in ("PySide6", "shiboken6"):
        (place / package).symlink_to(Path(PySide6.__file__).parent.with_name(package))
    for package in PACKAGES:
        (place / package).symlink_to(ROOT / package)
    assert done(place, "-c", "import PySide6; print(PySide6.__file__)") == [str(place / "PySide6" / "__init__.py")]
    assert done(place, "-c", STARTS) == ["offscreen"]


def test_a_current_folder_that_was_deleted_is_named(tmp_path: Path) -> None:
    program = "import os, sys; os.rmdir(os.getcwd()); from eum_app.cli import main; main()"
    for number, words in enumerate((["store", "check", "--account", "X"], ["demo", "--no-window"])):
        place = tmp_path / f"gone {number}"
        place.mkdir()
        ran = subprocess.run(
            [sys.executable, "-c", program, *words],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(ROOT), "EUM_STORE": "here", "EUM_PASSPHRASE": "x"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 3
        assert ran.stderr.startswith("The current folder was deleted"), ran.stderr
