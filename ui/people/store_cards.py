"""Administer the whole store: rotate its data key, and erase it by hand or automatically."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call
from eum_app.usecases.store.erase import Lost, erase_after, set_erase_after, what_is_lost
from eum_app.usecases.store.rotate_key import rotate_data_key
from ui.kit.desk import Desk
from ui.kit.widgets import Button, Card, FormField, Tab, TabRow, button, hbox, label, vbox
from ui.kit.words import count
from ui.people.notice_card import NoticeCard
from ui.people.store_dialogs import EraseDialog, rotate_behind_dialog

ERASE_AFTER = (10, 20, 50)


class StoreCards(QWidget):
    """Cards for the store. The page shows what `said` and `failed` carry.

    `erase_requested` carries the store's name as it was typed, without blanks around it. The window then ends all work
    and erases the store, or calls `erase_failed`.
    """

    said = Signal(str)
    failed = Signal(object)
    erase_requested = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("store_cards")
        self._desk = desk
        self._erasing: EraseDialog | None = None
        self.notice = NoticeCard(desk)
        self.notice.said.connect(self.said)
        self.notice.failed.connect(self.failed)
        cards = (self.notice, self._rotate_card(), self._after_card(), self._erase_card())
        self.setLayout(vbox(*cards, 1, spacing=16))
        self._follow()

    # Its parts

    def _rotate_card(self) -> Card:
        self.reason = QLineEdit()
        self.reason.setObjectName("rotate_reason_field")
        self.reason.setMaxLength(200)
        self.rotate_button: Button = button(self.tr("Encrypt the store with a new key"), self.rotate, icon="key-round")
        self.rotate_button.setObjectName("rotate_button")
        self.reason.textChanged.connect(lambda _text: self._follow())
        self.reason.returnPressed.connect(self.rotate)
        card = Card(self.tr("A new data key"))
        card.add_padded(
            label(
                self.tr(
                    "After an exposure, or on a schedule. Passphrases and recovery codes work as before. Existing "
                    "copies and backups keep the old key."
                ),
                "sub",
                wrap=True,
            ),
            label(
                self.tr(
                    "Close the store everywhere else first. It takes about 20 seconds per gigabyte and as much free "
                    "space as the database; a power cut does no harm."
                ),
                "sub",
                wrap=True,
            ),
            FormField(self.tr("Why (it is recorded)"), self.reason),
            hbox(1, self.rotate_button),
            spacing=10,
        )
        return card

    def _after_card(self) -> Card:
        name = self.tr("Erase automatically after")
        tabs = [Tab("0", self.tr("Never"), name=f"{name}: {self.tr('Never')}")]
        tabs += [Tab(str(one), count(one), name=f"{name}: {one}") for one in ERASE_AFTER]
        self.after = TabRow(tabs, "0")
        self.after.setObjectName("erase_after")
        self.after.setAccessibleName(name)
        for key, tab in zip(("0", *map(str, ERASE_AFTER)), self.after.findChildren(Button), strict=True):
            tab.setObjectName(f"erase_after_{key}")
        self.after.chosen.connect(self._set_after)
        self._after_now = label("", "body", wrap=True)
        self._after_now.setObjectName("erase_after_now")
        card = Card(self.tr("Erase automatically after failed tries"))
        card.add_padded(
            self._after_now,
            self.after,
            label(
                self.tr(
                    "Three failures always lock an account. This goes further: anyone who keeps trying, even a child,"
                    " destroys what HQ has not received. It does not stop a person who copied the files first. Leave "
                    "it off unless an order requires it."
                ),
                "sub",
                wrap=True,
            ),
            spacing=10,
        )
        return card

    def _erase_card(self) -> Card:
        self.erase_button: Button = button(self.tr("Erase this store…"), self.begin_erasing, kind="danger")
        self.erase_button.setObjectName("erase_button")
        card = Card(self.tr("Erase"))
        card.add_padded(
            label(
                self.tr("Destroys the keys of this store permanently. First you see what would be lost."),
                "sub",
                wrap=True,
            ),
            hbox(self.erase_button, 1),
            spacing=10,
        )
        return card

    # The page

    def ask(self) -> None:
        """Read the notice and the automatic erase limit from the store again, in the background.

        A notice that is in its field stays. `failed` carries an error.
        """
        self.notice.ask()
        self._desk.ask(call(erase_after), then=self._show_after, failed=self.failed.emit)

    # A new data key

    def rotate(self) -> None:
        """Rotate the data key behind a dialog that stays until it is done, so that no other request reaches the store.

        Does nothing without a reason. Returns before it is done: `said` or `failed` follows, with Refusal
        `store.work_running` while a child process runs. Existing backups still open with the old key.
        """
        if not self.rotate_button.isEnabled():
            return
        rotate_behind_dialog(
            self._desk, self, call(rotate_data_key, self.reason.text()), self._rotated, self.failed.emit
        )

    def _rotated(self, _changed: object) -> None:
        self.reason.clear()
        self.said.emit(self.tr("The store has a new key. Earlier backups still open with the old one."))

    # Erasing

    def _set_after(self, key: str) -> None:
        said = (
            self.tr("This store is erased automatically after %Ln failed tries", "", int(key))
            if int(key)
            else self.tr("This store is never erased automatically")
        )
        self._desk.do(
            call(set_erase_after, int(key)),
            then=lambda _done: self._after_set(int(key), said),
            failed=self._after_not_set,
        )

    def _after_set(self, failures: int, said: str) -> None:
        self._show_after(failures)
        self.said.emit(said)

    def _after_not_set(self, error: KnownError) -> None:
        self.ask()
        self.failed.emit(error)

    def _show_after(self, failures: int) -> None:
        self.after.set_current(str(min((0, *ERASE_AFTER), key=lambda known: abs(known - failures))))
        self._after_now.setText(
            self.tr("Now: after %Ln failed tries in a row.", "", failures) if failures else self.tr("Now: never.")
        )

    def begin_erasing(self) -> None:
        """Read what would be lost, then show it and ask for confirmation. Nothing is erased before that.

        Returns before the dialog opens. If it cannot be read, `failed` carries the error.
        """
        self.erase_button.setEnabled(False)
        self._desk.ask(call(what_is_lost), then=self._show_lost, failed=self.erase_failed)

    def _show_lost(self, lost: Lost) -> None:
        self.erase_button.setEnabled(True)
        self._erasing = EraseDialog(lost, self)
        self._erasing.confirmed.connect(self.erase_requested)
        self._erasing.open()

    def erase_failed(self, error: KnownError) -> None:
        """Close the dialog and emit the error; the erase request was not carried out."""
        self.erase_button.setEnabled(True)
        if self._erasing is not None and shiboken6.isValid(self._erasing):
            shiboken6.delete(self._erasing)
        self._erasing = None
        self.failed.emit(error)

    def _follow(self) -> None:
        self.rotate_button.setEnabled(bool(self.reason.text().strip()))
