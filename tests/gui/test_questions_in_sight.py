"""On small screens and with large text nothing is confirmed blind: each question was on the screen before."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.queries import visits
from eum_app.domain.facts import MarkRead
from eum_app.domain.visits import ReadBy
from tests.gui.field_world import Field, field_at_work
from tests.gui.geometry import cut_parts
from ui.field.question_row import QuestionRow
from ui.field.visit.current_work import Event, State
from ui.field.visit.draft import Draft
from ui.field.visit.visit_view import read_item
from ui.kit.theme import Theme

SMALL = ((1366, 768, 130), (1366, 768, 150), (1366, 768, 175), (1366, 768, 200), (1024, 600, 100))
SMALLEST = SMALL[3]
QUESTIONS = {"serial_plate", "tube_serial", "complete", "location"}


@pytest.fixture
def field(qtbot: QtBot, look: Theme, tmp_path: Path) -> Iterator[Field]:
    assert look.name == "light"
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def resize(field: Field, size: tuple[int, int, int], look: Theme) -> None:
    look.set_scale(size[2])
    field.window.resize(*size[:2])
    settle(field)


def settle(field: Field) -> None:
    for _ in range(3):
        field.idle()
        QApplication.processEvents()


def is_whole(field: Field, part: QWidget) -> bool:
    """Return whether every box around a part contains it, and no message covers it."""
    if not part.isVisible():
        return False
    box = part.parentWidget()
    while box is not None:
        if not box.rect().contains(QRect(part.mapTo(box, QPoint()), part.size())):
            return False
        box = None if box.isWindow() else box.parentWidget()
    notice, page = field.visit.notice, field.visit
    place = QRect(part.mapTo(page, QPoint()), part.size())
    return notice.isHidden() or not notice.geometry().intersects(place)


def whole_questions(field: Field) -> set[str]:
    panel = field.visit.column.group if field.visit.work.state is State.GROUP else field.visit.item
    rows = [row for row in panel.findChildren(QuestionRow) if row.isVisible()]
    return {row.question.question_id for row in rows if is_whole(field, row)}


def is_verified(field: Field, serial: str) -> bool:
    return field.outcome(serial) == "verified"


def state(field: Field) -> State:
    return field.visit.work.state


def buttons_are_whole(field: Field) -> None:
    item = field.visit.item
    for made in (item.verified_button, item.discrepancy_button, item.all_button, item.sight.more):
        assert is_whole(field, made), made.objectName()
    assert cut_parts(field.visit) == []
    assert field.shell._frames["visit"].verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("size", SMALL)
def test_a_visit_on_a_small_screen_shows_each_question_before_verified_opens(
    field: Field, look: Theme, size: tuple[int, int, int]
) -> None:
    resize(field, size, look)
    verified = field.visit.item.verified_button
    for serial in ("786950", "786951"):
        field.identify(serial)
        settle(field)
        shown = whole_questions(field)
        assert shown, "the question to answer is on the screen"
        buttons_are_whole(field)
        presses = [Qt.Key.Key_A] if serial == "786950" else [Qt.Key.Key_Y] * 4
        for key in presses:
            field.key(key)
            settle(field)
            shown |= whole_questions(field)
            buttons_are_whole(field)
            assert not verified.isEnabled() or shown == QUESTIONS
        for _ in QUESTIONS:
            if verified.isEnabled():
                break
            left = len(QUESTIONS - shown)
            assert str(left) in field.visit.item.sight.more.text(), "it says how many are below"
            field.key(Qt.Key.Key_Return)  # shows the next questions, and records nothing
            settle(field)
            shown |= whole_questions(field)
            buttons_are_whole(field)
            assert field.outcome(serial) == "to_check"
        assert shown == QUESTIONS
        field.key(Qt.Key.Key_Return)
        field.until(partial(is_verified, field, serial))


def test_a_plain_item_takes_two_keys_where_all_questions_fit(field: Field, look: Theme) -> None:
    resize(field, (1440, 900, 100), look)
    field.identify("786950")
    assert whole_questions(field) == QUESTIONS
    assert field.visit.item.sight.more.text() == "All seen"
    field.key(Qt.Key.Key_A)
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")


def test_the_question_that_gets_the_keys_stays_in_sight_when_the_text_grows(field: Field, look: Theme) -> None:
    """Y or N would answer it unseen."""
    resize(field, (1440, 900, 100), look)
    field.identify("786950")
    for _ in range(2):
        field.key(Qt.Key.Key_Y)
    for size in (SMALL[1], SMALLEST):
        resize(field, size, look)
        focus = field.window.focusWidget()
        assert focus.objectName() == "answer_complete_yes"
        assert is_whole(field, focus), size


@pytest.mark.parametrize("way", ["click", "page_down", "wheel"])
def test_the_rest_is_shown_by_a_click_by_page_down_and_by_scrolling(field: Field, look: Theme, way: str) -> None:
    resize(field, SMALLEST, look)
    item = field.visit.item
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    assert not item.verified_button.isEnabled()
    for _ in range(40):
        if item.verified_button.isEnabled():
            break
        if way == "click":
            field.press("more_below_button")
        elif way == "page_down":
            field.key(Qt.Key.Key_PageDown)
        else:
            bar = item._scroll.verticalScrollBar()
            bar.setValue(bar.value() + 3 * bar.singleStep())
        settle(field)
    assert item.verified_button.isEnabled()
    assert field.outcome("786950") == "to_check"


def test_filled_answers_that_were_not_on_the_screen_enter_no_discrepancy(field: Field, look: Theme) -> None:
    """They would be recorded with it: an answer that the person never saw."""
    resize(field, SMALLEST, look)
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    unseen = field.visit.work.unseen_ids(Event.DECIDE)
    assert unseen
    field.press("discrepancy_button")
    assert state(field) is State.ITEM
    assert "not on the screen yet" in field.visit.notice.text
    for _ in QUESTIONS:
        settle(field)
        field.press("discrepancy_button")
        if state(field) is State.REASONS:
            break
    assert state(field) is State.REASONS
    assert not field.visit.work.unseen_ids(Event.DECIDE)


def test_what_lies_over_a_question_hides_it(field: Field, look: Theme) -> None:
    resize(field, (1024, 600, 100), look)
    field.identify("786950")
    draft, notice = field.visit.work.draft, field.visit.notice
    assert draft is not None
    notice.show_message("stop", "Nothing was recorded. " * 150)
    settle(field)
    draft.seen.clear()
    assert not whole_questions(field)
    field.visit.item.sight.begin()
    settle(field)
    assert draft.seen == set()
    field.key(Qt.Key.Key_PageDown)  # who asks for more has read the message
    assert notice.isHidden()
    settle(field)
    assert draft.seen == whole_questions(field)
    assert draft.seen


def test_a_group_is_confirmed_only_once_its_questions_were_on_the_screen(field: Field, look: Theme) -> None:
    resize(field, SMALLEST, look)
    drafts = []
    for item_id in field.session.read(visits.work_ids, field.visit_id)[:3]:
        row, _ = field.session.read(read_item, field.visit_id, item_id)
        drafts.append(Draft(MarkRead(read_by=ReadBy.CAMERA, serial=row.serial), row))
    assert field.visit.workspace.send(Event.TAKE, taken=drafts)
    field.visit.workspace.show_column()
    settle(field)
    verified = field.find("group_verified_button", QPushButton)
    assert is_whole(field, verified)
    shown = whole_questions(field)
    field.key(Qt.Key.Key_A)
    for _ in range(8):
        settle(field)
        shown |= whole_questions(field)
        assert verified.isEnabled() is (shown == QUESTIONS)
        if verified.isEnabled():
            break
        field.key(Qt.Key.Key_Return)
        assert field.session.read(visits.visit, field.visit_id).to_check == 4
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.session.read(visits.visit, field.visit_id).to_check == 1)


def test_a_key_held_down_shows_the_next_questions_once_and_never_records(field: Field, look: Theme) -> None:
    resize(field, SMALLEST, look)
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    for _ in range(20):
        target = field.window.focusWidget()
        QApplication.sendEvent(
            target,
            QKeyEvent(
                QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True, count=1
            ),
        )
        QTest.qWait(20)
        settle(field)
    assert field.outcome("786950") == "to_check"
    assert field.visit.work.state is State.ITEM
