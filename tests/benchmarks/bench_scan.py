"""From a frame, or a keystroke, to the verdict on the screen: `python -m tests.benchmarks.bench_scan [items] [asked]`.

A field device with `items` expected items, in the real window. A frame is timed from when it is handed to the
pipeline (decode, track, ask the store, draw) until the outline with its verdict has been painted; a keystroke from
Enter in the scan field until the item's panel has been painted. The promise is ≤ 100 ms at the 95th percentile.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import update

from db.tables import visit_items
from eum_app.scanning.images import grey_of
from eum_app.scanning.labels import data_matrix, iuid_message
from eum_app.scanning.live import LiveReader
from eum_app.usecases.session import Session
from tests.benchmarks.bench_match import VISIT, fill, part_and_serial
from tests.benchmarks.ratios import Figure
from tests.builders import make_world
from ui.field.visit.scan_worker import picture_of, view_of
from ui.field.visit.visit_page import VisitPage
from ui.kit.desk import Desk
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import dress

BOUND_MS = 100.0
PATIENCE_S = 10.0


class Times(NamedTuple):
    """Milliseconds by the clock, and of this process's processor time, which other programs do not lengthen."""

    wall: float
    cpu: float


class Painted(QObject):
    """Whether a widget has been painted while something held."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self._holds: Callable[[], bool] = lambda: False
        self._wall = self._cpu = 0.0
        self.is_done = False
        watched.installEventFilter(self)

    def expect(self, holds: Callable[[], bool]) -> None:
        """Wait from now on for a painting while `holds()`."""
        self._holds, self.is_done = holds, False
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def times(self) -> Times:
        """Since `expect`."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return Times(wall * 1000, cpu * 1000)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._holds():
            self.is_done = True
        return False


def until(holds: Callable[[], bool]) -> None:
    """Let the window work until `holds()`, asleep between events as it is at work. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE_S
    waker = QTimer()
    waker.start(1_000)
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def frame_of(number: int) -> NDArray[np.uint8]:
    """A 720p frame with one plainly readable mark on a gray wall with a little grain."""
    chance = np.random.default_rng(number)
    frame = np.full((720, 1280), 150, np.int16) + chance.integers(-6, 7, (720, 1280), np.int16)
    mark = data_matrix(iuid_message("1HLD9", *part_and_serial(number)), module_px=6)
    top, left = (int(chance.integers(20, room - mark.shape[0] - 20)) for room in frame.shape)
    frame[top : top + mark.shape[0], left : left + mark.shape[1]] = mark
    return np.repeat(frame.astype(np.uint8)[:, :, np.newaxis], 3, axis=2)


def of_frame(page: VisitPage, painted: Painted, number: int) -> Times:
    """One frame with a mark that was not in view before."""
    picture, reader = frame_of(number), LiveReader()
    page.scan.stop()
    page.close_work()
    assert page._desk.tasks.wait_idle(60)
    painted.expect(lambda: any(mark.state == "in_view" for mark in page.scan.viewfinder.marks))
    grey = grey_of(picture)
    tracks = reader.offer(grey, 0)
    page.scan.seen.show_view(view_of(picture, tracks, {track.key: picture_of(grey, track.corners) for track in tracks}))
    until(lambda: painted.is_done)
    return painted.times()


def of_key(page: VisitPage, painted: Painted, number: int) -> Times:
    """Enter after a serial number that is one item's alone."""
    page.close_work()
    page.scan.field.setText(f"D1HLD9{''.join(part_and_serial(number))}")
    assert page._desk.tasks.wait_idle(60)
    painted.expect(lambda: page.item.draft is not None)
    QTest.keyClick(page.scan.field, Qt.Key.Key_Return)
    until(lambda: painted.is_done)
    return painted.times()


def measured(folder: Path, *, items: int, asked: int) -> dict[str, list[Times]]:
    """Milliseconds of `asked` frames and keystrokes on a visit that expects every one of `items`."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    world = make_world(folder, count=4)
    visit_id = world.visit()
    device = world.device
    fill(device, items, items)
    _expect_in(device, visit_id)
    tasks = Tasks()
    shell = Shell(tasks, brand="EUM Field")
    dress(shell)
    page = VisitPage(Desk(device, tasks, folder, folder))
    shell.add_page("visit", "Visit", "clipboard-list", lambda: page)
    shell.show()
    shell.show_page("visit", visit_id)
    assert tasks.wait_idle(60)
    until(lambda: page.work.view is not None)
    chosen = [int(number) for number in np.random.default_rng(31).integers(0, items, asked + 1)]
    painted, panel = Painted(page.scan.viewfinder), Painted(page.item)
    times = {
        "frame": [of_frame(page, painted, number) for number in chosen][1:],
        "keystroke": [of_key(page, panel, number) for number in chosen][1:],
    }
    assert tasks.wait_idle(60)
    shell.close()
    tasks.close()
    world.close()
    return times


def _expect_in(session: Session, visit_id: str) -> None:
    """The filled rows are of the benchmark's visit: they become those of the visit that was planned."""
    with session.writing() as transaction:
        of_filled = visit_items.c.visit_id == VISIT
        transaction.connection.execute(update(visit_items).where(of_filled).values(visit_id=visit_id))


def figures(folder: Path, items: int = 100_000, asked: int = 40, runs: int = 3) -> list[Figure]:
    """The median over runs of the 95th percentile, by the clock and by the processor's time."""
    taken = [measured(folder / str(run), items=items, asked=asked) for run in range(runs)]
    found = []
    for name in taken[0]:
        for kind in ("wall", "cpu"):
            each = [statistics.quantiles([getattr(one, kind) for one in times[name]], n=20)[-1] for times in taken]
            unit = "ms" if kind == "wall" else "ms of processor"
            found.append(
                Figure(f"{name} to verdict painted, {items:,} items, p95", statistics.median(each), BOUND_MS, unit)
            )
    return found


def main(items: int = 100_000, asked: int = 60) -> int:
    with tempfile.TemporaryDirectory(prefix="eum-bench-") as folder:
        times = measured(Path(folder), items=items, asked=asked)
    held = True
    for name, taken in times.items():
        wall, cpu = sorted(one.wall for one in taken), sorted(one.cpu for one in taken)
        p95 = statistics.quantiles(wall, n=20)[-1]
        held &= p95 <= BOUND_MS
        print(  # noqa: T201
            f"{name:10} median {statistics.median(wall):6.1f} ms   p95 {p95:6.1f} ms   "
            f"(processor: median {statistics.median(cpu):6.1f} ms, p95 {statistics.quantiles(cpu, n=20)[-1]:6.1f} ms)"
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(*[int(argument) for argument in sys.argv[1:]]))
