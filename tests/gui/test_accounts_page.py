"""Accounts and lock: one's own passphrase and codes, other people's accounts, the minutes until it locks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from eum_app.domain.errors import Refusal
from eum_app.usecases.people.accounts import list_accounts, require_passphrase
from eum_app.usecases.people.recovery import make_recovery_codes
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store
from tests.gui.field_world import unlock
from ui.kit import settings
from ui.people.accounts_page import AccountsPage
from ui.people.codes_page import CodesPage
from ui.window.app import AppWindow, build_window

NEW = "seven unrelated harbor lamps"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[AppWindow]:
    make_store(tmp_path / "store", "hq", "HQ-01", Clock(), role="administrator").close()
    made = build_window(tmp_path / "store")
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made, 60_000)
    unlock(qtbot, made, who="REV-004")
    qtbot.waitUntil(lambda: made.shell is not None, timeout=120_000)
    assert made.shell is not None
    settle(made)
    made.shell.show_page("accounts")
    settle(made)
    yield made
    made.close()


def settle(window: AppWindow) -> None:
    for _ in range(3):
        assert window.tasks.wait_idle(120)


def page_of(window: AppWindow) -> AccountsPage:
    assert window.shell is not None
    page = window.shell.page("accounts")
    assert isinstance(page, AccountsPage)
    return page


def fill(window: AppWindow, name: str, text: str) -> None:
    line = window.findChild(QLineEdit, name)
    assert line is not None, name
    line.setText(text)


def press(window: AppWindow, name: str) -> None:
    made = window.findChild(QAbstractButton, name)
    assert made is not None, name
    assert made.isEnabled(), name
    made.click()
    settle(window)


def test_an_account_is_added_locked_unlocked_reset_and_removed(window: AppWindow, tmp_path: Path) -> None:
    page = page_of(window)
    fill(window, "add_account_field", "INS-017")
    role = window.findChild(QComboBox, "add_role")
    assert role is not None
    role.setCurrentIndex(role.findData("inspector"))
    fill(window, "add_countries_field", "xa, XB")
    fill(window, "add_passphrase_field", PASSPHRASE)
    assert not page.adding.add_button.isEnabled()
    fill(window, "add_passphrase_again_field", PASSPHRASE)
    press(window, "add_account_button")
    session = window.session
    assert session is not None
    (own, added) = sorted(list_accounts(session), key=lambda state: not state.is_own)
    assert own.account == "REV-004"
    assert (added.account, added.role, added.scope.countries, added.state) == (
        "INS-017",
        "inspector",
        ("XA", "XB"),
        "active",
    )
    for _ in range(3):
        with pytest.raises(Refusal):
            open_store(tmp_path / "store", "INS-017", "not the passphrase")
    page.opened(None)
    settle(window)
    row = window.findChild(QWidget, "account_INS-017")
    assert row is not None
    assert "Locked" in row.accessibleName()
    press(window, "unlock_INS-017")
    press(window, "reset_INS-017")
    fill(window, "add_passphrase_field", NEW)
    fill(window, "add_passphrase_again_field", NEW)
    press(window, "add_account_button")
    open_store(tmp_path / "store", "INS-017", NEW).close()
    press(window, "remove_INS-017")  # asks
    assert len([one for one in list_accounts(session) if one.state == "active"]) == 2
    press(window, "remove_INS-017")
    assert [one.state for one in list_accounts(session) if not one.is_own] == ["removed"]


def test_a_reset_can_be_canceled(window: AppWindow) -> None:
    page = page_of(window)
    fill(window, "add_account_field", "INS-017")
    role = window.findChild(QComboBox, "add_role")
    assert role is not None
    role.setCurrentIndex(role.findData("inspector"))
    for name in ("add_passphrase_field", "add_passphrase_again_field"):
        fill(window, name, "a passphrase for another")
    press(window, "add_account_button")
    for name in ("add_passphrase_field", "add_passphrase_again_field"):
        fill(window, name, "a passphrase for another")
    press(window, "reset_INS-017")
    assert not page.adding.first.is_ready, "it was typed for another account"
    press(window, "cancel_reset_button")
    assert page.adding.account.isEnabled()
    assert page.adding.account.text() == ""
    assert page.adding.add_button.text() == "Add the account"
    assert not page.adding.cancel_button.isVisible()


def test_a_passphrase_that_no_window_would_take_is_refused_in_words(window: AppWindow) -> None:
    field = page_of(window).adding.first
    long = "four unrelated words " * 60
    assert len(long) > 1024
    for typed, fits, said in (
        (long, True, "Long"),
        ("[)>four unrelated words", False, "scanned mark"),
        ("wörter " * 700, False, "Too long"),
    ):
        for line in (field.first, field.again):
            line.setText(typed)
        assert field.is_ready is fits
        assert said in field.strength.words
        assert field.take() == typed
    with pytest.raises(Refusal, match=r"passphrase\.as_mark"):
        require_passphrase("[)>four unrelated words")


def test_a_sheet_of_codes_is_written_whole_or_not_at_all(window: AppWindow, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="limits of a process are set otherwise on this system")
    press(window, "make_codes_button")
    page = window.findChild(CodesPage)
    assert page is not None
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "codes.pdf"
    page.path_field.set_path(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        page.save()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "disk is full" in page.notice.text
    assert not path.exists()
    page.save()
    assert "Saved" in page.notice.text
    assert path.read_bytes().rstrip().endswith(b"%%EOF")
    page.save()
    assert "already a file" in page.notice.text
    page.path_field.set_path(tmp_path / ("x" * 300))
    page.save()
    assert "Saved" not in page.notice.text


def test_ones_own_passphrase_and_codes(window: AppWindow, tmp_path: Path) -> None:
    fill(window, "old_passphrase_field", PASSPHRASE)
    fill(window, "new_passphrase_field", NEW)
    fill(window, "new_passphrase_again_field", NEW)
    press(window, "change_passphrase_button")
    open_store(tmp_path / "store", "REV-004", NEW).close()
    press(window, "make_codes_button")
    assert window.shell is not None
    assert window.shell.current_key == "codes"
    shown = [window.findChild(QLabel, f"code_{at}") for at in range(1, 11)]
    assert len({one.text() for one in shown if one is not None}) == 10
    done = window.findChild(QAbstractButton, "codes_done_button")
    assert done is not None
    assert not done.isEnabled()
    fill(window, "codes_file_edit", str(tmp_path / "codes.pdf"))
    press(window, "codes_save_button")
    assert (tmp_path / "codes.pdf").read_bytes().startswith(b"%PDF")
    box = window.findChild(QCheckBox, "codes_confirm_box")
    assert box is not None
    box.setChecked(True)
    press(window, "codes_done_button")
    assert window.shell.current_key == "accounts"
    assert window.findChild(QLabel, "code_1") is None


def test_the_minutes_until_it_locks_are_kept_and_hold_at_once(window: AppWindow) -> None:
    page = page_of(window)
    tab = next(one for one in page.lock.lock_after.findChildren(QAbstractButton) if one.text() == "5")
    QTest.mouseClick(tab, Qt.MouseButton.LeftButton)
    assert settings.Settings().value(settings.LOCK_AFTER) == 5
    assert window._watch is not None
    assert window._watch.idle._limit_s == 300


def test_hq_reads_out_one_code_after_another(window: AppWindow) -> None:
    session, shown = window.session, window.findChild(QLabel, "read_out_code")
    assert session is not None
    assert shown is not None
    codes = make_recovery_codes(session).codes
    read_out = window.findChild(QAbstractButton, "read_out_button")
    assert read_out is not None
    assert not read_out.isEnabled()
    fill(window, "read_out_device_field", "HQ-01")
    fill(window, "read_out_account_field", "ABSENT")
    press(window, "read_out_button")
    assert "HQ has no recovery codes for ABSENT" in page_of(window).notice.text
    assert shown.text() == ""
    fill(window, "read_out_account_field", "REV-004")
    for code in codes[:2]:
        press(window, "read_out_button")
        assert shown.text() == code
    fill(window, "read_out_account_field", "")
    assert shown.text() == ""  # it does not stay in sight
