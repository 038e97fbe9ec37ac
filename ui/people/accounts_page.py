"""Accounts and lock: one's own passphrase and recovery codes, who else works here, and when the window locks."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import Permission, Role, Scope, may
from eum_app.domain.visits import Program
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.calls import call
from eum_app.usecases.people import accounts
from eum_app.usecases.people.accounts import AccountState
from eum_app.usecases.people.recovery import DisclosedCode, RecoveryCodes, make_recovery_codes, read_out_recovery_code
from ui.kit import settings, words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.settings import LOCK_MINUTES
from ui.kit.widgets import (
    Button,
    Card,
    Chip,
    ColumnPart,
    Columns,
    FormField,
    Tab,
    TabRow,
    button,
    flow,
    hbox,
    label,
    panel,
    scrolled,
    vbox,
)
from ui.people.store_cards import StoreCards
from ui.shared.secret_field import NewPassphrase, secret_line
from ui.shared.withholding import WithholdingsCard

_STATES = {"active": ("ok", "check"), "locked": ("warn", "lock"), "removed": ("mute", "x")}


class AccountsPage(Page):
    """For every account its own part; the rest for those who may manage accounts. `lock_after_changed` carries idle
    minutes."""

    lock_after_changed = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Accounts and lock"))
        self.setObjectName("accounts_page")
        self._desk = desk
        self._may_manage = may(desk.session.role, Permission.ACCOUNT_MANAGE)
        self.withholdings: WithholdingsCard | None = None
        parts: list[QWidget] = [self._people_card(), self._add_card()]
        if desk.session.is_hq and may(desk.session.role, Permission.CONTENT_WITHHOLD):
            self.withholdings = WithholdingsCard(desk)
            self.withholdings.said.connect(self._done)
            self.withholdings.failed.connect(self._failed)
            parts.insert(1, self.withholdings)
        people = vbox(*parts, 1, spacing=16)
        own = vbox(self._passphrase_card(), self._codes_card(), self._lock_card(), self._read_out_card(), 1, spacing=16)
        columns = [
            ColumnPart("own", self.tr("Your account"), scrolled(panel(own)), 1),
            ColumnPart("people", self.tr("People"), scrolled(panel(people)), 1),
        ]
        self.store: StoreCards | None = None
        if may(desk.session.role, Permission.STORE_ERASE):
            self.store = StoreCards(desk)
            self.store.said.connect(self._done)
            self.store.failed.connect(self._failed)
            columns.append(ColumnPart("store", self.tr("This store"), scrolled(self.store), 1))
        self.body.addWidget(Columns(columns), 1)
        self._follow()

    # Its parts

    def _passphrase_card(self) -> Card:
        self.old = secret_line("old_passphrase_field")
        self.new = NewPassphrase("new_")
        self.new.set_known(self._desk.session.name, self._desk.session.account)
        self.change_button: Button = button(self.tr("Change the passphrase"), self.change, kind="primary")
        self.change_button.setObjectName("change_passphrase_button")
        self.old.textChanged.connect(lambda _text: self._follow())
        self.new.changed.connect(self._follow)
        self.new.submitted.connect(self.change)
        card = Card(self.tr("Your passphrase"))
        card.add_padded(
            FormField(self.tr("Passphrase now"), self.old), self.new, hbox(1, self.change_button), spacing=12
        )
        return card

    def _codes_card(self) -> Card:
        self._codes_left = label("", "body", wrap=True)
        self.codes_button: Button = button(self.tr("Make ten new codes"), self.make_codes, icon="key-round")
        self.codes_button.setObjectName("make_codes_button")
        card = Card(self.tr("Your recovery codes"))
        card.add_padded(
            self._codes_left,
            label(self.tr("New codes take the place of the old ones, which then open nothing."), "sub", wrap=True),
            hbox(self.codes_button, 1),
            spacing=10,
        )
        return card

    def _lock_card(self) -> Card:
        minutes = settings.load().lock_after_minutes
        name = self.tr("Minutes until it locks")
        tabs = [Tab(str(one), words.count(one), name=f"{name}: {one}") for one in LOCK_MINUTES]
        self.lock_after = TabRow(tabs, str(min(LOCK_MINUTES, key=lambda known: abs(known - minutes))))
        self.lock_after.setObjectName("lock_after_minutes")
        self.lock_after.setAccessibleName(name)
        self.lock_after.chosen.connect(self._keep_minutes)
        card = Card(self.tr("Lock by itself"))
        card.add_padded(
            label(
                self.tr(
                    "After so many minutes without a key, a touch or a scan. It also locks before the machine sleeps, "
                    "and by Ctrl+L. What is half-typed stays."
                ),
                "sub",
                wrap=True,
            ),
            self.lock_after,
            spacing=10,
        )
        return card

    def _people_card(self) -> Card:
        self._rows: QVBoxLayout = vbox(spacing=10)
        card = Card(self.tr("Accounts on {device}").format(device=self._desk.session.name))
        card.add_padded(self._rows, spacing=10)
        return card

    def _add_card(self) -> Card:
        self.account = QLineEdit()
        self.account.setObjectName("add_account_field")
        self.role = QComboBox()
        self.role.setObjectName("add_role")
        self.role.addItem(self.tr("Choose a role"), "")
        for role in Role:
            self.role.addItem(words.role(role), role)
        self.programs, self.countries = QLineEdit(), QLineEdit()
        self.programs.setObjectName("add_programs_field")
        self.countries.setObjectName("add_countries_field")
        self.first = NewPassphrase("add_")
        self.add_button: Button = button(self.tr("Add the account"), self.add, kind="primary")
        self.add_button.setObjectName("add_account_button")
        for line in (self.account, self.programs, self.countries):
            line.textChanged.connect(lambda _text: self._follow())
        self.role.currentIndexChanged.connect(lambda _at: self._follow())
        self.first.changed.connect(self._follow)
        self._reset_of = ""
        card = Card(self.tr("Add an account, or give a new passphrase"))
        card.add_padded(
            FormField(self.tr("Account code"), self.account),
            FormField(self.tr("Role"), self.role),
            FormField(
                self.tr("Programs"),
                self.programs,
                self.tr("Empty is all; else {known}").format(known=", ".join(Program)),
            ),
            FormField(
                self.tr("Countries"), self.countries, self.tr("Empty is all; else codes with commas, e.g. XA, XB")
            ),
            self.first,
            label(self.tr("Tell them the passphrase in person; they change it after unlocking."), "sub", wrap=True),
            hbox(1, self.add_button),
            spacing=12,
        )
        card.setVisible(self._may_manage)
        return card

    def _read_out_card(self) -> Card:
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
        card = Card(self.tr("Read out a recovery code"))
        card.add_padded(
            label(
                self.tr(
                    "To somebody you know, who is locked out. That it was read out is recorded before it is shown."
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
        card.setVisible(self._desk.session.is_hq and may(self._desk.session.role, Permission.RECOVERY_DISCLOSE))
        return card

    # The shell

    def opened(self, _argument: object) -> None:
        self._ask()
        if self.store is not None:
            self.store.ask()
        if self.withholdings is not None:
            self.withholdings.ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        if Area.WITHHELD in areas and self.withholdings is not None:
            self.withholdings.ask()
        if Area.PEOPLE in areas:
            self._ask()

    def first_focus(self) -> QWidget:
        return self.old

    def _ask(self) -> None:
        self._desk.ask(call(accounts.list_accounts), then=self._show)

    def _show(self, states: list[AccountState]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for state in states:
            if state.is_own:
                self._codes_left.setText(
                    words.counted(state.codes_left, self.tr("{count} code opens it"), self.tr("{count} codes open it"))
                    if state.codes_left
                    else self.tr("You have none: without a passphrase there is no way back in.")
                )
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
                self._act(self.tr("New passphrase"), f"reset_{state.account}", lambda: self._begin_reset(state))
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

    # What happens

    def change(self) -> None:
        """One's own passphrase."""
        if not self.change_button.isEnabled():
            return
        old, new = self.old.text(), self.new.take()
        self.old.clear()
        said = self.tr("Your passphrase is changed")
        self._desk.do(
            call(accounts.change_passphrase, old, new), then=lambda _done: self._done(said), failed=self._failed
        )

    def make_codes(self) -> None:
        self.codes_button.setEnabled(False)
        self._desk.do(call(make_recovery_codes), then=self._show_codes, failed=self._failed)

    def _show_codes(self, made: RecoveryCodes) -> None:
        self.codes_button.setEnabled(True)
        self.navigate_requested.emit("codes", (made, "accounts"))

    def add(self) -> None:
        """A new account, or a new passphrase for the one whose row asked for it."""
        if not self.add_button.isEnabled():
            return
        account, passphrase = self.account.text().strip(), self.first.take()
        if self._reset_of:
            said = self.tr("{account} has a new passphrase; its recovery codes are void").format(account=account)
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
            then=lambda _done: self._added(self.tr("{account} may work here now").format(account=account)),
            failed=self._failed,
        )

    def _added(self, said: str) -> None:
        self._end_reset()
        self._done(said)

    def _begin_reset(self, state: AccountState) -> None:
        self._reset_of = state.account
        self.account.setText(state.account)
        self.role.setCurrentIndex(self.role.findData(state.role))
        for widget in (self.account, self.role, self.programs, self.countries):
            widget.setEnabled(False)
        self.add_button.setText(self.tr("Give {account} the new passphrase").format(account=state.account))
        self.first.first.setFocus(Qt.FocusReason.OtherFocusReason)
        self._follow()

    def _end_reset(self) -> None:
        self._reset_of = ""
        for widget in (self.account, self.role, self.programs, self.countries):
            widget.setEnabled(True)
        for line in (self.account, self.programs, self.countries):
            line.clear()
        self.role.setCurrentIndex(0)
        self.add_button.setText(self.tr("Add the account"))

    def _unlock(self, account: str) -> None:
        said = self.tr("{account} may try again").format(account=account)
        self._desk.do(call(accounts.unlock_account, account), then=lambda _done: self._done(said), failed=self._failed)

    def _remove(self, account: str) -> None:
        """The first press asks, the second one does it."""
        pressed = self.findChild(Button, f"remove_{account}")
        assert isinstance(pressed, Button)
        if not pressed.property("asked"):
            pressed.setProperty("asked", True)
            pressed.setText(self.tr("Remove {account} for good").format(account=account))
            return
        said = self.tr("{account} has no way in any more; what it stated stays").format(account=account)
        self._desk.do(call(accounts.remove_account, account), then=lambda _done: self._done(said), failed=self._failed)

    def read_out(self) -> None:
        self.read_button.setEnabled(False)
        device, account = self.read_device.text().strip(), self.read_account.text().strip()
        self._desk.do(call(read_out_recovery_code, device, account), then=self._show_code, failed=self._failed)

    def _show_code(self, code: DisclosedCode) -> None:
        self._code.setText(code.code)
        self._code.show()
        left = words.counted(
            code.left, self.tr("{count} more can be read out"), self.tr("{count} more can be read out")
        )
        self.notice.show_message(
            "ok", self.tr("Code {number} of {account}").format(number=code.number, account=code.account), detail=left
        )
        self._follow()

    def _keep_minutes(self, key: str) -> None:
        try:
            settings.save(msgspec.structs.replace(settings.load(), lock_after_minutes=int(key)))
        except KnownError as error:
            self.notice.show_error(error)
            return
        self.lock_after_changed.emit(int(key))

    def _done(self, said: str) -> None:
        self.notice.show_message("ok", said)
        self._ask()
        self._follow()

    def _failed(self, error: KnownError) -> None:
        self.notice.show_error(error)
        self.codes_button.setEnabled(True)
        self._follow()

    def _follow(self) -> None:
        self.change_button.setEnabled(bool(self.old.text()) and self.new.is_ready)
        has_who = bool(self.account.text().strip() and self.role.currentData())
        self.add_button.setEnabled(self._may_manage and has_who and self.first.is_ready)
        self.read_button.setEnabled(bool(self.read_device.text().strip() and self.read_account.text().strip()))
        if self._code.text() and not self.read_account.text().strip():
            self._code.clear()
            self._code.hide()


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
