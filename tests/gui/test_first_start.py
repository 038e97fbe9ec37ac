"""The assistant of the first start: four short steps, by keyboard, and what comes after them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from db.keyslots import read_store_file
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.usecases.people.recovery import open_with_recovery_code
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE
from tests.gui.field_world import HUMAN_MS
from tests.gui.scanner_hand import burst
from ui.devices.wedge_filter import WedgeFilter
from ui.kit.theme import Theme
from ui.window.app import AppWindow, build_window
from ui.window.first_start import FirstStart, NewStore

NEW = "seven unrelated harbor lamps"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new"


@pytest.fixture
def window(qtbot: QtBot, folder: Path) -> Iterator[AppWindow]:
    made = build_window(folder, kdf=KdfParams.fast_for_tests(Suite.HYBRID))
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made, 60_000)
    yield made
    made.close()


def page_of(window: AppWindow) -> FirstStart:
    assert isinstance(window._front.page, FirstStart)
    return window._front.page


def find(window: QWidget, name: str) -> QAbstractButton:
    made = window.findChild(QAbstractButton, name)
    assert made is not None, name
    return made


def press(window: QWidget, name: str) -> None:
    assert find(window, name).isEnabled(), name
    QTest.mouseClick(find(window, name), Qt.MouseButton.LeftButton)


def fill(window: QWidget, name: str, text: str) -> None:
    made = window.findChild(QLineEdit, name)
    assert made is not None, name
    assert made.isVisible(), name
    made.setText(text)  # typed at once it would be a scan


def error_of(window: QWidget) -> str:
    made = window.findChild(QLabel, "first_start_error")
    assert made is not None
    return made.text() if made.isVisible() else ""


def up_to_passphrase(window: AppWindow, kind: str, name: str, account: str, role: str, url: str = "") -> None:
    press(window, f"kind_{kind}")
    press(window, "next_button")
    fill(window, "name_field", name)
    if url:
        fill(window, "database_url_field", url)
    press(window, "next_button")
    fill(window, "account_field", account)
    press(window, f"role_{role}")
    press(window, "next_button")
    fill(window, "passphrase_field", PASSPHRASE)
    fill(window, "passphrase_again_field", PASSPHRASE)


def focused(window: AppWindow) -> QWidget:
    found: QWidget | None = window.focusWidget()
    assert found is not None
    return found


def key(qtbot: QtBot, window: AppWindow, pressed: Qt.Key) -> None:
    QTest.keyClick(focused(window), pressed)
    settled(qtbot)


def keys(qtbot: QtBot, window: AppWindow, text: str) -> None:
    for letter in text:
        QTest.keyClicks(focused(window), letter)
        QTest.qWait(HUMAN_MS)
    settled(qtbot)


def settled(qtbot: QtBot) -> None:
    """Keys are held until it is clear that they are no scan."""
    app = QApplication.instance()
    assert app is not None
    qtbot.waitUntil(lambda: not any(one.is_pending for one in app.findChildren(WedgeFilter)), timeout=120_000)


@pytest.mark.parametrize("gap_ms", [0, 12, 45, 100])
def test_fast_typing_is_never_swallowed(qtbot: QtBot, window: AppWindow, folder: Path, gap_ms: int) -> None:
    page = page_of(window)
    press(window, "kind_field")
    press(window, "next_button")
    page.name.setFocus()
    burst("FLD-0042", gap_ms=gap_ms, end="")
    # At once. The button opens when the name arrives, which is before the click.
    QTest.mouseClick(find(window, "next_button"), Qt.MouseButton.LeftButton)
    assert page.name.text() == "FLD-0042"
    assert page.step == "account"
    page.account.setFocus()
    burst("INS-017", gap_ms=gap_ms, end="")
    qtbot.waitUntil(lambda: page.account.text() == "INS-017", timeout=120_000)


def test_a_scan_is_refused_in_place(window: AppWindow, folder: Path) -> None:
    burst("FLD-0042")
    assert "does not use scanned marks" in error_of(window)
    burst("FLD-0042", pause_at=1, pause_ms=200)
    assert "interrupted" in error_of(window)


def test_a_field_store_by_keyboard_alone(qtbot: QtBot, window: AppWindow, folder: Path) -> None:
    page = page_of(window)
    key(qtbot, window, Qt.Key.Key_Return)
    assert page.step == "kind"  # nothing is chosen beforehand
    key(qtbot, window, Qt.Key.Key_Space)
    key(qtbot, window, Qt.Key.Key_Return)
    assert page.step == "place"
    keys(qtbot, window, "FLD-7")
    key(qtbot, window, Qt.Key.Key_Return)
    assert page.step == "account"
    keys(qtbot, window, "INS-017")
    key(qtbot, window, Qt.Key.Key_Tab)
    key(qtbot, window, Qt.Key.Key_Space)
    key(qtbot, window, Qt.Key.Key_Return)
    assert page.step == "passphrase"
    assert "FLD-7 · INS-017 · Inspector" in [one.text() for one in page.findChildren(QLabel)]
    for line in (page.passphrase.first, page.passphrase.again):
        assert window.focusWidget() is line
        QTest.keyClicks(line, PASSPHRASE)
        key(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    assert window.tasks.wait_idle(120)
    assert window.shell is not None
    assert window.shell.current_key == "visits"
    window.shell.show_page("sync")
    assert window.tasks.wait_idle(120)
    card = window.findChild(QWidget, "enrol_card")
    assert card is not None
    assert card.isVisible()
    window.close()
    open_store(folder, "INS-017", PASSPHRASE).close()


def test_the_fips_profile_is_chosen_with_the_kind(qtbot: QtBot, folder: Path) -> None:
    window = build_window(folder, kdf=KdfParams.fast_for_tests(Suite.P384))
    qtbot.addWidget(window)
    window.show()
    find(window, "approved_only_box").click()
    up_to_passphrase(window, "field", "FLD-7", "INS-017", "inspector")
    press(window, "create_store_button")
    qtbot.waitUntil(lambda: window.session is not None, timeout=120_000)
    assert window.session is not None
    assert window.session.suite is Suite.P384
    (slot,) = read_store_file(folder).slots
    assert slot.kdf.kdf == "pbkdf2-sha512"
    window.close()


def test_an_hq_gets_recovery_codes_at_once(qtbot: QtBot, window: AppWindow, folder: Path) -> None:
    up_to_passphrase(window, "hq", "HQ-01", "ADM-001", "administrator")
    press(window, "create_store_button")
    qtbot.waitUntil(lambda: window.shell is not None and window.shell.current_key == "codes", timeout=120_000)
    first = window.findChild(QLabel, "code_1")
    assert first is not None
    code = first.text()
    assert not find(window, "codes_done_button").isEnabled()
    find(window, "codes_confirm_box").setChecked(True)
    press(window, "codes_done_button")
    assert window.shell is not None
    assert window.shell.current_key == "overview"
    assert window.findChild(QLabel, "code_1") is None
    assert window.tasks.wait_idle(120)
    window.close()
    open_with_recovery_code(folder, "ADM-001", code, NEW).close()


def test_codes_not_yet_confirmed_are_found_again(qtbot: QtBot, window: AppWindow, look: Theme) -> None:
    up_to_passphrase(window, "hq", "HQ-01", "ADM-001", "administrator")
    press(window, "create_store_button")
    qtbot.waitUntil(lambda: window.shell is not None and window.shell.current_key == "codes", timeout=120_000)
    shell = window.shell
    assert shell is not None
    look.set_scale(200)
    window.resize(1366, 768)
    QApplication.processEvents()
    sixth = window.findChild(QLabel, "code_6")
    assert sixth is not None
    assert sixth.mapTo(window, sixth.rect().topRight()).x() < window.width()
    code = sixth.text()
    look.set_scale(100)
    for key in ("inventory", "accounts"):
        shell.show_page(key)
        notice = shell.page(key).notice
        assert "not confirmed" in notice.text
        (back,) = [one for one in notice.findChildren(QAbstractButton) if one.text() == "Back to the codes"]
        QTest.mouseClick(back, Qt.MouseButton.LeftButton)
        assert shell.current_key == "codes"
        assert sixth.isVisible()
        assert sixth.text() == code
    shell.show_page("inventory")
    shell.show_page("codes")
    find(window, "codes_confirm_box").setChecked(True)
    press(window, "codes_done_button")
    shell.show_page("inventory")
    assert shell.page("inventory").notice.text == ""
    assert window.tasks.wait_idle(120)


@pytest.mark.parametrize(("role", "page"), [("administrator", "devices"), ("auditor", "inventory")])
def test_a_new_hq_leads_to_the_authoritys_key_if_asked(qtbot: QtBot, window: AppWindow, role: str, page: str) -> None:
    press(window, "kind_hq")
    press(window, "next_button")
    assert not find(window, "moves_authority_box").isChecked()
    find(window, "moves_authority_box").setChecked(True)
    press(window, "back_button")
    up_to_passphrase(window, "hq", "HQ-01", "ADM-001", role)
    press(window, "create_store_button")
    qtbot.waitUntil(lambda: window.shell is not None and window.shell.current_key == "codes", timeout=120_000)
    find(window, "codes_confirm_box").setChecked(True)
    press(window, "codes_done_button")
    assert window.shell is not None
    assert window.shell.current_key == page
    assert window.tasks.wait_idle(120)
    if page == "devices":
        qtbot.waitUntil(lambda: find(window, "authority_move_button").isVisible(), timeout=60_000)
    window.close()


def test_a_device_is_not_asked_about_the_authority(window: AppWindow) -> None:
    press(window, "kind_field")
    press(window, "next_button")
    assert not find(window, "moves_authority_box").isVisible()


def test_what_was_typed_survives_going_back(window: AppWindow) -> None:
    page = page_of(window)
    up_to_passphrase(window, "hq", "HQ-01", "ADM-001", "administrator", "postgresql://eum@db.example/eum")
    for step in ("account", "place", "kind"):
        QTest.keyClick(focused(window), Qt.Key.Key_Escape)
        assert page.step == step
    assert not find(window, "back_button").isVisible()
    assert find(window, "kind_hq").isChecked()
    press(window, "next_button")
    assert page.name.text() == "HQ-01"
    assert page.database_url.text() == "postgresql://eum@db.example/eum"
    press(window, "next_button")
    assert page.account.text() == "ADM-001"
    assert find(window, "role_administrator").isChecked()
    press(window, "next_button")
    assert page.passphrase.is_ready


def test_each_step_says_what_is_wrong_with_it(window: AppWindow) -> None:
    page = page_of(window)
    assert not find(window, "next_button").isEnabled()
    press(window, "kind_field")
    press(window, "next_button")
    assert not page.database_url.isVisible()  # a device keeps its own
    fill(window, "name_field", "../store")
    press(window, "next_button")
    assert page.step == "place"
    assert error_of(window)
    fill(window, "name_field", "FLD-0042")
    assert not error_of(window)
    press(window, "next_button")
    fill(window, "account_field", "INS 017?")
    press(window, "role_inspector")
    press(window, "next_button")
    assert page.step == "account"
    assert error_of(window)
    fill(window, "account_field", "INS-017")
    press(window, "next_button")
    create = find(window, "create_store_button")
    fill(window, "passphrase_field", "short")
    fill(window, "passphrase_again_field", "short")
    assert not create.isEnabled()
    said = " ".join(one.text() for one in page.findChildren(QLabel) if one.isVisible())
    assert "Too short: 5 of at least 8" in said
    fill(window, "passphrase_field", PASSPHRASE)
    fill(window, "passphrase_again_field", "another thing entirely")
    assert not create.isEnabled()


def test_an_unusable_address_is_reported_where_it_was_typed(qtbot: QtBot, window: AppWindow, folder: Path) -> None:
    page = page_of(window)
    up_to_passphrase(window, "hq", "HQ-01", "ADM-001", "administrator", "mysql://eum:s3cret@db.example/eum")
    press(window, "create_store_button")
    qtbot.waitUntil(lambda: page.step == "place", timeout=120_000)
    assert "address of the database" in error_of(window)
    assert "s3cret" not in error_of(window)
    assert page.database_url.echoMode() == QLineEdit.EchoMode.Password
    assert not folder.exists()
    fill(window, "database_url_field", "")
    for _ in range(2):
        press(window, "next_button")
    assert page.passphrase.first.text() == ""  # it left with the first try
    fill(window, "passphrase_field", PASSPHRASE)
    fill(window, "passphrase_again_field", PASSPHRASE)
    press(window, "create_store_button")
    qtbot.waitUntil(lambda: window.shell is not None and window.shell.current_key == "codes", timeout=120_000)


def test_a_device_gets_no_address_even_where_one_was_typed_for_an_hq(window: AppWindow) -> None:
    page = page_of(window)
    asked: list[NewStore] = []
    page.create_requested.disconnect()
    page.create_requested.connect(asked.append)
    up_to_passphrase(window, "hq", "HQ-01", "ADM-001", "administrator", "postgresql://eum:s3cret@db.example/eum")
    for _ in range(3):
        press(window, "back_button")
    press(window, "kind_field")
    for _ in range(3):
        press(window, "next_button")
    press(window, "create_store_button")
    assert [one.database_url for one in asked] == [None]
    assert PASSPHRASE not in repr(asked)
    assert page.passphrase.first.text() == ""


def test_every_step_fits_at_200_percent(window: AppWindow, look: Theme) -> None:
    look.set_scale(200)
    window.resize(1366, 768)
    page = page_of(window)
    press(window, "kind_hq")
    for at in range(4):
        QApplication.processEvents()
        for one in [
            *page.findChildren(QRadioButton),
            *page.findChildren(QLineEdit),
            *page.findChildren(QAbstractButton),
        ]:
            if one.isVisible() and one.parentWidget() is not None:
                left = one.mapTo(window, one.rect().topLeft()).x()
                assert left >= 0, one.objectName()
                assert left + one.width() <= window.width(), one.objectName()
        if at == 1:
            fill(window, "name_field", "HQ-01")
        if at == 2:
            fill(window, "account_field", "ADM-001")
            find(window, "role_administrator").click()
        if at < 3:
            find(window, "next_button").click()
