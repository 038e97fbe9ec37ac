"""How long the GUI thread computes at a stretch, and how long it may on the machine that runs the test.

Both are processor time of this thread, so other programs do not take turns in it. They still make a machine slower
(caches, a clock that is turned down), so the bound grows with a yardstick that is measured beside the work, and work
counts as too long only if it is too long each time that it is tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LONGEST_MS = 50.0
TRIES = 3
_YARDSTICK_MS = 14.0
"""Duration of `_yardstick` on the machine that LONGEST_MS is stated for."""


class Heartbeat(QObject):
    """Notes the GUI thread's processor time between two turns of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self._last = time.thread_time()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(0)

    def _beat(self) -> None:
        now = time.thread_time()
        self.gaps_ms.append((now - self._last) * 1000)
        self._last = now

    def longest(self) -> float:
        """The longest stretch in milliseconds since the last call."""
        found, self.gaps_ms = max(self.gaps_ms, default=0.0), []
        return found

    def longest_in(self, work: Callable[[], object]) -> float:
        """The longest stretch in milliseconds while `work` runs, as on the machine that the bound is stated for.

        Works again, up to TRIES times, while the stretch is too long; returns the shortest of the stretches.
        """
        found: list[float] = []
        while not found or (found[-1] > LONGEST_MS and len(found) < TRIES):
            before = _yardstick()
            self.gaps_ms, self._last = [], time.thread_time()
            work()
            found.append(self.longest() / max(1.0, before, _yardstick()))
        return min(found)

    def stop(self) -> None:
        self._timer.stop()


def _yardstick() -> float:
    """How many times as long as on the reference machine a fixed computation takes now."""
    began, value = time.thread_time(), 0
    for number in range(200_000):
        value = (value * 31 + number) & 0xFFFF
    return (time.thread_time() - began) * 1000 / _YARDSTICK_MS
