"""The application: the unlock page at once, the store behind it, then the shell with the pages of its kind.

What is heavy to import (database, ciphers, pages) is loaded after the first paint, on a worker.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QPushButton, QStackedLayout, QWidget

from eum_app.domain.errors import KnownError, Refusal
from ui.theme import MODES, theme
from ui.unlock import UnlockPage

if TYPE_CHECKING:
    from eum_app.crypto.passphrases import KdfParams
    from eum_app.usecases.session import Session
    from ui.desk import Desk
    from ui.devices.scanners import Scanners
    from ui.devices.wedge_filter import WedgeFilter
    from ui.first_start import FirstStart
    from ui.shell import Shell
    from ui.tasks import Tasks

NOTES_EVERY_MS = 60_000
BRANDS = {"field": "EUM Field", "hq": "EUM HQ"}
_WARM = {
    "field": ("eum_app.usecases.open_store", "ui.shell", "ui.desk", "ui.field.pages"),
    "hq": ("eum_app.usecases.open_store", "ui.shell", "ui.desk", "ui.hq.pages"),
    "": ("eum_app.usecases.open_store",),
}


class AppWindow(QWidget):
    """The one window over a store folder: first start, unlock page, or the shell. No `exec` in here.

    `outbox` and `inbox` are the folders offered for bundles. `kdf` is for tests and demonstrations: what a store made
    by the first-start page derives its key with.
    """

    unlocked = Signal()
    """The shell is built and in sight."""
    locked = Signal()

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
        self._folder, self._marking, self._kdf = folder, marking, kdf
        self._outbox, self._inbox = outbox or folder.parent / "outbox", inbox or folder.parent / "inbox"
        self._tasks: Tasks | None = None
        self.session: Session | None = None
        self.shell: Shell | None = None
        self._kind, self._device = "", ""
        self._front: UnlockPage | FirstStart | None = None
        self._is_warm = self._is_closed = False
        self._scanners: Scanners | None = None
        self._guard: WedgeFilter | None = None
        self._stack = QStackedLayout(self)
        self.resize(1440, 900)
        self._show_front()

    @property
    def unlock_page(self) -> UnlockPage | None:
        """The unlock page while the store is locked."""
        return self._front if isinstance(self._front, UnlockPage) else None

    @property
    def tasks(self) -> Tasks:
        """The workers; made on first use, which is after the first paint."""
        from ui.tasks import Tasks

        if self._tasks is None:
            self._tasks = Tasks(self)
        return self._tasks

    # Before unlocking

    def _show_front(self, error: KnownError | None = None) -> None:
        from eum_app.usecases.store_label import store_label

        try:
            label = store_label(self._folder)
            self._kind, self._device = label.kind, label.name
        except KnownError as refused:
            if refused.code == "store.absent":
                self._show_first_start()
                return
            error = refused
        page = UnlockPage(brand=BRANDS.get(self._kind, "EUM"), device=self._device or "–", marking=self._marking)
        _name_unlock_parts(page)
        page.unlock_requested.connect(self._unlock)
        self._set_front(page)
        if error is not None:
            page.show_error(error)

    def _show_first_start(self) -> None:
        from ui.first_start import FirstStart

        page = FirstStart(marking=self._marking)
        page.create_requested.connect(self._create)
        self._set_front(page)

    def _set_front(self, page: UnlockPage | FirstStart) -> None:
        self._front = page
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self.setWindowTitle(page.windowTitle())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_warm:
            self._is_warm = True
            QTimer.singleShot(0, self._warm_up)

    def _warm_up(self) -> None:
        if self._front is not None and not self._is_closed:
            self._guard_front()
            self.tasks.query(lambda: [importlib.import_module(name) for name in _WARM[self._kind]], lambda _done: None)

    def _guard_front(self) -> None:
        """While nothing is unlocked a scan means nothing, and must neither accept the notice nor fill a field in."""
        from ui import settings
        from ui.devices.wedge_filter import WedgeFilter

        app = QApplication.instance()
        if self._guard is None and isinstance(app, QApplication):
            self._guard = WedgeFilter(app, settings.load().scanner.for_wedge())

    def _let_guard_go(self) -> None:
        if self._guard is not None:
            self._guard.close()
            self._guard.deleteLater()
            self._guard = None

    def _unlock(self, account: str, passphrase: str) -> None:
        page = self.unlock_page
        assert page is not None
        folder = self._folder
        accepted = page.accepted_at
        accepted_at = accepted.toString("yyyy-MM-ddTHH:mm:ss.zzz") + "000Z" if accepted is not None else None

        def work() -> Session:
            from eum_app.usecases.open_store import open_store

            return open_store(folder, account, passphrase, notice_accepted_at=accepted_at)

        self.tasks.operation(work, self._open, page.show_error)

    def _create(self, kind: str, name: str, account: str, role: str, passphrase: str) -> None:
        folder, kdf = self._folder, self._kdf
        page = self._front

        def work() -> Session:
            from eum_app.usecases.open_store import create_store

            return create_store(
                folder, kind=kind, name=name, account=account, role=role, passphrase=passphrase, kdf=kdf
            )

        assert page is not None
        self.tasks.operation(work, self._open, page.show_error)

    # At work

    def _open(self, session: Session) -> None:
        from ui.desk import Desk
        from ui.device_state import DeviceBox
        from ui.shell import Shell

        self.session = session
        self._kind, self._device = ("hq" if session.is_hq else "field"), session.name
        shell = Shell(self.tasks, brand=BRANDS[self._kind], marking=self._marking)
        desk = Desk(session, self.tasks, self._outbox, self._inbox)
        self.shell = shell
        self._add_pages(shell, desk)
        shell.lock_requested.connect(self.lock)
        self._let_guard_go()
        self._listen_to_scanner(shell)
        DeviceBox(shell, desk).refresh(frozenset())
        self._stack.addWidget(shell)
        self._stack.setCurrentWidget(shell)
        self.setWindowTitle(shell.windowTitle())
        self._drop_front()
        shell.show_page(shell.current_key)
        self._say_whether_copied(shell, session)
        self._keep_notes(desk)
        self.unlocked.emit()

    def _keep_notes(self, desk: Desk) -> None:
        """What was looked at is recorded every minute, so that a crash hides little."""
        timer = QTimer(desk.tasks)  # goes with the workers when the store is locked
        timer.timeout.connect(lambda: _record_notes(desk))
        timer.start(NOTES_EVERY_MS)

    def _say_whether_copied(self, shell: Shell, session: Session) -> None:
        copied = session.store.copied
        if copied is None:
            return
        notice = shell.page(shell.current_key).notice
        if session.is_hq:
            text = self.tr("This HQ store is a copy, or was put back to an earlier state.")
            detail = self.tr(
                "Devices that heard it since will refuse what it says. Begin a new journal: eum store renew."
            )
            notice.show_message("attention", text, detail=detail)
        else:
            notice.show_error(Refusal("store.copied", device=session.name))

    def _listen_to_scanner(self, shell: Shell) -> None:
        """A hand scanner's burst goes to the page in sight as a mark, wherever the focus is, and to nothing else."""
        from ui import settings
        from ui.devices.scanners import Scanners

        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._scanners = Scanners(app, settings.load().scanner, shell)
        self._scanners.heard.connect(shell.scanner_heard)
        self._scanners.mark_scanned.connect(shell.take_mark)
        shell.scanner_changed.connect(self._scanners.use)

    def _add_pages(self, shell: Shell, desk: Desk) -> None:
        if desk.session.is_hq:
            from ui.hq.pages import add_hq_pages

            add_hq_pages(shell, desk)
        else:
            from ui.field import add_field_pages

            add_field_pages(shell, desk)

    def _drop_front(self) -> None:
        if self._front is not None:
            self._stack.removeWidget(self._front)
            self._front.deleteLater()
            self._front = None

    def lock(self) -> None:
        """Close the session and show the unlock page again."""
        error = self._close_session("locked")
        self._show_front(error)
        self._guard_front()
        self.locked.emit()

    def _close_session(self, reason: str) -> KnownError | None:
        """End the work, drop what was asked and not yet delivered, record the end, and let go of the shell."""
        if self._scanners is not None:
            self._scanners.close()
            self._scanners = None
        if self.shell is not None:
            self.shell.hide()
        if self._tasks is not None:
            self._tasks.close()
            shiboken6.delete(self._tasks)  # at once: a late answer must not reach a page whose store is closed
            self._tasks = None
        error = None
        if self.session is not None:
            try:
                self.session.close(reason)
            except KnownError as trouble:
                error = trouble
                self.session.store.close()
            self.session = None
        if self.shell is not None:
            self._stack.removeWidget(self.shell)
            self.shell.deleteLater()
            self.shell = None
        return error

    def closeEvent(self, event: QCloseEvent) -> None:
        self._is_closed = True
        self._let_guard_go()
        self._close_session("closed")
        super().closeEvent(event)


