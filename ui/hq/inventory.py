"""Inventory: the book. Search, one item with its history, and the import of lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from db.queries.inventory import ItemFilter, facets
from db.queries.open_claims import open_claim_count
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import call, query
from eum_app.usecases.lists.import_claims import ClaimsResult
from eum_app.usecases.lists.import_inventory import InventoryResult
from eum_app.usecases.reporting.label_sheet import MAX_LABELS
from ui.hq.book_table import BookTable
from ui.hq.claims_panel import ClaimsPanel
from ui.hq.current_item import CurrentItem
from ui.hq.facet_row import FacetRow
from ui.hq.import_list import ImportListPanel
from ui.hq.item_disposition import ItemDisposition
from ui.hq.narrowed import Narrowed
from ui.hq.slip_dialog import slip_button
from ui.kit.desk import Desk
from ui.kit.models import current_id, select_id
from ui.kit.page import Page
from ui.kit.widgets import (
    ActionButton,
    Card,
    ColumnPart,
    Columns,
    EmptyState,
    SearchField,
    flow,
    panel,
    vbox,
)
from ui.kit.words import count, joined
from ui.shared.items_view import ItemSide
from ui.shared.narrowed_bar import NarrowedBar
from ui.shared.page_parts import may, named, why_not
from ui.shared.scanned_items import Scanned, find_scanned, nothing_words, rows_words

LIST, IMPORT, CLAIMS = 0, 1, 2


class InventoryPage(Page):
    """Items on the left, the current one on the right. Importing replaces the page's content; it is not a dialog."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Inventory"))
        self.desk = desk
        self._filter = ItemFilter()
        self._wanted = ""
        self._scans = 0
        self.book = BookTable(desk, self)
        self._model, self.table = self.book.model, self.book.view
        self._model.ids_loaded.connect(self._counted)
        self._model.failed.connect(self.notice.show_error)
        self.search = SearchField(self.tr("Scan, or search by serial, UII, nomenclature, place…"))
        named(self.search, "items_search")
        self.search.searched.connect(lambda words: self._narrow(words=words))
        self._narrowed = NarrowedBar("inventory_narrowed", self._show_all)
        self.facets = FacetRow()
        self.facets.chosen.connect(lambda facet, value: self._narrow(**{facet: value}))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list_view())
        self.current = CurrentItem(desk, self.table, self.side, self)
        self.current.lost.connect(self._lost)
        self.disposition = ItemDisposition(desk, self, self.side)
        self.current.shown.connect(self.disposition.show_item)
        self.disposition.opened.connect(lambda: self._columns.bring_to_front("item"))
        to_records = self.add_action(
            self.tr("Sites and cases"), "Ctrl+T", lambda: self.navigate_requested.emit("records", None)
        )
        records = named(ActionButton(to_records, icon="map-pin"), "inventory_records")
        self.history.add_foot(panel(flow(records, slip_button(desk, "inventory_slip_button", self.current.subject))))
        self.importing = ImportListPanel(desk, self)
        self.importing.imported.connect(self._imported)
        self.importing.left.connect(self.show_items)
        self._stack.addWidget(self.importing)
        self.claims = ClaimsPanel(desk, self)
        self.claims.left.connect(self.show_items)
        self.claims.item_requested.connect(self._show_item)
        self._stack.addWidget(self.claims)
        self.body.addWidget(self._stack, 1)
        self._claims_action = self.add_action(self.tr("Open claims"), "Ctrl+M", self.show_claims)
        self.header.add_action(named(ActionButton(self._claims_action), "inventory_open_claims"))
        self.add_action(
            self.tr("Back to the items"),
            "Esc",
            lambda: self.show_items() if self._stack.currentIndex() == CLAIMS else self.disposition.leave(),
        )
        self._import_action = self.add_action(self.tr("Import a list…"), "Ctrl+I", self.show_import)
        self.header.add_action(named(ActionButton(self._import_action, kind="primary"), "inventory_import_list"))
        self._import_action.setEnabled(may(desk.session, Permission.INVENTORY_IMPORT))
        if may(desk.session, Permission.PAPER_PRINT):
            print_labels = self.add_action(self.tr("Labels…"), "Ctrl+P", self._to_labels)
            self.header.add_action(named(ActionButton(print_labels, icon="printer"), "inventory_labels"))
        self.add_action(self.tr("Search"), "Ctrl+F", self.search.setFocus)
        self.add_action(self.tr("Sort by the next column"), "Ctrl+Shift+S", self.book.sort_next)
        self.add_action(self.tr("Turn the order around"), "Ctrl+Shift+D", self.book.turn)
        self._title()

    def _list_view(self) -> QWidget:
        session = self.desk.session
        allowed = may(session, Permission.INVENTORY_IMPORT)
        self._empty = EmptyState(
            "boxes",
            self.tr("The book is empty"),
            self.tr("Load the inventory list of a country or a site; each row becomes an item with its history.")
            if allowed
            else why_not(session, Permission.INVENTORY_IMPORT),
            self.tr("Import a list…") if allowed else "",
            self.show_import,
        )
        if allowed:
            named(self._empty.action_button, "inventory_empty_import")
        self._none = EmptyState(
            "search", self.tr("No items match"), self.tr("Search for a serial number, a UII, an article or a place.")
        )
        card = Card()
        above = vbox(self.search, self.facets, self._narrowed, margins=(16, 12, 16, 12), spacing=10)
        self._search_line = panel(above, "cardhead")
        card.add(self._search_line)
        for part in (self.table, self._empty, self._none):
            card.add(part, 1)
        self._empty.hide()
        self._none.hide()
        self.side = ItemSide()
        self.history = self.side.history
        columns = [
            ColumnPart("items", self.tr("Items"), card, 8),
            ColumnPart("item", self.tr("Item and history"), self.side, 3),
        ]
        self._columns = Columns(columns)
        return self._columns

    # What happens

    def opened(self, argument: object) -> None:
        """Reload: narrowed to a figure's rows (`Narrowed`), or with the item of an id selected."""
        if isinstance(argument, Narrowed):
            self._filter = argument.rows
            self._narrowed.say(argument.words)
            self.search.clear()
            self._stack.setCurrentIndex(LIST)
        elif isinstance(argument, str) and argument:
            self._wanted = argument
        self._reload(same=not isinstance(argument, Narrowed))

    def _show_all(self) -> None:
        self._filter = ItemFilter()
        self._narrowed.say("")
        self.search.clear()
        self._reload()
        self.search.setFocus()

    def refresh(self, areas: frozenset[Area]) -> None:
        if areas & {Area.ITEMS, Area.CHECKS, Area.VISITS, Area.CLAIMS}:
            self._reload(same=True)

    def first_focus(self) -> QWidget:
        places = {IMPORT: self.importing.choice.path_field.edit, CLAIMS: self.claims.table}
        return places.get(self._stack.currentIndex(), self.search)

    def _reload(self, *, same: bool = False) -> None:
        """Read the list again. With `same`, the filter did not change, and the rows in view stay in place."""
        self.current.is_due = True
        self.book.load(self._filter, same=same)
        if self._stack.currentIndex() == CLAIMS:
            self.claims.reload()

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        """Show the items that a scanned mark names, or those near it, or say that nothing matches.

        The answer comes later. While a list is imported or claims are shown, the notice says that the page does not use
        marks.
        """
        if self._stack.currentIndex() == LIST:
            self._scans += 1
            scan = self._scans
            self.desk.ask(
                call(find_scanned, raw, read_by),
                then=lambda found: self._show_scanned(found) if scan == self._scans else None,  # only the newest scan
                failed=self.notice.show_error,
            )
        else:
            super().mark_scanned(raw, read_by)

    def _show_scanned(self, found: Scanned) -> None:
        if not found.ids:
            self.notice.show_message("attention", nothing_words(found))
            return
        self.notice.dismiss()
        self._filter = ItemFilter(ids=found.ids)
        self._narrowed.say(rows_words(found))
        self.search.clear()
        self._reload()

    def _narrow(self, **chosen: Any) -> None:
        if self._filter.ids and chosen.get("words"):  # typing after a scan begins another search
            self._filter = ItemFilter()
            self._narrowed.say("")
        wanted = replace(self._filter, **chosen)
        if wanted != self._filter:
            self._filter = wanted
            self._reload()

    def _counted(self, number: int) -> None:
        self._show_counted(number)
        if self._model.is_whole:
            wanted = self._filter
            self.desk.ask(
                query(facets, wanted),
                then=lambda found: self.facets.show_values(found, wanted) if wanted == self._filter else None,
            )
            self.desk.ask(
                query(open_claim_count),
                then=lambda open_now: self._claims_action.setText(
                    self.tr("Open claims · {count}").format(count=count(open_now))
                ),
            )

    def _show_counted(self, number: int) -> None:
        is_narrowed = self._filter != ItemFilter()
        self._empty.setVisible(not number and not is_narrowed)
        self._none.setVisible(not number and is_narrowed)
        self._search_line.setVisible(bool(number) or is_narrowed)
        self.table.setVisible(bool(number))
        self.side.show_parts(is_any=bool(number))
        self._title(number if self._model.is_whole else None)
        if number:
            if not (self._wanted and select_id(self.table, self._wanted)) and current_id(self.table) is None:
                self.table.setCurrentIndex(self._model.index(0, 0))
            if self._model.is_whole:
                self._wanted = ""
            self.current.read_if_due()

    def _title(self, number: int | None = None) -> None:
        if self._stack.currentIndex() == IMPORT:
            self.header.set_crumbs([self.tr("Inventory"), self.tr("Import a list")])
            self.header.set_title(self.tr("Import a list"))
            return
        if self._stack.currentIndex() == CLAIMS:
            self.header.set_crumbs([self.tr("Inventory"), self.tr("Open claims")])
            self.header.set_title(self.tr("Open claims"), self.tr("Claims by others; never a sighting"))
            return
        self.header.set_crumbs([])
        words = ""
        if number is not None:
            found = self.tr("%Ln items found", "", number)
            words = found if self._filter != ItemFilter() else self.tr("%Ln items on the book", "", number)
        self.header.set_title(self.tr("Inventory"), words)

    def _lost(self, error: KnownError) -> None:
        # Gone between the list and the question: the list is asked again.
        self.notice.show_error(error)
        self._model.reload()

    def _to_labels(self) -> None:
        """Offer labels for the filtered items; without a filter, for the current item."""
        current = current_id(self.table)
        wanted = self._model.ids() if self._filter != ItemFilter() else [current] if current else []
        self.navigate_requested.emit("labels", wanted[:MAX_LABELS])

    def show_import(self) -> None:
        """Show the import of lists in place of the items."""
        self.notice.dismiss()
        self._stack.setCurrentIndex(IMPORT)
        self._import_action.setVisible(False)
        self._title()
        self.importing.start()

    def show_claims(self) -> None:
        """Show the claims that cannot be tied to one item."""
        self.notice.dismiss()
        self._stack.setCurrentIndex(CLAIMS)
        self._title()
        self.claims.start()

    def _show_item(self, item_id: str) -> None:
        """Show one item of the book, whatever filter was set before."""
        self._wanted = item_id
        self.show_items()
        self._show_all()

    def show_items(self) -> None:
        """Show the items again, and focus the search."""
        self._stack.setCurrentIndex(LIST)
        self._import_action.setVisible(True)
        self._title(len(self._model.ids()))
        self.search.setFocus()

    def _imported(self, result: InventoryResult | ClaimsResult) -> None:
        self.show_items()
        left_out = self.tr("%Ln rows left out", "", result.rejected)
        if isinstance(result, ClaimsResult):
            words = self.tr("%Ln claims kept; the book is unchanged", "", result.claims)
            detail = joined(
                self.tr("{count} about one item").format(count=count(result.matched)),
                self.tr("{count} about none").format(count=count(result.unmatched)),
                self.tr("{count} not clear").format(count=count(result.ambiguous)),
                left_out,
            )
        else:
            detail = joined(
                self.tr("%Ln were already on the book", "", result.already_held),
                self.tr("%Ln of them were updated", "", result.changed) if result.changed else "",
                self.tr("%Ln stay recorded as gone, although the list says otherwise", "", result.still_gone)
                if result.still_gone
                else "",
                left_out,
                self.tr("%Ln new sites", "", result.sites),
            )
            words = self.tr("%Ln items imported", "", result.accepted)
        self.notice.show_message("ok", words, detail=detail, stays=True)
