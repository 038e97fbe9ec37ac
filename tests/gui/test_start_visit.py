"""Start a visit without tasking in the window, and adopt it at HQ in the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from db.queries import visits
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.visits.start_visit import start_visit
from tests.builders import World
from tests.gui.field_world import Field, field_at_work
from tests.gui.hq_support import Window, hq_window
from ui.field.visit.current_work import State
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme

MOST_ACTS = 6


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        yield made


def started(field: Field) -> visits.VisitRow:
    (row,) = [one for one in field.session.read(visits.all_visits) if one.is_unplanned]
    return row


def said(field: Field) -> str:
    return field.find("start_open", QLabel).text()


def test_a_visit_to_a_known_site_takes_few_acts_to_the_first_scan(field: Field) -> None:
    field.open("visits")
    acts = 0

    def act() -> None:
        nonlocal acts
        acts += 1

    field.press("start_visit_button")
    act()
    assert field.shell.current_key == "start"
    assert said(field) == "Still to choose: purpose, site"
    assert field.find("start_purpose", QComboBox).hasFocus()
    field.key(Qt.Key.Key_Down)
    act()
    assert said(field) == "Still to choose: site"
    field.find("start_site", QComboBox).setFocus()
    field.key(Qt.Key.Key_Down)
    act()
    assert said(field).startswith("Next: scan. 4 items are expected")
    field.press("start_button")
    act()
    assert field.shell.current_key == "visit"
    field.scan("786950")
    act()
    assert field.visit.work.state is State.ITEM
    assert acts <= MOST_ACTS
    assert (started(field).purpose, started(field).expected) == ("annual_inventory", 4)


def test_a_site_that_is_not_listed_takes_a_name_and_a_country(field: Field) -> None:
    field.open("visits")
    field.press("start_visit_button")
    acts = 1
    field.key(Qt.Key.Key_Down)
    acts += 1
    field.find("start_site", QComboBox).setFocus()
    field.type("Depot")  # the beginning of a listed name is another name
    acts += 1
    assert said(field) == "Still to choose: country"
    assert not field.find("start_button", QPushButton).isEnabled()
    field.find("start_country", QLineEdit).setFocus()
    field.type("XX")
    acts += 1
    assert said(field) == "Next: scan. No list: record each item that you meet."
    field.key(Qt.Key.Key_Return)
    acts += 1
    assert field.shell.current_key == "visit"
    field.scan("790112")
    acts += 1
    assert acts <= MOST_ACTS
    assert field.visit.work.state is State.OFFER
    assert (started(field).site, started(field).country, started(field).is_known_site) == ("Depot", "XX", False)


def test_a_visit_about_the_site_opens_at_its_questions(field: Field) -> None:
    field.open("start", "")
    purposes = field.find("start_purpose", QComboBox)
    purposes.setCurrentIndex(purposes.findText("Physical security and accountability check"))
    field.find("start_site", QComboBox).setCurrentIndex(0)
    assert said(field) == "Next: the questions about the site."
    field.press("start_button")
    assert field.shell.current_key == "site"
    field.open("visits")
    field.press(f"open_visit_{started(field).visit_id}")
    assert field.shell.current_key == "site"


@pytest.fixture
def window(world: World, tasks: Tasks, look: Theme) -> Iterator[Window]:
    assert look.name == "light"
    start_visit(world.device, purpose="routine_check", site_name="Outpost 3", country="XX")
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    with hq_window(world.hq, tasks, world.folder) as made:
        yield made


def test_hq_sees_it_and_adopts_it(window: Window, world: World) -> None:
    window.page("visits")
    button = window.find(QPushButton, "adopt_button")
    assert button.isVisible()
    assert not button.isEnabled(), "a site that is new to HQ is a decision"
    box = window.find(QComboBox, "adopt_site")
    assert [box.itemText(at) for at in range(box.count())] == ["New site: Outpost 3 · XX", "Depot 7 · XX"]
    box.setFocus()
    window.key(Qt.Key.Key_Down)
    window.press("adopt_button")
    (row,) = world.hq.read(visits.all_visits)
    assert (row.site, row.is_known_site, row.adopted_by) == ("Outpost 3", True, "REV-004")
    assert not button.isVisible()
