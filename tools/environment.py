"""Install a lock into the virtual environment: `python tools/environment.py FOLDER LOCK STAMP [--app]`.

The Makefile runs it with the system's Python. An environment whose set-up was stopped halfway is made again: pip takes
a package for installed when it finds its metadata, and an environment that lost half of pip cannot repair itself. A
second set-up in the same clone waits for the first. Only the standard library is used.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

UNFINISHED = "unfinished"
"""File in an environment that was made here, as long as packages are being installed."""
# Wheels only: no set-up code of a package runs. Without byte code of modules that are never imported: 44 MiB less.
LOCKED = ("install", "--quiet", "--no-compile", "--only-binary=:all:", "--require-hashes")
# With these, pip would install into another place, or nothing; or load other packages than those of the environment.
UNSET = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "PIP_PYTHON", "PYTHONPATH", "PYTHONHOME"}


class StoppedError(Exception):
    """The set-up cannot go on; the text says why."""


def main(arguments: list[str]) -> int:
    """Return 0 when everything is installed and `STAMP` in the folder is new, else 1 with a reason; 130 for Ctrl+C.

    `arguments` are FOLDER, LOCK and STAMP; raises ValueError for fewer.
    """
    folder, lock, stamp, *options = arguments
    try:
        set_up(Path(folder), Path(lock), stamp, is_app="--app" in options)
    except (StoppedError, OSError) as error:
        print(f"Set-up stopped: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def set_up(folder: Path, lock: Path, stamp: str, *, is_app: bool) -> None:
    """Install the packages of `lock`. With `is_app` also the project, and then remove pip and setuptools.

    The project is the current folder; it is left out if that cannot be written. Waits for another set-up in this
    folder, and does nothing if that one has just finished. An environment that was left unfinished is cleared and made
    again. Raises StoppedError if pip fails, or if the folder holds something else than an environment; OSError.
    """
    started = time.time()
    with _alone(lock):
        done = folder / stamp
        if done.is_file() and done.stat().st_mtime > started:
            return  # by the set-up that this one waited for
        _begin(folder)
        print(f"Installing the packages of {lock} into {folder}", flush=True)  # noqa: T201
        _pip(folder, *LOCKED, "-r", str(lock))
        if is_app and os.access(".", os.W_OK):
            _pip(folder, "install", "--quiet", "--no-compile", "--no-deps", "--no-build-isolation", "-e", ".")
        if is_app:
            _pip(folder, "uninstall", "--quiet", "--yes", "setuptools", "pip")
        (folder / UNFINISHED).unlink(missing_ok=True)
        done.touch()


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("rb") as file:
        if sys.platform != "win32":
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Waiting for another set-up in this folder", flush=True)  # noqa: T201
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError:
                pass  # a file system without locks
        yield


def _begin(folder: Path) -> None:
    """Make the environment, or get pip back into one that is there. A person's own is never cleared."""
    unfinished, is_ours = folder / UNFINISHED, (folder / "ready").exists()
    if unfinished.exists():
        print(f"The last set-up was stopped halfway: making {folder} again", flush=True)  # noqa: T201
        _make(folder, "--clear")
    elif not _has_pip(folder):
        if not is_ours and folder.is_dir() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").is_file():
            raise StoppedError(f"{folder} is not a virtual environment. Name a new folder with VENV=")
        _make(folder, *(["--clear"] if is_ours else []))
    elif not is_ours:
        return
    unfinished.touch()


def _make(folder: Path, *options: str) -> None:
    _run([sys.executable, "-m", "venv", *options, str(folder)])
    if not _has_pip(folder):
        raise StoppedError(f"pip does not work in {folder}. Remove that folder and run make again")


def _has_pip(folder: Path) -> bool:
    """Return whether pip works there. If Python can install it without a network, it does."""
    program = str(_python(folder))
    for module in ("pip", "ensurepip", "pip"):
        with contextlib.suppress(OSError):
            command = [program, "-m", module, *(["--version"] if module == "pip" else [])]
            done = subprocess.run(command, env=_environment(), capture_output=True, check=False)
            if module == "pip" and done.returncode == 0:
                return True
    return False


def _pip(folder: Path, *words: str) -> None:
    _run([str(_python(folder)), "-m", "pip", "--disable-pip-version-check", *words])


def _run(command: list[str]) -> None:
    if subprocess.run(command, env=_environment(), check=False).returncode:
        raise StoppedError(f"this failed: {' '.join(command)}")


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in UNSET}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
