"""Workbooks that are small and legal, and took minutes to read: refused before the work is done."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from eum_app.domain.errors import Refusal
from eum_app.list_files import inventory_workbook
from eum_app.list_files.inventory_workbook import MAX_SHEETS, MAX_STYLE_TAGS, WorkbookReader


def workbook(**parts: bytes) -> bytes:
    """A workbook with one sheet; `parts` replaces the content of parts by the ends of their names."""
    made = io.BytesIO()
    book = Workbook()
    book.active.append(["Serial", "Part number"])
    book.save(made)
    changed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            stem = name.rsplit("/", 1)[-1].removesuffix(".xml")
            new.writestr(name, parts.get(stem, old.read(name)))
    return changed.getvalue()


NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def test_a_plain_workbook_is_read() -> None:
    with WorkbookReader(workbook()) as reader:
        assert reader.sheets == ("Sheet",)


@pytest.mark.parametrize("part", ["sheet1", "styles", "workbook", "[Content_Types]", "workbook.xml.rels"])
def test_a_part_in_an_encoding_that_does_not_exist(part: str) -> None:
    """Found by `make fuzz`: the XML parser raises LookupError, which was taken for a bug of the app."""
    xml = b'<?xml version="1.0" encoding="UTFx8"?><worksheet ' + NS + b"/>"
    with pytest.raises(Refusal, match=r"inventory\.not_workbook"), WorkbookReader(workbook(**{part: xml})) as reader:
        reader.records(reader.sheets[0])


def test_damaged_lzma_and_a_later_version_of_zip() -> None:
    """Errors of the ZIP reader that have no base class in common with the others."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    data = made.getvalue()
    WorkbookReader(data)
    with zipfile.ZipFile(made) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    at = part.header_offset + 30 + len(part.filename)
    later = data.index(b"PK\x01\x02") + 6
    for place, bad in ((at, b"\xff" * 12), (at + 2, b"\x00\x00"), (later, b"\xff\x00")):
        with pytest.raises(Refusal, match=r"inventory\.not_workbook"):
            WorkbookReader(data[:place] + bad + data[place + len(bad) :])


def test_three_million_styles() -> None:
    assert MAX_STYLE_TAGS < 3_000_000
    styles = b"<styleSheet " + NS + b"><cellXfs>" + b"<xf/>" * 3_000_000 + b"</cellXfs></styleSheet>"
    data = workbook(styles=styles)
    assert len(data) < 200_000
    with pytest.raises(Refusal, match=r"inventory\.workbook_parts"):
        WorkbookReader(data)


def test_shared_strings_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    strings = b"<sst " + NS + b">" + b"<si><t>x</t></si>" * 2_000 + b"</sst>"
    made = io.BytesIO(workbook())
    with zipfile.ZipFile(made) as archive:
        types = archive.read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = types.replace("</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>')
    made = io.BytesIO(workbook(**{"[Content_Types]": named.encode()}))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", strings)
    data = made.getvalue()
    monkeypatch.setattr(inventory_workbook, "MAX_STRINGS", 2_000)
    with WorkbookReader(data) as reader:
        assert reader.sheets == ("Sheet",)
    monkeypatch.setattr(inventory_workbook, "MAX_STRINGS", 1_999)
    with pytest.raises(Refusal, match=r"inventory\.workbook_parts"):
        WorkbookReader(data)


def test_ten_thousand_sheets() -> None:
    assert MAX_SHEETS < 10_000
    sheets = b"".join(b'<sheet name="S%d" sheetId="%d" r:id="rId1"/>' % (one, one) for one in range(1, 10_001))
    book = (
        b"<workbook "
        + NS
        + b' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        + sheets
        + b"</sheets></workbook>"
    )
    with pytest.raises(Refusal, match=r"inventory\.workbook_parts"):
        WorkbookReader(workbook(workbook=book))
