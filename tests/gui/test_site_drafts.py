"""Answers to the site checklist are recorded once they are finished, and kept until then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.queries import visits
from db.queries.checklists import site_answers_of
from eum_app.domain.areas import Area
from eum_app.domain.checklists import Answer
from eum_app.domain.visit_kinds import sighting_policy_of
from eum_app.usecases.visits.drafts import kept_site_answers
from eum_app.usecases.visits.match_mark import match_entered
from eum_app.usecases.visits.record_check import assess_site, record_check
from tests.builders import make_world, yes_to_all
from tests.gui.field_world import Field, field_at_work, planned, unlock, window_at_work
from tests.gui.test_field_drafts import killed_half_way
from tests.gui.test_field_pages import check_all, sign


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("site")
        yield made


def recorded(field: Field) -> dict[str, tuple[str, str]]:
    """Return (value, comment) of each recorded answer, by question id."""
    answers = field.session.read(site_answers_of, field.visit_id)
    return {one.question_id: (one.value, one.comment) for one in answers}


def kept(field: Field) -> dict[str, tuple[str, str]]:
    """Return (value, comment) of each answer that the store holds as a draft, once all are saved."""
    field.until(lambda: field.site.answers.keeper.is_idle)
    return {one.question_id: (one.value, one.comment) for one in kept_site_answers(field.session, field.visit_id)}


def state(field: Field) -> str:
    return field.site.header._state.text()


def begin(field: Field, comment: str = "Hole by the") -> QLineEdit:
    """Answer No about the fence, and stop in the middle of the comment."""
    field.site.go_to("fence")
    field.key(Qt.Key.Key_N)
    field.type(comment)
    found = field.find("comment_fence", QLineEdit)
    assert found.hasFocus()
    return found


def test_after_kill_9_the_answers_are_there_and_not_recorded(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(tmp_path, count=4)
    visit_id = planned(world)
    world.close()
    killed_half_way(tmp_path, visit_id, "site")
    with window_at_work(qtbot, tmp_path, visit_id) as field:
        field.open("site")
        assert recorded(field) == {}
        assert "Perimeter fence in good condition" in field.site.notice.text
        assert state(field) == "Not recorded yet"
        locks = field.find("comment_two_barriers", QLineEdit)
        assert locks.isVisible()
        assert locks.text() == ""
        fence = field.find("comment_fence", QLineEdit)
        assert fence.text() == "Hole by the"
        fence.setFocus()
        fence.end(False)
        field.type(" gate")
        field.key(Qt.Key.Key_Return)
        field.until(lambda: recorded(field) == {"fence": ("no", "Hole by the gate")})
        assert kept(field) == {"two_barriers": ("no", "")}
        assert state(field) == "Not recorded yet"


def test_what_was_brought_back_is_finished_by_enter_or_by_typing_on(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as first:
        first.open("site")
        begin(first, "Hole by the gate")
        assert kept(first) == {"fence": ("no", "Hole by the gate")}
        visit_id = first.visit_id
    with window_at_work(qtbot, tmp_path, visit_id) as again:
        again.open("site")
        assert again.find("comment_fence", QLineEdit).hasFocus()
        assert recorded(again) == {}
        again.key(Qt.Key.Key_Tab)
        again.key(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        again.open("site")
        assert recorded(again) == {}, "it was only looked at"
        assert again.find("comment_fence", QLineEdit).hasFocus()
        again.key(Qt.Key.Key_Return)
        again.until(lambda: recorded(again) == {"fence": ("no", "Hole by the gate")})
        assert kept(again) == {}
        assert state(again) == "Saved"


def test_a_lock_in_the_middle_of_a_comment_records_nothing(field: Field, qtbot: QtBot) -> None:
    comment = begin(field)
    field.window.lock()
    field.until(lambda: field.window.session is None or not field.window.session.is_open)
    unlock(qtbot, field.window)
    field.until(lambda: field.window.shell is not None and field.window.shell.isVisible())
    assert recorded(field) == {}
    assert kept(field) == {"fence": ("no", "Hole by the")}
    assert comment.hasFocus()
    field.type(" gate")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: recorded(field) == {"fence": ("no", "Hole by the gate")})
    assert kept(field) == {}


def test_another_page_in_the_middle_of_a_comment_records_nothing(field: Field) -> None:
    comment = begin(field)
    field.open("visits", None)
    assert recorded(field) == {}
    field.open("site")
    assert comment.hasFocus()
    assert state(field) == "Not recorded yet"
    assert recorded(field) == {}


def test_another_window_in_the_middle_of_a_comment_records_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    with field_at_work(qtbot, tmp_path, has_dialogs=True) as field:
        field.open("site")
        comment = begin(field)
        other = QWidget()
        qtbot.addWidget(other)
        with qtbot.waitActive(other, timeout=60_000):
            other.show()
            other.activateWindow()
        assert not comment.hasFocus()
        field.idle()
        assert recorded(field) == {}
        other.close()
        with qtbot.waitActive(field.window, timeout=60_000):
            field.window.activateWindow()
        field.until(comment.hasFocus)
        assert recorded(field) == {}


@pytest.mark.parametrize(
    ("key", "modifier", "page"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier, "visit"),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, "close_out"),
    ],
)
def test_a_key_of_the_page_that_leaves_it_finishes_the_comment(
    field: Field, key: Qt.Key, modifier: Qt.KeyboardModifier, page: str
) -> None:
    begin(field, "Hole by the gate")
    field.key(key, modifier)
    assert field.shell.current_key == page
    field.until(lambda: recorded(field) == {"fence": ("no", "Hole by the gate")})
    assert kept(field) == {}


def test_a_date_is_kept_as_far_as_it_is_typed(field: Field) -> None:
    field.site.go_to("control_plan")
    field.key(Qt.Key.Key_Y)
    field.site.go_to("control_plan_date")
    date = field.find("answer_control_plan_date", QLineEdit)
    assert date.hasFocus()
    field.type("2026-0")
    assert kept(field) == {"control_plan_date": ("2026-0", "")}
    said = field.find("question_control_plan_date", QWidget).findChildren(QLabel)
    assert not any("2026-0" in one.text() for one in said if one.isVisible()), "no complaint while it is typed"
    field.type("5-01")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: recorded(field).get("control_plan_date") == ("2026-05-01", ""))
    assert kept(field) == {}
    date.setFocus()
    date.selectAll()
    field.key(Qt.Key.Key_Delete)
    field.key(Qt.Key.Key_Return)
    assert date.text() == "2026-05-01", "a recorded answer is not taken away"
    assert recorded(field)["control_plan_date"] == ("2026-05-01", "")
    assert state(field) == "Saved"


def test_a_started_answer_is_named_at_close_out(field: Field) -> None:
    check_all(field)
    field.open("site")  # which has not seen those answers
    comment = begin(field)
    field.open("close_out", None)
    assert "Started, not recorded: Perimeter fence in good condition" in {
        one.text() for one in field.close_out.findChildren(QLabel) if one.isVisible()
    }
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: "Started, but not recorded: 1" in field.close_out.notice.text)
    assert not field.session.read(visits.visit, field.visit_id).closed_at
    field.press("finish_fence_button")
    assert field.shell.current_key == "site"
    assert comment.hasFocus()
    field.key(Qt.Key.Key_Return)
    field.until(lambda: recorded(field)["fence"] == ("no", "Hole by the"))
    field.open("close_out", None)
    assert field.window.findChild(QPushButton, "finish_fence_button") is None


def rest_on_no_scanners(field: Field) -> None:
    """State that scanners are not allowed, and record a check that rests on it: that answer can no longer change."""
    assess_site(field.session, field.visit_id, [Answer("scanner_allowed", "no", "orders")])
    policy = sighting_policy_of("annual_inventory")
    ids = field.session.read(visits.work_ids, field.visit_id)
    item_id = next(one for one in ids if not policy.is_entered_twice(field.visit_id, one))
    serial = field.session.read(visits.work_rows, field.visit_id, ids)[item_id].serial
    mark = match_entered(field.session, field.visit_id, serial, "", "scanner_not_allowed").read
    record_check(
        field.session,
        visit_id=field.visit_id,
        item_id=item_id,
        outcome="verified",
        mark=mark,
        answers=yes_to_all(),
    )


def test_a_refused_answer_is_not_shown_as_saved(field: Field) -> None:
    rest_on_no_scanners(field)
    field.open("site")
    field.site.go_to("scanner_allowed")
    field.press("answer_scanner_allowed_yes")
    field.until(lambda: not field.site.notice.isHidden())
    assert recorded(field)["scanner_allowed"] == ("no", "orders")
    assert state(field) == "Not recorded yet"
    assert kept(field) == {"scanner_allowed": ("yes", "")}
    field.press("answer_scanner_allowed_no")
    field.type("orders")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: kept(field) == {})
    assert recorded(field)["scanner_allowed"] == ("no", "orders")
    assert state(field) == "", "nothing new was recorded"


def test_recording_an_answer_elsewhere_ends_its_draft(field: Field) -> None:
    begin(field)
    assert kept(field) == {"fence": ("no", "Hole by the")}
    assess_site(field.session, field.visit_id, [Answer("fence", "yes")])
    assert kept_site_answers(field.session, field.visit_id) == ()


def test_tab_finishes_the_last_answer_too(field: Field) -> None:
    """Tab leads from there to something outside the page."""
    key = [key for key, row in field.site._rows.items() if row.question.kind == "yes_no"][-1]
    field.site.go_to(key)
    field.key(Qt.Key.Key_N)
    field.type("Not shown")
    field.key(Qt.Key.Key_Tab)
    field.until(lambda: recorded(field) == {key: ("no", "Not shown")})
    assert kept(field) == {}


def test_a_cleared_date_comes_back_also_after_a_refresh(field: Field) -> None:
    """Found by reading: after a refresh the field stayed empty, while the answer stayed recorded."""
    field.site.go_to("control_plan")
    field.key(Qt.Key.Key_Y)
    field.until(lambda: "control_plan" in recorded(field))
    field.idle()
    field.site.go_to("control_plan_date")
    field.type("2026-01-05")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: "control_plan_date" in recorded(field))
    field.idle()
    field.site.go_to("control_plan_date")
    line = field.find("answer_control_plan_date", QLineEdit)
    line.selectAll()
    field.key(Qt.Key.Key_Backspace)
    shown = field.site._shown
    shell = field.window.shell
    assert shell is not None
    shell.tasks.announce({Area.JOURNAL})
    field.until(lambda: field.site._shown > shown)
    field.idle()
    field.key(Qt.Key.Key_Tab)
    field.idle()
    assert line.text() == recorded(field)["control_plan_date"][0] == "2026-01-05"
