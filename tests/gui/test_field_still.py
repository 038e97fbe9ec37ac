"""A photo in which no mark is found at first sight: more effort in the background, with a way to stop it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from eum_app.scanning.labels import iuid_message, png
from tests.gui.field_world import Field, field_at_work
from tests.worn_pictures import laid, modules_of, seen
from ui.field.visit import still_reader


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """A picture full of places that look like a mark: the effort takes its whole time."""
    cells = np.random.default_rng(5).integers(0, 2, (90, 120)).astype(np.uint8) * 255
    path = tmp_path / "noise.png"
    path.write_bytes(png(np.kron(cells, np.ones((10, 10), np.uint8))))
    return path


def stop_button(field: Field) -> QAbstractButton:
    return field.find("stop_still_button", QAbstractButton)


def test_the_search_can_be_stopped_and_says_so(field: Field, blank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still_reader, "QUICK_MS", 0)
    monkeypatch.setattr(still_reader, "EFFORT_MS", 10_000_000)
    field.visit.scan._read_photo(blank)
    field.qtbot.waitUntil(stop_button(field).isVisible, timeout=120_000)
    assert not field.visit.scan.viewfinder.marks
    stop_button(field).setFocus()
    QTest.mouseClick(stop_button(field), Qt.MouseButton.LeftButton)
    field.until(lambda: "Stopped: no mark was found so far" in field.visit.notice.text)
    assert not stop_button(field).isVisible()
    assert field.visit.scan.field.hasFocus()


def test_a_mark_found_by_the_effort_opens_its_item(
    field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_reader, "QUICK_MS", 0)
    mark = iuid_message("1HLD9", "NVG-31A", "786951")
    poor = seen(laid(modules_of(mark), 6), np.random.default_rng(3), noise=50)
    (tmp_path / "poor.png").write_bytes(png(poor))
    field.visit.scan._read_photo(tmp_path / "poor.png")
    field.until(lambda: field.visit.item.draft is not None)
    assert field.visit.item.draft is not None
    assert field.visit.item.draft.mark.raw == mark
    assert not stop_button(field).isVisible()


def test_who_goes_on_by_hand_is_not_interrupted_by_the_photo(
    field: Field, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_reader, "QUICK_MS", 0)
    monkeypatch.setattr(still_reader, "EFFORT_MS", 10_000_000)
    field.visit.scan._read_photo(blank)
    field.qtbot.waitUntil(stop_button(field).isVisible, timeout=120_000)
    field.scan("786951")
    field.until(lambda: field.visit.item.draft is not None)
    assert not stop_button(field).isVisible()
    assert "mark was found" not in field.visit.notice.text


def test_locking_ends_the_search(field: Field, blank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(still_reader, "QUICK_MS", 0)
    monkeypatch.setattr(still_reader, "EFFORT_MS", 10_000_000)
    field.visit.scan._read_photo(blank)
    field.qtbot.waitUntil(stop_button(field).isVisible, timeout=120_000)
    field.visit.put_away.emit()
    field.until(lambda: not stop_button(field).isVisible())
