"""A hand scanner, and fingers, at a real window: keys with the times that the window system would give them.

The times are simulated, so a busy machine makes no scan slow and no typing fast.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QWidget

from eum_app.demo.hands import key_events

_AFTER_MS = 5_000
"""Between two bursts: they have nothing to do with each other."""
_ended = [0.0]


def times(text: str, gap_ms: float = 2, pause_at: int = 0, pause_ms: float = 0) -> list[float]:
    """Return the time of each key of a burst; it pauses before the key number `pause_at`, counted from 1."""
    at = max(time.monotonic() * 1000, _ended[0] + _AFTER_MS)
    made = []
    for number in range(len(text)):
        at += 0 if not number else (pause_ms if number == pause_at else gap_ms)
        made.append(at)
    _ended[0] = made[-1]
    return made


def focused() -> QWidget:
    """Return where keys go."""
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None
    return target


def press(character: str, at_ms: float) -> None:
    """Press one key at a time."""
    target = focused()
    for event in key_events(character, at_ms):
        QApplication.sendEvent(target, event)


def burst(text: str, *, gap_ms: float = 2, pause_at: int = 0, pause_ms: float = 0, end: str = "\r") -> None:
    """Send keys as a scanner does, `gap_ms` between them, with at most one pause, and Enter at the end."""
    keys = text + end
    for character, at in zip(keys, times(keys, gap_ms, pause_at, pause_ms), strict=True):
        press(character, at)


def burst_while_blocked(text: str, blocked_at: Sequence[int], blocked_s: float = 0.3) -> None:
    """Queue a burst as the window system does, and block the GUI thread before the keys at these positions are read."""
    keys = f"{text}\r"
    for number, (character, at) in enumerate(zip(keys, times(keys, 5), strict=True)):
        if number in blocked_at:
            QApplication.processEvents()
            time.sleep(blocked_s)  # the fault itself: nothing is read meanwhile, and every timer comes due
        target = focused()
        for event in key_events(character, at):
            QCoreApplication.postEvent(target, event)
    QApplication.processEvents()
