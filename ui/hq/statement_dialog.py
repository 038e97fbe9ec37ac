"""The statement that the host signed, over the window, word for word."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from eum_app.usecases.session import Session
from eum_app.usecases.visits.close_out import signed_statement
from eum_app.wording.host_statement import plain_line
from ui.kit.guard import guarded
from ui.kit.widgets import button, hbox, label, vbox
from ui.shared.statement_text import StatementText

_OF_WINDOW = 0.9


@dataclass(frozen=True)
class SignedStatement:
    """The statement of a visit as it was signed last."""

    visit_id: str
    text: str


def read_statement(session: Session, visit_id: str) -> SignedStatement:
    """Return the statement. Raises as `signed_statement` does."""
    return SignedStatement(visit_id, signed_statement(session, visit_id))


@guarded
class StatementDialog(QDialog):
    """Show the lines of a statement; Esc or Enter closes. `about` says when it was signed, and whether it holds."""

    def __init__(self, text: str, about: str, parent: QWidget) -> None:
        super().__init__(parent)
        title = self.tr("Statement for the host")
        self.setObjectName("statement_dialog")
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.lines = StatementText("signed_statement_text")
        lines = [plain_line(line) for line in text.splitlines()]  # a device may have signed anything
        self.lines.show_lines(self.tr("The statement that was signed"), lines)
        close = button(self.tr("Close"), self.accept, kind="primary", tip=self.tr("Close (Esc)"))
        close.setObjectName("statement_close_button")
        close.setDefault(True)
        head = vbox(label(title, "headline", wrap=True), label(about, "sub", wrap=True), spacing=4)
        whole = vbox(head, self.lines, hbox(1, close), margins=(20, 18, 20, 16), spacing=12)
        whole.setStretch(1, 1)
        self.setLayout(whole)
        window = parent.window()
        self.resize(round(window.width() * _OF_WINDOW), round(window.height() * _OF_WINDOW))
        self.lines.setFocus(Qt.FocusReason.OtherFocusReason)
