"""Work off the GUI thread: queries (parallel reads), operations (ordered writes), children (separate processes).

Workers never touch widgets. Every callback runs on the GUI thread, and is dropped when its QObject was deleted. A
`KnownError` goes to `on_failed`, or to the `failed` signal when none is given. Any other exception is a bug and goes to
`crashed`; `on_failed` gets Trouble `task.crashed` before that. An operation whose result has `areas` (a set of area
names) emits `store_changed` after its `on_done`: that one signal refreshes every view.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

from eum_app.bounded_child import end_children, stop_long_requests
from eum_app.domain.areas import Area, stale
from ui.kit.child_task import ChildTask
from ui.kit.delivery import Delivery, OnFailed, Report

T = TypeVar("T")

QUERY_THREADS = 2  # one slow search must not delay the other reads


class Tasks(QObject):
    """The application's workers. Created on the GUI thread; `close()` ends every thread and child process.

    Methods that take callbacks return at once. After `close`, all but `child` raise RuntimeError.
    """

    store_changed = Signal(object)
    """frozenset[Area]: the areas whose views must refresh after an operation."""
    act_succeeded = Signal()
    """A write that changed the store succeeded; emitted before its `on_done`, which may show a message."""
    failed = Signal(object)
    """KnownError that no caller handles."""
    crashed = Signal(object)
    """Exception that is a bug."""
    session_ended = Signal(object)
    """KnownError: the account was removed or changed meanwhile, so the session can do nothing more."""
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queries = ThreadPoolExecutor(QUERY_THREADS, thread_name_prefix="query")
        self._operations = ThreadPoolExecutor(1, thread_name_prefix="operation")
        self._children: set[ChildTask] = set()
        self._delivery = Delivery(self)
        self._delivery.store_changed.connect(self.store_changed)
        self._delivery.act_succeeded.connect(self.act_succeeded)
        self._delivery.failed.connect(self.failed)
        self._delivery.crashed.connect(self.crashed)
        self._delivery.session_ended.connect(self.session_ended)
        self._delivery.busy_changed.connect(self.busy_changed)
        self._pauses = 0
        self._running: set[Future[None]] = set()
        self._waiting: list[tuple[ThreadPoolExecutor, Callable[[], None]]] = []

    @property
    def is_busy(self) -> bool:
        """Return whether work is running or not yet delivered."""
        return self._delivery.is_busy

    @property
    def has_children(self) -> bool:
        """Return whether a child process is running."""
        return bool(self._children)

    def query(self, fn: Callable[[], T], on_done: Callable[[T], object], on_failed: OnFailed | None = None) -> None:
        """Run a read. Several run in parallel and may finish in another order."""
        self._submit(self._queries, fn, on_done, on_failed, tell=False)

    def operation(
        self, fn: Callable[[], T], on_done: Callable[[T], object] | None = None, on_failed: OnFailed | None = None
    ) -> None:
        """Run a write. Writes run one at a time, in the order of the calls."""
        self._submit(self._operations, fn, on_done, on_failed, tell=True)

    def child(
        self,
        fn: Callable[..., T],
        args: Iterable[object] = (),
        *,
        on_progress: Callable[[int, int, str], object] | None = None,
        on_done: Callable[[T], object] | None = None,
        on_failed: OnFailed | None = None,
        on_cancelled: Callable[[], object] | None = None,
    ) -> ChildTask:
        """Run `fn(progress, *args)` in a fresh process, and return the task, by which it can be canceled.

        `fn` is a module-level function. Arguments and result are pickled and go through a pipe, never through the
        command line. The result may have `areas` too. `on_failed` also gets Trouble `task.child_not_started` and
        `task.child_ended`; what cannot be pickled is a bug.
        """
        task = ChildTask(
            self._delivery,
            fn,
            tuple(args),
            on_progress=on_progress,
            on_done=on_done,
            on_failed=on_failed,
            on_cancelled=on_cancelled,
            on_gone=self._children.discard,
        )
        self._children.add(task)
        self._delivery.begin()
        task.start()
        return task

    def announce(self, areas: Iterable[Area]) -> None:
        """Emit `store_changed` for a change made outside an operation. Call on the GUI thread."""
        self.store_changed.emit(stale(areas))

    def wait_idle(self, timeout_s: float = 10.0) -> bool:
        """Deliver events until no work is left, and return True. Return False after `timeout_s` seconds.

        For tests and shutdown.
        """
        end = time.monotonic() + timeout_s
        while self.is_busy:
            if time.monotonic() > end:
                return False
            QCoreApplication.sendPostedEvents(self._delivery, QEvent.Type.MetaCall.value)
            QCoreApplication.processEvents()
            time.sleep(0.001)
        return True

    def pause(self, last: Callable[[], None]) -> tuple[Future[None], int]:
        """Stop accepting work: finish running jobs and queued writes, kill child processes, then run `last`.

        Queries not started yet, new work and all results wait for `resume`. After several calls of `pause`, they wait
        for the last one. Returns a future for the end of all this (with what `last` raised), and the number of children
        killed.
        """
        self._pauses += 1
        self._delivery.hold()
        children = tuple(self._children)
        for task in children:
            task.kill()
        stop_long_requests()  # the largest workbook takes minutes, and locking would wait for it

        def end() -> None:
            while wait(tuple(self._running), timeout=0.2).not_done:
                stop_long_requests()  # a reader that had not asked yet when the pause began
            for task in children:
                task.join()
            end_children()
            last()

        # Through the queue of writes, so that `last` runs after every write that was already requested.
        return self._operations.submit(end), len(children)

    def resume(self) -> None:
        """Deliver the results that arrived since `pause`, and start the waiting work.

        Call this only when the future returned by `pause` is done.
        """
        self._pauses -= 1
        if self._pauses:
            return
        waiting, self._waiting = self._waiting, []
        self._delivery.release()
        for pool, work in waiting:
            self._begin_or_wait(pool, work)

    def alone(
        self, fn: Callable[[], T], on_done: Callable[[T], object] | None = None, on_failed: OnFailed | None = None
    ) -> None:
        """Run a write with exclusive access: wait for running queries and hold new work and all results until it is
        done.

        Not allowed while a child process is running, which the caller checks (`has_children`).
        """

        def work() -> None:
            self._await_queries()
            report = self._delivery.outcome(fn, on_done, on_failed, tell=True)
            self._delivery.post_despite_hold(partial(self._end_alone, report))

        self._delivery.begin()
        self._pauses += 1
        self._delivery.hold()
        self._operations.submit(work)

    def close(self) -> None:
        """Kill children, finish running work and queued writes, cancel waiting queries, and deliver no more results."""
        for task in tuple(self._children):
            task.kill()
        end_children()  # a picture need not be decoded to its end
        # A read can be dropped. A write was requested by a person and must still happen.
        self._queries.shutdown(wait=True, cancel_futures=True)
        self._operations.shutdown(wait=True, cancel_futures=False)
        for task in tuple(self._children):
            task.join()
        self._children.clear()
        end_children()  # a read that was running may have started another
        self._delivery.close()

    # Inside

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        fn: Callable[[], T],
        on_done: Callable[[T], object] | None,
        on_failed: OnFailed | None,
        *,
        tell: bool,
    ) -> None:
        def work() -> None:
            # Submitted before the pause but not started: it waits like new work.
            if self._pauses and pool is self._queries:
                self._waiting.append((pool, work))
                return
            self._delivery.post(self._delivery.outcome(fn, on_done, on_failed, tell=tell))

        self._delivery.begin()
        self._begin_or_wait(pool, work)

    def _await_queries(self) -> None:
        wait(tuple(self._running))

    def _end_alone(self, report: Report) -> None:
        self.resume()
        self._delivery.deliver(report)

    def _begin_or_wait(self, pool: ThreadPoolExecutor, work: Callable[[], None]) -> None:
        if self._pauses:
            self._waiting.append((pool, work))
            return
        future = pool.submit(work)
        if pool is self._queries:
            self._running.add(future)
            future.add_done_callback(self._running.discard)
