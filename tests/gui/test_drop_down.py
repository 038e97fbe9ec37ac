"""A closed drop-down keeps its value: keys open the list, and a wheel or a letter does nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ui.kit.widgets import DropDown


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_N])
def test_a_key_on_a_closed_drop_down_chooses_nothing(qtbot: QtBot, key: Qt.Key) -> None:
    made = DropDown()
    qtbot.addWidget(made)
    made.addItems(["Light", "Dark", "North"])
    made.setCurrentIndex(1)
    chosen: list[int] = []
    made.activated.connect(chosen.append)
    made.show()
    QTest.keyClick(made, key)
    assert (made.currentIndex(), chosen) == (1, [])
    if made.view().isVisible():
        QTest.keyClick(made.view(), Qt.Key.Key_Down)
        assert made.currentIndex() == 1
        QTest.keyClick(made.view(), Qt.Key.Key_Return)
        assert chosen == [2]


def test_enter_on_the_open_list_is_the_only_way_to_choose_by_key(qtbot: QtBot) -> None:
    made = DropDown()
    qtbot.addWidget(made)
    made.addItems(["9600", "19200"])
    made.show()
    QTest.keyClick(made, Qt.Key.Key_Down)
    assert made.view().isVisible()
    QTest.keyClick(made.view(), Qt.Key.Key_Down)
    QTest.keyClick(made.view(), Qt.Key.Key_Escape)
    assert made.currentText() == "9600"
