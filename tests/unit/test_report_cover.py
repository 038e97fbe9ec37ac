"""The cover of a report: what is a number on it, and what is text."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl

from eum_app.reports.formats import json_file, xlsx_file
from eum_app.reports.model import Column, Cover, Document, Section, Table


def test_digits_on_a_cover_stay_text_and_no_text_is_cut(tmp_path: Path) -> None:
    long = "Depot 7, " * 8_000
    cover = Cover(
        report="status",
        title="Inventory status",
        subject="0042",
        as_of="2026-11-21T08:00:00.000000Z",
        made_by="REV-004",
        made_at_store="HQ-01",
        reconciliation="The counts add up.",
        is_reconciled=True,
        sections=(
            Section("Scope", (("Site", "0042"), ("Case", "٠٤٢"), ("Remark", long), ("Labels", 1234), (long, 5))),
        ),
        designation={"Controlled by": "007"},
    )
    table = Table("items", "Items", (Column("Serial", "serial"),), [("0042",)], 1)
    xlsx_file.write(Document(cover, (table,)), tmp_path, "status.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "status.xlsx").worksheets[0]
    cells = [tuple(row) for row in sheet.iter_rows(max_col=2, values_only=True)]
    assert cells[2] == (None, "0042")
    for line in (("Controlled by", "007"), ("Site", "0042"), ("Case", "٠٤٢"), ("Labels", 1234)):
        assert line in cells
    at = next(number for number, (label, _) in enumerate(cells) if label == "Remark")
    assert cells[at][1] + cells[at + 1][1] + cells[at + 2][1] == long
    labels = [label or "" for label, _ in cells]
    assert long in "".join(labels)
    json_file.write(Document(cover, (table,)), tmp_path, "status.json")
    assert ["Labels", "1234"] in json.loads((tmp_path / "status.json").read_text("utf-8"))["cover"]["sections"][0][
        "lines"
    ]
