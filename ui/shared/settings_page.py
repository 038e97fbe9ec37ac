"""Settings on both sides: looks and sizes; whose machine this is, who works on it; in the field also what a scan leaves
and how it sounds."""

from __future__ import annotations

from typing import Literal, cast

import msgspec
from PySide6.QtCore import QSysInfo, qVersion

from db.queries.people import AccountRow, all_accounts
from eum_app import __version__
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import query
from ui.kit import settings, words
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.settings import LookSettings
from ui.kit.theme import MODES, theme
from ui.kit.theme.theme import SCALES, Density
from ui.kit.widgets import (
    Button,
    Card,
    ColumnPart,
    Columns,
    KeyValueGrid,
    Tab,
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
from ui.shared.satellite_card import SatelliteCard
from ui.window.shell import Shell


def settings_page(shell: Shell, desk: Desk) -> SettingsPage:
    """The page, with what it listens to and what it changes beyond itself."""
    made = SettingsPage(desk)
    made.satellite.satellite_changed.connect(shell.satellite_changed)
    shell.satellite_time_heard.connect(made.satellite.hear)
    return made


class SettingsPage(Page):
    """A choice holds at once and is kept for the next start."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Settings"))
        self.setObjectName("settings_page")
        self._desk = desk
        modes = {
            "system": self.tr("As the system"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
            "sunlight": self.tr("Sunlight"),
        }
        densities = {"normal": self.tr("Normal"), "glove": self.tr("Gloves")}
        look = theme()
        self.mode = self._choice("settings_theme", self.tr("Theme"), {key: modes[key] for key in MODES})
        self.density = self._choice("settings_density", self.tr("Size of buttons"), densities)
        scales = {str(scale): self.tr("{scale} %").format(scale=scale) for scale in SCALES}
        self.scale = self._choice("settings_scale", self.tr("Text size"), scales)
        self.mode.chosen.connect(look.set_mode)
        self.density.chosen.connect(lambda key: look.set_density(cast("Density", key)))
        self.scale.chosen.connect(lambda key: look.set_scale(int(key)))
        for choice in (self.mode, self.density, self.scale):
            choice.chosen.connect(lambda _key: self._keep())
        look.changed.connect(self._follow)
        self._follow()
        looks = Card(self.tr("Look"))
        for name, choice, hint in (
            (self.tr("Theme"), self.mode, self.tr("Sunlight is black on white with heavy lines (Ctrl+Shift+L)")),
            (self.tr("Size of buttons"), self.density, self.tr("With gloves, everything to press is larger")),
            (self.tr("Text size"), self.scale, self.tr("Ctrl+Plus and Ctrl+Minus change it anywhere")),
        ):
            looks.add_padded(label(name, "strong"), label(hint, "sub", wrap=True), choice, spacing=6)
        looks.add_stretch()
        left = vbox(looks, spacing=16)
        if not desk.session.is_hq:  # no check is recorded at HQ
            left.addWidget(self._scanning_card())
        self.satellite = SatelliteCard(desk)
        self.satellite.satellite_changed.connect(lambda chosen: self._save(satellite=chosen))
        left.addStretch(1)
        right = panel(vbox(self._device_card(), self._accounts_card(), self.satellite, 1, spacing=16))
        columns = [
            ColumnPart("look", self.tr("Look"), scrolled(panel(left)), 1),
            ColumnPart(
                "device", self.tr("Workstation") if desk.session.is_hq else self.tr("Device"), scrolled(right), 1
            ),
        ]
        self.body.addWidget(Columns(columns), 1)

    def _scanning_card(self) -> Card:
        kept = settings.load()
        off_on = {"off": self.tr("Off"), "on": self.tr("On")}
        self.pictures = self._choice("settings_pictures", self.tr("Picture of the mark"), off_on)
        self.sounds = self._choice("settings_sounds", self.tr("Sounds"), off_on)
        self.pictures.set_current("on" if kept.keeps_mark_pictures else "off")
        self.sounds.set_current("on" if kept.makes_sounds else "off")
        self.pictures.chosen.connect(lambda key: self._save(keeps_mark_pictures=key == "on"))
        self.sounds.chosen.connect(lambda key: self._save(makes_sounds=key == "on"))
        card = Card(self.tr("Scanning"))
        for name, choice, hint in (
            (
                self.tr("Picture of the mark"),
                self.pictures,
                self.tr("Kept with each check as evidence. Only where photos are allowed."),
            ),
            (
                self.tr("Sounds"),
                self.sounds,
                self.tr("A tone with each scan: taken, look at it, stop. What it says is always shown as well."),
            ),
        ):
            card.add_padded(label(name, "strong"), label(hint, "sub", wrap=True), choice, spacing=6)
        card.add_stretch()
        return card

    def _choice(self, object_name: str, name: str, words_by_key: dict[str, str]) -> TabRow:
        tabs = [Tab(key, said, name=f"{name}: {said}") for key, said in words_by_key.items()]
        made = TabRow(tabs)
        made.setObjectName(object_name)
        made.setAccessibleName(name)
        for key, tab in zip(words_by_key, made.findChildren(Button), strict=True):
            tab.setObjectName(f"{object_name}_{key}")
        return made

    def _device_card(self) -> Card:
        session = self._desk.session
        facts = KeyValueGrid()
        is_hq = session.is_hq
        facts.add(self.tr("Workstation") if is_hq else self.tr("Device"), session.name, mono=True)
        facts.add(self.tr("Store"), str(session.store.folder), mono=True)
        facts.add(self.tr("Encryption"), self.tr("Store encrypted"))
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
        return self.mode

    def _ask(self) -> None:
        self._desk.ask(query(all_accounts), then=self._show_accounts)

    def _show_accounts(self, accounts: list[AccountRow]) -> None:
        empty_layout(self._accounts)
        session = self._desk.session
        for one in accounts:
            if one.origin != session.name or one.removed_at:
                continue
            said = self.tr("at work now") if one.account == session.account else ""
            line = row(label(one.account, "mono"), label(words.role(one.role)), 1, label(said, "sub"))
            line.setAccessibleName(", ".join(part for part in (one.account, words.role(one.role), said) if part))
            self._accounts.addWidget(line)

    # Keeping

    def _follow(self) -> None:
        look = theme()
        self.mode.set_current(look.mode)
        self.density.set_current("glove" if look.density == "glove" else "normal")
        self.scale.set_current(str(min(SCALES, key=lambda known: abs(known - look.scale))))

    def _keep(self) -> None:
        look = theme()
        density: Literal["normal", "glove"] = "glove" if look.density == "glove" else "normal"
        self._save(look=LookSettings(mode=look.mode, density=density, scale=look.scale))

    def _save(self, **changed: object) -> None:
        try:
            settings.save(msgspec.structs.replace(settings.load(), **changed))
        except KnownError as error:
            self.notice.show_error(error)
