"""Make PySide6's types before a second thread may need them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer

_STEP_S: Final = 0.005
"""The window stays responsive: a step is far below 50 ms, and keys and paints come between two steps."""


class TypeMaker(QObject):
    """Make all types of QtCore, QtGui and QtWidgets in the GUI thread, in short steps, then call `done`.

    PySide6 makes a type when it is first used. If two threads do so at once, the process ends with a segmentation
    fault. The pages are imported in a worker while the window is painted, so both did.
    """

    def __init__(self, parent: QObject, done: Callable[[], object]) -> None:
        super().__init__(parent)
        self._done = done
        self._names: Iterator[tuple[object, str]] = iter(
            [(module, name) for module in (QtCore, QtGui, QtWidgets) for name in dir(module) if name.startswith("Q")]
        )
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self._timer.start(0)

    def _step(self) -> None:
        end = time.monotonic() + _STEP_S
        for module, name in self._names:
            getattr(module, name)
            if time.monotonic() > end:
                return
        self._timer.stop()
        self._done()
