"""The application window: unlocking, locking, closing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store
from tests.gui.field_world import StrangeWindows, unlock
from ui.window.app import AppWindow, build_window


def shown(folder: Path) -> AppWindow:
    window = build_window(folder, kdf=KdfParams.fast_for_tests(Suite.HYBRID))
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window, 60_000)
    return window


def press(window: AppWindow, name: str) -> None:
    made = window.findChild(QAbstractButton, name)
    assert made is not None, name
    assert made.isEnabled(), name
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)


def type_into(window: AppWindow, name: str, text: str) -> None:
    made = window.findChild(QLineEdit, name)
    assert made is not None, name
    made.setText(text)  # typed at once it would be a scan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    session = make_store(tmp_path / "store", "field", "FLD-0042", Clock())
    session.close()
    return tmp_path / "store"


def test_a_locked_device_shows_its_id_and_nothing_of_people(qtbot: QtBot, folder: Path) -> None:
    window = shown(folder)
    assert window.unlock_page is not None
    texts = " ".join(
        str(label.property("text")) for label in window.findChildren(QWidget) if label.property("text") is not None
    )
    assert "FLD-0042" in texts
    assert "INS-017" not in texts
    window.close()


def test_wrong_passphrase_then_right_then_lock(qtbot: QtBot, folder: Path) -> None:
    window = shown(folder)
    unlock(qtbot, window, "wrong horse battery staple")
    page = window.unlock_page
    assert page is not None
    qtbot.waitUntil(page._error.isVisible, timeout=120_000)
    assert window.shell is None
    assert "wrong horse" not in page._error.text()
    type_into(window, "passphrase_field", PASSPHRASE)
    QTest.keyClick(page.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    assert window.tasks.wait_idle(120)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.unlock_page is not None, timeout=120_000)
    assert window.session is None
    window.close()


def test_unlocking_shows_no_window_but_its_own(qtbot: QtBot, folder: Path, qapp: QApplication) -> None:
    window = shown(folder)
    watch = StrangeWindows()
    qapp.installEventFilter(watch)
    unlock(qtbot, window)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    assert window.tasks.wait_idle(120)
    qapp.removeEventFilter(watch)
    assert watch.seen == []
    assert qapp.activeWindow() is window
    window.close()


def test_closing_ends_the_session_and_every_thread(qtbot: QtBot, folder: Path) -> None:
    before = set(threading.enumerate())
    window = shown(folder)
    unlock(qtbot, window)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    window.close()
    left = [one.name for one in set(threading.enumerate()) - before if not one.name.startswith("Dummy")]
    assert left == []
    again = open_store(folder, "INS-017", PASSPHRASE)
    again.close()


def test_a_damaged_key_file_is_reported_and_nothing_is_overwritten(qtbot: QtBot, folder: Path) -> None:
    (folder / "keyslots.json").write_bytes(b"{")
    window = shown(folder)
    assert window.unlock_page is not None
    assert window.unlock_page._error.isVisible()
    assert (folder / "keyslots.json").read_bytes() == b"{"
    window.close()
