"""Marks, gaps and pauses of hand scanners, for the collector and for real windows."""

from __future__ import annotations

import json
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
PAUSES_MS = (60, 80, 150, 250)
