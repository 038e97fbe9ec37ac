"""The first start in four short steps: kind of machine, place, first account, passphrase. Going
back keeps the input.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLabel, QLineEdit, QRadioButton, QWidget

from eum_app.crypto.suites import DEFAULT_SUITE, Suite
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.people import Permission, Role, is_code, is_store_name, may
from eum_app.domain.stores import StoreKind
from eum_app.domain.vocabulary import read_as
from ui.kit import words
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.scan_words import no_scan_text, refusal_text
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, Card, FormField, button, card_between_markings, hbox, label, panel, vbox
from ui.kit.widgets.rail import BrandMark
from ui.shared.secret_field import NewPassphrase, secret_line

if TYPE_CHECKING:
    from eum_app.scanning.wedge import Refused

translate = QCoreApplication.translate


STEPS = ("kind", "place", "account", "passphrase")
_STEP_OF = {"store.name": "place", "store.exists": "place", "account.name": "account", "role.unknown": "account"}
"""The step to return to for each error in making the store. Errors `database.…` belong to the step "place"."""


@dataclass(frozen=True)
class NewStore:
    """The answers of the assistant. `database_url` is None for a database file on this machine.

    With `moves_authority`, an HQ shows after the recovery codes where to move the authority's key.
    """

    kind: str
    suite: Suite
    name: str
    account: str
    role: str
    passphrase: str = field(repr=False)
    database_url: str | None = field(repr=False)
    moves_authority: bool = False


@guarded
class FirstStart(QWidget):
    """Ask for what a new store needs, step by step.

    `create_requested` carries a `NewStore`. The secrets then leave their fields and are not kept.
    """

    create_requested = Signal(object)

    def __init__(self, *, marking: str = "CUI") -> None:
        super().__init__()
        self.setObjectName("first_start_page")
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("EUM")
        self.is_busy, self._at = False, 0
        self._where = label("", "sub", wrap=True)
        self._where.setObjectName("first_start_step")
        self._title = label("", "headline", wrap=True)
        self._error = label("", "sub", tone="bad", wrap=True)
        self._error.setObjectName("first_start_error")
        self._error.hide()
        self._back = _named(button(translate("app", "Back"), self.go_back, tip="Esc"), "back_button")
        self._next = _named(button(translate("app", "Next"), self.go_on, kind="primary", tip="Enter"), "next_button")
        self._create = _named(
            button(translate("app", "Create the encrypted store"), self.go_on, kind="primary", tip="Enter"),
            "create_store_button",
        )
        self._steps = (self._kind_step(), self._place_step(), self._account_step(), self._passphrase_step())
        card = Card()
        card.add_padded(
            hbox(BrandMark(), label("EUM", "brand"), 1, self._where, spacing=8),
            self._title,
            *self._steps,
            self._error,
            hbox(self._back, 1, self._next, self._create),
            margins=(28, 26, 28, 24),
            spacing=14,
        )
        card.setAccessibleName(translate("app", "Set up this computer"))
        card_between_markings(self, card, marking)
        self._show_step(0)

    @property
    def step(self) -> str:
        """Return the current step, one of `STEPS`."""
        return STEPS[self._at]

    # Steps

    def _kind_step(self) -> QWidget:
        self._kind, kinds = self._choice(
            "kind",
            (
                (StoreKind.FIELD, translate("app", "A field device: visits, scanning, checks")),
                (StoreKind.HQ, translate("app", "An HQ workstation: inventory, tasking, review")),
            ),
        )
        said = label(
            translate("app", "All data are kept in one encrypted store on this computer. There is none yet."),
            "body",
            wrap=True,
        )
        self._approved_only = QCheckBox(translate("app", "FIPS profile: approved algorithms only"))
        self._approved_only.setObjectName("approved_only_box")
        profile = label(
            translate(
                "app",
                "P-384 and PBKDF2 instead of post-quantum keys and Argon2id, if your administration requires it. HQ "
                "and all its devices must use the same; it cannot be changed later.",
            ),
            "sub",
            wrap=True,
        )
        return panel(vbox(said, kinds, vbox(self._approved_only, profile, spacing=4), spacing=14))

    def _place_step(self) -> QWidget:
        self.name = self._line("name_field")
        self._name_field = FormField(translate("app", "Name of this computer"), self.name)
        self.database_url = secret_line("database_url_field")
        self.database_url.textChanged.connect(lambda _text: self._follow())
        self._database = FormField(
            translate("app", "Database on a PostgreSQL server (optional)"),
            self.database_url,
            translate(
                "app",
                "Leave empty for an encrypted file on this computer, enough for one workstation. Or enter the address"
                " of an empty database, postgresql://…; it is kept encrypted.",
            ),
        )
        self._moves_authority = QCheckBox(translate("app", "After setup, move the authority's key to a stick"))
        self._moves_authority.setObjectName("moves_authority_box")
        set_tip(self._moves_authority, translate("app", "It can be done later: a reminder stays under Devices."))
        return panel(vbox(self._name_field, self._database, self._moves_authority, spacing=14))

    def _account_step(self) -> QWidget:
        self.account = self._line("account_field")
        self._account_field = FormField(
            translate("app", "Your account code"), self.account, translate("app", "e.g. INS-017")
        )
        self._role, roles = self._choice("role", tuple((key, words.role(key)) for key in Role))
        return panel(
            vbox(
                self._account_field,
                label(translate("app", "Your role"), "sub"),
                roles,
                label(
                    translate(
                        "app", "Only an administrator can add other people here, unlock their accounts, or erase."
                    ),
                    "sub",
                    wrap=True,
                ),
                spacing=10,
            )
        )

    def _passphrase_step(self) -> QWidget:
        self.passphrase = NewPassphrase()
        self.passphrase.changed.connect(self._follow)
        self._summary, self._escrow = label("", "strong", wrap=True), label("", "sub", wrap=True)
        return panel(vbox(self._summary, self.passphrase, self._escrow, spacing=14))

    def _choice(self, name: str, choices: tuple[tuple[str, str], ...]) -> tuple[QButtonGroup, QWidget]:
        group = QButtonGroup(self)
        made: list[QWidget] = []
        for key, text in choices:
            choice = QRadioButton(text)
            choice.setObjectName(f"{name}_{key}")
            choice.setProperty("key", key)
            group.addButton(choice)
            made.append(choice)
        group.buttonToggled.connect(lambda _choice, _on: self._follow())
        return group, panel(vbox(*made, spacing=6))

    def _line(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(name)
        made.setMaxLength(40)
        made.textChanged.connect(lambda _text: self._follow())
        return made

    # Going

    def go_on(self) -> None:
        """Go to the next step, or create the store after the last one.

        Nothing happens while a field of the step is empty. Invalid input shows an error and stays on the step.
        """
        if self.is_busy or not self._is_whole(self._at):
            return
        error = self._refusal()
        if error is not None:
            self.show_error(error)
        elif self._at + 1 < len(STEPS):
            self._show_step(self._at + 1)
        else:
            self._ask()

    def go_back(self) -> None:
        """Go to the previous step. Does nothing on the first step or while the store is being made."""
        if self._at and not self.is_busy:
            self._show_step(self._at - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on with Enter, wherever the focus is; go back with Esc."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.go_on()
        elif event.key() == Qt.Key.Key_Escape:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def mark_scanned(self, _raw: bytes) -> None:
        """Say that no mark is used here."""
        _show(self._error, no_scan_text())

    def scan_refused(self, refused: Refused) -> None:
        """Say why the keys of a scan were not used."""
        _show(self._error, refusal_text(refused))

    # What the opener of the store tells the page

    def show_error(self, error: KnownError) -> None:
        """Show an error at the step where it can be corrected, any other at the current one.

        The input stays, except for the passphrase.
        """
        self.set_busy(False)
        step = "place" if error.code.startswith("database.") else _STEP_OF.get(error.code, self.step)
        self._show_step(STEPS.index(step))
        message = sentence(error)
        self._error.setText(f"{message.what} {message.next}")
        self._error.show()

    def set_busy(self, is_busy: bool) -> None:
        """Disable every input while the store is being made."""
        self.is_busy = is_busy
        self._create.setText(
            translate("app", "Creating…") if is_busy else translate("app", "Create the encrypted store")
        )
        for step in self._steps:
            step.setEnabled(not is_busy)
        self._follow()

    # Inside

    def _show_step(self, at: int) -> None:
        self._at = at
        is_hq, is_last = _chosen(self._kind) == StoreKind.HQ, at + 1 == len(STEPS)
        titles = (
            translate("app", "What is this computer?"),
            translate("app", "What is it called?"),
            translate("app", "Who are you?"),
            translate("app", "Choose your passphrase"),
        )
        self._title.setText(titles[at])
        self._where.setText(translate("app", "Step {number} of {all}").format(number=at + 1, all=len(STEPS)))
        self.setAccessibleName(f"{self._where.text()}: {titles[at]}")
        example = (
            translate("app", "e.g. HQ-1") if is_hq else translate("app", "e.g. FLD-0042; HQ knows the device by it")
        )
        self._name_field.set_hint(example)
        self._database.setVisible(is_hq)
        self._moves_authority.setVisible(is_hq)
        self._summary.setText(
            words.joined(self.name.text().strip(), self.account.text().strip(), words.role(_chosen(self._role)))
            if is_last
            else ""
        )
        self._escrow.setText(
            translate(
                "app",
                "There is no other key to an HQ. Next you see ten recovery codes to print and lock away.",
            )
            if is_hq
            else translate(
                "app",
                "When HQ enrolls this device, it receives a sealed copy of its key, so two people there can open it "
                "if the passphrase is lost. Until then it cannot be recovered.",
            )
        )
        self.passphrase.set_known(self.name.text().strip(), self.account.text().strip())
        self._error.hide()
        for number, step in enumerate(self._steps):
            step.setVisible(number == at)
        self._back.setVisible(at > 0)
        self._next.setVisible(not is_last)
        self._create.setVisible(is_last)
        self._follow()
        firsts = (
            self._kind.checkedButton() or self._kind.buttons()[0],
            self.name,
            self.account,
            self.passphrase.first,
        )
        firsts[at].setFocus(Qt.FocusReason.TabFocusReason)

    def _is_whole(self, at: int) -> bool:
        return (
            bool(_chosen(self._kind)),
            bool(self.name.text().strip()),
            bool(self.account.text().strip() and _chosen(self._role)),
            self.passphrase.is_ready,
        )[at]

    def _refusal(self) -> KnownError | None:
        """Return the error that making the store would later raise about this step's input, or None."""
        name, account = self.name.text().strip(), self.account.text().strip()
        if self.step == "place" and not is_store_name(name):
            return Refusal("store.name", name=name)
        if self.step == "account" and not is_code(account):
            return Refusal("account.name", name=account)
        return None

    def _follow(self) -> None:
        self._error.hide()
        is_free = not self.is_busy
        self._back.setEnabled(is_free)
        self._next.setEnabled(is_free and self._is_whole(self._at))
        self._create.setEnabled(is_free and all(map(self._is_whole, range(len(STEPS)))))

    def _ask(self) -> None:
        kind, url = _chosen(self._kind), self.database_url.text().strip()
        asked = NewStore(
            kind=kind,
            suite=Suite.P384 if self._approved_only.isChecked() else DEFAULT_SUITE,
            name=self.name.text().strip(),
            account=self.account.text().strip(),
            role=_chosen(self._role),
            passphrase=self.passphrase.take(),
            database_url=url if url and kind == StoreKind.HQ else None,
            moves_authority=kind == StoreKind.HQ
            and self._moves_authority.isChecked()
            and may(read_as(Role, _chosen(self._role)), Permission.DEVICE_ENROL),
        )
        self.set_busy(True)
        self.create_requested.emit(asked)


def _named(made: Button, name: str) -> Button:
    made.setObjectName(name)
    return made


def _chosen(group: QButtonGroup) -> str:
    pressed = group.checkedButton()
    return str(pressed.property("key")) if pressed is not None else ""


def _show(said: QLabel, text: str) -> None:
    said.setText(text)
    said.show()
