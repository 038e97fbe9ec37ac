"""Diagnostics: a log for support that holds event codes, numbers, durations and versions, and never content.

Every record goes through an allow-list:

- `note` takes an `Event`, the code of a known failure, and the numbers named in `Numbers`. mypy refuses anything else;
  at run time anything else is dropped.
- A crash is written as exception types and places (`file:line:function`), without message, values or locals.
- A record that a library sends through `logging` is reduced to logger name, level and place.
- A Python warning is reduced to type and place.

The file is beside the store, not in it: `store.log`, with up to three older ones. It is opened for each record, so that
the windows, child processes and commands can share it. A full or read-only disk silences it; it never disturbs work.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypedDict, Unpack

from eum_app.domain.errors import KnownError, Trouble

MAX_BYTES: Final = 256 * 1024
OLDER: Final = 3
"""Older files kept beside the newest one: 1 MiB in total."""
# An endless recursion has 1,000 frames; one crash must not fill the file.
_MAX_PLACES, _MAX_CAUSES, _MAX_CRASHES = 40, 5, 100

_ROOT = Path(__file__).resolve().parent.parent
_CODE = re.compile(r"[a-z][a-z0-9_]{0,40}(\.[a-z0-9_]{1,40}){0,3}")
_WORD = re.compile(r"[A-Za-z0-9_.<>-]{1,80}")
_FILE = re.compile(r"[A-Za-z0-9_./<>-]{1,200}")


class Event(StrEnum):
    """Every event that is noted. A new event is a new member."""

    STARTED = "app.started"
    ENDED = "app.ended"
    COMMAND = "command.ended"
    STORE_CREATED = "store.created"
    STORE_OPENED = "store.opened"
    STORE_UPGRADED = "store.upgraded"
    STORE_REBUILT = "store.rebuilt"
    STORE_CHECKED = "store.checked"
    BACKED_UP = "backup.made"
    RESTORED = "backup.restored"
    IMPORTED = "import.bundles"
    IMPORTED_BUNDLE = "import.bundle"
    IMPORTED_LIST = "import.list"
    LIST_ROWS = "import.list_rows"
    SEALED = "bundle.sealed"
    VAULT = "vault.not_kept_up"
    EXPORTED = "report.exported"
    TASK_FAILED = "task.failed"
    TASK_SLOW = "task.slow"
    WRITE_SLOW = "write.slow"
    CHILD_ENDED = "child.ended"
    CRASH = "crash"


class Numbers(TypedDict, total=False):
    """The numbers that a record may hold."""

    ms: int
    rows: int
    entries: int
    findings: int
    accepted: int
    rejected: int
    exit_code: int


@dataclass(frozen=True)
class _Entry:
    """Our part of a log record: text that passed the allow-list, and the lines of a crash."""

    head: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Running:
    """State of `start`: the store it writes for, and the function that undoes it."""

    store_folder: Path
    end: Callable[[], None]


_LOG = logging.getLogger("eum")
_LOG.addHandler(logging.NullHandler())  # without a file, nothing goes to standard error either
_VERSIONS: Final = ("app", "python", "qt", "system")
_running: list[_Running] = []
_crashes: Counter[tuple[str, ...]] = Counter()
_counting = threading.Lock()


def note(event: Event, *, code: str = "", level: int = logging.INFO, **numbers: Unpack[Numbers]) -> None:
    """Write one event; nothing before `start`. Never raises for the disk.

    `code` is that of a `KnownError` or of an outcome; any other text becomes `unknown`.
    """
    if not _LOG.isEnabledFor(level):
        return
    parts = [Event(event).value]
    if code:
        parts.append(f"code={code if _CODE.fullmatch(code) else 'unknown'}")
    allowed = Numbers.__annotations__
    parts += [f"{name}={value}" for name, value in numbers.items() if name in allowed and _is_number(value)]
    _send(level, event.value, _Entry(" ".join(parts)))


def note_versions(**versions: str) -> None:
    """Write the start of the app with the versions named `app`, `python`, `qt` and `system`."""
    known = [(name, versions[name]) for name in _VERSIONS if name in versions]
    said = [f"{name}={text if _WORD.fullmatch(text) else 'unknown'}" for name, text in known]
    _send(logging.INFO, Event.STARTED.value, _Entry(" ".join([Event.STARTED.value, *said])))


def note_crash(bug: BaseException) -> None:
    """Write a bug: types and places only.

    The same bug is written the 1st, 10th, 100th … time: one in a paint event comes with each frame, and would push
    everything else out of the file. After 100 different bugs the counts begin again.
    """
    lines = tuple(places_of(bug))
    with _counting:
        if len(_crashes) >= _MAX_CRASHES:
            _crashes.clear()
        _crashes[lines] += 1
        times = _crashes[lines]
    if times == 1 or str(times).strip("0") == "1":
        _send(logging.ERROR, Event.CRASH.value, _Entry(f"{Event.CRASH.value} times={times}", lines))


@contextlib.contextmanager
def timed(event: Event, *, at_least_ms: int = 0) -> Iterator[Numbers]:
    """Note `event` with its duration at the end of the block, and with what the block puts into the numbers.

    A failure is noted with its code, any other exception with its type as a code (`value_error`); both are raised
    again. Success under `at_least_ms` is not noted.
    """
    began, numbers = time.monotonic(), Numbers()
    code, level = "", logging.INFO
    try:
        yield numbers
    except KnownError as error:
        code, level = error.code, logging.WARNING if isinstance(error, Trouble) else logging.INFO
        raise
    except Exception as error:
        code, level = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower(), logging.WARNING
        raise
    finally:
        numbers["ms"] = since_ms(began)
        if code or numbers["ms"] >= at_least_ms:
            note(event, code=code, level=level, **numbers)


def since_ms(began_s: float) -> int:
    """Return the milliseconds since an instant of `time.monotonic`."""
    return round((time.monotonic() - began_s) * 1000)


def places_of(bug: BaseException) -> list[str]:
    """Return the exception's type, then `  file:line:function` of each frame, innermost last; causes come first.

    At most the last 5 exceptions of a chain, and the innermost 40 frames of each. Paths are relative to the project or
    to site-packages, so that no name of a person's folder is in them. A bug of a child process brings the lines that
    were made there (`crash_lines`).
    """
    if lines := getattr(bug, "crash_lines", None):
        return [*lines]
    chain: list[BaseException] = []
    one: BaseException | None = bug
    while one is not None and one not in chain and len(chain) < _MAX_CAUSES:
        chain.insert(0, one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return [line for error in chain for line in (_word(type(error).__qualname__), *_places(error.__traceback__))]


def log_path(store_folder: Path) -> Path:
    """Return the path of the newest file, beside the store's folder."""
    store_folder = store_folder.absolute()
    return store_folder.with_name(f"{store_folder.name}.log")


