"""Slow scans, scans with a pause, and a blocked window: in real windows, nothing is answered, recorded or pressed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from db.queries import checks
from tests.gui.field_world import Field, field_at_work
from tests.gui.scanner_hand import burst, burst_while_blocked, press, times
from tests.gui.test_scan_bursts import places, typed_into
from tests.scanner_keys import GAPS_MS, MARKS, PAUSES_MS, SHORT_MARKS
from ui.devices.typing_place import takes_text
from ui.devices.wedge_filter import WedgeFilter
from ui.field.visit.current_work import Event
from ui.field.visit.draft import Draft
from ui.kit.widgets import ScanField, SearchField
from ui.window.reading_sign import ReadingSign

CASES = 300
BLOCKS = 12


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


class Outcomes(QObject):
    """Marks and refusals that the filter of the window emitted."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        found = QApplication.instance().findChild(WedgeFilter)  # type: ignore[union-attr]
        assert isinstance(found, WedgeFilter)
        self.filter = found
        self.marks: list[bytes] = []
        self.refused: list[str] = []
        found.mark_scanned.connect(self.marks.append)
        found.refused.connect(lambda one: self.refused.append(str(one.why)))


def answered_draft(field: Field) -> Draft:
    """Open an item and answer every question: from here on one Enter records it."""
    field.identify("786950")
    field.press("all_as_expected_button")
    draft = field.visit.item.draft
    assert draft is not None
    assert draft.answers
    return draft


def note_of(field: Field) -> QPlainTextEdit:
    return field.find("check_note", QPlainTextEdit)


def nothing_recorded(field: Field) -> bool:
    return not field.session.read(checks.recent_checks, field.visit_id)


def test_300_scans_at_any_pace_change_nothing_in_the_workspace(field: Field) -> None:
    draft, outcomes, chance = answered_draft(field), Outcomes(field), random.Random(1207)
    before = dict(draft.answers)
    for number in range(CASES):
        text = chance.choice(MARKS if number % 3 else SHORT_MARKS[5:])
        gap, pause = chance.choice(GAPS_MS), chance.choice((0, *PAUSES_MS))
        at = chance.randint(1, len(text)) if pause else 0
        there = [one for one in places(field.visit) if one.isVisible() and one.isEnabled()]
        place = chance.choice(there)
        place.setFocus()
        # Two keys are hardly a burst where a person types: fingers roll over two as well.
        is_scan = not takes_text(place) or (len(text) - (gap > 50) * len(text) - (pause > 0)) > 1
        outcomes.marks.clear()
        outcomes.refused.clear()
        texts = typed_into(field.visit)
        burst(text, gap_ms=gap, pause_at=at, pause_ms=pause)
        case = (text, gap, pause, at, place.objectName() or type(place).__name__)
        assert not outcomes.filter.is_pending, case
        if is_scan:
            assert [*outcomes.marks, *outcomes.refused], case
            assert typed_into(field.visit) == texts, case
        assert outcomes.marks in ([], [text.encode()]), case
        if number % 25 == 24:
            field.idle()
        assert field.visit.item.draft is draft, case
        assert draft.answers == before, case
        assert field.shell.current_key == "visit", case
        for line in field.visit.findChildren(QLineEdit):
            line.clear()
    field.idle()
    assert nothing_recorded(field)
    assert draft.answers == before


@pytest.mark.parametrize("where", ["answers", "note"])
def test_a_blocked_window_makes_no_scan_of_a_part(field: Field, where: str) -> None:
    """All keys of a scan are queued while the window is blocked, and every timer has come due meanwhile."""
    draft, outcomes, chance = answered_draft(field), Outcomes(field), random.Random(12)
    before = dict(draft.answers)
    if where == "note":
        field.press("add_note_button")
    for text in chance.sample([*MARKS, "786950A1", "786951"], BLOCKS):
        if where == "note":
            note_of(field).setFocus()
        else:
            field.visit.item.focus_first()
        outcomes.marks.clear()
        burst_while_blocked(text, blocked_at=[chance.randint(1, len(text))])
        field.qtbot.waitUntil(lambda: not outcomes.filter.is_pending, timeout=120_000)
        assert (outcomes.marks, outcomes.refused) == ([text.encode()], [])
        assert note_of(field).toPlainText() == ""
    field.idle()
    assert nothing_recorded(field)
    assert draft.answers == before


def test_a_person_types_while_the_window_is_blocked_and_no_key_is_lost(field: Field) -> None:
    answered_draft(field)
    field.press("add_note_button")
    note = note_of(field)
    note.setFocus()
    text = "three items gone"
    for letter, at in zip(text, times(text, 130), strict=True):
        press(letter, at)
    QTest.keyClick(note, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)  # to the site checklist, at once
    assert note.toPlainText() == text


@pytest.mark.parametrize("gap_ms", [0, 5, 45, 90, 200])
def test_a_click_at_once_finds_the_text_whole(field: Field, gap_ms: int) -> None:
    answered_draft(field)
    field.press("add_note_button")
    note = note_of(field)
    note.setFocus()
    text = "three items gone"
    for letter, at in zip(text, times(text, gap_ms), strict=True):
        press(letter, at)
    QTest.mouseClick(field.find("from_photo_button", QAbstractButton), Qt.MouseButton.LeftButton)
    assert note.toPlainText() == text


