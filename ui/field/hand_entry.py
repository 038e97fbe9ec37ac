"""Fields for a serial that is entered by hand: typed only, and the second entry without sight of the first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit

from ui.field.parts import named
from ui.kit.guard import guarded

MAX_CHARS = 78
_BY_CLIPBOARD = (QKeySequence.StandardKey.Paste, QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Cut)


@guarded
class HandEntry(QLineEdit):
    """A field that nothing can be pasted or dropped into, because copying one entry into the other compares nothing."""

    came = Signal()
    left = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        named(self, object_name)
        self.setProperty("kind", "mono")
        self.setMaxLength(MAX_CHARS)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.setDragEnabled(False)

    def event(self, event: QEvent) -> bool:
        is_key = event.type() in {QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress}
        if is_key and isinstance(event, QKeyEvent) and any(map(event.matches, _BY_CLIPBOARD)):
            event.accept()
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton:  # X11 pastes the selection with it
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.came.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


def pair(first: HandEntry, second: HandEntry) -> None:
    """Hide the first entry whenever the focus is elsewhere. Going back to it clears the second one."""

    def show() -> None:
        first.setEchoMode(QLineEdit.EchoMode.Normal)
        second.clear()

    def hide() -> None:
        first.setEchoMode(QLineEdit.EchoMode.Password)

    first.came.connect(show)
    first.left.connect(hide)
    hide()
