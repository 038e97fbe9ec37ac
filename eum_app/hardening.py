"""First steps of a process, so that other programs of this machine see less of it.

Standard library only: it runs before everything else, also in child processes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import resource

_PR_SET_DUMPABLE: Final = 4  # linux/prctl.h; Python has no binding for prctl
_ENV_START: Final = 47
_ENV_END: Final = 48
"""Places of env_start and env_end in /proc/PID/stat behind the name of the program (proc_pid_stat(5): 50 and 51)."""


_KEPT: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TMP", "TEMP"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
        *("NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "XDG_RUNTIME_DIR"),
    }
)
_KEPT_BEGINNINGS: Final = ("LC_", "PYTHON", "QT_", "_PYI_")
"""Locale, Python, Qt, and the loader of a frozen app."""
DISPLAY: Final = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_", "DBUS_SESSION_BUS_ADDRESS")
"""Beginnings of names that a child needs besides if it opens a window."""
STORE: Final = ("EUM_STATE", "PG")
"""Beginnings of names that a child needs besides if it opens a store: its state folder, and settings of libpq."""


def child_environment(*also: str) -> dict[str, str]:
    """Return the environment for a child process: only what Python, Qt and the locale need.

    Variables whose names begin with one of `also` are kept too. Anything else may be a secret of another program.
    """
    beginnings = (*_KEPT_BEGINNINGS, *also)
    return {name: value for name, value in os.environ.items() if name.upper() in _KEPT or name.startswith(beginnings)}


def drop_environment(*also: str) -> None:
    """In a child that inherited everything: keep what `child_environment` keeps, and overwrite the rest."""
    kept = child_environment(*also)
    dropped = [name for name in os.environ if name not in kept]
    for name in dropped:
        del os.environ[name]
    wipe_environment(dropped)


def keep_private() -> None:
    """Make new files readable by their owner only, and leave no memory behind when the process crashes.

    On Linux, other programs of the same person can then neither attach to the process nor read its environment.
    """
    os.umask(0o077)
    if sys.platform != "win32":
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def wipe_environment(names: Iterable[str]) -> None:
    """Overwrite the values of environment variables as the process got them: /proc/PID/environ shows that memory.

    Call it when the values have been copied and taken out of `os.environ`. Does nothing where there is no /proc.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
        start, end = int(fields[_ENV_START]), int(fields[_ENV_END])
        if not 0 < start < end:
            return
        block, wanted = ctypes.string_at(start, end - start), {name.encode() for name in names}
        place = 0
        for variable in block.split(b"\0"):
            name, _, value = variable.partition(b"=")
            if name in wanted:
                ctypes.memset(start + place + len(name) + 1, 0, len(value))
            place += len(variable) + 1
