"""Qt calls that pass None must not lose references to it: PySide6 6.12.0 does on CPython 3.11 (docs/adr/0003).

There the process dies ("deallocating None") within some 10,000 calls, so each loop looks after every block. On 3.12 and
later None is immortal, and the loops only show that nothing dies.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

CALLS = 20_000
BLOCK = 500
MAY_DRIFT = 200 if sys.version_info < (3, 12) else CALLS + 200
"""References that others may take or drop meanwhile; a fault moves the count by one a call. An immortal None may move
by one a call: extensions built for older Pythons count it, and Python ignores the count.
"""

Index = QModelIndex | QPersistentModelIndex


class _Nothing(QAbstractTableModel):
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return None


def _drift(call: Callable[[], object]) -> int:
    """How far the references to None moved, over all calls or up to the first block in which they moved too far."""
    before = sys.getrefcount(None)
    moved = 0
    for _ in range(CALLS // BLOCK):
        for _ in range(BLOCK):
            call()
        moved = abs(sys.getrefcount(None) - before)
        if moved > MAY_DRIFT:
            break
    return moved


def test_update_of_a_widget_keeps_none(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    assert _drift(widget.update) <= MAY_DRIFT


def test_a_model_that_answers_none_keeps_none(qtbot: QtBot) -> None:
    model = _Nothing()
    cell = model.index(0, 0)
    assert cell.isValid()
    assert _drift(cell.data) <= MAY_DRIFT  # through C++ and back into `data`


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there")
def test_the_loop_sees_a_reference_that_is_lost() -> None:
    kept: list[None] = []
    assert _drift(lambda: kept.append(None)) > MAY_DRIFT
