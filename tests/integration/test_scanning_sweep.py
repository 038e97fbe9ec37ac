"""Marks held steady from frame to frame."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from eum_app.demo.generate import depot_rows, shelf_video
from eum_app.scanning.decoder import Symbol, decode
from eum_app.scanning.labels import iuid_message
from eum_app.scanning.sweep import SweepTracker, Track

SIZE = (1280, 720)
SCENES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "scenes"


def seen(raw: str, x: int, y: int, side: int = 100, symbology: str = "Data Matrix") -> Symbol:
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
    return Symbol(raw.encode(), symbology, corners, 1.0, error_corrected=symbology == "Data Matrix")


def keys(tracks: tuple[Track, ...]) -> list[bytes]:
    return [track.symbol.raw for track in tracks]


def test_a_mark_keeps_its_number_and_its_place_in_the_order() -> None:
    tracker = SweepTracker()
    first = tracker.offer([seen("A", 100, 100), seen("B", 400, 100)], 0, SIZE)
    second = tracker.offer([seen("B", 405, 100), seen("C", 700, 100), seen("A", 105, 100)], 100, SIZE)
    assert keys(second) == [b"A", b"B", b"C"]
    assert [track.track_id for track in second[:2]] == [track.track_id for track in first]
    assert all(track.is_sure for track in second)


def test_a_mark_missed_in_a_frame_stays_and_vanishes_after_a_second() -> None:
    tracker = SweepTracker()
    tracker.offer([seen("A", 100, 100)], 0, SIZE)
    assert keys(tracker.offer([], 900, SIZE)) == [b"A"]
    assert keys(tracker.offer([], 1001, SIZE)) == []
    again = tracker.offer([seen("A", 100, 100)], 1100, SIZE)
    assert [(track.track_id, track.is_sure) for track in again] == [(2, True)]


def test_unseen_marks_move_with_the_camera_and_leave_with_the_picture() -> None:
    tracker = SweepTracker()
    tracker.offer([seen("A", 10, 10), seen("B", 400, 100), seen("C", 700, 100)], 0, SIZE)
    moved = tracker.offer([seen("B", 360, 100), seen("C", 660, 100)], 50, SIZE)
    assert moved[0].symbol.raw == b"A"
    assert moved[0].centre[0] == pytest.approx(20, abs=1)
    gone = tracker.offer([seen("B", 320, 100), seen("C", 620, 100)], 100, SIZE)
    assert keys(gone) == [b"B", b"C"]


def test_a_trembling_hand_does_not_shake_the_outline() -> None:
    tracker = SweepTracker()
    places = []
    for at in range(40):
        tremble = 6 if at % 2 else 0
        places.append(tracker.offer([seen("A", 100 + tremble, 100)], at * 50, SIZE)[0].centre[0])
    late = places[20:]
    assert max(late) - min(late) < 4
    assert tracker.offer([seen("A", 400, 100)], 2050, SIZE)[0].centre[0] == 450


def test_a_weak_symbol_counts_after_equal_reads_in_two_frames() -> None:
    tracker = SweepTracker()
    weak = seen("786950", 100, 100, symbology="Code 39")
    assert not tracker.offer([weak, weak], 0, SIZE)[0].is_sure  # twice in one frame is one read
    assert not tracker.offer([seen("786951", 100, 100, symbology="Code 39")], 50, SIZE)[-1].is_sure
    assert [track.is_sure for track in tracker.offer([weak], 100, SIZE)] == [True, False]


def test_equal_labels_side_by_side_are_two_marks() -> None:
    tracker = SweepTracker()
    for at in (0, 50):
        tracks = tracker.offer([seen("A", 100, 100), seen("A", 600, 100)], at, SIZE)
        assert [track.track_id for track in tracks] == [1, 2]
    assert len(tracker.offer([seen("A", 100, 100), seen("A", 104, 100)], 100, SIZE)) == 2


def walk(path: Path, fps: float) -> tuple[dict[bytes, float], int]:
    """Return when each mark was first sure (s), and the most marks in view at once."""
    from eum_app.scanning.opencv import cv2

    video = cv2.VideoCapture(str(path))
    tracker, first, most, frames = SweepTracker(), dict[bytes, float](), 0, 0
    while True:
        there, picture = video.read()
        if not there:
            break
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        tracks = tracker.offer(decode(grey), frames / fps * 1000, (grey.shape[1], grey.shape[0]))
        for track in tracks:
            if track.is_sure:
                first.setdefault(track.symbol.raw, frames / fps)
        most = max(most, len(tracks))
        frames += 1
    return first, most


def test_a_walk_along_a_generated_shelf_misses_no_mark(tmp_path: Path) -> None:
    rows = depot_rows(7, 12, today=date(2026, 11, 21))
    shelf_video(rows, tmp_path / "walk.avi", frames=24, fps=10)
    first, most = walk(tmp_path / "walk.avi", 10)
    assert set(first) == {iuid_message(row.cage, row.part_number, row.serial) for row in rows}
    assert 3 <= most <= len(rows)


@pytest.mark.data
@pytest.mark.skipif(not (SCENES / "walk.avi").exists(), reason="shared data absent")
def test_the_shared_walk_is_read_whole() -> None:
    import json

    truth = json.loads((SCENES / "truth.json").read_text(encoding="utf-8"))["walk.avi"]
    first, _ = walk(SCENES / "walk.avi", 15)
    assert set(first) == {one["mark"].encode() for one in truth}
    left = min(one["centre"][0] for one in truth)
    widest = max(one["centre"][0] for one in truth)
    for one in truth:
        # The camera walks evenly from the left end to the right one; a label's center is in view from here on.
        entered = max(0.0, (one["centre"][0] - left - 1280) / (widest - left - 1280 + 1) * 4)
        assert first[one["mark"].encode()] <= entered + 1.0, one["serial"]
