"""Labels: what they say is the book, and our own decoder reads every one of them from the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pypdf import PdfReader

from db.queries.inventory import ItemFilter, find_item_ids
from db.queries.items import ItemRow, items_by_id
from eum_app.domain.errors import Refusal
from eum_app.domain.marks import parse_mark
from eum_app.list_files.inventory_file import read_inventory
from eum_app.reports.label_sheet import MAX_MODULE_MM, MIN_DOTS, label_sheets, module_mm
from eum_app.scanning.decoder import decode
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.reporting.label_sheet import LabelSymbol, message_of, print_labels
from eum_app.usecases.visits.match_mark import match_mark
from tests.builders import HEADINGS, World, make_world
from tests.rasters import rastered

ROWS = (
    # serial, part, CAGE, UII in the book
    ("555001", "NVG-31A", "1HLD9", "D1HLD9NVG-31A555001"),  # construct 2
    ("AB-1050", "PN 9/1", "0ABC1", ""),
    ("C-7", "NVG-31A", "1HLD9", "D1HLD9C-7"),  # construct 1: serial within the enterprise
    ("L-9", "NVG-31A", "1HLD9", "LD99999NVG31AL-9"),  # another agency: only the whole UII says it
    ("X" * 30, "P" * 20, "1HLD9", ""),
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=1)
    source = tmp_path / "labels.csv"
    lines = [
        f"XX,XX-B-ABC,001,GOGGLE,5855-01-000-0101,{part},{cage},{serial},{uii},EEUM,2025-02-12,2025-02-17,Depot 8,"
        "Vault 1 / Shelf A-01,2025-12-11,ON HAND"
        for serial, part, cage, uii in ROWS
    ]
    source.write_text("\r\n".join((HEADINGS, *lines)) + "\r\n", encoding="utf-8")
    import_inventory(made.hq, read_inventory(source))
    yield made
    made.close()


def of_depot_8(world: World) -> dict[str, ItemRow]:
    ids = world.hq.read(find_item_ids, ItemFilter())
    found = {key: row for key, row in world.hq.read(items_by_id, ids).items() if row.site == "Depot 8"}
    assert len(found) == len(ROWS)
    return found


def test_a_label_forms_the_uii_of_the_book(world: World) -> None:
    visit_id = world.plan().visit_id
    ways = {}
    for item_id, row in of_depot_8(world).items():
        mark = parse_mark(message_of(row), "Data Matrix")
        assert mark.uii is not None
        assert mark.uii.value == (row.uii or f"D{row.cage}{row.part_number.replace(' ', '')}{row.serial}")
        ways[row.serial] = mark.elements.pairs[0].identifier
        match = match_mark(world.hq, visit_id, message_of(row), read_by="camera")
        assert match.item is not None
        assert match.item.item_id == item_id
    assert (ways["C-7"], ways["L-9"], ways["AB-1050"]) == ("18S", "25S", "17V")


@pytest.mark.parametrize("sheet", label_sheets(), ids=lambda sheet: sheet.sheet_id)
@pytest.mark.parametrize("symbol", get_args(LabelSymbol))
def test_every_label_of_a_sheet_is_read_back_at_300_dpi(
    world: World, tmp_path: Path, sheet: object, symbol: LabelSymbol
) -> None:
    chosen = next(one for one in label_sheets() if one == sheet)
    items = of_depot_8(world)
    copies = max(1, min(4, chosen.labels // len(items)))
    path = tmp_path / "labels.pdf"
    dpi = 600 if chosen.sheet_id == "a4-65" else 300
    printed = print_labels(world.hq, list(items), path, sheet_id=chosen.sheet_id, symbol=symbol, copies=copies, dpi=dpi)
    assert printed.labels == len(items) * copies
    pages = PdfReader(path).pages
    assert len(pages) == printed.sheets
    assert [float(side) for side in pages[0].mediabox[2:]] == pytest.approx(
        [side * 72 / 25.4 for side in chosen.page], abs=0.1
    )
    read = [symbol.raw for page in range(printed.sheets) for symbol in decode(rastered(path, page, 300))]
    assert sorted(read) == sorted([message_of(row) for row in items.values()] * copies)
    said = "".join("".join(page.extract_text().split()) for page in pages).replace("\u200b", "")
    for row in items.values():
        assert said.count(f"CAGE{row.cage}") >= 1
        assert row.serial in said
        assert row.uii in said


def test_a_partly_used_sheet_is_used_up(world: World, tmp_path: Path) -> None:
    (item_id, *_) = of_depot_8(world)
    path = tmp_path / "labels.pdf"
    printed = print_labels(world.hq, [item_id], path, sheet_id="letter-30", start=30, copies=2, kind="shelf")
    assert (printed.labels, printed.sheets) == (2, 2)
    first, second = (decode(rastered(path, page, 300)) for page in range(2))
    assert len(first) == len(second) == 1
    height, width = rastered(path, 0, 300).shape
    assert first[0].centre[0] > width * 0.6
    assert first[0].centre[1] > height * 0.85
    assert second[0].centre[0] < width * 0.3
    assert second[0].centre[1] < height * 0.15
    # Where the line breaks depends on the item that came first.
    assert "Shelf A-01" in " ".join(PdfReader(path).pages[0].extract_text().split())


def test_modules_are_whole_dots_and_never_too_small() -> None:
    for sheet in label_sheets():
        for dpi in (203, 300, 600, 1200):
            side = module_mm(sheet, 26, dpi)
            assert MIN_DOTS * 25.4 / dpi <= side <= MAX_MODULE_MM
            assert side * dpi / 25.4 == pytest.approx(round(side * dpi / 25.4))
            assert side * 26 <= sheet.symbol_side_mm
    smallest = min(label_sheets(), key=lambda sheet: sheet.symbol_side_mm)
    with pytest.raises(Refusal, match=r"label\.module_too_small"):
        module_mm(smallest, 120, 203)


@pytest.mark.parametrize("sheet", label_sheets(), ids=lambda sheet: sheet.sheet_id)
def test_labels_fit_on_their_sheet(sheet: object) -> None:
    one = next(found for found in label_sheets() if found == sheet)
    for axis, count in ((0, one.columns), (1, one.rows)):
        assert one.pitch[axis] >= one.label[axis] or count == 1
        assert one.first[axis] + (count - 1) * one.pitch[axis] + one.label[axis] <= one.page[axis] + 0.01


def item(**given: str) -> ItemRow:
    return ItemRow(**(dict.fromkeys(ItemRow.__dataclass_fields__, "") | given))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (item(), "label.nothing_to_say"),
        (item(serial="7"), "label.nothing_to_say"),
        (item(serial="7", cage="1HLD9"), "label.nothing_to_say"),
        (item(serial="Ü7", cage="1HLD9", part_number="P"), "label.characters"),
        (item(serial="7\x1d1PX", cage="1HLD9", part_number="P"), "label.characters"),
    ],
)
def test_what_the_book_does_not_say_is_not_printed(row: ItemRow, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        message_of(row)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"sheet_id": "none"}, "label.sheet"),
        ({"start": 0}, "label.position"),
        ({"start": 31}, "label.position"),
        ({"copies": 0}, "label.none"),
        ({"copies": 10_000}, "label.too_many"),
        ({"dpi": 20}, "label.module_too_small"),
        ({"path": "labels.png"}, "report.name"),
    ],
)
def test_what_cannot_be_printed_leaves_no_file(
    world: World, tmp_path: Path, given: dict[str, object], code: str
) -> None:
    (item_id, *_) = of_depot_8(world)
    path = tmp_path / str(given.pop("path", "labels.pdf"))
    with pytest.raises(Refusal) as caught:
        print_labels(world.hq, [item_id], path, **({"sheet_id": "letter-30"} | given))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert not path.exists()
    with pytest.raises(Refusal, match=r"item\.unknown"):
        print_labels(world.hq, ["0" * 32], path.with_suffix(".pdf"), sheet_id="letter-30")
    with pytest.raises(Refusal, match=r"label\.none"):
        print_labels(world.hq, [], path.with_suffix(".pdf"), sheet_id="letter-30")
