"""Pages with 100,000 items: opened, searched, filtered, until the first rows are painted; and a workbook previewed.

The real widgets in the real shell, offscreen. Opening is timed from the navigation, searching and filtering from the
question (Enter in the field, a choice in a list) to the painting of the first rows of the answer: by the clock, and by
this process's processor time, which other programs do not lengthen.
"""

from __future__ import annotations

import csv
import os
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path

from eum_app.domain.claims import ListKind

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import xlsxwriter
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox
from sqlalchemy import func, update

from db.tables import items as items_table
from eum_app.list_files.list_file import Profile
from eum_app.usecases.lists.preview_list import preview_list
from eum_app.usecases.session import Session
from tests.benchmarks.bench_match import fill, part_and_serial
from tests.benchmarks.bench_scan import Painted, Times, _expect_in, until
from tests.benchmarks.ratios import Figure, timed_ms
from tests.builders import Clock, inventory_csv, make_store, make_world
from ui.field.visit.visit_page import VisitPage
from ui.hq.inventory import InventoryPage
from ui.kit.desk import Desk
from ui.kit.models import IdsTableModel
from ui.kit.page import Page
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import dress

ITEMS = 100_000
OPEN_MS = 1_000.0
ANSWER_MS = 100.0
PREVIEW_MS = 1_000.0


class Opened:
    """One page in a separate shell, with hands that use it."""

    def __init__(self, page: Page, tasks: Tasks, view: QAbstractItemView, model: IdsTableModel) -> None:
        self.tasks, self.page, self.model = tasks, page, model
        self.shell = Shell(tasks, brand="EUM")
        dress(self.shell)
        self.shell.add_page("other", "Other", "boxes", partial(Page, "Other"))
        self.shell.add_page("page", "Page", "boxes", lambda: page)
        self.shell.resize(1440, 900)
        self.shell.show()
        self.painted = Painted(view.viewport())

    def timed(self, begin: Callable[[], object]) -> Times:
        """Milliseconds from `begin` until rows of its answer have been painted."""
        assert self.tasks.wait_idle(60)
        asked = self.model._ids_asked
        self.painted.expect(
            lambda: self.model._ids_asked > asked and not self.model.is_loading and bool(self.model._pages)
        )
        begin()
        until(lambda: self.painted.is_done)
        return self.painted.times()

    def close(self) -> None:
        assert self.tasks.wait_idle(60)
        self.shell.close()
        self.tasks.close()


def filled(session: Session, items: int) -> None:
    """`items` rows on the book that a search finds: straight into the read tables."""
    fill(session, items, items)
    book = items_table.c
    text = func.lower(book.serial.concat(" ").concat(book.uii).concat(" ").concat(book.part_number))
    with session.writing() as transaction:
        transaction.connection.execute(
            update(items_table).where(book.search_text == "").values(search_text=text, nomenclature=book.part_number)
        )


def told(name: str, bound_ms: float, taken: list[Times]) -> list[Figure]:
    """The 95th percentile (of a single time: itself), by the clock and by the processor's time."""
    found = []
    for kind, unit in (("wall", "ms"), ("cpu", "ms of processor")):
        each = [float(getattr(one, kind)) for one in taken]
        found.append(Figure(name, statistics.quantiles(each, n=20)[-1] if len(each) > 1 else each[0], bound_ms, unit))
    return found


def field_times(folder: Path, *, items: int, asked: int) -> tuple[list[Times], list[Times], list[Times]]:
    """(opened, searched, filtered) of the visit workspace on a device."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    world = make_world(folder, count=4)
    visit_id = world.visit()
    filled(world.device, items)
    _expect_in(world.device, visit_id)
    tasks = Tasks()
    page = VisitPage(Desk(world.device, tasks, folder, folder))
    opened = Opened(page, tasks, page.items.view, page.items.model)

    def search(text: str) -> None:
        page.items.search.setText(text)
        page.items.search.returnPressed.emit()

    opening = [opened.timed(lambda: opened.shell.show_page("page", visit_id))]
    searching = [opened.timed(partial(search, _word(at, items))) for at in range(asked)]
    opened.timed(partial(search, ""))
    filtering = [opened.timed(partial(page.items.show_filter, ("to_check", "all")[at % 2])) for at in range(asked)]
    opened.close()
    world.close()
    return opening, searching, filtering


def hq_times(folder: Path, *, items: int, asked: int) -> tuple[list[Times], list[Times], list[Times]]:
    """(opened, searched, filtered) of HQ's inventory."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    session = make_store(folder / "hq", "hq", "HQ-01", Clock())
    filled(session, items)
    tasks = Tasks()
    page = InventoryPage(Desk(session, tasks, folder, folder))
    opened = Opened(page, tasks, page.table, page._model)

    def search(text: str) -> None:
        page.search.setText(text)
        page.search.returnPressed.emit()

    opening = [opened.timed(lambda: opened.shell.show_page("page"))]
    searching = [opened.timed(partial(search, _word(at, items))) for at in range(asked)]
    opened.timed(partial(search, ""))

    def choose(at: int) -> None:
        """An article and all of them in turn, as a hand chooses in the box."""
        box = page.facets.findChild(QComboBox, "facet_nomenclature")
        assert box is not None
        assert box.count() > 1
        box.setCurrentIndex(0 if at % 2 else 1 + at // 2 % (box.count() - 1))
        box.activated.emit(box.currentIndex())

    filtering = [opened.timed(partial(choose, at)) for at in range(asked)]
    opened.close()
    session.store.close()
    return opening, searching, filtering


def _word(at: int, items: int) -> str:
    """Rare and frequent words in turn."""
    part, serial = part_and_serial(at * 997 % items)
    return serial if at % 2 else part.lower()


def figures(folder: Path, items: int = ITEMS, asked: int = 40) -> list[Figure]:
    """Both pages and the preview."""
    found: list[Figure] = []
    for name, times in (("Worklist", field_times), ("Inventory", hq_times)):
        opening, searching, filtering = times(folder / name.lower(), items=items, asked=asked)
        found += told(f"{name} of {items:,} items opened, first rows painted", OPEN_MS, opening)
        found += told(f"{name} of {items:,} items searched, first rows painted, p95", ANSWER_MS, searching)
        found += told(f"{name} of {items:,} items filtered, first rows painted, p95", ANSWER_MS, filtering)
    return [*found, preview_figure(folder / "preview")]


def preview_figure(folder: Path, rows: int = 214, repeats: int = 5) -> Figure:
    """A workbook of that many rows, from the file to what each row becomes: the median."""
    session = make_store(folder / "hq", "hq", "HQ-01", Clock())
    path = folder / "inventory.xlsx"
    make_workbook(path, rows)
    times = [timed_ms(lambda: preview_list(session, path, ListKind.INVENTORY, Profile())) for _ in range(repeats)]
    session.store.close()
    return Figure(f"Workbook of {rows} rows previewed", statistics.median(times), PREVIEW_MS, "ms")


def make_workbook(path: Path, rows: int) -> None:
    """A list as it is usually sent: headings and one row an item."""
    listed = inventory_csv(path.with_suffix(".csv"), rows).read_text("utf-8").splitlines()
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        for at, row in enumerate(csv.reader(listed)):
            sheet.write_row(at, 0, row)
