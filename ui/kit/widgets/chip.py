"""Chips: icon, word and color in a rounded box."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import status_mark, theme
from ui.kit.theme.paint import chip_size, paint_chip


@guarded
class Chip(QWidget):
    """A chip. `tone` is one of mute, accent, ok, warn, bad; `icon` is a Lucide name or empty.

    `Chip.of("verified")` shows a state's mark; `Chip.of("verified", "206")` shows the same mark with another text.
    """

    def __init__(self, text: str = "", tone: str = "mute", icon: str = "") -> None:
        super().__init__()
        self._text, self._tone, self._icon = text, tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    @classmethod
    def of(cls, state: str, text: str | None = None) -> Chip:
        """Return the chip of a state of `ui.kit.theme.status`, with its word or another text; see `status_mark`."""
        made = cls()
        made.set_state(state, text)
        return made

    def text(self) -> str:
        return self._text

    def set_state(self, state: str, text: str | None = None) -> None:
        """Show a state of `ui.kit.theme.status`, with its word or another text."""
        mark = status_mark(state)
        self.set(mark.text() if text is None else text, mark.tone, mark.icon)
        self.setAccessibleName(mark.text() if text is None else f"{text} {mark.text()}")

    def set(self, text: str, tone: str = "mute", icon: str = "") -> None:
        """Show a text in a tone, with a Lucide icon or none."""
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return chip_size(theme(), self._text, self._icon)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self.rect(), theme(), text=self._text, icon=self._icon, tone=self._tone)
        painter.end()
