"""The statement on the close-out page: what the host reads is what is signed, and nothing waits unrecorded unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from db.queries import visits
from eum_app.domain.areas import Area
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import MarkRead
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.close_out import close_out_state
from eum_app.usecases.visits.drafts import Begun, Place, keep_work
from eum_app.usecases.visits.record_check import NewCheck, record_check, record_checks
from tests.builders import PASSPHRASE, World, yes_to_all
from tests.gui.field_world import Field, field_at_work
from tests.gui.test_field_pages import check_all, sign
from ui.field.statement_card import StatementCard
from ui.kit import words

PICKED = MarkRead(read_by="list")


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        check_all(made)
        yield made


def not_found(field: Field, at: int, reason: str = "said_lost") -> None:
    item_id = field.session.read(visits.work_ids, field.visit_id)[at]
    record_check(
        field.session, visit_id=field.visit_id, item_id=item_id, outcome="not_found", reason=reason, mark=PICKED
    )


def lines(field: Field) -> list[str]:
    return field.close_out.statement.text.toPlainText().splitlines()


def signed_text(field: Field) -> str:
    closed = field.session.read(visits.closing, field.visit_id)
    assert closed is not None
    assert closed.statement is not None
    return field.session.content(closed.statement).decode()


def tab(field: Field, key: str) -> QAbstractButton:
    return field.find("statement_card", StatementCard).tabs._buttons[key]


def test_each_count_opens_to_its_serials_by_mouse_and_by_keys(field: Field) -> None:
    not_found(field, 1)
    field.open("close_out")
    assert lines(field) == ["786951: Not found. Said to be lost"]
    about = field.find("statement_about", QLabel).text()
    assert "Place: Depot 7, XX" in about
    assert "Inspector: INS-017, device FLD-0042" in about
    verified = tab(field, "verified")
    assert verified.text() == "3 Verified, sighted"
    QTest.mouseClick(verified, Qt.MouseButton.LeftButton)
    assert lines(field) == ["786950", "786952", "786953"]
    missing = tab(field, "not_found")
    missing.setFocus(Qt.FocusReason.TabFocusReason)
    field.key(Qt.Key.Key_Space)
    assert lines(field) == ["786951"]
    assert field.close_out.statement.text.accessibleName() == "Not found: 1"
    assert not tab(field, "by_others").isVisible(), "nothing is behind it"
    QTest.mouseClick(tab(field, "no_access"), Qt.MouseButton.LeftButton)
    assert lines(field) == ["None"]


def test_the_text_that_is_kept_says_what_the_page_showed(field: Field) -> None:
    not_found(field, 1)
    item_id = field.session.read(visits.work_ids, field.visit_id)[2]
    record_check(
        field.session, visit_id=field.visit_id, item_id=item_id, outcome="discrepancy", reason="damaged", mark=PICKED
    )
    field.open("close_out")
    said = [one.text() for one in field.close_out.open_points.findChildren(QLabel) if one.isVisible()]
    assert "1 discrepancy has no photo" in said
    statement = field.close_out.statement
    shown = [statement._about.text(), *(tab(field, key).text() for key in ("verified", "not_found", "below"))]
    shown += lines(field)
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    kept = signed_text(field)
    assert shown[0] in kept
    assert all(line in kept.splitlines() for line in ("Verified, sighted: 2", "Not found: 1", "Below grade A: 0"))
    assert shown[-1] in kept.splitlines()
    field.open("close_out")
    assert not statement.tabs.isVisible()
    assert not field.close_out.open_points.isVisible()
    assert statement.text.toPlainText() + "\n" == kept


def test_what_another_program_recorded_meanwhile_is_shown_before_anything_is_signed(field: Field) -> None:
    field.open("close_out")
    sign(field)
    other = open_store(field.session.store.folder, "INS-017", PASSPHRASE)  # a second window on the same store
    item_id = other.read(visits.work_ids, field.visit_id)[2]
    record_check(other, visit_id=field.visit_id, item_id=item_id, outcome="not_found", reason="said_lost", mark=PICKED)
    other.close()
    field.press("seal_visit_button")
    field.until(lambda: "after the statement" in field.close_out.notice.text)
    assert not field.session.read(visits.visit, field.visit_id).closed_at
    assert field.close_out.inspector.pad.is_empty
    assert field.close_out.host.pad.is_empty
    assert lines(field) == ["786952: Not found. Said to be lost"], "the new statement is on the screen"
    assert not field.find("seal_visit_button", QPushButton).isEnabled()
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    assert "786952: Not found. Said to be lost" in signed_text(field).splitlines()


def test_undoing_after_the_strokes_clears_them_and_reopening_shows_the_statement_again(field: Field) -> None:
    not_found(field, 1)
    field.open("close_out")
    sign(field)
    field.open("visit")
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    field.until(lambda: field.outcome("786951") == "verified")  # as it was checked before
    field.open("close_out")
    assert field.close_out.inspector.pad.is_empty
    assert tab(field, "not_found").text() == "0 Not found"
    not_found(field, 1, "said_issued")
    field.window.tasks.announce({Area.CHECKS})
    field.idle()
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    first = signed_text(field)
    field.open("close_out")
    field.press("reopen_button")
    field.close_out.reopening.act.reason.setText("The item came back")
    field.press("reopen_confirm_button")
    field.until(field.close_out.statement.tabs.isVisible)
    not_found(field, 1, "sent_for_repair")
    field.window.tasks.announce({Area.CHECKS})
    field.idle()
    assert lines(field) == ["786951: Not found. Said to be in repair"]
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    assert signed_text(field) != first


def test_a_long_name_is_kept_whole_or_refused_and_never_cut(field: Field) -> None:
    field.open("close_out")
    sign(field)
    name = field.find("signer_host", QLineEdit)
    name.setText("N" * 1_001)
    field.press("seal_visit_button")
    field.until(lambda: "more than 1000 characters" in field.close_out.notice.text)
    assert not field.session.read(visits.visit, field.visit_id).closed_at
    assert not field.close_out.host.pad.is_empty, "nothing has to be signed again"
    whole = "\u0645\u062f\u064a\u0631 " + "Officer " * 37
    name.setText(whole)
    assert len(whole) > 300
    field.press("seal_visit_button")
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    closed = field.session.read(visits.closing, field.visit_id)
    assert closed is not None
    (host,) = [one for one in closed.signatures if one.party == "host"]
    assert host.signer is not None
    assert field.session.content(host.signer).decode() == whole.strip()


def begin(field: Field, at: int) -> str:
    item_id = field.session.read(visits.work_ids, field.visit_id)[at]
    begun = Begun(PICKED, item_id, answers=(Answer("serial_plate", "no", "Last digit worn"),))
    keep_work(field.session, field.visit_id, Place(), {item_id: [begun]})
    return item_id


def test_answers_that_were_not_recorded_are_named_and_the_first_opens(field: Field) -> None:
    item_id = begin(field, 1)
    begin(field, 2)
    field.open("close_out")
    card = field.close_out.open_points
    said = [one.text() for one in card.findChildren(QLabel) if one.isVisible()]
    assert "2 items have answers that were not recorded" in said
    assert field.find("open_draft_button", QPushButton).accessibleName() == "Open 786951"
    field.press("open_draft_button")
    assert field.shell.current_key == "visit"
    field.until(lambda: field.visit.item.draft is not None)
    draft = field.visit.item.draft
    assert draft is not None
    assert draft.item_id == item_id
    assert draft.answers["serial_plate"].comment == "Last digit worn"


def test_closing_out_asks_before_it_deletes_what_was_not_recorded(field: Field) -> None:
    begin(field, 1)
    field.open("close_out")
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: bool(field.close_out.notice.text))
    assert field.close_out.notice.text == "Started, but not recorded: 1."
    assert not field.session.read(visits.visit, field.visit_id).closed_at
    assert not field.close_out.inspector.pad.is_empty, "nothing has to be signed again"
    assert close_out_state(field.session, field.visit_id).unrecorded
    notice = field.close_out.notice._action
    assert notice.text() == "Close out without them"
    QTest.qWait(600)  # a click right after a message goes to what it covers
    QTest.mouseClick(notice, Qt.MouseButton.LeftButton)
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    assert field.session.read(visits.visit, field.visit_id).closed_at


def test_two_thousand_exceptions_are_lines_of_one_text_and_no_widgets(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path, count=2_000) as field:
        ids = field.session.read(visits.work_ids, field.visit_id)
        worn = (Answer("serial_plate", "no", "worn by salt"), *yes_to_all()[1:])
        new = [NewCheck(one, "discrepancy", PICKED, "serial_differs", answers=worn) for one in ids]
        for at in range(0, len(new), 500):
            record_checks(field.session, field.visit_id, new[at : at + 500])
        field.open("close_out")
        assert tab(field, "exceptions").text() == f"{words.count(2_000)} Exceptions"
        found = lines(field)
        assert len(found) == len({one.partition(":")[0] for one in found}) == 2_000
        assert all("worn by salt" in one for one in found)
        assert len(field.close_out.statement.findChildren(QWidget)) < 40


def two_visits(world: World) -> str:
    world.visit()
    return world.visit()


def test_what_was_typed_for_one_visit_never_reaches_another(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path, plan=two_visits) as field:
        other = next(one.visit_id for one in field.session.read(visits.all_visits) if one.visit_id != field.visit_id)
        for visit_id in (other, field.visit_id):
            field.visit_id = visit_id
            check_all(field)
        field.open("close_out", other)
        sign(field)
        name, reason = field.find("signer_host", QLineEdit), field.find("declined_reason_host", QLineEdit)
        reason.setText("Not authorized")
        field.open("close_out", field.visit_id)
        assert (name.text(), reason.text()) == ("", "")
        field.draw("signature_inspector")
        field.draw("signature_host")
        assert not field.find("seal_visit_button", QPushButton).isEnabled(), "the host has no name yet"


def test_after_a_reopening_the_host_gives_the_name_again(field: Field) -> None:
    field.open("close_out")
    sign(field)
    field.press("seal_visit_button")
    field.until(lambda: field.shell.current_key == "sync" and field.sync._task is None)
    field.open("close_out")
    field.press("reopen_button")
    field.close_out.reopening.act.reason.setText("The item came back")
    field.press("reopen_confirm_button")
    field.until(field.close_out.statement.tabs.isVisible)
    assert field.find("signer_host", QLineEdit).text() == ""
