"""The page that is shown after a bug."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from eum_app import diagnostics
from ui.kit.tasks import Tasks
from ui.kit.theme import inset, theme
from ui.kit.widgets import Card, NoticeBar, button, hbox, label
from ui.kit.widgets.path_field import PathField

translate = QCoreApplication.translate


class CrashPage(QWidget):
    """Say what a bug means for the data, list the places of the fault without any value, and offer the diagnostics
    file.
    """

    go_on_requested = Signal()

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setProperty("kind", "mono")
        self._details.setAccessibleName(translate("kit", "Details of the error"))
        self.go_on_button = button(translate("kit", "Continue"), self.go_on_requested.emit, kind="primary")
        copy = button(translate("kit", "Copy details"), self._copy, icon="copy")
        self.path_field = PathField(
            translate("kit", "File for the diagnostics"), object_name="diagnostics_path", kind="save"
        )
        self.path_field.offer_at_home("eum-diagnostics.log")
        self.save_button = button(translate("kit", "Save diagnostics"), self._save, icon="download")
        self.save_button.setObjectName("diagnostics_save")
        self.notice = NoticeBar()
        self._diagnostics = QWidget()
        self._diagnostics.setLayout(hbox(self.path_field, self.save_button, spacing=8))
        card = Card()
        card.add_padded(
            label(translate("kit", "Something went wrong in the app"), "headline", wrap=True),
            label(
                translate(
                    "kit",
                    "Everything recorded before is saved. Your last action may not be: check the activity log before "
                    "you repeat it.",
                ),
                "body",
                wrap=True,
            ),
            label(
                translate("kit", "Send these details to support; they contain no serial numbers and no names."),
                "sub",
                wrap=True,
            ),
            self._details,
            hbox(self.go_on_button, copy, 1),
            self._diagnostics,
            margins=(28, 26, 28, 26),
            spacing=12,
        )
        layout = QGridLayout(self)
        inset(layout, 24, 24, 24, 24)
        for at in (0, 2):
            layout.setColumnStretch(at, 1)
            layout.setRowStretch(at, 1)
        layout.setColumnStretch(1, 3)
        layout.addWidget(card, 1, 1)
        self.notice.lie_over(self, lambda: QRect(card.x(), theme().dp(8), card.width(), theme().dp(48)))

    def show_bug(self, bug: BaseException) -> None:
        """Show the type and places of an exception. Its message is left out, because it may hold data.

        The diagnostics can be saved only if the log was started.
        """
        self._details.setPlainText("\n".join(diagnostics.places_of(bug)))
        self._diagnostics.setVisible(diagnostics.started_for() is not None)
        self.notice.dismiss()

    def details(self) -> str:
        """Return the text that the page shows about the fault."""
        return self._details.toPlainText()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details())

    def _save(self) -> None:
        from eum_app.usecases.store.save_diagnostics import save_diagnostics

        store_folder, path = diagnostics.started_for(), self.path_field.path
        if store_folder is not None and path is not None:
            self.notice.dismiss()
            self._tasks.operation(partial(save_diagnostics, store_folder, path), self._saved, self.notice.show_error)

    def _saved(self, _size: int) -> None:
        self.notice.show_message("ok", translate("kit", "The diagnostics are saved."))
