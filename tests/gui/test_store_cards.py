"""The store as a whole, by an administrator: a new data key, erasing after failures, erasing now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from db.keyslots import read_store_file
from eum_app.usecases.people.recovery import make_recovery_codes, open_with_recovery_code
from eum_app.usecases.store.erase import erase_after
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.store.store_label import notice_beside
from tests.builders import PASSPHRASE, Clock, make_store
from tests.gui.field_world import unlock
from tests.gui.test_kit_tasks import count_for_ever
from ui.people.accounts_page import AccountsPage
from ui.window.app import AppWindow, build_window
from ui.window.first_start import FirstStart

NEW = "seven unrelated harbor lamps"


def at_accounts(qtbot: QtBot, folder: Path, who: str) -> AppWindow:
    made = build_window(folder)
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made, 60_000)
    unlock(qtbot, made, who=who)
    qtbot.waitUntil(lambda: made.shell is not None, timeout=120_000)
    assert made.shell is not None
    settle(made)
    made.shell.show_page("accounts")
    settle(made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def window(qtbot: QtBot, folder: Path) -> Iterator[AppWindow]:
    make_store(folder, "field", "FLD-0042", Clock(), role="administrator").close()
    made = at_accounts(qtbot, folder, "INS-017")
    yield made
    made.close()


def settle(window: AppWindow) -> None:
    for _ in range(3):
        assert window.tasks.wait_idle(120)


def find(window: AppWindow, name: str) -> QAbstractButton:
    made = window.findChild(QAbstractButton, name)
    assert made is not None, name
    return made


def press(window: AppWindow, name: str) -> None:
    assert find(window, name).isEnabled(), name
    QTest.mouseClick(find(window, name), Qt.MouseButton.LeftButton)
    settle(window)


def fill(window: AppWindow, name: str, text: str) -> None:
    line = window.findChild(QLineEdit, name)
    assert line is not None, name
    line.setText(text)


def notice(window: AppWindow) -> str:
    assert window.shell is not None
    return window.shell.page("accounts").notice.text


def test_a_new_data_key_once_no_other_window_has_the_store_open(window: AppWindow, folder: Path) -> None:
    session = window.session
    assert session is not None
    code = make_recovery_codes(session).codes[0]
    before, data_key = read_store_file(folder), session.ticket.data_key
    assert not find(window, "rotate_button").isEnabled()  # a reason is recorded
    fill(window, "rotate_reason_field", "yearly")
    child = window.tasks.child(count_for_ever)
    find(window, "rotate_button").click()
    assert "in the background" in notice(window)
    child.kill()
    settle(window)
    other = open_store(folder, "INS-017", PASSPHRASE)
    press(window, "rotate_button")
    assert "Another person or another window has this store open" in notice(window)
    assert read_store_file(folder) == before
    other.close()
    find(window, "rotate_button").click()
    dialog = window.findChild(QDialog, "rotating_dialog")
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()  # nothing gets at the store meanwhile
    settle(window)
    assert "has a new key" in notice(window)
    assert window.findChild(QDialog, "rotating_dialog") is None
    assert session.ticket.data_key != data_key
    assert window.shell is not None
    window.shell.show_page("activity")  # what reads goes on
    settle(window)
    window.close()
    open_store(folder, "INS-017", PASSPHRASE).close()
    open_with_recovery_code(folder, "INS-017", code, NEW).close()


def test_erasing_by_itself_is_off_until_an_administrator_sets_it(window: AppWindow) -> None:
    session, said = window.session, window.findChild(QLabel, "erase_after_now")
    assert session is not None
    assert said is not None
    assert said.text() == "Now: never."
    press(window, "erase_after_10")
    assert erase_after(session) == 10
    assert "10 failed tries" in said.text()
    press(window, "erase_after_0")
    assert erase_after(session) == 0
    assert said.text() == "Now: never."


def test_erasing_says_what_is_lost_wants_the_name_and_starts_over(
    qtbot: QtBot, window: AppWindow, folder: Path
) -> None:
    press(window, "erase_button")
    dialog = window.findChild(QDialog, "erase_dialog")
    assert dialog is not None
    shown = [one.text() for one in dialog.findChildren(QLabel)]
    assert "Not received by HQ, lost" in shown
    confirm = find(window, "erase_confirm_button")
    fill(window, "erase_name_field", "FLD-0043")
    assert not confirm.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    open_store(folder, "INS-017", PASSPHRASE).close()
    settle(window)
    press(window, "erase_button")
    fill(window, "erase_name_field", "FLD-0042")
    confirm = find(window, "erase_confirm_button")
    QTest.mouseClick(confirm, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(window._front.page, FirstStart), timeout=120_000)
    assert window.session is None
    assert list(folder.iterdir()) == []


def test_a_mistake_of_the_program_while_erasing_lets_the_person_go_on(
    qtbot: QtBot, window: AppWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_session: object, _confirm: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ui.window.work.erase_store", broken)
    press(window, "erase_button")
    fill(window, "erase_name_field", "FLD-0042")
    QTest.mouseClick(find(window, "erase_confirm_button"), Qt.MouseButton.LeftButton)
    shell = window.shell
    assert shell is not None
    qtbot.waitUntil(lambda: "Erasing stopped" in notice(window), timeout=120_000)
    assert window.findChild(QDialog, "erase_dialog") is None
    assert shell._crash.isVisible()
    QTest.mouseClick(shell._crash.go_on_button, Qt.MouseButton.LeftButton)
    assert shell.current_key == "accounts"
    assert find(window, "erase_button").isEnabled()
    shell.show_page("activity")  # work goes on
    settle(window)
    window.close()
    open_store(folder, "INS-017", PASSPHRASE).close()


def test_only_administrators_see_it(qtbot: QtBot, folder: Path) -> None:
    make_store(folder, "field", "FLD-0042", Clock()).close()
    window = at_accounts(qtbot, folder, "INS-017")
    assert window.shell is not None
    page = window.shell.page("accounts")
    assert isinstance(page, AccountsPage)
    assert page.store is None
    assert window.findChild(QAbstractButton, "erase_button") is None
    window.close()


def test_a_notice_is_set_by_an_administrator(window: AppWindow, folder: Path) -> None:
    page = window.findChild(AccountsPage)
    assert page is not None
    assert page.store is not None
    card = page.store.notice
    assert not card.set_button.isEnabled()
    card.text.setPlainText("What you do here is recorded.")
    card.required.setChecked(True)
    QTest.mouseClick(card.set_button, Qt.MouseButton.LeftButton)
    settle(window)
    assert "next time the store is opened" in page.notice.text
    found = notice_beside(folder)
    assert found is not None
    assert (found.text, found.is_required) == ("What you do here is recorded.", True)
