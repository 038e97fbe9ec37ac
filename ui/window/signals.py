"""Ctrl+C in the terminal, and the signal of a session that ends, close the windows as their close button does."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Iterator

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication


@contextlib.contextmanager
def closing_on_signals(app: QApplication) -> Iterator[None]:
    """Close all windows of `app` on SIGINT and SIGTERM during the block; afterwards restore the earlier handlers.

    The windows close when the event loop runs next. Raises ValueError outside the main thread. Python's own handler of
    SIGINT would wait for the next event, and then raise KeyboardInterrupt into Qt.
    """
    wakes, woken = socket.socketpair()
    wakes.setblocking(False)
    woken.setblocking(False)

    def close() -> None:
        with contextlib.suppress(OSError):
            woken.recv(64)
        app.closeAllWindows()

    notifier = QSocketNotifier(woken.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(close)
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.signal(number, lambda *_: None) for number in numbers]
    before = signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in zip(numbers, handlers, strict=True):
            signal.signal(number, handler)
        notifier.setEnabled(False)
        wakes.close()
        woken.close()
