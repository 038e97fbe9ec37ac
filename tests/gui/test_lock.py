"""Locking: at once, with the keys gone; the same person finds everything where it was, another finds nothing of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QDialog,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from db import projection
from db.queries import people, visits
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.demo.generate import depot_rows, shelf_video
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Ticket
from tests.builders import PASSPHRASE, Clock, make_store
from tests.gui.field_world import Field, field_at_work, unlock
from tests.gui.hq_support import hq_world, inspected
from tests.gui.test_field_pages import check_all, sign
from tests.gui.test_kit_tasks import count_for_ever
from ui.kit.shell import Shell
from ui.kit.theme import gathered
from ui.window.app import AppWindow, build_window

CHEAP = KdfParams.fast_for_tests(Suite.P384)
LOCK = (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        yield made


def fields_of(shell: Shell) -> list[QLineEdit | QPlainTextEdit]:
    """Every text field of every page that a person may type into."""
    pages = [shell.page(key) for key in shell.page_keys]
    lines = [one for page in pages for one in page.findChildren(QLineEdit) if one.validator() is None]
    texts = [one for page in pages for one in page.findChildren(QPlainTextEdit)]
    found: list[QLineEdit | QPlainTextEdit] = [*lines, *texts]
    return [one for one in found if not one.isReadOnly()]


def typed_everywhere(shell: Shell) -> dict[int, str]:
    """Type half a sentence into each text field; return the texts by the field's place."""
    for at, one in enumerate(fields_of(shell)):
        with_signals = one.blockSignals(True)  # half-typed: the text was not submitted yet
        one.setText(f"half {at}") if isinstance(one, QLineEdit) else one.setPlainText(f"half {at}")
        one.blockSignals(with_signals)
    return texts_of(shell)


def texts_of(shell: Shell) -> dict[int, str]:
    return {
        at: one.text() if isinstance(one, QLineEdit) else one.toPlainText() for at, one in enumerate(fields_of(shell))
    }


def scrolled_to(shell: Shell) -> list[int]:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # rows of the item before still count otherwise
    return [one.verticalScrollBar().value() for one in shell.findChildren(QAbstractScrollArea)]


def is_anything_shown(window: AppWindow) -> bool:
    """Whether anything but the unlock page is in sight."""
    assert window.unlock_page is not None
    in_sight = [one for one in gathered(QApplication.topLevelWidgets) if one.isVisible() and one is not window]
    inside = [one for one in window.findChildren(QWidget) if one.isVisible()]
    page = window.unlock_page
    return bool(in_sight) or any(one is not page and not page.isAncestorOf(one) for one in inside)


def unlock_again(qtbot: QtBot, window: AppWindow, who: str = "INS-017") -> None:
    window.activateWindow()
    QTest.qWaitForWindowActive(window, 60_000)
    unlock(qtbot, window, who=who)
    qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
    for _ in range(3):
        assert window.tasks.wait_idle(120)


def test_every_page_keeps_what_was_half_typed(qtbot: QtBot, field: Field) -> None:
    shell, session = field.shell, field.session
    for key in shell.page_keys:
        field.open(key)
    field.open("visit")
    field.identify("786951")
    draft = field.visit.item.draft
    field.press("not_found_button")
    field.press("reason_sent_for_repair")
    typed = typed_everywhere(shell)
    assert len(typed) > 15
    note = field.find("reason_note", QPlainTextEdit)
    note.setFocus()
    before = (shell.current_key, field.visit.visit_id, draft, scrolled_to(shell))
    QTest.keyClick(note, *LOCK)
    assert not is_anything_shown(field.window)
    assert field.window.session is None
    unlock_again(qtbot, field.window)
    assert field.shell is shell
    assert field.session is session
    assert (shell.current_key, field.visit.visit_id, field.visit.item.draft, scrolled_to(shell)) == before
    assert texts_of(shell) == typed
    assert field.window.focusWidget() is note
    field.press("reason_confirm_button")  # and the work goes on, on the new session
    assert field.outcome("786951") == "not_found"


def test_signatures_drawn_before_the_lock_stay_valid(qtbot: QtBot, field: Field) -> None:
    check_all(field)
    field.open("close_out")
    sign(field)
    strokes = field.close_out.inspector.pad.strokes()
    assert strokes
    field.window.lock()
    unlock_again(qtbot, field.window)
    assert field.close_out.inspector.pad.strokes() == strokes
    field.press("seal_visit_button")
    field.until(lambda: field.shell.current_key == "sync")
    assert field.session.read(visits.visit, field.visit_id).closed_at


def test_hq_pages_keep_what_was_half_typed(qtbot: QtBot, tmp_path: Path) -> None:
    world = hq_world(tmp_path)
    inspected(world)
    world.close()
    window = build_window(tmp_path / "hq", outbox=tmp_path / "outbox", inbox=tmp_path / "drop")
    window.show()
    unlock_again(qtbot, window, "REV-004")
    shell = window.shell
    assert shell is not None
    for key in shell.page_keys:
        shell.show_page(key)
        assert window.tasks.wait_idle(120)
    shell.show_page("visits")
    typed = typed_everywhere(shell)
    assert len(typed) > 10
    window.lock()
    assert not is_anything_shown(window)
    unlock_again(qtbot, window, "REV-004")
    assert window.shell is shell
    assert shell.current_key == "visits"
    assert texts_of(shell) == typed
    window.close()


