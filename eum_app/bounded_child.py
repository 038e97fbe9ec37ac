"""Child processes that read files of other parties: without keys, with little memory, and ended after a time.

A fault in a decoder is then one of the child, and a file that never ends is stopped. Requests and answers go
through pipes. The parent checks the form of answers: a child that was taken over must not take over the parent.
Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, TypeVar

from eum_app.hardening import child_environment

if sys.platform != "win32":
    import resource

Answer = TypeVar("Answer")

_PIPE_BYTES: Final = 1024 * 1024
_OWN_SECONDS: Final = 5
"""How much later a child ends itself, if its parent has gone and cannot end it."""


class ChildEndedError(Exception):
    """The child gave no answer. `is_late`: it was ended because its time was over. `is_stopped`: `stop` was called."""

    def __init__(self, *, is_late: bool = False, is_stopped: bool = False) -> None:
        super().__init__("bounded child")
        self.is_late, self.is_stopped = is_late, is_stopped


_asked: set[BoundedChild] = set()
"""Children that have a request now."""
_alive: set[BoundedChild] = set()
"""Children that were started and not ended yet."""


class BoundedChild:
    """One child process that runs an internal command of `eum`. Requests wait for each other.

    It is started by the first request, and again after it ended. While it waits for a request, it uses no processor
    time.
    """

    def __init__(self, command: str, *, is_long: bool = False) -> None:
        self._command = command
        self.is_long = is_long
        """Whether a request may take minutes, so that locking stops it (`stop_long_requests`)."""
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_late = self._is_stopped = False

    def ask(self, send: Callable[[IO[bytes]], None], receive: Callable[[IO[bytes]], Answer], seconds: float) -> Answer:
        """Write a request with `send`, read its answer with `receive`, and return it. Blocks the calling thread.

        `receive` raises EOFError or ValueError for an answer that is not whole or not allowed. Raises ChildEndedError
        after that, if `send` raises one of them, and if the child ends or needs longer than `seconds`: it is killed.
        Raises OSError if no process can be started. Any other error of `send` and `receive` ends the child and passes.
        """
        with self._turn:
            self._is_late = self._is_stopped = False
            process = self._started()
            _asked.add(self)
            assert process.stdin is not None
            assert process.stdout is not None
            timer = threading.Timer(seconds, self._end_late, (process,))
            timer.daemon = True
            timer.start()
            try:
                send(process.stdin)
                process.stdin.flush()
                return receive(process.stdout)
            except (EOFError, ValueError, OSError) as error:
                self._reap()
                raise ChildEndedError(is_late=self._is_late, is_stopped=self._is_stopped) from error
            except BaseException:  # Ctrl+C: the answer to this request must not be read as that to the next one
                self._reap()
                raise
            finally:
                timer.cancel()
                _asked.discard(self)

    def stop(self) -> None:
        """End the child now, also in the middle of a request, from any thread. The next request starts another."""
        process = self._process
        if process is not None:
            self._is_stopped = True
            _kill(process)

    def close(self) -> None:
        """End the child, and wait until it has gone."""
        self.stop()
        with self._turn:
            self._reap()

    @property
    def pid(self) -> int | None:
        """Number of the running process; None if there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._reap()
        try:
            self._process = self._begun(_PIPE_BYTES)
        except PermissionError:  # the system allows no pipe of this size, or the user has too many
            self._process = self._begun(-1)
        _alive.add(self)
        return self._process

    def _begun(self, pipe_bytes: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command_line(self._command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            pipesize=pipe_bytes,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            # Ctrl+C in a terminal reaches the parent alone, which then ends the child.
            start_new_session=True,
        )

    def _end_late(self, process: subprocess.Popen[bytes]) -> None:
        self._is_late = True
        _kill(process)

    def _reap(self) -> None:
        process, self._process = self._process, None
        _alive.discard(self)
        if process is None:
            return
        _kill(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not written yet is lost
                    pipe.close()
        process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a child and what it started: a process of its group would hold the pipes open."""
    if sys.platform == "win32":
        process.kill()
    elif process.returncode is None:  # else its number may be another process's by now
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def end_children() -> None:
    """End every child of this process, and wait until they have gone. The next request starts another."""
    for child in tuple(_alive):
        child.close()


def stop_long_requests() -> None:
    """End every request of this process that may take minutes, from any thread. Their callers say that it stopped."""
    for child in tuple(_asked):
        if child.is_long:
            child.stop()


def command_line(command: str) -> list[str]:
    """Return the arguments that start an internal command of this program."""
    # A frozen app has no separate Python: its own executable runs the command.
    if getattr(sys, "frozen", False):
        return [sys.executable, command]
    return [sys.executable, "-P", "-m", "eum_app", command]


def _environment() -> dict[str, str]:
    """Return the environment of a child: what Python and Qt need, and where the app is."""
    kept = child_environment()
    if not getattr(sys, "frozen", False):
        root = str(Path(__file__).resolve().parents[1])
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH"))))
    return kept


def answer_each(serve: Callable[[IO[bytes], IO[bytes]], bool]) -> int:
    """In the child: call `serve(requests, answers)` until it returns False or the parent has gone; return 0.

    Anything that a library prints goes nowhere, so that it cannot be taken for an answer. EOFError and BrokenPipeError
    of `serve` mean that the parent has gone; its other errors pass.
    """
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    try:
        while serve(requests, answers):
            answers.flush()
    except (BrokenPipeError, EOFError):
        pass
    with contextlib.suppress(OSError):
        answers.close()
    return 0


def read_whole(stream: IO[bytes], count: int) -> bytes:
    """Read exactly `count` bytes. Raises EOFError if the stream ends before."""
    data = stream.read(count)
    if len(data) != count:
        raise EOFError
    return data


def limit_memory(spare_bytes: int) -> None:
    """In the child: let this process take `spare_bytes` more than it has now, and write no file.

    The memory is limited on Linux only, where /proc tells how much there is; writing is not forbidden on Windows.

    Call it when the libraries are loaded.
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(OSError, ValueError):  # no /proc, or a lower limit already
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + spare_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """In the child: end this process if the block takes longer than `seconds`, also inside a library.

    It has 5 s more: the parent ends it sooner, unless the parent itself was killed. Call it in the main thread. Does
    nothing on Windows.
    """
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + _OWN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
