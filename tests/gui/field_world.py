"""A field device at work in the real window, driven by events. Everything behind it is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from db.queries import checks, visits
from eum_app.usecases.session import Session
from tests.builders import PASSPHRASE, World, make_world
from tests.simulator import Simulator
from ui.devices.wedge_filter import WedgeFilter
from ui.field.close_out_page import CloseOutPage
from ui.field.site_page import SitePage
from ui.field.sync_page import SyncPage
from ui.field.visit.in_sight import InSight
from ui.field.visit.visit_page import VisitPage
from ui.kit.shell import Shell
from ui.window.app import AppWindow, build_window

Found = TypeVar("Found", bound=QWidget)
HUMAN_MS = 60
"""Seconds between keys: slower than any hand scanner."""


def _has_looked(sight: InSight) -> bool:
    return not sight.is_looking


@dataclass
class Field:
    """The window of FLD-0042 with one visit to Depot 7 handed over."""

    qtbot: QtBot
    window: AppWindow
    folder: Path
    visit_id: str

    @property
    def shell(self) -> Shell:
        assert self.window.shell is not None
        return self.window.shell

    @property
    def session(self) -> Session:
        assert self.window.session is not None
        return self.window.session

    @property
    def visit(self) -> VisitPage:
        page = self.shell.page("visit")
        assert isinstance(page, VisitPage)
        return page

    @property
    def site(self) -> SitePage:
        page = self.shell.page("site")
        assert isinstance(page, SitePage)
        return page

    @property
    def close_out(self) -> CloseOutPage:
        page = self.shell.page("close_out")
        assert isinstance(page, CloseOutPage)
        return page

    @property
    def sync(self) -> SyncPage:
        page = self.shell.page("sync")
        assert isinstance(page, SyncPage)
        return page

    def open(self, key: str, argument: object = None) -> None:
        self.shell.show_page(key, self.visit_id if argument is None and key != "sync" else argument)
        self.idle()

    def idle(self) -> None:
        """Wait until no work is left, including work that answers started, and what is on the screen was noted."""
        for _ in range(3):
            assert self.window.tasks.wait_idle(120)
        QApplication.processEvents()  # paints what has changed
        for sight in self.window.findChildren(InSight):
            self.qtbot.waitUntil(partial(_has_looked, sight), timeout=120_000)

    def find(self, name: str, kind: type[Found]) -> Found:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, name: str) -> None:
        """Scroll to a button and click it with the mouse, as a person would."""
        made = self.find(name, QAbstractButton)
        assert made.isVisible(), name
        assert made.isEnabled(), name
        area = made.parentWidget()
        while area is not None:
            if isinstance(area, QScrollArea):
                area.ensureWidgetVisible(made)
            area = area.parentWidget()
        QTest.mouseClick(made, Qt.MouseButton.LeftButton)
        self.idle()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key on the focused widget, once earlier keys are settled."""
        target = self.window.focusWidget()
        QTest.keyClick(target, key, modifiers)
        self._settle()
        self.idle()

    def _settle(self) -> None:
        """Wait for held keys: they are held until they are known to be no scan, which takes longer on a
        busy machine.
        """
        QTest.qWait(130)
        app = QApplication.instance()
        assert app is not None
        self.qtbot.waitUntil(lambda: not any(one.is_pending for one in app.findChildren(WedgeFilter)), timeout=120_000)

    def type(self, text: str) -> None:
        """Type at a person's pace into the focused widget."""
        for letter in text:
            QTest.keyClicks(self.window.focusWidget(), letter)
            QTest.qWait(HUMAN_MS)
        self._settle()

    def scan(self, text: str) -> None:
        """Send a hand scanner's burst."""
        QTest.keyClicks(self.window.focusWidget(), text)
        QTest.keyClick(self.window.focusWidget(), Qt.Key.Key_Return)
        self.idle()

    def identify(self, serial: str) -> None:
        """Read the mark of an item with a hand scanner, while the scan field has the focus."""
        self.visit.scan.field.setFocus()
        self.scan(serial)

    def type_serial(self, serial: str) -> None:
        """Type a serial number into the scan field, and Enter."""
        self.visit.scan.field.setFocus()
        self.type(serial)
        self.key(Qt.Key.Key_Return)

    def draw(self, name: str) -> None:
        """Draw on a signature pad."""
        pad = self.find(name, QWidget)
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(30, 60))
        for x in range(40, 160, 20):
            QTest.mouseMove(pad, QPoint(x, 40 + x % 40))
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(160, 60))

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=120_000)
        self.idle()

    def outcome(self, serial: str) -> str:
        """Return the store's outcome of an expected item."""
        rows = self.session.read(visits.work_rows, self.visit_id, self.session.read(visits.work_ids, self.visit_id))
        return next(row.outcome for row in rows.values() if row.serial == serial)

    def last_check(self) -> checks.CheckRow:
        return self.session.read(checks.recent_checks, self.visit_id)[0]


