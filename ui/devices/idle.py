"""Detect that no person is present: no key, mouse, touch or scan for some minutes, or the machine has slept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from ui.kit.guard import guarded

Clock = Callable[[], float]

TICK_MS: Final = 5_000  # rare enough for the processor to sleep, and exact enough for a lock after minutes
LEAP_S: Final = 60.0
"""Seconds between two ticks, by either clock, above which the machine slept or its clock was set. On Linux the
monotonic clock stops during sleep and the wall clock does not. Elsewhere both continue, and only the ticks stop.
"""

_ACTIVITY: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
        QEvent.Type.InputMethod,
    }
)


@guarded
class IdleWatch(QObject):
    """Emit `lock_due` once with `idle` or `sleep`, then stay silent until `start`.

    Every input event compares the clocks before a widget receives it, so a machine that wakes up is locked first.

    `monotonic` and `wall` return seconds; tests pass clocks that they control.
    """

    lock_due = Signal(str)

    def __init__(
        self, app: QApplication, parent: QObject, *, monotonic: Clock = time.monotonic, wall: Clock = time.time
    ) -> None:
        super().__init__(parent)
        self._app, self._monotonic, self._wall = app, monotonic, wall
        self._limit_s = 0.0
        self._touched_s = 0.0
        self._looked = (0.0, 0.0)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def is_watching(self) -> bool:
        """Return whether idle time is being counted."""
        return self._timer.isActive()

    def start(self, minutes: int) -> None:
        """Start watching, or restart with a new limit: `minutes` without activity lock the window."""
        self._limit_s = minutes * 60.0
        self._looked = self._now()
        self._touched_s = self._looked[0]
        if not self._timer.isActive():
            self._app.installEventFilter(self)
            self._timer.start()

    def stop(self) -> None:
        """Stop counting idle time and filtering events."""
        self._timer.stop()
        self._app.removeEventFilter(self)

    def touch(self) -> None:
        """Count activity that is not an event of this window, e.g. a mark read by a scanner on a serial port.

        Where it is time to lock already, this locks instead. Ignored while not watching.
        """
        if self.is_watching and not self.look():
            self._touched_s = self._looked[0]

    def look(self) -> bool:
        """Compare the clocks. When it is time to lock, stop watching, emit `lock_due`, and return True; else False."""
        now, before = self._now(), self._looked
        self._looked = now
        if max(now[0] - before[0], now[1] - before[1]) > LEAP_S:
            return self._end("sleep")
        if now[0] - self._touched_s >= self._limit_s:
            return self._end("idle")
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _ACTIVITY:
            return False
        if self.look():
            return True
        self._touched_s = self._looked[0]
        return False

    def _now(self) -> tuple[float, float]:
        return self._monotonic(), self._wall()

    def _end(self, reason: str) -> bool:
        self.stop()
        self.lock_due.emit(reason)
        return True
