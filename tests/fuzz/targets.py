"""The registry of fuzz targets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.fuzz.admission import admission
from tests.fuzz.bundles import bundles
from tests.fuzz.lists import csv_lists, workbooks
from tests.fuzz.marks import marks
from tests.fuzz.target import Target
from tests.fuzz.verify import verify

TARGETS: Final[dict[str, Callable[[Path], Target]]] = {
    "bundles": bundles,
    "admission": admission,
    "marks": marks,
    "csv": csv_lists,
    "workbooks": workbooks,
    "verify": verify,
}
"""Each target by its name; the function makes its parts in an empty folder."""
