"""Locked out: three failures, the way on, a recovery code typed or scanned, a new passphrase."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.recovery import make_recovery_codes
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store
from tests.gui.field_world import unlock
from tests.gui.scanner_hand import burst
from ui.shared.strength import strength_of
from ui.window.app import AppWindow, build_window
from ui.window.recovery import RecoveryPage

NEW = "seven unrelated harbor lamps"


def said(window: AppWindow) -> str:
    return " ".join(one.text() for one in window.findChildren(QLabel) if one.isVisible())


def says(window: AppWindow, words: str) -> bool:
    return words in said(window)


def find(window: AppWindow, name: str) -> QPushButton:
    found = window.findChild(QPushButton, name)
    assert found is not None
    return found


def recovery_page(qtbot: QtBot, window: AppWindow) -> RecoveryPage:
    qtbot.waitUntil(lambda: isinstance(window._front.page, RecoveryPage), timeout=120_000)
    page = window._front.page
    assert isinstance(page, RecoveryPage)
    return page


def test_three_failures_lock_and_a_code_opens(qtbot: QtBot, tmp_path: Path) -> None:
    session = make_store(tmp_path / "store", "field", "FLD-0042", Clock())
    codes = make_recovery_codes(session).codes
    session.close()
    window = build_window(tmp_path / "store", kdf=KdfParams.fast_for_tests(Suite.P384))
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window, 60_000)
    link = find(window, "recovery_link")
    assert not link.isEnabled()  # nothing before the notice
    for left in (2, 1):
        unlock(qtbot, window, "not the passphrase")
        qtbot.waitUntil(partial(says, window, f"Tries left: {left}"), timeout=120_000)
    unlock(qtbot, window, "not the passphrase")
    qtbot.waitUntil(lambda: "locked" in said(window), timeout=120_000)
    unlock(qtbot, window, PASSPHRASE)  # the right one does not help now
    qtbot.waitUntil(lambda: window.unlock_page is not None and not window.unlock_page.is_busy, timeout=120_000)
    assert "recovery code" in said(window)
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    page = recovery_page(qtbot, window)
    assert "INS-017" not in said(window)
    page.account.setText("INS-017")
    page.code.setFocus()
    burst(codes[3] + "\r")  # scanned from the paper
    qtbot.waitUntil(lambda: page.code.text() == codes[3], timeout=120_000)
    page.code.clear()
    QTest.keyClicks(page.code, codes[3].lower().replace("-", "")[:-1], delay=60)
    QTest.qWait(150)
    assert "27 of 28" in said(window)
    page.code.insert("1" if codes[3][-1] != "I" else "0")
    page._follow_code(page.code.text())
    assert not find(window, "recover_button").isEnabled()
    page.code.setText(codes[3].lower())
    page._follow_code(page.code.text())
    for line in (page.passphrase.first, page.passphrase.again):
        line.setFocus()
        QTest.keyClicks(line, NEW)
    QTest.mouseClick(find(window, "recover_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    assert window.tasks.wait_idle(120)
    window.close()
    with pytest.raises(Refusal, match=r"passphrase\.wrong"):
        open_store(tmp_path / "store", "INS-017", PASSPHRASE)
    open_store(tmp_path / "store", "INS-017", NEW).close()


def test_a_wrong_code_says_nothing_of_accounts(qtbot: QtBot, tmp_path: Path) -> None:
    session = make_store(tmp_path / "store", "field", "FLD-0042", Clock())
    code = make_recovery_codes(session).codes[0]
    session.close()
    window = build_window(tmp_path / "store", kdf=KdfParams.fast_for_tests(Suite.P384))
    window.show()
    page = window.unlock_page
    assert page is not None
    page.accept_notice()
    find(window, "recovery_link").click()
    recovery = recovery_page(qtbot, window)
    error = window.findChild(QWidget, "recovery_error")
    assert isinstance(error, QLabel)
    told: list[str] = []
    for account, given in (("ABSENT", code), ("INS-017", "AAAA-" * 6 + "AAAA")):
        error.hide()
        recovery.recover_requested.emit(account, given, NEW)
        qtbot.waitUntil(error.isVisible, timeout=120_000)
        told.append(error.text())
    assert told[0].startswith("This code does not open this account")
    find(window, "recovery_back_button").click()
    assert window.unlock_page is not None
    window.close()


@pytest.mark.parametrize(
    ("passphrase", "tone", "is_enough"),
    [
        ("short", "bad", False),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", "warn", True),
        ("qwertyuiop1234567890", "warn", True),
        ("FLD-0042 is my machine", "warn", True),
        ("elephant7", "warn", True),
        ("seven unrelated harbor lamps", "ok", True),
    ],
)
def test_strength_says_what_can_be_seen(passphrase: str, tone: str, is_enough: bool) -> None:
    found = strength_of(passphrase, ("FLD-0042", "INS-017"))
    assert (found.tone, found.is_enough) == (tone, is_enough)
