"""The Devices page revokes a device, with a reason, once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from db.queries.people import all_devices
from tests.builders import World
from tests.gui.hq_support import Window
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
