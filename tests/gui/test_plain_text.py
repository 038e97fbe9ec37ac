"""Text of other people is shown as it is: no label, tooltip or list takes it for HTML, which could load a file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QStyleOptionViewItem,
    QTableView,
    QTextEdit,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_inventory import import_inventory
from tests.builders import World, inventory_csv
from tests.gui.field_world import field_at_work
from tests.gui.hq_support import Window
from tests.gui.test_hq_every_page import ALL_PAGES
from ui.hq.inventory import InventoryPage
from ui.kit.tips import plain_tip

pytestmark = pytest.mark.usefixtures("look")
ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<img src='file:secret.png'>"
ESCAPED = {("ui/kit/widgets/header.py", "RichText"), ("ui/field/visit/compared.py", "RichText")}
"""Labels whose HTML the app writes itself, with the text of others escaped."""
GUESSES = {
    "setToolTip",
    "showText",
    "setHtml",
    "insertHtml",
    "appendHtml",
    "setWhatsThis",
    "setMarkdown",
    "setStatusTip",
}
DIALOGS = {
    "QMessageBox",
    "QErrorMessage",
    "QInputDialog",
    "QProgressDialog",
    "QTextBrowser",
    "QStatusBar",
    "QSplashScreen",
}
PLACES = {
    ("ui/kit/tips.py", "setToolTip"),
    ("ui/kit/tips.py", "showText"),
    ("ui/people/codes_page.py", "setHtml"),  # a document for the printer, with names escaped
}


def test_every_tooltip_goes_through_one_door() -> None:
    found = set()
    for path in sorted((ROOT / "ui").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in GUESSES:
                found.add((name, node.attr))
            if isinstance(node, ast.Attribute) and node.attr in {"RichText", "AutoText", "MarkdownText", "ToolTipRole"}:
                found.add((name, node.attr))
            if isinstance(node, ast.alias) and node.name in DIALOGS:
                found.add((name, node.name))
    assert found - ESCAPED == PLACES, "use set_tip or show_tip of ui/kit/tips.py, and plain-text parts of the kit"


@pytest.mark.parametrize("text", [HOSTILE, "<b>x</b>", f"\n{HOSTILE}", "a &lt; b", "<a href='x'>y</a>", "<!-- x -->"])
def test_a_tooltip_shows_the_characters_of_the_text(qapp: QApplication, text: str) -> None:
    label = QLabel(plain_tip(text))
    if RichText.mightBeRichText(plain_tip(text)):
        edit = QTextEdit()
        edit.setHtml(label.text())
        assert edit.toPlainText().strip() == text.strip()
    else:
        assert label.text() == text


def markup_in(window: QWidget) -> list[str]:
    """Widgets below `window` that would show HTML of others, and labels that would guess."""
    found = [f"{where(one)}: {one.toolTip()}" for one in window.findChildren(QWidget) if "<img" in one.toolTip()]
    for label in window.findChildren(QLabel):
        if label.textFormat() == Qt.TextFormat.PlainText:
            continue
        if "<img" in label.text() or (label.textFormat() != Qt.TextFormat.RichText and label.text()):
            found.append(f"{where(label)}: {label.text()}")
    for view in window.findChildren(QAbstractItemView):
        found += [f"{where(view)}: {tip}" for tip in tips_of(view) if "<img" in tip]
    return found


def where(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def tips_of(view: QAbstractItemView) -> Iterator[str]:
    """The tooltips of a view's model, and what its delegate shows over the first rows."""
    model = view.model()
    for row in range(min(model.rowCount(), 20)):
        for column in range(model.columnCount(QModelIndex())):
            index = model.index(row, column)
            yield str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
            if isinstance(view, QTableView) and index.data():
                view.setColumnWidth(column, 12)
                event = QHelpEvent(QEvent.Type.ToolTip, QPoint(1, 1), QPoint(1, 1))
                view.itemDelegate().helpEvent(event, view, QStyleOptionViewItem(), index)
                yield QToolTip.text()
                QToolTip.hideText()


def test_the_checks_of_this_file_find_what_they_look_for(qapp: QApplication, qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    QLabel(HOSTILE, whole)
    tipped = QWidget(whole)
    tipped.setToolTip(HOSTILE)
    assert len(markup_in(whole)) == 2


def hostile_list(folder: Path) -> Path:
    path = inventory_csv(folder / "hostile.csv", 3, site=HOSTILE, first_serial=990000)
    text = path.read_text("utf-8").replace('"NIGHT VISION GOGGLE, TYPE A"', HOSTILE).replace("Vault 1", HOSTILE)
    path.write_text(text, "utf-8")
    return path


def test_no_page_of_hq_shows_markup_from_a_list(window: Window, world: World, tmp_path: Path) -> None:
    import_inventory(world.hq, read_inventory(hostile_list(tmp_path)))
    world.plan(site=HOSTILE)
    tips: list[str] = []
    for key in ALL_PAGES:
        page = window.page(key)
        for view in page.findChildren(QTableView):
            if view.isVisible() and view.model() is not None and view.model().rowCount():
                view.selectRow(0)
                window.settle()
        assert markup_in(window.shell) == [], key
        tips += [tip for view in page.findChildren(QTableView) for tip in tips_of(view)]
    assert any("&lt;img" in tip for tip in tips), "no cell with the text was in sight"


def test_the_import_page_shows_no_markup_from_a_workbook(window: Window, tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "<b>x"
    book.active.append(["Case", "Serial", "NSN", HOSTILE])
    book.active.append(["XX-B-ABC", HOSTILE, HOSTILE, HOSTILE])
    for number in range(2):
        book.create_sheet(f"<img src='file{number}'>").append([HOSTILE])
    path = tmp_path / f"list{HOSTILE.replace('/', '')}.xlsx"
    book.save(path)
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    page.show_import()
    page.importing.choice.path_field.set_path(path)
    page.importing.read()
    window.settle()
    assert page.importing.shown is not None
    assert markup_in(window.shell) == []


def test_no_page_of_the_field_shows_markup_from_tasking(qtbot: QtBot, tmp_path: Path) -> None:
    def planned(world: World) -> str:
        import_inventory(world.hq, read_inventory(hostile_list(world.folder)))
        visit_id = world.plan(site=HOSTILE).visit_id
        world.hand_over()
        return visit_id

    with field_at_work(qtbot, tmp_path / "world", plan=planned) as field:
        for key in ("visits", "sync"):
            field.open(key)
            assert markup_in(field.window) == [], key
        for key in ("visit", "site", "close_out"):
            field.open(key, field.visit_id)
            assert markup_in(field.window) == [], key
