"""The Devices page revokes a device, with a reason, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QWidget

from db.queries.people import all_devices
from eum_app.crypto.certificates import make_request
from eum_app.crypto.suites import Suite
from eum_app.usecases.authority.headquarters import authority_state
from sync.authority_file import open_authority
from sync.enrolment import write_request
from tests.builders import World
from tests.gui.hq_support import Window
from ui.hq.authority_part import MoveAuthorityDialog
from ui.hq.devices import DevicesPage

pytestmark = pytest.mark.usefixtures("look")


def revoked(world: World) -> list[str]:
    return [row.device for row in world.hq.read(all_devices) if row.revoked_at]


def select_first(window: Window) -> DevicesPage:
    page = window.page("devices")
    assert isinstance(page, DevicesPage)
    page.table.setFocus()
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    window.settle()
    return page


def press(window: Window, name: str) -> None:
    found = window.find(QPushButton, name)
    assert found.isVisible(), name
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)
    window.settle()


def test_a_selected_device_is_revoked_with_its_reason(window: Window, world: World) -> None:
    page = select_first(window)
    begin = window.find(QPushButton, "revoke_button")
    assert begin.text() == f"Revoke {world.device.name}, epoch 1…"
    press(window, "revoke_button")
    reason, confirm = window.find(QLineEdit, "revoke_reason"), window.find(QPushButton, "revoke_confirm_button")
    assert reason.hasFocus()
    assert not confirm.isEnabled()
    reason.setText("   ")
    assert not confirm.isEnabled()
    reason.setText("Left in a taxi; INS-017 reported it")
    press(window, "revoke_confirm_button")
    assert revoked(world) == [world.device.name]
    assert f"{world.device.name} is revoked" in page.notice.text
    assert not begin.isVisible(), "it cannot be revoked twice"


def test_cancel_and_another_selection_revoke_nothing(window: Window, world: World) -> None:
    page = select_first(window)
    press(window, "revoke_button")
    window.find(QLineEdit, "revoke_reason").setText("Lost")
    press(window, "revoke_cancel_button")
    assert window.find(QLineEdit, "revoke_reason").text() == ""
    press(window, "revoke_button")
    window.find(QLineEdit, "revoke_reason").setText("Lost")
    page.table.setCurrentIndex(page.table.model().index(-1, -1))
    window.settle()
    assert not window.find(QPushButton, "revoke_confirm_button").isVisible()
    assert revoked(world) == []


def test_a_request_replaced_after_the_comparison_is_not_signed(window: Window, world: World, tmp_path: Path) -> None:
    request, answer = tmp_path / "r.eumreq", tmp_path / "a.eumans"
    write_request(request, make_request("FLD-0099", Suite.P384)[1])
    page = window.page("devices")
    window.type_into("enrol_request_field_edit", str(request))
    press(window, "enrol_read_button")
    window.find(QAbstractButton, "enrol_compared_box").click()
    window.type_into("enrol_answer_field_edit", str(answer))
    write_request(request, make_request("FLD-0099", Suite.P384)[1])
    press(window, "enrol_sign_button")
    assert "was replaced" in page.notice.text
    assert not answer.exists()
    assert [row.device for row in world.hq.read(all_devices)] == [world.device.name]
    assert not window.find(QWidget, "enrol_fingerprint").isVisible(), "it has to be read and compared again"
    assert not window.find(QPushButton, "enrol_sign_button").isEnabled()


def dialog_of(window: Window) -> MoveAuthorityDialog:
    press(window, "authority_move_button")
    return window.find(MoveAuthorityDialog, "authority_dialog")


def test_a_reminder_stays_until_the_authority_is_moved_to_a_stick(window: Window, world: World, tmp_path: Path) -> None:
    page = select_first(window)
    assert window.find(QWidget, "authority_reminder").isVisible()
    dialog = dialog_of(window)
    assert not window.find(QPushButton, "authority_confirm_button").isEnabled()
    QTest.mouseClick(window.find(QPushButton, "authority_cancel_button"), Qt.MouseButton.LeftButton)
    window.settle()
    assert window.find(QWidget, "authority_reminder").isVisible()

    dialog = dialog_of(window)
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "authority.json").write_text("another one")
    for again in (False, True):
        dialog.folder.set_path(stick / "authority" if again else stick)
        for line in (dialog.passphrase.first, dialog.passphrase.again):
            line.setText("seven unrelated harbor lamps")
        press(window, "authority_confirm_button")
        if not again:
            assert "holds an authority already" in window.find(QLabel, "authority_error").text()
            assert (dialog.passphrase.first.text(), dialog.folder.path) == ("", stick)
            assert authority_state(world.hq).is_here is True
    assert "no longer in this store" in page.notice.text
    assert not window.find(QWidget, "authority_reminder").isVisible()
    assert authority_state(world.hq).is_here is False
    opened = open_authority(stick / "authority", passphrase="seven unrelated harbor lamps")
    assert opened.certificate.short_fingerprint == authority_state(world.hq).root_fingerprint


def test_the_end_of_hqs_certificate_is_announced(window: Window, world: World) -> None:
    page = select_first(window)
    reminder = window.find(QLabel, "authority_reminder")
    assert "certificate ends on" not in reminder.text()
    world.clock.instant = world.clock.instant.replace(year=world.clock.instant.year + 5) - timedelta(days=100)
    page.authority.ask()
    window.settle()
    assert "certificate ends on" in reminder.text()
    assert reminder.isVisible()
