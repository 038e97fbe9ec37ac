"""Enter and Esc do the same everywhere, and the focus is always on the next thing to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from db.notice import Notice, write_notice
from db.queries.activity import ActivityFilter, activity_entry, activity_ids
from eum_app.domain.errors import Refusal
from tests.builders import PASSPHRASE
from tests.gui.field_world import Field, field_at_work, unlock
from ui.kit.theme import Theme
from ui.kit.widgets import button
from ui.kit.widgets.reason import ReasonPanel


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        yield made


def focused(field: Field) -> QWidget:
    for _ in range(3):
        field.idle()
        QApplication.processEvents()
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the focus"
    return found


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_focused_button_acts_on_enter_once(qtbot: QtBot, look: Theme, key: Qt.Key) -> None:
    pressed: list[str] = []
    made = button("Export", lambda: pressed.append("once"))
    qtbot.addWidget(made)
    made.show()
    made.setFocus()
    QTest.keyClick(made, key)
    assert pressed == ["once"], look.name
    QTest.keyClick(made, key, Qt.KeyboardModifier.ControlModifier)
    assert len(pressed) <= 2  # Space with Ctrl is Qt's own; Enter with Ctrl belongs to the page
    if key != Qt.Key.Key_Space:
        assert pressed == ["once"]


def test_enter_confirms_a_chosen_reason_and_nothing_before(qtbot: QtBot, look: Theme) -> None:
    panel = ReasonPanel("Not found", [("moved", "Moved"), ("other", "Other")], confirm="Record")
    qtbot.addWidget(panel)
    confirmed: list[str] = []
    panel.confirmed.connect(lambda reason, _note: confirmed.append(reason))
    panel.show()
    first = panel.findChildren(QRadioButton)[0]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Return)
    assert confirmed == [], look.name
    first.setChecked(True)
    QTest.keyClick(first, Qt.Key.Key_Return)
    assert confirmed == ["moved"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_F1])
def test_the_sheet_of_keys_closes_and_gives_the_focus_back(field: Field, key: Qt.Key) -> None:
    field.open("visit")
    field.identify("786950")
    before = focused(field)
    field.key(Qt.Key.Key_F1)
    assert field.shell._sheet.isVisible()
    field.key(key)
    assert not field.shell._sheet.isVisible()
    assert focused(field) is before
    assert field.visit.item.draft is not None


def test_every_page_has_the_focus_in_it(field: Field) -> None:
    for key in ("visits", "visit", "site", "close_out", "transcribe", "items", "sync", "activity", "settings"):
        field.open(key, "" if key in {"items", "visits", "activity", "settings"} else None)
        page, now = field.shell.page(key), focused(field)
        assert now is page or page.isAncestorOf(now), key


def test_a_focus_that_is_lost_comes_back_to_the_page(field: Field) -> None:
    field.open("visit")
    for lose in ("hide", "disable", "delete"):
        made = QPushButton("A passing button", field.visit)
        made.show()
        made.setFocus()
        assert QApplication.focusWidget() is made
        if lose == "hide":
            made.hide()
        elif lose == "disable":
            QWidget.setEnabled(made, False)
        else:
            made.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        now = focused(field)
        assert now is field.visit or field.visit.isAncestorOf(now), lose
        if lose == "disable":
            made.hide()


def test_an_old_message_goes_when_the_next_act_succeeds(field: Field) -> None:
    field.open("visit")
    field.visit.notice.show_error(Refusal("visit.closed"))
    field.identify("786950")
    field.key(Qt.Key.Key_A)
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome("786950") == "verified")
    assert "786950" in field.visit.notice.text
    field.visit.notice.show_error(Refusal("visit.closed"))
    field.shell.tasks.act_succeeded.emit()
    assert field.visit.notice.text == ""


def accepted(field: Field) -> list[str]:
    """When the notice was accepted, as recorded with each unlock, oldest first."""
    ids = field.session.read(activity_ids, ActivityFilter(kind="SessionStarted"))
    payloads = [json.loads(field.session.read(activity_entry, one).entry.payload) for one in reversed(ids)]
    return [payload["notice_accepted_at"] for payload in payloads]


def lock(field: Field) -> None:
    field.window.lock()
    field.qtbot.waitUntil(lambda: not field.window.tasks.is_busy, timeout=120_000)


def test_after_a_lock_the_same_person_types_the_passphrase_only(field: Field) -> None:
    field.open("visit")
    before = accepted(field)
    at = before[-1]
    lock(field)
    page = field.window.unlock_page
    assert page is not None
    assert (page.account.text(), page.accepted_at_text) == ("INS-017", at)
    assert QApplication.focusWidget() is page.passphrase
    QTest.keyClicks(page.passphrase, PASSPHRASE)
    QTest.keyClick(page.passphrase, Qt.Key.Key_Return)
    field.qtbot.waitUntil(lambda: field.window.session is not None, timeout=120_000)
    assert accepted(field) == [*before, at]
    now = focused(field)
    assert now is field.visit or field.visit.isAncestorOf(now)


def test_another_person_accepts_the_notice_too(field: Field) -> None:
    lock(field)
    page = field.window.unlock_page
    assert page is not None
    page.account.setText("INS-018")
    assert page.accepted_at is None
    page.account.setText("INS-017")
    assert page.accepted_at is None


def test_a_changed_notice_is_accepted_again(field: Field) -> None:
    write_notice(field.session.store.folder, Notice("Another text.", is_required=False))
    lock(field)
    page = field.window.unlock_page
    assert page is not None
    assert page.accepted_at is None
    unlock(field.qtbot, field.window)
    field.qtbot.waitUntil(lambda: field.window.session is not None, timeout=120_000)
