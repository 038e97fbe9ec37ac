"""Items and Settings on a device: search and history by keyboard; a choice holds at once and is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from db.queries.activity import ActivityFilter, activity_ids
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import item, items_by_id
from eum_app.usecases.session import record_notes
from tests.gui.field_world import Field, field_at_work
from ui.field.items_page import ItemsPage
from ui.kit import settings
from ui.kit.models import current_id
from ui.kit.theme import Theme
from ui.shared.narrowed_bar import NarrowedBar
from ui.window import app


@pytest.fixture
def field(qtbot: QtBot, look: Theme, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        yield made


def items_page(field: Field) -> ItemsPage:
    field.press("rail_items")
    page = field.shell.page("items")
    assert isinstance(page, ItemsPage)
    return page


def test_every_item_is_there_and_found_by_its_serial(field: Field) -> None:
    page = items_page(field)
    assert page.table.model().rowCount() == len(field.session.read(find_item_ids, ItemFilter())) > 1
    serial = page.table.model().index(1, 0).data()
    page.search.setFocus()
    field.type(serial)
    field.until(lambda: page.table.model().rowCount() == 1)
    field.until(lambda: serial in page.side.history.accessibleName())
    assert page.table.model().index(0, 0).data() == serial
    record_notes(field.session)  # who looked at it
    (item_id,) = field.session.read(find_item_ids, ItemFilter(words=serial))
    noted = field.session.read(activity_ids, ActivityFilter(kind="RecordsRead", words=item_id))
    assert len(noted) == 1


def test_history_tells_of_a_check(field: Field) -> None:
    field.open("visit")
    page = field.shell.page("items")
    assert isinstance(page, ItemsPage)
    item_id = field.session.read(find_item_ids, ItemFilter())[0]
    serial = field.session.read(item, item_id).serial
    field.identify(serial)
    field.press("all_as_expected_button")
    field.press("verified_button")
    field.open("items", item_id)
    assert current_id(page.table) == item_id

    def words() -> list[str]:
        return [one.text() for one in page.side.history.findChildren(QLabel) if one.isVisible()]

    field.until(lambda: "Verified" in words())
    assert "· INS-017" in words()


def test_a_search_that_finds_nothing_says_so(field: Field) -> None:
    page = items_page(field)
    page.search.setFocus()
    field.type("zzz")
    field.until(lambda: page.table.model().rowCount() == 0)
    assert not page.table.isVisible()
    assert any(one.text() == "No items match" and one.isVisible() for one in page.findChildren(QLabel))


def test_a_scan_finds_an_item_wherever_the_focus_is(field: Field) -> None:
    page = items_page(field)
    everything = page.table.model().rowCount()
    rows = field.session.read(items_by_id, field.session.read(find_item_ids, ItemFilter())).values()
    wanted = next(row for row in rows if row.uii)
    page.table.setFocus()
    field.scan(wanted.uii)
    field.until(lambda: page.table.model().rowCount() == 1)
    field.until(lambda: wanted.serial in page.side.history.accessibleName())
    assert current_id(page.table) == wanted.item_id
    bar = field.find("device_items_narrowed", NarrowedBar)
    assert bar.text == f"Only: 1 item with the scanned mark {wanted.uii}"
    field.press("device_items_narrowed_all")
    field.until(lambda: page.table.model().rowCount() == everything)
    assert not bar.isVisible()
    page.search.setFocus()  # a scan into the search field is one mark, not text
    field.scan(wanted.serial)
    field.until(lambda: page.table.model().rowCount() == 1)
    assert page.search.text() == ""
    field.type(wanted.serial[:3])  # typing begins another search
    field.until(lambda: page.table.model().rowCount() >= 1 and not bar.isVisible())


def test_a_scan_that_names_no_item_says_so_and_leaves_the_list(field: Field) -> None:
    page = items_page(field)
    everything = page.table.model().rowCount()
    field.scan("NO-SUCH-ITEM-77")
    field.until(page.notice.isVisible)
    assert page.notice.text == "No item has the scanned mark NO-SUCH-ITEM-77."
    assert page.table.model().rowCount() == everything


def test_near_items_of_a_scan_are_shown_as_near(field: Field) -> None:
    page = items_page(field)
    rows = field.session.read(items_by_id, field.session.read(find_item_ids, ItemFilter())).values()
    wanted = next(row for row in rows)
    field.scan(f"0{wanted.serial}")
    bar = field.find("device_items_narrowed", NarrowedBar)
    field.until(bar.isVisible)
    assert "not have exactly this mark" in bar.text
    assert wanted.item_id in page.table.model().ids()  # type: ignore[attr-defined]


def test_looks_hold_at_once_and_are_kept(field: Field, look: Theme) -> None:
    field.press("rail_settings")
    page = field.shell.page("settings")
    field.press("settings_theme_dark")
    field.press("settings_scale_130")
    assert (look.name, look.scale) == ("dark", 130)
    button = field.find("settings_density_glove", QAbstractButton)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    field.until(lambda: look.density == "glove")
    kept = settings.Settings()
    assert (kept.value(settings.THEME), kept.value(settings.DENSITY)) == ("dark", "glove")
    assert kept.value(settings.SCALE) == 130
    look.set_scale(200)  # by key, anywhere: the page follows, and what was chosen here stays kept
    assert field.find("settings_scale_200", QAbstractButton).isChecked()
    words = [one.accessibleName() for one in page.findChildren(QAbstractButton)]
    assert "Theme: Dark" in words
    look.set_scale(100)
    look.set_density("normal")
    look.set_mode("light")
    app._take_look()
    assert (look.name, look.density, look.scale) == ("dark", "glove", 130)


def test_a_look_that_this_version_does_not_know_is_the_system_s(qtbot: QtBot, look: Theme) -> None:
    settings.settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings.settings_file().write_text('{"look": {"mode": "sepia", "scale": 900}}')
    app._take_look()
    assert (look.mode, look.scale) == ("system", 200)


def test_only_this_device_s_accounts_and_its_store(field: Field) -> None:
    field.press("rail_settings")
    page = field.shell.page("settings")
    words = [one.text() for one in page.findChildren(QLabel) if one.isVisible()]
    assert "INS-017" in words
    assert "unlocked now" in words
    assert not any("REV-" in said for said in words)
