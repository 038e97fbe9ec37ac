"""Recover access with one of the ten recovery codes, typed in groups or scanned, and a new passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from eum_app.crypto.recovery_codes import parse, shown
from eum_app.domain.errors import KnownError, Refusal
from ui.kit.messages import sentence
from ui.kit.scan_words import refusal_text
from ui.kit.widgets import Button, Card, FormField, button, card_between_markings, hbox, label
from ui.kit.widgets.rail import BrandMark
from ui.shared.secret_field import NewPassphrase

if TYPE_CHECKING:
    from eum_app.scanning.wedge import Refused

translate = QCoreApplication.translate


_CHARACTERS = 28


class RecoveryPage(QWidget):
    """Ask for a recovery code and a new passphrase.

    `recover_requested` carries account, code and new passphrase; `back_requested` returns to the unlock page. The page
    never reveals whether an account exists or has codes. `accepted_at` is the time when the notice was accepted.
    """

    takes_scans: ClassVar[bool] = True

    recover_requested = Signal(str, str, str)
    back_requested = Signal()

    def __init__(self, *, brand: str, device: str, accepted_at: str | None, marking: str = "CUI") -> None:
        super().__init__()
        self.setObjectName("recovery_page")
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(brand)
        self.accepted_at = accepted_at
        self.is_busy = False
        self.account = QLineEdit()
        self.account.setObjectName("account_field")
        self.account.setMaxLength(64)
        self.code = QLineEdit()
        self.code.setObjectName("recovery_code_field")
        self.code.setProperty("kind", "mono")
        self.code.setMaxLength(80)
        self._code_field = FormField(translate("app", "Recovery code"), self.code)
        self.passphrase = NewPassphrase()
        self._error = label("", "sub", tone="bad", wrap=True)
        self._error.setObjectName("recovery_error")
        self._error.hide()
        self._open: Button = button(translate("app", "Unlock with the code"), self._ask, kind="primary")
        self._open.setObjectName("recover_button")
        self._back: Button = button(translate("app", "Back"), self.back_requested.emit)
        self._back.setObjectName("recovery_back_button")
        card = Card()
        card.add_padded(
            hbox(BrandMark(), label(brand, "brand"), 1, spacing=8),
            label(translate("app", "Use a recovery code"), "headline", wrap=True),
            label(
                translate(
                    "app",
                    "Ten codes were made for your account. Use one of them, or ask HQ to read one out. Each works "
                    "once, unlocks the account and lets you choose a new passphrase.",
                ),
                "body",
                wrap=True,
            ),
            FormField(translate("app", "Account"), self.account),
            self._code_field,
            self.passphrase,
            self._error,
            hbox(self._back, 1, self._open),
            margins=(28, 26, 28, 24),
            spacing=12,
        )
        card.setAccessibleName(translate("app", "Use a recovery code"))
        card.setProperty("device", device)
        card_between_markings(self, card, marking)
        self.account.textChanged.connect(self._follow_account)
        self.account.returnPressed.connect(self.code.setFocus)
        self.code.textEdited.connect(self._follow_code)
        self.code.returnPressed.connect(self.passphrase.first.setFocus)
        self.passphrase.changed.connect(self._follow)
        self.passphrase.submitted.connect(self._ask)
        self._device = device
        self._follow_code("")
        self.account.setFocus(Qt.FocusReason.OtherFocusReason)

    def mark_scanned(self, raw: bytes) -> None:
        """Fill in a recovery code scanned from paper. Any other mark leaves the field as it is and shows an error."""
        try:
            self.code.setText(shown(parse(raw.decode("ascii", "replace"))))
        except Refusal as refusal:
            self.show_error(refusal)
            return
        self._error.hide()
        self._follow_code(self.code.text())
        self.passphrase.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def scan_refused(self, refused: Refused) -> None:
        """Say why the keys of a scan were not used."""
        self._error.setText(refusal_text(refused))
        self._error.show()

    def set_busy(self, is_busy: bool) -> None:
        """Disable the buttons while the key is derived."""
        self.is_busy = is_busy
        self._open.setText(translate("app", "Unlocking…") if is_busy else translate("app", "Unlock with the code"))
        self._back.setEnabled(not is_busy)
        self._follow()

    def show_error(self, error: KnownError) -> None:
        """Show why the store was not opened. Account and code stay; the passphrase must be chosen again."""
        self.set_busy(False)
        message = sentence(error)
        self._error.setText(f"{message.what} {message.next}")
        self._error.show()
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def _is_code(self) -> bool:
        try:
            parse(self.code.text())
        except Refusal:
            return False
        return True

    def _follow_account(self, account: str) -> None:
        self.passphrase.set_known(self._device, account.strip())
        self._follow()

    def _follow_code(self, typed: str) -> None:
        """Show how much of the code was typed, and whether it has a typing error."""
        count = sum(not char.isspace() and char != "-" for char in typed)
        said = translate(
            "app", "{count} of {all} characters, in groups of four as on the paper, or scan it. Upper or lower case."
        )
        self._code_field.set_hint(said.format(count=count, all=_CHARACTERS))
        if count >= _CHARACTERS:
            if self._is_code():
                self._code_field.set_hint(translate("app", "The code is complete."))
            else:
                self._code_field.set_error(translate("app", "A character is wrong. Compare it group by group."))
        self._follow()

    def _follow(self) -> None:
        is_ready = bool(self.account.text().strip()) and self._is_code() and self.passphrase.is_ready
        self._open.setEnabled(is_ready and not self.is_busy)

    def _ask(self) -> None:
        if not self._open.isEnabled():
            return
        account, code = self.account.text().strip(), self.code.text()
        passphrase = self.passphrase.take()
        self._error.hide()
        self.set_busy(True)
        self.recover_requested.emit(account, code, passphrase)
