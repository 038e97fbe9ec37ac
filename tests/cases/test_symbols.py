"""From a symbol to an item: a part is not a mark, near is offered, and a contradiction is never taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eum_app.cli.common import sentence_of
from eum_app.domain.errors import Refusal
from eum_app.domain.marks import parse_mark
from eum_app.scanning.read_marks import read_marks
from eum_app.wording.messages import sentence
from tests.cases.support import book, case, command, dry_run, matched, near_serials

Capture = pytest.CaptureFixture[str]
MESSAGE = "[)>\x1e06\x1d17V1HLD9\x1d1PW\x1dS750148\x1e\x04"


@pytest.mark.parametrize("name", ["dm_1of2.png", "qr_1of2.png", "dm_plain_1of2.png", "qr_plain_1of2.png"])
def test_case_05_a_part_of_a_mark_is_never_an_item(tmp_path: Path, name: str) -> None:
    rows = ("WIDGET-99,1HLD9,000001,D1HLD9WIDGET-99000001", "WIDGET-99,1HLD9,0000,D1HLD9WIDGET-990000")
    with book(tmp_path, *(f"XX-B-ABC,{row}" for row in (*rows, "WIDGET-99,1HLD9,AB-750148,"))) as at:
        (reading,) = read_marks(case(5, name))
        symbol = reading.symbol
        assert symbol is not None
        if reading.mark is None or symbol.part_of:
            return
        match = matched(at, symbol.raw, symbology=symbol.aim)
        assert (match.item, near_serials(match)) == (None, [])


@pytest.mark.parametrize(
    "text",
    [MESSAGE.swapcase(), MESSAGE.replace("[)>", "ü=:"), "х)Ю\x1e06\x1d17М1РДВ9\x1d1ЗЦ\x1dІ750148\x1e\x04"],
    ids=["caps lock", "german", "ukrainian"],
)
def test_case_11_a_keyboard_layout_is_named(tmp_path: Path, text: str) -> None:
    with book(tmp_path, "XX-B-ABC,W,1HLD9,750148,") as at:
        try:
            match = matched(at, text, read_by="wedge", symbology="")
        except Refusal as refusal:
            told = str(sentence(refusal))
        else:
            told = " ".join(sentence_of(one.code, one.values) for one in match.mark.warnings)
        assert "layout" in told or "Caps Lock" in told


def test_case_11_an_untested_scanner_is_named(tmp_path: Path) -> None:
    with book(tmp_path, "XX-B-ABC,W,1HLD9,YZ1234,", "XX-B-ABC,W,1HLD9,ZY1234,") as at:
        match = matched(at, "ZY1234", read_by="wedge", symbology="")
        assert match.kind != "expected" or match.mark.warnings


def test_case_13_the_character_set_of_a_symbol_counts_for_its_serial(capfd: Capture) -> None:
    code, out, _ = command(capfd, "read-marks", case(13, "eci7.png"))
    said = json.loads(out)
    assert (code, said["text"], said["serial"]) == (0, "Ж750148", "Ж750148")


@pytest.mark.parametrize("prefix", ["]d4", "]d5", "]d6", "]Q2"])
def test_case_13_a_designator_is_not_data(prefix: str) -> None:
    assert parse_mark(f"{prefix}\\000026750148".encode()).serial == "750148"


@pytest.mark.parametrize(
    ("raw", "offered"),
    [(MESSAGE.replace("S750148", "S000123"), "123"), ("456", "000456")],
    ids=["lost in the list", "lost on the mark"],
)
def test_case_17_leading_zeros_are_near(tmp_path: Path, raw: str, offered: str) -> None:
    with book(tmp_path, "XX-B-ABC,W,1HLD9,123,", "XX-B-ABC,W,1HLD9,000456,") as at:
        match = matched(at, raw)
        assert (match.kind, match.item, near_serials(match)) == ("near", None, [offered])


def test_case_18_the_letter_case_of_a_uii_does_not_matter(tmp_path: Path) -> None:
    with book(tmp_path, "XX-B-ABC,W-9,1HLD9,12ab567,DA330912ab567") as at:
        match = matched(at, "[)>\x1e06\x1d25SDA330912ab567\x1e\x04")
        found = [match.item.serial] if match.item else near_serials(match)
        assert found == ["12AB567"]


def test_case_27_a_mark_that_contradicts_itself_warns(tmp_path: Path) -> None:
    with book(tmp_path, "XX-B-ABC,W,1HLD9,000001,", "XX-B-ABC,W,1HLD9,750148,") as at:
        match = matched(at, "[)>\x1e06\x1d18S1HLD9000001\x1dS750148\x1e\x04")
        assert match.kind == "ambiguous" or match.mark.warnings


@pytest.mark.parametrize("raw", ["25SD1HLD9WIDGET-99000001", "18S1HLD9000001"])
def test_case_28_identifiers_of_linear_symbols_are_offered(tmp_path: Path, raw: str) -> None:
    with book(tmp_path, "XX-B-ABC,WIDGET-99,1HLD9,000001,D1HLD9WIDGET-99000001") as at:
        match = matched(at, raw, read_by="wedge", symbology="Code 39")
        assert (match.item, near_serials(match)) == (None, ["000001"])


@pytest.mark.parametrize(
    ("raw", "listed"),
    [("AB-7751", "\u0410\u0412-7751"), ("1234", "\u0661\u0662\u0663\u0664")],
    ids=["cyrillic", "arabic"],
)
def test_case_34_letters_that_look_alike_are_near(tmp_path: Path, raw: str, listed: str) -> None:
    with book(tmp_path, f"XX-B-ABC,W,1HLD9,{listed},") as at:
        match = matched(at, raw)
        assert (match.item, near_serials(match)) == (None, [listed])


def test_case_35_a_symbol_that_sets_up_a_scanner_is_not_a_mark(capfd: Capture) -> None:
    _, out, _ = command(capfd, "read-marks", case(35, "readerinit.png"))
    assert json.loads(out).get("serial") is None


def test_case_34_the_preview_names_letters_of_other_scripts(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    rows = ["XX-B-ABC,\u0421-9,\u0410\u0412-7751", "XX-B-ABC,A,\u0661\u0662", "\u0425\u0425-B-ABC,A,3", "XX-B-ABC,A,4"]
    listed.write_text("\n".join(["Case,P/N,S/N", *rows]) + "\n", encoding="utf-8")
    told = dry_run(capfd, listed)
    named = {line: [code for code in codes if "script" in code] for line, codes in told["warnings"].items()}
    assert named == {"2": ["part_number.other_script", "serial.other_script"], "3": ["serial.other_script"], "5": []}
    said = "\n".join(told["words"])
    assert (
        "Serial number: characters that look like or mean A, B, 1, 2 are Cyrillic, Arabic-indic (2: line 2, 3)" in said
    )
    assert "line 4: \u0425\u0425-B-ABC does not look like an FMS case" in said
    assert "FMS case: characters that look like or mean X are Cyrillic" in said
