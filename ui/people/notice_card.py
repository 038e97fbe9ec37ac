"""Edit the consent notice that is shown before this store is opened, and whether opening requires its acceptance."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit

from eum_app.usecases.calls import call
from eum_app.usecases.people.notice import MAX_TEXT_CHARS, Notice, current_notice, set_notice
from ui.kit.desk import Desk
from ui.kit.theme import theme
from ui.kit.widgets import Button, Card, FormField, button, hbox, label


class NoticeCard(Card):
    """Edit the notice. The page shows what `said` and `failed` carry."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Notice before opening"))
        self.setObjectName("notice_card")
        self._desk = desk
        self.text = QPlainTextEdit()
        self.text.setObjectName("notice_text")
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(theme().dp(110))
        self.required = QCheckBox(self.tr("The store opens only after it is accepted"))
        self.required.setObjectName("notice_required")
        self.set_button: Button = button(self.tr("Set the notice"), self.set, kind="primary")
        self.set_button.setObjectName("notice_set_button")
        self.text.textChanged.connect(self._follow)
        self.add_padded(
            label(
                self.tr(
                    "Shown the next time the store is opened, instead of the standard text. If it must be accepted, "
                    "the command line asks for it too."
                ),
                "sub",
                wrap=True,
            ),
            FormField(self.tr("Text to accept"), self.text),
            self.required,
            hbox(1, self.set_button),
            spacing=10,
        )
        self._follow()

    def ask(self) -> None:
        """Read the notice from the store and fill it in, in the background. Text that is in the field stays, with its
        check box.

        Without a notice the field stays empty. `failed` carries an error.
        """
        self._desk.ask(call(current_notice), then=self._show, failed=self.failed.emit)

    def _show(self, notice: Notice | None) -> None:
        if notice is not None and not self.text.toPlainText():
            self.text.setPlainText(notice.text)
            self.required.setChecked(notice.is_required)

    def set(self) -> None:
        """Save the notice in place of any earlier one; it is shown from the next unlock on.

        Does nothing while the text is blank or too long. Returns before the notice is saved: `said` or `failed`
        follows.
        """
        if not self.set_button.isEnabled():
            return
        said = self.tr("Set. It is shown the next time the store is opened.")
        self._desk.do(
            call(set_notice, self.text.toPlainText(), is_required=self.required.isChecked()),
            then=lambda _done: self.said.emit(said),
            failed=self.failed.emit,
        )

    def _follow(self) -> None:
        self.set_button.setEnabled(0 < len(self.text.toPlainText().strip()) <= MAX_TEXT_CHARS)
