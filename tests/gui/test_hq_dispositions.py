"""Dispositions at HQ: stated from the item, from a claim and in review; set aside; all by keyboard and in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from db.queries import items
from db.queries.dispositions import statements_about
from db.queries.findings import finding_ids, findings_by_id
from eum_app.domain.claims import ClaimKind
from eum_app.list_files.claims_file import read_claims
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.lists.import_claims import import_claims
from tests.builders import World
from tests.gui.hq_support import Window, hq_world, inspected
from ui.hq.inventory import InventoryPage
from ui.kit.models import current_id, select_id
from ui.shared.disposition_panel import DispositionPanel

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path)
    yield made
    made.close()


def choose(window: Window, name: str, value: str) -> None:
    box = window.find(QComboBox, name)
    assert box.isVisible(), name
    box.setFocus()
    box.setCurrentIndex(box.findData(value))
    window.settle()


def inventory(window: Window) -> tuple[InventoryPage, str]:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    item_id = current_id(page.table)
    assert item_id
    return page, item_id


def test_a_loss_is_stated_from_the_item_and_shown_in_its_history(window: Window, world: World) -> None:
    page, item_id = inventory(window)
    window.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    panel = window.find(DispositionPanel, "item_disposition_panel")
    assert panel.isVisible()
    record = window.find(QPushButton, "item_disposition_record")
    assert not record.isEnabled()
    assert not window.find(QLineEdit, "item_disposition_witness").isVisible()
    choose(window, "item_disposition_disposition", "DESTROYED")
    assert window.find(QLineEdit, "item_disposition_witness").isVisible(), "this state needs a witness"
    choose(window, "item_disposition_disposition", "LOST")
    choose(window, "item_disposition_reported_by", "partner")
    window.type_into("item_disposition_happened_on", "2026-11-20")
    window.type_into("item_disposition_reporter", "Depot 7, custodian")
    assert "document" in window.find(QLabel, "item_disposition_missing").text()
    window.type_into("item_disposition_document", "Loss report 14/26")
    assert record.isEnabled()
    QTest.keyClick(
        window.find(QLineEdit, "item_disposition_document"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    window.settle()
    assert not panel.isVisible()
    assert world.hq.read(items.item, item_id).disposition == "LOST"
    assert "Lost" in page.notice.text
    shown = " ".join(one.text() for one in page.history.findChildren(QLabel))
    assert "Stated: Lost" in shown
    assert "Loss report 14/26" in shown


def test_what_is_missing_keeps_the_form_shut_and_a_refusal_keeps_what_was_typed(window: Window, world: World) -> None:
    page, item_id = inventory(window)
    window.press("item_state")
    choose(window, "item_disposition_disposition", "LOST")
    choose(window, "item_disposition_reported_by", "us")
    window.type_into("item_disposition_happened_on", "20 Nov")
    window.type_into("item_disposition_reporter", "INS-017")
    window.type_into("item_disposition_no_document", "None was written")
    assert not window.find(QPushButton, "item_disposition_record").isEnabled()
    window.type_into("item_disposition_happened_on", "1999-01-01")
    window.press("item_disposition_record")
    assert "before the delivery" in page.notice.text
    assert window.find(QLineEdit, "item_disposition_reporter").text() == "INS-017"
    assert window.find(QPushButton, "item_disposition_record").isEnabled()
    assert world.hq.read(statements_about, item_id) == []
    window.key(Qt.Key.Key_Escape)
    assert not window.find(DispositionPanel, "item_disposition_panel").isVisible()


def test_a_statement_is_set_aside_with_a_reason(window: Window, world: World) -> None:
    test_a_loss_is_stated_from_the_item_and_shown_in_its_history(window, world)
    _page, item_id = inventory(window)
    window.press("item_set_aside_button")
    window.type_into("item_set_aside_reason", "Found behind the shelf")
    window.press("item_set_aside_confirm_button")
    assert world.hq.read(items.item, item_id).disposition == "ON_HAND"
    assert not window.find(QWidget, "item_set_aside_button").isVisible()


def test_a_claim_is_accepted_by_a_person_with_what_it_says(window: Window, world: World, tmp_path: Path) -> None:
    _page, item_id = inventory(window)
    row = world.hq.read(items.item, item_id)
    path = tmp_path / "partner.csv"
    path.write_text(
        f'Serial Number,Nomenclature,Unit,State,Date\n{row.serial},"{row.nomenclature}",1 BN,expended,2026-10-01\n'
    )
    import_claims(world.hq, read_claims(path), ClaimKind.PARTNER_REPORT)
    window.page("overview")
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    select_id(page.table, item_id)
    window.settle()
    window.press("item_state")
    box = window.find(QComboBox, "item_disposition_claim")
    assert box.isVisible()
    assert box.currentIndex() == -1, "nothing is chosen for the person"
    box.setCurrentIndex(0)
    window.settle()
    assert window.find(QLineEdit, "item_disposition_happened_on").text() == "2026-10-01"
    assert "partner.csv" in window.find(QLineEdit, "item_disposition_document").text()
    window.press("item_disposition_record")
    assert world.hq.read(items.item, item_id).disposition == "EXPENDED"
    (said,) = world.hq.read(statements_about, item_id)
    assert (said.fact.reported_by, said.fact.reporter, bool(said.fact.claim_id)) == ("partner", "1 BN", True)


def test_a_finding_is_resolved_with_what_became_of_its_item(window: Window, world: World) -> None:
    _, results = inspected(world)
    import_bundles(world.hq, [results])
    page = window.page("review")
    ids = world.hq.read(finding_ids)
    lost = next(row for row in world.hq.read(findings_by_id, ids).values() if row.rule_id == "item-not-found")
    select_id(page.queue.list, lost.finding_id)  # type: ignore[attr-defined]
    window.settle()
    window.keys("r")
    window.keys("the custodian reported it")
    confirm = window.find(QPushButton, "review_confirm")
    assert confirm.isEnabled(), "a disposition is not asked for"
    choose(window, "review_disposition", "STOLEN")
    assert not confirm.isEnabled(), "but if one is stated, with its evidence"
    choose(window, "review_reported_by", "partner")
    window.type_into("review_happened_on", "2026-11-20")
    window.type_into("review_reporter", "Depot 7")
    window.type_into("review_document", "Police report 7")
    window.press("review_confirm")
    assert world.hq.read(items.item, lost.item_id).disposition == "STOLEN"
    (said,) = world.hq.read(statements_about, lost.item_id)
    assert said.fact.finding_id == lost.finding_id