def _record_notes(desk: Desk) -> None:
    if desk.session.has_notes:
        desk.do(type(desk.session).record_notes)


def _name_unlock_parts(page: UnlockPage) -> None:
    page.setObjectName("unlock_page")
    page.account.setObjectName("account_field")
    page.passphrase.setObjectName("passphrase_field")
    page._accept.setObjectName("accept_notice_button")
    page._unlock.setObjectName("unlock_button")
    for link in page.findChildren(QPushButton):
        if link.property("kind") == "link":
            link.hide()  # recovery codes do not exist yet: nothing is offered that cannot be done


def default_folder() -> Path:
    """Where the store lies when nothing else is said."""
    import platformdirs

    return Path(platformdirs.user_data_dir("eum", appauthor=False)) / "store"


def build_window(
    folder: Path,
    *,
    outbox: Path | None = None,
    inbox: Path | None = None,
    marking: str = "CUI",
    kdf: KdfParams | None = None,
) -> AppWindow:
    """The window over a store folder, not yet shown. Needs a QApplication."""
    theme()
    return AppWindow(folder, outbox=outbox, inbox=inbox, marking=marking, kdf=kdf)


def _take_look() -> None:
    """Theme, density and scale as they were kept on this device."""
    from ui import settings

    kept = settings.load().look
    look = theme()
    look.set_mode(kept.mode if kept.mode in MODES else "system")
    look.set_density(kept.density)
    look.set_scale(kept.scale)


def run(
    store_folder: Path | None = None,
    *,
    outbox: Path | None = None,
    inbox: Path | None = None,
    marking: str = "CUI",
) -> int:
    """Open the application and stay until its window is closed; the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    QCoreApplication.setApplicationName("EUM")
    _take_look()
    window = build_window(store_folder or default_folder(), outbox=outbox, inbox=inbox, marking=marking)
    window.show()
    return app.exec()
