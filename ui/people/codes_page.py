"""Show recovery codes once, to be copied by hand, printed or saved, and then confirmed. They stay here until then."""

from __future__ import annotations

import html

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QMarginsF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPdfWriter, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from db.files import write_private
from eum_app.domain.errors import KnownError, Trouble
from eum_app.usecases.people.recovery import RecoveryCodes
from ui.kit.messages import sentence
from ui.kit.page import Page
from ui.kit.theme import theme
from ui.kit.widgets import Button, Card, EmptyState, button, hbox, label, panel, scrolled, vbox
from ui.kit.widgets.path_field import PathField


class CodesPage(Page):
    """Show recovery codes. Opened with (`RecoveryCodes`, key of the page to go back to)."""

    def __init__(self, device: str, *, is_hq: bool) -> None:
        super().__init__(self.tr("Recovery codes"))
        self.setObjectName("codes_page")
        self._device, self._is_hq = device, is_hq
        self._made: RecoveryCodes | None = None
        self._back_to = ""
        self._none = EmptyState(
            "key-round", self.tr("No codes to show"), self.tr("Codes are shown only once, when they are made.")
        )
        self._grid = QGridLayout()
        self._codes: list[tuple[QLabel, QLabel]] = []
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(8)
        self._whose = label("", "body", wrap=True)
        self._hq = label("", "sub", wrap=True)
        self.path_field = PathField(
            self.tr("File for the printed sheet"), object_name="codes_file", kind="save", filters=self.tr("PDF (*.pdf)")
        )
        self._save: Button = button(self.tr("Save as PDF to print"), self.save, icon="printer")
        self._save.setObjectName("codes_save_button")
        self.confirm_box = QCheckBox(self.tr("I have the codes on paper, and keep the paper away from this computer"))
        self.confirm_box.setObjectName("codes_confirm_box")
        self._done: Button = button(self.tr("Done"), self.finish, kind="primary")
        self._done.setObjectName("codes_done_button")
        self._done.setEnabled(False)
        self.confirm_box.toggled.connect(self._done.setEnabled)
        self._card = Card(self.tr("Write these codes down now"))
        self._card.add_padded(
            self._whose,
            self._hq,
            self._grid,
            label(
                self.tr(
                    "They are not shown again. Anyone with a code and this computer can open your account. If you "
                    "save a file to print it, delete it afterwards."
                ),
                "sub",
                tone="warn",
                wrap=True,
            ),
            self.path_field,
            hbox(self._save, 1),
            self.confirm_box,
            hbox(1, self._done),
            spacing=12,
        )
        self._card.hide()
        content = vbox(self._none, self._card, 1)
        self.body.addWidget(scrolled(panel(content)), 1)

    def opened(self, argument: object) -> None:
        """Show new codes; `argument` is (codes, key of the page to return to).

        Without one, the codes stay as they were.
        """
        if isinstance(argument, tuple):
            made, back_to = argument
            self._show(made, str(back_to))

    @property
    def is_waiting(self) -> bool:
        """Return whether codes are shown that were not confirmed yet."""
        return self._made is not None

    def first_focus(self) -> QWidget:
        return self.confirm_box if self._made is not None else self

    def _show(self, made: RecoveryCodes, back_to: str) -> None:
        self._made, self._back_to = made, back_to
        self._empty_grid()
        for at, code in enumerate(made.codes):
            text = label(code, "mono", selectable=True)
            text.setObjectName(f"code_{at + 1}")
            text.setAccessibleName(self.tr("Code {number}: {code}").format(number=at + 1, code=" ".join(code)))
            self._codes.append((label(f"{at + 1}", "sub"), text))
        self._arrange()
        self._whose.setText(
            self.tr(
                "Ten codes for {account} on {device}. Each opens the account once, when the passphrase is lost or the "
                "account is locked."
            ).format(account=made.account, device=self._device)
        )
        if self._is_hq:
            said = self.tr(
                "Another administrator of this HQ can read one out to you. Otherwise this paper is the only copy."
            )
        elif made.is_with_hq:
            said = self.tr("HQ can also read one out to you, after it has received this device's results.")
        else:
            said = self.tr("HQ does not have them: this paper is the only copy.")
        self._hq.setText(said)
        self.confirm_box.setChecked(False)
        self.path_field.offer_at_home(f"recovery-codes-{self._device}-{made.account}.pdf")
        self._none.hide()
        self._card.show()

    def save(self) -> None:
        """Write the sheet to the chosen path as a PDF, and show the result on the page. Nothing else writes the codes
        to the disk.

        Does nothing without a path or codes. An existing file, or an error of the disk, shows an error; no incomplete
        sheet stays.
        """
        path = self.path_field.path
        if path is None or self._made is None:
            return
        try:
            is_private = write_private(path, self._pdf(self._made))
        except KnownError as error:
            self.notice.show_error(error)
            return
        if is_private:
            self.notice.show_message("ok", self.tr("Saved: {path}").format(path=str(path)))
        else:
            said = sentence(Trouble("file.open_to_others", path=str(path)))
            self.notice.show_message("attention", said.what, detail=said.next, stays=True)

    def _pdf(self, made: RecoveryCodes) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setPageLayout(
            QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(25, 25, 25, 25))
        )
        writer.setTitle(self.tr("Recovery codes"))
        document = QTextDocument()
        document.setDefaultFont(QFont("Inter", 11))
        document.setHtml(self._sheet(made))
        document.print_(writer)
        return bytes(buffer.data().data())

    def finish(self) -> None:
        """Forget the codes, remove them from the page, and go back to the page that was named with them.

        A sheet that was saved stays on the disk.
        """
        self._made = None
        self._empty_grid()
        self._card.hide()
        self._none.show()
        self.path_field.clear()
        self.navigate_requested.emit(self._back_to, None)

    def _sheet(self, made: RecoveryCodes) -> str:
        rows = "".join(
            f'<tr><td style="padding:6px 18px 6px 0">{at}</td>'
            f'<td style="padding:6px;font-family:JetBrains Mono,monospace;font-size:13pt">{code}</td></tr>'
            for at, code in enumerate(made.codes, 1)
        )
        title = self.tr("Recovery codes of {account} on {device}").format(
            account=html.escape(made.account), device=html.escape(self._device)
        )
        words = self.tr("Each opens the account once. Keep this sheet locked away, never with the computer.")
        return f"<h2>{title}</h2><p>{words}</p><table>{rows}</table>"

    def _empty_grid(self) -> None:
        for widget in (part for pair in self._codes for part in pair):
            self._grid.removeWidget(widget)
            widget.setParent(None)
            widget.deleteLater()
        self._codes = []

    def _arrange(self) -> None:
        """Lay the codes out in two columns, or in one when two do not fit: a code is never cut."""
        if not self._codes:
            return
        widest = max(number.sizeHint().width() + code.sizeHint().width() for number, code in self._codes)
        is_narrow = self.width() < 2 * widest + theme().dp(180)
        half = len(self._codes) if is_narrow else (len(self._codes) + 1) // 2
        for at, pair in enumerate(self._codes):
            for part, widget in enumerate(pair):
                self._grid.addWidget(widget, at % half, at // half * 2 + part)
        for column in (1, 3):
            self._grid.setColumnStretch(column, 0 if is_narrow and column == 3 else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._arrange()
