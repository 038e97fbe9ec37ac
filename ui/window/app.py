"""The application: first the unlock page, then the shell with the pages for the kind of store.

Heavy imports (database, ciphers, pages) run on a worker after the first paint.
"""

from __future__ import annotations

import gc
import importlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon, QPaintEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from assets import asset
from db.files import own_folder
from eum_app import APP_ID
from eum_app.domain.errors import KnownError, Trouble
from ui.kit.guard import guarded
from ui.kit.theme import dress, theme
from ui.window.first_size import remember_size, show_as_before
from ui.window.front import BRANDS, Front
from ui.window.qt_types import TypeMaker
from ui.window.run_notes import run_noted
from ui.window.unlock import UnlockPage

if TYPE_CHECKING:
    from eum_app.crypto.passphrases import KdfParams
    from eum_app.domain.time_check import Heard
    from eum_app.usecases.session import Session
    from ui.kit.shell import Shell
    from ui.kit.tasks import Tasks
    from ui.window.scan_delivery import ScanDelivery
    from ui.window.watch import Watch
    from ui.window.work import Work

_WARM = {
    "field": ("eum_app.usecases.store.open_store", "ui.window.work", "ui.field.pages"),
    "hq": ("eum_app.usecases.store.open_store", "ui.window.work", "ui.hq.pages"),
    "": ("eum_app.usecases.store.open_store",),
}
_BEFORE_SLEEP_S = 4.0
"""Logind delays sleep by at most five seconds."""


