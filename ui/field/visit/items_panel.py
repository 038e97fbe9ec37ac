"""The left column: the visit's items, filtered by state and text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTableView

from db.queries.visits import VisitRow, WorkRow, work_ids, work_rows
from eum_app.domain.checklists import Checklist
from eum_app.domain.visits import TO_CHECK, Outcome
from eum_app.usecases.calls import query
from eum_app.wording.testimony import differences_said
from ui.field.parts import named
from ui.field.visit.room_form import RoomForm
from ui.field.visit.visit_view import read_room
from ui.kit import words
from ui.kit.delegates import ChipSpec, RowContent, RowDelegate
from ui.kit.desk import Desk
from ui.kit.models import PAGE_ROWS, Column, IdsTableModel, current_id, list_view, on_current, select_id
from ui.kit.theme import status_mark
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, Card, EmptyState, SearchField, Tab, TabRow, button, search_placeholder
from ui.shared.testimony import unexpected_said

translate = QCoreApplication.translate

_FILTERS = ("all", TO_CHECK, Outcome.DISCREPANCY, Outcome.NOT_FOUND)


class ItemsPanel(Card):
    """List a visit's items. `item_chosen` carries the id of an item picked by mouse, or by Enter on a row."""

    item_chosen = Signal(str)
    moved = Signal()
    """The filter, the words or the position of the list changed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Items"))
        self._desk = desk
        self._visit_id, self._words, self._filter = "", "", ""
        self._in_view = self._wanted_top = ""
        self.checklist: Checklist | None = None
        """The questions about each item, once the visit was read."""
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
        self.view.verticalScrollBar().valueChanged.connect(lambda _at: self.moved.emit())
        self._nothing = EmptyState("search", self.tr("No items here"), self.tr("No items match this filter."))
        self._places = QStackedWidget()
        self._places.addWidget(self.view)
        self._places.addWidget(self._nothing)
        self.room = RoomForm()
        self.room.left.connect(self.close_room)
        self.room.confirmed.connect(lambda *_stated: self.close_room())
        self._places.addWidget(self.room)
        self._counted = 0
        self.room_button: Button = named(
            button(self.tr("This room cannot be entered…"), self.ask_room, icon="ban"), "room_button"
        )
        set_tip(self.room_button, self.tr("For the room of the chosen item: one reason for all items still to check"))
        self.room_button.setEnabled(False)
        self._room_of = ""
        """The item whose room is asked about."""
        on_current(
            self.view, lambda item_id: self.room_button.setEnabled(item_id is not None and not self.asks_about_room)
        )
        self._model.ids_loaded.connect(self._show_loaded)
        self.add_padded(self._tabs, self.search, margins=(12, 10, 12, 10), spacing=10)
        self.body.addWidget(self._places, 1)
        self.add_foot(self.room_button)

    # The room

    @property
    def asks_about_room(self) -> bool:
        """Return whether the form for a room is shown."""
        return self._places.currentWidget() is self.room

    def ask_room(self) -> None:
        """Ask why the room of the chosen item cannot be entered, once its items to check were read.

        Does nothing without a chosen item, where none of the room is left to check, or if another visit is shown by
        then. An item that is checked while the form is shown leaves it. Errors of reading go to the window's notice.
        """
        item_id = current_id(self.view)
        if item_id is not None:
            self._room_of = item_id
            self._desk.ask(query(read_room, self._visit_id, item_id), then=self._ask_about)

    def _ask_about(self, found: tuple[str, str, list[str]]) -> None:
        """Show the form for these items; where it is shown already, only narrow or close it."""
        visit_id, room, item_ids = found
        if visit_id != self._visit_id:
            return
        if self.asks_about_room and item_ids:
            self.room.narrow(item_ids)
        elif self.asks_about_room:
            self.close_room()
        elif item_ids:
            self._places.setCurrentWidget(self.room)
            self.room_button.setEnabled(False)
            self.room.ask(room or self.tr("No location on the book"), item_ids)

    def close_room(self) -> None:
        """Show the list again in place of the form for a room, and focus it. What was typed there is dropped."""
        self._places.setCurrentIndex(0 if self._counted else 1)
        self.room_button.setEnabled(current_id(self.view) is not None)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_loaded(self, count: int) -> None:
        self._counted = count
        if self._wanted_top:
            row, self._wanted_top = self._model.row_of(self._wanted_top), ""
            if row >= 0:
                self.view.scrollTo(self._model.index(row, 0), QTableView.ScrollHint.PositionAtTop)
        if not self.asks_about_room:
            self._places.setCurrentIndex(0 if count else 1)

    def show_visit(self, visit_id: str) -> None:
        """List another visit's items, with the filter reset. The same visit changes nothing."""
        if visit_id != self._visit_id:
            if self.asks_about_room:
                self.close_room()
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
        """Fetch the list again in the background, and the items that the form for a room asks about."""
        self._model.reload()
        if self.asks_about_room:
            again = query(read_room, self._visit_id, self._room_of)
            self._desk.ask(again, then=lambda found: self._ask_about(found) if self.asks_about_room else None)

    def set_in_view(self, item_id: str) -> None:
        """Select the row of the current item and scroll to it, without emitting a signal.

        An empty id clears the selection. An item that is not in the list leaves it as it is.
        """
        self._in_view = item_id
        if item_id:
            select_id(self.view, item_id)
        else:
            self.view.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)
        self.view.viewport().update()

    def show_filter(self, key: str) -> None:
        """Choose a filter from outside the panel, e.g. the items still to check. Raises KeyError for an unknown one."""
        self._tabs.set_current(key)
        self._choose_filter(key)

    @property
    def place(self) -> tuple[str, str, str]:
        """Return filter, words, and the id of the first item in sight."""
        top = self.view.indexAt(QPoint(0, 0))
        return self._filter or "all", self._words, (self._model.id_at(top.row()) if top.isValid() else None) or ""

    def go_back_to(self, key: str, text: str, top_id: str) -> None:
        """Show the list as it was left: filter, words, and the first item in sight.

        An unknown filter and an item that is gone are ignored.
        """
        if key in _FILTERS:
            self._tabs.set_current(key)
            self._filter = "" if key == "all" else key
        self._words, self._wanted_top = text, top_id
        self.search.show_text(text)
        self._load()

    @property
    def model(self) -> IdsTableModel:
        """Model of the visit's items."""
        return self._model

    def _choose_filter(self, key: str) -> None:
        self._filter = "" if key == "all" else key
        self._load()
        self.moved.emit()

    def _search(self, text: str) -> None:
        self._words = text
        self._load()
        self.moved.emit()

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

    def _why(self, row: WorkRow) -> str:
        """Return why a checked item is not simply verified; empty if it is."""
        said = differences_said(row.testimony.differences, translate) or words.reason(row.outcome, row.reason)
        return words.joined(said, unexpected_said(row.testimony, self.checklist))

    def _present(self, row: WorkRow) -> RowContent:
        state = "in_view" if row.item_id == self._in_view and row.outcome == TO_CHECK else row.outcome
        return RowContent(
            row.serial or row.uii,
            self._why(row) or words.joined(row.part_number or row.nomenclature, row.location),
            chip=ChipSpec.of(state),
            is_mono=True,
        )
