"""A scan while a dialog covers the page: it says so there, and no key of it presses or fills anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.field_world import Field, field_at_work
from tests.gui.scanner_hand import burst
from ui.field.visit.current_work import State
from ui.kit.covered_scan import NAME
from ui.kit.widgets import NoticeBar
from ui.shared.photo_dialog import enlarge

SAID = "Close this first, then scan again. Nothing of the scan was used."


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path, has_dialogs=True) as made:
        made.open("visit")
        yield made


def said_in(cover: QWidget) -> str:
    bar = cover.findChild(NoticeBar, NAME)
    return bar.text if bar is not None else ""


def scan(field: Field, serial: str) -> None:
    burst(serial)
    field._settle()
    field.idle()


@pytest.mark.parametrize("serial", ["786951", "A1"])
def test_a_photo_stays_open_and_says_what_to_do(field: Field, serial: str) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.gray)
    enlarge(image, "Photo 1", field.visit)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    scan(field, serial)
    assert dialog.isVisible(), "Enter of the scan did not press Close"
    assert said_in(dialog) == SAID
    assert field.visit.work.state is State.NOTHING
    assert field.visit.notice.text == ""
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    field._settle()
    field.scan("786951")
    draft = field.visit.item.draft
    assert draft is not None
    assert draft.serial == "786951"


def test_a_field_and_a_default_button_of_a_dialog_get_no_key(field: Field) -> None:
    pressed: list[bool] = []
    dialog = QDialog(field.window)
    dialog.setProperty("kind", "window")
    edit, button = QLineEdit(), QPushButton("Delete")
    button.setDefault(True)
    button.clicked.connect(lambda: pressed.append(True))
    layout = QVBoxLayout(dialog)
    layout.addWidget(edit)
    layout.addWidget(button)
    dialog.resize(500, 300)
    dialog.open()
    edit.setFocus()
    scan(field, "786951")
    assert (edit.text(), pressed) == ("", [])
    assert said_in(dialog) == SAID
    assert edit.hasFocus(), "the person goes on where they were"
    dialog.close()


def test_the_sheet_of_keys_says_so_too(field: Field) -> None:
    field.shell.toggle_sheet()
    scan(field, "786951")
    assert said_in(field.shell._sheet) == SAID
    assert field.shell._sheet.isVisible()
    assert field.visit.work.state is State.NOTHING
