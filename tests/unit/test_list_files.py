"""The reader of lists: what goes in comes out as a row or under a name, and a cell says what it shows."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eum_app.domain.errors import Refusal
from eum_app.list_files import inventory_table
from eum_app.list_files.claims_file import read_claims
from eum_app.list_files.filled_worklist import read_filled_worklist
from eum_app.list_files.inventory_file import InventoryPreview, Profile, read_inventory
from eum_app.list_files.inventory_table import ENCODINGS
from eum_app.list_files.number_formats import plain_number, shown_number, shown_text
from eum_app.wording import list_words
from eum_app.wording.list_words import list_note, what_is_doubtful

HEADINGS = ("Case", "P/N", "CAGE", "S/N", "Remarks")
SHEET = "xl/worksheets/sheet1.xml"
Write = Callable[[str | bytes], Path]
fast = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: str | bytes) -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def workbook(path: Path, rows: list[tuple[Any, ...]], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell, code in (formats or {}).items():
        book.active[cell].number_format = code
    book.save(path)
    return path


def change_sheet(path: Path, change: Callable[[str], str]) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()).encode() if name == SHEET else data)
    path.write_bytes(out.getvalue())
    return path


def replaced(old: str, new: str, xml: str) -> str:
    return xml.replace(old, new)


def codes(preview: InventoryPreview) -> set[str]:
    return {note.code for note in preview.notes}


def accounted_for(preview: InventoryPreview) -> str:
    """All that a preview shows of the rows: accepted serials and the cells of rejected rows."""
    return "\n".join([*(row.serial for row in preview.accepted), *("\t".join(bad.raw) for bad in preview.rejected)])


# Rows in, rows out

remarks = st.text(alphabet='ab",; \n', max_size=6)


@fast
@given(st.lists(remarks, min_size=1, max_size=6), st.sampled_from([",", ";"]))
def test_no_row_of_a_file_without_doubled_quotes_is_lost(write: Write, texts: list[str], delimiter: str) -> None:
    rows = [delimiter.join(("XX-B-ABC", "A", "1HLD9", f"S{at}", text)) for at, text in enumerate(texts)]
    try:
        preview = read_inventory(write("\n".join([delimiter.join(HEADINGS), *rows]) + "\n"))
    except Refusal:
        return
    shown = accounted_for(preview)
    assert [at for at in range(len(texts)) if not re.search(rf"\bS{at}\b", shown)] == []
    placed = [row.line for row in preview.accepted] + [bad.line for bad in preview.rejected]
    assert preview.rows == len(placed) == len(set(placed))


@fast
@given(st.permutations(range(2, 9)))
def test_no_row_of_a_sheet_is_lost_whatever_its_order(tmp_path: Path, order: list[int]) -> None:
    rows = [("XX-B-ABC", "A", "1HLD9", f"S{line}") for line in range(2, 9)]
    path = workbook(tmp_path / "list.xlsx", [HEADINGS[:4], *rows])

    def shuffle(xml: str) -> str:
        found = {int(row[1]): row[0] for row in re.finditer(r'<row r="(\d+)".*?</row>', xml)}
        head, tail = xml.split("<sheetData>", maxsplit=1)[0], xml.split("</sheetData>")[1]
        return f"{head}<sheetData>{found[1]}{''.join(found[line] for line in order)}</sheetData>{tail}"

    preview = read_inventory(change_sheet(path, shuffle))
    assert [(row.line, row.serial) for row in preview.accepted] == [(line, f"S{line}") for line in range(2, 9)]


def test_a_row_or_a_cell_that_is_there_twice_refuses_the_workbook(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [HEADINGS[:4], ("XX-B-ABC", "A", "1HLD9", "S2"), ("XX-B-ABC", "A", "1HLD9", "S3")]
    for old, new, code in (
        ('<row r="3"', '<row r="2"', "inventory.not_workbook"),  # its cells say that they are of row 3
        ('r="D3"', 'r="C3"', "inventory.cell_twice"),
        ('r="D3"', 'r="D2"', "inventory.not_workbook"),
    ):
        path = change_sheet(workbook(tmp_path / "list.xlsx", rows), partial(replaced, old, new))
        with pytest.raises(Refusal) as caught:
            read_inventory(path)
        assert caught.value.code == code

    path = change_sheet(workbook(tmp_path / "list.xlsx", rows), lambda xml: re.sub(r'(r="[A-E]?)3"', r'\g<1>2"', xml))
    with pytest.raises(Refusal, match="row_twice"):
        read_inventory(path)


def test_a_remark_over_several_lines_is_kept_and_named(write: Write) -> None:
    preview = read_inventory(write('Case,P/N,CAGE,S/N,Remarks\nXX-B-ABC,A,1HLD9,1,"two\nlines, and more"\n'))
    assert (preview.rows, preview.accepted[0].remarks) == (1, "two\nlines, and more")
    (note,) = preview.notes
    assert list_note(note.code, note.values).startswith("2 lines became fewer rows (1)")


def test_swallowed_lines_come_back_to_be_corrected(write: Write, tmp_path: Path) -> None:
    rows = ('XX-B-ABC,A,1HLD9,1001,"IN CRATE 7', "XX-B-ABC,A,1HLD9,1002,", 'XX-B-ABC,A,1HLD9,1003,SEAL 12"')
    preview = read_inventory(write("\n".join((",".join(HEADINGS), *rows, "XX-B-ABC,A,1HLD9,1004,")) + "\n"))
    assert [(bad.line, bad.codes) for bad in preview.rejected] == [(line, ("row.quote_open",)) for line in (2, 3, 4)]
    assert [row.serial for row in preview.accepted] == ["1004"]


def test_claims_lose_no_row_either(write: Write) -> None:
    rows = ('1001,GOGGLE,"IN CRATE 7', "1002,GOGGLE,", '1003,GOGGLE,SEAL 12"')
    preview = read_claims(write("\n".join(("Serial,Item,Remark", *rows)) + "\n"))
    assert [bad.line for bad in preview.rejected] == [2, 3, 4]


# Cells say what they show


@given(st.integers(0, 10**14), st.integers(1, 14))
def test_a_number_is_shown_with_the_zeros_of_its_format(number: int, zeros: int) -> None:
    assert shown_number(number, "0" * zeros) == (str(number).zfill(zeros), True)


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (45, '"SN-"0000', "SN-0045"),
        (12, r"\A0000", "A0012"),
        (5855010000101, "0000-00-000-0000", "5855-01-000-0101"),
        (5, 'General"kg"', "5kg"),
        (3, "[Red]000", "003"),
        (9, "000;-000;000;@", "009"),
        (1234, "0_)", "1234"),
        (0, "000", "000"),
        (5, "[$-409]0000", "0005"),
        (123.0, "General", "123"),
    ],
)
def test_formats_that_add_characters_are_read_as_shown(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == (shown, True)


@pytest.mark.parametrize("code", ["#,##0", "0.00", "0%", "0.00E+00", "[>100]0", ";;;", "# ?/?"])
def test_other_formats_are_doubtful(code: str) -> None:
    assert shown_number(1234, code) == ("1234", False)


def test_numbers_beyond_fifteen_digits_are_shown_as_the_sheet_shows_them() -> None:
    assert plain_number(1.2345678901234567e17) == "1.23457E+17"
    assert shown_text("12", '"SN-"@') == "SN-12"
    assert shown_text("12", "0;0;0;\\A@") == "A12"


def test_every_identity_column_of_a_sheet_is_read_as_shown(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [
        ("Case", "RSN", "P/N", "CAGE", "S/N", "NSN"),
        ("XX-B-ABC", 1, 12, 1234, 45, 5855010000101),
        ("XX-B-ABC", 1, 12, 1234, 1500, 5855010000101),
    ]
    formats = {"B2": "000", "C2": '"NVG-"00', "D2": "00000", "E2": "000000", "F2": "0000-00-000-0000", "E3": "#,##0"}
    preview = read_inventory(workbook(tmp_path / "list.xlsx", rows, formats))
    row = preview.accepted[0]
    assert (row.rsn, row.part_number, row.cage, row.serial, row.nsn) == (
        *("001", "NVG-12", "01234", "000045"),
        "5855-01-000-0101",
    )
    assert "serial.number_format" in {warning.code for warning in preview.warnings if warning.line == 3}


def test_text_cells_that_look_damaged_are_only_doubtful(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [
        HEADINGS[:4],
        ("XX-B-ABC", "A", "1HLD9", "MAR-05"),
        ("XX-B-ABC", "A", "1HLD9", date(2005, 3, 1)),
        ("XX-B-ABC", "A", "1HLD9", "#NV"),
    ]
    preview = read_inventory(workbook(tmp_path / "list.xlsx", rows))
    assert [row.serial for row in preview.accepted] == ["MAR-05"]
    assert "serial.maybe_date" in {warning.code for warning in preview.warnings}
    assert [bad.codes for bad in preview.rejected] == [("serial.date",), ("serial.spreadsheet_error",)]


def test_escapes_are_undone_once(tmp_path: Path) -> None:
    texts = ["000123_x000D_", "A_x005F_x000D_B", "12_x0009_3", "A_x0041_B", "_x000d_5"]
    rows = [("XX-B-ABC", "A", "1HLD9", "S", text) for text in texts]
    path = workbook(tmp_path / "list.xlsx", [HEADINGS, *((*row[:3], f"S{at}", row[4]) for at, row in enumerate(rows))])
    remarks_read = [row.remarks for row in read_inventory(path).accepted]
    assert remarks_read == ["000123", "A_x000D_B", "12\t3", "AAB", "5"]


@pytest.mark.parametrize(
    "cell", ['="000123"', '"=""000123"""', '=T("000123")', ' "000123"', "'000123", '"""000123"""', '\t="000123"']
)
def test_what_keeps_zeros_from_a_spreadsheet_is_not_part_of_the_text(write: Write, cell: str) -> None:
    preview = read_inventory(write(f"Case,P/N,CAGE,S/N\nXX-B-ABC,A,1HLD9,{cell}\n"))
    assert [row.serial for row in preview.accepted] == ["000123"]


def test_a_quoted_cell_behind_a_blank_may_hold_the_delimiter(write: Write) -> None:
    preview = read_inventory(write('Case, P/N, CAGE, S/N, Site\nXX-B-ABC, "A", 1HLD9, "1", "Depot 7, Vault 1"\n'))
    assert [(row.part_number, row.serial, row.site) for row in preview.accepted] == [("A", "1", "Depot 7, Vault 1")]


def test_quotes_within_a_text_stay(write: Write) -> None:
    preview = read_inventory(write('Case,P/N,S/N,Remarks\nXX-B-ABC,A,1,a 12" rail and "more"\nXX-B-ABC,A,2,\'s-Hage\n'))
    assert [row.remarks for row in preview.accepted] == ['a 12" rail and "more"', "'s-Hage"]


# What is not read is named


def test_headings_over_two_lines_are_joined(write: Write) -> None:
    text = ",Part,CAGE,Serial,Date of\nCase,Number,Code,Number,Delivery\nXX-B-ABC,A,1HLD9,1,2025-02-01\n"
    preview = read_inventory(write(text))
    assert codes(preview) == {"list.headings_joined"}
    (row,) = preview.accepted
    assert (row.part_number, row.cage, row.serial, row.delivery_date) == ("A", "1HLD9", "1", date(2025, 2, 1))
    assert read_inventory(write(text), preview.profile) == preview


def test_a_row_that_holds_a_word_of_the_headings_is_still_a_row(write: Write) -> None:
    preview = read_inventory(write("Case,P/N,S/N,Location\nXX-B-ABC,A,ABC,Vault\nXX-B-ABC,A,2,Shelf\n"))
    assert [row.serial for row in preview.accepted] == ["ABC", "2"]


def test_columns_and_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    workbook(path, [(*HEADINGS[:4], "Color", None), ("XX-B-ABC", "A", "1HLD9", "1", "green", "why", "far")])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Depot 8").append(("XX-B-ABC", "A", "1HLD9", "2"))
    book.create_sheet("Empty")
    book.save(path)
    preview = read_inventory(path)
    notes = {note.code: note.values for note in preview.notes}
    assert notes == {
        "list.sheet_unread": {"sheet": "Depot 8", "rows": "1"},
        "list.columns_unread": {"columns": "Color"},
        "list.columns_unnamed": {"columns": "F, G"},
    }
    assert len(preview.accepted) == 1


def test_dates_beside_texts_are_named(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [
        ("Case", "P/N", "S/N", "Delivery Date"),
        ("XX-B-ABC", "A", "1", "17/02/2025"),
        ("XX-B-ABC", "A", "2", datetime(2025, 3, 5)),  # noqa: DTZ001 -- a sheet's dates have no zone
        ("XX-B-ABC", "A", "3", datetime(2025, 3, 25)),  # noqa: DTZ001
    ]
    whole = read_inventory(workbook(tmp_path / "list.xlsx", rows[:3]))
    assert ("delivery_date.maybe_swapped", 3) in {(warning.code, warning.line) for warning in whole.warnings}
    mixed = read_inventory(workbook(tmp_path / "list.xlsx", rows))
    assert "list.dates_mixed" in codes(mixed)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("[Content_Types].xml", "xl/workbook.bin"), "inventory.workbook_binary"),
        (("mimetype", "content.xml"), "inventory.workbook_opendocument"),
        (("Index/Document.iwa",), "inventory.workbook_numbers"),
        (("[Content_Types].xml", "word/document.xml"), "inventory.workbook_document"),
        (("list.csv",), "inventory.zipped"),
    ],
)
def test_other_files_in_a_zip_are_distinguished(tmp_path: Path, parts: tuple[str, ...], code: str) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name in parts:
            archive.writestr(name, "x")
    with pytest.raises(Refusal) as caught:
        read_inventory(path)
    assert caught.value.code == code


# Encodings


def guess_of(path: Path) -> str:
    """The code that says that the encoding is not known: of a note, or of a refusal."""
    try:
        return " ".join(codes(read_inventory(path)))
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize(
    ("encoding", "site"),
    [
        *(
            ("cp1251", "Склад 4"),
            ("cp1253", "Αποθήκη"),
            ("cp1254", "İğdır deposu"),
            ("cp1255", "מחסן"),
            ("cp874", "คลัง"),
        ),
        *(("cp1256", "مستودع"), ("cp949", "창고 7"), ("cp932", "倉庫"), ("cp936", "仓库"), ("cp950", "倉庫")),
        *(("cp1257", "Sandėlis"), ("cp1258", "Kho"), ("mac_roman", "Dépôt"), ("cp866", "Склад"), ("koi8_u", "Склад")),
    ],
)
def test_the_code_pages_of_partner_nations_can_be_named(write: Write, encoding: str, site: str) -> None:
    path = write(f"Case,P/N,S/N,Site\nXX-B-ABC,A,1,{site}\n".encode(encoding))
    named = read_inventory(path, Profile(encoding=encoding))
    assert ([row.site for row in named.accepted], codes(named)) == ([site], set())
    assert site.isascii() or guess_of(path) in {"list.encoding_guessed", "inventory.encoding", "inventory.not_text"}


def test_every_encoding_that_is_offered_is_there() -> None:
    assert all("a".encode(encoding).decode(encoding) == "a" for encoding in ENCODINGS)


def test_utf_8_with_one_broken_byte_is_not_another_encoding(write: Write) -> None:
    text = "Case,P/N,S/N,Site\nXX-B-ABC,A,1,Склад\nXX-B-ABC,A,2,".encode() + b"\xd0\n"
    with pytest.raises(Refusal) as caught:
        read_inventory(write(text))
    assert (caught.value.code, caught.value.values["line"]) == ("inventory.encoding", 3)


# Nothing hangs


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_pipes_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "list.csv"
    os.mkfifo(pipe)
    filled = tmp_path / "filled.json"
    os.mkfifo(filled)
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(Refusal, match="not_regular"):
            read_inventory(path)
    for path in (pipe, filled):
        with pytest.raises(Refusal, match="not_regular"):
            read_filled_worklist(path)


def test_a_blank_beyond_ascii_does_not_put_the_encoding_in_doubt(write: Write) -> None:
    preview = read_inventory(write(b"Case,P/N,S/N\nXX-B-ABC,A,\xa01\n"))
    assert (codes(preview), preview.accepted[0].serial) == (set(), "1")


def test_a_note_without_its_values_is_still_said() -> None:
    for code in list_words._NOTES:
        assert list_note(code, {})
    assert list_note("file.{unknown}", {}) == "file.{unknown}"
    assert what_is_doubtful("serial.{unknown}") == "serial.{unknown}"


HEAD = ",".join(HEADINGS)
ROW = "XX-B-ABC,MX-17,1ABC2,000123,"


def test_columns_without_end_are_refused_in_a_csv_as_in_a_workbook(write: Write) -> None:
    """One row of 250,000 cells took half a minute; empty cells behind the list mean nothing and stay allowed."""
    assert len(read_inventory(write(f"{HEAD}{',' * 5_000}\n{ROW}{',' * 5_000}\n")).accepted) == 1
    for wide in (f"{HEAD}\n{ROW}{',' * 300}x\n", f"a{',a' * 300}\n{HEAD}\n{ROW}\n"):
        with pytest.raises(Refusal, match=r"inventory\.too_many_columns"):
            read_inventory(write(wide))


def test_a_row_is_bounded_before_it_is_split(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_table, "MAX_ROW_CHARS", 1_000)
    assert read_inventory(write(f"{HEAD}\n" + f"{ROW}\n" * 100)).rows == 100
    for long in ("," * 1_001, '"\n",' * 300):  # also over many lines, inside quotes
        with pytest.raises(Refusal, match=r"inventory\.row_too_long") as refused:
            read_inventory(write(f"{HEAD}\n{ROW}\n{long}\n"))
        assert refused.value.values["line"] == 3
