"""The workspace: scan, answer, Enter, next; undo; what is not simply verified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, select

from db.queries import visits
from db.tables import checks
from eum_app.demo.generate import depot_rows, mark_image, photo
from eum_app.domain.facts import MarkRead
from eum_app.scanning.labels import iuid_message
from tests.gui.field_world import Field, field_at_work
from tests.gui.geometry import cut_parts
from ui.field.parts import png_of
from ui.field.question_row import QuestionRow
from ui.field.visit.current_work import Event, State
from ui.field.visit.visit_view import read_item
from ui.shared.statement_text import StatementText

SERIALS = ("786950", "786951", "786952", "786953")


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def all_filled_of(connection: Connection, check_id: str) -> bool:
    return bool(connection.execute(select(checks.c.all_as_expected).where(checks.c.check_id == check_id)).scalar_one())


def depot_location(field: Field, serial: str) -> str:
    item_id = next(one for one in field.session.read(visits.work_ids, field.visit_id, "", serial))
    return field.session.read(visits.work_rows, field.visit_id, [item_id])[item_id].location


def row_text(field: Field, serial: str) -> str:
    """Return the text of one item in the list of items."""
    panel = field.visit.items
    item_id = next(one for one in field.session.read(visits.work_ids, field.visit_id, "", serial))
    return panel._present(field.session.read(visits.work_rows, field.visit_id, [item_id])[item_id]).spoken()


def test_scan_answer_enter_recorded(field: Field) -> None:
    assert field.window.focusWidget() is field.visit.scan.field
    field.identify("786951")
    draft = field.visit.item.draft
    assert draft is not None
    assert draft.item is not None
    assert draft.answers == {}
    verified = field.visit.item.verified_button
    assert not verified.isEnabled()
    assert "4" in verified.text()
    for left in (3, 2, 1):
        field.key(Qt.Key.Key_Y)
        assert not verified.isEnabled()
        assert str(left) in verified.text()
    field.key(Qt.Key.Key_Return)
    assert field.outcome("786951") == "to_check"
    field.key(Qt.Key.Key_Y)
    assert verified.isEnabled()
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786951") == "verified")
    assert field.last_check().reading.read_by == "wedge"
    assert "786951" in field.visit.notice.text
    assert field.window.focusWidget() is field.visit.scan.field
    assert field.visit.item.draft is None


@pytest.mark.parametrize("size", [(1440, 900), (1366, 768)])
def test_what_decides_is_in_sight_beside_a_notice_and_a_picture_of_the_mark(
    field: Field, size: tuple[int, int]
) -> None:
    field.window.resize(*size)
    visit, item_id = field.visit, field.session.read(visits.work_ids, field.visit_id)[0]
    visit.recording.say_recorded("786950 verified", [])
    read = MarkRead(raw=iuid_message("1HLD9", "NVG-31A", "786950"), read_by="camera")
    visit.opening.show_picked(
        read, png_of(QImage.fromData(photo("intact", 1))), field.session.read(read_item, field.visit_id, item_id)
    )
    field.idle()
    draft = visit.item.draft
    assert draft is not None

    def in_sight(*buttons: QWidget | None) -> None:
        for _ in range(3):
            field.idle()
            QApplication.processEvents()
        assert field.shell._frames["visit"].verticalScrollBar().maximum() == 0
        assert cut_parts(visit) == []
        for made in buttons:
            assert made is not None
            assert made.visibleRegion().boundingRect() == made.rect(), made.objectName()

    in_sight(visit.item.all_button, visit.item.discrepancy_button, visit.item.verified_button)
    visit.recording.decide("discrepancy")
    assert visit.column.reasons.panel is not None
    in_sight(visit.column.reasons.panel.confirm_button)
    visit.close_work()
    visit.opening.type_by_hand()
    in_sight(visit.column.by_hand.go_on)


def test_nothing_of_one_item_is_left_in_the_questions_of_the_next(field: Field) -> None:
    field.identify("786951")
    rows = [row for row in field.visit.item.findChildren(QuestionRow) if not row.isHidden()]
    field.key(Qt.Key.Key_N)
    field.until(lambda: not rows[0]._comment.isHidden())
    rows[0]._comment.setText("half a sentence")
    field.key(Qt.Key.Key_Escape)
    field.identify("786952")
    assert [row for row in field.visit.item.findChildren(QuestionRow) if not row.isHidden()] == rows
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.answers == {}
    assert all(row.is_open and row._comment.isHidden() and row._comment.text() == "" for row in rows)


def test_all_as_expected_and_undo_from_the_scan_field(field: Field) -> None:
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    assert field.visit.item.draft is not None
    assert all(answer.filled for answer in field.visit.item.draft.answers.values())
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")
    assert field.window.focusWidget() is field.visit.scan.field
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    field.until(lambda: field.outcome("786950") == "to_check")
    assert field.last_check().withdrawn
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.session.read(visits.visit, field.visit_id).to_check == 4


def test_a_burst_of_a_hand_scanner_never_answers_a_question(field: Field) -> None:
    field.identify("786950")
    field.scan("NNYYAA")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.answers == {}
    field.scan("786952")
    field.until(lambda: field.visit.item.draft is not None and field.visit.item.draft.serial == "786952")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.mark.read_by == "wedge"
    field.key(Qt.Key.Key_N)
    field.scan("786953")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.serial == "786952"
    assert "786952" in field.visit.notice.text


def test_discrepancy_with_reason_note_and_photo(field: Field, tmp_path: Path) -> None:
    photo = tmp_path / "dent.png"
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGray)
    assert picture.save(str(photo))
    field.identify("786953")
    field.press("discrepancy_button")
    confirm = field.find("reason_confirm_button", QAbstractButton)
    assert not confirm.isEnabled()
    field.press("reason_damaged")
    field.find("reason_note", QPlainTextEdit).setPlainText("Housing dented")
    field.press("reason_photo_button")
    field.find("photo_path_edit", QLineEdit).setText(str(photo))
    field.press("photo_add_button")
    field.until(lambda: field.visit.item.draft is not None and len(field.visit.item.draft.photos) == 1)
    field.press("reason_confirm_button")
    field.until(lambda: field.outcome("786953") == "discrepancy")
    check = field.last_check()
    assert (check.reason, check.photos, check.has_note) == ("damaged", 1, True)


def test_a_photo_that_is_none_is_refused_in_place(field: Field, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.jpg"
    wrong.write_bytes(b"not a picture")
    field.identify("786953")
    field.press("add_photo_button")
    field.find("photo_path_edit", QLineEdit).setText(str(wrong))
    field.press("photo_add_button")
    assert field.visit.column.photo_bar.isVisible()
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.photos == {}


def test_another_reason_needs_a_note(field: Field) -> None:
    field.identify("786950")
    field.press("not_found_button")
    field.press("reason_other")
    assert not field.find("reason_confirm_button", QAbstractButton).isEnabled()
    field.find("reason_note", QPlainTextEdit).setPlainText("Crate was sealed")
    field.press("reason_confirm_button")
    field.until(lambda: field.outcome("786950") == "not_found")


def test_an_unlisted_item_is_offered_and_recorded(field: Field) -> None:
    field.identify("ZZ-4711")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.item is None
    field.press("not_on_list_button")
    field.press("reason_not_in_inventory")
    field.press("reason_confirm_button")
    field.until(lambda: field.session.read(visits.visit, field.visit_id).not_on_list == 1)
    assert field.last_check().item_id == ""


def test_a_near_serial_is_never_taken_by_itself(field: Field) -> None:
    field.identify("78695O")
    draft = field.visit.item.draft
    assert draft is None or draft.item is None
    offered = [
        made for made in field.window.findChildren(QAbstractButton) if made.objectName().startswith("candidate_")
    ]
    assert any("786950" in made.text() for made in offered)
    field.press(next(made.objectName() for made in offered if "786950" in made.text()))
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.serial == "786950"
    assert field.visit.item.draft.mark.raw == b"78695O"


AFTER_SCAN_MS = 150
"""Longer than a second Enter that the scanner sends counts as part of the scan; faster than a person."""


def test_an_item_picked_from_the_list_says_so(field: Field) -> None:
    view = field.visit.items.view
    view.setFocus()
    view.setCurrentIndex(field.visit.items.model.index(2, 0))
    field.key(Qt.Key.Key_Return)
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.mark.read_by == "list"
    field.key(Qt.Key.Key_A)
    field.scan("786952")
    QTest.qWait(AFTER_SCAN_MS)
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786952") == "verified")
    field.identify("786952")
    assert field.outcome("786952") == "verified"
    assert field.visit.item._checked_line.isVisible()


def test_marks_of_a_picture_and_of_a_folder_of_frames(field: Field, tmp_path: Path) -> None:
    row = depot_rows(1, 1, today=date(2026, 11, 21))[0]
    frames = tmp_path / "frames"
    frames.mkdir()
    (frames / "one.png").write_bytes(mark_image(row))
    field.press("from_photo_button")
    field.find("scan_photo_edit", QLineEdit).setText(str(frames / "one.png"))
    field.find("scan_photo_edit", QLineEdit).returnPressed.emit()
    field.until(lambda: field.visit.item.draft is not None)
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.mark.read_by == "photo"
    assert field.visit.item.draft.mark.serial == row.serial
    field.key(Qt.Key.Key_Escape)
    field.visit.scan.source.setCurrentIndex(2)
    field.visit.scan.source.activated.emit(2)
    field.find("scan_file_edit", QLineEdit).setText(str(frames))
    field.find("scan_file_edit", QLineEdit).returnPressed.emit()
    field.until(lambda: field.visit.item.draft is not None)
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.mark.read_by == "camera"
    assert field.visit.scan.viewfinder.marks[0].text.startswith(row.serial)


def test_an_invalid_mark_is_reported_beside_the_viewfinder(field: Field) -> None:
    field.visit.scan.typed.emit("X" * 10_000)
    field.idle()
    assert field.visit.notice.text
    assert field.visit.item.draft is None


@pytest.mark.parametrize("key", [Qt.Key.Key_N, Qt.Key.Key_O])
def test_an_unexpected_answer_leads_to_a_discrepancy(field: Field, key: Qt.Key) -> None:
    """Once "Serial plate matches: No" was recorded as verified."""
    field.identify("786950")
    field.key(key)
    field.type("plate worn")
    field.key(Qt.Key.Key_Tab)
    for _ in range(3):
        field.visit.item.focus_first()
        field.key(Qt.Key.Key_Y)
    line = field.visit.item.findChild(QLabel, "not_as_expected")
    assert line is not None
    assert line.isVisible()
    assert "Serial plate matches" in line.text()
    button = field.visit.item.verified_button
    assert "1 not as expected" in button.text()
    field.visit.recording.verify()
    field.idle()
    assert field.outcome("786950") == "to_check"
    assert "not as expected" in field.visit.notice.text
    assert field.visit.work.state is State.REASONS
    panel = field.visit.column.reasons.panel
    assert panel is not None
    assert panel.reasons == ["serial_differs"], "the question names its discrepancy"
    assert panel.cancel_button.text() == "Correct the answer"
    assert not panel.confirm_button.isEnabled(), "the serial that was found is missing"
    assert field.window.focusWidget() is panel.facts["serial_differs"].found
    field.type("786959")
    field.press("reason_wrong_location")
    assert not panel.confirm_button.isEnabled()
    field.find("found_wrong_location", QLineEdit).setText("Shelf C-11")
    field.press("reason_confirm_button")
    field.until(lambda: field.outcome("786950") == "discrepancy")
    stated = field.last_check().testimony
    assert [(one.reason, one.on_record, one.found) for one in stated.differences] == [
        ("serial_differs", "786950", "786959"),
        ("wrong_location", depot_location(field, "786950"), "Shelf C-11"),
    ]
    assert next(answer.value for answer in stated.answers) == {Qt.Key.Key_N: "no", Qt.Key.Key_O: "not_observed"}[key]
    field.idle()
    assert "Serial plate matches" in row_text(field, "786950"), "the list names the answer"
    field.open("close_out")
    field.idle()
    said = field.find("statement_text", StatementText).toPlainText()
    assert "786959 found" in said
    assert "Serial plate matches" in said


def test_all_as_expected_fills_only_what_is_open(field: Field) -> None:
    """Once it overwrote a "No" with its comment."""
    field.identify("786950")
    field.key(Qt.Key.Key_N)
    field.type("plate worn")
    field.key(Qt.Key.Key_Tab)
    assert "fills 3" in field.visit.item.all_button.text()
    field.press("all_as_expected_button")
    draft = field.visit.item.draft
    assert draft is not None
    assert (draft.answers["serial_plate"].value, draft.answers["serial_plate"].comment) == ("no", "plate worn")
    assert [answer.filled for answer in draft.answers.values()] == [False, True, True, True]
    assert field.outcome("786950") == "to_check"
    field.until(lambda: not field.visit.work.unseen_ids(Event.DECIDE))
    field.press("discrepancy_button")
    field.find("found_serial_differs", QLineEdit).setText("unreadable")
    field.press("reason_confirm_button")
    field.until(lambda: field.outcome("786950") == "discrepancy")
    assert not field.session.read(all_filled_of, field.last_check().check_id)


def test_escape_leads_back_from_the_reasons_step_by_step(field: Field) -> None:
    field.identify("786950")
    field.key(Qt.Key.Key_Y)
    field.press("not_found_button")
    states = [field.visit.work.state]
    field.key(Qt.Key.Key_Escape)
    states.append(field.visit.work.state)
    assert field.visit.item.draft is not None
    assert len(field.visit.item.draft.answers) == 1
    assert field.visit.item.discrepancy_button.isVisible()
    field.key(Qt.Key.Key_Escape)
    states.append(field.visit.work.state)
    assert states == [State.REASONS, State.ITEM, State.NOTHING]
    assert field.window.focusWidget() is field.visit.scan.field


def test_a_corrected_answer_can_be_verified(field: Field) -> None:
    field.identify("786950")
    draft = field.visit.item.draft
    assert draft is not None
    field.key(Qt.Key.Key_X)  # not applicable: it counts with a comment only
    for _ in range(3):
        field.visit.item.focus_first()
        field.key(Qt.Key.Key_Y)
    line = field.visit.item.findChild(QLabel, "not_as_expected")
    assert line is not None
    assert "why it does not apply" in line.text()
    field.find("comment_serial_plate", QLineEdit).setFocus()
    field.type("no plate on this model")
    field.key(Qt.Key.Key_Tab)
    assert not line.isVisible()
    field.visit.recording.verify()
    field.until(lambda: field.outcome("786950") == "verified")
