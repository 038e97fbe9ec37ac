"""An item under enhanced monitoring in the real window: mark read, serial typed twice, or a witness named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from db.queries import visits
from eum_app.domain.checklists import Answer
from eum_app.domain.visit_kinds import sighting_policy_of
from eum_app.usecases.visits.record_check import assess_site
from eum_app.wording.reading import how_read
from tests.builders import make_world
from tests.gui.field_world import Field, field_at_work, planned, window_at_work
from tests.gui.test_field_sweep import look_at, shelf
from ui.field.visit.current_work import State


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def pick(field: Field, serial: str) -> None:
    """Choose a row of the list with the mouse's meaning: by its item."""
    rows = field.session.read(visits.work_rows, field.visit_id, field.session.read(visits.work_ids, field.visit_id))
    field.visit.items.item_chosen.emit(next(row.item_id for row in rows.values() if row.serial == serial))
    field.until(lambda: field.visit.item.draft is not None and field.visit.item.draft.serial == serial)


def state(field: Field) -> State:
    return field.visit.work.state


def is_shut(field: Field) -> bool:
    return not field.find("verified_button", QAbstractButton).isEnabled()


def said(field: Field) -> str:
    return field.find("sighting_said", QLabel).text()


def into(field: Field, name: str, text: str) -> None:
    field.find(name, QLineEdit).setFocus()
    field.type(text)


def enter(field: Field, serial: str, again: str) -> None:
    """Fill the form for an entry by hand, and press Enter."""
    into(field, "typed_serial", serial)
    into(field, "typed_again", again)
    field.key(Qt.Key.Key_Return)


def test_picked_from_the_list_it_is_verified_only_after_its_serial_was_entered_twice(field: Field) -> None:
    pick(field, "786951")
    field.press("all_as_expected_button")
    assert is_shut(field)
    assert "Read its mark, or enter its serial twice" in said(field)
    assert field.window.focusWidget().objectName() == "enter_serial_button"
    field.visit.recording.verify()
    field.visit.recording.decide("verified")
    field.idle()
    assert field.outcome("786951") == "to_check"
    field.key(Qt.Key.Key_F8)
    assert state(field) is State.SERIAL
    field.press("no_read_illegible")
    into(field, "typed_serial", "786952")
    into(field, "typed_again", "786952")
    field.key(Qt.Key.Key_Return)
    assert state(field) is State.SERIAL, "the serial of another item"
    assert "that is not 786951" in field.visit.notice.text
    field.press("no_read_illegible")
    enter(field, "786951", "786951")
    assert state(field) is State.ITEM
    draft = field.visit.item.draft
    assert draft is not None
    assert len(draft.answers) == 4, "what was answered before stays"
    assert not is_shut(field)
    field.key(Qt.Key.Key_Return)
    assert field.outcome("786951") == "verified"
    assert how_read(field.last_check().reading) == "typed twice: mark illegible"


def test_a_scan_of_the_open_item_keeps_its_answers_and_can_be_taken_back(field: Field) -> None:
    pick(field, "786951")
    field.press("all_as_expected_button")
    field.scan("786950")
    assert "first finish 786951" in field.visit.notice.text, "the mark of another item identifies nothing"
    assert is_shut(field)
    field.scan("786951")
    assert not is_shut(field)
    assert said(field) == "Its mark was read."
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "the reading of the mark" in field.visit.notice.text
    assert is_shut(field)
    field.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert not is_shut(field)
    field.press("verified_button")
    assert (field.outcome("786951"), field.last_check().reading.read_by) == ("verified", "wedge")


def test_typed_into_the_scan_field_it_is_one_entry_without_a_reason(field: Field) -> None:
    field.type_serial("786951")
    field.press("all_as_expected_button")
    assert is_shut(field)
    assert state(field) is State.ITEM
    field.press("enter_serial_button")
    field.press("no_read_covered")
    enter(field, "786951", "78695I")
    assert "character 6" in field.visit.column.by_hand._said.text()
    field.scan("786951")
    assert state(field) is State.ITEM, "its mark can be read after all"
    assert not is_shut(field)


