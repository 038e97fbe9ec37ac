"""Choose a passphrase: typed twice, with an estimate of its strength below."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.kit.widgets import FormField, set_look, vbox
from ui.shared.strength import Strength, strength_of

translate = QCoreApplication.translate


def secret_line(name: str) -> QLineEdit:
    """Return a line for a passphrase: hidden text, no prediction, and ignored by the scanner filter."""
    made = QLineEdit()
    made.setObjectName(name)
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setProperty("secret", True)
    made.setInputMethodHints(
        Qt.InputMethodHint.ImhSensitiveData
        | Qt.InputMethodHint.ImhNoPredictiveText
        | Qt.InputMethodHint.ImhNoAutoUppercase
    )
    return made


class NewPassphrase(QWidget):
    """Two lines for a new passphrase. `changed` on every key; `submitted` on Enter in the second line."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self.first, self.again = (
            secret_line(f"{prefix}passphrase_field"),
            secret_line(f"{prefix}passphrase_again_field"),
        )
        self._known: tuple[str, ...] = ()
        self._first_field = FormField(translate("app", "New passphrase"), self.first)
        self._again_field = FormField(translate("app", "New passphrase again"), self.again)
        layout = vbox(self._first_field, self._again_field, spacing=12)
        self.setLayout(layout)
        for line in (self.first, self.again):
            line.textChanged.connect(lambda _text: self._follow())
        self.first.returnPressed.connect(self.again.setFocus)
        self.again.returnPressed.connect(self.submitted)
        self._follow()

    @property
    def is_ready(self) -> bool:
        """Return whether the passphrase is strong enough and typed the same twice."""
        return self.strength.is_enough and self.first.text() == self.again.text()

    @property
    def strength(self) -> Strength:
        """Return the strength of the passphrase typed so far."""
        return strength_of(self.first.text(), self._known)

    def set_known(self, *known: str) -> None:
        """Set texts that make a passphrase weak if it contains them: the computer's name, the account code."""
        self._known = known
        self._follow()

    def take(self) -> str:
        """Return the first line's passphrase and empty both lines. Call it only while `is_ready`."""
        passphrase = self.first.text()
        self.clear()
        return passphrase

    def clear(self) -> None:
        for line in (self.first, self.again):
            line.clear()

    def _follow(self) -> None:
        if self.first.text():
            strength = self.strength
            self._first_field.set_hint(strength.words)
            set_look(self.first, "tone", "bad" if strength.tone == "bad" else "")
        else:
            self._first_field.set_hint(translate("app", "Several unrelated words. It cannot be looked up later."))
            set_look(self.first, "tone", "")
        differs = bool(self.again.text()) and not self.first.text().startswith(self.again.text())
        self._again_field.set_error(translate("app", "The two passphrases differ.") if differs else "")
        self.changed.emit()
