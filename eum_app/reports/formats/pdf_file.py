"""PDF for people and screen readers: tagged PDF/UA-1 (ISO 14289-1), rendered by typst from a template.

typst takes about 1 ms and 0.2 MB a row. Long tables are therefore cut into volumes of `VOLUME_ROWS` rows, each rendered
in a child process that frees its memory when it exits. Each volume is a separate file, because joining tagged files
would lose their tags.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from eum_app.domain.clock import instant_words
from eum_app.domain.errors import Trouble
from eum_app.hardening import child_environment
from eum_app.reports.formats.pdf_child import COMMAND, Job
from eum_app.reports.model import Document, Part, Table, Written, plain_cover
from eum_app.wording.report_words import WORDS

VOLUME_ROWS: Final = 500
CHILD_SECONDS: Final = 300


def write(report: Document, folder: Path, name: str) -> list[Part]:
    """Write the report into `folder`, in volumes: the first as `name`, the others as `<stem>.volume-02.pdf` and so on.

    Returns the files in order. `total` of the first table decides the number of volumes. The last one also holds the
    other tables that are `in_pdf`, and the pictures. Existing files are replaced. Raises Trouble `report.pdf_failed`,
    and OSError.
    """
    table = report.tables[0]
    volumes = max(1, -(-table.total // VOLUME_ROWS))
    names = [column.name for column in table.columns]
    rows = iter(table.rows)
    parts = []
    for number in range(1, volumes + 1):
        parts.append(Part(name if number == 1 else f"{Path(name).stem}.volume-{number:02d}.pdf"))
        block = [dict(zip(names, _shown(table, row), strict=True)) for row in islice(rows, VOLUME_ROWS)]
        is_last = number == volumes
        data = {
            **_shared(report),
            "volume": {
                "number": number,
                "of": volumes,
                "first": (number - 1) * VOLUME_ROWS + 1,
                "total": table.total,
            },
            "table": {
                "title": table.title,
                "rows": block,
                "columns": [[column.name, column.heading, column.kind, column.width] for column in table.columns],
            },
            "tables": [_plain(other) for other in report.tables[1:] if other.in_pdf] if is_last else [],
            "pictures": _pictures(report) if is_last else [],
        }
        (folder / parts[-1].name).write_bytes(set_pdf(report.template, data))
    return parts


def write_summary(report: Document, folder: Path, name: str, rows_file: Written) -> Part:
    """Write the cover and all tables but the first; the cover names the file that holds its rows, and its hash.

    The part that is returned holds no rows. Raises Trouble `report.pdf_failed`, and OSError.
    """
    summary = {"file": rows_file.name, "sha384": rows_file.sha384, "rows": rows_file.rows}
    tables = [_plain(other) for other in report.tables[1:]]
    (folder / name).write_bytes(set_pdf("summary", {**_shared(report), "summary": summary, "tables": tables}))
    return Part(name, holds_rows=False)


def _shared(report: Document) -> dict[str, Any]:
    return {"cover": plain_cover(report.cover), "words": WORDS}


def _plain(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "headings": table.headings,
        "kinds": [column.kind for column in table.columns],
        "widths": [column.width for column in table.columns],
        "rows": [_shown(table, row) for row in table.rows],
    }


def _shown(table: Table, row: Sequence[str]) -> list[str]:
    """Return the cells with instants in words.

    The template could only cut the text, which is wrong for most time zones.
    """
    return [
        instant_words(cell) if column.kind == "instant" else cell
        for column, cell in zip(table.columns, row, strict=True)
    ]


def _pictures(report: Document) -> list[dict[str, Any]]:
    return [
        {
            "caption": caption,
            "words": what if isinstance(what, str) else "",
            "bytes": [] if isinstance(what, str) else list(what),
        }
        for caption, what in report.pictures
    ]


def set_pdf(template: str, data: dict[str, Any]) -> bytes:
    """Render one PDF in a child process and return its bytes.

    Data and PDF go through pipes, so no other process and no folder sees them. Characters that no shipped font has are
    printed as code points (`printable`). Raises Trouble `report.pdf_failed`, also after `CHILD_SECONDS`, and if no
    process can be started.
    """
    # A frozen app has no separate Python: its own executable runs the command.
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "eum_app"]
    job = msgspec.json.encode(Job(template=template, data=msgspec.json.encode(data).decode()))
    try:
        child = subprocess.run(
            [*program, COMMAND],
            input=job,
            capture_output=True,
            timeout=CHILD_SECONDS,
            check=False,
            env=child_environment(),
        )
    except subprocess.TimeoutExpired as error:
        raise Trouble("report.pdf_failed", reason="timeout") from error
    except OSError as error:  # no memory or no processes left
        raise Trouble("report.pdf_failed", reason=error.strerror or "") from error
    if child.returncode or not child.stdout.startswith(b"%PDF"):
        raise Trouble("report.pdf_failed", reason=child.stderr.decode(errors="replace").strip()[-400:])
    return child.stdout


def count_rows(path: Path) -> int:
    """Count the rows of the first table in a PDF, by the structure tags that screen readers follow; 0 without a table.

    Raises pypdf.errors.PyPdfError if the file is not a PDF, KeyError if it has no tags, and OSError. A crafted file may
    raise anything.
    """
    from pypdf import PdfReader

    with path.open("rb") as file:
        root = PdfReader(file).trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
        table = next((element for element in _elements(root) if element.get("/S") == "/Table"), None)
        if table is None:
            return 0
        return sum(
            sum(row.get("/S") == "/TR" for row in _children(body))
            for body in _children(table)
            if body.get("/S") == "/TBody"
        )


def _children(element: Any) -> Iterator[Any]:
    """Yield the structure elements right below. Marked content is only a number and is left out."""
    below = element.get("/K")
    if below is None:
        return
    below = below.get_object()
    for child in below if isinstance(below, list) else [below]:
        if isinstance(found := child.get_object(), dict):
            yield found


def _elements(element: Any) -> Iterator[Any]:
    """Yield all elements in reading order, without those below a table."""
    for child in _children(element):
        yield child
        if child.get("/S") != "/Table":
            yield from _elements(child)
