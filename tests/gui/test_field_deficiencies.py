"""Deficiencies at a visit in the window: stated freely and from an answer, asked for, corrected, closed out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from db.queries.deficiencies import carried_over, stated_at_visit, unasked
from db.queries.visits import visit
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import DeficiencyStated
from eum_app.usecases.visits.record_check import assess_site
from tests.gui.field_world import Field, field_at_work
from ui.field.deficiencies_page import VisitDeficienciesPage

DUE = "2099-12-31"


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        yield made


def page(field: Field) -> VisitDeficienciesPage:
    made = field.shell.page("deficiencies")
    assert isinstance(made, VisitDeficienciesPage)
    return made


def carry_over(field: Field, deficiency_id: str = "d1", due_on: str = DUE) -> None:
    """Bring in a deficiency of an earlier visit, as HQ's tasking does."""
    site_id = field.session.read(visit, field.visit_id).site_id
    texts = dict.fromkeys(DeficiencyStated.__struct_fields__, "")
    known = {
        "observed_at": "2026-05-04T09:00:00.000000Z",
        "deficiency_id": deficiency_id,
        "site_id": site_id,
        "what": "The alarm was not tested",
        "place": "Guard room",
        "severity": "major",
        "owner": "Depot 7",
        "due_on": due_on,
        "photos": (),
    }
    with field.session.writing() as transaction:
        transaction.record(DeficiencyStated(**(texts | known)))  # type: ignore[arg-type]


def into(field: Field, name: str, text: str) -> None:
    field.find(name, QLineEdit).setText(text)


def fill(field: Field) -> None:
    into(field, "deficiency_what", "The fence has a hole")
    into(field, "deficiency_place", "North side")
    box = field.find("deficiency_severity", QComboBox)
    assert box.currentIndex() == -1, "nothing is chosen for the person"
    box.setCurrentIndex(box.findData("minor"))
    into(field, "deficiency_owner", "Depot 7, engineer")
    into(field, "deficiency_due_on", DUE)


def test_a_deficiency_is_stated_from_the_site_checklist_and_withdrawn(field: Field) -> None:
    field.open("site")
    field.press("site_deficiencies_button")
    assert field.shell.current_key == "deficiencies"
    field.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    record = field.find("deficiency_record", QPushButton)
    assert not record.isEnabled()
    fill(field)
    assert record.isEnabled()
    field.press("deficiency_record")
    (held,) = field.session.read(stated_at_visit, field.visit_id)
    assert (held.what, held.severity, held.due_on) == ("The fence has a hole", "minor", DUE)
    assert not page(field).is_typing()
    field.press("deficiency_end_button")
    into(field, "deficiency_end_reason", "It is a gate")
    field.press("deficiency_end_confirm_button")
    (held,) = field.session.read(stated_at_visit, field.visit_id)
    assert held.end is not None
    assert held.end.reason == "It is a gate"


def test_an_answer_that_fails_offers_a_deficiency_and_a_refusal_keeps_the_form(field: Field) -> None:
    answer = Answer("access_roster", "no", "It could not be shown")
    assess_site(field.session, field.visit_id, [answer])
    field.open("deficiencies")
    made = page(field)
    assert made.table.model().rowCount() == 1
    field.press("deficiencies_from_answer")
    assert field.find("deficiency_what", QLineEdit).text() == "It could not be shown"
    fill(field)
    into(field, "deficiency_due_on", "1999-01-01")
    field.press("deficiency_record")
    assert "cannot be due" in made.notice.text
    assert made.is_typing()
    into(field, "deficiency_due_on", DUE)
    field.press("deficiency_record")
    (held,) = field.session.read(stated_at_visit, field.visit_id)
    assert held.question_id == "access_roster"
    assert made.table.model().rowCount() == 1, "the answer is covered now"


def test_one_that_was_carried_over_keeps_the_visit_open_until_it_is_asked_for(field: Field) -> None:
    carry_over(field)
    field.open("close_out")
    field.press("ask_d1_button")
    assert field.shell.current_key == "deficiencies"
    field.press("deficiency_not_looked_button")
    into(field, "deficiency_not_looked_reason", "The guard room was locked")
    field.press("deficiency_not_looked_confirm_button")
    assert field.session.read(unasked, field.visit_id) == []
    field.press("deficiency_correct")
    record = field.find("correction_record", QPushButton)
    for name, text in (("what", "Tested"), ("on", "2026-05-05"), ("by", "Depot 7")):
        into(field, f"correction_{name}", text)
    assert not record.isEnabled(), "a proof is missing"
    into(field, "correction_document", "Test log 7")
    field.press("correction_record")
    (held,) = field.session.read(carried_over, field.visit_id)
    assert [one.document_name for one in held.counting] == ["Test log 7"]
    field.press("deficiency_end_button")
    into(field, "deficiency_end_reason", "Another alarm")
    field.press("deficiency_end_confirm_button")
    (held,) = field.session.read(carried_over, field.visit_id)
    assert held.is_open
    said = held.followed_up_at(field.visit_id)
    assert said is not None
    assert said.reason == "The guard room was locked"


def test_escape_leaves_the_form_and_days_over_are_named_in_words(field: Field) -> None:
    carry_over(field, due_on="2026-05-10")
    field.open("deficiencies")
    made = page(field)
    assert made.detail.state.text().endswith("days over")
    field.press("deficiencies_new")
    assert made.is_typing()
    field.key(Qt.Key.Key_Escape)
    assert not made.is_typing()
    field.press("deficiency_still_open")
    assert field.session.read(unasked, field.visit_id) == []
