"""A history, one event a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from ui.kit.widgets.base import Part, hbox, label, panel, vbox
from ui.kit.widgets.card import Card, scrolled


@dataclass(frozen=True)
class Told:
    """One event of a history: `Verified` · INS-017, with time and place under it."""

    what: str
    who: str
    detail: str
    note: str = ""


class HistoryCard(Card):
    """List events in the order given to `set_lines`: newest first."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._lines = vbox()
        self._shown: list[QWidget] = []
        self._column = vbox(self._lines, 1)
        self.area = scrolled(self._column)
        self.add(self.area, 1)

    def add_below(self, part: QWidget) -> None:
        """Add a part below the lines, which scrolls with them."""
        self._column.insertWidget(self._column.count() - 1, part)

    def set_lines(self, lines: Sequence[Told]) -> None:
        """Replace all lines."""
        for old in self._shown:
            self._lines.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._shown = []
        for line in lines:
            words = label(line.what, "strong")
            who = label(f"· {line.who}" if line.who else "")
            parts: list[Part] = [
                hbox(words, who, 1, spacing=5),
                label(line.detail, "sub", wrap=True),
            ]
            if line.note:
                parts.append(label(line.note, "body", wrap=True))
            made = panel(vbox(*parts, margins=(16, 8, 16, 8), spacing=2), "row")
            made.setAccessibleName(", ".join(part for part in (line.what, line.who, line.detail, line.note) if part))
            self._lines.addWidget(made)
            self._shown.append(made)
