"""The windows answer while pages load, a search runs and a list is imported in a child process.

A heartbeat beats once a turn of the event loop, and notes how much processor time the GUI thread took since the last
beat: that is how long a key would have waited. `make bench` states the same in wall time.
"""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from eum_app.list_files.list_file import Profile
from eum_app.usecases.calls import child
from eum_app.usecases.children import import_inventory_child
from tests.benchmarks.bench_pages import filled
from tests.benchmarks.bench_scan import _expect_in
from tests.builders import Clock, inventory_csv, make_store, make_world
from tests.gui.heartbeat import LONGEST_MS, Heartbeat
from tests.gui.hq_support import hq_window
from ui.field.items_page import ItemsPage
from ui.field.visit.visit_page import VisitPage
from ui.hq.inventory import InventoryPage
from ui.kit.desk import Desk
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import dress

pytestmark = pytest.mark.usefixtures("look")
ITEMS = 100_000


@pytest.fixture(autouse=True)
def what_is_loaded_stays() -> Iterator[None]:
    """As in the application (`ui.window.app`): else the collector looks through all that the tests have loaded."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def test_a_heartbeat_hears_a_thread_that_computes(tasks: Tasks) -> None:
    heart = Heartbeat()
    tasks.query(lambda: None, lambda _nothing: None)
    assert tasks.wait_idle(120)
    heart.longest()

    def compute(_nothing: object) -> None:
        end = time.thread_time() + 1.2 * LONGEST_MS / 1000
        while time.thread_time() < end:
            pass

    tasks.query(lambda: None, compute)
    assert tasks.wait_idle(120)
    tasks.query(lambda: None, lambda _nothing: None)
    assert tasks.wait_idle(120)
    heart.stop()
    assert heart.longest() > LONGEST_MS


def test_nothing_blocks_the_window(tmp_path: Path, tasks: Tasks) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="reviewer")
    filled(hq, ITEMS)
    try:
        with hq_window(hq, tasks, tmp_path) as window:
            for key in ("inventory", "overview", "visits", "review", "devices", "reports"):
                window.page(key)  # widgets are polished when they are shown first
            heart = Heartbeat()
            longest: dict[str, float] = {}
            page = window.page("inventory")
            assert isinstance(page, InventoryPage)

            def search(text: str) -> None:
                page.search.setText(text)
                page.search.returnPressed.emit()
                window.settle()

            for key in ("overview", "inventory", "visits", "review"):
                longest[f"load {key}"] = heart.longest_in(partial(window.page, key))
            window.page("inventory")
            for text in ("nvg-07a", "100", "nothing at all"):
                longest[f"search {text}"] = heart.longest_in(partial(search, text))
            path = inventory_csv(tmp_path / "more.csv", 2_000, first_serial=900_000)
            imported: list[object] = []
            sha384 = hashlib.sha384(path.read_bytes()).hexdigest()
            window.desk.do_in_child(child(import_inventory_child, path, Profile(), sha384), then=imported.append)
            longest["search while importing"] = heart.longest_in(partial(search, "nvg-08a"))
            window.settle()
            heart.stop()
            assert imported
        slow = {name: round(ms) for name, ms in longest.items() if ms > LONGEST_MS}
        assert slow == {}, longest
    finally:
        hq.store.close()


def test_nothing_blocks_a_device(tmp_path: Path, tasks: Tasks) -> None:
    world = make_world(tmp_path, count=4)
    visit_id = world.visit()
    filled(world.device, ITEMS)
    _expect_in(world.device, visit_id)
    desk = Desk(world.device, tasks, tmp_path, tmp_path)
    shell = Shell(tasks, brand="EUM Field")
    dress(shell)
    visit, items = VisitPage(desk), ItemsPage(desk)
    shell.add_page("visit", "Visit", "boxes", lambda: visit)
    shell.add_page("items", "Items", "boxes", lambda: items)
    shell.resize(1440, 900)
    shell.show()
    try:
        longest: dict[str, float] = {}
        heart = Heartbeat()

        def note(name: str, work: Callable[[], object]) -> None:
            def settled() -> None:
                work()
                assert tasks.wait_idle(120)
                QApplication.processEvents()

            longest[name] = heart.longest_in(settled)

        for key, argument in (("items", None), ("visit", None)):
            shell.show_page(key, argument)  # widgets are polished when they are shown first
            assert tasks.wait_idle(120)
        for key, argument in (("visit", visit_id), ("items", None), ("visit", visit_id)):
            note(f"load {key}", partial(shell.show_page, key, argument))
        for text in ("nvg-07a", "100", "nothing at all", ""):
            visit.items.search.setText(text)
            note(f"search {text}", visit.items.search.returnPressed.emit)
        note("filter", partial(visit.items.show_filter, "to_check"))
        heart.stop()
        assert visit.items.model.rowCount() >= ITEMS
        slow = {name: round(ms) for name, ms in longest.items() if ms > LONGEST_MS}
        assert slow == {}, longest
    finally:
        shell.close()
        world.close()
