"""Lines of the statement that a host reads and signs: any number of them, whole, wrapped, selectable."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit

from ui.kit.guard import guarded
from ui.kit.theme import theme

_LEAST_DP = 150


@guarded
class StatementText(QPlainTextEdit):
    """Read-only lines. Only those in sight are laid out, so thousands of them open at once."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setUndoRedoEnabled(False)

    def show_lines(self, name: str, lines: Sequence[str]) -> None:
        """Show lines under an accessible name. Showing the same lines again keeps the scroll position."""
        self.setAccessibleName(name)
        option = self.document().defaultTextOption()
        option.setTextDirection(self.layoutDirection())  # also for a line that begins with a name in another direction
        self.document().setDefaultTextOption(option)
        text = "\n".join(lines)
        if text != self.toPlainText():
            self.setPlainText(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(160), theme().dp(_LEAST_DP))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()
