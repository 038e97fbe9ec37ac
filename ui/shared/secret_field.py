"""A passphrase to be chosen: typed twice, with what can be said of its strength beneath."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.kit.widgets import FormField, set_look, vbox
from ui.shared.strength import Strength, strength_of


def secret_line(name: str) -> QLineEdit:
    """A line for a passphrase: dots, no prediction, and the scanner's filter keeps its hands off."""
    made = QLineEdit()
    made.setObjectName(name)
    made.setMaxLength(1024)
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setProperty("secret", True)
    made.setInputMethodHints(
        Qt.InputMethodHint.ImhSensitiveData
        | Qt.InputMethodHint.ImhNoPredictiveText
        | Qt.InputMethodHint.ImhNoAutoUppercase
    )
    return made


class NewPassphrase(QWidget):
    """`changed` on every key; `submitted` on Enter in the second line. `take` hands it over and empties both lines."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        tr = QCoreApplication.translate
        self.first, self.again = (
            secret_line(f"{prefix}passphrase_field"),
            secret_line(f"{prefix}passphrase_again_field"),
        )
        self._known: tuple[str, ...] = ()
        self._first_field = FormField(tr("app", "New passphrase"), self.first)
        self._again_field = FormField(tr("app", "New passphrase again"), self.again)
        layout = vbox(self._first_field, self._again_field, spacing=12)
        self.setLayout(layout)
        for line in (self.first, self.again):
            line.textChanged.connect(lambda _text: self._follow())
        self.first.returnPressed.connect(self.again.setFocus)
        self.again.returnPressed.connect(self.submitted)
        self._follow()

    @property
    def is_ready(self) -> bool:
        return self.strength.is_enough and self.first.text() == self.again.text()

    @property
    def strength(self) -> Strength:
        return strength_of(self.first.text(), self._known)

    def set_known(self, *known: str) -> None:
        """What a passphrase must not be made of: the machine's name, the account code."""
        self._known = known
        self._follow()

    def take(self) -> str:
        passphrase = self.first.text()
        self.clear()
        return passphrase

    def clear(self) -> None:
        for line in (self.first, self.again):
            line.clear()

    def _follow(self) -> None:
        tr = QCoreApplication.translate
        if self.first.text():
            strength = self.strength
            self._first_field.set_hint(strength.words)
            set_look(self.first, "tone", "bad" if strength.tone == "bad" else "")
        else:
            self._first_field.set_hint(tr("app", "Several words that do not belong together. Nobody can look it up."))
            set_look(self.first, "tone", "")
        differs = bool(self.again.text()) and not self.first.text().startswith(self.again.text())
        self._again_field.set_error(tr("app", "The two passphrases differ.") if differs else "")
        self.changed.emit()
