"""The current item in the table of the inventory."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QTableView

from db.queries.items import ItemRow
from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call
from eum_app.usecases.proofs.make_slip import Subject
from ui.hq.slip_dialog import SlipSubject
from ui.kit.desk import Desk
from ui.kit.models import current_id, on_current
from ui.shared.items_view import ItemDetail, ItemSide, item_detail


class CurrentItem(QObject):
    """Read the current item of `table` and show it in `side`. `lost` carries the error if it no longer exists."""

    lost = Signal(object)
    shown = Signal(object)
    """ItemDetail: it is shown now."""

    def __init__(self, desk: Desk, table: QTableView, side: ItemSide, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._table, self._side = desk, table, side
        self._shown: ItemRow | None = None
        self.is_due = True
        """The list was read again, so the item must be read again too."""
        on_current(table, self._chosen)

    def read_if_due(self) -> None:
        """Read the current item, unless it was read since the last reload of the list or there is none."""
        if self.is_due:
            self._chosen(current_id(self._table))

    def subject(self) -> SlipSubject | None:
        """Return what a proof slip about the item shown is about, or None before one was read."""
        shown = self._shown
        return SlipSubject(Subject.ITEM, shown.item_id, shown.serial or shown.nomenclature) if shown else None

    def _chosen(self, item_id: str | None) -> None:
        if item_id is None:
            return
        self.is_due = False
        self._desk.session.notes.note_read("item", item_id)
        self._desk.ask(call(item_detail, item_id), then=self._show, failed=self._lost)

    def _show(self, detail: ItemDetail) -> None:
        if detail.item.item_id == current_id(self._table):
            self._shown = detail.item
            self._side.show_item(detail)
            self.shown.emit(detail)

    def _lost(self, error: KnownError) -> None:
        self.lost.emit(error)
