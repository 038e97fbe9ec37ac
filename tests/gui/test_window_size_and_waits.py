"""The first window fits its screen and is remembered; waiting shows that the app is working."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ui.kit.settings import WINDOW, WindowSettings, current, forget
from ui.kit.shell import Page, Shell
from ui.kit.tasks import Tasks
from ui.window.app import build_window
from ui.window.first_size import fitting_place, fitting_size, remember_size, show_as_before


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


def test_a_screen_that_shrank_or_is_gone_leaves_no_part_of_the_window_outside(qtbot: QtBot, tmp_path: Path) -> None:
    """A window that was large, or on a second screen, opens whole on the screen of a tablet."""
    room = QGuiApplication.primaryScreen().availableGeometry()
    kept = [
        WindowSettings(width=3_000, height=2_000, has_place=True, left=10, top=10),  # the screen was larger
        WindowSettings(width=700, height=500, has_place=True, left=room.right() - 90, top=room.bottom() - 60),
        WindowSettings(width=700, height=500, has_place=True, left=5_000, top=-3_000),  # that screen is gone
        WindowSettings(width=3_000, height=2_000),  # written by an earlier version
        WindowSettings(width=-5, height=0, has_place=True, left=-(2**31), top=2**31 - 100),  # damaged
    ]
    for last in kept:
        current().keep(WINDOW, last)
        window = build_window(tmp_path / "store")
        qtbot.addWidget(window)
        show_as_before(window)
        assert room.contains(window.frameGeometry()), last
        assert window.width() >= 320, last
        assert window.height() >= 240, last
        window.close()


def test_the_place_is_remembered_also_of_a_maximized_window(qtbot: QtBot, tmp_path: Path) -> None:
    window = build_window(tmp_path / "store")
    qtbot.addWidget(window)
    current().keep(WINDOW, WindowSettings(width=500, height=400, has_place=True, left=60, top=70))
    show_as_before(window)
    assert (window.geometry().x(), window.geometry().y()) == (60, 70)
    assert (window.width(), window.height()) == (500, 400)
    window.showMaximized()
    remember_size(window)
    window.close()
    forget()
    last = current().value(WINDOW)
    assert last.is_maximized
    assert (last.width, last.height, last.left, last.top) == (500, 400, 60, 70)
    show_as_before(window)
    assert window.isMaximized()


def test_the_place_in_many_screens_is_moved_into_the_one_that_is_left() -> None:
    current().keep(WINDOW, WindowSettings(width=1_400, height=850, has_place=True, left=2_500, top=300))
    assert fitting_place(QRect(1_920, 0, 1_920, 1_080)) == QRect(2_432, 222, 1_400, 850)
    small = fitting_place(QRect(0, 27, 1_024, 573))
    assert QRect(0, 27, 1_024, 573).contains(small.adjusted(-8, -40, 8, 8)), "with its frame"


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
