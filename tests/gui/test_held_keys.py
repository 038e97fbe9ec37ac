"""Keys that were not meant record nothing: a key held down acts once, and text typed into a button is no press."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.gui.field_world import Field, field_at_work


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def hold(field: Field, key: Qt.Key, text: str) -> None:
    """Hold a key down: the window system repeats its press, and each press goes to the widget in focus at that time."""
    for number in range(12):
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            target = field.window.focusWidget()
            no_modifier = Qt.KeyboardModifier.NoModifier
            QApplication.sendEvent(target, QKeyEvent(kind, key, no_modifier, text, autorep=number > 0, count=1))
        QTest.qWait(30)
        field.idle()


def test_no_shortcut_of_any_page_repeats(field: Field) -> None:
    """Once Ctrl+Z held down for a second withdrew one check after another."""
    for key in field.shell.page_keys:
        page = field.shell.page(key)
        assert [one.text() for one in page.actions() if one.autoRepeat() and not one.shortcut().isEmpty()] == [], key


def test_an_answer_key_answers_one_question(field: Field) -> None:
    field.identify("786950")
    draft = field.visit.work.draft
    assert draft is not None
    hold(field, Qt.Key.Key_Y, "y")
    assert list(draft.answers) == ["serial_plate"]
    hold(field, Qt.Key.Key_A, "a")
    assert len(draft.answers) == 4
    assert field.outcome("786950") == "to_check"


def test_enter_records_one_item_and_confirms_no_other(field: Field) -> None:
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    hold(field, Qt.Key.Key_Return, "\r")
    field.until(lambda: field.outcome("786950") == "verified")
    field.visit.scan.field.setFocus()
    field.type("786951")
    hold(field, Qt.Key.Key_Return, "\r")
    assert field.outcome("786951") == "to_check"
    assert field.visit.scan.field.text() == ""


def test_text_typed_while_verified_has_the_focus_records_nothing(field: Field) -> None:
    """Once the blank in a comment, typed after N had found no question, recorded the item as verified."""
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    field.visit.item.focus_first()
    field.idle()
    assert field.visit.item.verified_button.hasFocus()
    field.type("n worn, no seal ")
    assert field.outcome("786950") == "to_check"
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")


def test_a_key_held_down_writes_nothing_into_the_field_that_it_leads_to(field: Field) -> None:
    """N asks for a comment. Once that comment began with as many n as the keyboard repeated."""
    field.identify("786950")
    draft = field.visit.work.draft
    assert draft is not None
    hold(field, Qt.Key.Key_N, "n")
    comment = field.window.focusWidget()
    assert isinstance(comment, QLineEdit)
    assert comment.objectName() == "comment_serial_plate"
    assert comment.text() == ""
    hold(field, Qt.Key.Key_O, "o")
    field.until(lambda: len(comment.text()) > 2)
    assert set(comment.text()) == {"o"}, "held in the field itself, it repeats"
    assert [(one.value, one.comment) for one in draft.answers.values()] == [("no", comment.text())]
