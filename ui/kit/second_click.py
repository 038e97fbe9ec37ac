"""Drop the second click of a double click where something else took the place of what the first one pressed."""

from __future__ import annotations

import weakref

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from ui.kit.guard import guarded


@guarded
class SecondClick(QObject):
    """An event filter of the application.

    A button that was pressed may bring another to its place: the reasons, the next column. Qt gives the second click of
    a double click to whatever is there, although the person aimed at the first.
    """

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._pressed: weakref.ref[QWidget] | None = None
        self._at = -1
        self._app = app
        app.installEventFilter(self)

    def close(self) -> None:
        """Stop filtering: each filter that is left on the application costs a call for every event."""
        self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick}:
            return False
        if not isinstance(watched, QWidget) or not isinstance(event, QMouseEvent):
            return False
        if kind == QEvent.Type.MouseButtonPress:
            if event.timestamp() != self._at or not event.timestamp():  # else the same press, passed on to a parent
                self._pressed, self._at = weakref.ref(watched), event.timestamp()
            return False
        first = self._pressed() if self._pressed is not None else None
        is_same = first is not None and (watched is first or watched.isAncestorOf(first))
        return not is_same
