"""The keyboard alone, on every page of a window: to the page by its key, through all that can be reached, back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from eum_app.usecases.exchange.receive import import_bundles
from tests.gui.field_world import field_at_work
from tests.gui.hq_support import hq_window, hq_world, inspected
from ui.devices.wedge_filter import WedgeFilter
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme

MOST_STEPS = 200
ALT = Qt.KeyboardModifier.AltModifier


def release_keys() -> None:
    """Wait until no key is still held back: printable keys are, until it is clear that they are no scan."""
    app = QApplication.instance()
    assert app is not None
    while any(one.is_pending for one in app.findChildren(WedgeFilter)):
        QTest.qWait(10)


def focused(shell: Shell) -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None, f"{shell.current_key}: nothing has the focus"
    return found


def is_in_sight(widget: QWidget) -> bool:
    """Whether any of it can be seen: not hidden, not scrolled away, not under the edge."""
    return not widget.visibleRegion().isEmpty()


def walk(shell: Shell, idle: Callable[[], None]) -> list[str]:
    """Tab through the page in sight until it comes round; what was wrong on the way."""
    page = shell.page(shell.current_key)
    wrong: list[str] = []
    reached: list[QWidget] = []
    start = focused(shell)
    if start is not page and not page.isAncestorOf(start):
        wrong.append("work begins outside the page")
    for _ in range(MOST_STEPS):
        before = focused(shell)
        now = before
        for _ in range(3):  # the links within one label are gone through first
            QTest.keyClick(before, Qt.Key.Key_Tab)
            if (now := focused(shell)) is not before:
                break
        if now is before:
            wrong.append(f"Tab stays at {before.objectName() or type(before).__name__}")
            break
        if not is_in_sight(now):
            wrong.append(f"the focus is out of sight at {now.objectName() or type(now).__name__}")
        if now in reached:
            break
        reached.append(now)
    else:
        wrong.append("Tab never comes round")
    if not any(now.objectName().startswith("rail_") for now in reached):
        wrong.append("Tab does not lead to the rail")
    wrong += [
        f"Tab does not reach {made.objectName() or made.text()}"
        for made in page.findChildren(QPushButton)
        if made.isVisible()
        and made.isEnabled()
        and made.property("kind") == "primary"
        and made not in reached
        and made is not start
    ]
    idle()
    wrong += meant_twice(shell)
    return [f"{shell.current_key}: {said}" for said in wrong]


def meant_twice(shell: Shell) -> list[str]:
    """Keys with two meanings on the page in sight: Qt then does neither."""
    of_page, everywhere = shell.keys()
    keys = Counter(entry.keys for entry in (*of_page, *everywhere))
    return [f"{key} means two things" for key, times in keys.items() if times > 1]


def places_by_key(shell: Shell, idle: Callable[[], None]) -> list[str]:
    """Alt+1 … lead to each place of the rail; Enter or Space on the rail does as well."""
    wrong = []
    for typed, key in zip("1234567890-"[: len(shell.rail.keys())], shell.rail.keys(), strict=True):
        QTest.keyClick(focused(shell), Qt.Key(ord(typed)), ALT)
        idle()
        if shell.current_key != key:
            wrong.append(f"Alt+{typed} does not lead to {key}")
    first = shell.rail.keys()[0]
    place = shell.findChild(QWidget, f"rail_{first}")
    assert place is not None
    place.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(place, Qt.Key.Key_Space)
    release_keys()
    idle()
    if shell.current_key != first:
        wrong.append(f"Space on the rail does not lead to {first}")
    return wrong


@pytest.mark.usefixtures("look")
def test_every_page_of_the_field(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        wrong = places_by_key(field.shell, field.idle)
        for key in field.shell.page_keys:
            field.open(key)
            wrong += walk(field.shell, field.idle)
        for key in ("site", "close_out", "transcribe"):
            field.open(key)
            field.key(Qt.Key.Key_Left, ALT)
            if field.shell.current_key != "visit":
                wrong.append(f"{key}: Alt+Left does not lead back")
        assert wrong == [], "\n".join(wrong)


def test_every_page_of_hq(tasks: Tasks, look: Theme, tmp_path: Path) -> None:
    assert look.name == "light"
    world = hq_world(tmp_path)
    _planned, bundle = inspected(world)
    import_bundles(world.hq, [bundle], tmp_path)
    with hq_window(world.hq, tasks, tmp_path) as hq:
        wrong = places_by_key(hq.shell, hq.settle)
        for key in hq.shell.page_keys:
            hq.page(key)
            wrong += walk(hq.shell, hq.settle)
        assert wrong == [], "\n".join(wrong)
    world.close()
