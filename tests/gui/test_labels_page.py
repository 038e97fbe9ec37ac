"""Labels from the pages of items: what is chosen, the sheet as it will be printed, read back, the PDF, the record."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from db.queries.items import history
from eum_app.scanning.decoder import decode
from eum_app.scanning.labels import iuid_message
from tests.gui.field_world import Field, field_at_work
from tests.gui.hq_support import hq_window, hq_world
from tests.rasters import rastered
from ui.field.items_page import ItemsPage
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.shared.labels_page import LabelsPage, NumberField


def page_of(field: Field) -> LabelsPage:
    page = field.shell.page("labels")
    assert isinstance(page, LabelsPage)
    return page


def drawn(field: Field) -> LabelsPage:
    """The page once the sheet in sight is drawn and read back."""
    page = page_of(field)
    field.until(lambda: page.preview is not None)
    return page


def test_what_was_searched_for_is_printed_where_the_sheet_is_free(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.open("items", "")
        field.find("device_items_search", QLineEdit).setText("78695")
        items = field.shell.page("items")
        assert isinstance(items, ItemsPage)
        field.until(lambda: items._rows.words == "78695")
        field.press("device_items_labels")
        assert field.shell.current_key == "labels"
        page = drawn(field)
        assert len(page.items.chosen()) == 4
        assert page.preview is not None
        assert (page.preview.labels, page.preview.read_back) == (4, 4)
        assert "4 of 4" in page.verdict.text()

        # The sheet is partly used: its eighth place is pressed; a finer printer and two labels each.
        place = page.view._place(8).center().toPoint()
        QTest.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))
        assert page.start.value() == 8
        field.find("label_copies", QLineEdit).setText("2")
        field.press("label_symbol_qr")
        page = drawn(field)
        assert page.order().symbol == "qr"
        assert page.preview is not None
        assert page.preview.read_back == 8
        field.find("labels_path_edit", QLineEdit).setText(str(tmp_path / "labels.pdf"))
        field.press("labels_print_button")
        assert "8 labels on 1 sheet, every symbol read back" in page.notice.text
        read = [symbol.raw for symbol in decode(rastered(tmp_path / "labels.pdf", 0, 300))]
        assert sorted(read) == sorted(2 * [iuid_message("1HLD9", "NVG-31A", str(786950 + at)) for at in range(4)])
        line = field.session.read(history, page.items.chosen()[0])[0]
        assert (line.kind, line.detail, line.actor) == ("replacement", "2", "INS-017")


def test_nothing_is_printed_that_was_not_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.shell.show_page("labels", ())
        field.idle()
        page = page_of(field)
        go = field.find("labels_print_button", QAbstractButton)
        assert page.items.chosen() == ()
        assert not go.isEnabled()
        page.items.table.selectRow(1)
        assert len(drawn(field).items.chosen()) == 1
        assert go.isEnabled()
        # Labels that no printer of this kind can draw: said, and nothing written.
        box = field.find("label_sheet", QComboBox)
        box.setCurrentIndex(box.findText("A4, 65 labels", Qt.MatchFlag.MatchStartsWith))
        field.find("label_dpi", QComboBox).setCurrentIndex(0)
        field.until(lambda: "printer dots" in page.verdict.text() or page.preview is not None)
        field.find("labels_path_edit", QLineEdit).setText(str(tmp_path / "labels.txt"))
        field.press("labels_print_button")
        assert page.notice.isVisible()
        assert not (tmp_path / "labels.txt").exists()


@pytest.mark.parametrize("size", [(1366, 768), (1024, 700)])
def test_it_fits_and_everything_has_a_name(qtbot: QtBot, tmp_path: Path, size: tuple[int, int]) -> None:
    with field_at_work(qtbot, tmp_path) as field:
        field.window.resize(*size)
        field.shell.show_page("labels", ())
        field.idle()
        assert (field.window.width(), field.window.height()) == size
        page = page_of(field)
        for kind in (QLineEdit, QComboBox, QAbstractButton):
            for one in page.findChildren(kind):
                if one.isVisible():
                    assert one.accessibleName() or (isinstance(one, QAbstractButton) and one.text()), one.objectName()
                if one.isVisible() and isinstance(one, QAbstractButton) and one.text():
                    assert one.width() >= one.fontMetrics().horizontalAdvance(one.text())


def test_labels_at_hq_are_for_the_item_in_front(qtbot: QtBot, tmp_path: Path, tasks: Tasks) -> None:
    world = hq_world(tmp_path)
    try:
        with hq_window(world.hq, tasks, tmp_path) as window:
            window.page("inventory")
            window.press("inventory_labels")
            page = window.shell.page("labels")
            assert isinstance(page, LabelsPage)
            assert len(page.items.chosen()) == 1
            assert window.shell.current_key == "labels"
    finally:
        world.close()


@pytest.mark.parametrize(("typed", "meant"), [("+", 1), ("1,", 1), ("", 1), ("7", 7), ("2,3", 23), ("120", 99)])
def test_a_number_field_never_fails(qtbot: QtBot, look: Theme, typed: str, meant: int) -> None:
    field = NumberField(99)
    qtbot.addWidget(field)
    field.setText(typed)
    assert field.value() == meant
    field.set_most(12)
    assert field.value() == min(meant, 12)


def test_a_separator_is_not_typed_into_a_number(qtbot: QtBot, look: Theme) -> None:
    field = NumberField(9_999)
    qtbot.addWidget(field)
    QTest.keyClicks(field, ",5")
    assert field.text() == "15"
