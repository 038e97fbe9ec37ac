"""Views for `IdsTableModel`: fixed row heights, no call per row, and the current id kept over a reload."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QStyleOptionViewItem, QTableView

from ui.kit.delegates.cell_delegate import CellDelegate, chip_cell_width
from ui.kit.delegates.content import CHIP_ROLE, ChipSpec
from ui.kit.delegates.row_delegate import RowDelegate
from ui.kit.guard import guarded
from ui.kit.models.ids_model import PAGE_ROWS, IdsTableModel
from ui.kit.theme import theme

_LEAST_COLUMN_DP = 64


def list_view(model: IdsTableModel, delegate: RowDelegate, *, name: str) -> QTableView:
    """Return a list of rows drawn by a delegate, which it owns. `name` is its accessible name.

    It is a table of one column: a QListView asks the model about every row at each layout, half a second for 100,000.
    """
    view = _List()
    _let_rows_shrink(view)
    view.setModel(model)
    delegate.setParent(view)
    view.setItemDelegate(delegate)
    view.setMouseTracking(True)
    _plain(view, name)
    view.horizontalHeader().hide()
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    for at in range(1, len(model.columns)):
        view.setColumnHidden(at, True)

    def fit() -> None:
        height = delegate.sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        view.verticalHeader().setDefaultSectionSize(height)

    fit()
    _Refit(view, fit)
    return view


def table_view(model: IdsTableModel, *, name: str, row_height: float = 40) -> QTableView:
    """Return a table with fixed row heights (sizes at 100 %). Columns without a width share the remaining width.

    No column is narrower than its heading, which may be longer in other languages, or than the chips of the rows that
    are shown first.
    """
    view = _Table()
    _let_rows_shrink(view)
    view.setModel(model)
    view.setItemDelegate(CellDelegate(view))
    _plain(view, name)
    head = view.horizontalHeader()
    head.setHighlightSections(False)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)  # at 200 % no column is out of reach
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)

    def fit() -> None:
        look = theme()
        view.verticalHeader().setDefaultSectionSize(look.dp(row_height))
        shared = [
            head.sectionSizeHint(at) for at, column in enumerate(model.columns) if not column.width and column.title
        ]
        head.setMinimumSectionSize(max(look.dp(_LEAST_COLUMN_DP), *shared, 0))
        for at, column in enumerate(model.columns):
            if column.width:
                head.setSectionResizeMode(at, QHeaderView.ResizeMode.Interactive)
                head.resizeSection(at, max(look.dp(column.width), head.sectionSizeHint(at)))
            else:
                head.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
                # Qt shares the room again, but leaves a section below a minimum that has grown since.
                head.resizeSection(at, max(head.sectionSize(at), head.minimumSectionSize()))
        chips.widen()

    chips = _RoomForChips(view, model)
    fit()
    _Refit(view, fit)
    return view


def _let_rows_shrink(view: QTableView) -> None:
    """Allow rows to shrink: otherwise they keep the height of a larger scale.

    Call this before the model is set: afterwards Qt would go through each of its rows.
    """
    view.verticalHeader().setMinimumSectionSize(1)


def current_id(view: QAbstractItemView) -> str | None:
    """Return the id of the current row; None without one, or for a view of another model."""
    model = view.model()
    index = view.currentIndex()
    return model.id_at(index.row()) if isinstance(model, IdsTableModel) and index.isValid() else None


def select_id(view: QAbstractItemView, item_id: str) -> bool:
    """Make the row of an id current and scroll it into view.

    Return False when the id is not loaded, and change nothing. Raises AssertionError for a view of another model.
    """
    model = view.model()
    assert isinstance(model, IdsTableModel)
    row = model.row_of(item_id)
    if row < 0:
        return False
    index = model.index(row, 0)
    flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    view.selectionModel().setCurrentIndex(index, flags)
    view.scrollTo(index)
    return True


def on_current(view: QAbstractItemView, run: Callable[[str | None], object]) -> None:
    """Call `run` with the id of the row that became current (None when none is)."""
    view.selectionModel().currentRowChanged.connect(lambda _now, _before: run(current_id(view)))


@guarded
class _Table(QTableView):
    """Request only the minimum height: a stretched table grows anyway.

    A larger size hint would take height from the cards beside it, since Qt treats the hint of wrapping content as its
    minimum.
    """

    restyled = Signal()
    """Another style measures its parts: the view came into a window with the style sheet, or the look changed."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.restyled.emit()


@guarded
class _List(_Table):
    """Go to the first and last row with Home and End, as in a list."""

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if action in {QAbstractItemView.CursorAction.MoveHome, QAbstractItemView.CursorAction.MoveEnd}:
            modifiers |= Qt.KeyboardModifier.ControlModifier
        return super().moveCursor(action, modifiers)


class _Refit(QObject):
    """Call a view's `fit` on each change of the theme or style, for the life of the view."""

    def __init__(self, view: _Table, fit: Callable[[], None]) -> None:
        super().__init__(view)
        self._fit = fit
        theme().changed.connect(self.refit)
        view.restyled.connect(self.refit)

    def refit(self) -> None:
        self._fit()


class _RoomForChips(QObject):
    """Widen columns to the chips of the first page of rows, once after each load: later rows move nothing."""

    def __init__(self, view: QTableView, model: IdsTableModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self._columns = [at for at, column in enumerate(model.columns) if column.chip is not None and column.width]
        self._is_due = True
        if self._columns:
            model.modelReset.connect(self._begin)
            model.dataChanged.connect(self._rows_came)

    def _begin(self) -> None:
        self._is_due = True
        self._rows_came()

    def _rows_came(self) -> None:
        if self._is_due:
            self.widen()

    def widen(self) -> None:
        """Make room for the chips of the first page of rows."""
        shown = range(min(self._model.rowCount(), PAGE_ROWS))
        head = self._view.horizontalHeader()
        for at in self._columns:
            chips = [self._model.data(self._model.index(row, at), CHIP_ROLE) for row in shown]
            widths = [chip_cell_width(spec) for spec in chips if isinstance(spec, ChipSpec)]
            if widths:
                self._is_due = False
                head.resizeSection(at, max(head.sectionSize(at), *widths))


class _KeepCurrent(QObject):
    """Restore the current row by id after the ids changed. If its id is gone, select the row in its place."""

    def __init__(self, view: QAbstractItemView, model: IdsTableModel) -> None:
        super().__init__(view)
        self._view = view
        self._kept: tuple[str, int] | None = None
        model.modelAboutToBeReset.connect(self.keep)
        model.modelReset.connect(self.put_back)

    def keep(self) -> None:
        found = current_id(self._view)
        self._kept = (found, self._view.currentIndex().row()) if found is not None else None

    def put_back(self) -> None:
        if self._kept is None:
            return
        item_id, row = self._kept
        model = self._view.model()
        count = model.rowCount(QModelIndex())
        if not select_id(self._view, item_id) and count:
            self._view.setCurrentIndex(model.index(min(row, count - 1), 0))


def _plain(view: QTableView, name: str) -> None:
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setCornerButtonEnabled(False)
    view.setTabKeyNavigation(False)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.setAccessibleName(name)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    model = view.model()
    assert isinstance(model, IdsTableModel)
    _KeepCurrent(view, model)
