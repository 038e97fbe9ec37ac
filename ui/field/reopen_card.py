"""Reopen a closed visit: an explicit act with a reason, on the close-out page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit

from ui.field.parts import named
from ui.kit.widgets import Button, Card, button, hbox, label


class ReopenCard(Card):
    """Ask for the reason first. The first button only opens the field; the second one reopens the visit."""

    requested = Signal(str)
    """The reason."""

    def __init__(self) -> None:
        super().__init__(self.tr("This visit is closed out"))
        said = self.tr("Nothing can be recorded. Reopening voids both signatures, and HQ sees it as an amendment.")
        self._begin: Button = named(button(self.tr("Reopen…"), self._ask), "reopen_button")
        self.reason = named(QLineEdit(), "reopen_reason")
        self.reason.setPlaceholderText(self.tr("Why does the signed visit have to change?"))
        self.reason.setAccessibleName(self.tr("Reason for reopening the visit"))
        self.reason.setMaxLength(1_000)
        self._confirm: Button = named(
            button(self.tr("Reopen and void the signatures"), self._give, kind="danger"), "reopen_confirm_button"
        )
        self._cancel: Button = named(button(self.tr("Cancel"), self.close_form), "reopen_cancel_button")
        self.reason.textChanged.connect(lambda text: self._confirm.setEnabled(bool(text.strip())))
        self.add_padded(
            label(said, "body", wrap=True), self._begin, self.reason, hbox(self._cancel, 1, self._confirm), spacing=8
        )
        self.close_form()

    def close_form(self) -> None:
        """Hide the form and drop its text."""
        self.reason.clear()
        self._confirm.setEnabled(False)
        for part in (self.reason, self._confirm, self._cancel):
            part.hide()
        self._begin.show()

    def _ask(self) -> None:
        self._begin.hide()
        for part in (self.reason, self._confirm, self._cancel):
            part.show()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give(self) -> None:
        self._confirm.setEnabled(False)
        self.requested.emit(self.reason.text().strip())
