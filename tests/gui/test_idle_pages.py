"""Idle is idle: once a page has settled, no layout, paint or timer runs on, on any page of both programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QEventLoop, QObject
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from eum_app.usecases.people.recovery import RecoveryCodes
from tests.gui.field_world import field_at_work
from tests.gui.hq_support import hq_window, hq_world
from ui.kit.tasks import Tasks
from ui.kit.widgets import FitArea

TURNS = 200
"""Of the event loop. A loop that feeds itself makes at least one event a turn."""
MOST = 20
"""Events in all those turns: a cursor may blink once, a clock may tick."""
_KINDS = {
    QEvent.Type.LayoutRequest: "layout",
    QEvent.Type.Paint: "paint",
    QEvent.Type.UpdateRequest: "update",
    QEvent.Type.Timer: "timer",
    QEvent.Type.MetaCall: "call",
    QEvent.Type.Resize: "resize",
}


class Meter(QObject):
    """Counts events by kind and receiver."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = _KINDS.get(event.type())
        if kind is not None:
            self.seen[f"{kind} {type(watched).__name__} {watched.objectName()}"] += 1
        return False


@contextmanager
def metered() -> Iterator[Meter]:
    app, meter = QApplication.instance(), Meter()
    assert app is not None
    app.installEventFilter(meter)
    yield meter
    app.removeEventFilter(meter)


def turn(times: int) -> None:
    loop = QEventLoop()
    for _ in range(times):
        loop.processEvents()


def idle_events() -> Counter[str]:
    """Events that still come once the window has settled."""
    turn(TURNS)
    with metered() as meter:
        turn(TURNS)
    return meter.seen


def test_the_meter_sees_a_loop_that_feeds_itself(qtbot: QtBot) -> None:
    class Restless(QWidget):
        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.LayoutRequest:
                QApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))
            return super().event(event)

    made = Restless()
    qtbot.addWidget(made)
    made.show()
    QApplication.postEvent(made, QEvent(QEvent.Type.LayoutRequest))
    assert idle_events().total() >= TURNS


@pytest.mark.parametrize("is_nested", [False, True])
def test_a_fit_area_comes_to_rest_after_a_change(qtbot: QtBot, is_nested: bool) -> None:
    words = QLabel("A serial number")
    words.setWordWrap(True)
    content = QWidget()
    QVBoxLayout(content).addWidget(words)
    area = FitArea(content, is_column=True)
    if is_nested:
        outer = QWidget()
        QVBoxLayout(outer).addWidget(area)
        area = FitArea(outer)
    qtbot.addWidget(area)
    area.show()
    words.setText("A serial number that takes more lines than there is room for " * 5)
    assert idle_events().total() <= MOST
    assert content.height() >= words.heightForWidth(words.width())


def test_every_page_of_a_field_device_is_idle(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        codes = RecoveryCodes(frozenset(), "INS-017", "a set", ("0000-0000",) * 10, False)
        arguments: dict[str, object] = {"labels": (), "items": "", "codes": (codes, "accounts")}
        restless = {}
        for key in field.shell.page_keys:
            field.open(key, arguments.get(key))
            if (seen := idle_events()).total() > MOST:
                restless[key] = seen.most_common(5)
        field.open("visit")
        field.identify("786950")
        if (seen := idle_events()).total() > MOST:
            restless["visit with an item"] = seen.most_common(5)
        assert restless == {}


def test_every_page_of_hq_is_idle(qtbot: QtBot, tmp_path: Path, tasks: Tasks) -> None:
    world = hq_world(tmp_path)
    try:
        with hq_window(world.hq, tasks, tmp_path) as window:
            restless = {}
            for key in window.shell.page_keys:
                window.shell.show_page(key)
                window.settle()
                if (seen := idle_events()).total() > MOST:
                    restless[key] = seen.most_common(5)
            assert restless == {}
    finally:
        world.close()
