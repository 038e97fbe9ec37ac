"""Run long work in a separate child process: start it, report progress, collect its result."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from eum_app import diagnostics
from eum_app.domain.errors import KnownError, Trouble
from eum_app.domain.file_names import not_whole
from eum_app.hardening import STORE, drop_environment, keep_private
from ui.kit.delivery import Delivery, OnFailed, is_alive

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

_GRACE_S = 3.0
_LOOK_S = 0.1  # how late a request to stop is noticed while the child sends nothing
_STOP = "stop"


class ChildCrashedError(Exception):
    """A bug in a child process. `crash_lines` are its type and places, collected in the child by
    `diagnostics.places_of`.
    """

    def __init__(self, crash_lines: list[str]) -> None:
        super().__init__("child process")
        self.crash_lines = crash_lines


class CancelledError(Exception):
    """Raised inside a child by `Progress` after the person asked to stop."""


class Progress(Protocol):
    """Callback that a child calls with its progress. Raises `CancelledError` when the child should stop."""

    def __call__(self, done: int, total: int, text: str = "") -> None: ...


class ChildTask:
    """One child process, watched by a thread. `on_gone` is the first callback to run after it has ended.

    All callbacks run on the GUI thread. `on_failed` also gets Trouble `task.child_not_started`, `task.child_ended` and,
    after a bug in the child, `task.crashed`; the bug goes to the window as `ChildCrashedError`.
    """

    def __init__(
        self,
        delivery: Delivery,
        fn: Callable[..., Any],
        args: tuple[object, ...],
        *,
        on_progress: Callable[[int, int, str], object] | None,
        on_done: Callable[[Any], object] | None,
        on_failed: OnFailed | None,
        on_cancelled: Callable[[], object] | None,
        on_gone: Callable[[ChildTask], object],
    ) -> None:
        self._delivery = delivery
        self._fn, self._args = fn, args
        self._on_progress, self._on_done = on_progress, on_done
        self._on_failed, self._on_cancelled, self._on_gone = on_failed, on_cancelled, on_gone
        self._watcher = threading.Thread(target=self._watch, name="child-watcher", daemon=True)
        self._is_cancelled = False
        self._deadline_s = math.inf
        self._began = time.monotonic()

    def start(self) -> None:
        """Start the thread that starts and watches the child."""
        self._watcher.start()

    def cancel(self) -> None:
        """Ask the child to stop at its next `progress` call; kill it after three seconds.

        Returns at once. `on_cancelled` follows, or `on_done` if the child was done already.
        """
        self._stop_by(time.monotonic() + _GRACE_S)

    def kill(self) -> None:
        """Kill the child within 0.1 seconds. Returns at once.

        `on_cancelled` follows, or `on_done` if the child was done already; neither if the workers are closed first.
        """
        self._stop_by(time.monotonic())

    def join(self) -> None:
        """Wait until the watching thread has ended, so the child too. Its callbacks may still be waiting for the GUI
        thread.
        """
        self._watcher.join()

    def _stop_by(self, deadline_s: float) -> None:
        self._is_cancelled = True
        self._deadline_s = min(self._deadline_s, deadline_s)

    def _watch(self) -> None:
        """Run the child and report its end, also when it crashed or could not be started."""
        ended: tuple[str, Any, int | None]
        try:
            ended = self._run()
        except OSError as error:
            ended = ("unstarted", error, None)
        except Exception as bug:  # noqa: BLE001 - the same door: a function or an argument that cannot be sent
            diagnostics.note_crash(bug)
            ended = ("bug", bug, None)
        self._delivery.post(partial(self._arrive, *ended))

    def _run(self) -> tuple[str, Any, int | None]:
        """Run the child and return (outcome, value, exit code).

        Everything is created here and not on the GUI thread, because a spawn takes some 50 ms. Raises OSError when the
        system cannot start another process. Only a pipe is used: a semaphore would need a writable /dev/shm.
        """
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_child_main, args=(theirs,), daemon=True)
        try:
            with theirs:
                process.start()
            last = self._follow(ours, process)
        finally:
            ours.close()
        process.join()
        code = process.exitcode
        process.close()
        return (*last, code)

    def _follow(self, pipe: Connection, process: SpawnProcess) -> tuple[str, Any]:
        """Send the work and forward progress, until the child answers, ends, or must be killed."""
        was_asked = False
        try:
            pipe.send((self._fn, self._args, diagnostics.started_for()))
            self._args = ()  # a ticket among them holds keys
            while True:
                if self._is_cancelled and not was_asked:
                    was_asked = True
                    with contextlib.suppress(OSError):  # it has just ended; its answer is still in the pipe
                        pipe.send(_STOP)
                if time.monotonic() > self._deadline_s:
                    process.terminate()
                    break
                if not pipe.poll(_LOOK_S):
                    continue
                what, value = pipe.recv()
                if what != "progress":
                    return what, value
                self._delivery.post(partial(self._step, value))
        except (EOFError, OSError):
            pass
        return "gone", None

    def _step(self, step: tuple[int, int, str]) -> None:
        if self._on_progress is not None and not self._is_cancelled and is_alive(self._on_progress):
            self._on_progress(*step)

    def _arrive(self, what: str, value: Any, code: int | None) -> None:
        delivery = self._delivery
        self._on_gone(self)
        ended, ms = value.code if isinstance(value, KnownError) else what, diagnostics.since_ms(self._began)
        diagnostics.note(diagnostics.Event.CHILD_ENDED, code=ended, ms=ms, exit_code=code or 0)
        if what == "done":
            delivery.finish(value, self._on_done, tell=True)
        elif what == "cancelled" or self._is_cancelled:
            delivery.end()
            if self._on_cancelled is not None and is_alive(self._on_cancelled):
                self._on_cancelled()
        elif what == "failed":
            delivery.fail(value, self._on_failed)
        elif what == "crashed":
            delivery.crash(ChildCrashedError(value), self._on_failed)
        elif what == "bug":
            delivery.crash(value, self._on_failed)
        elif what == "unstarted":
            delivery.fail(Trouble("task.child_not_started", reason=value.strerror or ""), self._on_failed)
        else:
            delivery.fail(Trouble("task.child_ended", exit_code=code), self._on_failed)


def _child_main(pipe: Connection) -> None:
    """Run in the child process. The function arrives through the pipe, so nothing is on the command line."""
    keep_private()
    drop_environment(*STORE)

    def progress(done: int, total: int, text: str = "") -> None:
        # After the work, the pipe brings only the request to stop. It is never read, so every later call stops too.
        if pipe.poll():
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
        if isinstance(bug, UnicodeEncodeError) and (refusal := not_whole(bug)):  # text of a person or a file
            answer = ("failed", refusal)
        else:
            diagnostics.note_crash(bug)
            answer = ("crashed", diagnostics.places_of(bug))
    with contextlib.suppress(BrokenPipeError):  # the parent has ended and no longer listens
        pipe.send(answer)
    pipe.close()
