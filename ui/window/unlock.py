"""The page before the store is open: notice, account, passphrase. It knows nothing about the store but the device's id.

It imports only Qt and the kit, so that it is painted before the heavy imports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QVBoxLayout, QWidget

from eum_app.domain.errors import KnownError
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.scan_words import no_scan_text, refusal_text
from ui.kit.theme import inset, theme
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, Card, CuiBanner, FormField, button, hbox, label, scrolled, set_look, vbox
from ui.kit.widgets.busy_line import BusyLine
from ui.kit.widgets.rail import BrandMark

if TYPE_CHECKING:
    from eum_app.scanning.wedge import Refused

translate = QCoreApplication.translate


NOTICE = QT_TRANSLATE_NOOP(
    "kit",
    "You are accessing an information system that is provided for authorized use only. Use of this system may be "
    "monitored and recorded. Use without authority is prohibited and may be punished. By accepting, you agree to this.",
)
_BESIDE_DP = 860
_MARK = "[)>"
"""The start of a mark (ISO/IEC 15434)."""


@guarded
class UnlockPage(QWidget):
    """Accept the notice, then unlock. `unlock_requested` carries account and passphrase once both are typed.

    The passphrase leaves its field with the signal and is not kept. One that starts as a mark does (`[)>`) is taken for
    a scan and dropped. After `set_busy(True)` nothing can be pressed.
    """

    unlock_requested = Signal(str, str)
    recovery_requested = Signal()

    def __init__(self, *, brand: str, device: str, notice: str = "", marking: str = "CUI") -> None:
        super().__init__()
        self.setObjectName("unlock_page")
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(brand)
        self.accepted_at: QDateTime | None = None
        self.is_busy = False
        self._accepted_by = ""

        self._accept: Button = button(translate("kit", "Accept"), self.accept_notice)
        self._accept.setObjectName("accept_notice_button")
        self._make_fields()
        self._cards = (self._notice_card(notice), self._unlock_card(brand, device))
        for card, width in zip(self._cards, (440, 420), strict=True):
            card.setProperty("max_width", width)
        # No alignment flags here: a layout item that has one does not give its wrapped text the height it needs.
        self._lines = [hbox(1, card, 1, spacing=0) for card in self._cards]
        self._side_by_side = hbox(spacing=40)
        for line in self._lines:
            line.setStretch(1, 1000)
            self._side_by_side.addLayout(vbox(1, line, 1), 1)
        centred = QVBoxLayout()
        inset(centred, 24, 24, 24, 24)
        centred.addStretch(1)
        centred.addLayout(self._side_by_side)
        centred.addStretch(1)
        whole = QVBoxLayout(self)
        inset(whole, 0, 0, 0, 0)
        whole.addWidget(CuiBanner(marking))
        area = scrolled(centred)
        whole.addWidget(area, 1)
        whole.addWidget(CuiBanner(marking))
        self._busy_line = BusyLine(area)

        self.account.textChanged.connect(self._follow_account)
        self.passphrase.textChanged.connect(self._follow)
        self.account.returnPressed.connect(self.passphrase.setFocus)
        self.passphrase.returnPressed.connect(self._ask)
        theme().changed.connect(self._restyle)
        self._restyle()
        self._follow()
        self.resize(1440, 900)
        self._accept.setFocus(Qt.FocusReason.OtherFocusReason)

    # Its parts

    def _notice_card(self, notice: str) -> Card:
        card = Card()
        card.add_padded(
            label(translate("kit", "Notice and consent"), "heading"),
            label(notice or translate("kit", NOTICE), "body", wrap=True),
            hbox(self._accept, 1, margins=(0, 8, 0, 0)),
            margins=(28, 26, 28, 26),
            spacing=12,
        )
        card.setAccessibleName(translate("kit", "Notice and consent"))
        return card

    def _make_fields(self) -> None:
        self.account = QLineEdit()
        self.account.setObjectName("account_field")
        self.account.setPlaceholderText(translate("kit", "Your account code"))
        self.account.setMaxLength(64)
        self.passphrase = QLineEdit()
        self.passphrase.setObjectName("passphrase_field")
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setProperty("secret", True)  # the wedge filter keeps its hands off
        self.passphrase.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self._show_action = QAction(self)
        self._show_action.setCheckable(True)
        self._show_action.setShortcut(QKeySequence("Ctrl+Shift+P"))
        self._show_action.toggled.connect(self._follow_show)
        self.passphrase.addAction(self._show_action, QLineEdit.ActionPosition.TrailingPosition)
        self.addAction(self._show_action)

    def _unlock_card(self, brand: str, device: str) -> Card:
        self._account_field = FormField(translate("kit", "Account"), self.account)
        self._passphrase_field = FormField(translate("kit", "Passphrase"), self.passphrase)
        self._unlock: Button = button(translate("kit", "Unlock"), self._ask, kind="primary")
        self._unlock.setObjectName("unlock_button")
        self._error = label("", "sub", tone="bad", wrap=True)
        self._error.hide()
        self._recovery: Button = button(
            translate("kit", "Locked out? Use a recovery code"), self.recovery_requested.emit, kind="link"
        )
        self._recovery.setObjectName("recovery_link")
        card = Card()
        card.add_padded(
            hbox(BrandMark(), label(brand, "brand"), 1, spacing=8),
            label(translate("kit", "Unlock this device"), "headline", wrap=True),
            label(translate("kit", "Device {device}").format(device=device), "sub", selectable=True),
            self._account_field,
            self._passphrase_field,
            self._error,
            self._unlock,
            hbox(1, self._recovery, 1),
            margins=(28, 28, 28, 18),
            spacing=12,
        )
        card.setAccessibleName(translate("kit", "Unlock this device"))
        return card

    @property
    def accepted_at_text(self) -> str | None:
        """Return the time when the notice was accepted, as UTC text like in facts; None before that."""
        accepted = self.accepted_at
        return accepted.toString("yyyy-MM-ddTHH:mm:ss.zzz") + "000Z" if accepted is not None else None

    # What the opener of the store tells the page

    def set_busy(self, is_busy: bool) -> None:
        """Disable fields and buttons while the key is derived, and show the progress on the button; or enable them
        again.
        """
        self.is_busy = is_busy
        self._busy_line.set_busy(is_busy)
        self._unlock.setText(translate("kit", "Unlocking…") if is_busy else translate("kit", "Unlock"))
        for field in (self.account, self.passphrase):
            field.setEnabled(not is_busy)
        self._follow()

    def show_error(self, error: KnownError) -> None:
        """Show why the store was not opened, and focus the field for the next try."""
        self.set_busy(False)
        message = sentence(error)
        self._error.setText(f"{message.what} {message.next}")
        self._error.show()
        set_look(self.passphrase, "tone", "bad")
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def accept_notice(self) -> None:
        """Accept the notice and show the time on the button; a second call only moves the focus to the next field."""
        if self.accepted_at is None:
            self._accepted_by = ""
            self._take_acceptance(QDateTime.currentDateTimeUtc())
        (self.passphrase if self.account.text() else self.account).setFocus(Qt.FocusReason.OtherFocusReason)

    def resume(self, account: str, accepted_at: QDateTime) -> None:
        """Ask only for the passphrase of `account`, who accepted this notice at `accepted_at`, before the lock.

        Another account must accept the notice itself.
        """
        self.account.setText(account)
        self._accepted_by = account
        self._take_acceptance(accepted_at)
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_acceptance(self, at: QDateTime | None) -> None:
        self.accepted_at = at
        text = translate("kit", "Accept")
        if at is not None:
            local = QLocale().toString(at.toLocalTime().time(), "HH:mm")
            text = translate("kit", "Accepted {time}").format(time=local)
        self._accept.setText(text)
        self._accept.set_icon_name("check" if at is not None else "")
        self._follow()

    def mark_scanned(self, _raw: bytes) -> None:
        """Say that no mark is used here."""
        self._say(no_scan_text())

    def scan_refused(self, refused: Refused) -> None:
        """Say why the keys of a scan were not used."""
        self._say(refusal_text(refused))

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.show()

    # Inside

    def _ask(self) -> None:
        if not self._unlock.isEnabled():
            return
        passphrase = self.passphrase.text()
        self.passphrase.clear()
        if passphrase.startswith(_MARK):
            return  # a hand scanner's burst, which reaches this field unheld: no attempt is made with it
        self._show_action.setChecked(False)
        self._error.hide()
        set_look(self.passphrase, "tone", "")
        self.set_busy(True)
        self.unlock_requested.emit(self.account.text().strip(), passphrase)

    def _follow_account(self) -> None:
        account = self.account.text().strip()
        if self._accepted_by and account and account != self._accepted_by:
            self._accepted_by = ""
            self._take_acceptance(None)
        self._follow()

    def _follow(self) -> None:
        is_ready = bool(self.account.text().strip() and self.passphrase.text())
        self._unlock.setEnabled(self.accepted_at is not None and is_ready and not self.is_busy)
        needs_notice = self.accepted_at is None and not self.is_busy
        tip = translate("kit", "Accept the notice first") if needs_notice else ""
        set_tip(self._unlock, tip)
        self._recovery.setEnabled(self.accepted_at is not None and not self.is_busy)
        set_tip(self._recovery, tip)

    def _follow_show(self, is_shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        self.passphrase.setEchoMode(mode)
        self._restyle()

    def _restyle(self) -> None:
        is_shown = self._show_action.isChecked()
        self._show_action.setIcon(theme().icon("eye-off" if is_shown else "eye", "ink2"))
        words = translate("kit", "Hide the passphrase") if is_shown else translate("kit", "Show the passphrase")
        self._show_action.setText(words)
        set_tip(self._show_action, f"{words} (Ctrl+Shift+P)")
        for card in self._cards:
            card.setMaximumWidth(theme().dp(float(card.property("max_width"))))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_narrow = self.width() < theme().dp(_BESIDE_DP)
        wanted = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        self._side_by_side.setDirection(wanted)
        # Side by side, the cards meet in the middle; on top of each other, they are centered.
        self._lines[0].setStretch(2, 1 if is_narrow else 0)
        self._lines[1].setStretch(0, 1 if is_narrow else 0)
