"""Settings on both sides: look and sizes, machine and account; on a field device also scanning and sounds."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSysInfo, qVersion

from db.queries.people import AccountRow, all_accounts
from eum_app import __version__
from eum_app.domain.areas import Area
from eum_app.domain.time_check import Heard
from eum_app.usecases.calls import query
from ui.kit import settings, words
from ui.kit.desk import Desk
from ui.kit.look import use_look
from ui.kit.page import Page
from ui.kit.settings import current
from ui.kit.shell import Shell
from ui.kit.theme import theme
from ui.kit.widgets import (
    Card,
    ColumnPart,
    Columns,
    KeyValueGrid,
    TabRow,
    button,
    empty_layout,
    hbox,
    label,
    panel,
    row,
    scrolled,
    vbox,
)
from ui.shared.designation_card import DesignationCard
from ui.shared.satellite_card import SatelliteCard
from ui.shared.setting_choice import add_choices


def add_settings_page(shell: Shell, desk: Desk, title: str) -> None:
    """Add the settings page to the shell. Satellite time is recorded even if the page was never shown."""
    shell.add_page("settings", title, "settings", partial(SettingsPage, desk))

    def hear(heard: Heard) -> None:
        page = shell.page("settings")
        assert isinstance(page, SettingsPage)
        page.satellite.hear(heard)

    shell.satellite_time_heard.connect(hear)


class SettingsPage(Page):
    """Show the settings. A choice applies at once and is saved."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Settings"))
        self.setObjectName("settings_page")
        self._desk = desk
        looks = Card(self.tr("Look"))
        self.choices = add_choices(looks, "look", self.notice.show_error)
        current().changed.connect(self._use_look)
        theme().changed.connect(self._follow)
        self._follow()
        left = vbox(looks, spacing=16)
        if not desk.session.is_hq:  # no check is recorded at HQ
            scanning = Card(self.tr("Scanning"))
            self.choices |= add_choices(scanning, "scanning", self.notice.show_error)
            left.addWidget(scanning)
        else:
            reviewing = Card(self.tr("Review"))
            self.choices |= add_choices(reviewing, "review", self.notice.show_error)
            left.addWidget(reviewing)
        self.satellite = SatelliteCard(desk)
        self.satellite.failed.connect(self.notice.show_error)
        self.designation = DesignationCard(desk)
        self.designation.failed.connect(self.notice.show_error)
        self.designation.said.connect(lambda words: self.notice.show_message("ok", words))
        if not desk.session.is_hq:  # a device makes no reports
            self.designation.hide()
        left.addStretch(1)
        right = panel(vbox(self._device_card(), self._accounts_card(), self.designation, self.satellite, 1, spacing=16))
        columns = [
            ColumnPart("look", self.tr("Look"), scrolled(panel(left)), 1),
            ColumnPart(
                "device", self.tr("Workstation") if desk.session.is_hq else self.tr("Device"), scrolled(right), 1
            ),
        ]
        self.body.addWidget(Columns(columns), 1)

    def _device_card(self) -> Card:
        session = self._desk.session
        facts = KeyValueGrid()
        is_hq = session.is_hq
        facts.add(self.tr("Workstation") if is_hq else self.tr("Device"), session.name, mono=True)
        facts.add(self.tr("Store"), str(session.store.folder), mono=True)
        on_server = self.tr(
            "Keys and evidence are encrypted here. The database is on a server, whose operator protects it."
        )
        facts.add(self.tr("Encryption"), on_server if session.store.is_on_server else self.tr("Store encrypted"))
        facts.add(self.tr("Program"), f"EUM {__version__}")
        facts.add(self.tr("System"), words.joined(QSysInfo.prettyProductName(), f"Qt {qVersion()}"))
        card = Card(self.tr("This workstation") if is_hq else self.tr("This device"))
        card.add(facts)
        return card

    def _accounts_card(self) -> Card:
        is_hq = self._desk.session.is_hq
        card = Card(self.tr("Accounts on this workstation") if is_hq else self.tr("Accounts on this device"))
        self._accounts = vbox()
        card.add(self._accounts)
        more = button(self.tr("Passphrase, codes, accounts and lock…"), self._go_to_accounts, icon="users")
        more.setObjectName("accounts_button")
        card.add_padded(hbox(more, 1))
        return card

    def _go_to_accounts(self) -> None:
        self.navigate_requested.emit("accounts", None)

    # The shell

    def opened(self, argument: object) -> None:
        self._ask()

    def refresh(self, areas: frozenset[Area]) -> None:
        self._ask()

    def first_focus(self) -> TabRow:
        return self.choices[settings.THEME.key]

    def _ask(self) -> None:
        self._desk.ask(query(all_accounts), then=self._show_accounts)
        if self._desk.session.is_hq:
            self.designation.ask()

    def _show_accounts(self, accounts: list[AccountRow]) -> None:
        empty_layout(self._accounts)
        session = self._desk.session
        for one in accounts:
            if one.origin != session.name or one.removed_at:
                continue
            said = self.tr("unlocked now") if one.account == session.account else ""
            line = row(label(one.account, "mono"), label(words.role(one.role)), 1, label(said, "sub"))
            line.setAccessibleName(", ".join(part for part in (one.account, words.role(one.role), said) if part))
            self._accounts.addWidget(line)

    # The look

    def _use_look(self, entry: object) -> None:
        use_look(current(), entry)

    def _follow(self) -> None:
        """Show the current look, which keys can change too."""
        look = theme()
        for entry, value in (
            (settings.THEME, look.mode),
            (settings.DENSITY, look.density),
            (settings.SCALE, look.scale),
        ):
            self.choices[entry.key].show_value(value)
