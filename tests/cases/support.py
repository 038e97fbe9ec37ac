"""Shared by the cases: their folders, a list read by the real command, and a book with a planned visit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from eum_app.cli import run
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.visits.match_mark import Match, match_mark
from tests.builders import World, make_world

CASES = Path(__file__).parent
BOOK_HEADINGS = "Case,P/N,CAGE,S/N,UII,EUM Level,Delivery Date,Site"


def case(number: int, name: str = "") -> Path:
    """Return the folder of a case, or the input `name` in it."""
    (folder,) = CASES.glob(f"{number:02d}-*")
    return folder / name


def command(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Run one command in this process. Return exit code, standard output and standard error."""
    capfd.readouterr()
    code = run([*map(str, arguments)])
    out, err = capfd.readouterr()
    assert "Traceback" not in err, err
    return code, out, err


def dry_run(capfd: pytest.CaptureFixture[str], path: Path, *options: str | Path) -> dict[str, Any]:
    """Return the output of `eum inventory import --dry-run --json`; `refused` holds the text of a
    refusal, or is empty.
    """
    code, out, err = command(capfd, "inventory", "import", path, "--dry-run", "--json", *options)
    if code:
        return {"refused": err, "rows": 0, "accepted": 0, "rejected": {}, "warnings": {}, "values": {}}
    told: dict[str, Any] = json.loads(out)
    return told | {"refused": ""}


@contextmanager
def book(folder: Path, *rows: str) -> Iterator[tuple[World, str]]:
    """Return an HQ with the items of `rows` (columns `BOOK_HEADINGS`, the last three filled in) and a
    visit to Depot 7.
    """
    world = make_world(folder / "w", count=1)
    source = folder / "book.csv"
    lines = [f"{row},EEUM,2025-02-17,Depot 7" for row in rows]
    source.write_text("\n".join([BOOK_HEADINGS, *lines]) + "\n", encoding="utf-8")
    import_inventory(world.hq, read_inventory(source))
    try:
        yield world, world.plan().visit_id
    finally:
        world.close()


def matched(at: tuple[World, str], raw: bytes | str, *, read_by: str = "camera", symbology: str = "]d1") -> Match:
    """Match a read as the app does."""
    world, visit_id = at
    data = raw.encode() if isinstance(raw, str) else raw
    return match_mark(world.hq, visit_id, data, read_by=read_by, symbology=symbology)


def near_serials(match: Match) -> list[str]:
    """Return the serials of the items that are offered but not taken."""
    return [one.serial for one in match.candidates]


def still_wrong(reason: str, raises: type[BaseException] = AssertionError) -> pytest.MarkDecorator:
    """Mark a case that the app gets wrong today, with the reason; only `raises` counts as that fault."""
    return pytest.mark.xfail(strict=True, reason=reason, raises=raises)
