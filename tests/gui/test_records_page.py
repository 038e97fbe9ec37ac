"""The page of sites and cases: its lists, a change by keys alone, errors under their fields, and who may change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from db.queries import items, records
from eum_app.domain.people import Scope
from eum_app.usecases.records.describe import LineStated, Why, describe_case, describe_site
from eum_app.usecases.session import Session
from tests.builders import World
from tests.gui.hq_support import Window, hq_window, hq_world
from ui.hq.records_page import CASE_FORM, RECORD, SITE_FORM, RecordsPage
from ui.kit.models import current_id
from ui.kit.tasks import Tasks

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path / "w")
    yield made
    made.close()


@pytest.fixture
def window(world: World, tasks: Tasks, tmp_path: Path) -> Iterator[Window]:
    with hq_window(world.hq, tasks, tmp_path) as made:
        made.shell.resize(1440, 900)
        yield made


def records_page(window: Window) -> RecordsPage:
    page = window.page("records")
    assert isinstance(page, RecordsPage)
    return page


def site_id(world: World) -> str:
    return world.hq.read(items.all_sites)[0].site_id


def shown_words(page: RecordsPage) -> str:
    return " | ".join(found.text() for found in page.findChildren(QLabel) if found.isVisible())


def test_a_site_is_changed_by_keys_alone(window: Window, world: World) -> None:
    page = records_page(window)
    page.tables["sites"].setFocus()
    window.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert page._right.currentIndex() == SITE_FORM
    window.keys("C")  # the choice that begins with it: Closed
    window.key(Qt.Key.Key_Tab)
    window.keys("2026-05-01")
    window.type_into("site_source", "Post cable 0412")
    window.find(QPushButton, "site_save").setFocus()
    window.key(Qt.Key.Key_Space)
    record = world.hq.read(records.site_record, site_id(world))
    assert (record.access, record.access_since, page._right.currentIndex()) == ("closed", "2026-05-01", RECORD)
    words = shown_words(page)
    assert "Closed · since 1 May 2026" in words
    assert "Post cable 0412" in words


def test_a_wrong_value_is_named_under_its_field_and_nothing_is_recorded(window: Window, world: World) -> None:
    page = records_page(window)
    page.open_form()
    window.settle()
    save = window.find(QPushButton, "site_save")
    assert not save.isEnabled()  # nothing is changed yet
    window.type_into("site_position", "91 30")
    window.type_into("site_certified_until", "1999-12-31")
    window.type_into("site_source", "Survey")
    window.press("site_save")
    assert "91 30 is not a position" in window.find(QLineEdit, "site_position").accessibleDescription()
    assert "not between 2000 and 2100" in window.find(QLineEdit, "site_certified_until").accessibleDescription()
    assert world.hq.read(records.site_history, site_id(world)) == []
    assert page._right.currentIndex() == SITE_FORM
    window.type_into("site_position", "50.4501 30.5234")
    window.type_into("site_certified_until", "2027-03-01")
    window.press("site_save")
    assert len(world.hq.read(records.site_history, site_id(world))) == 2


def test_a_known_value_needs_a_reason_and_the_form_keeps_what_was_typed(window: Window, world: World) -> None:
    describe_site(world.hq, site_id(world), {"address": "Gate 1"}, Why(source="Survey"))
    page = records_page(window)
    page.open_form()
    window.settle()
    window.type_into("site_address", "Gate 3")
    window.type_into("site_source", "Letter")
    window.press("site_save")
    assert "without a reason" in shown_words(page)
    assert window.find(QLineEdit, "site_address").text() == "Gate 3"
    window.type_into("site_reason", "Moved")
    window.press("site_save")
    assert world.hq.read(records.site_record, site_id(world)).text("address") == "Gate 3"


def test_a_case_is_added_with_a_total_and_shown_beside_the_book(window: Window, world: World) -> None:
    page = records_page(window)
    page.tables["sites"].setFocus()
    window.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert page._right.currentIndex() == CASE_FORM
    for name, text in (("case_id", "xx-b-abc"), ("rsn", "001"), ("quantity", "120"), ("source", "LOA")):
        window.type_into(f"case_{name}", text)
    window.press("case_save")
    case = world.hq.read(records.case_record, "XX-B-ABC")
    assert (case.delivered, current_id(page.tables["cases"])) == (120, "XX-B-ABC")
    assert "120 delivered · 6 on the book" in shown_words(page)
    page.open_form()
    window.settle()
    assert not window.find(QLineEdit, "case_case_id").isEnabled()
    assert not window.find(QComboBox, "case_program").isEnabled()
    window.key(Qt.Key.Key_Escape)
    assert page._right.currentIndex() == RECORD


def test_the_search_narrows_the_list_and_says_when_nothing_matches(window: Window, world: World) -> None:
    describe_site(world.hq, site_id(world), {"custodian": "Depot officer"}, Why(source="Survey"))
    page = records_page(window)
    page.search.setFocus()
    QTest.keyClicks(page.search, "officer")
    QTest.qWait(400)
    window.settle()
    assert page.tables["sites"].isVisible()
    QTest.keyClicks(page.search, " moat")
    QTest.qWait(400)
    window.settle()
    assert not page.tables["sites"].isVisible()
    assert "Nothing matches" in shown_words(page)


def test_an_auditor_reads_within_the_scope_and_changes_nothing(world: World, tasks: Tasks, tmp_path: Path) -> None:
    describe_case(world.hq, "XX-B-ABC", {}, Why(source="LOA"), lines=[LineStated(rsn="001", quantity="3")])
    describe_case(world.hq, "050123456", {}, Why(source="License"), country="XX")
    ticket = replace(world.hq.ticket, role="auditor", scope=Scope(("golden_sentry",), ()))
    auditor = Session(world.hq.store, ticket, world.hq.now)
    with hq_window(auditor, tasks, tmp_path) as window:
        page = records_page(window)
        page.tabs.set_current("cases")
        page._turn()
        window.settle()
        assert "XX-B-ABC" in shown_words(page)
        assert page._models["cases"].ids() == ["XX-B-ABC"]
        window.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        window.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert page._right.currentIndex() == RECORD
        assert window.shell.findChild(QPushButton, "records_change") is None


def test_planning_and_the_visit_say_that_the_site_is_closed(window: Window, world: World) -> None:
    why = Why(source="Cable", effective_on="2026-05-01")
    describe_site(world.hq, site_id(world), {"access": "closed", "custodian": "Depot officer"}, why)
    world.plan()
    page = window.page("visits")
    words = " | ".join(found.text() for found in page.findChildren(QLabel) if found.isVisible())
    assert "Closed since 1 May 2026 · Depot officer" in words
    page.open_form()  # type: ignore[attr-defined]
    window.settle()
    site = window.find(QComboBox, "plan_site")
    site.setCurrentIndex(0)
    assert "Before you plan: Closed since 1 May 2026" in site.accessibleDescription()


def test_a_list_is_shown_row_by_row_before_it_is_imported(window: Window, world: World, tmp_path: Path) -> None:
    depot = site_id(world)
    describe_site(world.hq, depot, {"address": "Gate 1"}, Why(source="Survey"))
    path = tmp_path / "sites.csv"
    rows = ("Depot 7,XX,400,Gate 3", "Base 4,XX,-1,", "Base 5,XX,50,")
    path.write_text("Site,Country,Radius,Address\n" + "\n".join(rows) + "\n")
    page = records_page(window)
    page.open_import()
    page.importing.path_field.set_path(path)
    window.press("records_read")
    shown = page.importing._shown
    assert shown is not None
    assert [(row.line, row.becomes) for row in shown.rows] == [(2, "differs"), (3, "refused"), (4, "new")]
    assert "the book has Gate 1, the list Gate 3" in shown.rows[0].words
    assert "-1 is not a radius" in shown.rows[1].words
    page.importing.take_box.setChecked(True)
    assert not window.find(QPushButton, "records_import").isEnabled()
    window.type_into("records_reason", "Moved")
    window.press("records_import")
    assert page._right.currentIndex() == RECORD
    assert world.hq.read(records.site_record, depot).text("address") == "Gate 3"
    assert [one.name for one in world.hq.read(records.site_records)] == ["Base 5", "Depot 7"]
