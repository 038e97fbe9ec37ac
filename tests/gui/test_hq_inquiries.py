"""Inquiries at HQ in the window: opened, corrected, answered, closed; hidden from accounts of the other program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QPushButton

from eum_app.domain.inquiries import InquiryState
from eum_app.domain.people import Scope
from eum_app.usecases.inquiries.inquiries import open_inquiry, register
from eum_app.usecases.session import Session
from tests.builders import World
from tests.gui.hq_support import Window, hq_window, hq_world
from tests.inquiries import request
from ui.hq.inquiries_page import InquiriesPage
from ui.kit.tasks import Tasks
from ui.kit.widgets import Chip

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path)
    yield made
    made.close()


def day(world: World, days: int) -> str:
    return (world.hq.now().date() + timedelta(days=days)).isoformat()


def inquiries(window: Window) -> InquiriesPage:
    page = window.page("inquiries")
    assert isinstance(page, InquiriesPage)
    return page


def choose(window: Window, name: str, value: str) -> None:
    box = window.find(QComboBox, name)
    box.setCurrentIndex(box.findData(value))
    window.settle()


def opened(window: Window, world: World) -> None:
    inquiries(window)
    window.key(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    confirm = window.find(QPushButton, "inquiry_confirm")
    assert not confirm.isEnabled()
    for name, text in (
        ("reference", "BL-0031"),
        ("country", "XX"),
        ("requested_by", "Office CEA-02"),
        ("requested_on", day(world, -3)),
        ("due_on", day(world, 8)),
        ("number", "50127"),
    ):
        window.type_into(f"inquiry_{name}", text)
    choose(window, "inquiry_kind", "post_shipment")
    choose(window, "inquiry_site_visit", "required")
    window.find(QPlainTextEdit, "inquiry_reason").setPlainText("First order of this end user")
    choose(window, "party_0_role", "end_user")
    assert not confirm.isEnabled(), "a party needs a name"
    window.type_into("party_0_name", "Unit EU-12")
    window.press("inquiry_add_party")
    window.type_into("article_0_quantity", "40")
    window.type_into("article_0_usml", "XII(c)")
    window.type_into("article_0_description", "Thermal sight T")
    window.press("inquiry_confirm")


def test_an_inquiry_is_opened_from_the_form_and_doubts_are_shown(window: Window, world: World) -> None:
    opened(window, world)
    ((one, clock),) = register(world.hq)
    assert (one.fact.reference, one.fact.warnings, clock.days_left) == ("BL-0031", ("number",), 8)
    assert [party.name for party in one.fact.parties] == ["Unit EU-12"], "the empty row is left out"
    assert "not nine digits" in inquiries(window).notice.text
    assert window.find(Chip, "inquiry_state").text() == "Opened"
    assert window.find(Chip, "inquiry_due").text() == "8 days left"


def test_a_favorable_closing_waits_for_visit_and_receipt(window: Window, world: World) -> None:
    opened(window, world)
    save = window.find(QPushButton, "inquiry_save")
    assert not save.isEnabled()
    page = inquiries(window)
    assert page.result.tabs.current == "task"
    window.type_into("inquiry_told", "Embassy XX")
    window.press("inquiry_save")
    assert window.find(Chip, "inquiry_state").text() == "Tasked"
    assert page.result.tabs.current == "answer"
    choose(window, "inquiry_result", "favorable")
    window.type_into("inquiry_answered_by", "Embassy XX")
    choose(window, "inquiry_mode", "virtual")
    window.press("inquiry_save")
    assert window.find(Chip, "inquiry_state").text() == "Answered"
    assert page.result.tabs.current == "close"
    choose(window, "inquiry_result", "favorable")
    assert not save.isEnabled()
    assert "site visit" in page.result._open.text()
    choose(window, "inquiry_result", "unfavorable")
    assert not save.isEnabled(), "an unfavorable result needs a reason"
    window.find(QCheckBox, "inquiry_reason_receipt_not_confirmed").click()
    window.find(QPlainTextEdit, "inquiry_note").setPlainText("No delivery note was shown")
    window.press("inquiry_save")
    ((one, _),) = register(world.hq)
    assert (one.state, one.closing and one.closing.fact.outcome) == (InquiryState.CLOSED, "unfavorable")
    assert window.find(Chip, "inquiry_state").text() == "Closed: Unfavorable"


def test_a_request_is_corrected_and_the_list_is_searched_and_filtered(window: Window, world: World) -> None:
    for reference in ("BL-0040", "BL-0041"):
        stated = request(reference=reference, requested_on=day(world, -3), due_on=day(world, -1))
        open_inquiry(world.hq, stated)
    page = inquiries(window)
    assert page.table.model().rowCount() == 2
    window.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert window.find(QLineEdit, "inquiry_number").text() == "050000127"
    assert not window.find(QPushButton, "inquiry_confirm").isEnabled()
    window.type_into("inquiry_why", "The cable was corrected")
    window.type_into("inquiry_post", "Embassy YY")
    window.press("inquiry_confirm")
    assert sorted(one.fact.post for one, _ in register(world.hq)) == ["Embassy XX", "Embassy YY"]
    assert window.find(Chip, "inquiry_due").text() == "1 day over"
    window.type_into("inquiries_search", "embassy yy")
    window.key(Qt.Key.Key_Return)
    assert page.table.model().rowCount() == 1
    choose(window, "inquiries_state", "closed")
    assert page.table.model().rowCount() == 0
    assert not page.table.isVisible()


@pytest.mark.parametrize(("program", "is_shown"), [("golden_sentry", False), ("blue_lantern", True)])
def test_the_page_is_only_there_for_accounts_of_the_program(
    tmp_path: Path, tasks: Tasks, program: str, *, is_shown: bool
) -> None:
    world = hq_world(tmp_path)
    open_inquiry(world.hq, request(requested_on=day(world, -3), due_on=day(world, 8)))
    session = Session(world.hq.store, replace(world.hq.ticket, scope=Scope((program,), ())), world.hq.now)
    with hq_window(session, tasks, tmp_path) as window:
        assert ("inquiries" in window.shell.page_keys) is is_shown
    world.close()
