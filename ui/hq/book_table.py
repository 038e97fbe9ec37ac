"""The table of the inventory: columns with the clocks, sorted by a click on a heading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QCoreApplication, QModelIndex, QObject
from PySide6.QtWidgets import QTableView

from db.queries.book_order import BookOrder, BookRow, book_rows, ordered_item_ids
from db.queries.inventory import ItemFilter, find_item_ids
from eum_app.domain.compliance.clocks import ClockState
from eum_app.usecases.calls import query
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.models import PAGE_ROWS, Column, IdsTableModel, table_view
from ui.kit.tips import set_tip
from ui.kit.translation import Texts
from ui.kit.words import day, joined, word
from ui.shared.items_view import disposition_chip

translate = QCoreApplication.translate

BookWords = Texts("BookWords")

_ORDERS: Final = (
    BookOrder.SERIAL,
    BookOrder.ARTICLE,
    BookOrder.PLACE,
    BookOrder.DUE,
    BookOrder.LAST_INVENTORY,
    BookOrder.LEVEL,
    BookOrder.DISPOSITION,
    BookOrder.CASE,
)
"""Order of each column, in the order of the columns."""


class BookTable(QObject):
    """Model and view of the book's items, in an order that the person chooses."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._wanted = ItemFilter()
        self._as_of: date | None = None
        self.order, self.is_descending = BookOrder.PLACE, False
        self.model = IdsTableModel(book_columns(), desk.tasks, self)
        self.view: QTableView = table_view(self.model, name=translate("hq", "Items on the book"))
        self.view.setObjectName("items_table")
        head = self.view.horizontalHeader()
        head.setSectionsClickable(True)
        set_tip(head, translate("hq", "Click a heading to sort by it; click it again for the opposite order."))
        head.sectionClicked.connect(lambda at: self.sort(_ORDERS[at]))
        self._show_order()

    def load(self, wanted: ItemFilter, *, same: bool = False) -> None:
        """Read the list: in order of place the first rows at once, all of them right after.

        With `same`, the filter did not change, and the rows in view stay in place unless the day has changed.
        """
        self._wanted = wanted
        today = self._today()
        if same and self.model.is_whole and today == self._as_of:
            self.model.reload()
            return
        self._as_of = today
        desk, order, is_descending = self._desk, self.order, self.is_descending

        def first() -> Sequence[str]:
            return desk.read(query(find_item_ids, wanted, PAGE_ROWS))

        def ids() -> Sequence[str]:
            return desk.read(query(ordered_item_ids, wanted, order, today, descending=is_descending))

        self.model.set_source(
            ids,
            lambda found: desk.read(query(book_rows, found, today)),
            first if order is BookOrder.PLACE and not is_descending else None,
        )

    def sort(self, order: BookOrder) -> None:
        """Sort by a column, or by the same one in the opposite direction.

        The list is read again, and its first row becomes current.
        """
        self.is_descending = order is self.order and not self.is_descending
        self.order = order
        self._show_order()
        self.view.setCurrentIndex(QModelIndex())  # the first row of the new order becomes current
        self.load(self._wanted)

    def sort_next(self) -> None:
        """Sort by the next column, after the last by the first; for the keyboard."""
        self.sort(_ORDERS[(_ORDERS.index(self.order) + 1) % len(_ORDERS)])

    def turn(self) -> None:
        """Reverse the order as `sort` does; for the keyboard."""
        self.sort(self.order)

    def _today(self) -> date:
        return self._desk.session.now().date()

    def _show_order(self) -> None:
        self.model.mark_sorted(_ORDERS.index(self.order), descending=self.is_descending)


def book_columns() -> list[Column]:
    """Return the columns of the book's table."""
    return [
        Column(translate("items", "Serial number"), lambda row: row.item.serial, is_mono=True, width=112),
        Column(
            translate("items", "Article"),
            lambda row: joined(row.item.part_number, row.item.nomenclature),
            width=160,
        ),
        Column(translate("items", "Place"), lambda row: joined(row.item.site, row.item.location), width=140),
        Column(translate("hq", "Next inventory due"), due_words, width=216, chip=_due_chip),
        Column(translate("items", "Last inventory"), last_words, width=112),
        Column(translate("items", "EUM level"), lambda row: row.item.eum_level, width=84),
        Column(
            translate("items", "Disposition"),
            lambda row: word("disposition", row.item.disposition),
            width=140,
            chip=lambda row: disposition_chip(row.item.disposition),
        ),
        Column(translate("items", "Case"), lambda row: row.item.case_id),
    ]


def last_words(row: BookRow) -> str:
    """Return the day of the newest inventory. Without one: "never" for a monitored item, a dash for any other."""
    if row.last_inventory:
        return day(row.last_inventory)
    return "–" if row.standing.state is ClockState.NOT_SUBJECT else translate("hq", "Never")


def due_words(row: BookRow) -> str:
    """Return the day on which the next inventory is due, and by how many days it is over.

    Without such a day: "No date" for a monitored item whose dates are not known, a dash for any other.
    """
    found = row.standing
    if found.due_on is None:
        return translate("hq", "No date") if found.state is ClockState.NO_DATE else "–"
    over = BookWords.tr("%Ln days over", "", found.days_over) if found.days_over else ""
    return joined(day(found.due_on.isoformat()), over)


def _due_chip(row: BookRow) -> ChipSpec | None:
    if row.standing.days_over:
        return ChipSpec(due_words(row), "bad", "triangle-alert")
    if row.standing.state is ClockState.DUE_SOON:
        return ChipSpec(due_words(row), "warn", "clock")
    return None
