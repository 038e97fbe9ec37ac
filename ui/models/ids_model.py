"""A model for any number of rows: the ordered ids, and pages of rows fetched as they scroll into sight.

The ids are fetched once (200,000 in some 130 ms), rows by id in pages of 200; a change marks pages stale and they are
fetched again when they are next drawn. The old row stays in sight until the new one is there, so nothing flickers.
Sorting and filtering are done by whoever supplies the ids, in SQL.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from eum_app.domain.errors import KnownError
from ui.delegates.content import CHIP_ROLE, ID_ROLE, ROW_ROLE, ChipSpec
from ui.tasks import Tasks
from ui.theme import theme

PAGE_ROWS = 200
KEPT_PAGES = 40

Index = QModelIndex | QPersistentModelIndex
FetchIds = Callable[[], Sequence[str]]
FetchRows = Callable[[Sequence[str]], Mapping[str, Any]]


@dataclass(frozen=True)
class Column:
    """One column: its heading, the text of a row, and how it looks. `sort_key` is what the page's SQL sorts by."""

    title: str
    text: Callable[[Any], str]
    is_mono: bool = False
    is_number: bool = False
    width: int = 0
    """Width at 100 %; 0 shares what is left."""
    chip: Callable[[Any], ChipSpec | None] | None = None
    sort_key: str = ""


_ROW_ROLES = frozenset({int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole), ROW_ROLE, CHIP_ROLE})


def _cell(row: Any, column: Column, role: int) -> Any:
    if role == ROW_ROLE:
        return row
    if role == CHIP_ROLE:
        return column.chip(row) if column.chip and row is not None else None
    return "…" if row is None else column.text(row)


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignTrailing if column.is_number else Qt.AlignmentFlag.AlignLeading
    return int(side | Qt.AlignmentFlag.AlignVCenter)


class IdsTableModel(QAbstractTableModel):
    """Ids and a page cache. With `tasks` both are fetched in the background; without, at once (for tests).

    For a list with a delegate one column is enough: its text is what a screen reader says of the row.
    """

    ids_loaded = Signal(int)
    """The ids are there (their number); the view has them."""
    failed = Signal(object)
    """KnownError: a fetch failed; what was there stays."""

    def __init__(self, columns: Sequence[Column], tasks: Tasks | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._tasks = tasks
        self._fetch_ids: FetchIds | None = None
        self._fetch_rows: FetchRows | None = None
        self._ids: list[str] = []
        self._row_by_id: dict[str, int] | None = None
        self._pages: OrderedDict[int, list[Any]] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: set[int] = set()
        self._generation = 0
        self._ids_asked = 0
        self.is_loading = False

    # Source

    def set_source(self, fetch_ids: FetchIds, fetch_rows: FetchRows) -> None:
        """Show other rows, e.g. after a filter changed. Both functions run on a worker and only read."""
        self._fetch_ids, self._fetch_rows = fetch_ids, fetch_rows
        self.reload()

    def reload(self) -> None:
        """Fetch the ids again; rows in sight follow. Late answers to earlier questions are dropped."""
        if self._fetch_ids is None:
            return
        self._ids_asked += 1
        asked, fetch = self._ids_asked, self._fetch_ids
        self.is_loading = True
        if self._tasks is None:
            self._take_ids(asked, fetch())
        else:
            self._tasks.query(fetch, lambda ids: self._take_ids(asked, ids), lambda error: self._fail_ids(asked, error))

    def mark_stale(self) -> None:
        """Contents changed but not which rows there are: fetch each page again when it is next drawn."""
        self._stale.update(self._pages)
        if self._ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(self._columns) - 1))

    # Rows

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    def ids(self) -> list[str]:
        return list(self._ids)

    def id_at(self, row: int) -> str | None:
        """The id of a row, or None outside the list."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, item_id: str) -> int:
        """The row of an id, or -1."""
        if self._row_by_id is None:
            self._row_by_id = {found: row for row, found in enumerate(self._ids)}
        return self._row_by_id.get(item_id, -1)

    def row_at(self, row: int) -> Any:
        """The row object, or None while it is not fetched (asking for it fetches it)."""
        if not 0 <= row < len(self._ids):
            return None
        page = row // PAGE_ROWS
        if page not in self._pages or page in self._stale:
            self._ask_page(page)
        rows = self._pages.get(page)
        if rows is None:
            return None
        self._pages.move_to_end(page)
        return rows[row % PAGE_ROWS]

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = self._columns[index.column()]
        if role in _ROW_ROLES:
            return _cell(self.row_at(index.row()), column, role)
        if role == ID_ROLE:
            return self.id_at(index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole and column.is_mono:
            return theme().font(13, mono=True)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[section])
        return None

    # Inside

    def _take_ids(self, asked: int, ids: Sequence[str]) -> None:
        if asked != self._ids_asked:
            return
        self.is_loading = False
        if list(ids) == self._ids:
            self.mark_stale()
        else:
            self.beginResetModel()
            self._generation += 1
            self._ids = list(ids)
            self._row_by_id = None
            self._pages.clear()
            self._stale.clear()
            self._asked.clear()
            self.endResetModel()
        self.ids_loaded.emit(len(self._ids))

    def _fail_ids(self, asked: int, error: KnownError) -> None:
        if asked == self._ids_asked:
            self.is_loading = False
            self.failed.emit(error)

    def _ask_page(self, page: int) -> None:
        if page in self._asked or self._fetch_rows is None:
            return
        self._asked.add(page)
        self._stale.discard(page)
        ids = self._ids[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
        generation, fetch = self._generation, self._fetch_rows
        if self._tasks is None:
            self._take_page(generation, page, ids, fetch(ids), is_quiet=True)
        else:
            self._tasks.query(
                lambda: fetch(ids),
                lambda rows: self._take_page(generation, page, ids, rows),
                lambda error: self._fail_page(generation, page, error),
            )

    def _take_page(
        self, generation: int, page: int, ids: Sequence[str], rows: Mapping[str, Any], *, is_quiet: bool = False
    ) -> None:
        if generation != self._generation:
            return
        self._asked.discard(page)
        self._pages[page] = [rows.get(item_id) for item_id in ids]
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        if not is_quiet:
            first = self.index(page * PAGE_ROWS, 0)
            self.dataChanged.emit(first, self.index(page * PAGE_ROWS + len(ids) - 1, len(self._columns) - 1))

    def _fail_page(self, generation: int, page: int, error: KnownError) -> None:
        # The page stays asked, so that a view that draws it again does not ask for ever; `reload` starts afresh.
        if generation == self._generation:
            self._stale.discard(page)
            self.failed.emit(error)
