"""GUI tests run without a screen, and leave no thread, no window and no changed theme behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.builders import World
from tests.gui.hq_support import Window, hq_window, hq_world
from ui.kit.settings import forget
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme, dress, theme


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ignore what the offscreen platform cannot do with windows and open lists, and no other warning."""
    cannot = "This plugin does not support (propagateSizeHints|raise|grabbing the (keyboard|mouse))"
    for item in items:
        if "gui" in item.path.parts:
            item.add_marker(pytest.mark.qt_log_ignore(cannot))


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use separate settings, so that those of the machine's user are neither read nor changed (Linux)."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    forget()


class DressingBot(QtBot):
    """Gives each window of a test the style sheet, as the app does for its window."""

    def addWidget(self, widget: QWidget, *, before_close_func: Callable[[QWidget], None] | None = None) -> None:
        super().addWidget(widget, before_close_func=before_close_func)
        if widget.isWindow():
            dress(widget)


@pytest.fixture
def qtbot(request: pytest.FixtureRequest, qapp: QApplication) -> QtBot:
    """Return pytest-qt's robot, whose windows look like the app's."""
    assert isinstance(qapp, QApplication)
    return DressingBot(request)


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    """Return the theme at its defaults, and restore them afterwards."""
    assert isinstance(qapp, QApplication)
    made = theme()
    made.set_mode("light")
    yield made
    made.set_mode("light")
    made.set_density("normal")
    made.set_scale(100)


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[Tasks]:
    """Return workers, closed afterwards; a thread left over fails the test."""
    before = set(threading.enumerate())
    made = Tasks()
    yield made
    made.close()
    left = [thread.name for thread in set(threading.enumerate()) - before if not thread.name.startswith("Dummy")]
    assert left == []


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return an HQ with a list of six items."""
    made = hq_world(tmp_path)
    yield made
    made.close()


@pytest.fixture
def window(world: World, tasks: Tasks, look: Theme) -> Iterator[Window]:
    """Return HQ's window on that world."""
    assert look.name == "light"
    with hq_window(world.hq, tasks, world.folder) as made:
        yield made