def log_files(store_folder: Path) -> list[Path]:
    """List the files of a store's log that exist, oldest first."""
    newest = log_path(store_folder)
    return [path for path in (*(_older(newest, n) for n in range(OLDER, 0, -1)), newest) if path.is_file()]


def started_for() -> Path | None:
    """Return the store folder whose log is written to; None before `start`."""
    return _running[-1].store_folder if _running else None


def start(store_folder: Path) -> None:
    """Write to the log beside this store from now on, and note crashes that nothing else catches.

    The hooks for exceptions and warnings of this process are replaced until `stop`. Called again, it changes to the
    other store's file. Nothing is created until the first record.
    """
    stop()
    _crashes.clear()
    handler = _shared_file(log_path(store_folder))
    root, previous = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    level, showwarning = _LOG.level, warnings.showwarning

    def uncaught(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            note_crash(bug)
        if previous[0] is sys.__excepthook__:
            print_places(bug)
        else:
            previous[0](kind, bug, trace)

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            note_crash(args.exc_value)
        if previous[1] is threading.__excepthook__:
            print_places(args.exc_value)
        else:
            previous[1](args)

    def unraisable(args: Any) -> None:
        if args.exc_value is not None:
            note_crash(args.exc_value)
        if previous[2] is sys.__unraisablehook__:
            print_places(args.exc_value)
        else:
            previous[2](args)

    def warned(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, *_given: Any, **_named: Any
    ) -> None:
        # A library may quote a cell in its warning, and Python's own function prints it.
        _send(
            logging.WARNING,
            "warning",
            _Entry(f"warning type={_word(category.__qualname__)} at={_place(filename, lineno, '-')}"),
        )

    def end() -> None:
        root.removeHandler(handler)
        handler.close()
        _LOG.setLevel(level)
        warnings.showwarning = showwarning
        sys.excepthook, threading.excepthook, sys.unraisablehook = previous

    root.addHandler(handler)
    warnings.showwarning = warned
    _LOG.setLevel(logging.INFO)
    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, uncaught_in_thread, unraisable
    _running.append(_Running(store_folder, end))


def print_places(bug: BaseException | None) -> None:
    """Print types and places to standard error; nothing for None.

    Python's own hooks would print the message too, and desktops log standard error.
    """
    if bug is not None and sys.stderr is not None:
        sys.stderr.write("\n".join([*places_of(bug), ""]))


def stop() -> None:
    """Stop writing, and put the hooks back."""
    while _running:
        _running.pop().end()


def discard(store_folder: Path) -> None:
    """Remove a store's log, older files too, as far as the disk allows. The next record begins a new one."""
    for path in log_files(store_folder):
        with contextlib.suppress(OSError):
            path.unlink()


# Inside


class AllowList(logging.Formatter):
    """Format our own records as they are, and any other record as logger name, level and place.

    The record's message is never asked for, because that would run code of the arguments.
    """

    def format(self, record: logging.LogRecord) -> str:
        entry = getattr(record, "eum_entry", None)
        if not isinstance(entry, _Entry):
            place = _place(record.pathname, record.lineno, record.funcName or "")
            bug = record.exc_info[1] if record.exc_info else None
            lines = tuple(places_of(bug)) if bug is not None else ()
            entry = _Entry(f"library name={_word(record.name)} at={place}", lines)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        head = f"{at} {logging.getLevelName(record.levelno)} pid={os.getpid()} {entry.head}"
        return "\n".join([head, *(f"    {line}" for line in entry.lines)])


def _shared_file(path: Path) -> logging.Handler:
    """Return a rotating file that is not held open between records: on Windows no other process could rotate it."""
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415 - sockets and pickle, not before the first paint

    class SharedFile(RotatingFileHandler):
        def _open(self) -> TextIOWrapper:
            """Open the file, but not through a link, which others could place beside a store on a stick or a share."""
            # RotatingFileHandler is documented to open its file here.
            return open(self.baseFilename, "a", encoding="utf-8", opener=_open_plain)

        def emit(self, record: logging.LogRecord) -> None:
            super().emit(record)
            with contextlib.suppress(OSError):
                self.close()

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
            """Stay silent: the base class would print the record's arguments."""

    handler = SharedFile(path, maxBytes=MAX_BYTES, backupCount=OLDER, encoding="utf-8", delay=True)
    handler.setFormatter(AllowList())
    return handler


def _open_plain(path: str, flags: int) -> int:
    never = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # nor wait for the reader of a pipe
    return os.open(path, flags | never, 0o600)


def _send(level: int, event: str, entry: _Entry) -> None:
    _LOG.log(level, event, extra={"eum_entry": entry})


def _older(newest: Path, number: int) -> Path:
    return newest.with_name(f"{newest.name}.{number}")


def _is_number(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def _word(text: str) -> str:
    return text if _WORD.fullmatch(text) else "unknown"


def _places(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"  {_place(code.co_filename, trace.tb_lineno, code.co_qualname)}")
        trace = trace.tb_next
    return frames[-_MAX_PLACES:]


def _place(file: str, line: int, function: str) -> str:
    path = Path(file)
    if path.is_relative_to(_ROOT):
        path = path.relative_to(_ROOT)
    if "site-packages" in path.parts:
        path = Path(*path.parts[path.parts.index("site-packages") + 1 :])
    if path.is_absolute():
        path = Path(path.name)
    shown = path.as_posix()
    return f"{shown if _FILE.fullmatch(shown) else 'unknown'}:{line}:{_word(function)}"
