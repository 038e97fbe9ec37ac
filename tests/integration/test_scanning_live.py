"""Frames laid over each other: read where no single one can be, never read wrongly, and given up in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from eum_app.scanning.decoder import decode, read_still
from eum_app.scanning.labels import iuid_message
from eum_app.scanning.live import FRESH_MS, LiveReader
from eum_app.scanning.preparations import MAX_SIDE, ladder, prepared_as
from tests.worn_pictures import laid, message, modules_of, seen, trap, trembling

if TYPE_CHECKING:
    from tests.worn_pictures import Grey

SIZE = (560, 420)
FRAME_MS = 40.0
FRAMES = 45
WORN = {
    "low contrast": (165.0, 180.0, 14.0),
    "low contrast, noise": (160.0, 185.0, 25.0),
    "noise": (60.0, 190.0, 90.0),
}


def read_of(frames: list[Grey]) -> tuple[set[bytes], set[str]]:
    """Everything that was in view as read, and by what preparations."""
    reader, raws, names = LiveReader(), set[bytes](), set[str]()
    for at, frame in enumerate(frames):
        tracks = reader.offer(frame, at * FRAME_MS)
        assert all(track.is_sure for track in tracks if track.symbol.error_corrected)
        raws |= {track.symbol.raw for track in tracks}
        names |= {track.symbol.preparation for track in tracks}
    return raws, names


@pytest.mark.parametrize("kind", WORN)
def test_frames_together_are_read_where_none_of_them_is(kind: str) -> None:
    ink, paper, noise = WORN[kind]
    chance = np.random.default_rng([1, 7])
    data = message(chance)
    still = seen(laid(modules_of(data), chance.uniform(4, 6), quiet=2), chance, noise=0.0, ink=ink, paper=paper)
    frames = list(trembling(still, chance, noise, FRAMES, SIZE))
    assert not any(decode(frame) for frame in frames)
    assert not read_still(frames[0], 150)
    raws, names = read_of(frames)
    assert raws == {data}
    assert all(name.startswith(("5 frames", "12 frames")) for name in names)


def test_things_that_are_not_marks_are_never_read() -> None:
    for seed in (1, 2, 3):
        chance = np.random.default_rng(seed)
        grey, truths = trap("no mark", seed)
        high, wide = (min(side, most) for side, most in zip(grey.shape, SIZE[::-1], strict=True))
        frames = list(trembling(grey[:high, :wide], chance, 20.0, 25, SIZE))
        assert (read_of(frames)[0], truths) == (set(), frozenset())


def half_covered() -> tuple[list[Grey], frozenset[bytes]]:
    """A PDF417 symbol half under another one: in one of these frames zxing-cpp reads what is on neither."""
    grey, truths = trap("overlapping", 5016)
    chance = np.random.default_rng(5016)
    size = (max(480, grey.shape[1] + 40), max(360, grey.shape[0] + 40))
    return list(trembling(grey, chance, float(chance.uniform(4, 25)), 14, size)), truths


def test_a_read_that_used_up_all_error_correction_does_not_count_by_itself() -> None:
    frames, truths = half_covered()
    reader = LiveReader()
    for at, frame in enumerate(frames):
        tracks = reader.offer(frame, at * FRAME_MS)
        assert {track.symbol.raw for track in tracks if track.is_sure} <= truths


def test_nor_does_it_in_a_still() -> None:
    frames, truths = half_covered()
    (misread,) = [frame for frame in frames if not {symbol.raw for symbol in decode(frame)} <= truths]
    assert {symbol.raw for symbol in read_still(misread)} <= truths
    assert {symbol.raw for symbol in read_still(misread, sweep=True)} <= truths


def test_a_mark_put_in_the_place_of_another_is_never_taken_for_it() -> None:
    """They differ in one digit and lie alike to the pixel: nothing but a new read tells them apart."""
    pictures = {}
    for serial in ("786950", "786951"):
        data = iuid_message("1HLD9", "NVG-31A", serial)
        pictures[data] = seen(laid(modules_of(data), 5), np.random.default_rng(5), noise=0.0, ink=165.0, paper=180.0)
    (first, second), reader = pictures, LiveReader()
    frames = [
        frame
        for data in (first, second)
        for frame in trembling(pictures[data], np.random.default_rng(3), 14.0, FRAMES, SIZE)
    ]
    seen_at: dict[bytes, list[int]] = {first: [], second: []}
    for at, frame in enumerate(frames):
        for track in reader.offer(frame, at * FRAME_MS):
            seen_at[track.symbol.raw].append(at)
            if track.symbol.raw == first:
                assert track.seen_ms <= FRAMES * FRAME_MS + FRESH_MS  # what was gathered before the exchange
    assert seen_at[first][0] < FRAMES <= seen_at[second][0]
    assert seen_at[first][-1] < len(frames) - 1
    assert seen_at[second][-1] == len(frames) - 1


def test_frames_of_any_size_and_a_camera_that_leaps(subtests: pytest.Subtests) -> None:
    chance = np.random.default_rng(2)
    mark = seen(laid(modules_of(b"x" * 12), 5), chance, ink=165, paper=180, noise=0.0)
    reader = LiveReader()
    for at in range(60):
        with subtests.test(at=at):
            height, width = ((420, 560), (8, 8), (1, 1), (200, 40), (240, 320))[at // 6 % 5]
            frame = np.full((height, width), 180, np.uint8)
            shown = mark[: max(height - 20, 0), : max(width - 20, 0)]
            left = int(chance.integers(0, max(1, width - shown.shape[1])))
            frame[: shown.shape[0], left : left + shown.shape[1]] = shown
            assert {one.symbol.raw for one in reader.offer(frame, at * FRAME_MS)} <= {b"x" * 12}


@pytest.mark.parametrize("side", [90, MAX_SIDE + 60])
def test_a_preparation_asked_for_by_name_is_that_step_of_the_ladder(side: int) -> None:
    grey = np.random.default_rng(3).integers(0, 255, (side, side), np.uint8)
    steps = {step.name: step for step in ladder(grey)}
    assert len(steps) == len(list(ladder(grey)))
    for name, step in steps.items():
        (alone,) = prepared_as(name, grey)
        assert alone.scale == step.scale
        assert np.array_equal(alone.picture, step.picture)
    assert not list(prepared_as("plain", grey))  # nothing is made for it
