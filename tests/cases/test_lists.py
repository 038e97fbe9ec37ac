"""Lists of items: no row is lost, no value is changed, and damage is never taken for data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import PASSPHRASE
from tests.cases.support import case, command, dry_run

Capture = pytest.CaptureFixture[str]


def serials(told: dict[str, Any]) -> list[str]:
    """The serials of the accepted rows, in order."""
    return [row["serial"] for row in told["values"].values()]


def test_case_03_no_item_is_lost_in_a_remark(capfd: Capture) -> None:
    told = dry_run(capfd, case(3, "list.csv"))
    assert told["rejected"] == {line: ["row.quote_open"] for line in "234"}
    assert (told["rows"], serials(told)) == (4, ["1004"])


def test_case_04_rows_out_of_order_are_read_or_the_workbook_is_refused(capfd: Capture) -> None:
    order, twice = (dry_run(capfd, case(4, name)) for name in ("order.xlsx", "twice.xlsx"))
    assert order["refused"] or sorted(serials(order)) == ["S1", "S2", "S3", "S4"]
    assert twice["refused"] or sorted(serials(twice)) == ["S1", "S2", "S3", "S4"]


def test_case_06_a_serial_is_read_as_the_cell_shows_it(capfd: Capture) -> None:
    assert serials(dry_run(capfd, case(6, "list.xlsx"))) == ["000123", "SN-0045"]


def test_case_07_dates_in_place_of_serials_are_rejected(capfd: Capture) -> None:
    told = dry_run(capfd, case(7, "list.csv"))
    assert {line: codes[0] for line, codes in told["rejected"].items()} == dict.fromkeys("2345", "serial.date")


def test_case_08_text_behind_an_equals_sign_is_that_text(capfd: Capture) -> None:
    told = dry_run(capfd, case(8, "list.csv"))
    assert serials(told) == ["000123", "000124"]
    assert [row["part_number"] for row in told["identity"].values()] == ["A-1", "A-1"]


def test_case_09_damage_is_found_in_every_identity_column(capfd: Capture) -> None:
    told = dry_run(capfd, case(9, "list.csv"))
    assert told["accepted"] == 0
    assert told["rejected"]["2"] == ["part_number.scientific_notation"]
    assert told["rejected"]["3"] == told["rejected"]["4"] == ["part_number.date"]
    assert told["rejected"]["5"] == ["part_number.spreadsheet_error"]
    assert sorted(told["rejected"]["6"]) == ["cage.scientific_notation", "nsn.scientific_notation"]
    assert told["rejected"]["7"] == ["uii.scientific_notation"]


def test_case_10_impossible_years_are_refused_or_warned_about(capfd: Capture) -> None:
    told = dry_run(capfd, case(10, "list.csv"))
    assert "last_inventory.in_future" in told["rejected"].get("2", [])
    assert "delivery_date.in_future" in told["warnings"].get("3", []) + told["rejected"].get("3", [])
    assert {"delivery_date.year", "last_inventory.year"} <= {*told["rejected"].get("4", [])}
    assert {"delivery_date.year", "last_inventory.year"} <= {*told["rejected"].get("5", [])}


@pytest.mark.parametrize("name", ["other-heading.xlsx", "no-heading.xlsx"])
def test_case_12_a_sheet_that_is_not_read_is_named(capfd: Capture, name: str) -> None:
    told = dry_run(capfd, case(12, name))
    assert ("Depot 8" if name == "other-heading.xlsx" else "Sheet2") in json.dumps(told)


def test_case_14_a_placeholder_is_an_empty_cell(capfd: Capture) -> None:
    told = dry_run(capfd, case(14, "list.csv"))
    assert told["rejected"] == {}
    assert told["accepted"] == 5
    assert not any(code.startswith("uii.") for codes in told["warnings"].values() for code in codes)


def test_case_15_a_guessed_encoding_is_named_and_the_right_one_can_be(capfd: Capture, tmp_path: Path) -> None:
    for name in ("cyrillic-cp1251.csv", "arabic-cp1256.csv", "korean-cp949.csv", "mac-roman-cr.csv"):
        assert "list.encoding_guessed" in json.dumps(dry_run(capfd, case(15, name))), name
    told = dry_run(capfd, case(15, "arabic-cp1256.csv"), "--profile", case(15, "arabic-profile.json"))
    assert told["identity"]["2"]["site"] == "مستودع"
    for encoding, name, site in (
        ("cp949", "korean-cp949.csv", "창고 7"),
        ("mac_roman", "mac-roman-cr.csv", "Dépôt nº 4"),
    ):
        profile = tmp_path / "profile.json"
        profile.write_text(json.dumps({"encoding": encoding}))
        assert dry_run(capfd, case(15, name), "--profile", profile)["identity"]["2"]["site"] == site


def test_case_19_only_the_width_of_characters_is_folded(capfd: Capture) -> None:
    told = dry_run(capfd, case(19, "list.csv"))
    assert {"12342", "12351", "A1236TM", "NO5"}.isdisjoint(serials(told))
    for line in "2345":
        assert "serial.characters" in told["warnings"].get(line, []) + told["rejected"].get(line, [])


def test_case_20_escapes_of_a_workbook_are_undone(capfd: Capture) -> None:
    assert serials(dry_run(capfd, case(20, "list.xlsx"))) == ["000123"]


def test_case_22_error_words_and_placeholders_are_no_serials(capfd: Capture) -> None:
    told = dry_run(capfd, case(22, "list.csv"))
    assert told["accepted"] == 0
    for line in range(2, 9):
        assert told["rejected"][str(line)] == ["serial.spreadsheet_error"]
    for line in range(9, 12):
        assert told["rejected"][str(line)] == ["serial.missing"]
    assert told["rejected"]["12"] == ["part_number.spreadsheet_error"]


def test_case_23_scientific_notation_without_a_plus_is_damage(capfd: Capture) -> None:
    told = dry_run(capfd, case(23, "list.csv"))
    assert told["rejected"] == {line: ["serial.scientific_notation"] for line in "234"}


def test_case_24_a_heading_over_two_lines_is_joined(capfd: Capture) -> None:
    told = dry_run(capfd, case(24, "list.xlsx"))
    assert (told["rows"], told["rejected"]) == (1, {})
    assert told["values"]["3"]["delivery_date"] == "2025-02-01"


def test_case_25_strict_open_xml_is_read_or_named(capfd: Capture) -> None:
    told = dry_run(capfd, case(25, "strict.xlsx"))
    assert told["accepted"] or "Strict Open XML" in told["refused"]


@pytest.mark.parametrize("name", ["column.xlsx", "title.xlsx"])
def test_case_29_a_formula_matters_only_where_it_is_read(capfd: Capture, name: str) -> None:
    assert serials(dry_run(capfd, case(29, name))) == ["1"]


def test_case_30_empty_cells_do_not_count(capfd: Capture) -> None:
    assert serials(dry_run(capfd, case(30, "list.xlsx"))) == ["S1"]


def test_case_31_a_blank_before_a_quote_does_not_count(capfd: Capture) -> None:
    told = dry_run(capfd, case(31, "list.csv"))
    assert serials(told) == ["000123"]
    assert told["identity"]["2"]["part_number"] == "A"


def test_case_33_a_column_of_dates_and_texts_is_warned_about(capfd: Capture) -> None:
    told = dry_run(capfd, case(33, "list.xlsx"))
    assert "delivery_date.maybe_swapped" in told["warnings"]["3"]


def test_case_10_no_clock_runs_from_a_date_in_the_future(
    capfd: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    who = ("--store", tmp_path / "hq", "--account", "REV-1")
    create = ("store", "create", "--kind", "hq", "--name", "HQ-09", "--role", "reviewer", "--suite", "p384", *who)
    assert command(capfd, *create)[0] == 0
    code, out, _ = command(capfd, "inventory", "import", case(10, "list.csv"), "--json", *who)
    assert code == 0
    assert json.loads(out)["listed"] < 2
