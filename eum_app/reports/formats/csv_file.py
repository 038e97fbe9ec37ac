"""CSV per RFC 4180, safe to open in a spreadsheet. One file for each table; the cover is in the sidecar.

A file begins with UTF-8's byte order mark. Without it, a spreadsheet on Windows reads the file in its own code page,
and shows other names than the report states. A marking line above the heading would break every CSV reader. So the
marking is in the sidecar and the other formats.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from eum_app.reports.model import Document, Part

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_OTHER_SEPARATORS: Final = (";", "\t")
"""A spreadsheet splits cells at these where the language of its machine, or a person, says so."""
_SPLIT_OFF: Final = re.compile(r"(?<=[;\t\r\n])(?=[=+\-@])")
"""Places inside a cell where a spreadsheet with another separator begins a cell, which it would run."""
_RISKY: Final = ("=", "+", "@", *_OTHER_SEPARATORS, ",-", "\n-", "\r-", '"-', '"\r')
"""If CSV text contains none of these, no cell in it except the first can begin with one of `_FORMULA_STARTS`, and none
holds another separator."""
BLOCK_ROWS: Final = 1_000
csv.field_size_limit(2**31 - 1)
"""The default is 131,072 characters, and the payload of one entry of a journal may be longer. The limit belongs to the
process, so every module that reads CSV sets the same one; the readers of lists have lower limits."""


def guarded(cell: str) -> str:
    """Return `cell`, with an apostrophe in front if a spreadsheet would run it as a formula (OWASP, CSV injection).

    Negative numbers get one too. So does text after a `;`, a tab or a line break in the cell: a spreadsheet that
    separates cells by `;` heeds quotes only at the beginning of a line, and begins a cell there.
    """
    kept = _SPLIT_OFF.sub("'", cell)
    return f"'{kept}" if kept.startswith(_FORMULA_STARTS) else kept


def write_csv(file: BinaryIO, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write UTF-8 CSV with CRLF line ends, and no byte order mark, to a binary file.

    Headings and cells that look like formulas are `guarded`. A row with a `;` or a tab in a cell is quoted as a whole,
    so that no program takes one of these for the file's separator.
    """
    file.write(_guarded_text([heading]).encode())
    rows = iter(rows)
    while block := list(islice(rows, BLOCK_ROWS)):
        text = _text(block)
        # One search through 1,000 rows is far faster than one for each cell, and nearly every block passes.
        if text.startswith("-") or any(start in text for start in _RISKY):
            text = _guarded_text(block)
        file.write(text.encode())


def _guarded_text(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    plain = csv.writer(text, lineterminator="\r\n")
    quoted = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        cells = [guarded(cell) for cell in row]
        is_split = any(separator in cell for cell in cells for separator in _OTHER_SEPARATORS)
        (quoted if is_split else plain).writerow(cells)
    return text.getvalue()


def _text(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def write(report: Document, folder: Path, name: str) -> list[Part]:
    """Write each table into `folder`: the first as `name`, the others as `<stem>.<table>.csv`. Return the files.

    Existing files are replaced. Raises OSError, after which partial files stay.
    """
    _, *others = report.tables
    parts = [Part(name), *[Part(f"{Path(name).stem}.{table.name}.csv", holds_rows=False) for table in others]]
    for table, part in zip(report.tables, parts, strict=True):
        with (folder / part.name).open("wb") as file:
            file.write(codecs.BOM_UTF8)
            write_csv(file, table.headings, table.rows)
    return parts


def count_rows(path: Path) -> int:
    """Count the rows below the heading in a CSV file; -1 for an empty file.

    Raises csv.Error or UnicodeDecodeError if it is not CSV, and OSError.
    """
    with path.open(encoding="utf-8-sig", newline="") as text:
        return sum(1 for _ in csv.reader(text, strict=True)) - 1
