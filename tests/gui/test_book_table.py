"""The inventory's table: columns of the clocks, sorting by mouse and keyboard, chips that are never cut."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView

from tests.builders import World
from tests.gui.hq_support import Window
from ui.hq.inventory import InventoryPage
from ui.kit.delegates.cell_delegate import chip_cell_width
from ui.kit.delegates.content import CHIP_ROLE, ChipSpec
from ui.kit.models import current_id
from ui.kit.theme import Theme


def headings(view: QTableView) -> list[str]:
    model = view.model()
    return [str(model.headerData(at, Qt.Orientation.Horizontal)) for at in range(model.columnCount())]


def click_heading(window: Window, view: QTableView, column: int) -> None:
    head = view.horizontalHeader()
    at = QPoint(head.sectionViewportPosition(column) + 20, head.height() // 2)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    window.settle()


def test_a_click_on_a_heading_sorts_and_a_second_click_turns_the_order(window: Window) -> None:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    assert headings(page.table)[:3] == ["Serial number", "Article", "Place ↑"]
    assert {"Next inventory due", "Last inventory", "EUM level"} <= set(headings(page.table))
    before = set(page._model.ids())
    click_heading(window, page.table, 0)
    serials = [page._model.row_at(row).item.serial for row in range(page._model.rowCount())]
    assert serials == sorted(serials)
    assert set(page._model.ids()) == before
    assert headings(page.table)[0] == "Serial number ↑"
    assert current_id(page.table) == page._model.id_at(0), "the first row is current and shown beside"
    click_heading(window, page.table, 0)
    assert [page._model.row_at(row).item.serial for row in range(page._model.rowCount())] == serials[::-1]
    assert headings(page.table)[0] == "Serial number ↓"


def test_the_keyboard_sorts_too_and_a_search_keeps_the_order(window: Window) -> None:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    control_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(page.search, Qt.Key.Key_S, control_shift)
    window.settle()
    assert headings(page.table)[3] == "Next inventory due ↑"
    QTest.keyClick(page.search, Qt.Key.Key_D, control_shift)
    window.settle()
    assert headings(page.table)[3] == "Next inventory due ↓"
    serial = page._model.row_at(0).item.serial
    page.search.setText(serial)
    page.search._search_now()
    window.settle()
    assert page._model.rowCount() == 1
    assert headings(page.table)[3] == "Next inventory due ↓"


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_no_chip_is_wider_than_its_cell(window: Window, look: Theme, scale: int) -> None:
    look.set_scale(scale)
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    seen = 0
    for column in range(page._model.columnCount()):
        for row in range(page._model.rowCount()):
            spec = page._model.data(page._model.index(row, column), CHIP_ROLE)
            if isinstance(spec, ChipSpec):
                seen += 1
                assert chip_cell_width(spec) <= page.table.columnWidth(column), spec.text
    assert seen


def test_after_midnight_the_days_are_counted_again(window: Window, world: World) -> None:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)

    def days() -> list[int]:
        return [page._model.row_at(row).standing.days_over for row in range(page._model.rowCount())]

    first = days()
    world.clock.instant += timedelta(days=400)
    window.page("overview")
    window.page("inventory")
    window.settle()
    late = [(before, now) for before, now in zip(first, days(), strict=True) if now]
    assert late
    assert all(now > before for before, now in late)
