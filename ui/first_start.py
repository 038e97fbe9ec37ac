"""The first start: what this machine is, its name, and the first account. One page, no steps."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import ROLES
from ui import words
from ui.messages import sentence
from ui.theme import inset
from ui.widgets import Button, Card, CuiBanner, FormField, button, hbox, label, scrolled, vbox
from ui.widgets.rail import BrandMark


class FirstStart(QWidget):
    """Asks what a new store needs. `create_requested` carries kind, name, account, role, passphrase."""

    create_requested = Signal(str, str, str, str, str)

    def __init__(self, *, marking: str = "CUI") -> None:
        super().__init__()
        tr = QCoreApplication.translate
        self.setObjectName("first_start_page")
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("EUM")
        self._kind, kinds = self._choice(
            "kind",
            (
                ("field", tr("app", "A field device: visits, scanning, checks")),
                ("hq", tr("app", "An HQ workstation: inventory, tasking, review")),
            ),
        )
        self._role, roles = self._choice("role", tuple((key, words.role(key)) for key in ROLES), across=True)
        self.name = self._line("name_field")
        self.account = self._line("account_field")
        self.passphrase = self._line("passphrase_field", is_secret=True)
        self.repeated = self._line("passphrase_again_field", is_secret=True)
        self._name_field = FormField(tr("app", "Name of this machine"), self.name, tr("app", "e.g. FLD-0042 or HQ-1"))
        self._repeat_field = FormField(tr("app", "Passphrase again"), self.repeated)
        self._error = label("", "sub", tone="bad", wrap=True)
        self._error.hide()
        self._create: Button = button(tr("app", "Create the encrypted store"), self._ask, kind="primary")
        self._create.setObjectName("create_store_button")
        card = Card()
        card.add_padded(
            hbox(BrandMark(), label("EUM", "brand"), 1, spacing=8),
            label(tr("app", "Set this machine up"), "headline", wrap=True),
            label(
                tr("app", "Everything is kept encrypted in one store on this machine. There is none here yet."),
                "body",
                wrap=True,
            ),
            label(tr("app", "This machine is"), "sub"),
            kinds,
            self._pair(self._name_field, FormField(tr("app", "Your account code"), self.account)),
            label(tr("app", "Your role"), "sub"),
            roles,
            self._pair(
                FormField(
                    tr("app", "Passphrase"),
                    self.passphrase,
                    tr("app", "At least 8 characters; several words are good. It cannot be looked up later."),
                ),
                self._repeat_field,
            ),
            self._error,
            hbox(1, self._create),
            margins=(28, 26, 28, 24),
            spacing=12,
        )
        card.setAccessibleName(tr("app", "Set this machine up"))
        middle = QGridLayout()
        inset(middle, 24, 24, 24, 24)
        for at in (0, 2):
            middle.setColumnStretch(at, 1)
            middle.setRowStretch(at, 1)
        middle.setColumnStretch(1, 2)
        middle.addWidget(card, 1, 1)
        whole = QVBoxLayout(self)
        inset(whole, 0, 0, 0, 0)
        whole.addWidget(CuiBanner(marking))
        whole.addWidget(scrolled(middle), 1)
        whole.addWidget(CuiBanner(marking))
        self._is_busy = False
        self._follow()

    def show_error(self, error: KnownError) -> None:
        """Say why the store was not made; what was typed stays, but for the passphrase."""
        self.set_busy(False)
        message = sentence(error)
        self._error.setText(f"{message.what} {message.next}")
        self._error.show()

    def set_busy(self, is_busy: bool) -> None:
        tr = QCoreApplication.translate
        self._is_busy = is_busy
        self._create.setText(tr("app", "Creating…") if is_busy else tr("app", "Create the encrypted store"))
        self._follow()

    # Parts

    def _choice(
        self, name: str, choices: tuple[tuple[str, str], ...], *, across: bool = False
    ) -> tuple[QButtonGroup, QWidget]:
        group = QButtonGroup(self)
        made: list[QWidget] = []
        for key, text in choices:
            choice = QRadioButton(text)
            choice.setObjectName(f"{name}_{key}")
            choice.setProperty("key", key)
            group.addButton(choice)
            made.append(choice)
        group.buttonToggled.connect(lambda _choice, _on: self._follow())
        holder = QWidget()
        holder.setLayout(hbox(*made, 1, spacing=18) if across else vbox(*made))
        return group, holder

    def _line(self, name: str, *, is_secret: bool = False) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(name)
        made.setMaxLength(1024 if is_secret else 40)
        if is_secret:
            made.setEchoMode(QLineEdit.EchoMode.Password)
            made.setProperty("secret", True)
            made.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        made.textChanged.connect(lambda _text: self._follow())
        made.returnPressed.connect(self._ask)
        return made

    def _pair(self, first: QWidget, second: QWidget) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        inset(grid, 0, 0, 0, 0, spacing=16)
        for at, widget in enumerate((first, second)):
            grid.addWidget(widget, 0, at, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(at, 1)
        return holder

    def mark_scanned(self, _raw: bytes) -> None:
        """A scan means nothing here."""

    # Inside

    @staticmethod
    def _chosen(group: QButtonGroup) -> str:
        pressed = group.checkedButton()
        return str(pressed.property("key")) if pressed is not None else ""

    def _follow(self) -> None:
        tr = QCoreApplication.translate
        differs = bool(self.repeated.text()) and self.repeated.text() != self.passphrase.text()
        self._repeat_field.set_error(tr("app", "The two passphrases differ.") if differs else "")
        is_whole = all(
            (
                self._chosen(self._kind),
                self._chosen(self._role),
                self.name.text().strip(),
                self.account.text().strip(),
                self.passphrase.text(),
                self.passphrase.text() == self.repeated.text(),
            )
        )
        self._create.setEnabled(is_whole and not self._is_busy)

    def _ask(self) -> None:
        if not self._create.isEnabled():
            return
        passphrase = self.passphrase.text()
        if len(passphrase) < 8:
            self.show_error(Refusal("passphrase.too_short", least=8))
            return
        self.passphrase.clear()
        self.repeated.clear()
        self._error.hide()
        self.set_busy(True)
        self.create_requested.emit(
            self._chosen(self._kind),
            self.name.text().strip(),
            self.account.text().strip(),
            self._chosen(self._role),
            passphrase,
        )
