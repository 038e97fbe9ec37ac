"""Printed names in every script, and identifiers that can be searched and copied in a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2
import pytest

from db.queries.visits import work_ids
from eum_app.list_files.inventory_file import read_inventory
from eum_app.reports.formats.printable import (
    letters_that_do_not_fit,
    notes,
    spell_out,
    spelled,
    words_that_do_not_fit,
)
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.label_sheet import print_labels
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.reporting.worklist import print_worklist
from tests.builders import World, make_world

UIIS = (
    "D1HLD9WIDGET-99000001",
    "D1HLD9LONGPART-2026/A0000000000000000000000000001",  # 50 characters, the most that MIL-STD-130N takes
    "D1HLD9" + "X" * 60 + "000000000001",  # 78, the most that earlier editions took
)
SITE = "Depot 7"
UNCOVERED = "ঢাকা গুদাম"
"""Bengali, for which no font is shipped."""


def texts(path: Path) -> list[pypdfium2.PdfTextPage]:
    return [page.get_textpage() for page in pypdfium2.PdfDocument(path)]


def words(path: Path) -> str:
    return " ".join(page.get_text_range() for page in texts(path))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """HQ with items of long UIIs, and one item whose site and nomenclature no font covers."""
    made = make_world(tmp_path / "w", count=1)
    rows = [f"XX-B-ABC,001,A,1HLD9,S-{number},{uii},{SITE},GOGGLE" for number, uii in enumerate(UIIS)]
    rows.append(f"XX-B-ABC,001,A,1HLD9,S-9,,{UNCOVERED},{UNCOVERED}")
    listed = tmp_path / "list.csv"
    head = "Case,Line,P/N,CAGE,S/N,UII,Site,Nomenclature"
    listed.write_text("\n".join([head, *rows]), encoding="utf-8")
    import_inventory(made.hq, read_inventory(listed))
    yield made
    made.close()


def test_every_uii_is_found_and_copied_whole(world: World, tmp_path: Path) -> None:
    visit_id = world.plan().visit_id
    ids = world.hq.read(work_ids, visit_id)
    make_report(world.hq, INVENTORY_STATUS, tmp_path / "inventory.pdf")
    make_report(world.hq, VISIT_RECORD, tmp_path / "visit.pdf", {"visit_id": visit_id})
    print_worklist(world.hq, visit_id, tmp_path / "worklist.pdf")
    for name in ("inventory", "visit", "worklist"):
        pages = texts(tmp_path / f"{name}.pdf")
        assert "\u200b" not in "".join(page.get_text_range() for page in pages)
        for uii in UIIS[: 2 if name == "worklist" else 3]:
            assert any(page.search(uii).get_next() for page in pages), (name, uii)
    named = [one for one in ids if one]
    print_labels(world.hq, named[:2], tmp_path / "labels.pdf", sheet_id="letter-10")
    assert "\u200b" not in words(tmp_path / "labels.pdf")


def test_what_no_font_covers_is_printed_as_code_points_with_a_note(world: World, tmp_path: Path) -> None:
    made = make_report(world.hq, INVENTORY_STATUS, tmp_path / "inventory.pdf")
    assert made.rows == 5
    said = " ".join(words(made.path).split())
    assert "[U+09A2 U+09BE U+0995 U+09BE] [U+0997 U+09C1 U+09A6 U+09BE U+09AE]" in said
    assert "Printed as code points" in said
    assert "S-9: Nomenclature, Site" in said
    assert "S-0: " not in said


def test_a_report_whose_characters_are_all_covered_has_no_note(world: World, tmp_path: Path) -> None:
    made = make_report(world.hq, INVENTORY_STATUS, tmp_path / "inventory.pdf", {"case_id": "YY-B-ABC"})
    assert "Printed as code points" not in words(made.path)


def test_letters_are_found_by_halving() -> None:
    asked: list[int] = []

    def fits(units: Sequence[str]) -> bool:
        asked.append(len(units))
        return not {"ক", "খ"} & set(units)

    letters = "".join(map(chr, range(0x0995, 0x0995 + 128)))
    assert letters_that_do_not_fit(iter([letters, "plain"]), fits) >= {"ক", "খ"}
    assert len(asked) < 40
    assert letters_that_do_not_fit(iter(["plain", "x\ny"]), fits) == frozenset()
    assert letters_that_do_not_fit(iter(["a\u200bb\u00ad\u200d\ue000"]), fits) == {"\u200b", "\u00ad", "\ue000"}


def test_a_combination_that_no_font_holds_is_spelled_with_its_word() -> None:
    def fits(units: Sequence[str]) -> bool:
        return not any("q\u0331" in one for one in units)

    texts = ["plain q\u0331b é", "é"]
    letters = letters_that_do_not_fit(iter(texts), fits)
    found = words_that_do_not_fit(iter(texts), fits)
    assert letters == frozenset()
    assert found == {"q\u0331b"}
    assert spelled(texts[0], letters, found) == "plain q[U+0331]b é"


def test_the_note_names_item_and_field_of_every_part() -> None:
    rows = [{"serial": f"S{number}", "site": "क" if number else "a"} for number in range(70)]
    before = {
        "cover": {"subject": "क", "made_by": "A"},
        "table": {"rows": rows, "columns": [["serial", "Serial Number"], ["site", "Site"]]},
        "tables": [{"title": "Findings", "headings": ["About"], "rows": [["a"], ["क"]]}],
    }
    after = spell_out(before, frozenset("क"))
    said = notes(before, after)
    assert said["items"][:2] == [["Cover", "subject"], ["S1", "Site"]]
    assert (len(said["items"]), said["more"]) == (60, 11)
    assert after["tables"][0]["rows"] == [["a"], ["[U+0915]"]]
