"""Marks, gaps and pauses of hand scanners, for the collector and for real windows."""

from __future__ import annotations

import json
import os
from pathlib import Path

_HERE = Path(__file__).resolve()
_SHARED = _HERE.parents[1].parent / "shared" / "data" / "marks.json"
MARKS: tuple[str, ...] = tuple(
    dict.fromkeys(
        one["data"]
        for file in (_HERE.parent / "data" / "marks.json", _SHARED)
        if file.is_file()
        for one in json.loads(file.read_text("utf-8"))
    )
)
"""The marks of the sample in this project, and of the shared one where it is present."""
SHORT_MARKS = ("A", "7", "N7", "YN", "YYY", "A123", "0042A", "NXO")
GAPS_MS = range(1, 121)
_IS_FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
PAUSED_GAPS_MS = frozenset(GAPS_MS if _IS_FUZZ else (1, 2, 11, 21, 31, 41, *range(47, 54), 61, 81, 101, 119, 120))
"""The gaps of scans that also pause: all for `make fuzz`, otherwise some, and those around the bound of 50 ms."""
PAUSES_MS = (60, 80, 150, 250)
