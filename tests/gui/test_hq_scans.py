"""Scans on HQ's inventory: by real keys of a scanner, wherever the focus is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import items_by_id
from eum_app.scanning.labels import iuid_message
from tests.builders import World
from tests.gui.hq_support import Window
from tests.gui.scanner_hand import burst
from ui.devices.scanners import Scanners
from ui.hq.inventory import InventoryPage
from ui.kit.models import current_id
from ui.kit.settings import ScannerSettings
from ui.shared.narrowed_bar import NarrowedBar


@pytest.fixture
def page(window: Window) -> Iterator[InventoryPage]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    scanners = Scanners(app, ScannerSettings(), window.shell)
    scanners.mark_scanned.connect(window.shell.take_mark)
    found = window.page("inventory")
    assert isinstance(found, InventoryPage)
    yield found
    scanners.close()


def scan(window: Window, text: str) -> None:
    burst(text)
    QTest.qWait(400)  # longer than any scan is held back
    window.settle()


def ids_of(world: World, serial: str) -> list[str]:
    rows = world.hq.read(items_by_id, world.hq.read(find_item_ids, ItemFilter()))
    return [one for one, row in rows.items() if row.serial == serial]


def shown(page: InventoryPage) -> list[str]:
    return page._model.ids()


@pytest.mark.parametrize("place", ["items_search", "items_table"])
def test_a_scan_shows_its_item_wherever_the_focus_is(
    window: Window, world: World, page: InventoryPage, place: str
) -> None:
    everything = len(shown(page))
    window.find(QWidget, place).setFocus()
    scan(window, "786953")
    assert shown(page) == ids_of(world, "786953")
    assert current_id(page.table) == shown(page)[0]
    assert window.find(QLineEdit, "items_search").text() == "", "a scan is not typed text"
    assert window.find(NarrowedBar, "inventory_narrowed").text == "Only: 1 item with the scanned mark 786953"
    assert "786953" in page.history.accessibleName()
    window.press("inventory_narrowed_all")
    assert len(shown(page)) == everything


def test_a_whole_mark_means_its_uii(window: Window, world: World, page: InventoryPage) -> None:
    page.mark_scanned(iuid_message("1HLD9", "NVG-31A", "786954"), "serial")
    window.settle()
    assert shown(page) == ids_of(world, "786954")


def test_a_scan_of_no_item_says_so_and_leaves_the_list(window: Window, page: InventoryPage) -> None:
    before = shown(page)
    scan(window, "NO-SUCH-ITEM-77")
    assert page.notice.text == "No item has the scanned mark NO-SUCH-ITEM-77."
    assert shown(page) == before


def test_a_near_item_is_shown_as_near(window: Window, world: World, page: InventoryPage) -> None:
    scan(window, "0786953")
    assert set(ids_of(world, "786953")) <= set(shown(page))
    assert "not have exactly this mark" in window.find(NarrowedBar, "inventory_narrowed").text


def test_only_the_newest_of_two_scans_counts(window: Window, world: World, page: InventoryPage) -> None:
    for serial in ("786951", "786952"):
        page.mark_scanned(serial.encode(), "wedge")
    window.settle()
    assert shown(page) == ids_of(world, "786952")


def test_the_import_of_a_list_takes_no_scan(window: Window, page: InventoryPage) -> None:
    window.press("inventory_import_list")
    path = window.find(QLineEdit, "inventory_file_field_edit")
    path.setFocus()
    scan(window, "786953")
    assert path.text() == ""
    assert page.notice.text == "This page does not use scanned marks."
