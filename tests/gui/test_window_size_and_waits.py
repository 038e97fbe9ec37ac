"""The first window fits its screen and is remembered; waiting shows that the app is working."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ui.kit.settings import forget
from ui.kit.shell import Page, Shell
from ui.kit.tasks import Tasks
from ui.window.app import build_window
from ui.window.first_size import fitting_size, remember_size, show_as_before


def test_the_first_window_fits_the_screen_and_its_size_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    assert fitting_size(QSize(1920, 1080)) == QSize(1440, 900)
    small = fitting_size(QSize(1024, 600))
    assert small.width() <= 1024
    assert small.height() < 600
    window = build_window(tmp_path / "store")
    qtbot.addWidget(window)
    show_as_before(window)
    room = window.screen().availableGeometry()
    assert window.width() <= room.width()
    assert window.height() <= room.height()
    window.resize(900, 610)
    size = window.size()
    window.close()
    remember_size(window)
    forget()
    assert fitting_size(QSize(1920, 1080)) == size


def test_a_wait_shows_the_line_and_its_end_hides_it(qtbot: QtBot, tasks: Tasks) -> None:
    shell = Shell(tasks, brand="EUM HQ")
    qtbot.addWidget(shell)
    page = Page("Reports")
    page.body.addWidget(QLabel("A table"))
    shell.add_page("reports", "Reports", "package", lambda: page)
    shell.show()
    before = page.geometry()
    done = threading.Event()
    tasks.query(done.wait, lambda _done: None)
    assert not shell.busy_line.isVisible()  # a short wait shows nothing
    qtbot.waitUntil(shell.busy_line.isVisible, timeout=120_000)
    assert page.geometry() == before
    done.set()
    qtbot.waitUntil(lambda: not shell.busy_line.isVisible(), timeout=120_000)


@pytest.mark.parametrize("work", ["operation", "query"])
def test_work_that_fails_hides_the_line_too(qtbot: QtBot, tasks: Tasks, work: str) -> None:
    from eum_app.domain.errors import Refusal

    shell = Shell(tasks, brand="EUM HQ")
    qtbot.addWidget(shell)
    shell.show()
    go = threading.Event()

    def refuse() -> None:
        go.wait()
        raise Refusal("visit.closed")

    getattr(tasks, work)(refuse, lambda _done: None)
    qtbot.waitUntil(shell.busy_line.isVisible, timeout=120_000)
    go.set()
    qtbot.waitUntil(lambda: not shell.busy_line.isVisible(), timeout=120_000)
