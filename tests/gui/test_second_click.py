"""The second click of a double click hits nothing that took the place of what the first one pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.field_world import Field, field_at_work
from ui.field.visit.current_work import State

_times = iter(range(1_000, 1_000_000, 700))


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def send(field: Field, at: QPointF, kind: QEvent.Type, time_ms: int) -> None:
    """Send a mouse event to the widget that is at a place of the window."""
    target = field.window.childAt(at.toPoint()) or field.window
    inside, on_screen = target.mapFrom(field.window, at), field.window.mapToGlobal(at)
    button, no_modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    event = QMouseEvent(kind, inside, on_screen, button, held, no_modifier)
    event.setTimestamp(time_ms)
    QApplication.sendEvent(target, event)


def double_click(field: Field, on: QWidget) -> None:
    """Click twice at the same place; what the first click does comes between."""
    at, time_ms = QPointF(on.mapTo(field.window, on.rect().center())), next(_times)
    send(field, at, QEvent.Type.MouseButtonPress, time_ms)
    send(field, at, QEvent.Type.MouseButtonRelease, time_ms + 60)
    field.idle()
    QApplication.processEvents()
    send(field, at, QEvent.Type.MouseButtonDblClick, time_ms + 140)
    send(field, at, QEvent.Type.MouseButtonRelease, time_ms + 200)
    field.idle()


def test_it_does_not_confirm_the_reasons_that_came_up(field: Field) -> None:
    """Once it recorded the discrepancy whose reasons the first click had only shown."""
    field.window.resize(1440, 900)
    field.identify("786950")
    for key in (Qt.Key.Key_Y, Qt.Key.Key_Y, Qt.Key.Key_N):
        field.key(key)
    field.type("dented")
    field.key(Qt.Key.Key_Tab)
    field.visit.item.focus_first()
    field.key(Qt.Key.Key_Y)
    verified = field.visit.item.verified_button
    assert verified.isEnabled()
    double_click(field, verified)
    panel = field.visit.column.reasons.panel
    assert field.visit.work.state is State.REASONS
    assert panel is not None
    assert panel.confirm_button.isEnabled(), "the reason is filled in, so a click would have recorded it"
    assert field.outcome("786950") == "to_check"
    double_click(field, panel.confirm_button)
    field.until(lambda: field.outcome("786950") == "discrepancy")


def test_a_double_click_on_one_button_still_presses_it_twice(field: Field) -> None:
    tab = field.find("filter_to_check", QAbstractButton)
    pressed: list[str] = []
    tab.clicked.connect(lambda: pressed.append("once"))
    double_click(field, tab)
    assert len(pressed) == 2
