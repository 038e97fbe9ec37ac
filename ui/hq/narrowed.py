"""Rows behind a figure: what the overview asks another page to show, and the line there that says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QSizePolicy

from ui.kit.widgets import button, hbox, label
from ui.shared.page_parts import named


@dataclass(frozen=True)
class Narrowed:
    """`rows` is the filter that the page takes, `words` say what is shown."""

    rows: Any
    words: str


@dataclass(frozen=True)
class FindingFilter:
    """Which findings: empty text is all."""

    program: str = ""
    severity: str = ""
    rule_id: str = ""


@dataclass(frozen=True)
class VisitFilter:
    """Which visits: `is_open` those not closed out; `past_due_on` those open that were due before that UTC day
    (`YYYY-MM-DD`); empty text is all."""

    program: str = ""
    is_open: bool = False
    past_due_on: str = ""


class NarrowedBar(QFrame):
    """Says that only some rows are shown, and shows all again; hidden where all are shown."""

    def __init__(self, object_name: str, show_all: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setProperty("kind", "clear")
        self._words = label("", "strong", wrap=True)
        tr = QCoreApplication.translate
        again = named(button(tr("hq", "Show all"), show_all, icon="x"), f"{object_name}_all")
        line = hbox(spacing=10)
        line.addWidget(self._words, 1)
        line.addWidget(again)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, words: str) -> None:
        """Empty words: everything is shown."""
        template = QCoreApplication.translate("hq", "Only: {words}")
        self._words.setText(template.format(words=words) if words else "")
        self.setVisible(bool(words))
