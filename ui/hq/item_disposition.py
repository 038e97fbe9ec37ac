"""State what became of the current item of the inventory, or set the counting statement aside."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call
from eum_app.usecases.changes import Changed
from eum_app.usecases.items.disposition_statement import NewDisposition, states_in_force
from eum_app.usecases.items.state_disposition import StatedDisposition, state_disposition, withdraw_disposition
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, button, hbox
from ui.kit.widgets.reasoned_act import ActWords, ReasonedAct
from ui.kit.words import joined, word
from ui.shared.disposition_panel import DispositionPanel
from ui.shared.items_view import ItemDetail, ItemSide
from ui.shared.page_parts import named, why_not


class ItemDisposition(QObject):
    """The acts under an item's history, and their form in place of the item."""

    opened = Signal()
    """The form was opened: on a small screen its column comes to the front."""

    def __init__(self, desk: Desk, page: Page, side: ItemSide) -> None:
        super().__init__(page)
        self._desk, self._page, self._side = desk, page, side
        self._detail: ItemDetail | None = None
        denied = why_not(desk.session, Permission.DISPOSITION_STATE)
        self.button: Button = named(button(self.tr("What became of it…"), self.start, icon="pen-line"), "item_state")
        set_tip(self.button, denied or self.tr("State that it was lost, expended, transferred … (Ctrl+D)"))
        self.button.setEnabled(not denied)
        self.aside = ReasonedAct(
            ActWords(
                "item_set_aside",
                self.tr("Set the statement aside…"),
                self.tr("Why it does not count"),
                self.tr("Why the statement does not count"),
                self.tr("Set aside"),
                self.tr("The book then follows the statement before it, or the list. Both stay in the history."),
            )
        )
        self.aside.requested.connect(self._set_aside)
        self.aside.hide()
        self._is_open = not denied
        self.panel = DispositionPanel("item_disposition", states_in_force(desk.session.now().date()))
        self.panel.confirmed.connect(self._record)
        self.panel.cancelled.connect(self.leave)
        side.add_form(self.panel)
        side.add_acts(hbox(self.button, 1), self.aside)
        page.add_action(self.tr("What became of the item"), "Ctrl+D", self.start)

    def show_item(self, detail: ItemDetail) -> None:
        """Follow the item shown. A form that was opened for another item is left, and what was entered is lost."""
        is_other = self._detail is None or self._detail.item.item_id != detail.item.item_id
        self._detail = detail
        self.aside.setVisible(self._is_open and detail.counting is not None)
        if is_other:
            self.aside.close_form()
            self.leave()

    def start(self) -> None:
        """Open the form, emptied, for the item shown, and focus it.

        Does nothing without an item, if the role may not state it, or while the form is open.
        """
        if self._detail is None or not self._is_open or not self.panel.isHidden():
            return
        row = self._detail.item
        self._page.notice.dismiss()
        self.panel.start(row.item_id, joined(row.serial, row.nomenclature), row.disposition, self._detail.open_claims)
        self._side.show_form(is_shown=True)
        self.opened.emit()
        self.panel.focus_first()

    def leave(self) -> None:
        """Show the item again if the form is open, and give the focus back to the button."""
        if self.panel.isHidden():
            return
        self._side.show_form(is_shown=False)
        self.button.setFocus()

    def _record(self, new: NewDisposition, claim_id: str) -> None:
        item = self._detail.item if self._detail else None
        self._desk.do(
            call(state_disposition, new, claim_id=claim_id),
            then=partial(self._recorded, new.item_id, item.serial if item else ""),
            failed=partial(self._refused, new.item_id),
        )

    def _is_shown(self, item_id: str) -> bool:
        return self._detail is not None and self._detail.item.item_id == item_id

    def _recorded(self, item_id: str, serial: str, done: StatedDisposition) -> None:
        if self.panel.item_id == item_id:  # else the form is about another item by now
            self.panel.end()
            self.leave()
        self._page.notice.show_message(
            "ok",
            self.tr("Recorded: {item} is now {disposition}").format(
                item=serial, disposition=word("disposition", done.disposition)
            ),
        )

    def _refused(self, item_id: str, error: KnownError) -> None:
        if self.panel.item_id == item_id:
            self.panel.let_try_again()
        self._page.notice.show_error(error)

    def _set_aside(self, reason: str) -> None:
        counting = self._detail.counting if self._detail else None
        if counting is not None:
            self._desk.do(
                call(withdraw_disposition, counting.fact.statement_id, reason),
                then=partial(self._was_set_aside, counting.fact.item_id),
                failed=partial(self._not_set_aside, counting.fact.item_id),
            )

    def _was_set_aside(self, item_id: str, _done: Changed) -> None:
        if self._is_shown(item_id):
            self.aside.close_form()
        self._page.notice.show_message("ok", self.tr("The statement was set aside"))

    def _not_set_aside(self, item_id: str, error: KnownError) -> None:
        if self._is_shown(item_id):
            self.aside.set_retry()
        self._page.notice.show_error(error)