@guarded
class AppWindow(QWidget):
    """The only window over a store folder: first start, unlock page, or the shell. Nothing in here calls `exec`.

    Locking hides the account's work and drops its keys. The same account later finds everything as it was. Another
    account gets a separate shell, and the first account's unsaved input stays hidden until it unlocks again.

    `outbox` and `inbox` are the folders offered for bundles. `kdf` is for tests and demonstrations: the key derivation
    of a store made by the first-start page.
    """

    unlocked = Signal()
    """The shell is built and visible."""
    locked = Signal()
    warming_up = Signal()
    """The first page is painted; the heavy imports start now."""

    def __init__(
        self,
        folder: Path,
        *,
        outbox: Path | None = None,
        inbox: Path | None = None,
        marking: str = "CUI",
        kdf: KdfParams | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("app_window")
        dress(self)
        self._marking = marking
        self._outbox, self._inbox = outbox or folder.parent / "outbox", inbox or folder.parent / "inbox"
        self._work: Work | None = None
        self._away: dict[str, Work] = {}
        self._is_warm = self._is_closed = False
        self._watch: Watch | None = None
        self._scans: ScanDelivery | None = None
        self._stack = QStackedLayout(self)
        self.resize(1440, 900)
        self._front = Front(self, self._stack, folder, marking=marking, kdf=kdf)
        self._front.opened.connect(self._open)
        self._front.created.connect(self._created)
        self._front.crashed.connect(self._fail)
        self._front.show()

    @property
    def unlock_page(self) -> UnlockPage | None:
        """Return the unlock page, or None when it is not shown."""
        page = self._front.page
        return page if isinstance(page, UnlockPage) else None

    @property
    def session(self) -> Session | None:
        """Return the session of the account at work, or None while the store is locked."""
        return self._work.session if self._work is not None else None

    @property
    def shell(self) -> Shell | None:
        """Return the shell in sight, or None while the store is locked."""
        return self._work.shell if self._work is not None else None

    @property
    def tasks(self) -> Tasks:
        """Return the workers of the account at work, or, while locked, those that open the store."""
        return self._work.tasks if self._work is not None else self._front.tasks

    # Before unlocking

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_warm:
            self._is_warm = True
            # After the first paint, or this work would delay the window.
            TypeMaker(self, self._warm_up)

    def _warm_up(self) -> None:
        if self._front.page is not None and not self._is_closed:
            self.warming_up.emit()
            self._front.tasks.query(partial(_warm, _WARM[self._front.kind]), lambda _done: None, self._front.show_error)
            self._watching()

    def _watching(self) -> Watch:
        """Return the watch over scanners, idle time and sleep. It is made on the first call."""
        from ui.window.watch import Watch

        if self._watch is None:
            self._watch = Watch(self)
            self._watch.mark_scanned.connect(lambda raw, by: self._delivery().take_mark(raw, by))
            self._watch.scan_refused.connect(lambda refused: self._delivery().refuse(refused))
            self._watch.lock_due.connect(self.lock)
            self._watch.time_heard.connect(self._take_time)
        return self._watch

    def _delivery(self) -> ScanDelivery:
        from ui.window.scan_delivery import ScanDelivery

        if self._scans is None:
            self._scans = ScanDelivery(self._front)
        self._scans.shell = self.shell
        return self._scans

    def _take_time(self, heard: Heard) -> None:
        if self._work is not None:
            self._work.shell.satellite_time_heard.emit(heard)

    def _created(self, session: Session) -> None:
        """Show a new store. An HQ gets its recovery codes at once, since no other site keeps a key to it.

        After them comes the page with the authority's key, if the person asked for it.
        """
        from eum_app.usecases.calls import call
        from eum_app.usecases.people.recovery import make_recovery_codes

        self._open(session)
        shell = self.shell
        if session.is_hq and shell is not None and self._work is not None:
            back_to = "devices" if self._front.moves_authority else shell.current_key
            self._work.desk.do(call(make_recovery_codes), then=lambda made: shell.show_page("codes", (made, back_to)))

    def _fail(self, bug: BaseException) -> None:
        """Show the crash page after a bug while the store was opened, locked or erased, if the shell is in front.

        A page of a locked store shows the message instead, which it has got as a failure.
        """
        if self._front.page is None and self._work is not None:
            self._work.shell.show_crash(bug)

    # At work

    def _open(self, session: Session) -> None:
        from ui.window.work import Work

        away = self._away.pop(session.account, None)
        # With another role or scope, the old pages could show more than the account may see now.
        if away is not None and not away.fits(session):
            self._end(away, "locked")
            away = None
        self._front.kind, self._front.device = ("hq" if session.is_hq else "field"), session.name
        work = away or Work(
            session, self, brand=BRANDS[self._front.kind], marking=self._marking, outbox=self._outbox, inbox=self._inbox
        )
        self._work = work
        shell = work.shell
        if away is None:
            shell.lock_requested.connect(self.lock)
            shell.erase_requested.connect(self._erase)
            work.tasks.session_ended.connect(lambda ended: self.lock(because=ended))
            self._watching().scanners.heard.connect(shell.scanner_heard)
            self._stack.addWidget(shell)
        self._stack.setCurrentWidget(shell)
        self.setWindowTitle(shell.windowTitle())
        self._front.drop()
        if away is None:
            shell.show_page(shell.current_key)
        else:
            away.take_up(session)
        work.say_whether_copied()
        self._watching().begin()
        self.unlocked.emit()

    def lock(self, reason: str = "locked", because: KnownError | None = None) -> None:
        """Show the unlock page at once, end background work, and drop the keys. Does nothing while locked.

        Child processes are killed; queued writes are done first. Before sleep (`reason` is `sleep`) this waits at most
        four seconds for that. Otherwise it returns before the keys are dropped, and `locked` does not say that they
        are. The unlock page shows an error of closing the session, or `because`: another process removed or changed the
        account. The hidden work of a removed account is dropped.
        """
        work, self._work = self._work, None
        if work is None:
            return
        self._watching().rest()
        ended = work.put_away(reason)
        self._away[work.session.account] = work
        self._front.show()
        self.repaint()  # at once: the account's work must not stay on screen while the event loop is busy
        if reason == "sleep":
            from concurrent.futures import wait

            wait([ended], timeout=_BEFORE_SLEEP_S)
        drop = None
        if because is not None:
            self._front.show_error(because)
            if because.code == "account.removed":
                drop = partial(self._end, self._away.pop(work.session.account), reason)
        self._front.tasks.operation(ended.result, lambda _none: drop() if drop else None, self._front.show_error)
        self.locked.emit()

    def _erase(self, confirm: str) -> None:
        work = self._work
        assert work is not None
        ended = work.begin_erasing(confirm)
        self._front.tasks.operation(ended.result, lambda _none: self._erased(), partial(self._not_erased, work))

    def _erased(self) -> None:
        """Drop every account's work and show the first start, because the store was erased."""
        self._watching().rest()
        self._end_all()
        self._front.show()

    def _not_erased(self, work: Work, error: KnownError) -> None:
        if error.code == "task.crashed":
            error = Trouble("erase.broke_off")
        if not work.session.is_open:  # the keys are gone, and not all files
            self._erased()
            self._front.show_error(error)
            return
        work.go_on()
        work.shell.erase_failed.emit(error)

    def _end(self, work: Work, reason: str) -> None:
        self._stack.removeWidget(work.shell)
        work.end(reason)

    def _end_all(self) -> None:
        works = [*self._away.values(), *([self._work] if self._work is not None else [])]
        self._away, self._work = {}, None
        for work in works:
            self._end(work, "closed")

    def closeEvent(self, event: QCloseEvent) -> None:
        self._is_closed = True
        if self._watch is not None:
            self._watch.close()
        self._end_all()
        self._front.close()
        super().closeEvent(event)


def default_folder() -> Path:
    """Return the folder of the store when none is named; it need not exist. Raises Trouble `home.absent`."""
    import platformdirs

    return own_folder(platformdirs.user_data_path) / "store"


def build_window(
    folder: Path,
    *,
    outbox: Path | None = None,
    inbox: Path | None = None,
    marking: str = "CUI",
    kdf: KdfParams | None = None,
) -> AppWindow:
    """Return the window over a store folder, not yet shown. Needs a QApplication, and sets its icon and desktop file
    name.

    Creates no folder. A store that cannot be read shows its error on the unlock page.
    """
    QGuiApplication.setDesktopFileName(APP_ID)  # Wayland finds the window's icon by it
    QGuiApplication.setWindowIcon(QIcon(str(asset("brand", "eum.svg"))))
    theme()
    return AppWindow(folder, outbox=outbox, inbox=inbox, marking=marking, kdf=kdf)


def _take_look() -> None:
    """Apply the theme, density and scale saved on this device."""
    from ui.kit.look import use_look
    from ui.kit.settings import current

    use_look(current())


def _warm(modules: Sequence[str]) -> None:
    """Import modules and exclude them from garbage collection. Scanning them would block the window for some 70 ms each
    time.
    """
    for name in modules:
        importlib.import_module(name)
    gc.freeze()


def run(
    store_folder: Path | None = None,
    *,
    outbox: Path | None = None,
    inbox: Path | None = None,
    marking: str = "CUI",
) -> int:
    """Run the application until its window is closed, save the window's place and size, and return Qt's exit code.

    Call it on the main thread. Raises Trouble `window.no_display`, `home.absent`. Where Qt cannot use the display, the
    process ends with exit code 3 (`display.application`).
    """
    from ui.window.display import application
    from ui.window.signals import closing_on_signals

    app = application()
    folder = store_folder or default_folder()
    with run_noted(folder) as begin_notes:
        QCoreApplication.setApplicationName("EUM")
        _take_look()
        window = build_window(folder, outbox=outbox, inbox=inbox, marking=marking)
        window.warming_up.connect(begin_notes)
        show_as_before(window)
        with closing_on_signals(app):
            code = app.exec()
        remember_size(window)
        return code
