"""The notice that a window shows is the one that is accepted, also where another was set meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from eum_app.usecases.people.notice import set_notice
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE, Clock, make_store
from ui.window.app import build_window


@pytest.mark.parametrize("is_required", [True, False])
def test_a_notice_set_while_the_window_shows_another_is_shown_and_accepted_again(
    tmp_path: Path, qtbot: QtBot, *, is_required: bool
) -> None:
    session = make_store(tmp_path / "s", "hq", "HQ-01", Clock(), role="administrator")
    session.close()
    folder = tmp_path / "s"
    window = build_window(folder)
    qtbot.addWidget(window)
    other = open_store(folder, "REV-004", PASSPHRASE)
    set_notice(other, "Another text.", is_required=is_required)
    other.close()

    def unlock() -> None:
        page = window.unlock_page
        assert page is not None
        page.accept_notice()
        page.account.setText("REV-004")
        page.passphrase.setText(PASSPHRASE)
        button = page.findChild(QPushButton, "unlock_button")
        assert button is not None
        button.click()

    before = window.unlock_page
    unlock()
    qtbot.waitUntil(lambda: window.unlock_page is not before, timeout=120_000)
    assert window.unlock_page is not None
    assert window.unlock_page.accepted_at is None
    assert "Another text." in [label.text() for label in window.unlock_page.findChildren(QLabel)]
    unlock()
    qtbot.waitUntil(lambda: window.session is not None, timeout=120_000)
    window.close()
