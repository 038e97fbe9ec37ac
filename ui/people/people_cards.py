"""Cards for the accounts on this store: list them, add one, and read out a recovery code.

The page shows what a card's `said` and `failed` signals carry.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import Permission, Role, Scope, may
from eum_app.domain.visits import Program
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.calls import call
from eum_app.usecases.people import accounts
from eum_app.usecases.people.accounts import AccountState
from eum_app.usecases.people.recovery import DisclosedCode, read_out_recovery_code
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.widgets import Button, Card, Chip, DropDown, FormField, button, flow, hbox, label, panel, vbox
from ui.people.store_dialogs import rotate_behind_dialog
from ui.shared.secret_field import NewPassphrase

_STATES = {"active": ("ok", "check"), "locked": ("warn", "lock"), "removed": ("mute", "x")}


class PeopleCard(Card):
    """List every account with the actions allowed on it. `reset_requested` carries the account that needs a new
    passphrase.
    """

    said = Signal(str)
    failed = Signal(object)
    reset_requested = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Accounts on {device}").format(device=desk.session.name))
        self._desk = desk
        self._may_manage = may(desk.session.role, Permission.ACCOUNT_MANAGE)
        self._rows: QVBoxLayout = vbox(spacing=10)
        self.add_padded(self._rows, spacing=10)

    def show_accounts(self, states: list[AccountState]) -> None:
        """Replace the rows by these accounts. A removal that waits for its second press must be started again."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for state in states:
            self._rows.addWidget(self._row(state))

    def _row(self, state: AccountState) -> QWidget:
        tone, icon = _STATES[state.state]
        said = {
            "active": self.tr("Active"),
            "locked": self.tr("Locked"),
            "removed": self.tr("Removed"),
        }[state.state]
        chip = Chip(said, tone, icon)
        scope = words.joined(
            ", ".join(state.scope.programs) or self.tr("all programs"),
            ", ".join(state.scope.countries) or self.tr("all countries"),
        )
        head = hbox(label(state.account, "mono"), label(words.role(state.role)), 1, chip, spacing=10)
        acts = flow(spacing=6)
        if self._may_manage and not state.is_own and state.state != "removed":
            made: list[Button] = []
            if state.state == "locked":
                made.append(
                    self._act(self.tr("Unlock"), f"unlock_{state.account}", lambda: self._unlock(state.account))
                )
            made.append(
                self._act(self.tr("New passphrase"), f"reset_{state.account}", lambda: self.reset_requested.emit(state))
            )
            made.append(self._act(self.tr("Remove"), f"remove_{state.account}", lambda: self._remove(state.account)))
            for one in made:
                acts.addWidget(one)
        made_row = panel(vbox(head, label(scope, "sub", wrap=True), acts, spacing=4))
        made_row.setObjectName(f"account_{state.account}")
        made_row.setAccessibleName(", ".join((state.account, words.role(state.role), said, scope)))
        return made_row

    def _act(self, text: str, name: str, run: object) -> Button:
        assert callable(run)
        made: Button = button(text, run)
        made.setObjectName(name)
        return made

    def _unlock(self, account: str) -> None:
        said = self.tr("{account} can try again").format(account=account)
        self._desk.do(
            call(accounts.unlock_account, account), then=lambda _done: self.said.emit(said), failed=self.failed.emit
        )

    def _remove(self, account: str) -> None:
        """Ask for confirmation on the first press; remove the account and rotate the data key on the second."""
        pressed = self.findChild(Button, f"remove_{account}")
        assert isinstance(pressed, Button)
        if not pressed.property("asked"):
            pressed.setProperty("asked", True)
            pressed.setText(self.tr("Remove {account} permanently").format(account=account))
            return
        said = self.tr("{account} no longer has access; its records stay").format(account=account)
        rotate_behind_dialog(
            self._desk,
            self,
            call(accounts.remove_account, account),
            lambda _done: self.said.emit(said),
            self.failed.emit,
        )


