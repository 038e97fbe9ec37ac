"""A hand scanner at work while an item is open: nothing may be answered or recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from db.queries import checks
from eum_app.scanning.wedge import Burst, BurstCollector, Decided, Key
from tests.gui.conftest import own_settings as own_settings
from tests.gui.field_world import field_at_work
from tests.gui.scanner_hand import burst

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def done_by_short_marks(qtbot: QtBot, folder: Path) -> list[tuple[int, int]]:
    """For each mark scanned over an open item: the number of checks recorded and of questions answered so far."""
    done: list[tuple[int, int]] = []
    with field_at_work(qtbot, folder) as field:
        field.open("visit")
        for serial, mark in (("786950", "A123"), ("786951", "N7")):
            field.identify(serial)
            burst(mark)
            QTest.qWait(300)  # longer than a burst may be held back
            field.idle()
            draft = field.visit.item.draft
            recorded = field.session.read(checks.recent_checks, field.visit_id)
            done.append((len(recorded), len(draft.answers) if draft else 0))
    return done


def done_by_pauses(qtbot: QtBot, folder: Path) -> list[int]:
    """The number of checks recorded when 786950A1 is scanned with a pause while another item is open."""
    done: list[int] = []
    with field_at_work(qtbot, folder) as field:
        field.open("visit")
        for serial, pause_ms in (("786951", 80), ("786952", 250)):
            field.identify(serial)
            QTest.keyClicks(focused(), "786950")
            QTest.qWait(pause_ms)  # the scanner, the radio or the machine pauses here
            for key in "A1\r":
                QTest.keyClicks(focused(), key)
            QTest.qWait(500)
            field.idle()
            done.append(len(field.session.read(checks.recent_checks, field.visit_id)))
    return done


def test_case_01_a_short_mark_answers_and_records_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    assert done_by_short_marks(qtbot, tmp_path) == [(0, 0), (0, 0)]


def test_case_32_a_scan_with_a_pause_records_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    assert done_by_pauses(qtbot, tmp_path) == [0, 0]


def test_case_32_a_pause_does_not_cut_a_scan() -> None:
    collector, at = BurstCollector(), 0
    found: list[Decided] = []
    for place, letter in enumerate("AB-750148-77\r"):
        at += 60 if place == 9 else 5
        key = Key("", at, "Return") if letter == "\r" else Key(letter, at)
        found += collector.feed(key)
    found += collector.idle(at + 1_000)
    assert [one.raw for one in found if isinstance(one, Burst)] in ([b"AB-750148-77"], [])
