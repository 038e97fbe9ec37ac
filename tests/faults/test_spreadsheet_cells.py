"""Text of other people in CSV files that a person opens in a spreadsheet, also in one of another language."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from eum_app.list_files.inventory_file import read_inventory, write_rejected_csv
from eum_app.list_files.source import Profile
from eum_app.reports.formats.csv_file import write_csv

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1")


def written(heading: list[str], *rows: list[str]) -> str:
    """The text of a report's CSV file."""
    file = io.BytesIO()
    write_csv(file, heading, rows)
    return file.getvalue().decode()


def cells_in_german(text: str) -> list[str]:
    """The cells of a comma-separated text where a spreadsheet separates by semicolons."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_heading_that_is_a_formula_is_guarded_like_a_cell(formula: str) -> None:
    first, second = csv.reader(io.StringIO(written([formula, "Serial"], ["x", formula]), newline=""))
    guarded = first[0]
    assert first == [guarded, "Serial"]
    assert second == ["x", guarded]
    assert guarded.startswith("'")
    assert guarded.replace("'", "") == formula


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_cell_with_the_separator_of_another_language_is_quoted(separator: str) -> None:
    text = written(["Serial", f"a{separator}b"], ["000123", f"left{separator}right"], ["000124", "plain"])
    assert text == f'"Serial","a{separator}b"\r\n"000123","left{separator}right"\r\n000124,plain\r\n'


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r", "\r\n"])
@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+1", "@SUM(1)"])
def test_no_part_of_a_cell_becomes_a_formula_where_another_separator_counts(separator: str, formula: str) -> None:
    text = written(["Serial", "Remarks"], ["000123", f"seen{separator}{formula};end"])
    assert not [cell for cell in cells_in_german(text) if cell.startswith(("=", "+", "-", "@"))]
    assert not [line for line in text.splitlines() if line.startswith(("=", "+", "-", "@"))]


def test_the_text_of_a_usual_report_is_unchanged() -> None:
    assert written(["Serial", "Place"], ["000123", "Depot 7, hall 2"]) == 'Serial,Place\r\n000123,"Depot 7, hall 2"\r\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_rejected_rows_with_hostile_headings_are_safe_and_read_back(tmp_path: Path, delimiter: str) -> None:
    lines = [
        ["Case", "Serial", "NSN", "=cmd"],
        ["no case", "000123", "5855", "=1+1"],
        ["no; case", "1", "2", "a,b;c\td"],
    ]
    source = tmp_path / "list.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    columns = {"Case": "case_id", "Serial": "serial", "NSN": "nsn", "=cmd": "remarks"}
    preview = read_inventory(source, Profile(delimiter=delimiter, columns=columns))
    rejected = tmp_path / "rejected.csv"
    assert write_rejected_csv(preview, rejected) == 2
    text = rejected.read_text("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert '"a,b;c\td"' in text
    again = read_inventory(rejected, Profile(delimiter=delimiter, columns=columns))
    assert again.headings[2:] == preview.headings
    assert [row.raw[2:] for row in again.rejected] == [("no case", "000123", "5855", "'=1+1"), tuple(lines[2])]
