"""A message moves nothing and covers no control, on every page of both programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from eum_app.domain.errors import Refusal
from eum_app.usecases.people.recovery import RecoveryCodes
from tests.gui.field_world import field_at_work
from tests.gui.hq_support import hq_window, hq_world
from ui.kit.page import Page
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme

SIZES = ((1366, 768, 150), (1024, 600, 100))
"""Width, height, percent of text."""


def others(page: Page) -> list[QWidget]:
    """Every visible widget of the window but the notice bar and what is in it."""
    return [
        widget
        for widget in page.window().findChildren(QWidget)
        if widget.isVisible() and widget is not page.notice and not page.notice.isAncestorOf(widget)
    ]


def places(widgets: list[QWidget], window: QWidget) -> list[QRect]:
    return [QRect(widget.mapTo(window, QPoint()), widget.size()) for widget in widgets]


def pressed_at(page: Page) -> dict[QWidget, QWidget | None]:
    """Map each control of the page to the widget that a click in its middle would hit."""
    window = page.window()
    found = {}
    for widget in page.findChildren(QWidget):
        is_control = isinstance(widget, QAbstractButton | QLineEdit | QComboBox)
        if not is_control or page.notice.isAncestorOf(widget) or widget.visibleRegion().isEmpty():
            continue
        found[widget] = window.childAt(widget.mapTo(window, widget.visibleRegion().boundingRect().center()))
    return found


def covered(page: Page, hits: dict[QWidget, QWidget | None]) -> list[str]:
    """Names of the controls that a click no longer hits, and what it hits."""
    return [
        f"{one.objectName() or one.accessibleName() or one.property('text')}: {hits.get(one)} then {hit}"
        for one, hit in pressed_at(page).items()
        if hit is not hits.get(one)
    ]


def turn() -> None:
    for _ in range(5):
        QApplication.processEvents()


def moved(page: Page) -> list[str]:
    """List what a message moves on the page in sight, or takes from under a click."""
    wrong = []
    messages: dict[str, Callable[[], object]] = {
        "done": lambda: page.notice.show_message("ok", "786953 verified", action="Undo", on_action=lambda: None),
        "refused": lambda: page.notice.show_error(Refusal("visit.closed")),
    }
    page.notice.dismiss()
    turn()
    widgets = others(page)
    before, hits = places(widgets, page.window()), pressed_at(page)
    for name, show in messages.items():
        show()
        turn()
        assert page.notice.isVisible()
        bar = QRect(page.notice.mapTo(page.window(), QPoint()), page.notice.size())
        if page.notice.visibleRegion().boundingRect() != page.notice.rect():
            wrong.append(f"{name}: the message is cut")
        if places(widgets, page.window()) != before or others(page) != widgets:
            wrong.append(f"{name}: something moved")
        wrong += [f"{name}: takes the click at {taken}" for taken in covered(page, hits)]
        page.notice.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)  # as soon after
        if not page.header.visibleRegion().isEmpty():
            wrong += [f"{name}: covers {taken} with {bar}" for taken in covered(page, hits)]
        page.notice.dismiss()
        turn()
        if places(widgets, page.window()) != before:
            wrong.append(f"{name}: not as before")
    return wrong


def all_moved(shell: Shell, look: Theme, open_page: Callable[[str], object]) -> list[str]:
    wrong = []
    for width, height, percent in SIZES:
        look.set_scale(percent)
        shell.window().resize(width, height)
        for key in shell.page_keys:
            open_page(key)
            wrong += [f"{width}x{height} {percent} % {key}: {said}" for said in moved(shell.page(key))]
    return wrong


def test_a_message_moves_nothing_in_the_field(qtbot: QtBot, tmp_path: Path, look: Theme) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        codes = RecoveryCodes(frozenset(), "INS-017", "a set", ("0000-0000",) * 10, False)
        arguments: dict[str, object] = {"labels": (), "items": "", "codes": (codes, "accounts")}
        wrong = all_moved(field.shell, look, lambda key: field.open(key, arguments.get(key)))
        look.set_scale(100)
        field.window.resize(1366, 768)
        field.open("visit")
        field.identify("786950")
        wrong += moved(field.visit)
        assert wrong == [], "\n".join(wrong)


def test_a_message_moves_nothing_at_hq(tmp_path: Path, tasks: Tasks, look: Theme) -> None:
    world = hq_world(tmp_path)
    with hq_window(world.hq, tasks, tmp_path) as hq:
        wrong = all_moved(hq.shell, look, hq.page)
        assert wrong == [], "\n".join(wrong)
    world.close()


@pytest.mark.parametrize("way", ["left to right", "right to left"])
def test_a_message_lies_over_the_title_in_either_direction(qtbot: QtBot, way: str) -> None:
    page = Page("Sync")
    qtbot.addWidget(page)
    page.add_action("Export", None, lambda: None, in_header=True)
    is_mirrored = way == "right to left"
    page.setLayoutDirection(Qt.LayoutDirection.RightToLeft if is_mirrored else Qt.LayoutDirection.LeftToRight)
    page.resize(1200, 600)
    page.show()
    page.notice.show_message("info", "One bundle was taken in")
    turn()
    middle = page.notice.geometry().center().x()
    assert (middle > 600) is is_mirrored
