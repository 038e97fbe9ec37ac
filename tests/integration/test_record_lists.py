"""Lists of sites and cases: what each row would do is shown first; bad rows are refused in words, nothing is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from db.queries import items, records
from eum_app.domain.errors import Refusal
from eum_app.domain.people import Scope
from eum_app.domain.record_rows import SiteRow, site_conflicts
from eum_app.list_files.records_file import read_cases, read_sites
from eum_app.usecases.records.describe import Why, describe_site
from eum_app.usecases.records.import_records import compare_cases, compare_sites, import_cases, import_sites
from eum_app.usecases.session import Session
from eum_app.wording.list_words import doubts_with_lines, list_note, why_refused
from tests.builders import World, make_world

SITES = "Site,Country,Latitude,Longitude,Radius (m),Address,Custodian,Certified Until,Access,Closed Since\n"
CASES = "Case,Program,Country,Accepted,Control Plan Date,Control Plan,Line,Item,Qty,Delivered On\n"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=2)
    yield made
    made.close()


def listed(world: World, text: str) -> Path:
    path = world.folder / "list.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_list_of_sites_is_compared_then_imported(world: World) -> None:
    path = listed(
        world,
        SITES
        + "Depot 7,XX,50.4501,30.5234,400,Gate 3,Depot officer,2027-03-01,closed,2026-05-01\n"
        + "Base 12,XX,,,,,,,open,\n",
    )
    preview = read_sites(path)
    compared = world.hq.read(compare_sites, preview.accepted)
    assert [(one.becomes, one.is_added) for one in compared] == [("new", False), ("new", True)]
    made = import_sites(world.hq, preview)
    assert (made.changed, made.added, made.left, made.rejected) == (2, 1, 0, 0)
    base, depot = world.hq.read(records.site_records)
    assert (base.name, base.access, depot.radius_m, depot.access_since) == ("Base 12", "open", 400, "2026-05-01")
    assert (depot.values["address"].source, depot.values["address"].line) == ("list.csv", 2)
    again = import_sites(world.hq, read_sites(path))
    assert (again.changed, again.unchanged, again.added) == (0, 2, 0)


def test_a_value_that_differs_is_shown_and_taken_only_with_a_reason(world: World) -> None:
    (site,) = world.hq.read(items.all_sites)
    describe_site(world.hq, site.site_id, {"address": "Gate 1", "access": "open"}, Why(source="Survey"))
    preview = read_sites(listed(world, SITES + "Depot 7,XX,,,250,Gate 3,,,,\n"))
    (one,) = world.hq.read(compare_sites, preview.accepted)
    assert (one.becomes, one.new) == ("differs", ("radius_m",))
    assert [(found.column, found.held, found.listed) for found in one.differs] == [("address", "Gate 1", "Gate 3")]
    left = import_sites(world.hq, preview)
    assert (left.changed, left.left) == (1, 1)
    assert world.hq.read(records.site_record, site.site_id).text("address") == "Gate 1"
    with pytest.raises(Refusal, match=r"record\.reason_missing"):
        import_sites(world.hq, preview, take_changes=True)
    import_sites(world.hq, preview, take_changes=True, reason="Moved")
    record = world.hq.read(records.site_record, site.site_id)
    assert (record.text("address"), record.values["address"].reason, record.access) == ("Gate 3", "Moved", "open")


def test_a_change_that_was_not_shown_is_not_taken(world: World) -> None:
    (site,) = world.hq.read(items.all_sites)
    describe_site(world.hq, site.site_id, {"address": "Gate 1", "access": "open"}, Why(source="Survey"))
    preview = read_sites(listed(world, SITES + "Depot 7,XX,,,,Gate 3,,,open,\n"))
    shown = world.hq.read(compare_sites, preview.accepted)
    describe_site(world.hq, site.site_id, {"access": "closed"}, Why(source="Letter", reason="Shelling"))
    with pytest.raises(Refusal, match=r"record\.changed_meanwhile"):
        import_sites(world.hq, preview, take_changes=True, reason="Gate moved", shown=shown)
    record = world.hq.read(records.site_record, site.site_id)
    assert (record.access, record.text("address")) == ("closed", "Gate 1")
    again = world.hq.read(compare_sites, preview.accepted)
    assert import_sites(world.hq, preview, take_changes=True, reason="Both", shown=again).changed == 1


def test_rows_that_cannot_be_are_refused_in_words(world: World) -> None:
    rows = [
        "Depot 7,XX,91,30,,,,,,",
        "Depot 8,XX,,,-1,,,,,",
        "Depot 9,XX,,,,,,1999-12-31,,",
        "Depot 10,XX,,,,,,,perhaps,",
        "Depot 11,XX,,,,,,,,2026-05-01",
        "Depot 12,,,,,,,,open,",
        ",XX,,,,,,,open,",
        "Depot 14,XX,,,,,,,closed,2100-01-01",
        "Depot 15,XX,,,,Gate 1,,,,",
        "Depot 15,XX,,,,Gate 2,,,,",
        "Depot 17,XX,50,,,,,,,",
        "Depot 18,XX,,,,,,31-Feb-2027,,",
    ]
    preview = read_sites(listed(world, SITES + "\n".join(rows) + "\n"))
    assert preview.accepted == []
    assert [row.codes for row in preview.rejected] == [
        ("position.unreadable",),
        ("radius_m.unreadable",),
        ("certified_until.record_year",),
        ("access.unreadable",),
        ("access.missing",),
        ("country.missing",),
        ("site.missing",),
        ("access_since.in_future",),
        ("site.duplicate",),
        ("site.duplicate",),
        ("longitude.missing",),
        ("certified_until.invalid",),
    ]
    for row in preview.rejected:
        for code in row.codes:
            words = why_refused(code, row.values)
            assert not words.startswith(code), words
    assert "line 11" in why_refused("site.duplicate", preview.rejected[8].values)
    assert import_sites(world.hq, preview).rejected == 12
    assert len(world.hq.read(items.all_sites)) == 1


def test_a_site_name_that_two_sites_have_is_not_chosen_between(world: World) -> None:
    (fact,) = world.hq.read(items.site_facts, [row.site_id for row in world.hq.read(items.all_sites)])
    with world.hq.writing() as transaction:
        transaction.record(type(fact)(observed_at=fact.observed_at, site_id="twin", name="Depot 7", country="XX"))
    preview = read_sites(listed(world, SITES + "Depot 7,XX,,,,Gate 3,,,,\n"))
    (one,) = world.hq.read(compare_sites, preview.accepted)
    assert (one.becomes, one.refused, one.why) == ("refused", "site.ambiguous", "Depot 7")
    assert import_sites(world.hq, preview).rejected == 1
    assert all(not record.is_described for record in world.hq.read(records.site_records))


def test_a_list_of_cases_has_one_row_for_each_line(world: World) -> None:
    path = listed(
        world,
        CASES
        + "XX-B-ABC,,,2025-12-01,2025-12-20,CP-7,001,Night vision goggle,120,2026-01-02\n"
        + "XX-B-ABC,,,,,,002,Launch unit,4,2026-01-02\n"
        + "050123456,Blue Lantern,XX,,,,,,,\n"
        + "DSP5/12,blue lantern,YY,,,,,,,\n",
    )
    preview = read_cases(path)
    assert [row.codes for row in preview.rejected] == []
    assert doubts_with_lines(preview.warnings) == [("number of an unusual form, kept as stated", [5])]
    made = import_cases(world.hq, preview)
    assert (made.changed, made.added) == (4, 4)
    case = world.hq.read(records.case_record, "XX-B-ABC")
    assert (case.delivered, [line.rsn for line in case.lines]) == (124, ["001", "002"])
    assert case.text("control_plan_on") == "2025-12-20"
    again = import_cases(world.hq, read_cases(path))
    assert (again.changed, again.unchanged) == (0, 4)
    more = read_cases(listed(world, CASES + "XX-B-ABC,,,,,,001,Night vision goggle,130,2026-01-02\n"))
    (one,) = world.hq.read(compare_cases, more.accepted)
    assert one.becomes == "differs"
    assert import_cases(world.hq, more).left == 1
    assert import_cases(world.hq, more, take_changes=True, reason="C1 of March").changed == 1
    assert world.hq.read(records.case_record, "XX-B-ABC").delivered == 134


def test_lines_and_cases_that_contradict_each_other_are_all_refused(world: World) -> None:
    rows = [
        "XX-B-ABC,,,,,,001,Goggle,120,2026-01-02",
        "XX-B-ABC,,,,,,001,Goggle,100,2026-01-02",
        "XX-B-ABD,,,,,,001,Goggle,5,",
        "XX-B-ABD,,,,,,001,Goggle,5,",
        "XX-B-ABE,,,2025-01-01,,,,,,",
        "XX-B-ABE,,,2025-02-01,,,001,Goggle,5,",
        "XX-B-ABF,,,,,,001,Goggle,,",
        'XX-B-ABG,,,,,,001,Goggle,"1,200",',
        "XX-B-ABH,,,,,,,,7,",
        "XX-B-ABI,,,,,,001,Goggle,7,2099-01-01",
        "XX/7,,XX,,,,001,Goggle,7,",
        "050123456,,,,,,,,,",
        "XX-B-ABJ,Silver,,,,,,,,",
        ",,,2025-01-01,,,,,,",
    ]
    preview = read_cases(listed(world, CASES + "\n".join(rows) + "\n"))
    assert preview.accepted == []
    codes = [row.codes for row in preview.rejected]
    assert codes == [
        ("line.contradicts",),
        ("line.contradicts",),
        ("line.duplicate",),
        ("line.duplicate",),
        ("case.contradicts",),
        ("case.contradicts",),
        ("quantity.missing",),
        ("quantity.unreadable",),
        ("rsn.missing",),
        ("delivered_on.in_future",),
        ("case.program_missing",),
        ("country.missing",),
        ("program.unknown",),
        ("case.missing",),
    ]
    for row in preview.rejected:
        for code in row.codes:
            assert not why_refused(code, row.values).startswith(code), code


def test_a_position_is_not_made_of_one_cell_or_of_another_spelling(world: World) -> None:
    head = "Site,Country,Latitude,Longitude,Position\n"
    rows = [
        'Depot 1,XX,"50,45",,',
        'Depot 2,XX,,"30,52",',
        'Depot 3,XX,"50,45","30,52",',
        "Depot 4,XX,50 30,,",
        "Depot 5,XX,10,20,50.45 30.52",
        "Depot 6,XX,5_0.4,3_0,",
        "Depot 7,XX,1e1,2E1,",
        "Depot 8,XX,٥٠,٣٠,",
        "Depot 9,XX,,,1e-999999 30",
        "Depot 10,XX,NaN,30,",
    ]
    preview = read_sites(listed(world, head + "\n".join(rows) + "\n"))
    assert preview.accepted == []
    assert [row.codes for row in preview.rejected] == [
        ("latitude.unreadable", "longitude.missing"),
        ("latitude.missing", "longitude.unreadable"),
        ("latitude.unreadable", "longitude.unreadable"),
        ("latitude.unreadable", "longitude.missing"),
        ("position.contradicts",),
        ("latitude.unreadable", "longitude.unreadable"),
        ("latitude.unreadable", "longitude.unreadable"),
        ("latitude.unreadable", "longitude.unreadable"),
        ("position.unreadable",),
        ("latitude.missing",),
    ]
    assert all(not why_refused(code, row.values).startswith(code) for row in preview.rejected for code in row.codes)
    good = ["Depot 7,XX,50.45,30.52,50.450000;30.520000", "Depot 8,XX,-0.0000001,+30.5,"]
    (same, zero) = read_sites(listed(world, head + "\n".join(good) + "\n")).accepted
    assert (same.values["position"], zero.values["position"]) == ("50.450000 30.520000", "0.000000 30.500000")


@pytest.mark.parametrize("digit", ["9", "0"])
def test_a_total_of_thousands_of_digits_is_refused_with_its_row(world: World, digit: str) -> None:
    preview = read_cases(listed(world, CASES + f"XX-B-ABC,,,,,,001,Goggle,{digit * 5000},\n"))
    assert [row.codes for row in preview.rejected] == [("quantity.unreadable",)]


def test_what_is_about_a_line_needs_the_line(world: World) -> None:
    rows = ["XX-B-ABC,,,,,,,Goggle,,", "XX-B-ABD,,,,,,,,,2025-01-01"]
    preview = read_cases(listed(world, CASES + "\n".join(rows) + "\n"))
    assert [(row.codes, row.values["rsn.missing"]) for row in preview.rejected] == [
        (("rsn.missing",), "Goggle"),
        (("rsn.missing",), "2025-01-01"),
    ]


def test_a_line_does_not_count_twice_under_two_spellings(world: World) -> None:
    preview = read_cases(listed(world, CASES + "XX-B-ABC,,,,,,001,Goggle,5,\nXX-B-ABC,,,,,,1,Goggle,7,\n"))
    assert [row.codes for row in preview.rejected] == [("line.contradicts",)] * 2
    import_cases(world.hq, read_cases(listed(world, CASES + "XX-B-ABC,,,,,,001,Goggle,5,\n")))
    later = read_cases(listed(world, CASES + "XX-B-ABC,,,,,,1,Goggle,7,\n"))
    (one,) = world.hq.read(compare_cases, later.accepted)
    assert (one.refused, one.why) == ("line.other_spelling", "001")
    assert "001" in why_refused(one.refused, {one.refused: one.why})
    assert import_cases(world.hq, later, take_changes=True, reason="C1").rejected == 1
    assert world.hq.read(records.case_record, "XX-B-ABC").delivered == 5


def test_a_total_shown_otherwise_is_doubted_and_a_hidden_sheet_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Case", "Line", "Qty"], *(["XX-B-ABC", f"00{at}", 12000] for at in range(1, 4))):
        book.active.append(row)
    book.active["C2"].number_format, book.active["C3"].number_format = "0%", "0,"
    book.create_sheet("Old").sheet_state = "veryHidden"
    book.save(tmp_path / "list.xlsx")
    preview = read_cases(tmp_path / "list.xlsx")
    assert [(one.line, one.code) for one in preview.warnings] == [
        (2, "quantity.number_format"),
        (3, "quantity.number_format"),
    ]
    assert [(note.code, note.values) for note in preview.notes] == [("list.sheet_hidden", {"sheet": "Old"})]
    assert "Old" in list_note(preview.notes[0].code, preview.notes[0].values)


class Line(int):
    """Number of a line that counts how often it was compared."""

    compared = 0

    def __ne__(self, other: object) -> bool:
        Line.compared += 1
        return int(self) != int(str(other))

    def __hash__(self) -> int:
        return int(self)


def test_rows_about_one_site_are_compared_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Line, "compared", 0)
    rows = [SiteRow(line=Line(at), site="Depot 7", country="XX", values={}, access_since="") for at in range(2, 1002)]
    found = site_conflicts(rows)
    assert found[2]["site.duplicate"] == "3, 4, 5, 6, 7, …"
    assert found[1001]["site.duplicate"] == "2, 3, 4, 5, 6, …"
    assert Line.compared <= 10 * len(rows)


def test_nothing_outside_the_scope_is_imported(world: World) -> None:
    narrow = Session(world.hq.store, replace(world.hq.ticket, scope=Scope(("golden_sentry",), ("XX",))), world.hq.now)
    sites = read_sites(listed(world, SITES + "Depot 9,YY,,,,Gate 1,,,,\n"))
    with pytest.raises(Refusal, match=r"out_of_scope"):
        import_sites(narrow, sites)
    cases = read_cases(listed(world, CASES + "050123456,,XX,,,,,,,\n"))
    with pytest.raises(Refusal, match=r"out_of_scope"):
        import_cases(narrow, cases)
    assert (len(world.hq.read(items.all_sites)), world.hq.read(records.case_records)) == (1, [])
