"""The camera's menu, frames that stand in for a camera, and a window that answers while they come."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from eum_app.demo.generate import depot_rows, shelf_video
from eum_app.domain.facts import MarkRead
from eum_app.scanning.labels import iuid_message, png
from tests.gui.field_world import Field, field_at_work
from tests.gui.heartbeat import LONGEST_MS, Heartbeat
from tests.gui.test_field_sweep import look_at, shelf
from tests.gui.test_field_transcribe import mark_of_last_check
from tests.worn_pictures import laid, modules_of, seen
from ui.field.visit.scan_worker import Seen
from ui.kit import settings


@pytest.fixture
def field(qtbot: QtBot, tmp_path: Path) -> Iterator[Field]:
    with field_at_work(qtbot, tmp_path) as made:
        made.open("visit")
        yield made


def newest(field: Field) -> Seen:
    seen = field.visit.scan.seen.last_seen
    assert seen is not None
    return seen


def action(field: Field, name: str) -> QAction:
    made = field.visit.scan.menu.findChild(QAction, name)
    assert made is not None, name
    return made


def test_mirror_zoom_and_resolution_hold_at_once_and_are_kept(field: Field, tmp_path: Path) -> None:
    frames = shelf(tmp_path / "frames", "786951")
    (frames / "frame.png").rename(frames / "a.png")
    for name in "bcdefghijklm":  # a folder ends; these last for the test
        (frames / f"{name}.png").write_bytes((frames / "a.png").read_bytes())
    look_at(field, frames, 1)
    plain = newest(field)
    left = plain.tracks[0].centre[0]
    action(field, "camera_mirror").trigger()
    field.until(lambda: newest(field).is_mirrored and bool(newest(field).tracks))
    assert abs(newest(field).tracks[0].centre[0] - left) < 3  # the picture is turned, what is read is not
    shown = field.visit.scan.viewfinder.marks[0]
    assert sum(x for x, _ in shown.corners) / 4 == pytest.approx(1 - left / plain.width, abs=0.02)
    action(field, "zoom_2").trigger()
    field.until(lambda: newest(field).width == round(plain.width / 2))
    action(field, "resolution_1920").trigger()
    kept = settings.Settings().value(settings.CAMERA)
    assert (kept.is_mirrored, kept.zoom, kept.width, kept.height) == (True, 2.0, 1920, 1080)
    assert action(field, "camera_0").isChecked()


def test_only_the_kinds_of_symbols_that_are_wanted_are_read(field: Field, tmp_path: Path) -> None:
    frames = shelf(tmp_path / "frames", "786951")
    look_at(field, frames, 1)
    action(field, "kind_Data_Matrix").trigger()
    assert "Data Matrix" not in settings.Settings().value(settings.CAMERA).kinds
    field.visit.scan._read_photo(frames / "frame.png")
    field.until(lambda: "No mark was found" in field.visit.notice.text)
    for kind in ("QR", "Code_128", "Code_39", "PDF417"):
        action(field, f"kind_{kind}").trigger()
    assert not action(field, "kind_Aztec").isEnabled()
    action(field, "kind_Data_Matrix").trigger()
    assert settings.Settings().value(settings.CAMERA).kinds == ("Data Matrix", "Aztec")
    look_at(field, frames, 1)


def test_the_window_answers_all_along_a_walk(field: Field, tmp_path: Path) -> None:
    """No stretch of the GUI thread is too long, however the camera's thread computes."""
    shelf_video(depot_rows(7, 12, today=date(2026, 11, 21)), tmp_path / "walk.avi", frames=30, fps=10)
    field.visit.scan.worker.start(tmp_path / "walk.avi")  # once: imports, threads and fonts are there after it
    field.until(lambda: len(field.visit.scan.viewfinder.marks) > 2)
    gc.collect()
    gc.freeze()  # as the application does, else the collector looks through all that the tests have loaded
    heart = Heartbeat()

    def walk() -> None:
        field.visit.scan.worker.start(tmp_path / "walk.avi")
        field.until(lambda: not field.visit.scan.worker.is_running)

    longest = heart.longest_in(walk)
    heart.stop()
    gc.unfreeze()
    assert longest <= LONGEST_MS


def recorded(field: Field, serial: str) -> MarkRead:
    """All as expected, and Enter; how the check says that the mark was read."""
    field.until(lambda: field.visit.item.draft is not None)
    field.key(Qt.Key.Key_A)
    field.key(Qt.Key.Key_Return)
    field.until(lambda: field.outcome(serial) == "verified")
    return mark_of_last_check(field)


def test_how_a_mark_was_read_is_kept_with_the_check(field: Field, tmp_path: Path) -> None:
    """Raw bytes, symbology, way, preparation, and quality, of each way of reading."""
    marks = {serial: iuid_message("1HLD9", "NVG-31A", serial) for serial in ("786950", "786951", "786952", "786953")}
    look_at(field, shelf(tmp_path / "frames", "786950"), 1)
    camera = recorded(field, "786950")
    assert (camera.read_by, camera.raw, camera.symbology) == ("camera", marks["786950"], "Data Matrix")
    assert (camera.preparation, camera.quality) == ("plain", 1.0)
    field.visit.scan.stop()
    poor = seen(laid(modules_of(marks["786951"]), 6), np.random.default_rng(3), noise=50)
    (tmp_path / "poor.png").write_bytes(png(poor))
    field.press("from_photo_button")
    field.visit.scan.photo.edit.setText(str(tmp_path / "poor.png"))
    field.visit.scan.photo.edit.returnPressed.emit()
    photo = recorded(field, "786951")
    assert (photo.read_by, photo.raw, photo.symbology) == ("photo", marks["786951"], "Data Matrix")
    assert photo.preparation not in {"", "plain"}
    assert 0 < photo.quality <= 1
    for way, serial in (("wedge", "786952"), ("serial", "786953")):
        field.visit.mark_scanned(marks[serial], way)
        mark = recorded(field, serial)
        assert (mark.read_by, mark.raw, mark.serial, mark.preparation) == (way, marks[serial], serial, "")
