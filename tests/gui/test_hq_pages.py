"""The HQ pages do their work through their widgets: list in, visit out, bundle in, report out, device enrolled."""

from __future__ import annotations

import csv
import hashlib
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QWidget,
)

from db.queries.findings import open_count
from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.people import all_devices
from db.queries.visits import all_visits
from eum_app.usecases.exchange.enrol_device import accept_enrolment, enrolment_state, read_answer, request_enrolment
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.reporting.verify_report import verify_report
from tests.builders import World, inventory_csv, make_store
from tests.gui.hq_support import Window, hq_window, hq_world, inspected, inspected_at_hq
from ui.audit.reports_page import ReportsPage
from ui.hq.inbox import DropZone, InboxPage
from ui.hq.inbox_outcomes import outcome_words
from ui.hq.inventory import InventoryPage
from ui.hq.visits import PLAN, VisitsPage
from ui.kit import settings
from ui.kit.models import select_id
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme
from ui.kit.widgets import ValueText

pytestmark = pytest.mark.usefixtures("look")


# Inventory


def test_a_list_is_seen_first_and_then_imported(window: Window, world: World, tmp_path: Path) -> None:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    path = inventory_csv(tmp_path / "more.csv", 3, "Base 12", 501800)
    path.write_text(path.read_text("utf-8").replace(",501801,", ",5.018E+05,"), "utf-8")
    before = world.hq.read(find_item_ids, ItemFilter())
    window.press("inventory_import_list")
    window.type_into("inventory_file_field_edit", str(path))
    window.key(Qt.Key.Key_Return)
    preview = page.importing.preview
    assert preview is not None
    assert (len(preview.accepted), len(preview.rejected)) == (2, 1)
    table = window.find(QTableView, "rejected_table")
    assert table.model().index(0, 0).data() == "3"
    assert "5.018E+05" in table.model().index(0, 1).data()
    assert table.model().index(0, 2).data() == "serial.scientific_notation"
    assert world.hq.read(find_item_ids, ItemFilter()) == before
    assert window.find(QPushButton, "inventory_import_button").text() == "Import 2 items"
    window.press("inventory_import_button")
    assert len(world.hq.read(find_item_ids, ItemFilter())) == len(before) + 2
    assert page.table.isVisible()
    assert page._model.rowCount() == len(before) + 2
    assert "2 items imported" in page.notice.text


def test_doubtful_dates_are_asked_about_in_place(window: Window, tmp_path: Path) -> None:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    path = inventory_csv(tmp_path / "dates.csv", 2, "Base 12", 501800)
    path.write_text(path.read_text("utf-8").replace("2025-02-12", "03/04/2025"), "utf-8")
    window.press("inventory_import_list")
    window.type_into("inventory_file_field_edit", str(path))
    window.press("inventory_read_button")
    assert not window.find(QPushButton, "inventory_import_button").isVisible()
    window.press("date_order_day_first")
    preview = page.importing.preview
    assert preview is not None
    shipped = preview.accepted[0].ship_date
    assert shipped is not None
    assert shipped.isoformat() == "2025-04-03"


def test_what_is_not_a_list_is_refused_in_place(window: Window, tmp_path: Path) -> None:
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    path = tmp_path / "photo.csv"
    path.write_bytes(bytes(range(256)) * 4)
    window.press("inventory_import_list")
    window.type_into("inventory_file_field_edit", str(path))
    window.press("inventory_read_button")
    assert page.importing.preview is None
    assert page.importing.choice.problem.text()
    assert not window.find(QPushButton, "inventory_import_button").isVisible()


def test_an_item_is_found_and_its_history_told(window: Window, world: World) -> None:
    inspected_at_hq(world)
    page = window.page("inventory")
    assert isinstance(page, InventoryPage)
    window.type_into("items_search", "786953")
    window.key(Qt.Key.Key_Return)
    assert page._model.rowCount() == 1
    told = [widget.accessibleName() for widget in page.history._shown]
    assert told[0].startswith("Not found, INS-017")
    window.type_into("items_search", "no such thing")
    window.key(Qt.Key.Key_Return)
    assert page._none.isVisible()


