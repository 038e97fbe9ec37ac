"""Marks that contradict themselves, character sets of symbols, and what lists and plates confuse."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain import look_alikes, marks
from eum_app.domain.facts import MarkNote, MarkRead
from eum_app.domain.linear_marks import linear_meanings
from eum_app.domain.marks import Uii, parse_mark
from eum_app.domain.script_look_alikes import LOOKS_LIKE
from eum_app.wording.messages_marks import describe
from tests.unit.test_marks import FIELD, message, refusal


@pytest.mark.parametrize(
    ("single", "uii", "serial"),
    [
        ("25SD1HLD9000001", "D1HLD9000001", "S1"),
        ("18S1HLD9000001", "D1HLD9000001", "000001"),
        ("22SA0000012345678", "A0000012345678", "S1"),
        ("I1FTSW21P34ED12345", "1FTSW21P34ED12345", "S1"),
    ],
)
def test_a_uii_in_one_element_is_the_uii_whatever_is_beside_it(single: str, uii: str, serial: str | None) -> None:
    mark = parse_mark(message("17V0CVA5", "1PX", single, "SS1"))
    assert (mark.uii and mark.uii.value, mark.serial) == (uii, serial)
    assert [one.code for one in mark.warnings] == ["mark.elements_differ"]
    alone = parse_mark(message(single))
    assert (alone.uii, alone.other_serials) == (mark.uii, ())


@pytest.mark.parametrize(
    ("raw", "uii"),
    [
        (message("UIDD0CVA542", "MFR0CVA5", "SER43", code="12"), "D0CVA542"),
        (message("USN0CVA542", "MFR0CVA5", "SER43", code="12"), "D0CVA542"),
        (message("8004061414142", "800300614141123452AB12", code="05"), ""),
        (message("800406141419999960MH80312", "2143", code="05"), "06141419999960MH80312"),
    ],
)
def test_a_uii_in_one_text_element_or_gs1_element(raw: bytes, uii: str) -> None:
    if not uii:  # two single elements that differ
        assert refusal(raw).code == "mark.ambiguous"
        return
    mark = parse_mark(raw)
    assert mark.uii is not None
    assert mark.uii.value == uii


@pytest.mark.parametrize(
    ("elements", "code", "serial"),
    [
        (("18S1HLD9000001", "S750148"), "mark.serials_differ", "000001"),
        (("25SD1HLD9W000001", "S750148"), "mark.serials_differ", "750148"),
        (("18S1HLD9000001", "17V0CVA5"), "mark.makers_differ", "000001"),
        (("25SD1HLD9000001", "17V0CVA5"), "mark.makers_differ", None),
    ],
)
def test_a_mark_that_contradicts_itself_says_so(elements: tuple[str, ...], code: str, serial: str | None) -> None:
    mark = parse_mark(message(*elements))
    assert [one.code for one in mark.warnings] == [code]
    assert mark.serial == serial
    assert mark.other_serials == (("750148",) if code == "mark.serials_differ" else ())


def test_elements_that_agree_with_the_uii_give_no_warning() -> None:
    for elements in (
        ("25SD1HLD9W000001", "17V1HLD9", "1PW", "S000001"),
        ("18S1HLD9000001", "17V1HLD9", "S000001"),
        ("25SD1HLD9WID GET1", "17V1HLD9", "1PWID GET", "S1"),
        ("25SD1HLD9000001", "30PW-2", "N5855-01-000-0101"),
    ):
        mark = parse_mark(message(*elements))
        assert not mark.other_serials
        assert {one.code for one in mark.warnings} <= {"mark.spaces_removed"}


@given(cage=st.from_regex(r"[0-9][A-HJ-NP-Z0-9]{3}[0-9]", fullmatch=True), inside=FIELD, beside=FIELD)
def test_a_serial_beside_a_single_element_is_never_the_one_that_counts(cage: str, inside: str, beside: str) -> None:
    mark = parse_mark(message(f"18S{cage}{inside}", f"S{beside}"))
    assert mark.uii == Uii(f"D{cage}{inside}", "1")
    assert mark.serial == inside
    assert mark.warns_of("mark.serials_differ") == (inside != beside)


ECI = "\u0416750148"


@pytest.mark.parametrize(
    "raw",
    [
        b"]d4\\000007\xb6750148",
        b"]d4\\000022\xc6750148",
        b"]Q2\\000026" + ECI.encode(),
        b"]d4\\000025" + ECI.encode("utf-16-be"),
        b"]z3\\000007\xb6\\000003750148",
        b"]L1\\000007\xb6750148",
        ECI.encode(),
    ],
)
def test_the_character_set_that_a_symbol_states_counts(raw: bytes) -> None:
    mark = parse_mark(raw)
    assert mark.serial == ECI
    assert mark.raw == raw


def test_a_stated_character_set_counts_within_a_message() -> None:
    data = b"]d4\\000007" + message("17V1HLD9", "1P\\\\X", "S")[:-2] + b"\xb61" + b"\x1e\x04"
    mark = parse_mark(data)
    assert (mark.part_number, mark.serial) == ("\\X", "\u04161")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"]d4\\000899\xb61", "mark.character_set_unknown"),
        (b"]d4\\000026\xb61", "mark.character_set_wrong"),
        (b"]d4\\000026", "mark.empty"),
        (b"]z6AB-750148", "mark.part_of_sequence"),
    ],
)
def test_data_that_no_character_set_explains_is_refused(raw: bytes, code: str) -> None:
    assert refusal(raw).code == code


def test_a_backslash_is_data_where_no_character_set_is_stated() -> None:
    assert parse_mark(b"]d1\\000026750148").serial == "\\000026750148"
    assert parse_mark(b"]d4A\\\\B").serial == "A\\B"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20))
def test_any_text_in_a_stated_character_set_comes_back(text: str) -> None:
    sent = b"]Q2\\000026" + text.encode().replace(b"\\", b"\\\\")
    if text.strip():
        assert parse_mark(sent).serial == text.strip("\0\t\r\n ")


CYRILLIC = str.maketrans("ABEKMHOPCTX", "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425")
ARABIC = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")


@given(FIELD)
def test_letters_and_digits_of_other_scripts_share_the_key_of_those_they_look_like(serial: str) -> None:
    for alike in (serial.translate(CYRILLIC), serial.translate(ARABIC), serial.lower()):
        assert marks.look_alike_key(alike) == marks.look_alike_key(serial)
        assert alike == serial or marks.near(alike, serial)


def test_what_looks_like_a_character_of_identifiers_is_not_one() -> None:
    for alike, character in LOOKS_LIKE.items():
        assert not alike.isascii()
        assert re.fullmatch(r"[A-Z0-9/-]", character)


@given(FIELD, st.integers(1, 5))
def test_serials_that_differ_in_leading_zeros_only(serial: str, zeros: int) -> None:
    padded = "0" * zeros + serial
    assert look_alikes.differ_in_zeros(padded, serial)
    assert not look_alikes.differ_in_zeros(serial, serial)
    assert look_alikes.look_alike_key(padded) in look_alikes.zeros_off(look_alikes.look_alike_key(serial))


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("25SD1HLD9W000001", [("D1HLD9W000001", "")]),
        ("18S1HLD9000001", [("D1HLD9000001", "000001")]),
        ("S000001", [("", "000001")]),
        ("SER000001", [("", "000001"), ("", "ER000001")]),
        ("18S1HLD9", []),
        ("AB-1050", []),
        ("S", []),
    ],
)
def test_text_that_begins_with_a_data_identifier(text: str, meanings: list[tuple[str, str]]) -> None:
    assert list(linear_meanings(text)) == meanings


def test_a_reading_of_before_has_no_warnings_and_a_new_one_keeps_them() -> None:
    old = b'{"read_by":"camera","raw":"QQ==","serial":"A"}'
    assert msgspec.json.decode(old, type=MarkRead).warnings == ()
    note = MarkNote(code="mark.serials_differ", values=(("serial", "1"), ("uii", "D")))
    kept = msgspec.json.decode(msgspec.json.encode(MarkRead(read_by="camera", warnings=(note,))), type=MarkRead)
    assert kept.warnings == (note,)
    assert describe(note.code, dict(note.values))
