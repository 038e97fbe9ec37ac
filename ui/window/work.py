"""One account's work: its shell with the pages, its workers, its session.

It is hidden while the store is locked and shown again later, with all unsaved input in its place.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QWidget

from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.usecases.calls import call
from eum_app.usecases.session import Session, record_notes, require_admitted
from eum_app.usecases.store.erase import erase_store
from eum_app.usecases.store.instance import lost_entries, lost_for_devices
from ui.kit.desk import Desk
from ui.kit.shell import Shell
from ui.kit.tasks import Tasks
from ui.kit.translation import Texts
from ui.people import add_people_pages
from ui.window.clock_watch import ClockWatch
from ui.window.device_state import DeviceBox

translate = QCoreApplication.translate


WorkWords = Texts("WorkWords")

NOTES_EVERY_MS: Final = 60_000  # a power cut loses at most the access notes of a minute


class Work:
    """The work of one account. `parent` is the window that contains the shell."""

    def __init__(
        self, session: Session, parent: QWidget, *, brand: str, marking: str, outbox: Path, inbox: Path
    ) -> None:
        self.session = session
        self.tasks = Tasks(parent)
        self.shell = Shell(self.tasks, brand=brand, marking=marking)
        self.desk = desk = Desk(session, self.tasks, outbox, inbox)
        _add_pages(self.shell, desk)
        DeviceBox(self.shell, desk).refresh(frozenset())
        ClockWatch(self.shell, desk)
        self._ended_children = 0
        self._notes = QTimer(self.tasks)  # what was looked at is recorded every minute, so that a crash hides little
        self._notes.timeout.connect(self._record_notes)
        self._notes.start(NOTES_EVERY_MS)

    def fits(self, session: Session) -> bool:
        """Return whether `session` may resume this work: the same account, role, scope and device."""
        mine = self.session
        return (mine.account, mine.role, mine.scope, mine.name) == (
            session.account,
            session.role,
            session.scope,
            session.name,
        )

    def put_away(self, reason: str) -> Future[None]:
        """Hide everything, end background work, record the end of the session and drop its keys.

        Child processes hold the keys too, so they are killed: their work is lost and must be started again. Queued
        writes are still done first. The returned future is done once the keys are dropped, and carries any error.
        """
        self.shell.put_away()
        self._notes.stop()
        ended, self._ended_children = self.tasks.pause(lambda: self.session.close(reason))
        return ended

    def take_up(self, session: Session) -> None:
        """Resume with a session that `fits`: refresh every view, and say how many child processes the lock stopped."""
        self.session.take_up(session)
        self.tasks.resume()
        self._notes.start(NOTES_EVERY_MS)
        self.shell.take_up()
        self.tasks.announce(Area)  # the store may have changed meanwhile
        if self._ended_children:
            said = WorkWords.tr("%Ln background tasks were stopped by the lock", "", self._ended_children)
            self.shell.page(self.shell.current_key).notice.show_message(
                "attention",
                said,
                detail=translate("kit", "Nothing was left half done. Start them again."),
                stays=True,
            )

    def begin_erasing(self, confirm: str) -> Future[None]:
        """Erase the store (`store.erase.erase_store`) once running work has ended; no other work starts.

        Child processes are killed. If the returned future reports a failure while the keys are still held, call
        `go_on`.
        """
        self._notes.stop()
        return self.tasks.pause(lambda: erase_store(self.session, confirm))[0]

    def go_on(self) -> None:
        """Resume work after erasing failed."""
        self.tasks.resume()
        self._notes.start(NOTES_EVERY_MS)

    def _record_notes(self) -> None:
        """Record the waiting notes, or at least find out whether another process removed the account."""
        if self.session.notes.is_waiting:
            self.desk.do(call(record_notes))
        else:
            self.desk.ask(call(require_admitted), then=lambda _none: None)

    def say_whether_copied(self) -> None:
        """Show on the page in sight that the store was copied, restored or damaged, or lies open to others."""
        notice = self.shell.page(self.shell.current_key).notice
        if self.session.store.copied is None:
            if lost_ones := lost_for_devices(self.session.store):
                notice.show_error(lost_ones[0])
            elif path := self.session.store.open_to_others:
                notice.show_error(Trouble("store.open_to_others", path=str(path)))
            return
        lost = lost_entries(self.session.store)
        if lost is not None:
            notice.show_error(lost)
        elif self.session.is_hq:
            text = translate("app", "This HQ store is a copy, or was restored to an earlier state.")
            detail = translate(
                "app", "Devices that received newer data will refuse its bundles. Start a new journal: eum store renew."
            )
            notice.show_message("attention", text, detail=detail)
        else:
            notice.show_error(Refusal("store.copied", device=self.session.name))

    def end(self, reason: str) -> KnownError | None:
        """Close for good, and return an error if the end of the session could not be recorded. Pending results are
        dropped.

        Kills child processes, and waits for running and queued writes. A session that is already closed gives None.
        """
        self.shell.hide()
        self.tasks.close()
        shiboken6.delete(self.tasks)  # at once: a late answer must not reach a page whose store is closed
        error: KnownError | None = None
        if self.session.is_open:
            try:
                self.session.close(reason)
            except KnownError as trouble:
                error = trouble
        self.shell.deleteLater()
        return error


def _add_pages(shell: Shell, desk: Desk) -> None:
    if desk.session.is_hq:
        from ui.hq.pages import add_hq_pages

        add_hq_pages(shell, desk)
    else:
        from ui.field import add_field_pages

        add_field_pages(shell, desk)
    add_people_pages(shell, desk)
