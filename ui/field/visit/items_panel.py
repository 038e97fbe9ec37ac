"""The left column: the visit's items, filtered by state and text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Signal
from PySide6.QtWidgets import QStackedWidget, QTableView

from db.queries.visits import VisitRow, WorkRow, work_ids, work_rows
from eum_app.domain.visits import TO_CHECK, Outcome
from eum_app.usecases.calls import query
from ui.field.parts import named
from ui.kit import words
from ui.kit.delegates import ChipSpec, RowContent, RowDelegate
from ui.kit.desk import Desk
from ui.kit.models import PAGE_ROWS, Column, IdsTableModel, list_view, select_id
from ui.kit.theme import status_mark
from ui.kit.widgets import Card, EmptyState, SearchField, Tab, TabRow, search_placeholder

_FILTERS = ("all", TO_CHECK, Outcome.DISCREPANCY, Outcome.NOT_FOUND)


class ItemsPanel(Card):
    """List a visit's items. `item_chosen` carries the id of an item picked by mouse, or by Enter on a row."""

    item_chosen = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Items"))
        self._desk = desk
        self._visit_id, self._words, self._filter = "", "", ""
        self._in_view = ""
        tabs = [Tab("all", self.tr("All"), "", self.tr("All items"))]
        tabs += [Tab(key, "0", status_mark(key).icon, status_mark(key).text()) for key in _FILTERS[1:]]
        self._tabs = named(TabRow(tabs), "items_filter")
        for key in _FILTERS:
            named(self._tabs._buttons[key], f"filter_{key}")
        self._tabs.chosen.connect(self._choose_filter)
        self.search = named(SearchField(search_placeholder()), "items_search")
        self.search.searched.connect(self._search)
        self._model = IdsTableModel([Column(self.tr("Item"), lambda row: self._present(row).spoken())], desk.tasks)
        self._model.failed.connect(desk.tasks.failed)
        self.view: QTableView = named(
            list_view(self._model, RowDelegate(self._present), name=self.tr("Items of the visit")), "items_list"
        )
        self.view.clicked.connect(self._pick)
        self.view.activated.connect(self._pick)
        self._nothing = EmptyState("search", self.tr("No items here"), self.tr("No items match this filter."))
        self._places = QStackedWidget()
        self._places.addWidget(self.view)
        self._places.addWidget(self._nothing)
        self._model.ids_loaded.connect(lambda count: self._places.setCurrentIndex(0 if count else 1))
        self.add_padded(self._tabs, self.search, margins=(12, 10, 12, 10), spacing=10)
        self.body.addWidget(self._places, 1)

    def show_visit(self, visit_id: str) -> None:
        """List another visit's items, with the filter reset."""
        if visit_id != self._visit_id:
            self._visit_id, self._words, self._filter = visit_id, "", ""
            self.search.clear()
            self._tabs.set_current("all")
            self._load()

    def set_counts(self, row: VisitRow) -> None:
        """Set the counts on the tabs."""
        self._tabs.set_text("all", self.tr("All {count}").format(count=words.count(row.expected)))
        for key in _FILTERS[1:]:
            number = words.count(getattr(row, key))
            self._tabs.set_text(key, number, f"{status_mark(key).text()}: {number}")

    def refresh(self) -> None:
        """Fetch the list again, because the store changed."""
        self._model.reload()

    def set_in_view(self, item_id: str) -> None:
        """Select the row of the current item and scroll to it, without emitting a signal."""
        self._in_view = item_id
        if item_id:
            select_id(self.view, item_id)
        else:
            self.view.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)
        self.view.viewport().update()

    def show_filter(self, key: str) -> None:
        """Choose a filter from outside the panel, e.g. the items still to check."""
        self._tabs.set_current(key)
        self._choose_filter(key)

    @property
    def model(self) -> IdsTableModel:
        """Model of the visit's items."""
        return self._model

    def _choose_filter(self, key: str) -> None:
        self._filter = "" if key == "all" else key
        self._load()

    def _search(self, text: str) -> None:
        self._words = text
        self._load()

    def _load(self) -> None:
        desk, visit_id, outcome, text = self._desk, self._visit_id, self._filter, self._words

        def ids(limit: int = 0) -> Sequence[str]:
            return desk.read(query(work_ids, visit_id, outcome, text, limit))

        def rows(wanted: Sequence[str]) -> dict[str, Any]:
            return dict(desk.read(query(work_rows, visit_id, wanted)))

        self._model.set_source(ids, rows, lambda: ids(PAGE_ROWS))

    def _pick(self, index: QModelIndex) -> None:
        item_id = self._model.id_at(index.row())
        if item_id is not None:
            self.item_chosen.emit(item_id)

    def _present(self, row: WorkRow) -> RowContent:
        state = "in_view" if row.item_id == self._in_view and row.outcome == TO_CHECK else row.outcome
        return RowContent(
            row.serial or row.uii,
            words.joined(row.part_number or row.nomenclature, row.location),
            chip=ChipSpec.of(state),
            is_mono=True,
        )
