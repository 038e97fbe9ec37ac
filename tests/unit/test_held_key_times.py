"""A key held down under X11, as Qt reported it on a busy machine."""

from __future__ import annotations

from ui.devices.held_keys import HeldKeys

SEEN = (
    # press, marked as a repeat, time in ms
    (True, False, 45372474), (False, True, 45373144), (True, True, 45373144), (False, False, 45373184),
    (True, False, 45373184), (False, True, 45373240), (True, True, 45373240), (False, False, 45373491),
)  # fmt: skip


def repeats(events: tuple[tuple[bool, bool, int], ...]) -> list[bool]:
    held, found = HeldKeys(), []
    for is_press, is_marked, at in events:
        if is_press:
            found.append(is_marked or held.is_repeat(89, at))
            held.press(89, at, is_marked=is_marked)
        else:
            held.release(89, at)
    return found


def test_each_press_after_the_first_is_a_repeat() -> None:
    assert repeats(SEEN) == [False, True, True, True]


def test_the_first_repeat_may_be_unmarked_too() -> None:
    assert repeats(((True, False, 1_000), (False, False, 1_660), (True, False, 1_660))) == [False, True]


def test_a_key_pressed_again_or_scanned_twice_is_no_repeat() -> None:
    assert repeats(((True, False, 1_000), (False, False, 1_090), (True, False, 1_091))) == [False, False]
    assert repeats(((True, False, 1_000), (False, False, 1_001), (True, False, 1_001))) == [False, False], "a scanner"
    assert repeats((*SEEN, (True, False, 45373600))) == [False, True, True, True, False], "after it was released"


def test_without_times_nothing_is_called_a_repeat() -> None:
    assert repeats(((True, False, 0), (False, False, 0), (True, False, 0))) == [False, False]