# Visits


def test_a_visit_is_planned_and_its_tasking_is_taken_by_the_device(window: Window, world: World) -> None:
    page = window.page("visits")
    assert isinstance(page, VisitsPage)
    window.press("visits_plan")
    plan = window.find(QPushButton, "plan_button")
    assert not plan.isEnabled()
    assert "site" in window.find(QLabel, "plan_open").text()
    for name in ("plan_site", "plan_purpose", "plan_device", "plan_item_checklist", "plan_site_checklist"):
        box = window.find(QComboBox, name)
        assert box.currentIndex() == -1, name
        box.setFocus()
        window.key(Qt.Key.Key_Down)
        assert box.currentIndex() == 0, name
    window.type_into("plan_inspector", "INS-017")
    assert "6 items" in window.find(QLabel, "plan_open").text()
    plan.click()
    window.find(QLineEdit, "plan_inspector").insert("8")  # a person types on while the visit is being recorded
    assert not plan.isEnabled(), "a second click would plan a second visit"
    page.open_form()
    assert window.find(QComboBox, "plan_site").currentIndex() == 0, "Ctrl+N does not clear the form that is shown"
    window.settle()
    (visit,) = world.hq.read(all_visits)
    assert (visit.expected, visit.device, visit.inspector) == (6, "FLD-0042", "INS-017")
    (tasking,) = (world.folder / "outbox").glob("*.eumb")
    assert tasking.name in page.notice._detail.text()
    assert [outcome.outcome for outcome in import_bundles(world.device, [tasking]).outcomes] == ["accepted"]
    assert world.device.read(all_visits)[0].visit_id == visit.visit_id
    assert page._right.currentIndex() != PLAN


def test_a_visit_shows_what_came_in(window: Window, world: World) -> None:
    inspected_at_hq(world)
    page = window.page("visits")
    assert isinstance(page, VisitsPage)
    assert page.view._chips["verified"].text() == "5 Verified"
    assert page.view._chips["not_found"].text() == "1 Not found"
    assert page.view.checks.model.rowCount() == 7
    assert "Not closed out" in page.view._closing.text()
    assert page.view._verdict.text() == "Incomplete"
    assert page.view._reasons.text().startswith("Questions about the site still open: ")
    assert page.view._reasons.text().endswith("; the visit is not closed out.")


def test_photos_and_note_behind_a_check_open_from_the_visit(window: Window, world: World) -> None:
    """Once they opened only from a finding."""
    inspected_at_hq(world)
    page = window.page("visits")
    assert isinstance(page, VisitsPage)
    assert not page.view.photos.isVisible()
    assert page.view.shown is not None
    (of_check,) = [row.check_id for row in page.view.shown.checks if row.has_note]
    table = page.view.checks.table
    before = table.viewport().mapTo(page, QPoint())
    select_id(table, of_check)
    window.settle()
    assert page.view.photos.isVisible()
    assert table.viewport().mapTo(page, QPoint()) == before, "the second click of a double click finds the same row"
    assert len(page.view.photos.strip.keys) == 1
    note = window.find(QLabel, "visit_check_note")
    assert "no paperwork shown" in note.text()
    page.view.photos.open_picture(page.view.photos.strip.keys[0])
    verified = next(row.check_id for row in page.view.shown.checks if row.outcome == "verified")
    select_id(page.view.checks.table, verified)
    window.settle()
    assert page.view.photos.strip.keys == []
    assert "Serial plate matches: Yes" in note.text()


# Inbox


