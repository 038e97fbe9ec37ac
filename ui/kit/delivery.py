"""Deliver the results of background work to the GUI thread."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from eum_app import diagnostics
from eum_app.domain.areas import Area, stale
from eum_app.domain.errors import KnownError, Trouble
from eum_app.domain.file_names import not_whole
from eum_app.domain.people import ACCOUNT_ENDED

T = TypeVar("T")
OnFailed = Callable[[KnownError], object]
Report = Callable[[], object]

SLOW_MS = 1_000  # queries and writes that take longer are noted in the diagnostics


class Delivery(QObject):
    """Run reports of finished work on the GUI thread, and count the work that is not yet delivered.

    While held, reports wait in order. Callbacks bound to a deleted QObject are dropped.
    """

    store_changed = Signal(object)
    act_succeeded = Signal()
    failed = Signal(object)
    crashed = Signal(object)
    session_ended = Signal(object)
    busy_changed = Signal(bool)
    _arrived = Signal(object)
    _arrived_despite_hold = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._open = 0
        self._is_held = False
        self._undelivered: deque[Report] = deque()
        self._arrived.connect(self.deliver, Qt.ConnectionType.QueuedConnection)
        self._arrived_despite_hold.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Return whether work is running or not yet delivered."""
        return self._open > 0

    def close(self) -> None:
        """Forget the count of running work."""
        self._open = 0

    def hold(self) -> None:
        """Queue reports from now on."""
        self._is_held = True

    def release(self) -> None:
        """Stop queueing, and run the queued reports in order, unless one holds again.

        If a report raises an Exception, it goes to `crashed`, and the next report runs.
        """
        self._is_held = False
        while self._undelivered and not self._is_held:
            report = self._undelivered.popleft()
            try:
                report()
            except Exception as bug:  # noqa: BLE001 - the reports after it belong to other work
                diagnostics.note_crash(bug)
                self.crashed.emit(bug)

    def begin(self) -> None:
        """Count one more piece of work. `busy_changed` is emitted for the first."""
        self._open += 1
        if self._open == 1:
            self.busy_changed.emit(True)

    def end(self) -> None:
        """Count one piece of work as delivered. `busy_changed` is emitted for the last."""
        self._open -= 1
        if self._open == 0:
            self.busy_changed.emit(False)

    def post(self, report: Report) -> None:
        """Run `report` on the GUI thread, later, and not while reports are held. Call from any thread.

        Dropped once this object is deleted.
        """
        if shiboken6.isValid(self):  # a worker may finish after the window was deleted
            self._arrived.emit(report)

    def post_despite_hold(self, report: Report) -> None:
        """Run `report` on the GUI thread, later, even while others are held. Call from any thread.

        Dropped once this object is deleted.
        """
        if shiboken6.isValid(self):
            self._arrived_despite_hold.emit(report)

    @Slot(object)
    def deliver(self, report: Report) -> None:
        """Run `report` now, or when the hold ends. Call on the GUI thread."""
        if self._is_held:
            self._undelivered.append(report)
        else:
            report()

    @Slot(object)
    def _run(self, report: Report) -> None:
        report()

    def outcome(
        self, fn: Callable[[], T], on_done: Callable[[T], object] | None, on_failed: OnFailed | None, *, tell: bool
    ) -> Report:
        """Run `fn` on the calling thread, and return the report for the GUI thread, which runs one of `finish`, `fail`
        and `crash`.

        No Exception of `fn` is raised here. Failures and work that takes longer than `SLOW_MS` are noted in the
        diagnostics.
        """
        began = time.monotonic()
        try:
            result = fn()
        except KnownError as error:
            diagnostics.note(diagnostics.Event.TASK_FAILED, code=error.code, ms=diagnostics.since_ms(began))
            return partial(self.fail, error, on_failed)
        except Exception as error:  # noqa: BLE001 - one of the two doors for bugs
            if isinstance(error, UnicodeEncodeError) and (refusal := not_whole(error)):  # text of a person or a file
                diagnostics.note(diagnostics.Event.TASK_FAILED, code=refusal.code, ms=diagnostics.since_ms(began))
                return partial(self.fail, refusal, on_failed)
            diagnostics.note_crash(error)
            return partial(self.crash, error, on_failed)
        if (took_ms := diagnostics.since_ms(began)) >= SLOW_MS:
            diagnostics.note(diagnostics.Event.TASK_SLOW, ms=took_ms)
        return partial(self.finish, result, on_done, tell=tell)

    def finish(self, result: T, on_done: Callable[[T], object] | None, *, tell: bool) -> None:
        """Deliver a result. If `tell` is True and the result has `areas`, announce them.

        `act_succeeded` is emitted before `on_done`, and `store_changed` after it.
        """
        self.end()
        areas: frozenset[Area] = frozenset(getattr(result, "areas", ()))
        if tell and areas:
            self.act_succeeded.emit()
        try:
            if on_done is not None and is_alive(on_done):
                on_done(result)
        finally:  # the store has changed, whatever becomes of the callback
            if tell and areas:
                self.store_changed.emit(stale(areas))

    def fail(self, error: KnownError, on_failed: OnFailed | None) -> None:
        """Deliver an error to `on_failed`, or to the `failed` signal when none is given.

        If it says that the account was removed or changed, `session_ended` follows.
        """
        self.end()
        try:
            if on_failed is None:
                self.failed.emit(error)
            elif is_alive(on_failed):
                on_failed(error)
        finally:
            if error.code in ACCOUNT_ENDED:
                self.session_ended.emit(error)

    def crash(self, bug: Exception, on_failed: OnFailed | None) -> None:
        """Deliver Trouble `task.crashed` to `on_failed`, so that its owner is busy no more, and the bug to `crashed`.

        The signal comes last: the crash page covers what `on_failed` shows.
        """
        self.end()
        try:
            if on_failed is not None and is_alive(on_failed):
                on_failed(Trouble("task.crashed"))
        finally:
            self.crashed.emit(bug)


def is_alive(callback: Callable[..., object]) -> bool:
    """Return whether the QObject that a callback is bound to still exists.

    True for any other callback, e.g. a lambda or a partial.
    """
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
