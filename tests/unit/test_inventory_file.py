"""Inventory lists as people send them: what is read, what is refused, and that nothing is guessed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eum_app.domain.dispositions import Disposition
from eum_app.domain.errors import Refusal
from eum_app.domain.inventory_rows import COLUMNS, parse_row
from eum_app.domain.list_dates import DateOrder, date_orders, parse_date
from eum_app.list_files import list_source
from eum_app.list_files.inventory_file import Profile, read_inventory, write_rejected_csv

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data"

HEADINGS = (
    "Country,Case,RSN,Nomenclature,NSN,Part Number,CAGE,Serial Number,UII,EUM Level,"
    "Ship Date,Delivery Date,Site,Location,Last Inventory,Status"
)
ROW = (
    'XX,XX-B-ABC,001,"NIGHT VISION GOGGLE, TYPE A",5855-01-000-0101,NVG-31A,1HLD9,{serial},,EEUM,'
    "2025-02-12,{delivered},Depot 7,Vault 1 / Shelf A-01,,ON HAND"
)

Write = Callable[[bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_list(content: bytes | str) -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_list


def lines(*rows: str) -> str:
    return "\r\n".join((HEADINGS, *rows)) + "\r\n"


def row(serial: str, delivered: str = "2025-02-17") -> str:
    return ROW.format(serial=serial, delivered=delivered)


def refusal_of(path: Path, profile: Profile | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_inventory(path, profile)
    return caught.value


@pytest.mark.data
@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample data are not beside the project")
def test_the_messy_sample_becomes_exactly_what_is_expected() -> None:
    preview = read_inventory(SAMPLES / "baseline-messy.csv")
    expected = json.loads((SAMPLES / "baseline-messy.expected.json").read_text("utf-8"))
    profile = preview.profile
    assert {
        "encoding": profile.encoding,
        "delimiter": profile.delimiter,
        "date_order": profile.date_order,
    } == expected["profile"]
    assert (preview.rows, len(preview.accepted)) == (expected["rows"], expected["accepted"])
    assert {str(bad.line): list(bad.codes) for bad in preview.rejected} == expected["rejected"]
    warnings: dict[str, list[str]] = {}
    for warning in preview.warnings:
        warnings.setdefault(str(warning.line), []).append(warning.code)
    assert warnings == expected["warnings"]
    assert {
        str(good.line): {
            "serial": good.serial,
            "nsn": good.nsn,
            "delivery_date": str(good.delivery_date),
            "eum_level": good.eum_level,
        }
        for good in preview.accepted
    } == expected["values"]
    assert "list.columns_unread" not in {note.code for note in preview.notes}


@pytest.mark.data
@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample data are not beside the project")
def test_a_partners_count_is_not_an_inventory() -> None:
    refusal = refusal_of(SAMPLES / "partner-report.csv")
    assert refusal.code == "inventory.headings_missing"
    assert refusal.values["missing"] == ("case_id", "part_number")


def test_a_plain_list_is_read_to_the_last_field(write: Write) -> None:
    preview = read_inventory(write(lines(row("750148"))))
    assert (preview.rows, preview.total, preview.source_name, len(preview.sha384)) == (1, 1, "list.csv", 96)
    assert (preview.rejected, preview.warnings, preview.notes) == ([], [], ())
    assert (preview.profile.encoding, preview.profile.delimiter, preview.profile.date_order) == (
        "utf-8",
        ",",
        "not needed",
    )
    (read,) = preview.accepted
    assert (read.line, read.country, read.case_id, read.rsn) == (2, "XX", "XX-B-ABC", "001")
    assert (read.nomenclature, read.nsn) == ("NIGHT VISION GOGGLE, TYPE A", "5855-01-000-0101")
    assert (read.part_number, read.cage, read.serial, read.uii) == ("NVG-31A", "1HLD9", "750148", "")
    assert (read.ship_date, read.delivery_date, read.last_inventory) == (date(2025, 2, 12), date(2025, 2, 17), None)
    assert (read.site, read.location, read.disposition) == ("Depot 7", "Vault 1 / Shelf A-01", Disposition.ON_HAND)
    assert (read.eum_level, read.remarks) == ("EEUM", "")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_delimiter_encoding_and_line_end_is_found_out(
    write: Write, delimiter: str, encoding: str, end: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(["Case", "P/N", "Mfr CAGE", "S/N", "Bin", "EUM"])
    writer.writerow(["XX-B-ABC", "NVG-31A", "1HLD9", "1", f"\u00e9tag\u00e8re {delimiter} 4", "Routine"])
    preview = read_inventory(write(out.getvalue().encode(encoding)))
    assert (preview.profile.encoding, preview.profile.delimiter) == (encoding, delimiter)
    assert [(good.line, " ".join(good.location.split())) for good in preview.accepted] == [
        (2, " ".join(f"\u00e9tag\u00e8re {delimiter} 4".split()))
    ]


def test_titles_above_the_headings_and_blank_lines_are_passed_over_but_counted(write: Write) -> None:
    text = "CUI\r\n\r\n" + lines(row("1"), "", "," * 15, row("2"))
    preview = read_inventory(write(text))
    assert [good.line for good in preview.accepted] == [4, 7]
    assert preview.rows == 2


def test_a_remark_over_several_lines_does_not_shift_the_count(write: Write) -> None:
    preview = read_inventory(write('Case,P/N,S/N,Remarks\nXX-B-ABC,A,1,"two\nlines"\nXX-B-ABC,A,2,\n'))
    assert [(good.line, good.remarks) for good in preview.accepted] == [(2, "two\nlines"), (4, "")]


def test_two_lone_quotes_do_not_swallow_the_lines_between(write: Write) -> None:
    preview = read_inventory(write('Case,P/N,S/N,Remarks\nXX-B-ABC,A,"1,\nXX-B-ABC,A,2",\nXX-B-ABC,A,3,\n'))
    assert [(bad.line, bad.codes) for bad in preview.rejected] == [(2, ("serial.line_break",))]
    assert [good.serial for good in preview.accepted] == ["3"]


def test_dates_that_leave_the_order_open_are_asked_for(write: Write) -> None:
    path = write(lines(row("1", "05/05/2025"), row("2", "03/10/2025")))
    refusal = refusal_of(path)
    assert refusal.code == "inventory.date_order"
    assert refusal.values.pop("found") == tuple(HEADINGS.split(","))
    assert refusal.values == {"why": "open", "line": 3, "example": "03/10/2025"}
    months = read_inventory(path, Profile(date_order="month first"))
    days = read_inventory(path, Profile(date_order="day first"))
    assert [good.delivery_date for good in months.accepted] == [date(2025, 5, 5), date(2025, 3, 10)]
    assert [good.delivery_date for good in days.accepted] == [date(2025, 5, 5), date(2025, 10, 3)]


def test_dates_that_contradict_each_other_are_asked_for_and_then_refused_by_row(write: Write) -> None:
    path = write(lines(row("1", "31/12/2025"), row("2", "12/31/2025")))
    assert refusal_of(path).values["why"] == "contradictory"
    preview = read_inventory(path, Profile(date_order="day first"))
    assert [(bad.line, bad.codes, bad.values) for bad in preview.rejected] == [
        (3, ("delivery_date.invalid",), {"delivery_date.invalid": "12/31/2025"})
    ]


def test_a_date_that_reads_the_same_both_ways_is_not_asked_about(write: Write) -> None:
    preview = read_inventory(write(lines(row("1", "05/05/2025"))))
    assert [good.delivery_date for good in preview.accepted] == [date(2025, 5, 5)]


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2024-02-29", "not needed", date(2024, 2, 29)),
        ("2024/2/9", "not needed", date(2024, 2, 9)),
        ("2024-10-29 00:00:00", "not needed", date(2024, 10, 29)),
        ("05-Sep-2024", "not needed", date(2024, 9, 5)),
        ("5 september 2024", "not needed", date(2024, 9, 5)),
        ("05SEP2024", "not needed", date(2024, 9, 5)),
        ("09/05/2024", "month first", date(2024, 9, 5)),
        ("09.05.2024", "day first", date(2024, 5, 9)),
        ("", "not needed", None),
    ],
)
def test_dates_are_read(text: str, order: DateOrder, expected: date | None) -> None:
    assert parse_date(text, order) == expected


@pytest.mark.parametrize(
    "text",
    [
        "31/31/2024",
        "2023-02-29",
        "00/01/2024",
        "05-Mae-2024",
        "9/5/24",
        "45321",
        "soon",
        "2024-10-29 13:30",
        "0000-01-01",
    ],
)
def test_other_dates_are_not_guessed_at(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_date(text, "month first")


def test_a_date_neither_order_can_read_says_nothing_about_the_order() -> None:
    assert date_orders(["31/31/2024", "04/26/2025"]) == {"month first"}
    assert date_orders(["31/31/2024"]) == {"not needed"}
    assert date_orders(["3/03/2024", "04/4/2024"]) == {"not needed"}, "the same both ways"


def test_every_reason_for_a_rejection_is_named() -> None:
    outcome = parse_row(
        7, {"serial": "#N/A", "case_id": "?", "delivery_date": "soon", "disposition": "odd"}, "not needed"
    )
    assert outcome.row is None
    assert set(outcome.codes) == {
        "serial.spreadsheet_error",
        "case.pattern",
        "part_number.missing",
        "delivery_date.invalid",
        "disposition.unknown",
    }
    assert set(outcome.values) == set(outcome.codes)


def test_what_is_doubtful_is_accepted_with_a_warning() -> None:
    cells = {
        "country": "YY",
        "case_id": "XX-B-ABC",
        "serial": "12",
        "nsn": "5855-01-NVG-0001",
        "part_number": "A",
        "uii": "D1HLD9A13",
        "ship_date": "2025-02-02",
        "delivery_date": "2025-02-01",
    }
    outcome = parse_row(2, cells, "not needed")
    assert outcome.row is not None
    assert set(outcome.warnings) == {
        "case.country_differs",
        "nsn.pattern",
        "cage.missing",
        "eum_level.missing",
        "uii.serial_differs",
        "delivery_date.before_ship_date",
    }


def test_the_second_of_two_equal_items_names_the_first(write: Write) -> None:
    text = "Case,P/N,CAGE,S/N,UII\nXX-B-ABC,A,1HLD9,,\nXX-B-ABC,A,1HLD9,1,U1\n"
    text += "XX-B-ABC,a,1hld9, 1,U2\nXX-B-ABC,B,1HLD9,1,U1\n"
    preview = read_inventory(write(text))
    assert [(bad.line, bad.codes, bad.values) for bad in preview.rejected] == [
        (2, ("serial.missing",), {"serial.missing": ""}),
        (4, ("item.duplicate",), {"item.duplicate": "3"}),
        (5, ("uii.duplicate",), {"uii.duplicate": "3"}),
    ]


def test_a_row_of_another_width_is_rejected_and_empty_cells_beyond_are_not(write: Write) -> None:
    preview = read_inventory(write(lines(row("1") + ",,", row("2") + ",x", "XX,XX-B-ABC,1")))
    assert [good.serial for good in preview.accepted] == ["1"]
    assert [(bad.line, bad.codes) for bad in preview.rejected] == [(3, ("row.cell_count",)), (4, ("row.cell_count",))]


@pytest.mark.parametrize(
    ("content", "code", "values"),
    [
        (b"", "inventory.empty", {}),
        (b"\r\n \r\n", "inventory.empty", {}),
        (b"\xef\xbb\xbf\r\n", "inventory.empty", {}),
        (b"Case,P/N,S/N\nXX-B-ABC,A,\x001\n", "inventory.nul_byte", {"line": 2, "column": 12}),
        (b"%PDF-1.7\n\x01\x02", "inventory.not_text", {"line": 2, "column": 1}),
        (b"Case,P/N,S/N\n\x81\x8d,A,1\n", "inventory.encoding", {"line": 2}),
        (b'Case,P/N,S/N\nXX-B-ABC,A,1\nXX-B-ABC,A,"2\n', "inventory.quote_unclosed", {"line": 3}),
        (b'Case,P/N,S/N\nXX-B-ABC,"A"x,1\n', "inventory.quote_stray", {"line": 2}),
        (b"Case,P/N,S/N\nXX-B-ABC,A," + b"9" * 8_000_000 + b"\n", "inventory.cell_too_long", {"line": 2, "column": 3}),
        (b"Case,P/N,S/N\nXX-B-ABC,A," + b"9" * 10_000_000 + b"\n", "inventory.row_too_long", {"line": 2}),
        (b"Case,P/N,S/N\nXX-B-ABC,A," + b"9" * 40_000 + b"\n", "inventory.cell_too_long", {"line": 2, "column": 3}),
        (b"just a letter\nto a friend\n", "inventory.headings_missing", {"line": 1}),
        (b"Case,P/N\nXX-B-ABC,A\n", "inventory.headings_missing", {"missing": ("serial",)}),
        (b"Case,P/N,S/N,Serial\nXX-B-ABC,A,1,1\n", "inventory.heading_duplicate", {"column": "serial"}),
        (b"Case,P/N,S/N\n", "inventory.no_rows", {"line": 1}),
    ],
)
def test_what_is_not_a_list_is_refused_at_its_place(
    write: Write, content: bytes, code: str, values: dict[str, object]
) -> None:
    refusal = refusal_of(write(content))
    assert refusal.code == code
    assert values.items() <= refusal.values.items()


def test_files_that_cannot_be_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal_of(tmp_path / "none.csv").code == "inventory.unreadable"
    assert refusal_of(tmp_path).code == "inventory.unreadable"
    big = tmp_path / "big.csv"
    big.write_text(lines(row("1")))
    monkeypatch.setattr(list_source, "MAX_FILE_BYTES", 100)
    assert refusal_of(big).code == "inventory.too_large"


def test_a_profile_names_what_cannot_be_found_out(write: Write) -> None:
    text = "\u0421\u043f\u0440\u0430\u0432\u0430,P/N,S/N,Bin\nXX-B-ABC,A,1,\u041f\u043e\u043b\u0438\u0446\u044f 4\n"
    path = write(text.encode("cp1251"))
    profile = Profile(encoding="cp1251", columns={"\u0421\u043f\u0440\u0430\u0432\u0430": "case_id"})
    preview = read_inventory(path, profile)
    assert [good.location for good in preview.accepted] == ["\u041f\u043e\u043b\u0438\u0446\u044f 4"]
    assert read_inventory(path, preview.profile) == preview, "a preview's profile reads the same list the same way"
    assert refusal_of(path, Profile(encoding="ebcdic")).code == "inventory.encoding_unknown"
    assert refusal_of(path, Profile(delimiter=":")).code == "inventory.profile"
    assert refusal_of(path, Profile(columns={"Bin": "shelf"})).code == "inventory.profile"


def test_columns_that_are_not_read_are_named(write: Write) -> None:
    preview = read_inventory(write("Case,P/N,S/N,Colour,\nXX-B-ABC,A,1,green,\n"))
    assert [(note.code, note.values) for note in preview.notes] == [("list.columns_unread", {"columns": "Colour"})]


def test_rejected_rows_can_be_corrected_and_read_again(write: Write, tmp_path: Path) -> None:
    text = lines(row("1.2E+05"), row("2"), row("2"), row("=1+1", "soon"))
    preview = read_inventory(write(text))
    assert [bad.line for bad in preview.rejected] == [2, 4, 5]
    out = tmp_path / "rejected.csv"
    assert write_rejected_csv(preview, out) == 3
    written = out.read_bytes().decode("utf-8-sig")
    assert "item.duplicate" in written
    assert ",'=1+1," in written, "a spreadsheet must not run it"

    again = read_inventory(out)
    assert (again.rows, again.notes) == (3, ())
    assert [good.serial for good in again.accepted] == ["2"], "the duplicate's first is not in this file"
    mended = written.replace("1.2E+05", "120000").replace("soon", "2025-02-20")
    out.write_bytes(mended.encode())
    serials = [good.serial for good in read_inventory(out).accepted]
    assert serials == ["120000", "2", "=1+1"]
    with pytest.raises(Refusal, match=r"file\.is_folder"):
        write_rejected_csv(preview, tmp_path)


cell_texts = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from(";,\t|\"'\n"), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.lists(cell_texts, min_size=4, max_size=4), min_size=1, max_size=6))
def test_every_row_ends_up_in_exactly_one_place(write: Write, rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["Case", "P/N", "S/N", "Remarks"])
    writer.writerows([["XX-B-ABC", "A", "S1", "kept"], *rows])
    preview = read_inventory(write(out.getvalue()))
    expected = 1 + sum(1 for each in rows if any(cell.strip() for cell in each))
    placed = [good.line for good in preview.accepted] + [bad.line for bad in preview.rejected]
    assert preview.rows == expected == len(set(placed)) == len(placed)
    assert all(bad.codes for bad in preview.rejected)
    assert len({good.key for good in preview.accepted}) == len(preview.accepted)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300) | st.binary(max_size=100).map(lambda tail: b"Case,P/N,S/N\nXX-B-ABC,A," + tail))
def test_any_bytes_are_read_or_refused(write: Write, content: bytes) -> None:
    path = write(content)
    try:
        preview = read_inventory(path)
    except Refusal:
        return
    assert preview.rows == len(preview.accepted) + len(preview.rejected)


def test_the_shipped_headings_name_only_known_columns_and_no_word_twice() -> None:
    from assets import asset

    columns = json.loads(asset("reference", "inventory-headings.json").read_text("utf-8"))["columns"]
    assert list(columns) == list(COLUMNS)
    folded = [
        "".join(char for char in word.casefold() if char.isalnum() or char == "#")
        for words in columns.values()
        for word in words
    ]
    assert len(folded) == len(set(folded))
