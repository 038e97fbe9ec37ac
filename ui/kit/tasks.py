"""Work off the GUI thread: queries (reads, parallel), operations (writes, in order), children (own process).

Workers never touch widgets; every callback runs on the GUI thread, and is dropped when the QObject it is bound to is
gone. A `KnownError` goes to `on_failed`, or to the `failed` signal where none is given; any other exception is a bug
and goes to `crashed`. An operation whose result has `areas` (a set of area names) emits `store_changed` after its
own `on_done`: that one signal refreshes every view.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal

from eum_app.domain.areas import Area, stale
from ui.kit.child_task import ChildTask
from ui.kit.delivery import Delivery, OnFailed, Report

T = TypeVar("T")

QUERY_THREADS = 2


class Tasks(QObject):
    """The application's workers. Made on the GUI thread; `close()` ends every thread and child it started."""

    store_changed = Signal(object)
    """frozenset[Area]: the areas whose views must refresh after an operation."""
    failed = Signal(object)
    """KnownError that nobody else takes."""
    crashed = Signal(object)
    """Exception that is a bug."""
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queries = ThreadPoolExecutor(QUERY_THREADS, thread_name_prefix="query")
        self._operations = ThreadPoolExecutor(1, thread_name_prefix="operation")
        self._children: set[ChildTask] = set()
        self._delivery = Delivery(self)
        self._delivery.store_changed.connect(self.store_changed)
        self._delivery.failed.connect(self.failed)
        self._delivery.crashed.connect(self.crashed)
        self._delivery.busy_changed.connect(self.busy_changed)
        self._pauses = 0
        self._running: set[Future[None]] = set()
        self._waiting: list[tuple[ThreadPoolExecutor, Callable[[], None]]] = []

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way or not yet delivered."""
        return self._delivery.is_busy

    @property
    def has_children(self) -> bool:
        """Whether a child process is at work."""
        return bool(self._children)

    def query(self, fn: Callable[[], T], on_done: Callable[[T], object], on_failed: OnFailed | None = None) -> None:
        """Run a read; several run at a time, and may finish in another order."""
        self._submit(self._queries, fn, on_done, on_failed, tell=False)

    def operation(
        self, fn: Callable[[], T], on_done: Callable[[T], object] | None = None, on_failed: OnFailed | None = None
    ) -> None:
        """Run a write; one at a time, in the order asked."""
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
        """Run `fn(progress, *args)` in a fresh process. `fn` is a module-level function; arguments and result are
        pickled and go through a pipe, never through the command line. Its result may have `areas` too.
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
        """Emit `store_changed` for a change made outside an operation (GUI thread)."""
        self.store_changed.emit(stale(areas))

    def wait_idle(self, timeout_s: float = 10.0) -> bool:
        """Deliver events until nothing is under way; False when `timeout_s` passed first. For tests and shutdown."""
        end = time.monotonic() + timeout_s
        while self.is_busy:
            if time.monotonic() > end:
                return False
            QCoreApplication.sendPostedEvents(self._delivery, QEvent.Type.MetaCall.value)
            QCoreApplication.processEvents()
            time.sleep(0.001)
        return True

    def pause(self, last: Callable[[], None]) -> tuple[Future[None], int]:
        """Put the work away: what runs comes to its end, writes that were asked for are still done, children are ended
        at once, and then `last` runs. Queries not begun, whatever is asked from now on, and every answer wait for
        `resume`: where several paused, for the last of them. Returns the end of it all (with what `last` raised), and
        how many children were ended.
        """
        self._pauses += 1
        self._delivery.hold()
        children = tuple(self._children)
        for task in children:
            task.kill()

        def end() -> None:
            self._await_queries()
            for task in children:
                task.join()
            last()

        return self._operations.submit(end), len(children)

    def resume(self) -> None:
        """Deliver what arrived since `pause`, and begin what waits. Not before the end that `pause` returned."""
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
        """Run a write that bears no reader beside it: queries that run come to their end first, none begins meanwhile.
        Not while a child is at work."""

        def work() -> None:
            self._await_queries()
            report = self._delivery.outcome(fn, on_done, on_failed, tell=True)
            self._delivery.post_despite_hold(partial(self._end_alone, report))

        self._delivery.begin()
        self._pauses += 1
        self._delivery.hold()
        self._operations.submit(work)

    def close(self) -> None:
        """Stop children, let running work end, drop what waits, deliver nothing more."""
        for task in tuple(self._children):
            task.kill()
        self._queries.shutdown(wait=True, cancel_futures=True)
        self._operations.shutdown(wait=True, cancel_futures=False)
        for task in tuple(self._children):
            task.join()
        self._children.clear()
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
