"""The statement of a visit with 2,000 exceptions: the longest step of the GUI thread, in processor time."""

from __future__ import annotations

import os
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from db.queries import visits
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import MarkRead
from eum_app.usecases.visits.close_out import close_out_state
from eum_app.usecases.visits.record_check import NewCheck, record_checks
from eum_app.wording.host_statement import EXCEPTIONS, said_statement
from tests.benchmarks.ratios import Figure
from tests.builders import make_world, yes_to_all
from ui.field.statement_card import StatementCard
from ui.kit.theme import theme

ITEMS = 2_000
STEP_MS = 50.0


def figures(folder: Path, *, items: int = ITEMS) -> list[Figure]:
    """Show the statement, then open each long count."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme()
    world = make_world(folder / "world", count=items)
    visit_id = world.visit()
    ids = world.device.read(visits.work_ids, visit_id)
    worn = (Answer("serial_plate", "no", "worn by salt, the last digit reads 3 or 8"), *yes_to_all()[1:])
    read = MarkRead(read_by="typed", no_read_reason="illegible", entered_twice=True)
    checks = [NewCheck(one, "discrepancy", read, "serial_differs", answers=worn) for one in ids]
    for at in range(0, len(checks), 500):
        record_checks(world.device, visit_id, checks[at : at + 500])
    said = said_statement(close_out_state(world.device, visit_id).statement)
    assert said.exceptions.number == items
    card = StatementCard()
    card.resize(800, 700)
    card.show()
    app.processEvents()
    steps = [_spent_ms(lambda: card.show_statement(said)), _spent_ms(app.processEvents)]
    for key in ("discrepancy", EXCEPTIONS):
        steps += [_spent_ms(lambda key=key: card.open_part(key)), _spent_ms(app.processEvents)]
    card.close()
    world.close()
    return [Figure(f"statement of {items:,} exceptions shown, longest step", max(steps), STEP_MS, "ms")]


def _spent_ms(run: object) -> float:
    assert callable(run)
    started = time.thread_time()
    run()
    return (time.thread_time() - started) * 1000
