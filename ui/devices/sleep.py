"""Hear from the system that the machine is about to sleep, or that its user locks the screen.

Linux: logind's signals on the system bus, with a delay inhibitor, so that the machine sleeps only once the window is
locked (systemd, org.freedesktop.login1: Inhibit, PrepareForSleep, Session.Lock). Windows: WM_POWERBROADCAST and
WM_WTSSESSION_CHANGE. On other systems, `ui.devices.idle` notices the jump of the clock after the machine woke.
"""

from __future__ import annotations

import ctypes
import ctypes.wintypes
import os
import sys
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusUnixFileDescriptor

from ui.kit.guard import guarded

_SERVICE: Final = "org.freedesktop.login1"
_PATH: Final = "/org/freedesktop/login1"
_MANAGER: Final = "org.freedesktop.login1.Manager"
_SESSION: Final = "org.freedesktop.login1.Session"

_WM_POWERBROADCAST: Final = 0x0218  # winuser.h and wtsapi32.h, for which PySide6 has no names
_PBT_APMSUSPEND: Final = 0x0004
_WM_WTSSESSION_CHANGE: Final = 0x02B1
_WTS_SESSION_LOCK: Final = 0x7


class SleepWatch(QObject):
    """Call `lock(reason)` with `sleep` or `screen`, on Linux and Windows only.

    Sleep waits for the call, on Linux for at most five seconds; a screen lock does not wait.
    """

    def __init__(self, lock: Callable[[str], object], window_id: int, parent: QObject) -> None:
        super().__init__(parent)
        self._lock = lock
        self._native = _WindowsMessages(lock, window_id) if sys.platform == "win32" else None
        self._logind = Logind(lock, QDBusConnection.systemBus(), self) if sys.platform == "linux" else None

    def close(self) -> None:
        """Stop holding sleep back, and on Windows stop listening. On Linux, `lock` may be called until this object is
        deleted.
        """
        if self._native is not None:
            self._native.close()
        if self._logind is not None:
            self._logind.close()


class Logind(QObject):
    """Listen to logind on a bus. Without a bus or without logind, `lock` is never called."""

    def __init__(self, lock: Callable[[str], object], bus: QDBusConnection, parent: QObject) -> None:
        super().__init__(parent)
        self._lock, self._bus = lock, bus
        self._inhibitor = -1
        self._is_closed = False
        if bus.isConnected():
            self._listen()
            self._inhibit()

    @property
    def holds_sleep_back(self) -> bool:
        """Return whether an inhibitor is held, so that sleep waits for the window to lock."""
        return self._inhibitor >= 0

    def close(self) -> None:
        """Release the inhibitor for good, so that sleep no longer waits.

        The bus stays connected, so `lock` may still be called.
        """
        self._is_closed = True
        self._release()

    @Slot(bool)
    def prepare(self, is_going: bool) -> None:
        """Lock and release the inhibitor before sleep; take a new inhibitor after waking."""
        if is_going:
            self._lock("sleep")
            self._release()
        else:
            self._inhibit()

    @Slot(QDBusMessage)
    def screen_locked(self, _message: QDBusMessage) -> None:
        """Lock, because the user locked the screen."""
        self._lock("screen")

    def _listen(self) -> None:
        going, locked = SLOT("prepare(bool)"), SLOT("screen_locked(QDBusMessage)")  # text, whatever PySide's stubs say
        self._bus.connect("", _PATH, _MANAGER, "PrepareForSleep", self, going)  # type: ignore[call-overload]
        self._bus.connect("", "", _SESSION, "Lock", self, locked)  # type: ignore[call-overload]

    def _inhibit(self) -> None:
        """Ask logind to delay sleep until the window is locked (at most 5 s, by logind's default)."""
        if self._is_closed:
            return
        asked = QDBusMessage.createMethodCall(_SERVICE, _PATH, _MANAGER, "Inhibit")
        asked.setArguments(["sleep", "EUM", "The store is locked first", "delay"])
        answer = QDBusPendingCallWatcher(self._bus.asyncCall(asked), self)
        answer.finished.connect(self._keep)

    def _keep(self, answer: QDBusPendingCallWatcher) -> None:
        answer.deleteLater()
        given = answer.reply().arguments() if not answer.isError() else []
        if given and isinstance(given[0], QDBusUnixFileDescriptor) and not self._is_closed:
            self._release()
            self._inhibitor = os.dup(given[0].fileDescriptor())

    def _release(self) -> None:
        if self.holds_sleep_back:
            os.close(self._inhibitor)
            self._inhibitor = -1


def means_lock(message: int, word: int) -> str:
    """Return `sleep` or `screen` when a Windows message (number and wParam) announces it, else an empty text."""
    if (message, word) == (_WM_POWERBROADCAST, _PBT_APMSUSPEND):
        return "sleep"
    return "screen" if (message, word) == (_WM_WTSSESSION_CHANGE, _WTS_SESSION_LOCK) else ""


@guarded
class _WindowsMessages(QAbstractNativeEventFilter):
    """Receive Windows messages. Power messages reach top-level windows; session messages must be requested."""

    def __init__(self, lock: Callable[[str], object], window_id: int) -> None:
        super().__init__()
        self._lock, self._window_id = lock, window_id
        self._session_messages("WTSRegisterSessionNotification", window_id, 0)
        app = QCoreApplication.instance()
        assert app is not None
        app.installNativeEventFilter(self)

    def close(self) -> None:
        """Stop receiving Windows messages."""
        app = QCoreApplication.instance()
        assert app is not None
        app.removeNativeEventFilter(self)
        self._session_messages("WTSUnRegisterSessionNotification", self._window_id)

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> Any:
        if bytes(kind) == b"windows_generic_MSG":  # type: ignore[arg-type]
            said = ctypes.wintypes.MSG.from_address(int(message))
            reason = means_lock(said.message, said.wParam)
            if reason:
                self._lock(reason)
        return False, 0

    @staticmethod
    def _session_messages(function: str, *given: int) -> None:
        library = getattr(ctypes, "windll").wtsapi32  # noqa: B009 - not there on other systems
        getattr(library, function)(*given)