@pytest.mark.parametrize("gap_ms", [130, 180, 280])
def test_a_comment_typed_right_after_its_answer_arrives_whole(field: Field, gap_ms: int) -> None:
    """The answer was held back, so the next letters went to the question: "worn" was lost up to its O, and the O
    changed "No" to "Not observed".
    """
    field.identify("786950")
    draft = field.visit.item.draft
    assert draft is not None
    field.visit.item.focus_first()
    text = "nworn, no seal"
    for character, at in zip(text, times(text, gap_ms), strict=True):
        press(character, at)
    field.idle()
    field.key(Qt.Key.Key_Tab)
    assert [(one.value, one.comment) for one in draft.answers.values()] == [("no", "worn, no seal")]


def test_quick_answers_and_enter_record(field: Field) -> None:
    """Gaps from 60 ms on are fingers: one key for each open question, then Enter."""
    field.window.resize(1440, 900)  # where every question is on the screen before the first key
    for serial, gap in (("786950", 80), ("786951", 150), ("786952", 240)):
        field.identify(serial)
        draft = field.visit.item.draft
        assert draft is not None
        field.idle()
        assert not field.visit.work.unseen_ids(Event.VERIFY)
        field.visit.item.focus_first()
        burst("a", gap_ms=gap)
        field.until(lambda serial=serial: field.outcome(serial) == "verified")  # type: ignore[misc]


def test_a_slow_scan_of_answer_keys_longer_than_the_questions_does_nothing(field: Field) -> None:
    field.identify("786950")
    draft, outcomes = field.visit.item.draft, Outcomes(field)
    assert draft is not None
    field.visit.item.focus_first()
    burst("Y" * 20, gap_ms=60)
    assert outcomes.refused == ["too_slow"]
    assert draft.answers == {}
    assert "Too slow" in field.visit.notice.text


def test_reading_is_shown_until_silence_decides(field: Field) -> None:
    sign = field.window.findChild(ReadingSign)
    assert sign is not None
    outcomes = Outcomes(field)
    field.visit.scan.field.setFocus()
    seen: list[bool] = []
    outcomes.filter.reading_changed.connect(seen.append)
    burst("786950", end="")
    field.qtbot.waitUntil(sign.isVisible, timeout=120_000)
    assert outcomes.marks == []
    field.qtbot.waitUntil(lambda: outcomes.marks == [b"786950"], timeout=120_000)
    assert seen == [True, False]
    assert not sign.isVisible()


def test_a_paused_scan_reaches_nothing_on_any_page(field: Field) -> None:
    outcomes, chance = Outcomes(field), random.Random(5)
    for key in field.shell.page_keys:
        if key == "codes":
            continue  # shown only with new codes
        field.open(key, {"labels": (), "items": ""}.get(key))
        page = field.shell.page(key)
        there = places(page)
        place: QWidget = chance.choice(there) if there else page
        place.setFocus()
        texts = typed_into(page)
        outcomes.marks.clear()
        outcomes.refused.clear()
        text = chance.choice(MARKS)
        burst(
            text, gap_ms=chance.randint(1, 50), pause_at=chance.randint(1, len(text)), pause_ms=chance.choice(PAUSES_MS)
        )
        assert outcomes.marks == [text.encode()] or outcomes.refused == ["interrupted"], (key, text)
        assert typed_into(page) == texts, key
        assert field.shell.current_key == key
        takes_scans = key in {"visit", "scanner_test", "transcribe", "items"}
        if outcomes.refused or not takes_scans:
            assert page.notice.text, key  # it says in place that it takes no scan, or that the scan was interrupted
    field.idle()
    assert nothing_recorded(field)


@pytest.mark.parametrize("gap_ms", [0, 8, 30, 100])
def test_fast_typing_into_a_search_is_never_swallowed(field: Field, gap_ms: int) -> None:
    search = field.visit.findChild(SearchField)
    assert search is not None
    search.setFocus()
    burst("Depot 7 north", gap_ms=gap_ms, end="")
    field.qtbot.waitUntil(lambda: search.text() == "Depot 7 north", timeout=120_000)


class Pressed(QObject):
    """The keys that reached a widget."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__()
        self.text = ""
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self.text += event.text()
        return False


@pytest.mark.parametrize("gap_ms", [55, 62, 90, 120])
def test_a_slow_scan_into_a_text_field_arrives_whole(field: Field, gap_ms: int) -> None:
    scan = field.visit.findChild(ScanField)
    assert scan is not None
    scan.setFocus()
    keys = Pressed(scan)
    burst("AB-750148-77", gap_ms=gap_ms)
    assert keys.text == "AB-750148-77\r"
    field.idle()
    assert nothing_recorded(field)
    assert [one for one in field.visit.findChildren(QPlainTextEdit) if one.toPlainText()] == []
