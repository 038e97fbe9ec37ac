"""Half-done work survives: kill -9, a lock, another visit, Esc; and it ends when it is recorded or discarded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, select, text

from db.queries import visits
from db.queries.exchange import journal_heads
from db.tables import drafts
from eum_app.demo.generate import photo
from eum_app.usecases.visits.drafts import kept_work
from tests.builders import make_world
from tests.gui import half_done
from tests.gui.field_world import Field, field_at_work, planned, unlock, window_at_work
from tests.gui.half_done import wait_for_save
from ui.field.visit.current_work import State


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def subjects(field: Field) -> list[str]:
    """Return the subjects of the drafts in the store, without the place in the visit."""

    def asked(connection: Connection) -> list[str]:
        return sorted(set(connection.execute(select(drafts.c.subject)).scalars()) - {"*place"})

    return field.session.read(asked)


def values(field: Field) -> list[str]:
    draft = field.visit.item.draft
    assert draft is not None
    return [answer.value for answer in draft.answers.values()]


def require_half_done(field: Field) -> None:
    """Require what `half_done.begin` gave, on the screen and in the draft."""
    field.until(lambda: field.visit.item.draft is not None)
    draft = field.visit.item.draft
    assert draft is not None
    assert (draft.serial, field.visit.work.state) == ("786951", State.ITEM)
    assert [(one.value, one.comment) for one in draft.answers.values()] == [("yes", ""), ("no", "plate worn")]
    assert draft.note == field.find("check_note", QPlainTextEdit).toPlainText() == "behind the crate"
    assert list(draft.photos.values()) == [photo("intact", 1)]
    assert draft.mark.read_by == "wedge"
    comment = field.find(f"comment_{list(draft.answers)[1]}", QLineEdit)
    assert comment.text() == "plate worn"
    assert comment.isVisible()
    assert field.visit.items.place[0] == "to_check"


def killed_half_way(folder: Path, *words: str) -> None:
    """Begin work in another process (`half_done`), and kill it with SIGKILL."""
    command = [sys.executable, "-m", "tests.gui.half_done", str(folder), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        child.kill()
    assert said == half_done.SAID


def test_after_kill_9_the_person_is_back_where_they_were(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(tmp_path, count=4)
    visit_id = planned(world)
    heads = world.device.read(journal_heads)
    world.close()
    killed_half_way(tmp_path, visit_id)
    with window_at_work(qtbot, tmp_path, visit_id) as field:
        field.until(lambda: field.shell.current_key == "visit")
        require_half_done(field)
        assert field.outcome("786951") == "to_check", "a draft is no evidence"
        assert "786951" in field.visit.notice.text
        assert {one.origin for one in field.session.read(journal_heads)} == {one.origin for one in heads}


def test_after_kill_9_the_group_in_view_is_back_with_its_answers(qtbot: QtBot, tmp_path: Path) -> None:
    world = make_world(tmp_path, count=4)
    visit_id = planned(world)
    world.close()
    killed_half_way(tmp_path, visit_id, "group")
    with window_at_work(qtbot, tmp_path, visit_id) as field:
        field.until(lambda: field.visit.work.state is State.GROUP)
        group = field.visit.work.group
        assert {draft.serial for draft in group.drafts.values()} == set(half_done.GROUP)
        assert {draft.mark.read_by for draft in group.drafts.values()} == {"camera"}
        given = [(one.value, one.comment) for one in group.answers.answers.values()]
        assert given == [("yes", ""), ("no", "all plates worn")]
        assert field.visit.column.group.isVisible()
        assert "Brought back: 3 items" in field.visit.notice.text
        assert field.session.read(visits.visit, visit_id).checked == 0, "a draft is no evidence"


def test_after_a_lock_and_in_a_new_window_the_draft_is_there(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as first:
        half_done.begin(first)
        first.window.lock()
        first.until(lambda: first.window.session is None or not first.window.session.is_open)
        unlock(qtbot, first.window)
        first.until(lambda: first.window.shell is not None and first.window.shell.isVisible())
        require_half_done(first)
        visit_id = first.visit_id
    with window_at_work(qtbot, tmp_path, visit_id) as again:
        again.until(lambda: again.shell.current_key == "visit")
        require_half_done(again)


def test_esc_keeps_the_draft_and_recording_ends_it(field: Field) -> None:
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    field.key(Qt.Key.Key_Escape)
    assert field.visit.work.state == State.NOTHING
    assert "786951" in field.visit.notice.text
    field.identify("786950")
    assert values(field) == []
    field.identify("786951")
    draft = field.visit.item.draft
    assert draft is not None
    assert (draft.serial, [one.value for one in draft.answers.values()]) == ("786951", ["yes"])
    wait_for_save(field)
    assert draft.item_id in subjects(field)
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786951") == "verified")
    wait_for_save(field)
    assert subjects(field) == []
    field.identify("786951")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.answers == {}


def test_a_half_typed_comment_is_kept_while_the_focus_is_still_in_its_field(field: Field) -> None:
    """Killed in the middle of a sentence, or closed by Esc: what was typed so far is in the draft."""
    field.identify("786951")
    field.key(Qt.Key.Key_N)
    comment = field.window.focusWidget()
    field.type("plate wo")
    assert field.window.focusWidget() is comment, "typing does not move on"
    wait_for_save(field)
    draft = field.visit.item.draft
    assert draft is not None
    stored = kept_work(field.session, field.visit_id).begun
    assert [(one.value, one.comment) for begun in stored for one in begun.answers] == [("no", "plate wo")]
    field.type("rn")
    field.key(Qt.Key.Key_Escape)
    assert field.visit.work.state == State.NOTHING
    field.identify("786951")
    again = field.visit.item.draft
    assert again is not None
    assert [(one.value, one.comment) for one in again.answers.values()] == [("no", "plate worn")]
    assert field.find(comment.objectName(), QLineEdit).text() == "plate worn"


def test_a_comment_is_one_act_however_many_letters_it_has(field: Field) -> None:
    field.identify("786951")
    field.key(Qt.Key.Key_N)
    field.type("plate")
    field.key(Qt.Key.Key_Return)
    draft = field.visit.item.draft
    assert draft is not None

    def given() -> list[tuple[str, str]]:
        return [(one.value, one.comment) for one in draft.answers.values()]

    field.key(Qt.Key.Key_N)
    field.type("tube")
    assert given() == [("no", "plate"), ("no", "tube")]
    undone = []
    for _ in range(4):
        field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        undone.append(given())
    assert undone == [[("no", "plate"), ("no", "")], [("no", "plate")], [("no", "")], []]


def test_discarding_asks(field: Field) -> None:
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    wait_for_save(field)
    assert len(subjects(field)) == 1
    field.press("discard_button")
    draft = field.visit.item.draft
    assert draft is not None
    assert len(draft.answers) == 1, "it only asks"
    asked = field.find("discard_confirm_button", QAbstractButton)
    field.until(lambda: asked.visibleRegion().boundingRect() == asked.rect())
    assert "786951" in field.visit.item.extras._discard_said.text()
    field.key(Qt.Key.Key_Escape)
    assert not field.visit.item.extras.asks_to_discard
    assert len(draft.answers) == 1
    field.press("discard_button")
    field.press("discard_confirm_button")
    assert draft.answers == {}
    assert not field.visit.item.extras.discard_button.isVisible()
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert draft.answers == {}
    field.key(Qt.Key.Key_Escape)
    wait_for_save(field)
    assert subjects(field) == []


def test_unconfirmed_reasons_come_back(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as first:
        first.open("visit")
        first.identify("786951")
        first.press("discrepancy_button")
        first.press("reason_wrong_location")
        found = first.find("found_wrong_location", QLineEdit)
        found.setFocus()
        first.type("Vault 9")
        wait_for_save(first)
        visit_id = first.visit_id
    with window_at_work(qtbot, tmp_path, visit_id) as again:
        again.until(lambda: again.visit.work.state == State.REASONS)
        panel = again.visit.column.reasons.panel
        assert panel is not None
        assert panel.reasons == ["wrong_location"]
        assert panel.values_of("wrong_location")[1] == "Vault 9"
        again.key(Qt.Key.Key_Escape)
        again.press("discrepancy_button")
        assert again.visit.column.reasons.panel is not None
        assert again.visit.column.reasons.panel.reasons == ["wrong_location"]


def test_an_entry_by_hand_and_an_unlisted_mark_come_back(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as first:
        first.open("visit")
        first.key(Qt.Key.Key_F8)
        first.visit.column.by_hand.serial.setFocus()
        first.type("7869")
        wait_for_save(first)
        visit_id = first.visit_id
    with window_at_work(qtbot, tmp_path, visit_id) as again:
        again.until(lambda: again.visit.work.state.value == State.BY_HAND)
        assert again.visit.column.by_hand.serial.text() == "7869"
        again.key(Qt.Key.Key_Escape)
        again.identify("999999")
        assert again.visit.work.state.value == State.OFFER
        wait_for_save(again)
    with window_at_work(qtbot, tmp_path, visit_id) as third:
        third.until(lambda: third.visit.work.state is State.OFFER)
        assert third.visit.work.draft is not None
        assert third.visit.work.draft.serial == "999999"


def test_a_visit_that_is_left_keeps_its_draft_and_a_closed_one_has_none(field: Field) -> None:
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    field.open("visits", None)
    field.open("visit")
    assert values(field) == ["yes"]
    field.visit.opened("another visit")
    assert field.visit.work.state == State.UNREAD
    field.idle()
    field.open("visit")
    field.until(lambda: field.visit.item.draft is not None)
    assert values(field) == ["yes"]


def test_nothing_is_written_when_nothing_changed_and_never_a_fact(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    field.identify("786951")
    field.key(Qt.Key.Key_Y)
    wait_for_save(field)
    before = field.session.read(journal_heads)
    tasks, calls = field.window.tasks, []
    original = tasks.operation

    def counted(*given: Any) -> None:
        calls.append(given)
        original(*given)

    monkeypatch.setattr(tasks, "operation", counted)
    wait_for_save(field)
    field.visit.keeper.flush()
    assert calls == []
    field.key(Qt.Key.Key_Y)
    wait_for_save(field)
    assert len(calls) == 1
    assert field.session.read(journal_heads) == before
    assert field.session.read(visits.visit, field.visit_id).checked == 0


def test_drafts_are_saved_although_those_of_the_store_could_not_be_read(field: Field) -> None:
    """Before, nothing was saved in this visit after that, and no message said so."""

    def rename(name: str, to: str) -> None:
        with field.session.store.writing(field.session.author) as transaction:
            transaction.connection.execute(text(f"ALTER TABLE {name} RENAME TO {to}"))

    field.visit.keeper.leave()
    field.idle()
    rename("drafts", "away")
    field.visit.keeper.begin(field.visit_id)
    field.idle()
    assert field.visit.notice.text
    rename("away", "drafts")
    half_done.begin(field)
    assert subjects(field) != []
