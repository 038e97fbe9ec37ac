"""A workbook that takes long can be stopped on the import page; the page says so and reads another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.faults.test_stopped_workbooks import held, reading_child, written
from tests.gui.hq_support import Window
from ui.hq.inventory import InventoryPage
from ui.hq.list_choice import ListChoice

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def import_page(window: Window) -> tuple[InventoryPage, ListChoice, QPushButton]:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    page.show_import()
    window.settle()
    return page, page.importing.choice, window.find(QPushButton, "inventory_stop_reading")


def test_a_workbook_that_takes_long_can_be_stopped(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    page, choice, stop = import_page(window)
    path = written(tmp_path / "list.xlsx")
    choice.path_field.set_path(path)
    page.importing.read()
    child = reading_child()
    held(child)
    before = choice.path_field.mapTo(window.shell, choice.path_field.rect().topLeft())
    qtbot.waitUntil(stop.isVisible, timeout=60_000)
    assert choice.path_field.mapTo(window.shell, choice.path_field.rect().topLeft()) == before
    QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert choice.problem.text().startswith("Reading the list was stopped.")
    window.settle()
    assert choice.problem.text().startswith("Reading the list was stopped.")
    assert not stop.isVisible()
    assert not Path(f"/proc/{child}").exists()
    page.importing.read()
    window.settle()
    assert page.importing.shown is not None
    assert page.importing.shown.preview.rows == 2
    assert choice.problem.text() == ""


def test_another_file_ends_the_reading_of_the_previous_one(window: Window, tmp_path: Path) -> None:
    page, choice, stop = import_page(window)
    choice.path_field.set_path(written(tmp_path / "slow.xlsx"))
    page.importing.read()
    child = reading_child()
    held(child)
    choice.path_field.set_path(written(tmp_path / "other.xlsx", 3))
    page.importing.read()
    window.settle()
    assert not Path(f"/proc/{child}").exists()
    assert page.importing.shown is not None
    assert page.importing.shown.preview.rows == 3
    assert not stop.isVisible()
