"""Accounts and lock: the account's passphrase and recovery codes, the other accounts, and when the window locks."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from eum_app.domain.areas import Area
from eum_app.domain.people import Permission, may
from eum_app.usecases.calls import call
from eum_app.usecases.people.accounts import AccountState, list_accounts
from eum_app.usecases.people.recovery import DisclosedCode
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.widgets import ColumnPart, Columns, panel, scrolled, vbox
from ui.people.own_cards import CodesCard, LockCard, PassphraseCard
from ui.people.people_cards import AddCard, PeopleCard, ReadOutCard
from ui.people.store_cards import StoreCards
from ui.shared.withholding import WithholdingsCard


class AccountsPage(Page):
    """Cards for one's own account and the list of all accounts.

    Further cards depend on the role's permissions: add accounts, read out codes, withhold content (the last two at HQ
    only), and manage the whole store.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Accounts and lock"))
        self.setObjectName("accounts_page")
        self._desk = desk
        self.passphrase, self.codes, self.lock = PassphraseCard(desk), CodesCard(desk), LockCard()
        self.people, self.adding, self.reading_out = PeopleCard(desk), AddCard(desk), ReadOutCard(desk)
        self.codes.made.connect(lambda made: self.navigate_requested.emit("codes", (made, "accounts")))
        self.people.reset_requested.connect(self.adding.begin_reset)
        self.reading_out.shown.connect(self._say_code)
        self.withholdings: WithholdingsCard | None = None
        parts: list[QWidget] = [self.people, self.adding]
        if desk.session.is_hq and may(desk.session.role, Permission.CONTENT_WITHHOLD):
            self.withholdings = WithholdingsCard(desk)
            parts.insert(1, self.withholdings)
        people = vbox(*parts, 1, spacing=16)
        own = vbox(self.passphrase, self.codes, self.lock, self.reading_out, 1, spacing=16)
        columns = [
            ColumnPart("own", self.tr("Your account"), scrolled(panel(own)), 1),
            ColumnPart("people", self.tr("People"), scrolled(panel(people)), 1),
        ]
        self.store: StoreCards | None = None
        if may(desk.session.role, Permission.STORE_ERASE):
            self.store = StoreCards(desk)
            columns.append(ColumnPart("store", self.tr("This store"), scrolled(self.store), 1))
        for card in (self.passphrase, self.people, self.adding, self.withholdings, self.store):
            if card is not None:
                card.said.connect(self._done)
                card.failed.connect(self.notice.show_error)
        for silent in (self.codes, self.lock, self.reading_out):
            silent.failed.connect(self.notice.show_error)
        self.body.addWidget(Columns(columns), 1)

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
        return self.passphrase.old

    # What happens

    def _ask(self) -> None:
        self._desk.ask(call(list_accounts), then=self._show)

    def _show(self, states: list[AccountState]) -> None:
        for state in states:
            if state.is_own:
                self.codes.show_left(state.codes_left)
        self.people.show_accounts(states)

    def _say_code(self, code: DisclosedCode) -> None:
        left = self.tr("%Ln more can be read out", "", code.left)
        self.notice.show_message(
            "ok", self.tr("Code {number} of {account}").format(number=code.number, account=code.account), detail=left
        )

    def _done(self, said: str) -> None:
        self.notice.show_message("ok", said)
        self._ask()
