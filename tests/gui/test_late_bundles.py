"""The Inbox shows late bundles, and lets two people accept one, each with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from db.queries.people import all_devices
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.exchange.late_bundles import accept_late, late_bundles
from tests.faults.test_late_bundles import DEVICE, OTHER, enrol_again, second_person
from tests.gui.hq_support import Window, hq_window
from tests.simulator import Simulator
from ui.hq.devices import DevicesPage
from ui.hq.inbox import InboxPage
from ui.kit.tasks import Tasks

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(DEVICE, OTHER))
    yield made
    made.world.close()


def late_of(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0, "discrepancy")
    late = simulator.seal(DEVICE)
    revoke_device(simulator.world.hq, DEVICE, 1, "Stolen at the airport")
    simulator.deliver(late)


def choose_late(window: Window) -> InboxPage:
    page = window.page("inbox")
    assert isinstance(page, InboxPage)
    QTest.mouseClick(page.tabs._buttons["kept"], Qt.MouseButton.LeftButton)
    page.kept_table.setFocus()
    page.kept_table.setCurrentIndex(page.kept_table.model().index(0, 0))
    window.settle()
    return page


def shown(page: InboxPage) -> str:
    return "\n".join(one.text() for one in page.late.findChildren(QLabel) if one.isVisible())


def accept(window: Window, reason: str) -> None:
    window.press("late_button")
    assert not window.find(QPushButton, "late_confirm_button").isEnabled(), "a reason is needed"
    field = window.find(QLineEdit, "late_reason")
    assert field.hasFocus()
    QTest.keyClicks(field, reason)
    window.press("late_confirm_button")


def test_one_person_accepts_with_a_reason_and_only_once(simulator: Simulator, tasks: Tasks, tmp_path: Path) -> None:
    late_of(simulator)
    hq = simulator.world.hq
    with hq_window(hq, tasks, tmp_path) as window:
        page = choose_late(window)
        assert "was revoked on" in shown(page)
        assert page.late._state.text() == "Waits: 0 of 2"
        window.press("late_button")
        window.press("late_cancel_button")
        accept(window, "The inspector handed it over")
        assert page.late._state.text() == "Waits: 1 of 2"
        assert "REV-004" in shown(page)
        assert "You accepted it" in shown(page)
        assert not window.find(QPushButton, "late_button").isVisible(), "one account accepts once"


def test_the_second_acceptance_imports_it(simulator: Simulator, tasks: Tasks, tmp_path: Path) -> None:
    late_of(simulator)
    hq = simulator.world.hq
    accept_late(hq, late_bundles(hq)[0].row.quarantine_id, "The inspector handed it over")
    other = second_person(simulator)
    with hq_window(other, tasks, tmp_path) as window:
        page = choose_late(window)
        accept(window, "Compared with the paper record")
        window.settle()
        (late,) = late_bundles(hq)
        assert late.is_imported
        page = choose_late(window)
        assert page.late._state.text() == "Imported since"
        assert not window.find(QPushButton, "late_button").isVisible()
    other.store.close()


def test_other_files_show_no_late_part(simulator: Simulator, tasks: Tasks, tmp_path: Path) -> None:
    simulator.check(DEVICE, 0)
    (simulator.world.drop / "note.eumb").write_bytes(simulator.seal(DEVICE).read_bytes()[:-1])
    simulator.deliver(simulator.world.drop / "note.eumb")
    with hq_window(simulator.world.hq, tasks, tmp_path) as window:
        page = choose_late(window)
        assert page.kept_table.model().rowCount() == 1
        assert not page.late.isVisible()


def test_a_replaced_identity_is_named_in_words(simulator: Simulator, tasks: Tasks, tmp_path: Path) -> None:
    enrol_again(simulator)
    with hq_window(simulator.world.hq, tasks, tmp_path) as window:
        page = window.page("devices")
        assert isinstance(page, DevicesPage)
        model = page._model
        column = model.columnCount() - 1
        states = [model.index(row, column).data(Qt.ItemDataRole.DisplayRole) for row in range(model.rowCount())]
        assert [row.epoch for row in simulator.world.hq.read(all_devices)] == [2, 1, 1]
        assert states == ["Enrolled", "Replaced", "Enrolled"]
