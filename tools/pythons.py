"""Run set-up, checks and unit tests on other Pythons of this machine: `make matrix`, `make second`.

`make matrix` uses every CPython of a supported version that it finds (or those in PYTHONS), prints a table and ends
with 1 if a step failed on one. `make second` uses the newest with another version than the caller's, and skips lint.
Each Python gets a separate environment in build/pythons. Only the standard library is used.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.machine import PYTHONS

ENVIRONMENTS = Path("build", "pythons")
_PROBE = (
    "import importlib.util, json, sys;"
    "print(json.dumps([sys.implementation.name, sys.version_info[:3], bool(importlib.util.find_spec('ensurepip'))]))"
)


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs. `has_venv` is False if Debian's package python3.x-venv is missing."""

    path: str
    version: tuple[int, int, int]
    has_venv: bool

    @property
    def name(self) -> str:
        """The full version, such as 3.13.0."""
        return ".".join(map(str, self.version))


def main(arguments: list[str]) -> int:
    """Return 0 if every step passed, 1 if one failed, 2 if PYTHONS names one that cannot be used.

    Without any Python it returns 1; with `--second`, 0 if there is no other.
    """
    try:
        named = shlex.split(os.environ.get("PYTHONS", ""))
    except ValueError:
        _say("PYTHONS: a quote is not closed; quote each path as in a shell")
        return 2
    found = {path: _probed(path) for path in named or _places()}
    unusable = [path for path in named if found[path] is None]
    if unusable:
        _say(f"PYTHONS: not a CPython 3.11 to 3.14 that runs: {', '.join(unusable)}")
        return 2
    by_version: dict[tuple[int, int, int], Interpreter] = {}
    for one in found.values():
        if one is not None:
            by_version.setdefault(one.version, one)
    interpreters = [by_version[version] for version in sorted(by_version)]
    return _second(interpreters) if "--second" in arguments else _matrix(interpreters)


def _places() -> Iterator[str]:
    """Yield paths where a Python may be: on PATH, and those of Debian, pyenv and uv."""
    names = [f"python3.{minor}" for minor in range(PYTHONS[0][1], PYTHONS[1][1])]
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/usr/bin", "/usr/local/bin"]
    yield from (str(Path(folder, name)) for name in names for folder in folders if folder)
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where a user has none
    homes = {
        Path(os.environ.get("PYENV_ROOT") or home / ".pyenv", "versions"),
        Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local" / "share" / "uv" / "python"),
    }
    yield from (str(path) for home in sorted(homes) for path in sorted(home.glob("*/bin/python3")))


def _probed(path: str) -> Interpreter | None:
    """Return the interpreter; None if it does not run (pyenv's shims of other versions) or is not supported."""
    try:
        answer = subprocess.run([path, "-I", "-c", _PROBE], capture_output=True, text=True, check=True, timeout=60)
        kind, version, has_venv = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if kind != "cpython" or not PYTHONS[0] <= tuple(version[:2]) < PYTHONS[1]:
        return None
    return Interpreter(path, tuple(version), has_venv)


def _matrix(interpreters: list[Interpreter]) -> int:
    steps = ("setup", "check", "unit")
    rows = [(one, _run(one, steps)) for one in interpreters]
    _say(f"\n{'Python':<9}{'set-up':>10}{'checks':>10}{'unit tests':>12}   interpreter")
    for one, results in rows:
        setup, check, unit = (*results, *["-"] * (len(steps) - len(results)))
        _say(f"{one.name:<9}{setup:>10}{check:>10}{unit:>12}   {one.path}")
    if not rows:
        _say("no CPython 3.11 to 3.14 found")
    return int(not rows or any("FAILED" in results for _, results in rows))


def _second(interpreters: list[Interpreter]) -> int:
    others = [one for one in interpreters if one.version[:2] != sys.version_info[:2] and one.has_venv]
    if not others:
        _say("No second Python on this machine: nothing to do.")
        return 0
    return int("FAILED" in _run(others[-1], ("setup", "types", "unit")))


def _run(one: Interpreter, steps: tuple[str, ...]) -> list[str]:
    """Run these make targets in the interpreter's environment until one fails.

    Return the seconds of each, or FAILED.
    """
    environment = ENVIRONMENTS / one.name
    variables = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    variables["MYPY_CACHE_DIR"] = str(environment / "mypy-cache")  # a shared one would be rebuilt for each
    results: list[str] = []
    for step in steps:
        _say(f"\nPython {one.name}: {step}")
        started = time.monotonic()
        make = ["make", "--no-print-directory", step, f"PYTHON={one.path}", f"VENV={environment}"]
        if subprocess.run(make, env=variables, check=False).returncode:
            return [*results, "FAILED"]
        results.append(f"{time.monotonic() - started:.0f} s")
    return results


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
