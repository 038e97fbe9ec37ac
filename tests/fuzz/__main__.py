"""Guided fuzzing: `python -m tests.fuzz SECONDS [TARGET …]`. Each target gets an equal share of the seconds.

What a run finds on its way is kept in `build/fuzz`, and the next run begins with it. An input that fails stays in
`build/fuzz/TARGET/bad`; its bytes belong into a regression test in tests/faults.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from tests.fuzz.targets import TARGETS

_CORPUS: Final = Path("build") / "fuzz"
_STARTING_S: Final = 600
"""For set-up, the seeds and the last input, on a busy machine. A worker that takes longer is stuck."""


def main(arguments: list[str]) -> int:
    """Return 0 if every target only refused, 1 if one failed, hung or took too much memory."""
    console = Console()
    if importlib.util.find_spec("atheris") is None:
        console.print("atheris has no wheel for this Python or machine: no guided fuzzing here.")
        return 0
    seconds = int(arguments[0])
    names = arguments[1:] or list(TARGETS)
    share = max(1, seconds // len(names))
    failed = [name for name in names if not _holds(console, name, share)]
    return 1 if failed else 0


def _holds(console: Console, name: str, seconds: int) -> bool:
    log = _CORPUS / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # thousands of small files a second
    with log.open("wb") as out, tempfile.TemporaryDirectory(prefix="eum-fuzz-", dir=memory) as folder:
        code = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.worker", name, str(_CORPUS), folder, str(seconds)],
            stdout=out,
            stderr=subprocess.STDOUT,
            timeout=seconds + _STARTING_S,
            check=False,
        ).returncode
    text = log.read_text("utf-8", "replace")
    tried = re.search(r"number_of_executed_units: (\d+)", text)
    covered = re.findall(r"cov: (\d+)", text)
    console.print(
        f"{name}: {'refusals only' if code == 0 else f'FAILED, exit code {code}, see {log}'};"
        f" {tried[1] if tried else '?'} inputs, {covered[-1] if covered else '?'} places covered"
    )
    return code == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
