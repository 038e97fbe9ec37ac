"""Serials entered by hand, and a worklist on paper printed and typed in again, in the real window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from db.chains import entries_after
from db.queries import checks, visits
from eum_app.demo.generate import photo
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckRecorded, MarkRead, decode_fact
from eum_app.usecases.reporting.worklist import WorklistPage, worklist_pages
from tests.builders import Clock
from tests.gui.field_world import HUMAN_MS, Field, field_at_work
from tests.gui.scanner_hand import burst, press, times
from ui.field.paper_parts import seen_at
from ui.field.transcribe_page import TranscribePage
from ui.kit.theme import Theme

SEEN_AT = "2026-11-21T09:30:00.000000Z"


@pytest.fixture
def field(look: Theme, qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path, count=4) as made:
        made.session.now = Clock(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))  # four hours after the planning
        yield made


def mark_of_last_check(field: Field) -> MarkRead:
    row = field.last_check()

    def read(connection: object) -> list[CheckRecorded]:
        entries = entries_after(connection, row.origin, 1, row.seq - 1, row.seq)  # type: ignore[arg-type]
        facts = [decode_fact(entry.kind, entry.kind_version, entry.payload) for entry in entries]
        return [fact for fact in facts if isinstance(fact, CheckRecorded)]

    return field.session.read(read)[0].mark


def choose(box: QComboBox, *keys: Qt.Key) -> None:
    """Open a drop-down, move in its list with these keys, and take the entry with Enter."""
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    for key in keys:
        QTest.keyClick(box.view(), key)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    box.window().activateWindow()  # without a screen, a list that closes does not hand the keyboard back
    box.setFocus()


def into(field: Field, name: str, text: str) -> None:
    edit = field.find(name, QLineEdit)
    edit.setFocus()
    field.type(text)


# ------------------------------------------------------------------------------------------------ by hand


def test_a_serial_entered_twice_opens_the_item_and_is_kept_with_its_reason(field: Field) -> None:
    field.open("visit")
    field.press("by_hand_button")
    go_on = field.find("typed_go_button", QAbstractButton)
    assert not go_on.isEnabled()
    field.press("no_read_illegible")
    into(field, "typed_serial", "786951")
    into(field, "typed_again", "786951")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.visit.item.draft is not None)
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.serial == "786951"
    field.press("all_as_expected_button")
    field.press("verified_button")
    assert field.outcome("786951") == "verified"
    mark = mark_of_last_check(field)
    assert (mark.read_by, mark.entered_twice, mark.no_read_reason, mark.typed_by) == (
        "typed",
        True,
        "illegible",
        "INS-017",
    )


def test_a_photo_goes_with_a_check_for_which_no_mark_was_read(field: Field, tmp_path: Path) -> None:
    picture = tmp_path / "plate.jpg"
    picture.write_bytes(photo("intact", 1))
    field.open("visit")
    field.press("by_hand_button")
    field.press("no_read_missing")
    into(field, "typed_serial", "786952")
    into(field, "typed_again", "786952")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.visit.item.draft is not None)
    field.press("add_photo_button")
    field.find("photo_path_edit", QLineEdit).setText(str(picture))
    field.press("photo_add_button")
    field.press("all_as_expected_button")
    field.press("verified_button")
    check = field.last_check()
    assert (check.photos, check.reading.no_read_reason) == (1, "missing")
    (kept,) = field.session.read(checks.evidence_of, check_id=check.check_id)
    assert field.session.content(kept.ref) == picture.read_bytes()


def test_two_entries_that_differ_go_nowhere(field: Field) -> None:
    field.open("visit")
    field.key(Qt.Key.Key_F8)
    field.press("no_read_missing")
    into(field, "typed_serial", "786951")
    into(field, "typed_again", "786950")
    field.press("typed_go_button")
    assert field.visit.item.draft is None
    assert "character 6" in field.visit.column.by_hand._said.text()
    assert field.find("typed_serial", QLineEdit).text() == field.find("typed_again", QLineEdit).text() == ""
    field.key(Qt.Key.Key_Escape)
    assert not field.visit.column.by_hand.isVisible()


def test_what_is_near_is_offered_after_entry_by_hand(field: Field) -> None:
    field.open("visit")
    field.press("by_hand_button")
    field.press("no_read_covered")
    into(field, "typed_serial", "78695I")
    into(field, "typed_again", "78695I")
    field.press("typed_go_button")
    ids = field.session.read(visits.work_ids, field.visit_id)
    rows = field.session.read(visits.work_rows, field.visit_id, ids)
    meant = next(key for key, row in rows.items() if row.serial == "786951")
    field.press(f"candidate_{meant}")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.item_id == meant
    assert field.visit.item.draft.mark.entered_twice
    assert field.visit.item.draft.mark.no_read_reason == "covered"


def test_a_scan_does_not_take_an_entry_by_hand_away(field: Field) -> None:
    field.open("visit")
    field.press("by_hand_button")
    edit = field.find("typed_serial", QLineEdit)
    edit.setFocus()
    for character, at_ms in zip("7869", times("7869", HUMAN_MS), strict=True):
        press(character, at_ms)
    field.until(lambda: edit.text() == "7869")
    burst("D1HLD9NVG-31A786952")
    field.idle()
    assert field.visit.column.by_hand.isVisible()
    assert edit.text() == "7869"
    assert "by hand" in field.visit.notice.text


# ------------------------------------------------------------------------------------------------ on paper


def first_page(field: Field) -> WorklistPage:
    return field.session.read(worklist_pages, field.visit_id)[0]


def page_of(field: Field) -> TranscribePage:
    page = field.shell.page("transcribe")
    assert isinstance(page, TranscribePage)
    return page


def open_page(field: Field) -> TranscribePage:
    field.open("visit")
    field.press("paper_list_button")
    page = page_of(field)
    assert page.isVisible()
    field.type("1")
    field.key(Qt.Key.Key_Return)
    assert page._page == first_page(field)
    return page


def say_who_and_when(field: Field) -> None:
    into(field, "saw_field", "INS-021")
    into(field, "seen_day", SEEN_AT[:10])
    into(field, "seen_time", "09:30Z")


def test_the_list_is_printed_from_the_page(field: Field, tmp_path: Path) -> None:
    field.open("visit")
    field.key(Qt.Key.Key_F9)
    field.press("paper_print_button")
    edit = field.find("worklist_path_edit", QLineEdit)
    edit.setText(str(tmp_path / "list.pdf"))
    field.press("worklist_write_button")
    assert len(PdfReader(tmp_path / "list.pdf").pages) == 1
    assert "1 page with 4 items" in page_of(field).notice.text


def test_a_page_is_typed_in_row_by_row(field: Field) -> None:
    page = open_page(field)
    record = field.find("paper_record_button", QAbstractButton)
    field.press("paper_1_verified")
    field.type("786950")
    into(field, "paper_1_again", "786950")
    assert "786950" not in field.find("paper_1_serial", QLineEdit).displayText(), "the second entry is blind"
    field.press("paper_2_not_found")
    field.press("paper_3_verified")
    field.press("paper_3_verified")  # taken back
    assert not record.isEnabled()
    say_who_and_when(field)
    assert not record.isEnabled()  # the code of row 2 is missing
    reason = field.find("paper_2_reason", QComboBox)
    choose(reason, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert reason.currentText() == "N2  Said to be in repair"
    field.press("paper_5_not_on_list")
    field.type("ZZ-9")
    into(field, "paper_5_again", "ZZ-9")
    choose(field.find("paper_5_reason", QComboBox), Qt.Key.Key_End)
    assert record.isEnabled()
    field.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Recorded 3 rows of page 1" in page.notice.text
    assert [field.outcome(str(786950 + at)) for at in range(4)] == ["verified", "not_found", "to_check", "to_check"]
    row = field.session.read(visits.visit, field.visit_id)
    assert (row.checked, row.not_on_list) == (2, 1)
    mark = mark_of_last_check(field)
    assert (mark.saw, mark.typed_by, mark.seen_at) == ("INS-021", "INS-017", SEEN_AT)
    assert field.last_check().observed_at == SEEN_AT
    assert page._page is None
    page.notice._act()  # Undo
    field.idle()
    assert field.session.read(visits.visit, field.visit_id).checked == 0
    assert page.notice._action.text() == "Redo"
    page.notice._act()
    field.idle()
    assert page.notice.text == "3 checks recorded again"
    row = field.session.read(visits.visit, field.visit_id)
    assert (row.checked, row.not_on_list) == (2, 1)
    assert mark_of_last_check(field).saw == "INS-021"


def test_a_serial_that_a_later_tick_hides_is_not_recorded(field: Field) -> None:
    """Found by reading: the row was recorded as not found, with the serial that was typed under another tick."""
    open_page(field)
    field.press("paper_1_verified")
    field.type("1002")
    field.press("paper_1_not_found")
    choose(field.find("paper_1_reason", QComboBox), Qt.Key.Key_Down, Qt.Key.Key_Down)
    say_who_and_when(field)
    field.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    field.until(lambda: field.outcome("786950") == "not_found")
    assert mark_of_last_check(field).raw == b""


def test_a_recorded_page_is_undone_and_redone_by_the_keys_of_the_visit(field: Field) -> None:
    page = open_page(field)
    say_who_and_when(field)
    field.press("paper_1_verified")
    field.type("786950")
    into(field, "paper_1_again", "786950")
    field.press("paper_record_button")
    field.until(lambda: field.outcome("786950") == "verified")
    page.setFocus()
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    field.until(lambda: field.outcome("786950") == "to_check")
    again = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    field.key(Qt.Key.Key_Z, again)
    field.until(lambda: field.outcome("786950") == "verified")
    page = open_page(field)
    field.press("paper_2_verified")
    field.type("786951")
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.outcome("786950") == "verified", "in a field, the key takes back what was typed there"
    page.setFocus()
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "Record this page first" in page.notice.text
    assert field.outcome("786950") == "verified"


def test_a_scanned_page_opens_and_another_one_does_not_take_what_is_typed(field: Field) -> None:
    field.open("visit")
    field.press("paper_list_button")
    page, code = page_of(field), str(first_page(field).code)
    field.scan(code)
    field.until(lambda: page._page is not None)
    field.press("paper_1_verified")
    field.scan(code)
    assert "Record this page first" in page.notice.text
    assert page.rows.forms[0].outcome == "verified"


def test_an_unknown_page_is_reported(field: Field) -> None:
    field.open("visit")
    field.press("paper_list_button")
    page = page_of(field)
    field.scan("D1HLD9NVG-31A786950")
    assert "not the code of a worklist page" in page.notice.text
    field.find("page_field", QLineEdit).clear()
    into(field, "page_field", "9")
    field.key(Qt.Key.Key_Return)
    assert "no page 9" in page.notice.text


def test_a_serial_that_differs_is_no_verified_item(field: Field) -> None:
    page = open_page(field)
    field.press("paper_1_verified")
    field.type("786999")
    into(field, "paper_1_again", "786999")
    say_who_and_when(field)
    field.press("paper_record_button")
    assert "786999" in page.notice.text
    assert page.rows.forms[0].outcome == "verified"  # nothing typed is lost
    assert field.outcome("786950") == "to_check"


def test_an_invalid_time_is_reported(field: Field) -> None:
    page = open_page(field)
    field.press("paper_1_verified")
    for name in ("paper_1_serial", "paper_1_again"):
        into(field, name, "786950")
    say_who_and_when(field)
    day = field.find("seen_day", QLineEdit)
    day.setText("21/11/2026")
    field.press("paper_record_button")
    assert "21/11/2026" in page.notice.text
    day.setText("2031-01-01")
    field.press("paper_record_button")
    assert "later than this device" in page.notice.text


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("2026-11-21", "23:00Z", "2026-11-21T23:00:00.000000Z"),
        ("2026-11-21", "14:20+02:00", "2026-11-21T12:20:00.000000Z"),
        (" 2026-11-21 ", " 14:20 +02:00", "2026-11-21T12:20:00.000000Z"),
    ],
)
def test_times_as_people_write_them(day: str, time: str, expected: str) -> None:
    assert seen_at(day, time) == expected


@pytest.mark.parametrize(
    ("day", "time"), [("", ""), ("2026-11-21", ""), ("2026-02-30", "12:00"), ("0001-01-01", "00:00+14:00")]
)
def test_times_that_are_none(day: str, time: str) -> None:
    with pytest.raises(Refusal, match=r"time\.invalid"):
        seen_at(day, time)
