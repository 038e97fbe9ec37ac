"""A sweep: all marks in view, taken with one key, answered as a group, recorded one check each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from db.queries import checks, visits
from eum_app.scanning.labels import data_matrix, iuid_message, png
from tests.gui.field_world import Field, field_at_work
from tests.pictures import code_39
from ui.field.visit.current_work import State
from ui.field.visit.draft import Draft

SERIALS = ("786950", "786951", "786952", "786953")


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def shelf(folder: Path, *serials: str) -> Path:
    """One picture of several marks, as a folder of frames that stands in for a camera."""
    import numpy as np

    symbols = [data_matrix(iuid_message("1HLD9", "NVG-31A", serial), module_px=6) for serial in serials]
    side = max(symbol.shape[0] for symbol in symbols) + 80
    picture = np.full((side * 2, side * -(-len(symbols) // 2)), 255, np.uint8)
    for at, symbol in enumerate(symbols):
        top, left = side * (at % 2) + 40, side * (at // 2) + 40
        picture[top : top + symbol.shape[0], left : left + symbol.shape[1]] = symbol
    folder.mkdir(exist_ok=True)
    (folder / "frame.png").write_bytes(png(picture))
    return folder


def look_at(field: Field, frames: Path, count: int) -> None:
    field.visit.scan.source.setCurrentIndex(2)
    field.visit.scan.source.activated.emit(2)
    field.visit.scan.file.edit.setText(str(frames))
    field.visit.scan.file.edit.returnPressed.emit()
    field.until(lambda: sum(bool(mark.state) for mark in field.visit.scan.viewfinder.marks) == count)


def states(field: Field) -> dict[str, str]:
    return {mark.text.split()[0]: mark.state for mark in field.visit.scan.viewfinder.marks}


def test_one_key_takes_what_is_expected_and_nothing_is_answered_by_itself(field: Field, tmp_path: Path) -> None:
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")
    look_at(field, shelf(tmp_path / "frames", *SERIALS, "790112"), 5)
    assert states(field) == {
        "786950": "verified",
        "786951": "in_view",
        "786952": "in_view",
        "786953": "in_view",
        "790112": "unknown",
    }
    assert "3" in field.visit.scan.take_button.text()
    field.key(Qt.Key.Key_F5)
    group = field.visit.work.group
    assert {draft.serial for draft in group.drafts.values()} == {"786951", "786952", "786953"}
    assert group.answers.answers == {}
    assert not field.visit.column.group.verified_button.isEnabled()
    assert field.session.read(visits.visit, field.visit_id).verified == 1
    field.key(Qt.Key.Key_A)
    assert field.session.read(visits.visit, field.visit_id).verified == 1
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.session.read(visits.visit, field.visit_id).verified == 4)
    newest = field.session.read(checks.recent_checks, field.visit_id)[:3]
    assert {check.reading.read_by for check in newest} == {"camera"}
    assert not group.drafts
    field.until(lambda: states(field)["786951"] == "verified")
    field.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    field.until(lambda: field.session.read(visits.visit, field.visit_id).verified == 1)
    assert field.outcome("786950") == "verified"
    field.until(lambda: states(field)["786951"] == "in_view")
    field.key(Qt.Key.Key_F5)  # a second group can be closed by its button as well
    assert len(group.drafts) == 3
    field.press("group_away_button")
    assert not group.drafts


def test_one_of_the_group_is_answered_by_itself_and_the_others_wait(field: Field, tmp_path: Path) -> None:
    look_at(field, shelf(tmp_path / "frames", *SERIALS), 4)
    field.press("take_in_view_button")
    group = field.visit.work.group
    item_id = next(key for key, draft in group.drafts.items() if draft.serial == "786952")
    field.scan("786953")  # a scan does not take the group's place
    assert len(group.drafts) == 4
    field.press(f"group_open_{item_id}")
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.serial == "786952"
    field.key(Qt.Key.Key_F5)
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.serial == "786952"
    field.press("not_found_button")
    field.press(_first_reason(field))
    field.press("reason_confirm_button")
    field.until(lambda: field.outcome("786952") == "not_found")
    assert field.visit.work.state is State.GROUP
    assert {draft.serial for draft in group.drafts.values()} == {"786950", "786951", "786953"}
    field.key(Qt.Key.Key_Escape)
    assert not group.drafts
    assert field.session.read(visits.visit, field.visit_id).verified == 0


def _first_reason(field: Field) -> str:
    panel = field.visit.column.reasons.panel
    assert panel is not None
    return next(
        made.objectName()
        for made in panel.findChildren(QAbstractButton)
        if made.objectName().startswith("reason_") and made.isCheckable() and made.objectName() != "reason_other"
    )


def test_one_read_of_a_weak_symbol_counts_only_after_a_person_compared_it(field: Field, tmp_path: Path) -> None:
    (tmp_path / "weak.png").write_bytes(png(code_39("786951")))
    field.press("from_photo_button")
    field.visit.scan.photo.edit.setText(str(tmp_path / "weak.png"))
    field.visit.scan.photo.edit.returnPressed.emit()
    field.until(lambda: any(mark.state for mark in field.visit.scan.viewfinder.marks))
    assert field.visit.item.draft is None  # one read of such a symbol may be wrong
    offered = [one for one in field.window.findChildren(QAbstractButton) if one.objectName().startswith("candidate_")]
    assert len(offered) == 1
    field.press(offered[0].objectName())
    draft = _draft(field)
    assert (draft.serial, draft.mark.symbology, draft.mark.raw) == ("786951", "Code 39", b"786951")
    assert draft.mark_picture


def _draft(field: Field) -> Draft:
    assert field.visit.item.draft is not None
    return field.visit.item.draft


def test_a_scan_without_separators_is_offered_and_not_taken(field: Field) -> None:
    field.scan("[)>0617V1HLD91PNVG-31AS786950")
    assert field.visit.item.draft is None
    offered = [one for one in field.window.findChildren(QAbstractButton) if one.objectName().startswith("reading_")]
    assert offered
    assert field.session.read(visits.visit, field.visit_id).checked == 0
