"""A line under the rejected rows, to state that a row that looks damaged matches the plate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from eum_app.domain.damage import DOUBTFUL
from eum_app.domain.list_cells import IDENTITY_COLUMNS
from eum_app.list_files.list_file import PlateSays, Rejected
from ui.kit.widgets import button, hbox, label, vbox
from ui.shared.page_parts import named


class PlateLine(QWidget):
    """`stated` carries a `PlateSays` about the current row, or about all rows that only look damaged."""

    stated = Signal(object)

    def __init__(self, current_line: Callable[[], int | None]) -> None:
        super().__init__()
        self._current_line = current_line
        self._lines: frozenset[int] = frozenset()
        self._words = label("", "sub", wrap=True)
        self.reason = QLineEdit()
        named(self.reason, "plate_reason", self.tr("How you know what is on the plate"))
        self.reason.setPlaceholderText(self.tr("How you know, e.g. read on the item by INS-017"))
        self.reason.setMaxLength(200)
        self.reason.textChanged.connect(lambda _text: self.follow())
        self.this_button = button(self.tr("The plate confirms this row"), lambda: self._state(is_all=False))
        named(self.this_button, "plate_says_this")
        self.all_button = button("", lambda: self._state(is_all=True))
        named(self.all_button, "plate_says_all")
        line = hbox(self.reason, self.this_button, self.all_button, spacing=8)
        line.setStretch(0, 1)
        self.setLayout(vbox(self._words, line, spacing=8))
        self.show_rows(())

    def show_rows(self, rejected: Sequence[Rejected]) -> None:
        """Offer the rows that were rejected only because they look damaged."""
        self._lines = frozenset(row.line for row in rejected if all(map(_only_looks_damaged, row.codes)))
        words = self.tr(
            "%Ln rows only look damaged. If the plates confirm them, state how you know; they stay unconfirmed.",
            "",
            len(self._lines),
        )
        self._words.setText(words)
        self.all_button.setText(self.tr("The plates confirm all %Ln rows", "", len(self._lines)))
        self.setVisible(bool(self._lines))
        self.follow()

    def follow(self) -> None:
        """Enable the buttons: both need a reason, and the one for a single row needs such a row to be current."""
        has_reason = bool(self.reason.text().strip())
        self.this_button.setEnabled(has_reason and self._current_line() in self._lines)
        self.all_button.setEnabled(has_reason)

    def _state(self, *, is_all: bool) -> None:
        line = self._current_line()
        lines = self._lines if is_all or line is None else self._lines & {line}
        if lines and self.reason.text().strip():
            self.stated.emit(PlateSays(self.reason.text().strip(), lines=lines))


def _only_looks_damaged(code: str) -> bool:
    column, _, damage = code.partition(".")
    return column in IDENTITY_COLUMNS and damage in DOUBTFUL
