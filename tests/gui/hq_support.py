"""HQ's window over real stores, driven by events: shared by the tests of the HQ pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.demo.generate import photo
from eum_app.domain.facts import MarkRead
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import create_store
from eum_app.usecases.visits.plan_visit import PlannedVisit
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, Clock, World, enrol, inventory_csv, make_store, typed, yes_to_all
from tests.templates import world_from_template
from ui.hq.pages import add_hq_pages
from ui.kit.desk import Desk
from ui.kit.page import Page
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.theme import dress

Wanted = TypeVar("Wanted", bound=QWidget)


@dataclass
class Window:
    """The shell with HQ's pages, with helpers for keyboard and mouse."""

    shell: Shell
    tasks: Tasks
    desk: Desk

    def settle(self) -> None:
        """Wait until no work is left, including work that results started."""
        for _ in range(4):
            assert self.tasks.wait_idle(120)
            QApplication.processEvents()

    def page(self, key: str) -> Page:
        self.shell.show_page(key)
        self.settle()
        return self.shell.page(key)

    def find(self, kind: type[Wanted], name: str) -> Wanted:
        found = self.shell.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, name: str) -> None:
        made = self.find(QPushButton, name)
        assert made.isEnabled(), name
        QTest.mouseClick(made, Qt.MouseButton.LeftButton)
        self.settle()

    def type_into(self, name: str, text: str) -> None:
        field = self.find(QWidget, name)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)
        self.settle()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key on the focused widget."""
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key, modifier)
        self.settle()

    def keys(self, text: str) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClicks(focus, text)
        self.settle()


@contextmanager
def hq_window(session: Session, tasks: Tasks, folder: Path) -> Iterator[Window]:
    """Return HQ's shell on a session; `outbox` and `inbox` are folders in `folder`."""
    for name in ("outbox", "inbox"):
        (folder / name).mkdir(exist_ok=True)
    crashes: list[object] = []
    tasks.crashed.connect(crashes.append)
    shell = Shell(tasks, brand="EUM HQ")
    dress(shell)
    desk = Desk(session, tasks, folder / "outbox", folder / "inbox")
    add_hq_pages(shell, desk)
    shell.show()
    shell.activateWindow()
    assert QTest.qWaitForWindowActive(shell, 60_000)
    made = Window(shell, tasks, desk)
    made.settle()
    try:
        yield made
    finally:
        assert tasks.wait_idle(120)
        shell.close()
        # Before the workers end: a page's timer must not ask them afterwards.
        shell.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert crashes == []


def hq_world(folder: Path, *, count: int = 6, inspector: str = "INS-017", role: str = "reviewer") -> World:
    """Return an HQ with an inventory and a device, on today's clock, because child processes use the
    machine's clock.
    """
    key = (count, inspector, role)
    return world_from_template(folder, ("hq_world", *key), lambda place: _new_hq_world(place, *key))


def inspected_hq_world(folder: Path) -> World:
    """Return the same after HQ imported the results of one visit (`inspected`): two findings."""

    def made(place: Path) -> World:
        world = _new_hq_world(place)
        _, results = inspected(world)
        assert [outcome.new_findings for outcome in import_bundles(world.hq, [results]).outcomes] == [2]
        return world

    return world_from_template(folder, "inspected_hq_world", made)


def _new_hq_world(folder: Path, count: int = 6, inspector: str = "INS-017", role: str = "reviewer") -> World:
    clock = Clock(datetime.now(UTC) - timedelta(hours=2))
    hq = make_store(folder / "hq", "hq", "HQ-01", clock, role=role)
    device = create_store(
        folder / "fld-0042",
        kind="field",
        name="FLD-0042",
        account=inspector,
        role="inspector",
        passphrase=PASSPHRASE,
        suite=Suite.P384,
        kdf=KdfParams.fast_for_tests(Suite.P384),
        now=clock,
    )
    enrol(hq, device, folder)
    import_inventory(hq, read_inventory(inventory_csv(folder / "inventory.csv", count)))
    return World(folder, clock, hq, {"FLD-0042": device})


_drawn = cache(photo)


def inspected(world: World) -> tuple[PlannedVisit, Path]:
    """Work through a visit on the device: one item not found (with note and photo), one not on the list, the rest
    verified.

    Returns the visit and the sealed results, which are not imported yet.
    """
    planned = world.plan()
    world.hand_over()
    device = world.device
    from db.queries.visits import work_ids

    for at, item_id in enumerate(device.read(work_ids, planned.visit_id)):
        if at == 3:
            record_check(
                device,
                visit_id=planned.visit_id,
                item_id=item_id,
                outcome="not_found",
                reason="sent_for_repair",
                mark=MarkRead(read_by="list"),
                note="no paperwork shown",
                photos=[_drawn("intact", 1)],
            )
        else:
            record_check(
                device,
                visit_id=planned.visit_id,
                item_id=item_id,
                outcome="verified",
                mark=typed("x"),
                answers=yes_to_all(),
            )
    record_check(
        device,
        visit_id=planned.visit_id,
        item_id="",
        outcome="not_on_list",
        reason="not_in_inventory",
        mark=typed("790112"),
    )
    return planned, seal_results(device, world.drop).path


def inspected_at_hq(world: World) -> None:
    """Import the results of an inspected visit at HQ."""
    _, results = inspected(world)
    import_bundles(world.hq, [results])
