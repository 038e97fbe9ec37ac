"""Processor time of each page while it is idle, as a share of a core.

Real stores and real pages, offscreen. A page is opened, left to settle, and then only the event loop runs.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from tests.benchmarks.ratios import Figure
from tests.builders import make_world
from ui.field.pages import add_pages as add_field_pages
from ui.hq.pages import add_hq_pages
from ui.kit.desk import Desk
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import dress
from ui.window.display import application

SETTLE_MS = 500
REST_MS = 2_000
REPEATS = 3
MOST_PERCENT = 0.5


def rest(milliseconds: int) -> float:
    """Let the event loop run; processor time of this process meanwhile, in percent of one core."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    began, cpu = time.monotonic(), time.process_time()
    loop.exec()
    return 100 * (time.process_time() - cpu) / (time.monotonic() - began)


def figures(folder: Path, settle_ms: int = SETTLE_MS, rest_ms: int = REST_MS) -> list[Figure]:
    """One row for each page of both programs: the median of its times of rest."""
    application()
    world = make_world(folder / "world")
    world.plan()
    world.hand_over()
    (folder / "box").mkdir()
    found = []
    for name, session, add_pages in (("Field", world.device, add_field_pages), ("HQ", world.hq, add_hq_pages)):
        tasks = Tasks()
        shell = Shell(tasks, brand="EUM")
        dress(shell)
        add_pages(shell, Desk(session, tasks, folder / "box", folder / "box"))
        shell.resize(1366, 768)
        shell.show()
        for key in shell.page_keys:
            shell.show_page(key)
            assert tasks.wait_idle(60)
            rest(settle_ms)
            shares = [rest(rest_ms) for _ in range(REPEATS)]
            found.append(Figure(f"{name}, idle page: {key}", statistics.median(shares), MOST_PERCENT, "% of a core"))
        shell.close()
        tasks.close()
    world.close()
    return found
