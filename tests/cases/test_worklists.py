"""Filled worklists: every line of the file is recorded, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from eum_app.domain.clock import utc_text
from eum_app.usecases.visits.transcribe_file import transcribe_file
from tests.builders import World, make_world
from tests.cases.support import case

At = tuple[World, str, str]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[At]:
    """A device with a visit of three items, some hours after it was handed over; the visit; when things were seen.

    The items are under routine monitoring: a tick on paper is enough for them.
    """
    world = make_world(tmp_path / "w", count=3, level="REUM")
    visit_id = world.visit()
    world.clock.instant += timedelta(hours=4)
    yield world, visit_id, utc_text(world.clock.instant - timedelta(hours=1))
    world.close()


def test_case_02_no_line_is_lost_in_a_note(at: At, tmp_path: Path) -> None:
    world, visit_id, seen = at
    notes = ('"IN CRATE 7', 'SEAL 12"', "")
    lines = [
        f"1,INS-017,{seen},{row},verified,{serial},{serial},{note}"
        for row, serial, note in zip((1, 2, 3), (786950, 786951, 786952), notes, strict=True)
    ]
    path = tmp_path / "filled.csv"
    path.write_text("\n".join(["page,saw,seen_at,row,outcome,read,read_again,note", *lines]) + "\n", encoding="utf-8")
    done = transcribe_file(world.device, visit_id, path)
    assert (done.checks, [(one.line, one.refusal.code) for one in done.refused]) == (
        0,
        [(line, "filled.quote_open") for line in (2, 3)],
    )


@pytest.mark.parametrize("name", ["semicolon.csv", "capitals.csv"])
def test_case_37_a_spreadsheet_may_save_a_filled_worklist(at: At, tmp_path: Path, name: str) -> None:
    world, visit_id, seen = at
    text = case(37, name).read_text("utf-8")
    path = tmp_path / name
    path.write_text(text.replace("INS-1", "INS-017").replace("2026-11-29T20:00Z", seen), encoding="utf-8")
    assert transcribe_file(world.device, visit_id, path).checks == 1


def test_case_37_blank_rows_are_passed_over(at: At, tmp_path: Path) -> None:
    world, visit_id, seen = at
    path = tmp_path / "filled.csv"
    path.write_text(f"page,saw,seen_at,row,outcome\n1,INS-017,{seen},1,verified\n,,,,\n", encoding="utf-8")
    assert transcribe_file(world.device, visit_id, path).checks == 1
