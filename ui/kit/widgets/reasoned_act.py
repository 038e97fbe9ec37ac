"""An act that cannot be taken back: a first button opens a field for the reason, a second one acts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.kit.widgets.base import Button, button, hbox, label, vbox


@dataclass(frozen=True)
class ActWords:
    """Texts of the parts. `object_name` is the beginning of their object names: `reopen` gives `reopen_reason`."""

    object_name: str
    begin: str
    placeholder: str
    reason: str
    """Accessible name of the field."""
    confirm: str
    explanation: str = ""
    """Shown with the field: what the act does."""


class ReasonedAct(QWidget):
    """Nothing happens before a reason is written and confirmed."""

    requested = Signal(str)
    """The reason, without blanks around it."""

    def __init__(self, words: ActWords) -> None:
        super().__init__()
        self._begin: Button = button(words.begin, self._ask)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(words.placeholder)
        self.reason.setAccessibleName(words.reason)
        self.reason.setMaxLength(1_000)
        shown = [label(words.explanation, "sub", wrap=True)] if words.explanation else []
        self._confirm: Button = button(words.confirm, self._give, kind="danger")
        self._cancel: Button = button(self.tr("Cancel"), self.cancel)
        named = {"button": self._begin, "reason": self.reason, "confirm_button": self._confirm}
        for end, part in (*named.items(), ("cancel_button", self._cancel)):
            part.setObjectName(f"{words.object_name}_{end}")
        self.reason.textChanged.connect(lambda text: self._confirm.setEnabled(bool(text.strip())))
        self._form: list[QWidget] = [*shown, self.reason, self._confirm, self._cancel]
        ends = hbox(self._cancel, 1, self._confirm)
        self.setLayout(vbox(hbox(self._begin, 1), *shown, self.reason, ends, spacing=8))
        self.close_form()

    def set_begin(self, text: str) -> None:
        """Set the text of the first button."""
        self._begin.setText(text)

    def close_form(self) -> None:
        """Hide the field and drop its text."""
        self.reason.clear()
        self._confirm.setEnabled(False)
        for part in self._form:
            part.hide()
        self._begin.show()

    def cancel(self) -> None:
        """Close the form, and give the focus back to the button that opened it."""
        self.close_form()
        self._begin.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_retry(self) -> None:
        """Let the person try again after a refusal; the reason stays."""
        self._confirm.setEnabled(bool(self.reason.text().strip()))

    def _ask(self) -> None:
        self._begin.hide()
        for part in self._form:
            part.show()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give(self) -> None:
        self._confirm.setEnabled(False)
        self.requested.emit(self.reason.text().strip())
