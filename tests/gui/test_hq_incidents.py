"""Incidents at HQ in the window: the clock of a stated loss, one incident for several items, its report filed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QPlainTextEdit, QPushButton

from db.queries.inventory import ItemFilter, find_item_ids
from eum_app.domain.incidents import ReportPart, ReportState
from eum_app.usecases.items.disposition_statement import NewDisposition
from eum_app.usecases.items.incidents import register
from eum_app.usecases.items.state_disposition import state_disposition
from tests.builders import World
from tests.gui.hq_support import Window, hq_world
from ui.hq.incidents_page import IncidentsPage
from ui.kit.widgets import Chip

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path)
    today = made.hq.now().date().isoformat()
    for item_id in made.hq.read(find_item_ids, ItemFilter())[:2]:
        new = NewDisposition(item_id, "LOST", today, "partner", "Depot 7", document_name="Loss report 14/26")
        state_disposition(made.hq, new)
    yield made
    made.close()


def incidents(window: Window) -> IncidentsPage:
    page = window.page("incidents")
    assert isinstance(page, IncidentsPage)
    return page


def test_losses_without_an_incident_show_their_clock_and_are_taken_into_one(window: Window, world: World) -> None:
    page = incidents(window)
    today = world.hq.now().date().isoformat()
    assert page.table.model().rowCount() == 2
    window.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    record = window.find(QPushButton, "incident_record")
    assert page.form.isVisible()
    assert not record.isEnabled()
    kind = window.find(QComboBox, "incident_kind")
    kind.setCurrentIndex(kind.findData("loss"))
    window.type_into("incident_known_on", today)
    window.type_into("incident_source", "Annual inventory visit")
    window.find(QPlainTextEdit, "incident_what").setPlainText("Two goggles were not in Vault 1.")
    assert not record.isEnabled(), "no item is chosen for the person"
    for serial in ("786950", "786951"):
        window.find(QCheckBox, f"incident_item_{serial}").click()
    window.press("incident_record")
    ((row, clock),) = register(world.hq).incidents
    assert (row.items, clock.state, clock.days_left) == (2, ReportState.RUNNING, 30)
    assert register(world.hq).losses == ()
    assert not page.form.isVisible()
    assert window.find(Chip, "incident_clock").text() == "30 days left"


def test_notice_and_report_are_recorded_in_place(window: Window, world: World) -> None:
    test_losses_without_an_incident_show_their_clock_and_are_taken_into_one(window, world)
    today = world.hq.now().date().isoformat()
    assert not window.find(QPushButton, "notice_record").isEnabled()
    window.type_into("notice_told", "Combatant command")
    window.type_into("notice_how", "Message")
    window.type_into("notice_on", today)
    window.press("notice_record")
    assert not window.find(QPushButton, "report_file").isEnabled()
    for part in ReportPart:
        window.find(QPlainTextEdit, f"report_{part}").setPlainText(f"About {part}")
        window.press(f"report_{part}_save")
    window.type_into("report_filed_on", today)
    window.type_into("report_reference", "IR-17")
    window.press("report_file")
    ((row, clock),) = register(world.hq).incidents
    assert (row.notices, clock.state) == (1, ReportState.FILED)
    assert window.find(Chip, "incident_clock").text() == "Filed"


def test_escape_leaves_the_form_and_a_text_that_is_not_saved_stays(window: Window, world: World) -> None:
    test_losses_without_an_incident_show_their_clock_and_are_taken_into_one(window, world)
    page = incidents(window)
    window.find(QPlainTextEdit, "report_recovery").setPlainText("Search the range")
    window.press("incidents_new")
    assert page.form.isVisible()
    QTest.keyClick(window.find(QComboBox, "incident_kind"), Qt.Key.Key_Escape)
    window.settle()
    assert not page.form.isVisible()
    window.find(QPlainTextEdit, "report_circumstances").setPlainText("Night shift")
    window.press("report_circumstances_save")
    assert window.find(QPlainTextEdit, "report_recovery").toPlainText() == "Search the range"
