"""The two dialogs about a whole store: rotating its key, which must not be interrupted, and erasing it for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from eum_app.domain.errors import KnownError, Refusal
from eum_app.usecases.calls import Call
from eum_app.usecases.store.erase import Lost
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.widgets import Button, FormField, KeyValueGrid, button, label
from ui.kit.window_dialog import WindowDialog

Value = TypeVar("Value")
translate = QCoreApplication.translate


class RotatingDialog(WindowDialog):
    """Block the window while the store's data key is rotated. Nothing in the dialog can be pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("rotating_dialog", translate("people", "Encrypting the store with a new key"), parent)
        self.is_busy = True
        self.words.addWidget(
            label(self.tr("Everything waits until this is done. A power cut does no harm."), "body", wrap=True)
        )
        self.foot.addWidget(self._bar)


def rotate_behind_dialog(
    desk: Desk,
    parent: QWidget,
    use_case: Call[Value],
    then: Callable[[Value], object],
    failed: Callable[[KnownError], object],
) -> None:
    """Run a use case that rotates the data key, behind a dialog, so that no other request reaches the store.

    Returns before it is done: `then` or `failed` follows, with Refusal `store.work_running` while a child process runs.
    """
    if desk.tasks.has_children:
        failed(Refusal("store.work_running"))
        return
    dialog = RotatingDialog(parent)
    dialog.open()

    def end() -> None:
        shiboken6.delete(dialog)  # at once: unlocking shows again what the lock has hidden

    def ended(value: Value) -> None:
        end()
        then(value)

    def refused(error: KnownError) -> None:
        end()
        failed(error)

    desk.do_alone(use_case, then=ended, failed=refused)


class EraseDialog(WindowDialog):
    """Show what would be lost and what stays, and ask for the store's name.

    `confirmed` carries the name once it was typed exactly, without blanks around it. The dialog then stays until the
    window removes it.
    """

    confirmed = Signal(str)

    def __init__(self, lost: Lost, parent: QWidget) -> None:
        super().__init__(
            "erase_dialog", translate("people", "Erase {store} permanently?").format(store=lost.store), parent
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._store = lost.store
        self.words.addWidget(self._lost_at_hq() if lost.is_hq else self._lost_in_the_field(lost))
        for text in (
            self.tr(
                "The keys are destroyed, then the files. This store cannot be opened again: not with a passphrase, a "
                "recovery code, or by HQ."
            ),
            self.tr(
                "Not erased: earlier copies and backups, which still open with their passphrases; old cells of a "
                "solid-state drive, for a time; a database on a server. HQ can still open sealed bundles. If that "
                "matters, destroy the drive."
            ),
        ):
            self.words.addWidget(label(text, "sub", wrap=True))
        self.name = QLineEdit()
        self.name.setObjectName("erase_name_field")
        self.name.setProperty("kind", "mono")
        self.name.textChanged.connect(lambda _text: self._follow())
        self.name.returnPressed.connect(self._confirm)
        self.words.addWidget(
            FormField(self.tr("Type the name of this store: {store}").format(store=lost.store), self.name)
        )
        self._cancel: Button = button(self.tr("Keep it"), self.reject)
        self._cancel.setObjectName("erase_cancel_button")
        self._erase: Button = button(self.tr("Erase permanently"), self._confirm, kind="danger")
        self._erase.setObjectName("erase_confirm_button")
        self.foot.addWidget(self._bar)
        self._bar.hide()
        self.add_buttons(self._cancel, self._erase)
        self._follow()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lost_at_hq(self) -> QWidget:
        return label(
            self.tr("This is an HQ: everything that is not in a backup is lost, for its devices too."),
            "strong",
            tone="bad",
            wrap=True,
        )

    def _lost_in_the_field(self, lost: Lost) -> QWidget:
        waiting = lost.outstanding
        made = KeyValueGrid(margins=(0, 0, 0, 0), key_width=210)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        lost_entries = self.tr("%Ln entries", "", waiting.facts) if waiting.facts else self.tr("None")
        made.add(self.tr("Not received by HQ, lost"), lost_entries)
        made.add(
            self.tr("Newest receipt of HQ"), words.moment(waiting.receipt_at) if waiting.receipt_at else self.tr("None")
        )
        return made

    def _confirm(self) -> None:
        if not self._erase.isEnabled():
            return
        self.is_busy = True
        self._bar.show()
        self._follow()
        self.confirmed.emit(self.name.text().strip())

    def _follow(self) -> None:
        self._erase.setEnabled(self.name.text().strip() == self._store and not self.is_busy)
        self._cancel.setEnabled(not self.is_busy)
        self.name.setEnabled(not self.is_busy)
