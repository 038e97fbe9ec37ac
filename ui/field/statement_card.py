"""The statement for the host on the close-out page: counts that open to their serial numbers, and every exception."""

from __future__ import annotations

from eum_app.wording.host_statement import (
    BELOW,
    BY_HAND,
    BY_OTHERS,
    COUNTS,
    EXCEPTIONS,
    FROM_LIST,
    OTHER,
    SaidStatement,
    StatedCount,
)
from ui.kit import words
from ui.kit.theme import status_mark
from ui.kit.widgets import Card, Tab, TabRow, label
from ui.shared.statement_text import StatementText

_ICONS = {
    EXCEPTIONS: "flag",
    BY_OTHERS: "users",
    OTHER: "circle-question-mark",
    BY_HAND: "keyboard",
    FROM_LIST: "list",
    BELOW: "eye-off",
}
"""Icons of the counts that are not outcomes."""


class StatementCard(Card):
    """Show the statement as the parties sign it. One count is open at a time, the exceptions at first."""

    def __init__(self) -> None:
        super().__init__(self.tr("Statement for the host"), self.tr("Touch a number to see its serial numbers"))
        self.setObjectName("statement_card")
        self._about = label("", "body", wrap=True, selectable=True)
        self._about.setObjectName("statement_about")
        self.tabs = TabRow([Tab(key, "", _ICONS.get(key) or status_mark(key).icon) for key in (EXCEPTIONS, *COUNTS)])
        self.tabs.setAccessibleName(self.tr("Counts of the statement"))
        self.tabs.chosen.connect(self.open_part)
        self.text = StatementText("statement_text")
        column = self.add_padded(spacing=10)
        column.addWidget(self._about)
        column.addWidget(self.tabs)
        column.addWidget(self.text, 1)
        self._parts: dict[str, StatedCount] = {}
        self._said: SaidStatement | None = None

    def show_statement(self, said: SaidStatement) -> None:
        """Show a statement. The count that was open stays open; if it is gone, the exceptions are open."""
        if said == self._said:
            return
        self._said = said
        self._parts = {part.key: part for part in (said.exceptions, *said.counts)}
        self.set_title(said.title, self.tr("Touch a number to see its serial numbers"))
        self._show_about("\n".join(said.head))
        for key, part in self._parts.items():
            self.tabs.set_text(key, f"{words.count(part.number)} {part.title}")
        self.tabs.show_only(self._parts)
        self.tabs.show()
        self.open_part(self.tabs.current if self.tabs.current in self._parts else EXCEPTIONS)

    def show_signed(self, text: str) -> None:
        """Show the text that was signed, as it is kept; empty if an earlier version kept none."""
        self._said = None
        self.set_title(self.tr("Statement for the host"), self.tr("As it was signed"))
        self._show_about("" if text else self.tr("This visit was signed in an earlier version, without a statement."))
        self.tabs.hide()
        self.text.show_lines(self.tr("The statement that was signed"), text.splitlines())

    def open_part(self, key: str) -> None:
        """Show the lines behind a count. Raises KeyError for a count that the statement does not have."""
        part = self._parts[key]
        self.tabs.set_current(key)
        name = self.tr("{title}: {count}").format(title=part.title, count=words.count(part.number))
        self.text.show_lines(name, part.lines or (self.tr("None"),))

    def _show_about(self, text: str) -> None:
        self._about.setText(text)
        self._about.setVisible(bool(text))
