"""A reminder that stays while the authority's key is in HQ's store, and the dialog that moves it to a stick."""

from __future__ import annotations

from pathlib import Path

import shiboken6
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QWidget

from eum_app.domain.clock import utc_text
from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.authority.headquarters import AuthorityState, authority_state
from eum_app.usecases.authority.move_out import MovedAuthority, move_authority
from eum_app.usecases.calls import call
from ui.kit.desk import Desk
from ui.kit.widgets import Button, FormField, NoticeBar, button, hbox, label
from ui.kit.widgets.path_field import PathField
from ui.kit.window_dialog import WindowDialog
from ui.kit.words import day
from ui.shared.page_parts import may
from ui.shared.secret_field import NewPassphrase

translate = QCoreApplication.translate


class MoveAuthorityDialog(WindowDialog):
    """Ask for a folder and a new passphrase. `confirmed` carries the folder; `take` then returns the passphrase."""

    confirmed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("authority_dialog", translate("hq", "Move the authority's key out of this store"), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text in (
            self.tr(
                "The key is written to the folder, read back and opened. Only then does it leave this store. HQ keeps "
                "enrolling devices without it. It is needed again for new keys of HQ, in some years or after a loss."
            ),
            self.tr(
                "Lock the stick away, and the passphrase somewhere else. To split the key among several people, use "
                "the command eum authority move."
            ),
        ):
            self.words.addWidget(label(text, "sub", wrap=True))
        self.folder = PathField(self.tr("Folder on a stick"), object_name="authority_folder_field", kind="folder")
        self.folder.changed.connect(self._follow)
        self.passphrase = NewPassphrase("authority_")
        self.passphrase.changed.connect(self._follow)
        self.passphrase.submitted.connect(self._confirm)
        self.words.addWidget(FormField(self.tr("Folder on a stick"), self.folder))
        self.words.addWidget(self.passphrase)
        self._error = label("", "sub", tone="bad", wrap=True)
        self._error.setObjectName("authority_error")
        self._error.hide()
        self.words.addWidget(self._error)
        self._cancel: Button = button(self.tr("Cancel"), self.reject)
        self._cancel.setObjectName("authority_cancel_button")
        self._move: Button = button(self.tr("Move the key"), self._confirm, kind="primary")
        self._move.setObjectName("authority_confirm_button")
        self.foot.addWidget(self._bar)
        self._bar.hide()
        self.add_buttons(self._cancel, self._move)
        self._follow()
        self.folder.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_refusal(self, error: KnownError) -> None:
        """Show why nothing was moved. The folder stays, the passphrase has to be typed again."""
        self._bar.hide()
        self.say_refusal(self._error, error)
        self._follow()

    def _confirm(self) -> None:
        if self._move.isEnabled() and self.folder.path is not None:
            self.is_busy = True
            self._error.hide()
            self._bar.show()
            self._follow()
            self.confirmed.emit(self.folder.path)

    def _follow(self) -> None:
        is_free = not self.is_busy
        self._move.setEnabled(is_free and self.folder.path is not None and self.passphrase.is_ready)
        self._cancel.setEnabled(is_free)
        self.folder.setEnabled(is_free)
        self.passphrase.setEnabled(is_free)


class AuthorityPart(QWidget):
    """Shown to a person who may enroll devices, while the authority's key is here or HQ's certificate ends soon."""

    def __init__(self, desk: Desk, notice: NoticeBar) -> None:
        super().__init__()
        self._desk, self._notice = desk, notice
        self._dialog: MoveAuthorityDialog | None = None
        self._said = label("", "sub", tone="warn", wrap=True)
        self._said.setObjectName("authority_reminder")
        self._begin: Button = button(self.tr("Move it to a stick…"), self.begin, icon="key-round")
        self._begin.setObjectName("authority_move_button")
        line = hbox(self._said, self._begin, spacing=12)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.hide()

    def ask(self) -> None:
        """Read again where the key is, if the account may enroll devices. The part changes when the answer arrives."""
        if may(self._desk.session, Permission.DEVICE_ENROL):
            self._desk.ask(call(authority_state), then=self._show)

    def begin(self) -> None:
        """Open the dialog."""
        self._dialog = MoveAuthorityDialog(self)
        self._dialog.confirmed.connect(self._move)
        self._dialog.open()

    def _show(self, state: AuthorityState) -> None:
        said = []
        if state.is_here:
            said.append(
                self.tr("The authority's key is still in this store: a thief of this computer could get it too.")
            )
            if not state.may_move:
                said.append(self.tr("Ask an administrator to move it."))
        if state.is_ending:
            ends = self.tr("HQ's certificate ends on {day}, and its devices' with it. Get new keys: {command}.")
            said.append(ends.format(day=day(utc_text(state.until)), command="eum authority request"))
        self._said.setText(" ".join(said))
        self._begin.setVisible(state.is_here is True and state.may_move)
        self.setVisible(bool(said))

    def _move(self, folder: Path) -> None:
        assert self._dialog is not None
        self._desk.do(
            call(move_authority, folder, passphrase=self._dialog.passphrase.take()),
            then=self._moved,
            failed=self._refused,
        )

    def _moved(self, moved: MovedAuthority) -> None:
        self._close()
        self.ask()
        self._notice.show_message(
            "ok",
            self.tr("The authority's key is in {folder}, and no longer in this store").format(folder=moved.folder),
            detail=self.tr("Make a new backup, then destroy earlier ones: they still hold the key."),
            stays=True,
        )

    def _refused(self, error: KnownError) -> None:
        if self._dialog is not None and shiboken6.isValid(self._dialog):
            self._dialog.show_refusal(error)

    def _close(self) -> None:
        if self._dialog is not None and shiboken6.isValid(self._dialog):
            shiboken6.delete(self._dialog)
        self._dialog = None
