"""The line over a list that says which rows are shown, when not all are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QSizePolicy

from ui.kit.widgets import button, hbox, label
from ui.shared.page_parts import named

translate = QCoreApplication.translate


class NarrowedBar(QFrame):
    """Say that only some rows are shown, with a button to show all; hidden while all are shown."""

    def __init__(self, object_name: str, show_all: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setProperty("kind", "clear")
        self._words = label("", "strong", wrap=True)
        again = named(button(translate("hq", "Show all"), show_all, icon="x"), f"{object_name}_all")
        line = hbox(spacing=10)
        line.addWidget(self._words, 1)
        line.addWidget(again)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """Return the words that are shown."""
        return self._words.text()

    def say(self, words: str) -> None:
        """Set the description of the rows; empty if all are shown."""
        template = translate("hq", "Only: {words}")
        self._words.setText(template.format(words=words) if words else "")
        self.setVisible(bool(words))
