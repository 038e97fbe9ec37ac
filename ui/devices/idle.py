"""Whether somebody is still there: no key, mouse, touch or scan for so long, or the machine has slept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from ui.kit.guard import guarded

Clock = Callable[[], float]

TICK_MS: Final = 5_000
LEAP_S: Final = 60.0
"""Two looks further apart than this, by either clock: the machine slept, or its clock was set. On Linux the monotonic
clock stands still during sleep and the wall clock does not; elsewhere both go on, and no tick came."""

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
    """`lock_due` carries `idle` or `sleep`, once; then nothing until `start`.

    Whoever wakes the machine finds it locked: every input looks at the clocks before anybody gets it.

    `monotonic` and `wall` give seconds; tests put their own in.
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
        return self._timer.isActive()

    def start(self, minutes: int) -> None:
        """Watch from now on; `minutes` without activity are too many."""
        self._limit_s = minutes * 60.0
        self._looked = self._now()
        self._touched_s = self._looked[0]
        if not self._timer.isActive():
            self._app.installEventFilter(self)
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._app.removeEventFilter(self)

    def touch(self) -> None:
        """Somebody did something that is no event of this window: a scanner on a serial port read a mark."""
        if self.is_watching and not self.look():
            self._touched_s = self._looked[0]

    def look(self) -> bool:
        """Compare the clocks; True where the time to lock has come."""
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
