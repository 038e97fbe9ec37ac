"""Work off the GUI thread: queries (reads, parallel), operations (writes, in order), children (own process).

Workers never touch widgets; every callback runs on the GUI thread, and is dropped when the QObject it is bound to is
gone. A `KnownError` goes to `on_failed`, or to the `failed` signal where none is given; any other exception is a bug
and goes to `crashed`. An operation whose result has `areas` (a set of area names) emits `store_changed` after its
own `on_done`: that one signal refreshes every view.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot

from eum_app import diagnostics
from eum_app.domain.areas import Area, stale
from eum_app.domain.errors import KnownError, Trouble

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from multiprocessing.synchronize import Event

T = TypeVar("T")
OnFailed = Callable[[KnownError], object]
Report = Callable[[], object]

QUERY_THREADS = 2
_GRACE_S = 3.0
_LOOK_S = 0.1
SLOW_MS = 1_000  # queries and writes that take longer are noted in the diagnostics


class ChildCrashedError(Exception):
    """A bug in a child process. `crash_lines` are its type and places, made there by `diagnostics.places_of`."""

    def __init__(self, crash_lines: list[str]) -> None:
        super().__init__("child process")
        self.crash_lines = crash_lines


class CancelledError(Exception):
    """Raised inside a child by `Progress` after the person asked to stop."""


class Progress(Protocol):
    """What a child calls now and then: how far it is. Raises `CancelledError` when it should stop."""

    def __call__(self, done: int, total: int, text: str = "") -> None: ...


class Tasks(QObject):
    """The application's workers. Made on the GUI thread; `close()` ends every thread and child it started."""

    store_changed = Signal(object)
    """frozenset[Area]: the areas whose views must refresh after an operation."""
    failed = Signal(object)
    """KnownError that nobody else takes."""
    crashed = Signal(object)
    """Exception that is a bug."""
    busy_changed = Signal(bool)
    _arrived = Signal(object)
    _was_alone = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queries = ThreadPoolExecutor(QUERY_THREADS, thread_name_prefix="query")
        self._operations = ThreadPoolExecutor(1, thread_name_prefix="operation")
        self._children: set[ChildTask] = set()
        self._open = 0
        self._pauses = 0
        self._running: set[Future[None]] = set()
        self._waiting: list[tuple[ThreadPoolExecutor, Callable[[], None]]] = []
        self._undelivered: list[Report] = []
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._was_alone.connect(self._end_alone, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way or not yet delivered."""
        return self._open > 0

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
            self,
            fn,
            tuple(args),
            on_progress=on_progress,
            on_done=on_done,
            on_failed=on_failed,
            on_cancelled=on_cancelled,
        )
        self._children.add(task)
        self._begin()
        task.start()
        return task

    def announce(self, areas: Iterable[Area]) -> None:
        """Emit `store_changed` for a change made outside an operation (GUI thread)."""
        self.store_changed.emit(stale(areas))

    def wait_idle(self, timeout_s: float = 10.0) -> bool:
        """Deliver events until nothing is under way; False when `timeout_s` passed first. For tests and shutdown."""
        end = time.monotonic() + timeout_s
        while self._open:
            if time.monotonic() > end:
                return False
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
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
        undelivered, self._undelivered = self._undelivered, []
        waiting, self._waiting = self._waiting, []
        for report in undelivered:
            report()
        for pool, work in waiting:
            self._begin_or_wait(pool, work)

    def alone(
        self, fn: Callable[[], T], on_done: Callable[[T], object] | None = None, on_failed: OnFailed | None = None
    ) -> None:
        """Run a write that bears no reader beside it: queries that run come to their end first, none begins meanwhile.
        Not while a child is at work."""

        def work() -> None:
            self._await_queries()
            report = self._outcome(fn, on_done, on_failed, tell=True)
            if shiboken6.isValid(self):
                self._was_alone.emit(report)

        self._begin()
        self._pauses += 1
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
        self._open = 0

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
            self._post(self._outcome(fn, on_done, on_failed, tell=tell))

        self._begin()
        self._begin_or_wait(pool, work)

    def _outcome(
        self, fn: Callable[[], T], on_done: Callable[[T], object] | None, on_failed: OnFailed | None, *, tell: bool
    ) -> Report:
        """Run it here; what the GUI thread is to be told of it."""
        began = time.monotonic()
        try:
            result = fn()
        except KnownError as error:
            diagnostics.note(diagnostics.Event.TASK_FAILED, code=error.code, ms=diagnostics.since_ms(began))
            return partial(self._fail, error, on_failed)
        except Exception as error:  # noqa: BLE001 - one of the two doors for bugs
            diagnostics.note_crash(error)
            return partial(self._crash, error)
        if (took_ms := diagnostics.since_ms(began)) >= SLOW_MS:
            diagnostics.note(diagnostics.Event.TASK_SLOW, ms=took_ms)
        return partial(self._finish, result, on_done, tell=tell)

    def _await_queries(self) -> None:
        wait(tuple(self._running))

    @Slot(object)
    def _end_alone(self, report: Report) -> None:
        self.resume()
        self._deliver(report)

    def _begin_or_wait(self, pool: ThreadPoolExecutor, work: Callable[[], None]) -> None:
        if self._pauses:
            self._waiting.append((pool, work))
            return
        future = pool.submit(work)
        if pool is self._queries:
            self._running.add(future)
            future.add_done_callback(self._running.discard)

    def _begin(self) -> None:
        self._open += 1
        if self._open == 1:
            self.busy_changed.emit(True)

    def _end(self) -> None:
        self._open -= 1
        if self._open == 0:
            self.busy_changed.emit(False)

    def _post(self, report: Report) -> None:
        """From any thread: run `report` on the GUI thread."""
        if shiboken6.isValid(self):
            self._arrived.emit(report)

    @Slot(object)
    def _deliver(self, report: Report) -> None:
        if self._pauses:
            self._undelivered.append(report)
        else:
            report()

    def _finish(self, result: T, on_done: Callable[[T], object] | None, *, tell: bool) -> None:
        self._end()
        if on_done is not None and _is_alive(on_done):
            on_done(result)
        areas: frozenset[Area] = frozenset(getattr(result, "areas", ()))
        if tell and areas:
            self.store_changed.emit(stale(areas))

    def _fail(self, error: KnownError, on_failed: OnFailed | None) -> None:
        self._end()
        if on_failed is None:
            self.failed.emit(error)
        elif _is_alive(on_failed):
            on_failed(error)

    def _crash(self, bug: Exception) -> None:
        self._end()
        self.crashed.emit(bug)


class ChildTask:
    """One child process, watched by a thread."""

    def __init__(
        self,
        tasks: Tasks,
        fn: Callable[..., Any],
        args: tuple[object, ...],
        *,
        on_progress: Callable[[int, int, str], object] | None,
        on_done: Callable[[Any], object] | None,
        on_failed: OnFailed | None,
        on_cancelled: Callable[[], object] | None,
    ) -> None:
        self._tasks = tasks
        self._fn, self._args = fn, args
        self._on_progress, self._on_done = on_progress, on_done
        self._on_failed, self._on_cancelled = on_failed, on_cancelled
        self._watcher = threading.Thread(target=self._watch, name="child-watcher", daemon=True)
        self._is_cancelled = False
        self._deadline_s = math.inf
        self._began = time.monotonic()

    def start(self) -> None:
        self._watcher.start()

    def cancel(self) -> None:
        """Ask it to stop at its next `progress` call; `on_cancelled` follows. Ends it by force after three seconds."""
        self._stop_by(time.monotonic() + _GRACE_S)

    def kill(self) -> None:
        """End it now. `on_cancelled` follows, unless the workers are closed first."""
        self._stop_by(time.monotonic())

    def join(self) -> None:
        self._watcher.join()

    def _stop_by(self, deadline_s: float) -> None:
        self._is_cancelled = True
        self._deadline_s = min(self._deadline_s, deadline_s)

    def _watch(self) -> None:
        """The task ends whatever befalls the child: it came to an end, or could not begin."""
        ended: tuple[str, Any, int | None]
        try:
            ended = self._run()
        except OSError as error:
            ended = ("unstarted", error, None)
        except Exception as bug:  # noqa: BLE001 - the same door: a function or an argument that cannot be sent
            diagnostics.note_crash(bug)
            ended = ("bug", bug, None)
        self._tasks._post(partial(self._arrive, *ended))

    def _run(self) -> tuple[str, Any, int | None]:
        """(what became of it, its value, exit code). All is made here and not on the GUI thread: a spawn takes some
        50 ms. Raises OSError where the machine has no room for a further process."""
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        ours, theirs = context.Pipe()
        process = context.Process(target=_child_main, args=(theirs, stop), daemon=True)
        try:
            with theirs:
                process.start()
            last = self._follow(ours, process, stop)
        finally:
            ours.close()
        process.join()
        code = process.exitcode
        process.close()
        return (*last, code)

    def _follow(self, pipe: Connection, process: SpawnProcess, stop: Event) -> tuple[str, Any]:
        """Hand out the work and pass progress on, until the child answers, ends, or must be ended."""
        try:
            pipe.send((self._fn, self._args, diagnostics.started_for()))
            self._args = ()  # a ticket among them holds keys
            while True:
                if self._is_cancelled:
                    stop.set()
                if time.monotonic() > self._deadline_s:
                    process.terminate()
                    break
                if not pipe.poll(_LOOK_S):
                    continue
                what, value = pipe.recv()
                if what != "progress":
                    return what, value
                self._tasks._post(partial(self._step, value))
        except (EOFError, OSError):
            pass
        return "gone", None

    def _step(self, step: tuple[int, int, str]) -> None:
        if self._on_progress is not None and not self._is_cancelled and _is_alive(self._on_progress):
            self._on_progress(*step)

    def _arrive(self, what: str, value: Any, code: int | None) -> None:
        tasks = self._tasks
        tasks._children.discard(self)
        ended, ms = value.code if isinstance(value, KnownError) else what, diagnostics.since_ms(self._began)
        diagnostics.note(diagnostics.Event.CHILD_ENDED, code=ended, ms=ms, exit_code=code or 0)
        if what == "done":
            tasks._finish(value, self._on_done, tell=True)
        elif what == "cancelled" or self._is_cancelled:
            tasks._end()
            if self._on_cancelled is not None and _is_alive(self._on_cancelled):
                self._on_cancelled()
        elif what == "failed":
            tasks._fail(value, self._on_failed)
        elif what == "crashed":
            tasks._crash(ChildCrashedError(value))
        elif what == "bug":
            tasks._crash(value)
        elif what == "unstarted":
            tasks._fail(Trouble("task.child_not_started", reason=value.strerror or ""), self._on_failed)
        else:
            tasks._fail(Trouble("task.child_ended", exit_code=code), self._on_failed)


def _child_main(pipe: Connection, stop: Event) -> None:
    """The child's whole life. Its function arrives through the pipe, so nothing is on the command line."""

    def progress(done: int, total: int, text: str = "") -> None:
        if stop.is_set():
            raise CancelledError
        pipe.send(("progress", (done, total, text)))

    try:
        fn, args, store_folder = pipe.recv()
        if store_folder is not None:
            diagnostics.start(store_folder)
        answer: tuple[str, Any] = ("done", fn(progress, *args))
    except CancelledError:
        answer = ("cancelled", None)
    except KnownError as error:
        answer = ("failed", error)
    except Exception as bug:  # noqa: BLE001 - the other side of the same door: its places go to the crash page
        diagnostics.note_crash(bug)
        answer = ("crashed", diagnostics.places_of(bug))
    with contextlib.suppress(BrokenPipeError):  # ended meanwhile: nobody hears it any more
        pipe.send(answer)
    pipe.close()


def _is_alive(callback: Callable[..., object]) -> bool:
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
