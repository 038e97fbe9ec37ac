"""Cold start to the unlock page: the frozen app against the app from source, in turn. `make bench-frozen`.

Whole processes, from their start to the first paint. As root on Linux the system's file cache is dropped before each
start; elsewhere only memory is cold, and the output says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from eum_app.cli.first_paint import PAINTED
from eum_app.cli.process import FIRST_PAINT
from tests.benchmarks.ratios import Ratio
from tests.builders import Clock, make_store

BOUND = 1.5
REPEATS = 9
_DROP_CACHES = Path("/proc/sys/vm/drop_caches")


def measure(frozen: Path, folder: Path, *, drop_caches: bool, repeats: int = REPEATS) -> Ratio:
    """`frozen` is the program of a frozen folder, `folder` an empty one for a store."""
    session = make_store(folder / "store", "field", "FLD-0042", Clock())
    session.close()
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", EUM_STORE=str(session.store.folder))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as people run it
    programs = ([str(frozen)], [sys.executable, "-m", "eum_app"])
    for program in programs:  # not counted: modules are compiled
        painted_ms(program, environment, drop_caches=False)
    pairs = [
        [painted_ms(program, environment, drop_caches=drop_caches) for program in programs] for _ in range(repeats)
    ]
    ours, source = zip(*pairs, strict=True)
    return Ratio("frozen app, unlock page shown", "the app from source", BOUND, ours, source)


def painted_ms(program: list[str], environment: dict[str, str], *, drop_caches: bool) -> float:
    """Milliseconds from the start of a process to the first paint of its window."""
    if drop_caches:
        os.sync()
        _DROP_CACHES.write_text("3")
    started = time.perf_counter()
    done = subprocess.run([*program, FIRST_PAINT], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    taken_ms = (time.perf_counter() - started) * 1000
    assert done.stdout == f"{PAINTED}offscreen\n", done.stdout
    return taken_ms


def main(frozen: Path) -> int:
    """Measure with warm and, where that is allowed, with cold files; exit code 1 where the bound is not held."""
    from rich.console import Console

    console = Console()
    is_held = True
    for drop_caches in [False, True] if os.access(_DROP_CACHES, os.W_OK) else [False]:
        with tempfile.TemporaryDirectory(prefix="eum-bench-") as folder:
            found = measure(frozen, Path(folder), drop_caches=drop_caches)
        figures = found.as_figures()
        files = "cold" if drop_caches else "warm"
        console.print(
            f"{found.name}, {files} files: {figures['ours_median']:.0f} ms against {figures['bare_median']:.0f} ms "
            f"from source; ratio {found.median:.2f} (at most {BOUND})"
        )
        is_held = is_held and found.is_held
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