class AddCard(Card):
    """Add an account, or give one a new passphrase."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Add an account, or give a new passphrase"))
        self._desk = desk
        self._may_manage = may(desk.session.role, Permission.ACCOUNT_MANAGE)
        self.account = QLineEdit()
        self.account.setObjectName("add_account_field")
        self.role = DropDown()
        self.role.setObjectName("add_role")
        self.role.addItem(self.tr("Choose a role"), "")
        for role in Role:
            self.role.addItem(words.role(role), role)
        self.programs, self.countries = QLineEdit(), QLineEdit()
        self.programs.setObjectName("add_programs_field")
        self.countries.setObjectName("add_countries_field")
        self.first = NewPassphrase("add_")
        self.add_button: Button = button(self.tr("Add the account"), self.add_account, kind="primary")
        self.add_button.setObjectName("add_account_button")
        self.cancel_button: Button = button(self.tr("Cancel"), self.cancel_reset)
        self.cancel_button.setObjectName("cancel_reset_button")
        for line in (self.account, self.programs, self.countries):
            line.textChanged.connect(lambda _text: self._follow())
        self.role.currentIndexChanged.connect(lambda _at: self._follow())
        self.first.changed.connect(self._follow)
        self._reset_of = ""
        self.add_padded(
            FormField(self.tr("Account code"), self.account),
            FormField(self.tr("Role"), self.role),
            FormField(
                self.tr("Programs"),
                self.programs,
                self.tr("Empty means all; or {known}").format(known=", ".join(Program)),
            ),
            FormField(
                self.tr("Countries"), self.countries, self.tr("Empty means all; or codes with commas, e.g. XA, XB")
            ),
            self.first,
            label(
                self.tr("Tell them the passphrase in person; they should change it after unlocking."), "sub", wrap=True
            ),
            hbox(self.cancel_button, 1, self.add_button),
            spacing=12,
        )
        self.cancel_button.hide()
        if not self._may_manage:  # to show it before it has a parent would open a window
            self.hide()
        self._follow()

    def add_account(self) -> None:
        """Add the account typed, or set the new passphrase of the account that is being reset. The passphrase leaves
        its fields.

        Does nothing while the input is incomplete. Returns before it is done: `said` or `failed` follows, with Refusal
        `account.program` for an unknown program. A reset makes the account's recovery codes stop working.
        """
        if not self.add_button.isEnabled():
            return
        account, passphrase = self.account.text().strip(), self.first.take()
        if self._reset_of:
            said = self.tr("{account} has a new passphrase; the old recovery codes no longer work").format(
                account=account
            )
            self._desk.do(
                call(accounts.reset_passphrase, account, passphrase),
                then=lambda _done: self._added(said),
                failed=self._failed,
            )
            return
        programs, countries = _parts(self.programs.text()), tuple(map(str.upper, _parts(self.countries.text())))
        unknown = [one for one in programs if member_of(Program, one) is None]
        if unknown:
            self._failed(Refusal("account.program", program=unknown[0], known=", ".join(Program)))
            return
        self._desk.do(
            call(
                accounts.add_account,
                account=account,
                role=str(self.role.currentData()),
                passphrase=passphrase,
                scope=Scope(programs, countries),
            ),
            then=lambda _done: self._added(self.tr("{account} can work here now").format(account=account)),
            failed=self._failed,
        )

    def begin_reset(self, state: AccountState) -> None:
        """Fill the form to set a new passphrase for this account.

        A passphrase that was typed for another account is dropped. Until one is set or `cancel_reset` is called, the
        form cannot add an account.
        """
        self.first.clear()
        self._reset_of = state.account
        self.account.setText(state.account)
        self.role.setCurrentIndex(self.role.findData(state.role))
        for widget in (self.account, self.role, self.programs, self.countries):
            widget.setEnabled(False)
        self.add_button.setText(self.tr("Give {account} the new passphrase").format(account=state.account))
        self.cancel_button.show()
        self.first.first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._follow()

    def cancel_reset(self) -> None:
        """Give up the new passphrase, which is dropped, and let the form add an account again."""
        self._end_reset()
        self.first.clear()
        self.account.setFocus(Qt.FocusReason.OtherFocusReason)
        self._follow()

    def _added(self, said: str) -> None:
        self._end_reset()
        self.said.emit(said)
        self._follow()

    def _end_reset(self) -> None:
        self._reset_of = ""
        for widget in (self.account, self.role, self.programs, self.countries):
            widget.setEnabled(True)
        for line in (self.account, self.programs, self.countries):
            line.clear()
        self.role.setCurrentIndex(0)
        self.add_button.setText(self.tr("Add the account"))
        self.cancel_button.hide()

    def _failed(self, error: KnownError) -> None:
        self.failed.emit(error)
        self._follow()

    def _follow(self) -> None:
        has_who = bool(self.account.text().strip() and self.role.currentData())
        self.add_button.setEnabled(self._may_manage and has_who and self.first.is_ready)


class ReadOutCard(Card):
    """Read out one recovery code of a device's account, for HQ. `shown` carries the code once it is recorded."""

    shown = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Read out a recovery code"))
        self._desk = desk
        self.read_device, self.read_account = QLineEdit(), QLineEdit()
        self.read_device.setObjectName("read_out_device_field")
        self.read_account.setObjectName("read_out_account_field")
        self.read_button: Button = button(self.tr("Show one code"), self.read_out, icon="key-round")
        self.read_button.setObjectName("read_out_button")
        self._code = label("", "mono", selectable=True)
        self._code.setObjectName("read_out_code")
        self._code.hide()
        for line in (self.read_device, self.read_account):
            line.textChanged.connect(lambda _text: self._follow())
        self.add_padded(
            label(
                self.tr(
                    "For a person you know who is locked out. Reading it out is recorded before the code is shown."
                ),
                "sub",
                wrap=True,
            ),
            FormField(self.tr("Device"), self.read_device),
            FormField(self.tr("Account"), self.read_account),
            hbox(self.read_button, 1),
            self._code,
            spacing=10,
        )
        if not (self._desk.session.is_hq and may(self._desk.session.role, Permission.RECOVERY_DISCLOSE)):
            self.hide()
        self._follow()

    def read_out(self) -> None:
        """Request the next unused recovery code of the device's account that was typed.

        Returns before the code is there: `shown` carries the `DisclosedCode`, or `failed` the error. Each call uses up
        a code that HQ can read out.
        """
        self.read_button.setEnabled(False)
        device, account = self.read_device.text().strip(), self.read_account.text().strip()
        self._desk.do(call(read_out_recovery_code, device, account), then=self._show_code, failed=self._failed)

    def _show_code(self, code: DisclosedCode) -> None:
        self._code.setText(code.code)
        self._code.show()
        self.shown.emit(code)
        self._follow()

    def _failed(self, error: KnownError) -> None:
        self.failed.emit(error)
        self._follow()

    def _follow(self) -> None:
        self.read_button.setEnabled(bool(self.read_device.text().strip() and self.read_account.text().strip()))
        if self._code.text() and not self.read_account.text().strip():
            self._code.clear()
            self._code.hide()


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
