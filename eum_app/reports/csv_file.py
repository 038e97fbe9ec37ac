"""CSV per RFC 4180, safe to open in a spreadsheet, and counted again after writing."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """`cell`, with an apostrophe before what a spreadsheet would run as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def write_csv(file: BinaryIO, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write UTF-8 CSV with CRLF to a binary file; returns the number of rows below the heading."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    count = 0
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


def read_back(path: Path) -> tuple[int, str]:
    """(rows below the heading, hex SHA-384) of a CSV file as it lies on the disk."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha384").hexdigest()
    with path.open(encoding="utf-8", newline="") as text:
        rows = sum(1 for _ in csv.reader(text, strict=True)) - 1
    return rows, digest
