"""Times that are no instants, or that leave the calendar: every page of HQ opens, and every report is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QAbstractItemView, QApplication
from sqlalchemy import update

from db.queries.visits import all_visits
from db.tables import read
from eum_app.domain import facts as f
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.registry import REPORTS
from tests.builders import World
from tests.gui.hq_support import hq_window, inspected
from tests.gui.test_hq_every_page import ALL_PAGES
from tests.simulator import Simulator
from ui.kit.tasks import Tasks

pytestmark = pytest.mark.usefixtures("look")
TIMES = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "~")


def signed(visit_id: str, at: str) -> f.VisitClosedOut:
    """A close-out whose parties declined, with any text for its time."""
    parties = tuple(
        f.PartySignature(party=party, signer=None, signature=None, declined_reason="No pen")
        for party in ("inspector", "host")
    )
    return f.VisitClosedOut(
        observed_at=at, visit_id=visit_id, counts=(), signatures=parties, head_seq=1, head_hash=bytes(48)
    )


def with_times(world: World, text: str, *, is_closed: bool) -> str:
    """Import an inspected visit, then give everything that HQ reads this time, past every check; the visit's id."""
    planned, results = inspected(world)
    simulator = Simulator(world, {"FLD-0042": planned.visit_id})
    (outcome,) = simulator.deliver(results)
    assert outcome.outcome == "accepted"
    if is_closed:
        with world.device.writing() as transaction:
            transaction.record(signed(planned.visit_id, world.device.observed_now()))
        (outcome,) = simulator.deliver(seal_results(world.device, world.drop).path)
        assert outcome.outcome == "accepted", outcome
    with world.hq.writing() as transaction:
        for table in read.sorted_tables:
            names = [
                column.name
                for column in table.columns
                if column.name in {"at", "due_on", "first_at", "last_at"}
                or (column.name.endswith("_at") and column.type.python_type is str)
            ]
            for name in names:
                transaction.connection.execute(update(table).where(table.c[name] != "").values({name: text}))
    return planned.visit_id


def paint_all(view: QAbstractItemView) -> None:
    """Ask the view's model for every cell in every role that Qt asks for."""
    model = view.model()
    for row in range(model.rowCount(QModelIndex())):
        for column in range(model.columnCount(QModelIndex())):
            for role in range(16):
                model.index(row, column).data(role)


@pytest.mark.parametrize("is_closed", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize("text", TIMES)
def test_every_page_opens_and_every_report_is_made(
    world: World, tasks: Tasks, tmp_path: Path, text: str, *, is_closed: bool
) -> None:
    visit_id = with_times(world, text, is_closed=is_closed)
    hq = world.hq
    (row,) = hq.read(all_visits)
    assert (row.due_on, row.planned_at, row.closed_at) == (text, text, text if is_closed else "")
    with hq_window(hq, tasks, tmp_path) as window:  # what is raised in a worker or caught by a guard fails the test
        for key in ALL_PAGES:
            page = window.page(key)
            for view in page.findChildren(QAbstractItemView):
                if view.model() is not None and view.model().rowCount():
                    view.setCurrentIndex(view.model().index(0, 0))
                    window.settle()
                    paint_all(view)
            page.grab()
            QApplication.processEvents()
    for report in REPORTS.values():
        wanted = {one.name: visit_id for one in report.filters if one.is_required}
        for suffix in report.formats:
            assert make_report(hq, report, tmp_path / f"{report.name}{suffix}", wanted).path.exists()
