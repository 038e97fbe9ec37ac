"""Long lists: order, pages, staleness, late answers, the kept row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from eum_app.domain.errors import KnownError, Trouble
from ui.kit.delegates import ChipSpec, RowContent, RowDelegate
from ui.kit.models import (
    CHIP_ROLE,
    ID_ROLE,
    ROW_ROLE,
    Column,
    IdsTableModel,
    current_id,
    list_view,
    select_id,
    table_view,
)
from ui.kit.models.ids_model import KEPT_PAGES, PAGE_ROWS
from ui.kit.tasks import Tasks
from ui.kit.theme import Theme

COLUMNS = (
    Column("Serial", lambda row: row["serial"], is_mono=True, width=160),
    Column("State", lambda row: "", chip=lambda row: ChipSpec.of("verified")),
    Column("Days", lambda row: str(row["days"]), is_number=True, width=80),
)


class Rows:
    """A stand-in for a query module: it answers by id and remembers what it was asked."""

    def __init__(self, count: int) -> None:
        self.ids = [f"item-{at}" for at in range(count)]
        self.version = 1
        self.asked: list[int] = []

    def fetch_ids(self) -> list[str]:
        return list(self.ids)

    def fetch_rows(self, ids: Sequence[str]) -> dict[str, Any]:
        self.asked.append(len(ids))
        return {found: {"serial": f"{found}/v{self.version}", "days": 3} for found in ids}


def model_of(rows: Rows, tasks: Tasks | None = None) -> IdsTableModel:
    model = IdsTableModel(COLUMNS, tasks)
    model.set_source(rows.fetch_ids, rows.fetch_rows)
    return model


def test_only_pages_that_are_looked_at_are_fetched(look: Theme) -> None:
    rows = Rows(100_000)
    model = model_of(rows)
    assert model.rowCount() == 100_000
    assert rows.asked == []
    assert model.index(90_001, 0).data() == "item-90001/v1"
    assert model.index(90_002, 0).data(ROW_ROLE)["days"] == 3
    assert rows.asked == [PAGE_ROWS]
    assert model.index(5, 0).data(ID_ROLE) == "item-5"
    assert isinstance(model.index(0, 1).data(CHIP_ROLE), ChipSpec)
    assert model.index(0, 0).data(CHIP_ROLE) is None


def test_few_pages_are_kept(look: Theme) -> None:
    rows = Rows(PAGE_ROWS * (KEPT_PAGES + 5))
    model = model_of(rows)
    for page in range(KEPT_PAGES + 5):
        model.index(page * PAGE_ROWS, 0).data()
    assert len(model._pages) == KEPT_PAGES
    asked = len(rows.asked)
    model.index(0, 0).data()
    assert len(rows.asked) == asked + 1


def test_stale_rows_stay_until_the_new_ones_are_there(tasks: Tasks, look: Theme) -> None:
    rows = Rows(10)
    model = model_of(rows, tasks)
    assert tasks.wait_idle(120)
    assert model.index(3, 0).data() == "…"
    assert tasks.wait_idle(120)
    assert model.index(3, 0).data() == "item-3/v1"
    rows.version = 2
    model.mark_stale()
    assert model.index(3, 0).data() == "item-3/v1"
    assert tasks.wait_idle(120)
    assert model.index(3, 0).data() == "item-3/v2"


def test_late_answers_to_an_earlier_question_are_dropped(tasks: Tasks, look: Theme) -> None:
    first, second = Rows(50), Rows(7)
    model = IdsTableModel(COLUMNS, tasks)
    model.set_source(first.fetch_ids, first.fetch_rows)
    model.set_source(second.fetch_ids, second.fetch_rows)
    assert tasks.wait_idle(120)
    assert model.rowCount() == 7


def test_failure_is_reported_and_shown_rows_stay(tasks: Tasks, look: Theme) -> None:
    rows = Rows(5)
    model = model_of(rows, tasks)
    assert tasks.wait_idle(120)
    failures: list[KnownError] = []
    model.failed.connect(failures.append)

    def fail() -> list[str]:
        raise Trouble("store.busy")

    model.set_source(fail, rows.fetch_rows)
    assert tasks.wait_idle(120)
    assert [error.code for error in failures] == ["store.busy"]
    assert model.rowCount() == 5
    assert not model.is_loading


def test_the_current_row_is_kept_by_id(qtbot: QtBot, look: Theme) -> None:
    rows = Rows(1000)
    model = model_of(rows)
    view = table_view(model, name="Items")
    qtbot.addWidget(view)
    model.setParent(view)
    assert select_id(view, "item-500")
    rows.ids = rows.ids[100:]
    model.reload()
    assert current_id(view) == "item-500"
    assert view.currentIndex().row() == 400
    rows.ids.remove("item-500")
    model.reload()
    assert current_id(view) == "item-501"
    assert not select_id(view, "item-1")
    rows.ids = []
    model.reload()
    assert current_id(view) is None


def test_no_column_is_out_of_reach_where_there_is_no_room(qtbot: QtBot, look: Theme) -> None:
    model = model_of(Rows(3))
    view = table_view(model, name="Items")
    qtbot.addWidget(view)
    model.setParent(view)
    view.show()
    look.set_scale(200)
    for width in (900, 400):
        view.resize(width, 300)
        qtbot.waitUntil(lambda: view.horizontalHeader().length() >= view.viewport().width(), timeout=120_000)
        reach = view.viewport().width() + view.horizontalScrollBar().maximum()
        assert reach >= view.horizontalHeader().length()
        assert view.columnWidth(1) >= look.dp(64)
    assert view.horizontalScrollBar().maximum() > 0


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_cell_with_no_room_for_its_text_shows_it_as_a_tooltip(qtbot: QtBot, look: Theme) -> None:
    model = model_of(Rows(3))
    view = table_view(model, name="Items")
    qtbot.addWidget(view)
    model.setParent(view)
    view.resize(700, 300)
    view.show()
    place = view.visualRect(model.index(1, 0)).center()
    for width, shown in ((160, ""), (24, str(model.index(1, 0).data()))):
        view.horizontalHeader().resizeSection(0, width)
        event = QHelpEvent(
            QEvent.Type.ToolTip, QPoint(10, place.y()), view.viewport().mapToGlobal(QPoint(10, place.y()))
        )
        QApplication.sendEvent(view.viewport(), event)
        assert (QToolTip.text() if QToolTip.isVisible() else "") == shown
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=120_000)


def test_a_million_rows_open_at_once(qtbot: QtBot, look: Theme) -> None:
    rows = Rows(1_000_000)
    model = model_of(rows)
    view = table_view(model, name="Items")
    qtbot.addWidget(view)
    model.setParent(view)
    view.resize(800, 600)
    view.show()
    view.scrollToBottom()
    view.grab()
    assert len(rows.asked) <= 4


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("mode", ["light", "sunlight"])
def test_rows_are_drawn(
    qtbot: QtBot, qapp: QApplication, look: Theme, direction: Qt.LayoutDirection, mode: str
) -> None:
    def present(row: Any) -> RowContent:
        return RowContent(
            row["serial"],
            "NVG-31A · Shelf B-04",
            chip=ChipSpec.of("in_view"),
            lead=ChipSpec.of("high"),
            trailing="2 d",
            is_mono=True,
            progress=((3, "ok"), (1, "bad")),
            total=10,
        )

    look.set_mode(mode)
    model = model_of(Rows(4))
    view = list_view(model, RowDelegate(present, height=92), name="Items")
    model.setParent(view)
    qtbot.addWidget(view)
    view.setLayoutDirection(direction)
    view.resize(420, 300)
    select_id(view, "item-1")
    view.show()
    image = view.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(0, 420, 2) for y in range(0, 300, 2)}
    assert look.tokens.colors["bad"] in colors
    if mode == "sunlight":
        assert look.tokens.colors["accent"] in colors
    assert view.visualRect(model.index(0, 0)).size() == QSize(view.viewport().width(), 92)
