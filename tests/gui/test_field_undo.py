"""Ctrl+Z and redo in the visit workspace: the last act is taken back wherever the focus is, and named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from db.queries import visits
from db.queries.checks import evidence_of, recent_checks
from eum_app.demo.generate import photo
from tests.gui.field_world import Field, field_at_work
from ui.field.question_row import QuestionRow
from ui.field.visit.current_work import State

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def undo(field: Field) -> None:
    field.key(Qt.Key.Key_Z, CTRL)


def redo(field: Field) -> None:
    field.key(Qt.Key.Key_Z, CTRL | SHIFT)


def values(field: Field) -> list[str]:
    draft = field.visit.item.draft
    assert draft is not None
    return [answer.value for answer in draft.answers.values()]


def verify(field: Field, serial: str) -> None:
    field.identify(serial)
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome(serial) == "verified")
    field.idle()


def test_an_answer_of_the_open_item_is_taken_back_before_the_last_check(field: Field) -> None:
    verify(field, "786950")
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    field.key(Qt.Key.Key_Y)
    assert values(field) == ["yes", "yes"]
    undo(field)
    assert values(field) == ["yes"]
    assert "786951" in field.visit.notice.text
    undo(field)
    assert values(field) == []
    assert field.outcome("786950") == "verified", "the check counts until the answers are taken back"
    undo(field)
    field.until(lambda: field.outcome("786950") == "to_check")
    assert "786950" in field.visit.notice.text
    assert field.visit.work.is_open_item(field.visit.work.draft.item_id if field.visit.work.draft else "")
    undo(field)
    assert field.session.read(visits.visit, field.visit_id).to_check == 4


def test_what_was_undone_is_done_again_in_reverse_order(field: Field) -> None:
    verify(field, "786950")
    first = field.last_check()
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    undo(field)
    undo(field)
    field.until(lambda: field.outcome("786950") == "to_check")
    redo(field)
    field.until(lambda: field.outcome("786950") == "verified")
    field.idle()
    again = field.last_check()
    assert again.check_id != first.check_id
    assert again.observed_at > first.observed_at, "a new fact with its own time"
    assert (again.outcome, again.testimony, again.reading) == (first.outcome, first.testimony, first.reading)
    assert field.visit.item.draft is not None, "the open item stays open"
    assert values(field) == []
    redo(field)
    assert values(field) == ["yes"]
    redo(field)
    assert "again" in field.visit.notice.text
    assert len(field.session.read(recent_checks, field.visit_id)) == 2


def test_nothing_is_done_again_after_another_act(field: Field) -> None:
    verify(field, "786950")
    undo(field)
    field.until(lambda: field.outcome("786950") == "to_check")
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    redo(field)
    assert field.outcome("786950") == "to_check"
    field.key(Qt.Key.Key_N)
    undo(field)
    field.visit.item.answer_all()
    given = values(field)
    redo(field)
    assert values(field) == given


def test_a_text_field_does_not_swallow_it(field: Field) -> None:
    verify(field, "786950")
    field.visit.items.search.setFocus()
    field.type("7869")
    undo(field)
    field.until(lambda: field.outcome("786950") == "to_check")
    assert field.visit.items.search.text() == "7869"
    verify(field, "786950")
    field.identify("786951")
    field.press("add_note_button")
    note = field.find("check_note", QPlainTextEdit)
    field.type("behind the crate")
    assert note.toPlainText() == "behind the crate"
    undo(field)
    assert field.visit.item.draft is not None
    assert (field.visit.item.draft.note, note.toPlainText()) == ("", "")
    assert field.outcome("786950") == "verified"
    redo(field)
    assert note.toPlainText() == "behind the crate"


def test_a_comment_is_an_act_and_goes_with_its_answer(field: Field) -> None:
    field.identify("786951")
    row = next(one for one in field.visit.item.findChildren(QuestionRow) if not one.isHidden())
    comment = field.find(f"comment_{row.question.question_id}", QLineEdit)
    field.key(Qt.Key.Key_N)
    field.until(comment.hasFocus)
    field.type("worn off")
    draft = field.visit.item.draft
    assert draft is not None
    undo(field)
    assert (values(field), comment.text(), draft.answers[row.question.question_id].comment) == (["no"], "", "")
    redo(field)
    assert draft.answers[row.question.question_id].comment == comment.text() == "worn off"
    field.press(f"answer_{row.question.question_id}_yes")
    assert draft.answers[row.question.question_id].comment == ""
    field.press(f"answer_{row.question.question_id}_no")
    assert comment.text() == "", "the comment on the answer before is not the comment on this one"
    for _ in range(2):
        undo(field)
    assert comment.text() == "worn off"


def test_all_as_expected_is_one_act_and_each_answer_says_so(field: Field) -> None:
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    field.key(Qt.Key.Key_A)
    draft = field.visit.item.draft
    assert draft is not None
    assert [answer.filled for answer in draft.answers.values()] == [False, True, True, True]
    undo(field)
    assert values(field) == ["yes"]
    redo(field)
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786951") == "verified")
    assert [answer.filled for answer in field.last_check().testimony.answers] == [False, True, True, True]


def test_from_the_reasons_it_leads_back_to_the_item(field: Field) -> None:
    verify(field, "786950")
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    field.press("discrepancy_button")
    assert field.visit.work.state.value == State.REASONS
    undo(field)
    assert field.visit.work.state.value == State.ITEM
    assert values(field) == ["yes"]
    assert field.outcome("786950") == "verified"


def test_photos_are_taken_back_and_recorded_again(field: Field) -> None:
    field.identify("786951")
    field.visit.item.add_photo(photo("intact", 1))
    undo(field)
    draft = field.visit.item.draft
    assert draft is not None
    assert not draft.photos
    assert "photo" in field.visit.notice.text
    redo(field)
    assert len(draft.photos) == 1
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786951") == "verified")
    field.idle()
    first = field.last_check().check_id
    field.visit.recording._attach(first, photo("intact", 2))
    field.idle()
    undo(field)
    field.until(lambda: field.outcome("786951") == "to_check")
    redo(field)
    field.until(lambda: field.outcome("786951") == "verified")
    field.idle()
    again = field.last_check().check_id
    before = {one.object_id for one in field.session.read(evidence_of, check_id=first) if one.is_photo}
    after = {one.object_id for one in field.session.read(evidence_of, check_id=again) if one.is_photo}
    assert len(before) == 2
    assert after == before, "the same photos, stored once"
