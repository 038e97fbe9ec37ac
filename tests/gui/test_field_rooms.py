"""A room that cannot be entered, and photos for checks that are recorded already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, select

from db.queries import visits
from db.queries.checks import evidence_of
from db.tables import checks
from eum_app.demo.generate import photo
from eum_app.domain.errors import Refusal
from eum_app.usecases.visits.record_check import record_no_access
from tests.gui.field_world import Field, field_at_work
from ui.kit.models import select_id
from ui.kit.theme import Theme


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def test_a_room_that_cannot_be_entered_is_one_act(field: Field) -> None:
    """One reason, one fact for each item that has no outcome yet; Undo takes back all of them."""
    field.identify("786950")
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")
    field.idle()
    ids = field.session.read(visits.work_ids, field.visit_id)
    assert not field.visit.items.room_button.isEnabled(), "no room is chosen"
    select_id(field.visit.items.view, ids[-1])
    field.press("room_button")
    field.until(lambda: field.visit.items.asks_about_room)
    confirm = field.find("room_confirm_button", QAbstractButton)
    assert not confirm.isEnabled(), "nothing is chosen beforehand"
    field.key(Qt.Key.Key_Escape)
    assert not field.visit.items.asks_about_room
    field.press("room_button")
    field.until(lambda: field.visit.items.asks_about_room)
    field.press("room_custodian_absent")
    field.press("room_confirm_button")
    field.until(lambda: field.session.read(visits.visit, field.visit_id).no_access == 3)
    assert field.outcome("786950") == "verified"
    acts = field.session.read(acts_of, field.visit_id)
    assert len({act for act in acts if act}) == 1
    field.idle()
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    field.until(lambda: field.session.read(visits.visit, field.visit_id).no_access == 0)


def test_an_item_that_is_checked_while_the_room_is_asked_about_leaves_the_form(field: Field) -> None:
    """Found by hand: the form kept the items that it was opened with, and overwrote the check."""
    ids = field.session.read(visits.work_ids, field.visit_id)
    select_id(field.visit.items.view, ids[-1])
    field.press("room_button")
    field.until(lambda: field.visit.items.asks_about_room)
    panel = field.visit.items.room.panel
    assert panel is not None
    field.press("room_custodian_absent")
    assert panel.confirm_button.text() == "Record 4 without access"
    field.identify("786950")
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")
    field.until(lambda: panel.confirm_button.text() == "Record 3 without access")
    assert panel.reasons == ["custodian_absent"], "the reason stays"
    field.idle()
    assert not field.visit.items.room_button.isEnabled()
    field.press("room_confirm_button")
    field.until(lambda: field.session.read(visits.visit, field.visit_id).no_access == 3)
    assert field.outcome("786950") == "verified"


def test_a_room_is_not_recorded_over_a_check(field: Field) -> None:
    """Another window may have recorded it in between: nothing is recorded then."""
    field.identify("786950")
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")
    field.idle()
    ids = field.session.read(visits.work_ids, field.visit_id)
    with pytest.raises(Refusal, match=r"check\.room_changed"):
        record_no_access(field.session, field.visit_id, ids, reason="custodian_absent")
    assert field.session.read(visits.visit, field.visit_id).no_access == 0


def acts_of(connection: Connection, visit_id: str) -> list[str]:
    return list(connection.execute(select(checks.c.act).where(checks.c.visit_id == visit_id)).scalars())


def test_a_photo_is_added_to_a_recorded_check_while_another_item_is_open(field: Field, tmp_path: Path) -> None:
    field.identify("786950")
    field.press("all_as_expected_button")
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")
    field.idle()
    check_id = field.last_check().check_id
    field.identify("786951")
    picture = tmp_path / "plate.png"
    picture.write_bytes(photo("intact", 1))
    field.press(f"recent_photo_{check_id}")
    field.find("photo_path_edit", QLineEdit).setText(str(picture))
    field.press("photo_add_button")
    field.until(lambda: [row.role for row in field.session.read(evidence_of, check_id=check_id)] == ["photo"])
    draft = field.visit.item.draft
    assert draft is not None
    assert (draft.serial, draft.photos) == ("786951", {}), "the open item got none"
    assert "recorded check" in field.visit.notice.text


def test_the_photo_bar_gives_the_focus_back(field: Field, look: Theme, tmp_path: Path) -> None:
    """On a small window too, where Qt would pass it to a menu of the header."""
    picture = tmp_path / "plate.png"
    picture.write_bytes(photo("intact", 1))
    look.set_scale(150)
    field.idle()
    field.identify("786950")
    field.key(Qt.Key.Key_F6)
    for is_added in (False, True):
        field.press("reason_photo_button")
        assert field.window.focusWidget().objectName() == "photo_path_edit"
        field.find("photo_path_edit", QLineEdit).setText(str(picture))
        field.key(Qt.Key.Key_Return if is_added else Qt.Key.Key_Escape)
        assert field.window.focusWidget().objectName() == "reason_photo_button"
    assert field.visit.work.draft is not None
    assert len(field.visit.work.draft.photos) == 1
