"""The open window of an account that another process removed or changed: it says so and leads to the unlock page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.accounts import remove_account, reset_passphrase
from tests.builders import colleague
from tests.gui.field_world import Field, field_at_work, unlock
from ui.kit.shell import Shell
from ui.window.work import NOTES_EVERY_MS

NEW = "an entirely other passphrase"


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        yield made


def shown(field: Field) -> str:
    """Return what the unlock page says."""
    page = field.window.unlock_page
    assert page is not None
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_an_open_window_of_a_removed_account_leads_to_the_unlock_page(field: Field) -> None:
    """Found at the next act of the person; before, each scan was recorded for as long as the window was open."""
    field.open("visit")
    field.identify("786950")
    administrator = colleague(field.session, "ADM-002", "administrator")
    with pytest.raises(Refusal, match=r"account\.key_not_changed"):
        remove_account(administrator, "INS-017")
    left = field.session
    field.shell.show_page("items")
    field.qtbot.waitUntil(lambda: field.window.shell is None, timeout=120_000)
    field.qtbot.waitUntil(lambda: not left.is_open, timeout=120_000)
    assert "INS-017 was removed" in shown(field)
    field.idle()
    assert not field.window.findChildren(Shell)  # no one can unlock it again: what it showed is gone
    administrator.close()


def test_a_window_in_which_nothing_is_done_is_left_within_a_minute(field: Field) -> None:
    administrator = colleague(field.session, "ADM-002", "administrator")
    with pytest.raises(Refusal, match=r"account\.key_not_changed"):
        remove_account(administrator, "INS-017")
    (timer,) = (one for one in field.window.tasks.findChildren(QTimer) if one.interval() == NOTES_EVERY_MS)
    timer.timeout.emit()
    field.qtbot.waitUntil(lambda: field.window.shell is None, timeout=120_000)
    administrator.close()


def test_an_open_window_of_a_changed_account_continues_under_its_new_passphrase(field: Field) -> None:
    field.open("visit")
    field.identify("786950")
    administrator = colleague(field.session, "ADM-002", "administrator")
    reset_passphrase(administrator, "INS-017", NEW, kdf=KdfParams.fast_for_tests(Suite.P384))
    administrator.close()
    shell = field.shell
    shell.show_page("items")
    field.qtbot.waitUntil(lambda: field.window.shell is None, timeout=120_000)
    assert "was changed" in shown(field)
    unlock(field.qtbot, field.window, NEW)
    field.qtbot.waitUntil(lambda: field.window.shell is not None, timeout=120_000)
    assert field.shell is shell
    field.idle()
    assert field.outcome("786950") == "to_check"