def test_a_receipt_in_several_files_is_named_file_by_file(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, results = inspected(world)
    world.plan()
    monkeypatch.setattr("eum_app.usecases.exchange.seal_bundle.PART_ENTRIES", 4)
    (outcome,) = import_bundles(world.hq, [results], tmp_path / "receipts").outcomes
    files = sorted((tmp_path / "receipts").iterdir())
    assert len(files) > 1
    assert sorted(outcome.receipts) == files
    _said, todo = outcome_words(outcome)
    assert all(str(path) in todo for path in files)
    assert f"all {len(files)} files" in todo


def test_each_bundle_says_what_became_of_it(window: Window, world: World, tmp_path: Path) -> None:
    page = window.page("inbox")
    assert isinstance(page, InboxPage)
    _, results = inspected(world)
    damaged = tmp_path / "damaged.eumb"
    data = bytearray(results.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    notes = tmp_path / "notes.txt"
    notes.write_text("not a bundle")
    window.type_into("inbox_path_field_edit", "; ".join(str(path) for path in (results, damaged, notes)))
    window.press("inbox_import_button")
    said = [widget.accessibleName() for widget in page._outcome_rows]
    assert len(said) == 3
    by_file = {text.split(":")[0]: text for text in said}
    assert "Accepted" in by_file[results.name]
    assert "2 new findings" in by_file[results.name]
    assert "Refused" in by_file["damaged.eumb"]
    assert "Refused" in by_file["notes.txt"]
    (receipt,) = (world.folder / "outbox").glob("*.eumb")
    assert receipt.name in by_file[results.name]
    assert world.hq.read(open_count) == 2
    assert page._bundles.rowCount() == 1
    assert page._kept.rowCount() == 1
    # Once more: nothing is added, and it says so.
    window.type_into("inbox_path_field_edit", str(results))
    window.key(Qt.Key.Key_Return)
    (again,) = [widget.accessibleName() for widget in page._outcome_rows]
    assert "Already imported" in again
    assert world.hq.read(open_count) == 2


def test_a_dropped_folder_is_imported(window: Window, world: World, tmp_path: Path) -> None:
    page = window.page("inbox")
    _, results = inspected(world)
    folder = tmp_path / "stick"
    folder.mkdir()
    shutil.copy(results, folder)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.find(DropZone, "inbox_drop_zone").dropEvent(drop)
    window.settle()
    assert world.hq.read(open_count) == 2
    assert page.notice.text


# Reports


def test_a_report_is_previewed_and_written_with_its_proof(window: Window, world: World) -> None:
    inspected_at_hq(world)
    page = window.page("reports")
    assert isinstance(page, ReportsPage)
    assert page._model.rowCount() == 6
    path = world.folder / "status.csv"
    window.type_into("report_path_field_edit", str(path))
    window.press("report_export_button")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 7
    shown = " ".join(part.toPlainText() for part in page.exporting.proof.findChildren(ValueText))
    assert hashlib.sha384(path.read_bytes()).hexdigest() in shown.replace(" ", "")
    assert f"{path.name}.sidecar.json" in shown.replace(" ", "")
    assert "6 rows" in page.exporting.verified.text()


def test_an_earlier_report_is_replaced_only_after_asking(window: Window, world: World) -> None:
    inspected_at_hq(world)
    page = window.page("reports")
    assert isinstance(page, ReportsPage)
    path = world.folder / "status.csv"
    window.type_into("report_path_field_edit", str(path))
    window.press("report_export_button")
    assert page.notice.text == "Report written: status.csv"
    before = path.read_bytes()
    window.type_into("report_case", "yy-b-abc")
    page.filters._typing.stop()
    window.settle()
    QTest.mouseClick(page.exporting.export_button, Qt.MouseButton.LeftButton)
    assert (page.notice.text, page.exporting._done.isHidden()) == ("", True), "the earlier export"
    window.settle()
    assert page.notice.text == "There is a file named status.csv already. It was not changed."
    assert path.read_bytes() == before
    window.type_into("report_case", "xx-b-abc")
    page.filters._typing.stop()
    window.settle()
    assert page.notice._action.text() == "Replace it"
    QTest.mouseClick(page.notice._action, Qt.MouseButton.LeftButton)
    window.settle()
    assert page.notice.text == "Report written: status.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1, "what was asked for is written, not what is chosen now"
    assert verify_report(path, world.hq).holds


def test_a_visit_record_is_replaced_only_after_asking(window: Window, world: World) -> None:
    inspected_at_hq(world)
    page = window.page("visits")
    assert isinstance(page, VisitsPage)
    window.press("visit_write_record")
    assert page.notice.text == "Visit record written"
    (record,) = (world.folder / "outbox").glob("visit-record-*.pdf")
    before = record.read_bytes()
    window.press("visit_write_record")
    assert page.notice.text == f"There is a file named {record.name} already. It was not changed."
    assert record.read_bytes() == before
    QTest.mouseClick(page.notice._action, Qt.MouseButton.LeftButton)
    window.settle()
    assert page.notice.text == "Visit record written"
    assert verify_report(record, world.hq).holds


def test_a_filter_narrows_the_preview(window: Window) -> None:
    page = window.page("reports")
    assert isinstance(page, ReportsPage)
    window.type_into("report_case", "yy-b-abc")
    page.filters._typing.stop()
    page.load()
    window.settle()
    assert page._model.rowCount() == 0
    assert page.wanted()["case_id"] == "YY-B-ABC"


def test_a_name_that_is_no_csv_is_refused_and_nothing_is_written(window: Window, world: World) -> None:
    page = window.page("reports")
    path = world.folder / "status.doc"
    window.type_into("report_path_field_edit", str(path))
    window.press("report_export_button")
    assert page.notice.text
    assert not path.exists()


# Devices


def test_a_device_is_enrolled_after_the_fingerprints_were_compared(tmp_path: Path, tasks: Tasks) -> None:
    world = hq_world(tmp_path, role="reviewer")
    device = make_store(tmp_path / "fld-0099", "field", "FLD-0099", world.clock)
    try:
        request, answer = tmp_path / "r.eumreq", tmp_path / "a.eumans"
        asked = request_enrolment(device, request)
        with hq_window(world.hq, tasks, tmp_path) as window:
            window.page("devices")
            window.type_into("enrol_request_field_edit", str(request))
            window.press("enrol_read_button")
            assert window.find(ValueText, "enrol_fingerprint").toPlainText() == asked.fingerprint
            sign = window.find(QPushButton, "enrol_sign_button")
            assert not sign.isEnabled()
            window.find(QAbstractButton, "enrol_compared_box").click()
            window.type_into("enrol_answer_field_edit", str(answer))
            window.press("enrol_sign_button")
            own = window.find(ValueText, "hq_fingerprint").toPlainText()
        assert {row.device for row in world.hq.read(all_devices)} == {"FLD-0042", "FLD-0099"}
        assert read_answer(device, answer).root_fingerprint == own
        accept_enrolment(device, answer, own)
        assert enrolment_state(device).is_enrolled
    finally:
        device.store.close()
        world.close()


def test_what_is_no_request_is_refused_in_place(window: Window, tmp_path: Path) -> None:
    window.page("devices")
    path = tmp_path / "r.eumreq"
    path.write_bytes(b"no request")
    window.type_into("enrol_request_field_edit", str(path))
    window.press("enrol_read_button")
    assert not window.find(QWidget, "enrol_fingerprint").isVisible()


def test_hq_has_settings_without_what_only_a_device_does(window: Window, look: Theme) -> None:
    page = window.page("settings")
    window.press("settings_theme_dark")
    window.press("settings_scale_130")
    assert (look.name, look.scale) == ("dark", 130)
    kept = settings.Settings()
    assert (kept.value(settings.THEME), kept.value(settings.SCALE)) == ("dark", 130)
    assert page.findChild(QWidget, "settings_pictures") is None
    assert page.findChild(QWidget, "settings_sounds") is None
    said = [str(one.property("text")) for one in page.findChildren(QWidget)]
    assert "This workstation" in said
    assert "REV-004" in said
    look.set_scale(100)
    look.set_mode("light")