def test_the_keys_are_gone_and_nothing_is_asked_while_locked(qtbot: QtBot, field: Field) -> None:
    shell, session, tasks = field.shell, field.session, field.window.tasks
    key, session_id = session.ticket.data_key, session.ticket.session_id
    asked: list[str] = []
    shell.refresh(frozenset(Area))  # queries under way when the lock comes
    field.window.lock()
    tasks.query(partial(asked.append, "asked"), lambda _done: None)
    assert field.window.tasks.wait_idle(120)  # those of the unlock page: the keys are dropped by now
    gc.collect()
    tickets = [one for one in gc.get_objects() if isinstance(one, Ticket)]
    assert [one for one in tickets if one.session_id == session_id and one.data_key] == []
    assert [one for one in gc.get_referrers(key) if not hasattr(one, "f_lineno")] == []
    with pytest.raises(Refusal, match=r"store\.locked"):
        session.read(people.all_accounts)
    assert asked == []
    unlock_again(qtbot, field.window)
    assert asked == ["asked"]
    assert session.read(people.all_accounts)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_dialogs_menus_and_tooltips_go_with_the_lock(qtbot: QtBot, tmp_path: Path) -> None:
    make_store(tmp_path / "store", "field", "FLD-0042", Clock()).close()
    window = build_window(tmp_path / "store")
    window.show()
    unlock_again(qtbot, window)
    dialog = QDialog(window)
    line = QLineEdit("half a word", dialog)
    QVBoxLayout(dialog).addWidget(line)
    dialog.open()
    QToolTip.showText(window.mapToGlobal(window.rect().center()), "786951", window)
    menu = QMenu(window)
    menu.addAction("786951")
    menu.popup(window.mapToGlobal(window.rect().center()))
    window.lock()
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=120_000)
    assert not is_anything_shown(window)
    assert not menu.isVisible()
    unlock_again(qtbot, window)
    assert dialog.isVisible()
    assert line.text() == "half a word"
    dialog.close()
    window.close()


def test_another_account_finds_nothing_and_the_first_one_all_of_it(qtbot: QtBot, tmp_path: Path) -> None:
    session = make_store(tmp_path / "store", "hq", "HQ-01", Clock(), role="administrator")
    add_account(session, account="REV-009", role="reviewer", passphrase=PASSPHRASE, kdf=CHEAP)
    session.close()
    window = build_window(tmp_path / "store")
    window.show()
    unlock_again(qtbot, window, "REV-004")
    first = window.shell
    assert first is not None
    typed = typed_everywhere(first)
    window.lock()
    unlock_again(qtbot, window, "REV-009")
    second = window.shell
    assert second is not None
    assert second is not first
    assert not any(text.startswith("half") for text in texts_of(second).values())
    assert not first.isVisible()
    assert window.session is not None
    assert window.session.account == "REV-009"
    window.lock()
    unlock_again(qtbot, window, "REV-004")
    assert window.shell is first
    assert texts_of(first) == typed
    window.close()


def test_background_work_ends_with_the_lock_and_the_page_shows_it(qtbot: QtBot, field: Field) -> None:
    said: list[str] = []
    field.open("sync")
    task = field.window.tasks.child(count_for_ever, on_cancelled=lambda: said.append("stopped"))
    field.window.lock()
    assert field.window.tasks.wait_idle(120)
    assert not task._watcher.is_alive()
    unlock_again(qtbot, field.window)
    assert said == ["stopped"]
    assert "stopped by the lock" in field.sync.notice.text


def test_a_burst_into_a_locked_window_goes_nowhere(qtbot: QtBot, field: Field) -> None:
    field.open("visit")
    field.window.lock()
    page = field.window.unlock_page
    assert page is not None
    page.accept_notice()
    assert field.window.focusWidget() is page.passphrase
    page.account.setFocus()
    page.account.clear()
    field.scan("[)>06S786951")
    QTest.qWait(150)
    assert page.account.text() == ""
    page.account.setText("INS-017")
    page.passphrase.setFocus()
    QTest.keyClicks(page.passphrase, "[)>06S786951")
    QTest.keyClick(page.passphrase, Qt.Key.Key_Return)  # no attempt: that was no passphrase
    assert page.passphrase.text() == ""
    assert not page.is_busy
    unlock_again(qtbot, field.window)
    assert field.visit.item.draft is None


def test_a_camera_stops_while_locked_and_goes_on(qtbot: QtBot, field: Field, tmp_path: Path) -> None:
    field.open("visit")
    video = tmp_path / "walk.avi"
    shelf_video(depot_rows(3, 2, today=datetime.now(UTC).date()), video, frames=40, fps=2)
    scan = field.visit.scan
    scan.source.setCurrentIndex(scan.source.findData("file"))
    scan._choose()
    scan.file.set_path(video)
    scan._open_file()
    field.until(lambda: scan.worker.is_running)
    field.window.lock()
    scan.worker.join()
    assert not scan.worker.is_running
    unlock_again(qtbot, field.window)
    assert scan.worker.is_running


def test_the_window_locks_itself_after_idle_time(qtbot: QtBot, field: Field) -> None:
    watch = field.window._watch
    assert watch is not None
    watch.idle.lock_due.emit("idle")
    assert field.window.unlock_page is not None
    assert field.window.tasks.wait_idle(120)
    unlock_again(qtbot, field.window)
    assert watch.idle.is_watching


def test_before_sleep_the_keys_are_gone_when_the_lock_returns(field: Field) -> None:
    session = field.session
    field.window.lock("sleep")
    assert not session.is_open
    assert not is_anything_shown(field.window)


def test_every_area_is_announced_after_the_lock() -> None:
    assert {area for _, area in projection._HANDLERS.values()} | {Area.JOURNAL} == set(Area)
