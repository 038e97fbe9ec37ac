"""One target under libFuzzer: `python -m tests.fuzz.worker TARGET CORPUS FOLDER SECONDS`; ends with its exit code."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from pathlib import Path
from typing import Final

import atheris

HANG_S: Final = 60
"""An input that takes longer is a hang; on a busy machine, an honest one takes a few seconds at most."""
MEMORY_MB: Final = 1_536
"""More than this in the process is a bug; with all modules instrumented, it starts with about 400."""


def main(name: str, corpus: Path, folder: Path, seconds: int) -> None:
    """Run a target on its seeds and on what earlier runs found, then on mutations, for `seconds`.

    `folder` is empty; libFuzzer ends the process itself, so the caller removes it.
    """
    os.environ["EUM_STATE"] = str(folder)
    with atheris.instrument_imports(
        include=["eum_app", "db", "sync", "openpyxl", "pypdf"], enable_loader_override=False
    ):
        targets = importlib.import_module("tests.fuzz.targets")
    target = targets.TARGETS[name](folder)
    seeds = folder / "seeds"
    seeds.mkdir()
    for seed in target.seeds:
        (seeds / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = folder / "words"
    words.write_text("\n".join(_quoted(word) for word in target.words), "ascii")
    for place in ("found", "bad"):
        (corpus / name / place).mkdir(parents=True, exist_ok=True)
    found, bad = corpus / name / "found", corpus / name / "bad"
    options = {
        "max_total_time": seconds,
        "timeout": HANG_S,
        "rss_limit_mb": MEMORY_MB,
        "max_len": target.max_bytes,
        "dict": words,
        "artifact_prefix": f"{bad}/",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(found), str(seeds)],
        lambda data: target.run(data) and None,
    )
    atheris.Fuzz()


def _quoted(word: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"'


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
