"""Items: all items that this device knows, not only those of one visit. Search, one item, its history."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import items_by_id
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.usecases.calls import call, query
from eum_app.usecases.reporting.label_sheet import MAX_LABELS
from ui.field.parts import name_header_buttons, named
from ui.kit.desk import Desk
from ui.kit.models import PAGE_ROWS, IdsTableModel, current_id, on_current, select_id, table_view
from ui.kit.page import Page
from ui.kit.widgets import Card, ColumnPart, Columns, EmptyState, SearchField, panel, vbox
from ui.shared.items_view import ItemDetail, ItemSide, item_columns, item_detail
from ui.shared.narrowed_bar import NarrowedBar
from ui.shared.scanned_items import Scanned, find_scanned, nothing_words, rows_words

TOUCH_ROW_DP = 48


class ItemsPage(Page):
    """Search the items. When opened with an item's id, it shows that item."""

    takes_scans = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Items"))
        self.setObjectName("items_page")
        self._desk = desk
        self._rows, self._wanted = ItemFilter(), ""
        self._scans = 0
        self._is_detail_due = True
        self._model = IdsTableModel(item_columns(), desk.tasks, self)
        self._model.ids_loaded.connect(self._counted)
        self._model.failed.connect(self.notice.show_error)
        table = table_view(self._model, name=self.tr("Items on this device"), row_height=TOUCH_ROW_DP)
        self.table = named(table, "device_items_table")
        on_current(self.table, self._chosen)
        hint = self.tr("Scan, or search by serial, UII, nomenclature, place…")
        self.search = named(SearchField(hint), "device_items_search")
        self.search.searched.connect(self._search)
        self._narrowed = NarrowedBar("device_items_narrowed", self._show_all)
        self._none = EmptyState("package", "", "")
        self._none.hide()
        card = Card()
        card.add(panel(vbox(self.search, self._narrowed, margins=(16, 12, 16, 12), spacing=10), "cardhead"))
        card.add(self.table, 1)
        card.add(self._none, 1)
        self.side = ItemSide()
        columns = [
            ColumnPart("items", self.tr("Items"), card, 8),
            ColumnPart("item", self.tr("Item and history"), self.side, 4),
        ]
        self.body.addWidget(Columns(columns), 1)
        self.add_action(self.tr("Labels…"), "Ctrl+P", self._to_labels, icon="printer", in_header=True)
        name_header_buttons(self.header, "device_items_labels")
        self.add_action(self.tr("Search"), "Ctrl+F", self.search.setFocus)

    def _to_labels(self) -> None:
        """Offer labels for the items found by a search; without a search, for the current item."""
        current = current_id(self.table)
        wanted = self._model.ids() if self._rows != ItemFilter() else [current] if current else []
        self.navigate_requested.emit("labels", wanted[:MAX_LABELS])

    # The shell

    def opened(self, argument: object) -> None:
        """Reload. With the id of an item as `argument`, remove any filter and select that item."""
        self._wanted = argument if isinstance(argument, str) else ""
        if self._wanted and self._rows != ItemFilter():  # it may not be among the rows shown
            self._narrow(ItemFilter())
            self.search.clear()
        else:
            self._reload(same=True)

    def refresh(self, areas: frozenset[Area]) -> None:
        self._reload(same=True)

    def first_focus(self) -> QWidget:
        return self.search

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        """Show the items that a scanned mark names, or those near it, or say that nothing matches. The answer comes
        later.
        """
        self._scans += 1
        scan = self._scans
        self._desk.ask(
            call(find_scanned, raw, read_by),
            then=lambda found: self._show_scanned(found) if scan == self._scans else None,  # only the newest scan
            failed=self.notice.show_error,
        )

    # What happens

    def _reload(self, *, same: bool = False) -> None:
        """Read the list again. With `same`, the question did not change, and the rows in view stay in place."""
        desk, rows = self._desk, self._rows
        self._is_detail_due = True

        def ids(limit: int = 0) -> Sequence[str]:
            return desk.read(query(find_item_ids, rows, limit))

        if same and self._model.is_whole:
            self._model.reload()
        else:
            self._model.set_source(ids, lambda wanted: desk.read(query(items_by_id, wanted)), lambda: ids(PAGE_ROWS))

    def _search(self, said: str) -> None:
        if said != self._rows.words:
            self._narrow(ItemFilter(words=said))

    def _show_scanned(self, found: Scanned) -> None:
        if not found.ids:
            self.notice.show_message("attention", nothing_words(found))
            return
        self.notice.dismiss()
        self._narrow(ItemFilter(ids=found.ids), rows_words(found))
        self.search.clear()

    def _show_all(self) -> None:
        self._narrow(ItemFilter())
        self.search.clear()
        self.search.setFocus()

    def _narrow(self, rows: ItemFilter, words: str = "") -> None:
        self._rows = rows
        self._narrowed.say(words)
        self._reload()

    def _counted(self, number: int) -> None:
        self.table.setVisible(bool(number))
        self._none.setVisible(not number)
        self.side.show_parts(is_any=bool(number))
        if self._rows != ItemFilter():
            head = self.tr("%Ln items found", "", number)
            self._none.set_text(
                self.tr("No items match"), self.tr("Search for a serial number, an article or a place.")
            )
        else:
            head = self.tr("%Ln items on this device", "", number)
            self._none.set_text(
                self.tr("No items yet"), self.tr("Items arrive with a visit's tasking: import it under Sync.")
            )
        self.header.set_title(self.tr("Items"), head if number and self._model.is_whole else "")
        if number:
            if not (self._wanted and select_id(self.table, self._wanted)) and current_id(self.table) is None:
                self.table.setCurrentIndex(self._model.index(0, 0))
            if self._model.is_whole:
                self._wanted = ""
            if self._is_detail_due:
                self._chosen(current_id(self.table))

    def _chosen(self, item_id: str | None) -> None:
        if item_id is not None:
            self._is_detail_due = False
            session = self._desk.session
            session.notes.note_read("item", item_id)
            self._desk.ask(call(item_detail, item_id), then=self._show, failed=self._lost)

    def _show(self, detail: ItemDetail) -> None:
        if detail.item.item_id == current_id(self.table):
            self.side.show_item(detail)

    def _lost(self, error: KnownError) -> None:
        self.notice.show_error(error)
        self._model.reload()
