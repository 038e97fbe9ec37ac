"""Every page of HQ: names, object names, roles, small and large windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.builders import Clock, World, make_store
from tests.gui.field_world import StrangeWindows, unlock
from tests.gui.hq_support import Window, hq_window, inspected_at_hq
from ui.audit.reports_page import ReportsPage
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.kit.widgets import NoticeBar
from ui.window.app import build_window

pytestmark = pytest.mark.usefixtures("look")
ALL_PAGES = (
    "overview",
    "review",
    "inbox",
    "inventory",
    "visits",
    "inquiries",
    "incidents",
    "reports",
    "devices",
    "activity",
    "settings",
)


def interactive(page: QWidget) -> list[QWidget]:
    """Widgets that can be pressed, typed into or walked through, without Qt's own inner parts."""
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QAbstractSpinBox, QPlainTextEdit)
    found = [widget for kind in kinds for widget in page.findChildren(kind)]
    inner = (QComboBox, QAbstractSpinBox, QAbstractItemView)
    return [
        widget
        for widget in found
        if not isinstance(widget, QHeaderView)
        and not widget.objectName().startswith("qt_")
        and not (isinstance(widget.parentWidget(), NoticeBar) and widget.isHidden())
        and not any(isinstance(parent, inner) for parent in _parents(widget, page))
    ]


def _parents(widget: QWidget, top: QWidget) -> Iterator[QWidget]:
    parent = widget.parentWidget()
    while parent is not None and parent is not top:
        yield parent
        parent = parent.parentWidget()


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def test_the_rail_names_each_page(window: Window) -> None:
    names = ["Overview", "Review", "Inbox", "Inventory", "Visits", "Inquiries", "Incidents", "Reports", "Devices"]
    names += ["Activity log", "Settings"]
    entries = [window.find(QAbstractButton, f"rail_{key}") for key in ALL_PAGES]
    assert [entry.accessibleName().partition(",")[0] for entry in entries] == names
    everywhere = [entry.text for entry in window.shell.keys()[1]]
    assert [f"Go to {name}" for name in names] == [text for text in everywhere if text.startswith("Go to")]


def test_every_widget_of_every_page_has_a_name(window: Window, world: World) -> None:
    inspected_at_hq(world)
    for key in ALL_PAGES:
        page = window.page(key)
        found = interactive(page)
        assert len(found) >= 2, key
        assert [type(widget).__name__ + widget.objectName() for widget in found if not _name(widget)] == [], key
        assert page.accessibleName()


def test_fields_and_their_buttons_can_be_found_by_object_name(window: Window) -> None:
    for key in ALL_PAGES:
        window.page(key)
    for name in (
        "inbox_path_field_edit",
        "inbox_import_button",
        "inventory_file_field_edit",
        "inventory_import_button",
        "items_search",
        "plan_site",
        "plan_button",
        "report_path_field_edit",
        "report_export_button",
        "enrol_request_field_edit",
        "enrol_sign_button",
        "findings_list",
        "review_resolve",
        "review_comment",
        "review_confirm",
    ):
        assert window.find(QWidget, name) is not None


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_a_role_sees_its_pages_and_why_a_button_is_closed(tmp_path: Path, tasks: Tasks, role: str) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role=role)
    try:
        with hq_window(hq, tasks, tmp_path) as window:
            shown = window.shell.rail.keys()
            if role == "auditor":
                assert list(shown) == ["inventory", "reports", "activity", "settings"]
                assert not window.find(QPushButton, "inventory_import_list").isEnabled()
            else:
                assert list(shown) == list(ALL_PAGES)
                page = window.page("reports")
                assert not window.find(QPushButton, "report_export_button").isEnabled()
                assert isinstance(page, ReportsPage)
                assert page.exporting.denied.isVisible()
                assert "Administrator" in page.exporting.denied.text()
    finally:
        hq.store.close()


@pytest.mark.parametrize("role", ["reviewer", "auditor", "administrator"])
def test_no_part_of_a_page_is_a_window_while_it_is_made(qtbot: QtBot, tmp_path: Path, role: str) -> None:
    make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role=role).store.close()
    window = build_window(tmp_path / "hq", outbox=tmp_path / "outbox", inbox=tmp_path / "drop")
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window, 60_000)
    unlock(qtbot, window, who="REV-004")
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    strange, app = StrangeWindows(), QApplication.instance()
    assert app is not None
    assert window.shell is not None
    app.installEventFilter(strange)
    for key in window.shell.page_keys:
        window.shell.show_page(key)
        assert window.tasks.wait_idle(120)
    app.removeEventFilter(strange)
    window.close()
    assert strange.seen == []


def test_every_page_fits_a_small_window_and_twice_the_size(window: Window, world: World, look: Theme) -> None:
    inspected_at_hq(world)
    window.shell.resize(1366, 768)
    for scale in (100, 200):
        look.set_scale(scale)
        for key in ALL_PAGES:
            page = window.page(key)
            assert page.minimumSizeHint().width() <= 1366 - window.shell.rail.minimumWidth(), (key, scale)