def test_the_second_entry_is_typed_blind(field: Field) -> None:
    pick(field, "786951")
    field.press("enter_serial_button")
    field.press("no_read_missing")
    first, second = field.find("typed_serial", QLineEdit), field.find("typed_again", QLineEdit)
    into(field, "typed_serial", "786951")
    first.selectAll()
    QTest.keyClick(first, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() != "786951"
    QGuiApplication.clipboard().setText("786951")
    second.setFocus()
    assert "786951" not in first.displayText()
    QTest.keyClick(second, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(second, Qt.Key.Key_Insert, Qt.KeyboardModifier.ShiftModifier)
    at = QPointF(second.rect().center())
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        middle = Qt.MouseButton.MiddleButton
        event = QMouseEvent(kind, at, second.mapToGlobal(at), middle, middle, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(second, event)
    assert second.text() == ""
    assert not second.acceptDrops()
    field.type("7869")
    first.setFocus()
    assert first.displayText() == "786951"
    assert second.text() == "", "seen again, the first entry asks for another second one"
    field.key(Qt.Key.Key_Escape)
    assert state(field) is State.ITEM


def test_evidence_below_sighted_by_keyboard(field: Field) -> None:
    pick(field, "786951")
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert state(field) is State.EVIDENCE
    assert field.window.focusWidget().objectName() == "grade_A"
    field.key(Qt.Key.Key_Down)
    assert field.find("grade_B", QAbstractButton).isChecked()
    field.key(Qt.Key.Key_Escape)
    assert is_shut(field)
    assert "State who saw it" in said(field)
    assert field.window.focusWidget().objectName() == "seen_by_others_button"
    field.key(Qt.Key.Key_Space)
    into(field, "evidence_saw", "INS-022")
    field.key(Qt.Key.Key_Return)
    field.type("Embassy")
    field.key(Qt.Key.Key_Return)
    field.type("video call")
    field.key(Qt.Key.Key_Return)
    assert state(field) is State.ITEM
    assert not is_shut(field)
    assert "INS-022" in said(field)
    field.press("verified_button")
    check = field.last_check()
    assert (field.outcome("786951"), check.grade, check.is_sighted) == ("verified", "B", False)
    words = "picked from the list, no mark read, seen by INS-022 for Embassy: video call"
    assert how_read(check.reading) == words
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.outcome("786951") == "to_check"
    field.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    again = field.last_check()
    assert (field.outcome("786951"), again.grade, how_read(again.reading)) == ("verified", "B", words)


def test_half_an_entry_and_half_a_witness_survive_and_are_discarded_with_the_rest(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as first:
        first.open("visit")
        pick(first, "786951")
        first.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        first.press("grade_C")
        into(first, "evidence_saw", "Sgt. K")
        first.press("evidence_done_button")
        first.press("enter_serial_button")
        first.press("no_read_covered")
        into(first, "typed_serial", "7869")
        first.until(lambda: "7869" in first.visit.keeper._place.typed)
        visit_id = first.visit_id
    with window_at_work(qtbot, tmp_path, visit_id) as again:
        again.until(lambda: again.visit.work.state is State.SERIAL)
        assert again.visit.column.by_hand.typed == ("covered", "7869", "")
        assert "7869" not in again.find("typed_serial", QLineEdit).displayText(), "it is hidden until it is chosen"
        again.key(Qt.Key.Key_Escape)
        draft = again.visit.item.draft
        assert draft is not None
        assert (draft.serial, draft.evidence.grade, draft.evidence.saw) == ("786951", "C", "Sgt. K")
        pick(again, "786952")
        again.press("enter_serial_button")
        assert again.visit.column.by_hand.typed == ("", "", ""), "started for another item"
        again.key(Qt.Key.Key_Escape)
        pick(again, "786951")
        again.press("discard_button")
        again.press("discard_confirm_button")
        assert "not identified" in said(again).lower()


def test_an_item_under_routine_monitoring_keeps_its_three_clicks(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(tmp_path, level="REUM")
    visit_id = planned(world)
    world.close()
    with window_at_work(qtbot, tmp_path, visit_id) as field:
        field.open("visit")
        pick(field, "786951")
        field.press("all_as_expected_button")
        field.press("verified_button")
        assert field.outcome("786951") == "verified"


def test_where_scanners_are_not_allowed_one_entry_is_enough(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path, count=60) as field:
        field.open("visit")
        assess_site(field.session, field.visit_id, [Answer("scanner_allowed", "no", "orders")])
        policy = sighting_policy_of("annual_inventory")
        ids = field.session.read(visits.work_ids, field.visit_id)
        rows = field.session.read(visits.work_rows, field.visit_id, ids)
        once = next(one for one in ids if not policy.is_entered_twice(field.visit_id, one))
        twice = next(one for one in ids if policy.is_entered_twice(field.visit_id, one))
        for item_id in (once, twice):
            serial = rows[item_id].serial
            field.press("by_hand_button")
            field.press("no_read_scanner_not_allowed")
            into(field, "typed_serial", serial)
            field.key(Qt.Key.Key_Return)
            if item_id == twice:
                assert field.window.focusWidget().objectName() == "typed_again"
                assert "second time" in field.visit.column.by_hand._said.text()
                field.type(serial)
                field.key(Qt.Key.Key_Return)
            field.until(lambda serial=serial: getattr(field.visit.item.draft, "serial", "") == serial)  # type: ignore[misc]
            field.press("all_as_expected_button")
            field.open("visit")  # the answers about the site are read again
            field.press("verified_button")
            assert field.outcome(serial) == "verified"
            assert field.last_check().reading.entered_twice is (item_id == twice)


def test_the_row_is_in_sight_and_its_buttons_are_whole_on_a_small_screen(field: Field) -> None:
    pick(field, "786951")
    field.press("all_as_expected_button")
    for size in ((1440, 900), (1366, 768), (1024, 600)):
        field.window.resize(*size)
        field.idle()
        QTest.qWait(50)
        for name in ("enter_serial_button", "seen_by_others_button"):
            made = field.find(name, QAbstractButton)
            assert made.width() >= made.minimumSizeHint().width(), (name, size)
            corner = made.mapTo(field.visit.item, QPoint())
            assert corner.x() >= 0
            assert corner.x() + made.width() <= field.visit.item.width(), (name, size)


def test_the_camera_identifies_the_open_item(field: Field, tmp_path: Path) -> None:
    pick(field, "786951")
    field.press("all_as_expected_button")
    look_at(field, shelf(tmp_path / "frames", "786950", "786951"), 2)
    field.until(lambda: not is_shut(field))
    draft = field.visit.item.draft
    assert draft is not None
    assert (draft.serial, draft.mark.read_by, len(draft.answers)) == ("786951", "camera", 4)
    assert field.outcome("786951") == "to_check", "nothing is recorded by itself"
