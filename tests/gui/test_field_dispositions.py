"""Dispositions stated in the visit workspace: with or after its check, taken back, kept while typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from db.queries import items
from db.queries.dispositions import statements_about
from tests.gui.field_world import Field, field_at_work
from tests.gui.test_field_sighting import pick, state
from ui.field.visit.current_work import State
from ui.kit.widgets import Chip


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def choose(field: Field, name: str, value: str) -> None:
    box = field.find(name, QComboBox)
    assert box.isVisible(), name
    box.setCurrentIndex(box.findData(value))


def into(field: Field, name: str, text: str) -> None:
    made = field.find(name, QLineEdit)
    made.setFocus()
    made.clear()
    field.type(text)


def fill(field: Field) -> None:
    choose(field, "visit_disposition_disposition", "LOST")
    choose(field, "visit_disposition_reported_by", "partner")
    into(field, "visit_disposition_happened_on", "2026-11-20")
    into(field, "visit_disposition_reporter", "Depot 7, custodian")
    into(field, "visit_disposition_no_document", "None was written yet")


def test_a_loss_is_stated_beside_the_open_item_and_taken_back(field: Field) -> None:
    pick(field, "786951")
    assert field.visit.item.draft is not None
    item_id = field.visit.item.draft.item_id
    field.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert state(field) is State.FATE
    assert not field.find("visit_disposition_record", QPushButton).isEnabled()
    fill(field)
    field.key(Qt.Key.Key_Return)  # in the last field: nothing is missing
    field.until(lambda: state(field) is State.ITEM)
    field.until(lambda: field.session.read(items.item, item_id).disposition == "LOST")
    field.until(lambda: "Lost" in field.visit.notice.text)
    (said,) = field.session.read(statements_about, item_id)
    assert (said.fact.visit_id, said.fact.no_document_reason) == (field.visit_id, "None was written yet")
    field.until(lambda: field.find("item_disposition", Chip).text() == "Lost")
    next(one for one in field.visit.notice.findChildren(QPushButton) if one.text() == "Undo").click()
    field.until(lambda: field.session.read(items.item, item_id).disposition == "ON_HAND")


def test_escape_goes_back_to_the_item_and_keeps_what_was_typed(field: Field) -> None:
    pick(field, "786951")
    field.find("disposition_button", QPushButton).click()
    fill(field)
    field.key(Qt.Key.Key_Escape)
    assert state(field) is State.ITEM
    field.find("disposition_button", QPushButton).click()
    assert field.find("visit_disposition_reporter", QLineEdit).text() == "Depot 7, custodian"
    field.key(Qt.Key.Key_Escape)
    field.key(Qt.Key.Key_Escape)
    pick(field, "786952")
    field.find("disposition_button", QPushButton).click()
    assert field.find("visit_disposition_disposition", QComboBox).currentIndex() == -1, "of another item"


def test_a_refusal_keeps_the_form(field: Field) -> None:
    pick(field, "786951")
    field.find("disposition_button", QPushButton).click()
    fill(field)
    into(field, "visit_disposition_happened_on", "1999-01-01")
    field.find("visit_disposition_record", QPushButton).click()
    field.until(lambda: "before the delivery" in field.visit.notice.text)
    assert state(field) is State.FATE
    assert field.find("visit_disposition_record", QPushButton).isEnabled()
