"""Cards for one's own account: its passphrase, its recovery codes, and when the window locks.

The page shows what a card's `said` and `failed` signals carry.
"""

from __future__ import annotations

from PySide6.QtCore import Signal

from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call
from eum_app.usecases.people.accounts import change_passphrase
from eum_app.usecases.people.recovery import RecoveryCodes, make_recovery_codes
from ui.kit.desk import Desk
from ui.kit.settings import LOCK_AFTER
from ui.kit.widgets import Button, Card, FormField, button, hbox, label
from ui.shared.secret_field import NewPassphrase, secret_line
from ui.shared.setting_choice import add_choices


class PassphraseCard(Card):
    """Change one's own passphrase."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Your passphrase"))
        self._desk = desk
        self.old = secret_line("old_passphrase_field")
        self.new = NewPassphrase("new_")
        self.new.set_known(self._desk.session.name, self._desk.session.account)
        self.change_button: Button = button(self.tr("Change the passphrase"), self.change, kind="primary")
        self.change_button.setObjectName("change_passphrase_button")
        self.old.textChanged.connect(lambda _text: self._follow())
        self.new.changed.connect(self._follow)
        self.new.submitted.connect(self.change)
        self.add_padded(
            FormField(self.tr("Current passphrase"), self.old), self.new, hbox(1, self.change_button), spacing=12
        )
        self._follow()

    def change(self) -> None:
        """Change one's own passphrase to the one typed. Both leave the fields at once, also when the change is then
        refused.

        Does nothing while the input is incomplete. Returns before the passphrase is changed: `said` or `failed`
        follows. A wrong current passphrase counts as a failed try to unlock.
        """
        if not self.change_button.isEnabled():
            return
        old, new = self.old.text(), self.new.take()
        self.old.clear()
        said = self.tr("Your passphrase is changed")
        self._desk.do(call(change_passphrase, old, new), then=lambda _done: self._done(said), failed=self._failed)

    def _done(self, said: str) -> None:
        self.said.emit(said)
        self._follow()

    def _failed(self, error: KnownError) -> None:
        self.failed.emit(error)
        self._follow()

    def _follow(self) -> None:
        self.change_button.setEnabled(bool(self.old.text()) and self.new.is_ready)


class CodesCard(Card):
    """Make one's own recovery codes. `made` carries the new codes, to be shown once."""

    made = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Your recovery codes"))
        self._desk = desk
        self._codes_left = label("", "body", wrap=True)
        self.codes_button: Button = button(self.tr("Make ten new codes"), self.make_codes, icon="key-round")
        self.codes_button.setObjectName("make_codes_button")
        self.add_padded(
            self._codes_left,
            label(self.tr("New codes replace the old ones, which then stop working."), "sub", wrap=True),
            hbox(self.codes_button, 1),
            spacing=10,
        )

    def show_left(self, left: int) -> None:
        """Show how many unused codes this account has, or, for 0, that it has none."""
        self._codes_left.setText(
            self.tr("%Ln codes open it", "", left)
            if left
            else self.tr("You have none: without the passphrase you cannot get back in.")
        )

    def make_codes(self) -> None:
        """Make ten new recovery codes for this account; its old ones stop working.

        Returns before they are made: `made` carries the `RecoveryCodes`, or `failed` the error, and then the old codes
        stay valid.
        """
        self.codes_button.setEnabled(False)
        self._desk.do(call(make_recovery_codes), then=self._show_codes, failed=self._failed)

    def _show_codes(self, made: RecoveryCodes) -> None:
        self.codes_button.setEnabled(True)
        self.made.emit(made)

    def _failed(self, error: KnownError) -> None:
        self.failed.emit(error)
        self.codes_button.setEnabled(True)


class LockCard(Card):
    """Set the number of idle minutes after which the window locks."""

    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__(self.tr("Lock by itself"))
        self.lock_after = add_choices(self, "lock", self.failed.emit)[LOCK_AFTER.key]