class StrangeWindows(QObject):
    """Record each widget that is shown as a separate window, except pop-up menus and lists."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            is_popup = bool(watched.windowFlags() & Qt.WindowType.Popup == Qt.WindowType.Popup)
            if not isinstance(watched, AppWindow) and not is_popup:
                self.seen.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


def unlock(qtbot: QtBot, window: AppWindow, passphrase: str = PASSPHRASE, who: str = "INS-017") -> None:
    """Type the account, accept the notice, type the passphrase, press Enter."""
    accept = window.findChild(QAbstractButton, "accept_notice_button")
    account = window.findChild(QLineEdit, "account_field")
    secret = window.findChild(QLineEdit, "passphrase_field")
    assert accept is not None
    assert account is not None
    assert secret is not None
    account.setText(who)  # typed at once it would be taken for a scanner's burst
    QTest.mouseClick(accept, Qt.MouseButton.LeftButton)
    secret.setFocus()
    QTest.keyClicks(secret, passphrase)
    QTest.keyClick(secret, Qt.Key.Key_Return)


def planned(world: World) -> str:
    """Plan a visit to Depot 7 and hand it over."""
    return world.visit()


@contextmanager
def field_at_work(
    qtbot: QtBot, folder: Path, *, count: int = 4, plan: Callable[[World], str] = planned, has_dialogs: bool = False
) -> Iterator[Field]:
    """Plan a visit at HQ, import its tasking on the device, close the store, and unlock it in the window.

    `plan` replaces the usual visit: it plans another, hands it over and returns its id. `has_dialogs`: the test opens
    dialogs, which are windows.
    """
    if plan is planned:
        simulator = Simulator.start(folder, count=count)  # the same, copied
        world, visit_id = simulator.world, simulator.visit_ids["FLD-0042"]
    else:
        world = make_world(folder, count=count)
        visit_id = plan(world)
    world.close()
    with window_at_work(qtbot, folder, visit_id, has_dialogs=has_dialogs) as made:
        yield made


@contextmanager
def window_at_work(qtbot: QtBot, folder: Path, visit_id: str, *, has_dialogs: bool = False) -> Iterator[Field]:
    """Open the device's store in a new window and unlock it."""
    window = build_window(folder / "fld-0042", outbox=folder / "outbox", inbox=folder / "drop")
    window.resize(1366, 768)
    strange = StrangeWindows()
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(strange)
    try:
        window.show()
        window.activateWindow()
        QTest.qWaitForWindowActive(window, 60_000)
        unlock(qtbot, window)
        qtbot.waitUntil(lambda: window.shell is not None, timeout=120_000)
        made = Field(qtbot, window, folder, visit_id)
        made.idle()
        yield made
        made.idle()
    finally:  # also after a failure: a window left over would take the focus from those of later tests
        if window.shell is not None:
            for page in window.shell.findChildren(VisitPage):  # none if it was never shown
                page.scan.stop()
                page.scan.worker.join()
        window.close()
        QApplication.sendPostedEvents(None, 0)
        app.removeEventFilter(strange)
    assert strange.seen == [] or has_dialogs
