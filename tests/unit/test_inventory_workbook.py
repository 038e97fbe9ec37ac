"""Workbooks: real ones made with openpyxl, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eum_app.demo.generate import HEADINGS, depot_rows, write_inventory_csv
from eum_app.domain.errors import Refusal
from eum_app.list_files import inventory_workbook
from eum_app.list_files.inventory_file import Profile, read_inventory, write_rejected_csv
from eum_app.list_files.inventory_workbook import WorkbookReader

openpyxl = pytest.importorskip("openpyxl")

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SHEET = "xl/worksheets/sheet1.xml"
SHORT = ("Case", "P/N", "S/N", "Dlvd")

Save = Callable[..., Path]


def book_bytes(*sheets: list[tuple[Any, ...]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save_book(data: bytes) -> Path:
        path = tmp_path / "list.xlsx"
        path.write_bytes(data)
        return path

    return save_book


def refusal_of(path: Path, profile: Profile | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_inventory(path, profile)
    return caught.value


@pytest.mark.data
@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample data are not beside the project")
def test_the_sample_depot_is_read_whole() -> None:
    preview = read_inventory(SAMPLES / "baseline-depot-7.xlsx")
    assert (preview.rows, len(preview.accepted), preview.rejected, preview.warnings) == (214, 214, [], [])
    assert (preview.accepted[0].line, preview.accepted[0].serial) == (2, "750148")
    assert preview.accepted[0].delivery_date == date(2025, 2, 17)
    assert preview.profile.date_order == "not needed"


def test_a_workbook_and_a_csv_of_the_same_list_give_the_same_rows(save: Save, tmp_path: Path) -> None:
    rows = depot_rows(3, 60, today=date(2026, 3, 1))
    csv_path = tmp_path / "list.csv"
    write_inventory_csv(csv_path, rows)
    table = [
        HEADINGS,
        *(
            (
                *(row.country, row.case_id, int(row.rsn), row.nomenclature, row.nsn, row.part_number, row.cage),
                *(int(row.serial) if row.serial.isdigit() else row.serial, row.uii, row.eum_level),
                *(row.ship_date, row.delivery_date, row.site, row.location, row.last_inventory, "ON HAND"),
            )
            for row in rows
        ),
    ]
    preview = read_inventory(save(book_bytes([("a note",)], table)))
    assert [row.key for row in preview.accepted] == [row.key for row in rows]
    assert [row.last_inventory for row in preview.accepted] == [row.last_inventory for row in rows]
    assert [row.line for row in preview.accepted] == [row.line for row in read_inventory(csv_path).accepted]
    assert read_inventory(save(book_bytes([("a note",)], table)), preview.profile).accepted == preview.accepted


def test_what_a_spreadsheet_did_to_a_serial_is_refused(save: Save, tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [
        SHORT,
        ("XX-B-ABC", "A", 716635, datetime(2025, 2, 17)),  # noqa: DTZ001 -- a sheet's dates have no zone
        ("XX-B-ABC", "A", 716636.0, "2025-02-17"),
        ("XX-B-ABC", "A", 1.2345678901234567e17, None),
        ("XX-B-ABC", "A", date(2005, 9, 5), None),
        (),
        ("XX-B-ABC", "A", "000123"),
        ("XX-B-ABC", "A", 4.5, datetime(2025, 2, 17, 13, 30)),  # noqa: DTZ001
    ]
    preview = read_inventory(save(book_bytes(rows)))
    assert [(row.line, row.serial) for row in preview.accepted] == [(2, "716635"), (3, "716636"), (7, "000123")]
    assert [(bad.line, bad.codes) for bad in preview.rejected] == [
        (4, ("serial.scientific_notation",)),
        (5, ("serial.date",)),
        (8, ("delivery_date.invalid",)),
    ]
    out = tmp_path / "rejected.csv"
    assert write_rejected_csv(preview, out) == 3
    assert read_inventory(out).rows == 3


def test_several_sheets_with_headings_are_asked_about(save: Save) -> None:
    rows: list[tuple[Any, ...]] = [SHORT, ("XX-B-ABC", "A", "1")]
    path = save(book_bytes(rows, rows))
    assert refusal_of(path).values == {"sheets": ("Sheet", "Sheet1")}
    assert read_inventory(path, Profile(sheet="Sheet1")).rows == 1
    assert refusal_of(path, Profile(sheet="Nowhere")).code == "inventory.sheet_unknown"


def test_a_formula_refuses_its_row_and_only_in_a_column_that_is_read(save: Save) -> None:
    rows: list[tuple[Any, ...]] = [
        ("List of", "=TODAY()"),
        (*SHORT, "Next due"),
        ("XX-B-ABC", "A", '=HYPERLINK("x")', None, "=D3+365"),
        ("XX-B-ABC", "A", '="000123"', None, "=D4+365"),
    ]
    preview = read_inventory(save(book_bytes(rows)))
    assert [(bad.line, bad.codes) for bad in preview.rejected] == [(3, ("serial.formula",))]
    assert [row.serial for row in preview.accepted] == ["000123"]


def test_what_is_not_a_workbook_is_refused(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    good = book_bytes([SHORT, ("XX-B-ABC", "A", "1")])
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("picture.png", b"")
    for data, code in (
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 100, "inventory.workbook_old"),
        (good[: len(good) // 2], "inventory.not_workbook"),
        (b"PK\x03\x04 and no more", "inventory.not_workbook"),
        (empty.getvalue(), "inventory.not_workbook"),
        (with_part(good, "xl/vbaProject.bin", lambda _: b"macro"), "inventory.workbook_macros"),
        (with_part(good, SHEET, lambda xml: xml[:-40]), "inventory.not_workbook"),
        (with_part(good, "xl/workbook.xml", lambda _: b"<x/>"), "inventory.not_workbook"),
        (book_bytes([("nothing", "here")]), "inventory.headings_missing"),
        (book_bytes([]), "inventory.empty"),
        (book_bytes([SHORT]), "inventory.no_rows"),
        (
            with_part(good, SHEET, lambda xml: xml.replace(b'r="C2"', b'r="XFD2"')),
            "inventory.too_many_columns",
        ),
        (
            with_part(good, SHEET, lambda xml: xml.replace(b"<t>1<", b"<t>" + b"9" * 40_000 + b"<")),
            "inventory.cell_too_long",
        ),
    ):
        assert refusal_of(save(data)).code == code
    monkeypatch.setattr(inventory_workbook, "MAX_UNPACKED_BYTES", 10_000)
    with pytest.raises(Refusal, match=r"inventory\.zip_bomb"):
        WorkbookReader(good)


def test_a_bomb_is_refused_without_unpacking_it(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_workbook, "MAX_UNPACKED_BYTES", 10 * 1024 * 1024)

    def swollen(xml: bytes) -> bytes:
        return xml + b" " * (12 * 1024 * 1024)

    good = book_bytes([SHORT, ("XX-B-ABC", "A", "1")])
    path = save(with_part(good, SHEET, swollen))
    assert path.stat().st_size < 100 * 1024
    with pytest.raises(Refusal, match=r"inventory\.zip_bomb"):
        WorkbookReader(path.read_bytes())


def test_a_row_number_beyond_any_sheet_does_not_hang(save: Save) -> None:
    good = book_bytes([SHORT, ("XX-B-ABC", "A", "1")])

    def far(xml: bytes) -> bytes:
        return xml.replace(b'<row r="2"', b'<row r="99999999999"')

    data = with_part(good, SHEET, far)
    assert refusal_of(save(data)).code == "inventory.too_many_rows"


def test_a_million_empty_rows_are_passed_over(save: Save) -> None:
    good = book_bytes([SHORT, ("XX-B-ABC", "A", "1")])

    def last(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'<row r="1048576"></row></sheetData>')

    assert read_inventory(save(with_part(good, SHEET, last))).rows == 1


def test_rows_that_hold_nothing_but_a_format_are_no_rows(save: Save) -> None:
    good = book_bytes([SHORT, ("XX-B-ABC", "A", "1")])
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (number, number) for number in range(3, 50_003))
    swollen = with_part(good, SHEET, lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>"))
    preview = read_inventory(save(swollen))
    assert (preview.rows, len(preview.accepted), preview.rejected) == (1, 1, [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(at=st.integers(0, 5_000), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_workbook_is_read_or_refused(save: Save, at: int, byte: int, cut: bool) -> None:
    data = bytearray(book_bytes([SHORT, ("XX-B-ABC", "A", "1")]))
    at %= len(data)
    data = data[:at] if cut else data[:at] + bytes([byte]) + data[at + 1 :]
    try:
        preview = read_inventory(save(bytes(data)))
    except Refusal:
        return
    assert preview.rows == len(preview.accepted) + len(preview.rejected)
