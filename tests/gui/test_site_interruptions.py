"""Answers to the site checklist under interruptions, other visits, other accounts and refused writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from db.queries.exchange import journal_heads
from eum_app.domain.areas import Area
from eum_app.domain.checklists import Answer
from eum_app.usecases.visits.drafts import begun_answer, keep_work, kept_site_answers, site_subject
from eum_app.usecases.visits.record_check import assess_site
from tests.builders import World
from tests.gui.field_world import Field, field_at_work, unlock
from tests.gui.test_field_pages import check_all, sign
from tests.gui.test_site_drafts import begin, kept, recorded, rest_on_no_scanners, state

HALF = {"fence": ("no", "Hole by the")}


class Visits:
    """Two visits on the device; the field works on the first."""

    def __init__(self) -> None:
        self.second = ""

    def plan(self, world: World) -> str:
        self.second = world.plan(due_on="2026-12-20").visit_id
        return world.visit()


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path, visits: Visits) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path, plan=visits.plan) as made:
        made.open("site")
        yield made


def held_up(field: Field) -> threading.Event:
    """Hold the writing thread up until the event that is returned is set."""
    go_on = threading.Event()

    def wait() -> None:
        assert go_on.wait(120)

    field.window.tasks.operation(wait)
    return go_on


def typed(field: Field, text: str) -> None:
    """Type while the writing thread is held up."""
    for letter in text:
        QTest.keyClicks(field.window.focusWidget(), letter)
        QTest.qWait(60)
    wanted = text.strip()
    field.qtbot.waitUntil(
        lambda: any(wanted in one.comment for one in field.site.answers.all.values()), timeout=120_000
    )


def facts(field: Field) -> int:
    return sum(head.seq for head in field.session.read(journal_heads))


def rail(field: Field, text: str) -> QAbstractButton:
    return next(one for one in field.shell.rail.findChildren(QAbstractButton) if one.text() == text)


def test_the_rail_records_no_half_comment(field: Field) -> None:
    begin(field)
    QTest.mouseClick(rail(field, "Visits"), Qt.MouseButton.LeftButton)
    field.until(lambda: field.shell.current_key == "visits")
    assert recorded(field) == {}
    assert kept(field) == HALF


def test_the_lock_button_records_no_half_comment(field: Field, qtbot: QtBot) -> None:
    begin(field)
    QTest.mouseClick(field.find("rail_lock", QWidget), Qt.MouseButton.LeftButton)
    field.until(lambda: field.window.session is None)
    unlock(qtbot, field.window)
    field.until(lambda: field.window.shell is not None and field.window.shell.isVisible())
    assert recorded(field) == {}
    assert kept(field) == HALF


def test_closing_a_message_records_no_half_comment(field: Field) -> None:
    begin(field)
    field.site.notice.show_message("info", "Something else")
    field.idle()
    closed = next(one for one in field.site.notice.findChildren(QAbstractButton) if one.isVisible())
    QTest.mouseClick(closed, Qt.MouseButton.LeftButton)
    field.idle()
    assert recorded(field) == {}
    assert kept(field) == HALF


def test_another_answer_to_the_same_question_drops_the_half_comment(field: Field) -> None:
    begin(field)
    before = facts(field)
    field.press("answer_fence_yes")
    field.until(lambda: recorded(field) == {"fence": ("yes", "")})
    assert facts(field) == before + 1
    assert kept(field) == {}
    assert field.find("comment_fence", QLineEdit).text() == ""


def test_leaving_the_page_finishes_only_the_answer_in_focus(field: Field) -> None:
    begin(field)
    field.key(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    field.open("site")
    field.site.go_to("lighting")
    field.key(Qt.Key.Key_N)
    field.type("Lamp out")
    field.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    field.until(lambda: recorded(field) == {"lighting": ("no", "Lamp out")})
    assert kept(field) == HALF


def test_another_visit_while_a_save_is_held_up_loses_nothing(field: Field, visits: Visits) -> None:
    begin(field)
    kept(field)
    go_on = held_up(field)
    typed(field, " gate")
    field.shell.show_page("site", visits.second)
    go_on.set()
    field.idle()
    field.open("site", field.visit_id)
    assert field.find("comment_fence", QLineEdit).text() == "Hole by the gate"
    assert recorded(field) == {}


def test_a_finished_answer_does_not_come_back_as_its_draft(field: Field, visits: Visits) -> None:
    begin(field)
    kept(field)
    go_on = held_up(field)
    typed(field, " gate")
    QTest.keyClick(field.window.focusWidget(), Qt.Key.Key_Return)
    field.qtbot.waitUntil(lambda: field.site.answers.started == [], timeout=120_000)
    field.shell.show_page("site", visits.second)
    field.shell.show_page("site", field.visit_id)
    go_on.set()
    field.until(lambda: recorded(field) == {"fence": ("no", "Hole by the gate")})
    assert field.site.answers.started == []
    assert kept(field) == {}
    assert field.find("comment_fence", QLineEdit).text() == "Hole by the gate"


def test_each_opening_of_a_visit_shows_its_started_answers(field: Field, visits: Visits) -> None:
    """The page is stale when it is opened: its refresh runs beside the read of the drafts."""
    begun = {site_subject("fence"): (begun_answer(Answer("fence", "no", "Hole")),)}
    keep_work(field.session, visits.second, None, begun)
    for value in ("yes", "not_applicable", "yes"):
        field.open("visits", None)
        assess_site(field.session, field.visit_id, [Answer("lighting", value, "why")])
        field.window.tasks.announce(frozenset(Area))
        field.shell.show_page("site", visits.second)
        field.idle()
        assert "Perimeter fence" in field.site.notice.text
        assert state(field) == "Not recorded yet"
        field.site.notice.dismiss()
        field.open("site", field.visit_id)


def test_a_record_made_elsewhere_ends_a_started_answer(field: Field) -> None:
    begin(field)
    kept(field)
    assess_site(field.session, field.visit_id, [Answer("fence", "yes")])
    field.window.tasks.announce(frozenset(Area))
    field.until(lambda: "Answered elsewhere" in field.site.notice.text)
    assert field.site.answers.started == []
    assert field.find("comment_fence", QLineEdit).text() == ""
    field.key(Qt.Key.Key_Tab)
    assert recorded(field) == {"fence": ("yes", "")}
    assert kept(field) == {}


def test_an_answer_refused_after_its_visit_was_left_is_kept_there(field: Field, visits: Visits) -> None:
    rest_on_no_scanners(field)
    field.open("site")
    go_on = held_up(field)
    field.site.go_to("scanner_allowed")
    QTest.mouseClick(field.find("answer_scanner_allowed_yes", QAbstractButton), Qt.MouseButton.LeftButton)
    field.qtbot.waitUntil(lambda: "scanner_allowed" in field.site.answers._sent, timeout=120_000)
    field.shell.show_page("site", visits.second)
    go_on.set()
    field.until(lambda: not field.site.notice.isHidden())
    field.open("site", field.visit_id)
    assert kept(field) == {"scanner_allowed": ("yes", "")}
    assert recorded(field)["scanner_allowed"] == ("no", "orders")
    assert state(field) == "Not recorded yet"


def test_drafts_deleted_at_close_out_do_not_come_back_after_reopening(field: Field) -> None:
    check_all(field)
    field.open("site")
    begin(field)
    field.open("close_out", None)
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: "Started, but not recorded: 1" in field.close_out.notice.text)
    QTest.mouseClick(field.close_out.notice._action, Qt.MouseButton.LeftButton)
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    field.open("close_out")
    field.press("reopen_button")
    field.find("reopen_reason", QLineEdit).setText("Photo of the seal was forgotten")
    field.press("reopen_confirm_button")
    field.open("site")
    assert kept_site_answers(field.session, field.visit_id) == ()
    assert field.site.answers.started == []
    assert state(field) != "Not recorded yet"


def test_a_question_that_is_not_asked_for_a_moment_keeps_its_half_typed_date(field: Field) -> None:
    field.site.go_to("control_plan")
    field.key(Qt.Key.Key_Y)
    field.site.go_to("control_plan_date")
    field.type("2026-0")
    field.site.go_to("control_plan")
    field.key(Qt.Key.Key_N)
    field.press("answer_control_plan_yes")
    assert kept(field) == {"control_plan_date": ("2026-0", "")}
    assert field.find("answer_control_plan_date", QLineEdit).text() == "2026-0"


def test_a_visit_that_is_left_in_the_middle_of_a_save_keeps_its_item(field: Field, visits: Visits) -> None:
    """The same for the workspace of a visit: what follows a save that is held up is not lost."""
    field.open("visit")
    field.identify("786951")
    field.key(Qt.Key.Key_N)
    field.type("plate wo")
    field.idle()
    go_on = held_up(field)
    for letter in "rn":
        QTest.keyClicks(field.window.focusWidget(), letter)
        QTest.qWait(250)
    draft = field.visit.item.draft
    assert draft is not None
    field.qtbot.waitUntil(lambda: any(one.comment == "plate worn" for one in draft.answers.values()), timeout=120_000)
    field.shell.show_page("visit", visits.second)
    go_on.set()
    field.idle()
    visit_id = field.visit_id
    field.open("visit", visit_id)
    field.until(lambda: field.visit.item.draft is not None)
    again = field.visit.item.draft
    assert again is not None
    assert [one.comment for one in again.answers.values()] == ["plate worn"]
