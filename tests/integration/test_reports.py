"""Reports on real stores: the same facts in every format, counted again from the files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import BooleanObject

from db.queries import findings, visits
from eum_app.domain.checklists import Answer
from eum_app.domain.facts import Difference, ItemListed, MarkRead
from eum_app.reports.formats import csv_file, pdf_file
from eum_app.reports.inventory_status import COLUMNS
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.reporting import export_report
from eum_app.usecases.reporting.export_report import Exported
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report, preview_report
from eum_app.usecases.reporting.visit_record import VISIT_RECORD
from eum_app.usecases.review.findings import review_finding
from eum_app.usecases.visits.close_out import Signed
from eum_app.usecases.visits.record_check import assess_site, record_check
from tests.builders import World, close_as_shown, make_world, seen_by_others, signed_lines, typed, yes_to_all
from tests.flows.test_main_job import answer_site_checklist

PHOTO = png(data_matrix(b"786950"))
COUNT = 6


@pytest.fixture
def visited(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[tuple[World, str]]:
    """HQ after a visit: four verified, one discrepancy, one not found, one that was not listed."""
    world = make_world(tmp_path / "world", count=COUNT, database_url=hq_backend())
    visit_id = world.visit()
    device = world.device
    ids = device.read(visits.work_ids, visit_id)
    for item_id, grade in zip(ids[:4], "AABC", strict=True):
        record_check(
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="verified",
            mark=typed("1") if grade == "A" else seen_by_others(),
            answers=yes_to_all(),
            grade=grade,
        )
    record_check(
        device,
        visit_id=visit_id,
        item_id=ids[4],
        outcome="discrepancy",
        differences=[
            Difference(reason="damaged"),
            Difference(reason="seal_differs", on_record="A 004417", found="B 011903"),
        ],
        answers=(
            Answer("serial_plate", "no", "plate worn"),
            *yes_to_all()[1:3],
            Answer("location", "yes", filled=True),
        ),
        mark=typed("786954"),
        note='=HYPERLINK("http://example.invalid")',
        photos=[PHOTO],
    )
    record_check(
        device,
        visit_id=visit_id,
        item_id=ids[5],
        outcome="not_found",
        reason="said_lost",
        mark=MarkRead(read_by="list"),
    )
    record_check(
        device,
        visit_id=visit_id,
        item_id="",
        outcome="not_on_list",
        reason="not_in_inventory",
        mark=typed("790112"),
        photos=[PHOTO],
    )
    assess_site(device, visit_id, [Answer("fence", "no", "Hole by the gate")])
    answer_site_checklist(device, visit_id)
    close_as_shown(
        device,
        visit_id,
        [Signed("inspector", PHOTO, "INS-017"), Signed("host", declined_reason="Not authorized to sign")],
    )
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    review_finding(
        world.hq, world.hq.read(findings.finding_ids)[0], decision="escalate", comment="Start the loss report"
    )
    yield world, visit_id
    world.close()


def inventory(world: World, path: Path) -> Exported:
    return make_report(world.hq, INVENTORY_STATUS, path)


def pdf_text(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def test_the_inventory_is_the_same_in_every_format(visited: tuple[World, str], tmp_path: Path) -> None:
    world, _ = visited
    made = {suffix: inventory(world, tmp_path / f"status.{suffix}") for suffix in ("csv", "xlsx", "json", "pdf")}
    assert {suffix: exported.rows for suffix, exported in made.items()} == dict.fromkeys(made, COUNT)
    with made["csv"].path.open(newline="", encoding="utf-8-sig") as file:
        from_csv = list(csv.DictReader(file))
    book = openpyxl.load_workbook(made["xlsx"].path)
    heading, *sheet = book.worksheets[1].iter_rows(values_only=True)
    from_json = json.loads(made["json"].path.read_text())["tables"]["items"]["rows"]
    for line, cells, row in zip(from_csv, sheet, from_json, strict=True):
        for column, cell in zip(COLUMNS, cells, strict=True):
            text = line[column.heading]
            assert (row[column.name] or "") == text
            if column.kind == "date" and text:
                assert isinstance(cell, datetime)
                assert cell.date().isoformat() == text
            elif column.kind == "instant" and text:
                assert isinstance(cell, datetime)
                assert cell.isoformat(timespec="seconds") == text[:19]
            else:
                assert (cell or "") == text
    assert [line["Serial Number"] for line in from_csv] == [str(786950 + number) for number in range(COUNT)]
    assert heading[19] == "Checked At (UTC)"
    everything = " ".join(pdf_text(made["pdf"].path))
    assert all(line["Serial Number"] in everything for line in from_csv)


def test_only_a_sighting_shows_as_one_and_sets_the_next_due_date(visited: tuple[World, str], tmp_path: Path) -> None:
    world, _ = visited
    with inventory(world, tmp_path / "status.csv").path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert [line["Last US Sighting"] for line in lines] == ["2026-11-21"] * 3 + ["", "2026-11-21", ""]
    assert [line["Inventory Due"] for line in lines] == ["2027-11-21"] * 3 + ["2026-12-11", "2027-11-21", "2026-12-11"]
    assert {line["Inventory Clock"] for line in lines} == {"in_time", "due_soon"}


def test_the_workbook_is_made_for_people(visited: tuple[World, str], tmp_path: Path) -> None:
    world, _ = visited
    book = openpyxl.load_workbook(inventory(world, tmp_path / "status.xlsx").path)
    cover, items, lines = book.worksheets
    assert (cover.title, items.title, lines.title) == ("Cover", "Items", "Case lines")
    assert [[cell.value for cell in row] for row in lines.iter_rows()] == [
        ["Case", "RSN", "Items", "On hand", "Difference"],
        ["XX-B-ABC", "001", COUNT, COUNT, 0],
    ]
    assert items.freeze_panes == "A2"
    assert items.auto_filter.ref == f"A1:Z{COUNT + 1}"
    assert items["H2"].value == "786950"  # a serial number stays text
    assert items["H2"].number_format == "@"
    words = [str(cell) for row in cover.iter_rows(values_only=True) for cell in row if cell is not None]
    assert words[0] == words[-1] == "CUI"
    for expected in ("Controlled by", "Data as of", "Facts not yet received", "B – live video", "Reconciliation"):
        assert expected in words
    assert any(word.startswith("The dispositions add up to the number of items, 6") for word in words)
    assert "CUI" in str(items.oddHeader.center.text)
    assert "CUI" in str(items.oddFooter.center.text)


def test_the_pdf_is_marked_on_every_page_and_made_for_screen_readers(
    visited: tuple[World, str], tmp_path: Path
) -> None:
    world, visit_id = visited
    for made in (
        inventory(world, tmp_path / "status.pdf"),
        make_report(world.hq, VISIT_RECORD, tmp_path / "visit.pdf", {"visit_id": visit_id}),
    ):
        reader = PdfReader(made.path)
        pages = pdf_text(made.path)
        for number, page in enumerate(pages, start=1):
            lines = page.split("\n")
            assert sum(line.strip() == "CUI" for line in lines) == 2, page
            assert f"Page {number} of {len(pages)}" in page
        assert "CUI designation" in pages[0]
        assert "CUI category" in pages[0]
        root = reader.trailer["/Root"].get_object()
        assert root["/MarkInfo"]["/Marked"] == BooleanObject(value=True)  # type: ignore[index]
        assert "pdfuaid:part>1<" in root["/Metadata"].get_object().get_data().decode().replace(" ", "")  # type: ignore[index]
        assert pdf_file.count_rows(made.path) == made.rows


def test_a_long_pdf_comes_in_volumes_and_a_longer_one_as_a_summary(
    visited: tuple[World, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = visited
    monkeypatch.setattr(pdf_file, "VOLUME_ROWS", 4)
    made = inventory(world, tmp_path / "status.pdf")
    assert [(file.name, file.rows) for file in made.files] == [("status.pdf", 4), ("status.volume-02.pdf", 2)]
    second = pdf_text(tmp_path / "status.volume-02.pdf")
    assert "Volume 2 of 2" in second[0]
    assert "Items 5 to 6 of 6" in second[0]
    assert "CUI designation" in second[0]
    monkeypatch.setattr(export_report, "SUMMARY_OVER_ROWS", 5)
    made = inventory(world, tmp_path / "long.pdf")
    assert [(file.name, file.rows) for file in made.files] == [("long.pdf", 1), ("long.rows.csv", COUNT)]
    assert made.rows == COUNT
    words = "".join("".join(pdf_text(tmp_path / "long.pdf")).split())
    assert "long.rows.csv" in words
    assert made.files[1].sha384 in words


def test_counts_that_do_not_add_up_say_so_with_the_difference(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=3)
    assert preview_report(world.hq, INVENTORY_STATUS).document.counts.unreconciled == 0
    with world.hq.writing() as transaction:
        for number, disposition in enumerate(("DATA_ERROR", "VAPORIZED")):
            transaction.record(listed(world, number, disposition))
    preview = preview_report(world.hq, INVENTORY_STATUS)
    assert (preview.total, preview.document.counts.unreconciled) == (5, 2)
    made = make_report(world.hq, INVENTORY_STATUS, tmp_path / "status.xlsx")
    sidecar = json.loads(made.sidecar_path.read_text())
    assert (sidecar["reconciled"], sidecar["unreconciled"]) == (False, 2)
    cover = openpyxl.load_workbook(made.path).worksheets[0]
    words = " ".join(str(cell) for row in cover.iter_rows(values_only=True) for cell in row if cell is not None)
    assert "UNRECONCILED: Items with a disposition that says where they are: 3 of 5; difference 2." in words
    assert "UNRECONCILED, difference 2 of 2" in words  # the case line too
    assert "UNRECONCILED" in pdf_text(make_report(world.hq, INVENTORY_STATUS, tmp_path / "status.pdf").path)[0]
    world.close()


def listed(world: World, number: int, disposition: str) -> ItemListed:
    return ItemListed(
        observed_at=world.hq.observed_now(),
        item_id=f"item-{number}",
        import_id="",
        line=number,
        country="XX",
        case_id="XX-B-ABC",
        rsn="002",
        nomenclature="GOGGLE, " + "LONG " * 60,
        nsn="",
        part_number="#$[]{}*_`<>@",
        cage="1HLD9",
        serial=f"=1+{number}",
        serial_raw="",
        uii="",
        eum_level="EEUM",
        ship_date="",
        delivery_date="",
        site_id="",
        location="",
        last_inventory="",
        disposition=disposition,
        remarks="",
    )


def test_what_a_spreadsheet_would_run_stays_text(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=1)
    with world.hq.writing() as transaction:
        transaction.record(listed(world, 1, "ON_HAND"))
    with inventory(world, tmp_path / "status.csv").path.open(newline="", encoding="utf-8-sig") as file:
        assert {line["Serial Number"] for line in csv.DictReader(file)} == {"786950", "'=1+1"}
    sheet = openpyxl.load_workbook(inventory(world, tmp_path / "status.xlsx").path).worksheets[1]
    assert [(cell.value, cell.data_type) for cell in sheet["H"][1:]] == [("=1+1", "s"), ("786950", "s")]
    assert "=1+1" in " ".join(pdf_text(inventory(world, tmp_path / "status.pdf").path))
    world.close()


def test_the_visit_record_says_what_was_seen_and_who_signed(visited: tuple[World, str], tmp_path: Path) -> None:
    world, visit_id = visited

    def record(name: str) -> Exported:
        return make_report(world.hq, VISIT_RECORD, tmp_path / name, {"visit_id": visit_id})

    made = make_report(world.hq, VISIT_RECORD, tmp_path / "visit.csv", {"visit_id": visit_id})
    assert [(file.name, file.rows) for file in made.files] == [
        ("visit.csv", COUNT + 1),
        ("visit.item-answers.csv", 5 * 4),
        ("visit.host-statement.csv", len(signed_lines(world.hq, visit_id))),
        ("visit.site-checklist.csv", 24),
        ("visit.findings.csv", 6),
        ("visit.evidence.csv", 5),
    ]
    assert made.rows == COUNT + 1
    with made.path.open(newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    assert [line["Outcome"] for line in lines] == ["verified"] * 4 + ["discrepancy", "not_found", "not_on_list"]
    assert lines[4]["Note"] == '\'=HYPERLINK("http://example.invalid")'
    assert lines[4]["Reason"] == "damaged"
    assert lines[4]["Differences"] == "Damaged; Seal differs: A 004417 on record, B 011903 found"
    assert lines[4]["Not As Expected"] == "Serial plate matches: No (plate worn)"
    assert "Approved location: Yes" in lines[0]["Answers"]
    with made.path.with_name("visit.item-answers.csv").open(newline="", encoding="utf-8") as file:
        answers = [tuple(line.values())[:-1] for line in csv.DictReader(file)]
    assert answers[16] == ("786954", "Serial plate matches", "no", "plate worn", "no", "no")
    assert answers[19] == ("786954", "Approved location", "yes", "", "yes", "yes")
    assert lines[6]["Mark Read"] == "790112"
    sidecar = json.loads(made.sidecar_path.read_text())
    assert sidecar["outcomes"] == {"verified": 4, "discrepancy": 1, "not_found": 1, "not_on_list": 1}
    assert sidecar["evidence_grades"] == {"A": 4, "B": 1, "C": 1, "not_sighted": 1}
    assert [line["Evidence Grade"] for line in lines] == ["A", "A", "B", "C", "A", "", "A"]
    assert (sidecar["reconciled"], sidecar["verdict"]) == (True, "reconciled")
    book = openpyxl.load_workbook(record("visit.xlsx").path)
    assert book.sheetnames[:4] == ["Cover", "Items", "Answers about each item", "Statement for the host"]
    assert book.sheetnames[4:] == ["Site checklist", "Findings", "Evidence"]
    signed = signed_lines(world.hq, visit_id)
    assert [cell.value or "" for cell in book["Statement for the host"]["A"][1:]] == signed
    document = json.loads(record("visit.json").path.read_text())
    assert [len(table["rows"]) for table in document["tables"].values()] == [7, 20, len(signed), 24, 6, 5]
    assert [row["line"] or "" for row in document["tables"]["host-statement"]["rows"]] == signed
    assert document["tables"]["item-answers"]["rows"][16]["answer"] == "no"
    assert document["tables"]["items"]["rows"][4]["not_as_expected"] == "Serial plate matches: No (plate worn)"
    assert document["tables"]["items"]["rows"][4]["photos"] == 1
    words = " ".join(" ".join(pdf_text(record("visit.pdf").path)).split())
    for expected in (
        "Declined: Not authorized to sign",
        "Hole by the gate",
        "Escalate",
        "Perimeter fence",
        "INS-017",
        "Not as expected: Serial plate matches: No (plate worn)",
        "Seal differs: A 004417 on record",
        *[line for line in signed if line],
    ):
        assert expected in words


def test_a_visit_without_checks_has_a_record_too(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=2)
    visit_id = world.plan().visit_id
    made = make_report(world.hq, VISIT_RECORD, tmp_path / "visit.pdf", {"visit_id": visit_id})
    words = " ".join(pdf_text(made.path))
    assert made.rows == 2
    assert "To check" in words
    assert "Not signed" in words
    world.close()


def test_an_empty_report_is_a_report(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=1)
    for suffix in ("csv", "xlsx", "json", "pdf"):
        made = make_report(world.hq, INVENTORY_STATUS, tmp_path / f"none.{suffix}", {"country": "YY"})
        assert (made.rows, made.path.exists()) == (0, True)
    world.close()


def test_the_clock_starts_at_the_chosen_event(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=1)
    with world.hq.writing() as transaction:
        transaction.record(listed(world, 1, "ON_HAND"))
    preview = preview_report(world.hq, INVENTORY_STATUS, {"clock": "shipped"})
    assert preview.document.counts.clocks == {"due_soon": 1, "no_date": 1}
    assert date.fromisoformat(preview.cover.as_of[:10]) == date(2026, 11, 21)
    world.close()


@given(st.lists(st.tuples(*[st.text(st.sampled_from('=+-@\t\r\n,"a1 '), max_size=4)] * 2), max_size=4))
def test_looking_at_whole_blocks_guards_what_looking_at_each_cell_would(rows: list[tuple[str, str]]) -> None:
    file = io.BytesIO()
    csv_file.write_csv(file, ["a", "b"], rows)
    read = list(csv.reader(io.StringIO(file.getvalue().decode(), newline=""), strict=True))
    assert read == [["a", "b"], *[[csv_file.guarded(cell) for cell in row] for row in rows]]


def test_case_lines_are_a_table_in_every_format(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world", count=2)
    with world.hq.writing() as transaction:
        for number, disposition in enumerate(("DATA_ERROR", "DESTROYED", "VAPORIZED", "ON_HAND")):
            transaction.record(listed(world, number, disposition))
    headings = ["Case", "RSN", "Items", "On hand", "Destroyed", "Data error", "Unknown value: VAPORIZED", "Difference"]
    table = [headings, ["XX-B-ABC", "001", *"220000"], ["XX-B-ABC", "002", *"411112"]]
    made = {suffix: inventory(world, tmp_path / f"s.{suffix}") for suffix in ("csv", "xlsx", "json", "pdf")}
    assert [(file.name, file.rows) for file in made["csv"].files] == [("s.csv", 6), ("s.case-lines.csv", 2)]
    with (tmp_path / "s.case-lines.csv").open(newline="", encoding="utf-8-sig") as file:
        assert list(csv.reader(file)) == table
    sheet = openpyxl.load_workbook(made["xlsx"].path)["Case lines"]
    assert [[str(cell.value) for cell in row] for row in sheet.iter_rows()] == table
    rows = json.loads(made["json"].path.read_text("utf-8"))["tables"]["case-lines"]["rows"]
    assert [[str(cell) for cell in row.values()] for row in rows] == table[1:]
    words = " ".join("\n".join(pdf_text(made["pdf"].path)).split())
    assert "XX-B-ABC 002 4 1 1 1 1 2" in words
    assert "XX-B-ABC, line 002 UNRECONCILED, difference 2 of 4" in words
    assert made["pdf"].rows == 6
    world.close()


def test_a_summary_prints_the_case_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(tmp_path / "world", count=3)
    monkeypatch.setattr(export_report, "SUMMARY_OVER_ROWS", 2)
    made = inventory(world, tmp_path / "long.pdf")
    assert [file.name for file in made.files] == ["long.pdf", "long.rows.csv"]
    assert "XX-B-ABC 001 3 3 0" in " ".join("\n".join(pdf_text(made.path)).split())
    world.close()
