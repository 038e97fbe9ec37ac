"""Withhold content by order of two people: one asks, beside the picture; another confirms, in a list."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from db.queries.content import WithholdingAskedRow, withholdings_open
from eum_app.domain.errors import KnownError
from eum_app.domain.people import folded
from eum_app.usecases.calls import call, query
from eum_app.usecases.review.withhold import MAX_REASON, Asked, ask_to_withhold, confirm_withholding
from ui.kit.desk import Desk
from ui.kit.widgets import Button, Card, FormField, button, empty_layout, hbox, label, panel, vbox
from ui.kit.window_dialog import WindowDialog
from ui.kit.words import grouped, moment

translate = QCoreApplication.translate


class WithholdDialog(WindowDialog):
    """Ask the first of two people for the reason. `asked` is emitted once it is recorded; the dialog then closes."""

    asked = Signal()

    def __init__(self, desk: Desk, object_id: str, what: str, parent: QWidget) -> None:
        super().__init__("withhold_dialog", translate("withholding", "Ask to withhold a picture?"), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk, self._object_id = desk, object_id
        self.words.addWidget(label(what, "strong", wrap=True))
        for text in (
            self.tr(
                "When a second person confirms, its key is destroyed here and on the devices that have it. It cannot "
                "be opened again. The record of it stays, marked as withheld by order."
            ),
            self.tr("Not affected: earlier backups, bundles in transit, paper and reports."),
        ):
            self.words.addWidget(label(text, "sub", wrap=True))
        self.reason = QLineEdit()
        self.reason.setObjectName("withhold_reason_field")
        self.reason.setMaxLength(MAX_REASON)
        self.reason.textChanged.connect(lambda _text: self._follow())
        self.reason.returnPressed.connect(self.ask)
        self.words.addWidget(FormField(self.tr("By whose order, and why (it is recorded)"), self.reason))
        self._said = label("", "body", tone="bad", wrap=True)
        self._said.setObjectName("withhold_said")
        self.words.addWidget(self._said)
        self._said.hide()
        self._cancel: Button = button(self.tr("Leave unchanged"), self.reject)
        self._cancel.setObjectName("withhold_cancel_button")
        self._ask: Button = button(self.tr("Ask to withhold"), self.ask, kind="danger")
        self._ask.setObjectName("withhold_ask_button")
        self.add_buttons(self._cancel, self._ask)
        self._follow()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask(self) -> None:
        """Record the request with its reason. Does nothing without a reason.

        Returns before it is recorded: `asked` follows and the dialog closes, or it shows the error and stays.
        """
        if not self._ask.isEnabled():
            return
        self.is_busy = True
        self._follow()
        self._desk.do(call(ask_to_withhold, self._object_id, self.reason.text()), then=self._done, failed=self._failed)

    def _done(self, _asked: Asked) -> None:
        self.is_busy = False
        self.asked.emit()
        self.accept()

    def _failed(self, error: KnownError) -> None:
        self.say_refusal(self._said, error)
        self._follow()

    def _follow(self) -> None:
        self._ask.setEnabled(bool(self.reason.text().strip()) and not self.is_busy)
        self._cancel.setEnabled(not self.is_busy)


class ConfirmDialog(WindowDialog):
    """Ask the second of two people again, because the step cannot be undone. `confirmed` is emitted on the press."""

    confirmed = Signal()

    def __init__(self, row: WithholdingAskedRow, parent: QWidget) -> None:
        super().__init__("withholding_dialog", translate("withholding", "Withhold this picture permanently?"), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words.addWidget(label(row.reason, "strong", wrap=True))
        self.words.addWidget(
            label(
                self.tr("Requested by {account}. Its key is destroyed; it cannot be opened again.").format(
                    account=row.asked_by
                ),
                "sub",
                wrap=True,
            )
        )
        keep: Button = button(self.tr("Keep it"), self.reject)
        keep.setObjectName("withholding_keep_button")
        withhold: Button = button(self.tr("Withhold permanently"), self._confirm, kind="danger")
        withhold.setObjectName("withholding_confirm_button")
        self.add_buttons(keep, withhold)

    def _confirm(self) -> None:
        self.confirmed.emit()
        self.accept()


class WithholdingsCard(Card):
    """List requests that no second person has confirmed yet. The page shows what `said` and `failed` carry."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("To be withheld"))
        self.setObjectName("withholdings_card")
        self._desk = desk
        self._rows: QVBoxLayout = vbox(spacing=10)
        self._none = label(
            self.tr("No open requests. To withhold a picture, use the button beside it in Review."),
            "sub",
            wrap=True,
        )
        self.add_padded(self._none, self._rows, spacing=10)

    def ask(self) -> None:
        """Read the open requests from the store again, in the background. `failed` carries an error."""
        self._desk.ask(query(withholdings_open), then=self._show, failed=self.failed.emit)

    def _show(self, rows: list[WithholdingAskedRow]) -> None:
        empty_layout(self._rows)
        self._none.setVisible(not rows)
        for row in rows:
            self._rows.addWidget(self._row(row))

    def _row(self, row: WithholdingAskedRow) -> QWidget:
        is_own = folded(row.asked_by) == folded(self._desk.session.account)
        confirm: Button = button(self.tr("Withhold permanently…"), partial(self._begin, row), kind="danger")
        confirm.setObjectName(f"confirm_withholding_{row.request_id}")
        confirm.setEnabled(not is_own)
        confirm.setAccessibleName(self.tr("Withhold permanently: {reason}").format(reason=row.reason))
        whose = self.tr("Requested by {account}, {at}").format(account=row.asked_by, at=moment(row.asked_at))
        lines = [
            label(row.reason, "strong", wrap=True),
            label(whose, "sub", wrap=True),
            label(grouped(row.object_id[:16]) + " …", "mono", wrap=True),
        ]
        if is_own:
            lines.append(label(self.tr("Your request: another person must confirm."), "sub", tone="warn", wrap=True))
        made = panel(vbox(*lines, hbox(1, confirm), spacing=4))
        made.setObjectName(f"withholding_{row.request_id}")
        made.setAccessibleName(f"{row.reason}, {whose}")
        return made

    def _begin(self, row: WithholdingAskedRow) -> None:
        dialog = ConfirmDialog(row, self)
        dialog.confirmed.connect(partial(self._confirm, row))
        dialog.open()

    def _confirm(self, row: WithholdingAskedRow) -> None:
        said = self.tr("Withheld. The device that took it learns this from its next bundle.")
        self._desk.do(
            call(confirm_withholding, row.request_id), then=lambda _done: self._confirmed(said), failed=self.failed.emit
        )

    def _confirmed(self, said: str) -> None:
        self.ask()
        self.said.emit(said)
