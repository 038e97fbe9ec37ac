"""Deficiencies at HQ in the window: reached from the site's record and from a visit, corrected by a document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from db.queries.deficiencies import all_deficiencies, deficiency
from eum_app.demo.generate import photo
from eum_app.usecases.deficiencies.state import NewDeficiency, follow_up, state_deficiency
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from tests.builders import World
from tests.gui.hq_support import Window, hq_world
from ui.hq.deficiencies_page import SiteDeficienciesPage

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path)
    visit_id = made.visit()
    device, day = made.device, made.device.now().date()
    for what, severity, days in (("The fence has a hole", "major", 30), ("The alarm was not tested", "critical", 7)):
        due = (day + timedelta(days=days)).isoformat()
        new = NewDeficiency(what, "Vault 1", severity, "Depot 7, engineer", due, photos=[photo("intact", 1)])
        state_deficiency(device, new, visit_id=visit_id)
    import_bundles(made.hq, [seal_results(device, made.drop).path])
    yield made
    made.close()


def deficiencies(window: Window) -> SiteDeficienciesPage:
    page = window.shell.page("deficiencies")
    assert isinstance(page, SiteDeficienciesPage)
    return page


def test_the_record_of_a_site_leads_to_its_deficiencies_and_one_is_corrected(window: Window, world: World) -> None:
    window.page("records")
    assert any(one.text() == "2 open" for one in window.shell.page("records").findChildren(QLabel))
    window.press("records_deficiencies")
    page = deficiencies(window)
    assert page.table.model().rowCount() == 2
    assert page.detail.state.text() == "7 days left", "the one that is due first comes first"
    window.press("deficiency_correct")
    record = window.find(QPushButton, "correction_record")
    today = world.hq.now().date().isoformat()
    for name, text in (("what", "Tested"), ("on", today), ("by", "Depot 7")):
        window.type_into(f"correction_{name}", text)
    assert not record.isEnabled(), "a proof is missing"
    other = next(one for one in world.hq.read(all_deficiencies) if one.what == "The fence has a hole")
    page.want(other.deficiency_id)  # as a link from elsewhere does: the form stays with its deficiency
    page.reload()
    window.type_into("correction_document", "Test log 7")
    assert page.current() == other
    window.press("correction_record")
    closed = [one for one in world.hq.read(all_deficiencies) if not one.is_open]
    assert [one.what for one in closed] == ["The alarm was not tested"]
    assert page.detail.state.text() == "Corrected"
    window.press("deficiency_end_button")
    window.type_into("deficiency_end_reason", "The log was of another alarm")
    window.press("deficiency_end_confirm_button")
    assert world.hq.read(deficiency, closed[0].deficiency_id).is_open


def test_a_visit_names_its_deficiencies_and_their_photos(window: Window, world: World) -> None:
    window.page("visits")
    said = window.find(QLabel, "visit_deficiencies").text()
    assert said.splitlines()[1].startswith("Stated here")
    assert "The fence has a hole" in said
    window.press("visit_deficiencies_button")
    assert window.shell.current_key == "deficiencies"


def test_hq_states_one_of_the_site_and_a_device_learns_of_it(window: Window, world: World) -> None:
    window.page("records")
    window.press("records_deficiencies")
    window.press("deficiencies_new")
    due = (world.hq.now().date() + timedelta(days=90)).isoformat()
    for name, text in (("what", "No key log"), ("place", "Office"), ("owner", "Depot 7"), ("due_on", due)):
        window.type_into(f"deficiency_{name}", text)
    box = window.find(QComboBox, "deficiency_severity")
    box.setCurrentIndex(box.findData("minor"))
    window.press("deficiency_record")
    made = next(one for one in world.hq.read(all_deficiencies) if one.what == "No key log")
    assert made.visit_id == ""
    world.hand_over()
    (planned,) = {one.visit_id for one in world.hq.read(all_deficiencies)} - {""}
    follow_up(world.device, made.deficiency_id, visit_id=planned, state="still_open")


def test_without_a_site_all_are_listed_and_none_can_be_stated(window: Window, world: World) -> None:
    window.page("deficiencies")
    assert deficiencies(window).table.model().rowCount() == 2
    assert not window.find(QPushButton, "deficiencies_new").isEnabled(), "a site is chosen first"
    assert window.find(QLineEdit, "deficiency_what").text() == ""
