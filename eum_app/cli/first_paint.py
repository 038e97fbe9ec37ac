"""Open the app, report the first paint of its window, and exit: for `--self-check` and for measuring a cold start."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from eum_app.cli.process import EXIT_TROUBLE
from ui.window.display import application

PAINTED: Final = "painted on "
GIVE_UP_MS: Final = 60_000


class _FirstPaint(QObject):
    """Event filter of the application; calls `then` once after a window was painted."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self._then: Callable[[], None] | None = then

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_paint = event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow()
        if is_paint and self._then is not None:
            QTimer.singleShot(0, self._then)
            self._then = None
        return False


def main(open_the_app: Callable[[], int]) -> int:
    """Print `painted on PLATFORM` and end the process with 0, or with 3 if nothing is painted within a minute.

    The process exits immediately and does not wait for imports that continue behind the first page. Returns what
    `open_the_app` returns only if the app ends before that. Raises as `application` and `open_the_app`.
    """
    app = application()

    def finish() -> None:
        sys.stdout.write(f"{PAINTED}{app.platformName()}\n")
        sys.stdout.flush()
        os._exit(0)

    watcher = _FirstPaint(finish)
    app.installEventFilter(watcher)
    QTimer.singleShot(GIVE_UP_MS, lambda: os._exit(EXIT_TROUBLE))
    return open_the_app()
