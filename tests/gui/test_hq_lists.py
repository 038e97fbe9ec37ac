"""Lists through the window: columns corrected, profiles saved and offered, claims kept, bad files refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from openpyxl import Workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QTableView
from sqlalchemy import func, select

from db.claim_tables import claims, profiles
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import all_sites
from db.tables import items, journal
from tests.builders import World, inventory_csv
from tests.gui.hq_support import Window, hq_window, hq_world
from ui.hq.inventory import InventoryPage
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme

ODD = "Case,P/N,S/N,Bin,Dlvd,Whose\nXX-B-ABC,A,1,Shelf 4,03/04/2025,Unit 4\nXX-B-ABC,A,2,Shelf 5,04/04/2025,Unit 4\n"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = hq_world(tmp_path)
    yield made
    made.close()


@pytest.fixture
def window(world: World, tasks: Tasks, look: Theme, tmp_path: Path) -> Iterator[Window]:
    assert look.mode == "light"
    with hq_window(world.hq, tasks, tmp_path) as made:
        yield made


def opened(window: Window) -> InventoryPage:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    window.press("inventory_import_list")
    return page


def read(window: Window, path: Path) -> None:
    window.type_into("inventory_file_field_edit", str(path))
    window.press("inventory_read_button")


def choose(window: Window, name: str, words: str) -> None:
    """By keyboard, as a person does: only that counts as a choice."""
    box = window.find(QComboBox, name)
    at = next(at for at in range(box.count()) if box.itemText(at).startswith(words))
    box.setFocus()
    while box.currentIndex() != at:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down if before < at else Qt.Key.Key_Up)
        assert box.currentIndex() != before
        window.settle()


def texts(table: QTableView, column: int) -> list[str]:
    model = table.model()
    return [str(model.index(line, column).data()) for line in range(model.rowCount())]


def accepted(page: InventoryPage) -> list[Any]:
    preview = page.importing.preview
    assert preview is not None
    rows: list[Any] = preview.accepted
    return rows


def kept(world: World) -> tuple[int, ...]:
    with world.hq.store.reading() as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (items, claims, profiles, journal)
        )


def test_headings_are_corrected_and_the_profile_is_offered_again(window: Window, world: World, tmp_path: Path) -> None:
    page = opened(window)
    path = tmp_path / "odd.csv"
    path.write_text(ODD, "utf-8")
    read(window, path)
    assert page.importing.preview is None, "day or month: asked first"
    choose(window, "list_date_order", "Day first")
    assert [str(row.delivery_date) for row in accepted(page)] == ["2025-04-03", "2025-04-04"]
    assert [row.location for row in accepted(page)] == ["Shelf 4", "Shelf 5"]
    choose(window, "list_column_5", "Location")
    assert [row.location for row in accepted(page)] == ["Unit 4", "Unit 4"]
    assert window.find(QComboBox, "list_column_3").currentText() == "Leave out", "one column, one heading"
    window.type_into("list_profile_name", "Odd lists")
    window.press("list_profile_save")
    assert "Odd lists" in page.notice.text

    again = tmp_path / "again.csv"
    again.write_text(ODD.replace("A,1", "A,7"), "utf-8")
    read(window, again)
    assert page.importing.preview is None
    window.press("list_profile_use")
    assert [(row.serial, row.location) for row in accepted(page)] == [("7", "Unit 4"), ("2", "Unit 4")]
    assert not window.find(QPushButton, "list_profile_use").isVisible()
    before = kept(world)[0]
    window.press("inventory_import_button")
    assert kept(world)[0] == before + 2


def test_a_partners_report_is_kept_as_claims_and_told_in_the_history(
    window: Window, world: World, tmp_path: Path
) -> None:
    page = opened(window)
    (first, *_) = world.hq.read(find_item_ids, ItemFilter())
    path = tmp_path / "report.csv"
    path.write_text("Serial,Unit,State,Date\n786950,Unit 4,in repair,2026-09-30\n4711,Unit 4,lost,2026-09-30\n")
    read(window, path)
    assert page.importing.preview is None
    choose(window, "list_kind", "Partner report")
    table = window.find(QTableView, "claims_table")
    assert texts(table, 1) == ["One item", "No item"]
    button = window.find(QPushButton, "inventory_import_button")
    assert button.text() == "Keep 2 claims"
    before = kept(world)
    window.press("inventory_import_button")
    assert "the book is unchanged" in page.notice.text
    assert kept(world)[:2] == (before[0], before[1] + 2)
    window.type_into("items_search", "786950")
    window.key(Qt.Key.Key_Return)
    told = [widget.accessibleName() for widget in page.history._shown]
    assert told[0] == "Claim: in repair, Unit 4, 30 Sep 2026 · Partner report report.csv, line 2"
    assert len(told) > 1, "beside the sightings"
    assert first


def test_rejected_rows_are_exported_corrected_and_read_again(window: Window, world: World, tmp_path: Path) -> None:
    page = opened(window)
    path = inventory_csv(tmp_path / "more.csv", 3, "Base 12", 501800)
    path.write_text(path.read_text("utf-8").replace(",501801,", ",5.018E+05,"), "utf-8")
    read(window, path)
    assert texts(window.find(QTableView, "accepted_table"), 1) == ["New item", "New item"]
    page.importing.rows.tabs.chosen.emit("rejected")
    out = tmp_path / "mend.csv"
    window.type_into("rejected_path_edit", str(out))
    window.press("rejected_export")
    window.press("inventory_import_button")
    out.write_text(out.read_text("utf-8-sig").replace("5.018E+05", "501801"), "utf-8")
    window.press("inventory_import_list")
    read(window, out)
    before = kept(world)[0]
    window.press("inventory_import_button")
    assert kept(world)[0] == before + 1


def test_a_file_that_changed_after_the_preview_is_not_imported(window: Window, world: World, tmp_path: Path) -> None:
    page = opened(window)
    path = inventory_csv(tmp_path / "more.csv", 3, "Base 12", 501800)
    read(window, path)
    path.write_text(path.read_text("utf-8").replace("501801", "501809"), "utf-8")
    before = kept(world)
    window.press("inventory_import_button")
    assert "has changed since it was shown" in page.notice.text
    assert kept(world) == before


def a_book(change: Callable[[Workbook], None]) -> bytes:
    book = Workbook()
    book.active.append(["Case", "P/N", "S/N"])
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_macros(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return out.getvalue()


def a_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(300):
                part.write(bytes(1024 * 1024))
    return out.getvalue()


BAD: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "not a workbook": (lambda: b"PK\x03\x04 and no more", "not an Excel workbook"),
    "macros": (lambda: with_macros(a_book(lambda book: book.active.append(["XX-B-ABC", "A", "1"]))), "contains macros"),
    "a bomb": (a_bomb, "would unpack"),
    "a NUL": (lambda: b"Case,P/N,S/N\nXX-B-ABC,A,\x001\n", "NUL"),
    "a lone quote": (lambda: b'Case,P/N,S/N\nXX-B-ABC,A,"1\nXX-B-ABC,A,2\n', "never closed"),
    "a cell of 10 MB": (lambda: b"Case,P/N,S/N\nXX-B-ABC,A," + b"1" * 10_000_000 + b"\n", "characters"),
    "nothing": (lambda: b"", "is empty"),
}


def test_bad_files_are_refused_with_a_sentence_and_leave_nothing(window: Window, world: World, tmp_path: Path) -> None:
    page = opened(window)
    before = kept(world)
    for name, (make, words) in BAD.items():
        path = tmp_path / "bad.csv"
        path.write_bytes(make())
        for kind in ("Inventory", "Partner report"):
            choose(window, "list_kind", kind)
            window.type_into("inventory_file_field_edit", "")
            read(window, path)
            assert page.importing.preview is None, name
            assert words in page.importing.choice.problem.text(), name
            assert not window.find(QPushButton, "inventory_import_button").isVisible(), name
    assert kept(world) == before


@pytest.mark.data
def test_the_sample_depot_is_shown_and_imported_whole(window: Window, world: World, shared_data: Path) -> None:
    page = opened(window)
    window.type_into("inventory_file_field_edit", str(shared_data / "baseline-depot-7.xlsx"))
    window.press("inventory_read_button")
    assert len(accepted(page)) == 214
    before = kept(world)[0]
    window.press("inventory_import_button")
    assert kept(world)[0] == before + 214


def test_facets_narrow_the_list_and_count(window: Window) -> None:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    box = window.find(QComboBox, "facet_country")
    assert [box.itemText(at) for at in range(box.count())] == ["All countries", "XX · 6"]
    window.type_into("items_search", "786953")
    window.key(Qt.Key.Key_Return)
    assert window.find(QComboBox, "facet_site_id").itemText(1) == "Depot 7 · 1"
    choose(window, "facet_site_id", "Depot 7")
    assert page._model.rowCount() == 1
    choose(window, "facet_site_id", "All sites")
    assert page._model.rowCount() == 1


HELD = "".join(f"XX-B-ABC,A,1HLD9,{serial},Depot 7\n" for serial in ("MAR-05", "9/5/2005", "#NV"))


def test_rows_that_only_look_damaged_are_taken_as_the_plate_says(window: Window, world: World, tmp_path: Path) -> None:
    page = opened(window)
    path = tmp_path / "held.csv"
    path.write_text(f"Case,P/N,CAGE,S/N,Site\n{HELD}", "utf-8")
    read(window, path)
    assert [bad.line for bad in page.importing.preview.rejected] == [2, 3, 4]
    plate = page.importing.rows.plate
    assert plate.isVisible()
    assert not plate.all_button.isEnabled()  # no reason yet
    window.type_into("plate_reason", "read on the item by INS-017")
    page.importing.rows.table().selectRow(0)
    window.press("plate_says_this")
    assert [row.serial for row in page.importing.preview.accepted] == ["MAR-05"]
    window.type_into("plate_reason", "photo of 12 May")
    window.press("plate_says_all")
    assert [row.serial for row in page.importing.preview.accepted] == ["MAR-05", "9/5/2005"]
    assert [bad.line for bad in page.importing.preview.rejected] == [4]
    assert not plate.isVisible()
    before = kept(world)
    window.press("inventory_import_button")
    assert kept(world) != before
    assert page.importing.preview is None or page.importing.preview.plate.reason.count(";") == 1


def test_other_values_of_listed_items_are_shown_and_taken_when_ticked(
    window: Window, world: World, tmp_path: Path
) -> None:
    page = opened(window)
    path = inventory_csv(tmp_path / "again.csv", 6)
    path.write_text(path.read_text("utf-8").replace("Depot 7", "Depot 9", 2), "utf-8")
    read(window, path)
    differs = texts(page.importing.rows.table(), 7)
    assert differs.count("–") == 4
    assert "the book has Depot 7, the list Depot 9" in differs[0]
    box = window.find(QCheckBox, "inventory_update_box")
    assert (box.isVisible(), box.isChecked(), "2 items" in box.text()) == (True, False, True)
    box.click()
    window.press("inventory_import_button")
    assert {row.name for row in world.hq.read(all_sites)} == {"Depot 7", "Depot 9"}


def test_what_of_a_list_is_not_read_is_named(window: Window, tmp_path: Path) -> None:
    page = opened(window)
    path = tmp_path / "list.csv"
    path.write_bytes("Case,P/N,S/N,Color,Site\nXX-B-ABC,A,1,green,Склад\n".encode("cp1251"))
    read(window, path)
    told = page.importing.choice.notes.text()
    assert page.importing.choice.notes.isVisible()
    assert "Windows-1252" in told
    assert "Color" in told
    choose(window, "list_encoding", "Windows-1251 (Cyrillic)")
    assert "Windows-1252" not in page.importing.choice.notes.text()
    assert accepted(page)[0].site == "Склад"
