"""The items to print labels for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView

from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import ItemRow, items_by_id
from eum_app.usecases.calls import query
from eum_app.usecases.reporting.label_sheet import MAX_LABELS
from ui.kit import words
from ui.kit.desk import Desk
from ui.kit.models import Column, IdsTableModel, table_view
from ui.kit.widgets import Button, Card, EmptyState, SearchField, Tab, TabRow, panel, vbox


class LabelItems(Card):
    """Items found by a search, or given; labels are printed for the selected ones or for all.

    `changed` is emitted when the items or the selection changed.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._given: tuple[str, ...] = ()
        self._words = ""
        self.model = IdsTableModel(
            [
                Column(self.tr("Serial number"), lambda row: row.serial, is_mono=True, width=120),
                Column(self.tr("Article and place"), _about),
            ],
            desk.tasks,
            self,
        )
        self.model.ids_loaded.connect(self._counted)
        self.table = table_view(self.model, name=self.tr("Items for labels"), row_height=44)
        self.table.setObjectName("label_items_table")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda _on, _off: self.changed.emit())
        self.search = SearchField(self.tr("Search by serial, UII, nomenclature, place…"))
        self.search.setObjectName("label_items_search")
        self.search.searched.connect(self._search)
        self.which = name_tabs("label_which", self.tr("Labels for"), {"selected": "", "all": ""})
        self.which.chosen.connect(lambda _key: self.changed.emit())
        self._none = EmptyState(
            "package", self.tr("No items match"), self.tr("Search for a serial number, an article or a place.")
        )
        self._none.hide()
        self.add(panel(vbox(self.search, self.which, margins=(16, 12, 16, 12), spacing=10), "cardhead"))
        self.add(self.table, 1)
        self.add(self._none, 1)

    def give(self, item_ids: Sequence[str]) -> None:
        """Offer these items from the next `reload` on, until the person searches; without any, those of a search."""
        self._given, self._words = tuple(item_ids), ""
        self.search.clear()
        self.which.set_current("all" if self._given else "selected")

    def reload(self) -> None:
        """Read the items again: those found by the search (at most `MAX_LABELS` + 1), else those given.

        Without words and given items, the search finds the whole book.
        """
        desk, given, wanted = self._desk, self._given, ItemFilter(words=self._words)

        def ids() -> Sequence[str]:
            return given if given and not wanted.words else desk.read(query(find_item_ids, wanted, MAX_LABELS + 1))

        self.model.set_source(ids, lambda found: desk.read(query(items_by_id, found)))

    def chosen(self) -> tuple[str, ...]:
        """Return the ids of the items to print, in the order of the list: all loaded ones, or those selected."""
        if self.which.current == "all":
            return tuple(self.model.ids())
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return tuple(item_id for row in rows if (item_id := self.model.id_at(row)) is not None)

    def show_counts(self) -> None:
        """Show on the tabs how many items each includes."""
        found, selected = len(self.model.ids()), len(self.table.selectionModel().selectedRows())
        of_all = self.tr("More than {count}") if found > MAX_LABELS else self.tr("All {count}")
        self.which.set_text("all", of_all.format(count=words.count(min(found, MAX_LABELS))))
        self.which.set_text("selected", self.tr("Selected {count}").format(count=words.count(selected)))

    def _search(self, said: str) -> None:
        if said != self._words:
            self._words = said
            self.reload()

    def _counted(self, number: int) -> None:
        self.table.setVisible(bool(number))
        self._none.setVisible(not number)
        self.changed.emit()


def name_tabs(name: str, spoken: str, said: dict[str, str]) -> TabRow:
    """Return a row of tabs (`said`: text by key), each with an object name that begins with `name`."""
    made = TabRow([Tab(key, text) for key, text in said.items()])
    made.setObjectName(name)
    made.setAccessibleName(spoken)
    for key, tab in zip(said, made.findChildren(Button), strict=True):
        tab.setObjectName(f"{name}_{key}")
    return made


def _about(row: Any) -> str:
    found: ItemRow = row
    return words.joined(found.part_number or found.nomenclature, found.site, found.location)
