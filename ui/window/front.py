"""The way into a locked store: unlock page, recovery page or first start, and opening the store behind it.

Heavy imports (database, ciphers) happen on first use, which is after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QObject, Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from eum_app.domain.errors import KnownError, Trouble
from ui.kit.guard import caught
from ui.window.unlock import UnlockPage

if TYPE_CHECKING:
    from eum_app.crypto.passphrases import KdfParams
    from eum_app.usecases.session import Session
    from eum_app.usecases.store.store_label import Notice
    from ui.kit.tasks import Tasks
    from ui.window.first_start import FirstStart, NewStore
    from ui.window.recovery import RecoveryPage

    FrontPage = UnlockPage | RecoveryPage | FirstStart

BRANDS = {"field": "EUM Field", "hq": "EUM HQ"}


@dataclass(frozen=True)
class Accepted:
    """The notice that an account accepted, and when. It counts until the app ends or another notice is set."""

    account: str
    notice: Notice | None
    at: QDateTime
    at_text: str | None


class Front(QObject):
    """Show in `stack` the page for a store that is locked or does not exist yet, and open the store.

    `opened` and `created` carry the session, `crashed` the exception of a bug. `kind` and `device` are the last known
    values of the store.
    """

    opened = Signal(object)
    created = Signal(object)
    crashed = Signal(object)

    def __init__(
        self, window: QWidget, stack: QStackedLayout, folder: Path, *, marking: str, kdf: KdfParams | None
    ) -> None:
        super().__init__(window)
        self._window, self._stack, self._folder = window, stack, folder
        self._marking, self._kdf = marking, kdf
        self._tasks: Tasks | None = None
        self.kind, self.device = "", ""
        self.moves_authority = False  # what the person asked for when the store was created
        self._accepted: Accepted | None = None
        self.page: FrontPage | None = None
        caught().act_failed.connect(self._show_failed_act, Qt.ConnectionType.QueuedConnection)

    @property
    def tasks(self) -> Tasks:
        """Return the workers that open the store, created on first use, after the first paint."""
        from ui.kit.tasks import Tasks

        if self._tasks is None:
            self._tasks = Tasks(self)
            self._tasks.crashed.connect(self.crashed)
        return self._tasks

    def close(self) -> None:
        """End the workers, if any were started. Waits until the work that is running is done."""
        if self._tasks is not None:
            self._tasks.close()

    def show(self) -> None:
        """Show the unlock page, or the first start where there is no store.

        If the store's name cannot be read, the unlock page shows the error. The account that accepted this notice
        before the lock need not accept it again.
        """
        from eum_app.usecases.store.store_label import notice_beside, store_label

        error = None
        try:
            label = store_label(self._folder)
            self.kind, self.device = label.kind, label.name
        except KnownError as refused:
            if refused.code == "store.absent":
                self._show_first_start()
                return
            error = refused
        notice = self._notice = notice_beside(self._folder)
        page = UnlockPage(
            brand=BRANDS.get(self.kind, "EUM"),
            device=self.device or "–",
            notice=notice.text if notice else "",
            marking=self._marking,
        )
        page.unlock_requested.connect(self._unlock)
        page.recovery_requested.connect(self._show_recovery)
        self._set(page)
        accepted = self._accepted
        if accepted is not None and accepted.notice == notice:
            page.resume(accepted.account, accepted.at)
        if error is not None:
            page.show_error(error)

    def _show_recovery(self) -> None:
        from ui.window.recovery import RecoveryPage

        assert isinstance(self.page, UnlockPage)
        page = RecoveryPage(
            brand=BRANDS.get(self.kind, "EUM"),
            device=self.device,
            accepted_at=self.page.accepted_at_text,
            marking=self._marking,
        )
        page.recover_requested.connect(self._recover)
        page.back_requested.connect(self.show)
        self._set(page)

    def _show_first_start(self) -> None:
        from ui.window.first_start import FirstStart

        page = FirstStart(marking=self._marking)
        page.create_requested.connect(self._create)
        self._set(page)

    def _set(self, page: FrontPage) -> None:
        self.drop()
        self.page = page
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._window.setWindowTitle(page.windowTitle())

    def drop(self) -> None:
        """Remove the page, if there is one, because the store is open or another page is shown."""
        if self.page is not None:
            self._stack.removeWidget(self.page)
            self.page.deleteLater()
            self.page = None

    def show_error(self, error: KnownError) -> None:
        """Show an error on the current page, if there is one."""
        if self.page is not None:
            self.page.show_error(error)

    def _show_failed_act(self, _bug: BaseException) -> None:
        """Say that a key press or a click failed. While the page is busy, its inputs are closed and an answer comes."""
        if self.page is not None and self.page.isVisible() and not self.page.is_busy:
            self.page.show_error(Trouble("program.mistake"))

    def _unlock(self, account: str, passphrase: str) -> None:
        page = self.page
        assert isinstance(page, UnlockPage)
        folder, shown, accepted_at = self._folder, self._notice, page.accepted_at_text

        def work() -> Session:
            from eum_app.usecases.store.open_store import open_store
            from eum_app.usecases.store.store_label import require_shown

            require_shown(folder, shown)
            return open_store(folder, account, passphrase, notice_accepted_at=accepted_at)

        def done(session: Session) -> None:
            at = page.accepted_at
            self._accepted = Accepted(session.account, shown, at, accepted_at) if at is not None else None
            self.opened.emit(session)

        self.tasks.operation(work, done, self._not_opened)

    def _recover(self, account: str, code: str, passphrase: str) -> None:
        from ui.window.recovery import RecoveryPage

        page = self.page
        assert isinstance(page, RecoveryPage)
        folder, kdf, shown, accepted_at = self._folder, self._kdf, self._notice, page.accepted_at
        before = self._accepted
        if before is not None and accepted_at == before.at_text and account != before.account:
            accepted_at = None  # it was another person who accepted

        def work() -> Session:
            from eum_app.usecases.people.recovery import open_with_recovery_code
            from eum_app.usecases.store.store_label import require_shown

            require_shown(folder, shown)
            return open_with_recovery_code(folder, account, code, passphrase, notice_accepted_at=accepted_at, kdf=kdf)

        self.tasks.operation(work, self.opened.emit, self._not_opened)

    def _not_opened(self, error: KnownError) -> None:
        if error.code == "notice.not_accepted":  # not the one in sight: the one that counts is shown, to be accepted
            self.show()
        if self.page is not None:
            self.page.show_error(error)

    def _create(self, asked: NewStore) -> None:
        folder, kdf = self._folder, self._kdf
        page = self.page
        self.moves_authority = asked.moves_authority

        def work() -> Session:
            from eum_app.usecases.store.open_store import create_store

            return create_store(
                folder,
                kind=asked.kind,
                suite=asked.suite,
                name=asked.name,
                account=asked.account,
                role=asked.role,
                passphrase=asked.passphrase,
                kdf=kdf,
                database_url=asked.database_url,
            )

        assert page is not None
        self.tasks.operation(work, self.created.emit, page.show_error)
