"""A new device by its own pages: request, answer, fingerprint compared, tasking in, receipt back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from db.keyslots import open_by_code, read_store_file
from db.queries import exchange
from eum_app.crypto.recovery_codes import parse
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.exchange.enrol_device import enrolment_state, read_request, sign_enrolment
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device
from eum_app.usecases.lists.import_inventory import import_inventory
from tests.builders import Clock, World, inventory_csv, make_store
from tests.gui.field_world import Field, unlock
from ui.window.app import build_window


def paste(edit: QLineEdit, text: str) -> None:
    """Keys without a pause would be a hand scanner's burst, which no field gets."""
    edit.setFocus()
    QGuiApplication.clipboard().setText(text)
    QTest.keySequence(edit, QKeySequence(QKeySequence.StandardKey.Paste))


def take_codes(field: Field, folder: Path) -> None:
    """The recovery codes that the enrollment made: each one opens the store, and they are gone once confirmed."""
    field.until(lambda: field.shell.current_key == "codes")
    first = field.find("code_1", QLabel).text()
    store_file = read_store_file(field.session.store.folder)
    assert open_by_code(store_file, "INS-017", parse(first))[1].number == 1
    assert store_file.escrow is not None
    assert "HQ can also read one out" in " ".join(
        one.text() for one in field.window.findChildren(QLabel) if one.isVisible()
    )
    done = field.find("codes_done_button", QAbstractButton)
    assert not done.isEnabled()
    field.find("codes_file_edit", QLineEdit).setText(str(folder / "codes.pdf"))
    field.press("codes_save_button")
    assert (folder / "codes.pdf").read_bytes().startswith(b"%PDF")
    field.find("codes_confirm_box", QCheckBox).setChecked(True)
    field.press("codes_done_button")
    assert field.window.findChild(QLabel, "code_1") is None


def test_from_request_to_receipt(qtbot: QtBot, tmp_path: Path) -> None:
    clock = Clock()
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", clock)
    make_store(tmp_path / "fld-0042", "field", "FLD-0042", clock).close()
    window = build_window(tmp_path / "fld-0042", outbox=tmp_path / "outbox", inbox=tmp_path / "inbox")
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window, 60_000)
    unlock(qtbot, window)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    field = Field(qtbot, window, tmp_path, "")
    field.open("sync")
    assert not field.sync.seal_button.isEnabled()

    request, answer = tmp_path / "outbox" / "FLD-0042.eumreq", tmp_path / "FLD-0042.eumans"
    field.press("make_request_button")
    field.until(request.is_file)
    shown = [str(one.property("plainText")) for one in field.sync.enrol.findChildren(QWidget)]
    assert read_request(request).fingerprint in shown
    enrolled = sign_enrolment(hq, request, answer, compared=read_request(request).fingerprint)
    assert enrolled.device == "FLD-0042"
    paste(field.find("answer_path_edit", QLineEdit), str(answer))
    field.press("read_answer_button")
    root = field.find("root_fingerprint_field", QLineEdit)
    assert root.isVisible()
    assert root.text() == ""  # it is heard, typed and compared, never offered
    paste(root, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    QTest.keyClick(root, Qt.Key.Key_Return)
    field.idle()
    assert field.sync.enrol.isVisible()
    assert field.sync.notice.text
    root.clear()
    paste(root, enrolment_state(hq).root_fingerprint)
    QTest.keyClick(root, Qt.Key.Key_Return)
    take_codes(field, tmp_path)
    assert field.shell.current_key == "sync"
    assert "enrolled" in field.sync.notice.text
    field.until(field.sync.seal_button.isEnabled)
    assert not field.sync.enrol.isVisible()

    import_inventory(hq, read_inventory(inventory_csv(tmp_path / "list.csv", 2)))
    world = World(tmp_path, clock, hq, {})
    visit_id = world.plan().visit_id
    tasking = seal_for_device(hq, "FLD-0042", tmp_path / "drop").path
    field.find("inbox_path_edit", QLineEdit).setText(str(tasking))
    field.press("import_button")
    field.until(lambda: field.sync._task is None)
    field.open("visits", "")
    assert window.findChild(QWidget, f"open_visit_{visit_id}") is not None

    field.open("sync")
    field.press("seal_button")
    field.until(lambda: field.sync._task is None)
    sent = list((tmp_path / "outbox").glob("*.eumb"))
    assert len(sent) == 1
    outcome = import_bundles(hq, sent, tmp_path / "drop").outcomes[0]
    assert outcome.outcome == "accepted"
    assert outcome.receipt_path is not None
    field.find("inbox_path_edit", QLineEdit).setText(str(outcome.receipt_path))
    field.press("import_button")
    field.until(lambda: field.sync._task is None)
    bundles = field.session.read(exchange.all_bundles, "FLD-0042", "out")
    assert [one.is_received for one in bundles] == [True]
    hq.store.close()
    window.close()
    QApplication.sendPostedEvents(None, 0)
