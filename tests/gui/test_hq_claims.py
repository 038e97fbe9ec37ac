"""Claims that fit no item are listed with their reason and what is near, and find an item that is listed later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from db.queries.claims import claims_about
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.open_claims import claims_matched_since, open_claim_ids, open_claims_by_id
from eum_app.domain.claims import ClaimKind
from eum_app.list_files.claims_file import read_claims
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.lists.import_claims import import_claims
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.visits.match_mark import match_mark
from eum_app.usecases.visits.note_label import note_label
from tests.builders import World, inventory_csv
from tests.gui.hq_support import Window, hq_world
from ui.hq.claims_panel import ClaimsPanel
from ui.hq.inventory import InventoryPage

pytestmark = pytest.mark.usefixtures("look")
REPORT = (
    "Serial Number,Nomenclature,Part Number,Unit,State,Date,Remark\n"
    '786950,"NIGHT VISION GOGGLE, TYPE A",NVG-31A,1 BN,on hand,2026-10-01,\n'
    '78695O,"NIGHT VISION GOGGLE, TYPE A",NVG-31A,2 BN,in repair,2026-10-01,cracked\n'
    "786951,RADIO SET,RS-9,2 BN,on hand,2026-10-01,\n"
    '786990,"NIGHT VISION GOGGLE, TYPE A",NVG-31A,3 BN,on hand,2026-10-02,at the range\n'
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path)
    path = tmp_path / "partner.csv"
    path.write_text(REPORT, "utf-8")
    import_claims(made.hq, read_claims(path), ClaimKind.PARTNER_REPORT)
    yield made
    made.close()


def rows(world: World) -> dict[str, str]:
    ids = world.hq.read(open_claim_ids)
    return {row.serial: row.now.match for row in world.hq.read(open_claims_by_id, ids).values()}


def test_claims_are_listed_with_why_and_what_is_near(window: Window, world: World) -> None:
    assert rows(world) == {"78695O": "unmatched", "786951": "ambiguous", "786990": "unmatched"}
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    window.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    panel = window.find(ClaimsPanel, "claims_panel")
    assert panel.isVisible()
    assert panel.table.hasFocus()
    shown = [panel._model.row_at(row) for row in range(panel._model.rowCount())]
    assert [(row.source, row.line, row.serial) for row in shown] == [
        ("partner.csv", 3, "78695O"),
        ("partner.csv", 4, "786951"),
        ("partner.csv", 5, "786990"),
    ]
    assert "No item on the book" in panel._why.text()
    near = [panel._near.row_at(row).serial for row in range(panel._near.rowCount())]
    assert near[0] == "786950", "0 and O look alike"
    window.key(Qt.Key.Key_Down)
    assert "another article" in panel._why.text()
    assert panel._near.row_at(0).serial == "786951"
    panel.near_table.setFocus()
    window.key(Qt.Key.Key_Return)
    assert not panel.isVisible()
    assert page.side.history is page.history
    window.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    window.key(Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert page.search.hasFocus()


def test_what_a_container_label_said_is_listed_with_the_rest(window: Window, world: World) -> None:
    visit_id = world.visit()
    message = b"[)>\x1e06\x1d25SD1HLD9NVG-31A786950\x1d25SD1HLD9NVG-31A990001\x1e\x04"
    note_label(world.device, visit_id, match_mark(world.device, visit_id, message, read_by="wedge"))
    import_bundles(world.hq, [seal_results(world.device, world.drop).path])
    window.page("inventory")
    window.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    panel = window.find(ClaimsPanel, "claims_panel")
    (row,) = [panel._model.row_at(at) for at in range(panel._model.rowCount()) if panel._model.row_at(at).uii]
    assert (row.uii, row.claim_kind, row.now.match) == ("D1HLD9NVG-31A990001", "container_label", "unmatched")
    at = [panel._model.row_at(at) for at in range(panel._model.rowCount())].index(row)
    panel.table.setCurrentIndex(panel._model.index(at, 0))
    window.settle()
    assert "No item on the book" in panel._why.text()
    shown = [str(panel._model.index(at, column).data()) for column in range(panel._model.columnCount())]
    assert any(text.startswith("Label ") for text in shown), shown
    page = window.shell.page("inventory")
    assert isinstance(page, InventoryPage)
    page.opened(world.hq.read(find_item_ids, ItemFilter(words="786950"))[0])
    window.settle()
    told = [one.accessibleName() for one in page.history._shown]
    assert any("named on a container's label" in words for words in told), told


def test_an_item_listed_later_is_found_and_said_so(window: Window, world: World, tmp_path: Path) -> None:
    before = world.hq.read(open_claim_ids)
    import_inventory(world.hq, read_inventory(inventory_csv(tmp_path / "more.csv", 1, first_serial=786990)))
    assert world.hq.read(open_claim_ids) == before, "what was recorded stays as it was"
    assert rows(world)["786990"] == "serial_and_article"
    by_serial = {
        claim.serial: item_id
        for item_id in world.hq.read(find_item_ids, ItemFilter(words="786990"))
        for claim in world.hq.read(open_claims_by_id, before).values()
        if claim.now.item_id == item_id
    }
    assert world.hq.read(claims_about, by_serial["786990"]) == []
    (line,) = world.hq.read(claims_matched_since, by_serial["786990"])
    assert (line.unit, line.is_matched_since) == ("3 BN", True)
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    page.opened(by_serial["786990"])
    window.settle()
    told = [one.accessibleName() for one in page.history._shown]
    assert any("matched since" in words for words in told), told
    page.show_claims()
    window.settle()
    panel = window.find(ClaimsPanel, "claims_panel")
    chips = {panel._model.row_at(row).serial: row for row in range(panel._model.rowCount())}
    panel.table.setCurrentIndex(panel._model.index(chips["786990"], 0))
    window.settle()
    assert "one does now" in panel._why.text()
