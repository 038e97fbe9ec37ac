"""JSON for programs: one document with the cover and every table, rows as objects, written row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from eum_app.reports.model import Column, Document, Part, plain_cover

FORMAT = "eum-report"


class _Table(msgspec.Struct):
    rows: list[msgspec.Raw]


class _Document(msgspec.Struct):
    tables: dict[str, _Table]
    first_table: str


def write(report: Document, folder: Path, name: str) -> list[Part]:
    """Write the report as `name` into `folder`, replacing an existing file. Returns it as the only part.

    Empty cells become null; counts become numbers if they are digits only. Raises OSError, after which a partial file
    stays.
    """
    encoder = msgspec.json.Encoder()
    with (folder / name).open("wb") as file:
        file.write(b'{"format":"%s","version":1,"cover":' % FORMAT.encode())
        file.write(encoder.encode(plain_cover(report.cover)))
        file.write(b',"first_table":' + encoder.encode(report.tables[0].name) + b',"tables":{')
        for number, table in enumerate(report.tables):
            columns = [
                {"name": column.name, "heading": column.heading, "kind": column.kind} for column in table.columns
            ]
            file.write(b",\n" if number else b"\n")
            file.write(encoder.encode(table.name) + b':{"title":' + encoder.encode(table.title))
            file.write(b',"columns":' + encoder.encode(columns) + b',"rows":[')
            between = b"\n"
            for row in table.rows:
                file.write(between + encoder.encode(_object(table.columns, row)))
                between = b",\n"
            file.write(b"\n]}")
        file.write(b"\n}}\n")
    return [Part(name)]


def _object(columns: Sequence[Column], row: Sequence[str]) -> dict[str, str | int | None]:
    return {
        column.name: (int(cell) if column.kind == "count" and cell.isdecimal() else cell or None)
        for column, cell in zip(columns, row, strict=True)
    }


def count_rows(path: Path) -> int:
    """Count the rows of the main table in a JSON report; 0 if it lacks the table.

    Raises one of `UNREADABLE` if it is not a report, and OSError.
    """
    document = msgspec.json.decode(path.read_bytes(), type=_Document)
    table = document.tables.get(document.first_table)
    return len(table.rows) if table else 0
