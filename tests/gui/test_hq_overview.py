"""The overview's figures are those of the store, open the rows behind them, and are all reached by keyboard."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QTableView, QWidget
from sqlalchemy import select

from db.exchange_tables import bundles
from eum_app.domain import facts as f
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.review.overview import overview
from tests.builders import Clock, World, make_store
from tests.gui.hq_support import Window, hq_window, inspected
from ui.hq.devices import DevicesPage
from ui.hq.inventory import InventoryPage
from ui.hq.overview import OverviewPage
from ui.hq.overview_parts import ColumnChart, FigureTile, per_cent
from ui.hq.review import ReviewPage
from ui.kit.tasks import Tasks
from ui.kit.words import count
from ui.shared.narrowed_bar import NarrowedBar

pytestmark = pytest.mark.usefixtures("look")


def page_of(window: Window) -> OverviewPage:
    page = window.page("overview")
    assert isinstance(page, OverviewPage)
    return page


def late_item(number: int, country: str = "YY") -> f.ItemListed:
    names = [name for name in f.ItemListed.__struct_fields__ if name not in {"line", "observed_at"}]
    own = {
        "item_id": f"late-{number}",
        "serial": f"LU{number}",
        "country": country,
        "eum_level": "EEUM",
        "disposition": "ON_HAND",
        "nomenclature": "LAUNCH UNIT, TYPE D",
        "delivery_date": "2019-03-01",
        "last_inventory": "2020-05-04",
    }
    return f.ItemListed(observed_at="2026-01-01T00:00:00.000000Z", line=number, **(dict.fromkeys(names, "") | own))


def test_it_is_the_first_page_and_its_figures_are_those_of_the_store(window: Window, world: World) -> None:
    assert window.shell.current_key == "overview"
    with world.hq.writing() as transaction:
        for number in range(3):
            transaction.record(late_item(number))
    import_bundles(world.hq, [inspected(world)[1]])
    page = page_of(window)
    found = overview(world.hq)
    # Five goggles were verified now; the sixth one's state depends on the day on which this test runs.
    figures = found.book.monitored
    assert (figures.total, figures.no_date) == (9, 0)
    assert figures.on_time >= 5
    assert figures.overdue >= 3
    late, kept = figures.overdue, 9 - figures.overdue
    assert page.figures.monitored.accessibleName().startswith("Under enhanced monitoring: 9.")
    soon = f"{kept} items · {figures.due_soon} due in 30 days"
    assert page.figures.inventoried.accessibleName() == f"Inventoried within the year: {per_cent(kept, 9)}. {soon}"
    assert page.figures.overdue.accessibleName() == f"Inventory overdue: {late}. 0 never inventoried, {late} late"
    assert page.figures.findings.accessibleName() == "Open findings: 2. 1 high, 1 medium · oldest less than a day"
    assert page.figures.visits.accessibleName() == "Visits not closed out: 1. none past due"
    assert page.devices._subtitle.text() == "nothing awaited"
    assert [page.places.model.row_at(row).name for row in range(page.places.model.rowCount())] == ["YY", "XX"]
    longest = page.overdue.model.row_at(0)
    assert (longest.nomenclature, longest.items) == ("LAUNCH UNIT, TYPE D", 3)
    device = page.devices.model.row_at(0)
    assert (device.device, page.devices.state(device).text, page.devices.last_bundle(device)) == (
        "FLD-0042",
        "OK",
        "less than a day",
    )
    before = found.book.by_quarter[0].tally.total
    assert before >= 3
    assert f"before: {before}" in window.find(ColumnChart, "overview_chart").accessibleName()


def test_every_figure_opens_a_page_by_keyboard_and_by_mouse(window: Window) -> None:
    for name, place in (
        ("monitored", "inventory"),
        ("inventoried", "inventory"),
        ("overdue", "inventory"),
        ("findings", "review"),
        ("visits", "visits"),
    ):
        page_of(window)
        tile = window.find(FigureTile, f"overview_{name}")
        tile.setFocus()
        window.key(Qt.Key.Key_Return)
        assert window.shell.current_key == place, name
        page_of(window)
        QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
        window.settle()
        assert window.shell.current_key == place, name
    page_of(window)
    window.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert window.shell.current_key == "reports"


def rows_shown(window: Window) -> int:
    """How many rows the page in sight has, all of them loaded."""
    page = window.shell.page(window.shell.current_key)
    if isinstance(page, InventoryPage):
        assert page._model.is_whole
    model = page.queue.model if isinstance(page, ReviewPage) else page._model  # type: ignore[attr-defined]
    return int(model.rowCount())


def open_line(window: Window, table: QTableView, row: int, column: int) -> int:
    page_of(window)
    table.setFocus()
    table.setCurrentIndex(table.model().index(row, column))
    window.key(Qt.Key.Key_Return)
    return rows_shown(window)


def behind_tile(window: Window, tile: FigureTile) -> int:
    page_of(window)
    tile.setFocus()
    window.key(Qt.Key.Key_Return)
    return rows_shown(window)


def choose(window: Window, page: OverviewPage, program: str) -> None:
    page_of(window)
    page.program.setCurrentIndex(page.program.findData(program))
    page.program.activated.emit(page.program.currentIndex())
    window.settle()
    assert page._shown is not None
    assert page._shown.program == program


def mixed_book(world: World) -> None:
    """Items in every state, of two programs, two countries, with and without a site."""
    with world.hq.writing() as transaction:
        for number, (delivered, last) in enumerate(
            (("2019-03-01", "2020-05-04"), ("2019-03-01", ""), ("", ""), ("2019-03-01", "2020-05-05"))
        ):
            item = late_item(number)
            fields = {"delivery_date": delivered, "last_inventory": last, "item_id": f"blue-{number}"}
            transaction.record(msgspec.structs.replace(item, **fields))
            fields = {"item_id": f"gold-{number}", "serial": f"GS{number}", "case_id": "ZZ-B-ABC", "country": "ZZ"}
            changed = fields | {"delivery_date": delivered, "last_inventory": last}
            transaction.record(msgspec.structs.replace(item, **changed))


@pytest.mark.parametrize("program", ["", "golden_sentry", "blue_lantern"])
def test_behind_every_figure_are_as_many_rows_as_it_says(window: Window, world: World, program: str) -> None:
    mixed_book(world)
    import_bundles(world.hq, [inspected(world)[1]])
    page = page_of(window)
    choose(window, page, program)
    found = page._shown
    assert found is not None
    book, work = found.book, found.work
    assert (book.monitored.total, book.monitored.no_date) == {"": (14, 2), "golden_sentry": (10, 1)}.get(
        program, (4, 1)
    )
    assert sum(work.findings.values()) == (0 if program == "blue_lantern" else 2)
    for tile, number in (
        (page.figures.monitored, book.monitored.total),
        (page.figures.inventoried, book.inventoried),
        (page.figures.overdue, book.monitored.overdue),
        (page.figures.findings, sum(work.findings.values())),
        (page.figures.visits, work.visits_open),
    ):
        assert behind_tile(window, tile) == number, tile.objectName()
    for row, line in enumerate(book.by_country):
        for column, number in (
            (0, line.tally.total),
            (2, line.tally.on_time),
            (3, line.tally.due_soon),
            (4, line.tally.overdue),
        ):
            assert open_line(window, page.places.table, row, column) == number, (line.key, column)
    page_of(window)
    page.places.by.set_current("site")
    page.places.by.chosen.emit("site")
    for row, place in enumerate(book.by_site):
        assert open_line(window, page.places.table, row, 0) == place.tally.total, place
    for row, longest in enumerate(book.overdue_longest):
        assert open_line(window, page.overdue.table, row, 0) == longest.items, longest
    for at, quarter in enumerate(book.by_quarter):
        page_of(window)
        page.time.chart.opened.emit(at)
        window.settle()
        assert rows_shown(window) == quarter.tally.total, quarter


def test_visits_past_due_are_opened_by_their_small_print(window: Window, world: World) -> None:
    world.plan()
    world.plan(due_on="2026-11-01")
    page = page_of(window)
    assert page.figures.visits.accessibleName() == "Visits not closed out: 2. 1 past due"
    assert behind_tile(window, page.figures.visits) == 2
    page_of(window)
    window.press("overview_visits_more")
    assert rows_shown(window) == 1
    assert window.find(NarrowedBar, "visits_narrowed").text == "Only: past due"
    page_of(window)
    page.figures.visits.setFocus()
    window.key(Qt.Key.Key_Tab)
    assert page.figures.visits.more.hasFocus()
    window.key(Qt.Key.Key_Return)
    assert window.shell.current_key == "visits"
    assert rows_shown(window) == 1


def test_all_rows_come_back_at_a_key(window: Window, world: World) -> None:
    mixed_book(world)
    page = page_of(window)
    behind_tile(window, page.figures.overdue)
    bar = window.find(NarrowedBar, "inventory_narrowed")
    assert bar.isVisible()
    assert bar.text == "Only: Overdue"
    window.press("inventory_narrowed_all")
    assert not bar.isVisible()
    assert rows_shown(window) == 14


def test_awaited_facts_are_listed_by_device(window: Window, world: World) -> None:
    import_bundles(world.hq, [inspected(world)[1]])
    with world.hq.writing() as transaction:  # as if the device had said that it sealed more than is here
        held = transaction.connection.execute(select(bundles).where(bundles.c.origin == "FLD-0042")).first()
        assert held is not None
        ahead = {"direction": "out", "recorder": "FLD-0042", "bundle_id": "b" * 32, "last_seq": 4_000}
        transaction.connection.execute(bundles.insert().values(**(dict(held._mapping) | ahead)))
    page = page_of(window)
    said = overview(world.hq).not_received
    assert said > 0
    assert page.devices._subtitle.text() == f"{count(said)} facts awaited"
    assert open_line(window, page.devices.table, 0, 0) == 1
    assert window.shell.current_key == "devices"
    devices = window.page("devices")
    assert isinstance(devices, DevicesPage)
    lines = [devices._model.row_at(row).awaited for row in range(devices._model.rowCount())]
    assert sum(last - first_ + 1 for first_, last in lines if last) == said


def test_the_chart_is_walked_by_keys(window: Window, world: World) -> None:
    mixed_book(world)
    page = page_of(window)
    page.time.chart.setFocus()
    opened: list[int] = []
    page.time.chart.opened.connect(opened.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return):
        QTest.keyClick(page.time.chart, key)
    window.settle()
    assert opened == [1]
    assert window.shell.current_key == "inventory"


def test_tab_reaches_every_part_in_the_order_of_the_eye(window: Window) -> None:
    page = page_of(window)
    assert page.first_focus().hasFocus()
    reached: list[str] = []
    for _ in range(18):
        focus = window.shell.focusWidget()
        assert focus is not None
        if focus.objectName():
            reached.append(focus.objectName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    wanted = [tile.objectName() for tile in page.figures.tiles]
    wanted += ["overview_places", "overview_chart", "overview_devices"]
    assert [name for name in reached if name in wanted][: len(wanted)] == wanted


def test_lines_open_with_enter_and_sites_take_the_countries_place(window: Window) -> None:
    page = page_of(window)
    site = next(made for made in page.places.by.findChildren(QPushButton) if made.text() == "Site")
    QTest.mouseClick(site, Qt.MouseButton.LeftButton)
    assert page.places.model.row_at(0).name == "Depot 7"
    places = window.find(QTableView, "overview_places")
    places.setFocus()
    places.setCurrentIndex(page.places.model.index(0, 0))
    window.key(Qt.Key.Key_Return)
    assert window.shell.current_key == "inventory"


def test_an_empty_store_says_what_belongs_here(tmp_path: Path, tasks: Tasks) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock())
    try:
        with hq_window(hq, tasks, tmp_path) as window:
            page = page_of(window)
            assert page.figures.inventoried.accessibleName().startswith("Inventoried within the year: –.")
            for name in ("overview_empty_inventory", "overview_empty_devices"):
                assert window.find(QPushButton, name).isVisible()
            assert page.time._none.isVisible()
            assert not window.find(QWidget, "overview_chart").isVisible()
            window.press("overview_empty_inventory")
            assert window.shell.current_key == "inventory"
    finally:
        hq.store.close()


def test_a_share_is_never_almost() -> None:
    assert [per_cent(*pair) for pair in ((0, 0), (0, 9), (1, 1000), (999, 1000), (9, 9), (1, 2))] == [
        "–",
        "0 %",
        "1 %",
        "99 %",
        "100 %",
        "50 %",
    ]
