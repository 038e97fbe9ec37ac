"""Columns that are shown one at a time where they do not fit."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui.kit.theme import Theme, inset
from ui.kit.widgets import ColumnPart, Columns, vbox


def test_columns_that_get_more_room_when_narrow_turn_only_once(qtbot: QtBot, look: Theme) -> None:
    """A page took its margins away when one column was shown: then all fitted again, with margins they did not, …"""

    class Part(QWidget):
        def minimumSizeHint(self) -> QSize:
            return QSize(300, 50)

    parts = [Part() for _ in range(3)]
    columns = Columns([ColumnPart(str(at), str(at), part) for at, part in enumerate(parts)])
    turns: list[bool] = []
    whole = QWidget()
    body = vbox(columns, margins=(16, 16, 16, 16))
    whole.setLayout(body)

    def save_room(is_narrow: bool) -> None:
        turns.append(is_narrow)
        margin = 8 if is_narrow else 16
        inset(body, margin, margin, margin, margin)

    columns.narrowed.connect(save_room)
    qtbot.addWidget(whole)
    tight = 300 * 3 + 2 * 16 + 2 * 16 - 6  # 6 too few, and 10 more than enough with the smaller margins
    whole.resize(1200, 400)
    whole.show()
    for width, expected in ((1200, [False]), (tight, [False, True]), (1200, [False, True, False])):
        whole.resize(width, 400)
        for _ in range(20):
            QApplication.processEvents()
        assert turns == expected
