"""The windows answer while pages load, a search runs and a list is imported in a child process.

A heartbeat beats once a turn of the event loop, and notes how much processor time the GUI thread took since the last
beat: that is how long a key would have waited, and other programs on the machine do not lengthen it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer

from eum_app.usecases.children import import_inventory_child
from eum_app.usecases.list_file import Profile
from tests.benchmarks.bench_pages import filled
from tests.builders import Clock, inventory_csv, make_store
from tests.gui.hq_support import hq_window
from ui.hq.inventory import InventoryPage
from ui.tasks import Tasks

pytestmark = pytest.mark.usefixtures("look")
LONGEST_MS = 50.0


class Heartbeat(QObject):
    """Notes the GUI thread's processor time between two turns of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self._last = time.thread_time()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(0)

    def _beat(self) -> None:
        now = time.thread_time()
        self.gaps_ms.append((now - self._last) * 1000)
        self._last = now

    def longest(self) -> float:
        """Since the last question."""
        found, self.gaps_ms = max(self.gaps_ms, default=0.0), []
        return found

    def stop(self) -> None:
        self._timer.stop()


def test_a_heartbeat_hears_a_thread_that_computes(tasks: Tasks) -> None:
    heart = Heartbeat()
    tasks.query(lambda: None, lambda _nothing: None)
    assert tasks.wait_idle(10)
    heart.longest()

    def compute(_nothing: object) -> None:
        end = time.thread_time() + 0.08
        while time.thread_time() < end:
            pass

    tasks.query(lambda: None, compute)
    assert tasks.wait_idle(10)
    tasks.query(lambda: None, lambda _nothing: None)
    assert tasks.wait_idle(10)
    heart.stop()
    assert heart.longest() > LONGEST_MS


def test_nothing_blocks_the_window(tmp_path: Path, tasks: Tasks) -> None:
    hq = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="reviewer")
    filled(hq, 10_000)
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

            def least(work: Callable[[], object]) -> float:
                """The least of three: what the work itself takes, whatever else went on in this thread's caches."""
                found = []
                for _ in range(3):
                    heart.longest()
                    work()
                    found.append(heart.longest())
                return min(found)

            for key in ("overview", "inventory", "visits", "review"):
                longest[f"load {key}"] = least(partial(window.page, key))
            window.page("inventory")
            for text in ("nvg-07a", "100", "nothing at all"):
                longest[f"search {text}"] = least(partial(search, text))
            path = inventory_csv(tmp_path / "more.csv", 2_000, first_serial=900_000)
            imported: list[object] = []
            sha384 = hashlib.sha384(path.read_bytes()).hexdigest()
            window.desk.do_in_child(import_inventory_child, path, Profile(), sha384, then=imported.append)
            heart.longest()
            longest["search while importing"] = least(partial(search, "nvg-08a"))
            window.settle()
            heart.stop()
            assert imported
        slow = {name: round(ms) for name, ms in longest.items() if ms > LONGEST_MS}
        assert slow == {}, longest
    finally:
        hq.store.close()
