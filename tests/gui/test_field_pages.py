"""Visits, site checklist, close-out, sync; names of everything; nothing shown as a separate window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from db.queries import checklists, checks, exchange, visits
from eum_app.domain.areas import Area
from eum_app.domain.facts import MarkRead
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.visits.record_check import assess_site, record_check
from tests.builders import seen_by_others, typed, withdraw_as_before, yes_to_all
from tests.gui.field_world import Field, field_at_work
from ui.field.visit.current_work import Stake


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        yield made


def check_all(field: Field) -> None:
    """Everything but the signatures, as the use cases record it."""
    session = field.session
    for item_id in session.read(visits.work_ids, field.visit_id):
        record_check(
            session,
            visit_id=field.visit_id,
            item_id=item_id,
            outcome="verified",
            mark=typed("x"),
            answers=yes_to_all(),
        )
    _, checklist = session.read(checklists.visit_checklists, field.visit_id)
    values = {"yes_no": "yes", "date": "2026-05-01"}
    from eum_app.domain.checklists import Answer

    answers = [
        Answer(
            question.question_id,
            values.get(question.kind) or question.choices[0],
            "The host" if "yes" in question.comment_required_on else "",
        )
        for question in checklist.questions
    ]
    assess_site(session, field.visit_id, answers)


def sign(field: Field) -> None:
    field.draw("signature_inspector")
    field.find("signer_host", QLineEdit).setText("Depot officer")
    field.draw("signature_host")


def test_visits_open_by_keyboard(field: Field) -> None:
    field.open("visits")
    pressed = field.find(f"open_visit_{field.visit_id}", QPushButton)
    assert pressed.hasFocus()
    field.key(Qt.Key.Key_Space)
    assert field.shell.current_key == "visit"


def test_site_answers_are_recorded_one_by_one_and_need_their_comments(field: Field) -> None:
    field.open("site")
    field.site.go_to("control_plan")
    field.key(Qt.Key.Key_Y)
    field.until(lambda: len(field.session.read(checklists.site_answers_of, field.visit_id)) == 1)
    field.key(Qt.Key.Key_N)
    assert len(field.session.read(checklists.site_answers_of, field.visit_id)) == 1
    comment = field.find("comment_control_plan_current", QLineEdit)
    assert field.window.focusWidget() is comment
    field.type("Plan of 2019")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: len(field.session.read(checklists.site_answers_of, field.visit_id)) == 2)
    answers = {one.question_id: one for one in field.session.read(checklists.site_answers_of, field.visit_id)}
    assert answers["control_plan_current"].comment == "Plan of 2019"
    date = field.find("answer_control_plan_date", QLineEdit)
    date.setFocus()
    field.type("soon")
    field.key(Qt.Key.Key_Return)
    assert "control_plan_date" not in {
        one.question_id for one in field.session.read(checklists.site_answers_of, field.visit_id)
    }


def test_a_question_that_is_asked_no_more_disappears(field: Field) -> None:
    field.open("site")
    field.press("answer_control_plan_yes")
    assert field.find("question_control_plan_date", QWidget).isVisible()
    field.press("answer_control_plan_no")
    field.type("None shown")
    field.key(Qt.Key.Key_Return)
    gone = field.window.findChild(QWidget, "question_control_plan_date")
    assert gone is None or not gone.isVisible()


def test_signing_is_refused_while_something_is_open(field: Field) -> None:
    field.open("close_out")
    field.draw("signature_inspector")
    assert field.close_out.inspector.pad.is_empty
    seal = field.find("seal_visit_button", QPushButton)
    assert not seal.isEnabled()
    field.press("go_to_items_button")
    assert field.shell.current_key == "visit"
    assert field.visit.items._tabs.current == "to_check"
    field.open("close_out")
    field.press("answer_fence_button")
    assert field.shell.current_key == "site"
    assert field.site._rows["fence"].isAncestorOf(field.window.focusWidget())


def test_sign_seal_and_send(field: Field, tmp_path: Path) -> None:
    check_all(field)
    field.open("close_out")
    seal = field.find("seal_visit_button", QPushButton)
    assert not seal.isEnabled()
    field.draw("signature_inspector")
    field.draw("signature_host")
    assert not seal.isEnabled()  # the host's name is missing
    field.find("signer_host", QLineEdit).setText("Depot officer")
    assert seal.isEnabled()
    field.press("seal_visit_button")
    field.until(lambda: bool(list((tmp_path / "outbox").glob("*.eumb"))) and field.sync._task is None)
    assert field.shell.current_key == "sync"
    assert field.session.read(visits.visit, field.visit_id).closed_at
    bundles = field.session.read(exchange.all_bundles, "FLD-0042", "out")
    assert [one.is_received for one in bundles] == [False]


def test_the_host_may_decline_with_a_reason(field: Field) -> None:
    check_all(field)
    field.open("close_out")
    field.draw("signature_inspector")
    field.press("decline_host_button")
    confirm = field.find("declined_host_button", QPushButton)
    assert not confirm.isEnabled()
    field.find("declined_reason_host", QLineEdit).setText("Not authorized to sign")
    field.press("declined_host_button")
    assert field.find("seal_visit_button", QPushButton).isEnabled()
    assert field.close_out.host.signed is not None
    assert field.close_out.host.signed.declined_reason == "Not authorized to sign"


def test_a_closed_visit_is_read_only_on_the_page(field: Field) -> None:
    check_all(field)
    field.open("close_out")
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.sync._task is None and field.shell.current_key == "sync")
    field.open("visit")
    before = field.session.read(checks.recent_checks, field.visit_id)
    said = "This visit is closed out: nothing more is recorded. Reopen it under Close out."
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.visit.notice.text == said
    acts: tuple[Callable[[], object], ...] = (
        lambda: field.scan("786950"),
        lambda: field.identify("786951"),
        lambda: field.visit.opening.pick(before[0].item_id),
        field.visit.opening.type_by_hand,
        field.visit.sweep.take_in_view,
        lambda: field.visit.recent.undo_requested.emit(before[0].check_id),
    )
    for act in acts:
        field.visit.scan.say("")
        act()
        field.idle()
        assert field.visit.notice.text == said
        assert field.visit.item.draft is None
        assert field.visit.work.stake is Stake.NONE
    assert field.visit.item._empty.accessibleName() == "Nothing more to record. This visit is closed out."
    field.visit.recorder.withdraw(before[0].check_id)  # not even past the page
    field.until(lambda: "closed out" in field.visit.notice.text)
    field.open("site")
    assert not field.site._rows.isEnabled()
    assert field.session.read(checks.recent_checks, field.visit_id) == before
    assert field.session.read(visits.visit, field.visit_id).closed_at


def test_a_closed_visit_is_reopened_by_an_explicit_act_with_a_reason(field: Field) -> None:
    check_all(field)
    field.open("close_out")
    assert not field.close_out.reopening.isVisible()
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.sync._task is None and field.shell.current_key == "sync")
    field.open("close_out")
    field.idle()
    assert field.close_out.reopening.isVisible()
    field.press("reopen_button")
    assert not field.find("reopen_confirm_button", QPushButton).isEnabled(), "the reason is missing"
    assert field.session.read(visits.visit, field.visit_id).closed_at
    field.find("reopen_reason", QLineEdit).setText("Photo of the seal was forgotten")
    field.press("reopen_confirm_button")
    field.until(lambda: field.session.read(visits.visit, field.visit_id).signatures_void)
    field.idle()
    row = field.session.read(visits.visit, field.visit_id)
    assert (row.closed_at, row.reopened_by, row.reopened_reason) == ("", "INS-017", "Photo of the seal was forgotten")
    assert field.close_out._void.isVisible()
    assert not field.close_out.reopening.isVisible()
    field.open("visit")
    field.identify("786950")
    assert field.visit.item.draft is not None, "work goes on"


def test_a_fact_after_signing_voids_the_signatures_and_the_page_shows_it(field: Field) -> None:
    check_all(field)
    field.open("close_out")
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.sync._task is None and field.shell.current_key == "sync")
    check = field.session.read(checks.recent_checks, field.visit_id)[0]
    withdraw_as_before(field.session, field.visit_id, check.check_id)
    assert field.session.read(visits.visit, field.visit_id).signatures_void
    field.open("close_out")
    assert field.close_out._void.isVisible()
    assert field.close_out.inspector.pad.is_empty


def test_strokes_made_before_another_fact_do_not_count(field: Field) -> None:
    check_all(field)
    field.open("close_out")
    field.draw("signature_inspector")
    assert not field.close_out.inspector.pad.is_empty
    field.window.tasks.announce({Area.VISITS})
    field.idle()
    assert not field.close_out.inspector.pad.is_empty  # nothing was recorded
    item_id = field.session.read(visits.work_ids, field.visit_id)[0]
    record_check(
        field.session,
        visit_id=field.visit_id,
        item_id=item_id,
        outcome="not_found",
        reason="said_lost",
        mark=MarkRead(read_by="list"),
    )
    field.window.tasks.announce({Area.VISITS})
    field.idle()
    assert field.close_out.inspector.pad.is_empty


def test_importing_another_file_is_reported_in_its_row(field: Field, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.eumb"
    wrong.write_bytes(b"nothing of the kind")
    field.open("sync")
    field.find("inbox_path_edit", QLineEdit).setText(str(wrong))
    field.press("import_button")
    field.until(lambda: field.sync._task is None)
    row = field.find("import_outcome", QWidget)
    assert "wrong.eumb" in row.accessibleName()


OF_OTHERS = "(picked from the list, no mark read, seen by INS-022 for Embassy: video call)"


def test_what_others_showed_or_said_is_counted_apart(field: Field) -> None:
    first, second, third, _left = field.session.read(visits.work_ids, field.visit_id)
    for item_id, grade in ((first, "A"), (second, "B"), (third, "D")):
        record_check(
            field.session,
            visit_id=field.visit_id,
            item_id=item_id,
            outcome="verified",
            mark=typed("x") if grade == "A" else seen_by_others(),
            answers=yes_to_all(),
            grade=grade,
        )
    field.open("close_out")
    statement = field.close_out.statement
    for key, said in (
        ("exceptions", "3 Exceptions"),
        ("verified", "1 Verified, sighted"),
        ("by_others", "2 Verified, not sighted"),
        ("to_check", "1 Not checked"),
    ):
        assert statement.tabs.text_of(key) == said
    statement.open_part("below")
    assert statement.text.toPlainText().splitlines() == [
        f"786951: Not sighted, grade B: Live video {OF_OTHERS}",
        f"786952: Not sighted, grade D: Partner statement {OF_OTHERS}",
    ]


def test_results_that_one_bundle_cannot_hold_are_named_file_by_file(
    field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eum_app.usecases.exchange.seal_bundle.PART_OBJECTS", 1)
    for item_id in field.session.read(visits.work_ids, field.visit_id)[:2]:
        record_check(
            field.session,
            visit_id=field.visit_id,
            item_id=item_id,
            outcome="not_found",
            reason="sent_for_repair",
            note="No papers",
            mark=MarkRead(read_by="list"),
        )
    sealed = seal_results(field.session, tmp_path / "outbox")
    assert len(sealed.paths) == 2
    field.open("sync")
    field.sync._sealed(sealed)  # as the child process hands it over
    assert field.sync.notice.text == "Sealed for HQ-01 in 2 bundles"
    assert all(path.name in field.sync.notice.accessibleName() for path in sealed.paths)


PAGES = ("visits", "visit", "site", "close_out", "sync")
NAMED = (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit, QAbstractItemView)


@pytest.mark.parametrize("key", PAGES)
def test_everything_that_can_be_pressed_or_typed_into_has_a_name(field: Field, key: str) -> None:
    field.open(key)
    if key == "visit":
        field.identify("786950")
    page = field.shell.page(key)
    nameless = []
    for widget in page.findChildren(QWidget):
        if not isinstance(widget, NAMED) or not widget.isVisible():
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or text):
            nameless.append((type(widget).__name__, widget.objectName()))
    assert nameless == []
    assert page.accessibleName()


@pytest.mark.parametrize("size", [(1366, 768), (1024, 700)])
@pytest.mark.parametrize("key", PAGES)
def test_nothing_is_cut(field: Field, key: str, size: tuple[int, int]) -> None:
    field.window.resize(*size)
    field.open(key)
    field.idle()
    assert (field.window.width(), field.window.height()) == size
    for made in field.shell.page(key).findChildren(QPushButton):
        if made.isVisible() and made.text():
            assert made.width() >= made.fontMetrics().horizontalAdvance(made.text().replace("&", "")), made.objectName()


def test_the_keyboard_reaches_every_field_of_the_workspace(field: Field) -> None:
    field.open("visit")
    field.identify("786950")
    reached = set()
    for _ in range(60):
        field.key(Qt.Key.Key_Tab)
        reached.add(field.window.focusWidget().objectName())
    wanted = {"scan_field", "items_list", "items_search", "all_as_expected_button", "discrepancy_button"}
    assert wanted <= reached
