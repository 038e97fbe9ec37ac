"""A table model for any number of rows: ordered ids, and pages of rows that are fetched when they scroll into view.

When fetching all ids would take too long, the first ids are fetched first, with their rows, and the others are
appended. Rows are fetched by id in pages. A change marks pages as stale; they are fetched again when they are next
drawn. The old row stays in view until the new one arrives, so nothing flickers. The caller sorts and filters in SQL,
where the ids come from. Nothing here loops over all ids: there may be a million.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from eum_app.domain.errors import KnownError
from ui.kit.delegates.content import CHIP_ROLE, ID_ROLE, ROW_ROLE, ChipSpec
from ui.kit.guard import guarded
from ui.kit.tasks import Tasks
from ui.kit.theme import theme

PAGE_ROWS = 64
"""Rows in a page: more than a window shows."""
KEPT_PAGES = 100  # scrolling back needs no query, and memory stays bounded

Index = QModelIndex | QPersistentModelIndex
FetchIds = Callable[[], Sequence[str]]
FetchRows = Callable[[Sequence[str]], Mapping[str, Any]]


@dataclass(frozen=True)
class Column:
    """One column: its heading, the text of a row, and how it looks."""

    title: str
    text: Callable[[Any], str]
    is_mono: bool = False
    is_number: bool = False
    width: int = 0
    """Width at 100 %; columns with 0 share the remaining width."""
    chip: Callable[[Any], ChipSpec | None] | None = None


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


@guarded
class IdsTableModel(QAbstractTableModel):
    """Ids and a page cache. With `tasks` both are fetched in the background; without, synchronously (for tests).

    A list with a delegate needs only one column: its text is what a screen reader speaks for the row.
    """

    ids_loaded = Signal(int)
    """Ids were loaded (their number): all of them, or the first ones while not `is_whole`. The view has
    them already.
    """
    failed = Signal(object)
    """KnownError: a fetch failed; the rows fetched before stay."""

    def __init__(self, columns: Sequence[Column], tasks: Tasks | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._tasks = tasks
        self._fetch_ids: FetchIds | None = None
        self._fetch_rows: FetchRows | None = None
        self._ids: list[str] = []
        self._pages: OrderedDict[int, list[Any]] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: set[int] = set()
        self._generation = 0
        self._ids_asked = 0
        self._sorted: tuple[int, bool] | None = None
        self.is_loading = False
        """True until the first rows of the answer have arrived."""
        self.is_whole = False

    # Source

    def set_source(self, fetch_ids: FetchIds, fetch_rows: FetchRows, fetch_first: FetchIds | None = None) -> None:
        """Show other rows, e.g. after a filter changed. The rows before stay until the new ids arrive.

        The functions run on a worker and only read. `fetch_first` returns the first `PAGE_ROWS` ids. `failed` carries
        an error; without `tasks` it is raised here.
        """
        self._fetch_ids, self._fetch_rows = fetch_ids, fetch_rows
        if fetch_first is None:
            self.reload()
            return
        first = fetch_first

        def fetch() -> tuple[list[str], Mapping[str, Any]]:
            ids = list(first())
            return ids, fetch_rows(ids)

        self._ids_asked += 1
        self.is_loading = True
        self._ask(fetch, self._take_first)

    def reload(self) -> None:
        """Fetch the ids again, then the rows in view. Late answers to earlier requests are dropped.

        Does nothing before `set_source`.
        """
        if self._fetch_ids is not None:
            self._ids_asked += 1
            self.is_loading = True
            self._ask_whole()

    def mark_stale(self) -> None:
        """Fetch each page again when it is next drawn: contents changed, but not the set or order of rows."""
        self._stale.update(self._pages)
        if self._ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(self._columns) - 1))

    def mark_sorted(self, column: int, *, descending: bool) -> None:
        """Show in the headings by which column the caller sorted the ids, and in which direction."""
        self._sorted = (column, descending)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    # Rows

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns."""
        return self._columns

    def ids(self) -> list[str]:
        """Return a copy of the loaded ids, in order."""
        return list(self._ids)

    def id_at(self, row: int) -> str | None:
        """Return the id of a row, or None outside the list."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def row_of(self, item_id: str) -> int:
        """Return the row of an id, or -1 when the id is not loaded."""
        try:
            return self._ids.index(item_id)
        except ValueError:
            return -1

    def row_at(self, row: int) -> Any:
        """Return the row object; None outside the list, for an id that `fetch_rows` left out, and while it is not
        fetched.

        Asking for it starts the fetch. A stale row is returned until the new one arrives. After a failed fetch the row
        is not fetched again before `reload`.
        """
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
            title = self._columns[section].title
            if self._sorted is not None and self._sorted[0] == section:
                return f"{title} {'↓' if self._sorted[1] else '↑'}"
            return title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[section])
        return None

    # Inside

    def _ask(self, fetch: Callable[[], Any], take: Callable[[Any], None]) -> None:
        """Fetch in the background, and drop the answer if a newer request was made meanwhile."""
        asked = self._ids_asked
        if self._tasks is None:
            take(fetch())
            return

        def fetch_if_wanted() -> Any:
            return fetch() if asked == self._ids_asked else None

        def take_if_wanted(found: Any) -> None:
            if asked == self._ids_asked:
                take(found)

        self._tasks.query(fetch_if_wanted, take_if_wanted, lambda error: self._fail_ids(asked, error))

    def _ask_whole(self, *, after_first: bool = False) -> None:
        fetch = self._fetch_ids
        assert fetch is not None
        self._ask(lambda: list(fetch()), self._take_others if after_first else self._take_whole)

    def _take_first(self, found: tuple[list[str], Mapping[str, Any]]) -> None:
        ids, rows = found
        self.is_whole = len(ids) < PAGE_ROWS
        self.is_loading = False
        self._replace(ids, rows)
        self.ids_loaded.emit(len(ids))
        if not self.is_whole:
            self._ask_whole(after_first=True)

    def _take_others(self, ids: list[str]) -> None:
        """Append the remaining ids, after the first of them were shown."""
        shown = len(self._ids)
        if ids[:shown] != self._ids:
            self._take_whole(ids)
            return
        if len(ids) > shown:
            self.beginInsertRows(QModelIndex(), shown, len(ids) - 1)
            self._ids = ids
            self.endInsertRows()
        self._told_whole()

    def _take_whole(self, ids: list[str]) -> None:
        if ids == self._ids:
            self.mark_stale()
        else:
            self._replace(ids, None)
        self._told_whole()

    def _told_whole(self) -> None:
        self.is_loading, self.is_whole = False, True
        self.ids_loaded.emit(len(self._ids))

    def _replace(self, ids: list[str], first_rows: Mapping[str, Any] | None) -> None:
        self.beginResetModel()
        self._generation += 1
        self._ids = ids
        self._pages.clear()
        self._stale.clear()
        self._asked.clear()
        if first_rows is not None:
            self._pages[0] = [first_rows.get(item_id) for item_id in ids]
        self.endResetModel()

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
        # The page stays marked as requested, or each repaint would request it again; `reload` clears the mark.
        if generation == self._generation:
            self._stale.discard(page)
            self.failed.emit(error)
