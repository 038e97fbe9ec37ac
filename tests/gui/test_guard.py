"""Nothing that Python raises reaches Qt's C++: every override is guarded, and each is made to fail."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QToolTip, QWidget
from pytestqt.qtbot import QtBot

import ui
from eum_app.domain.errors import Trouble
from tests.gui.hq_support import Window
from ui.kit.delegates import RowDelegate
from ui.kit.guard import NOT_CALLED_BY_QT, UNSHOWN, guarded, is_guardable, is_guarded, take_caught
from ui.kit.messages import sentence
from ui.kit.models.ids_model import Column, IdsTableModel
from ui.window.app import build_window


def overrides() -> Iterator[tuple[type, str]]:
    """Each method of a class in `ui` that has the name of one of Qt."""
    for found in pkgutil.walk_packages(ui.__path__, "ui."):
        module = importlib.import_module(found.name)
        for cls in vars(module).values():
            if inspect.isclass(cls) and cls.__module__ == found.name:
                qt = [base for base in cls.__mro__ if base.__module__.startswith("PySide6")]
                for name, method in vars(cls).items():
                    named = not name.startswith("__") and any(hasattr(base, name) for base in qt)
                    if qt and named and inspect.isfunction(method):
                        yield cls, name


ALL = sorted({(cls.__module__, cls.__qualname__, name) for cls, name in overrides()})
CLASSES = {(cls.__module__, cls.__qualname__): cls for cls, _ in overrides()}


def test_every_override_is_guarded() -> None:
    assert len(ALL) > 120
    bare = {
        f"{module}.{cls}.{name}"
        for module, cls, name in ALL
        if name not in NOT_CALLED_BY_QT and not is_guarded(vars(CLASSES[module, cls])[name])
    }
    assert bare == set(), "decorate the class with `guarded`; a method that Qt never calls belongs in NOT_CALLED_BY_QT"


def test_an_unguarded_override_would_be_found() -> None:
    class Bare(QWidget):
        def paintEvent(self, _event: QPaintEvent) -> None: ...

    assert is_guardable("paintEvent")
    assert not is_guarded(vars(Bare)["paintEvent"])
    assert is_guarded(vars(guarded(Bare))["paintEvent"])


def raises(*_args: object) -> NoReturn:
    raise OverflowError("0001-01-01 for INS-017")


def failing(base: type, *names: str) -> type:
    """The class with methods that fail, guarded as its author would."""
    return guarded(type(f"Failing{base.__name__}", (base,), dict.fromkeys(names, raises)))


@pytest.mark.parametrize("name", ["data", "headerData", "rowCount", "columnCount"])
def test_a_model_that_fails_shows_a_placeholder(qtbot: QtBot, name: str) -> None:
    model = failing(IdsTableModel, name)([Column("Serial", str)])
    model.set_source(lambda: ["a", "b"], lambda ids: {one: one for one in ids})
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.show()
    view.grab()
    if name == "data":
        assert model.index(0, 0).data() == UNSHOWN
    if name == "headerData":
        assert model.headerData(0, Qt.Orientation.Horizontal) == UNSHOWN
    caught = take_caught()
    assert caught
    assert all(name in one and "OverflowError" in one and "INS-017" not in one for one in caught)


DELEGATES = [cls for cls in CLASSES.values() if issubclass(cls, QStyledItemDelegate)]


@pytest.mark.parametrize("name", ["paint", "sizeHint", "initStyleOption", "helpEvent"])
@pytest.mark.parametrize("delegate", DELEGATES, ids=lambda cls: cls.__name__)
def test_a_delegate_that_fails_leaves_the_painter_whole(qtbot: QtBot, delegate: type, name: str) -> None:
    model = IdsTableModel([Column("Serial", str)])
    model.set_source(lambda: ["a", "b"], lambda ids: {one: one for one in ids})
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    made = failing(delegate, name)(lambda row: row, view) if delegate.__name__ == "BarDelegate" else None
    if made is None:
        made = failing(delegate, name)(lambda row: row) if delegate.__name__ == "RowDelegate" else None
    made = made or failing(delegate, name)(view)
    take_caught()
    if name == "helpEvent":
        option = QStyleOptionViewItem()
        event = QHelpEvent(QEvent.Type.ToolTip, QPoint(1, 1), QPoint(1, 1))
        assert made.helpEvent(event, view, option, model.index(0, 0)) is False
        QToolTip.hideText()
    elif name == "initStyleOption":
        made.initStyleOption(QStyleOptionViewItem(), model.index(0, 0))
    elif name == "paint":
        image = QImage(64, 32, QImage.Format.Format_ARGB32)
        painter = QPainter(image)
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, 64, 32)
        made.paint(painter, option, model.index(0, 0))
        painter.end()
    else:
        assert made.sizeHint(QStyleOptionViewItem(), model.index(0, 0)).isValid()
    assert name in take_caught()[0]


def test_a_row_that_cannot_be_made_leaves_the_painter_balanced(qtbot: QtBot) -> None:
    model = IdsTableModel([Column("Serial", str)])
    model.set_source(lambda: ["a", "b"], lambda ids: {one: one for one in ids})
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    delegate = RowDelegate(raises)
    view.setItemDelegate(delegate)
    view.show()
    view.grab()  # Qt would warn of saved states, and a warning fails the test
    assert all("RowDelegate.paint" in one for one in take_caught())


def test_a_painter_is_released_when_its_event_fails(qtbot: QtBot) -> None:
    @guarded
    class Canvas(QWidget):
        def paintEvent(self, _event: QPaintEvent) -> None:
            painter = QPainter(self)
            raises(painter)

    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.show()
    canvas.grab()
    canvas.grab()
    assert all("Canvas.paintEvent" in one for one in take_caught())


def test_a_filter_that_fails_lets_no_key_through(qtbot: QtBot) -> None:
    watched = QWidget()
    qtbot.addWidget(watched)
    made = failing(QObject, "eventFilter")(watched)
    key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    assert made.eventFilter(watched, key) is True
    assert made.eventFilter(watched, QEvent(QEvent.Type.Polish)) is False
    assert len(take_caught()) == 2


def test_a_failed_action_is_shown_on_the_crash_page(window: Window) -> None:
    key = failing(QWidget, "keyPressEvent")(window.shell)
    key.show()
    QTest.keyClick(key, Qt.Key.Key_A)
    assert take_caught()
    window.tasks.wait_idle(120)
    QTest.qWait(1)
    assert "OverflowError" in window.shell._crash.details()
    assert "INS-017" not in window.shell._crash.details()


def test_a_failed_act_is_shown_on_the_pages_of_a_locked_store(qtbot: QtBot, tmp_path: Path) -> None:
    window = build_window(tmp_path / "store")  # no store yet: the first start
    qtbot.addWidget(window)
    window.show()
    key = failing(QWidget, "keyPressEvent")(window)
    key.show()
    QTest.keyClick(key, Qt.Key.Key_A)
    assert take_caught()
    shown = " ".join(one.text() for one in window.findChildren(QLabel) if one.isVisible())
    assert sentence(Trouble("program.mistake")).what not in shown
    QTest.qWait(1)
    shown = " ".join(one.text() for one in window.findChildren(QLabel) if one.isVisible())
    assert sentence(Trouble("program.mistake")).what in shown
    window.close()


def test_without_a_parent_row_no_row_is_there() -> None:
    model = failing(IdsTableModel, "rowCount")([Column("Serial", str)])
    assert model.rowCount(QModelIndex()) == 0
    assert take_caught()
