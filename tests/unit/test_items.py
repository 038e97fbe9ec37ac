"""Values of items and dispositions as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.dispositions import Disposition, parse_disposition
from eum_app.domain.items import (
    check_cage,
    clean,
    compact,
    item_key,
    normalise_nsn,
    normalise_serial,
    parse_eum_level,
)


@pytest.mark.parametrize(
    ("text", "serial", "warnings"),
    [
        ("716635", "716635", ()),
        ("  561627a\u00a0", "561627A", ("serial.normalised",)),
        ("CLU 608\u2013490", "CLU608-490", ("serial.normalised",)),
        ("\uff11\uff12\u200b3", "123", ("serial.normalised",)),
        ("12#4", "12#4", ("serial.characters",)),
        ("stra\u00dfe", "STRA\u00dfE", ("serial.normalised", "serial.characters")),
        ("\u0410123", "\u0410123", ("serial.characters",)),  # Cyrillic A is not A
        (" n/a ", "", ()),
        ("", "", ()),
        ("000123", "000123", ()),
    ],
)
def test_serials_are_kept_comparable_and_doubt_is_named(text: str, serial: str, warnings: tuple[str, ...]) -> None:
    assert normalise_serial(text) == (serial, warnings)


@pytest.mark.parametrize(
    ("text", "nsn"),
    [
        ("5855010000101", "5855-01-000-0101"),
        ("5855-01-000-0101", "5855-01-000-0101"),
        (" 5855 01 000 0101 ", "5855-01-000-0101"),
        ("5855\u201301\u2013000\u20130101", "5855-01-000-0101"),
        ("585501000010", None),
        ("58550100001011", None),
        ("5855-01-00-00101", None),
        ("5.85501E+12", None),
        ("", None),
    ],
)
def test_stock_numbers_take_one_shape(text: str, nsn: str | None) -> None:
    assert normalise_nsn(text) == nsn


@pytest.mark.parametrize("cage", ["1HLD9", "0CVA5", "7Z016"])
def test_us_cages_pass(cage: str) -> None:
    assert check_cage(cage) is None


@pytest.mark.parametrize("cage", ["A3309", "1OLD9", "1ILD9", "1HLD", "1HLD99", "1hld9", "", "1HLD\u0669"])
def test_other_cages_are_doubtful(cage: str) -> None:
    assert check_cage(cage) == "cage.pattern"


def test_levels_and_dispositions_are_read_from_common_words() -> None:
    assert [parse_eum_level(word) for word in ("Enhanced", " eeum", "ROUTINE", "Reum")] == [
        "EEUM",
        "EEUM",
        "REUM",
        "REUM",
    ]
    assert parse_eum_level("sometimes") is None
    words = ("ON HAND", "on_hand", "in repair", "Third-Party Transfer", "expended", "lost")
    assert [parse_disposition(word) for word in words] == [
        "ON_HAND",
        "ON_HAND",
        "IN_MAINTENANCE",
        "TRANSFERRED_TPT",
        "EXPENDED",
        "LOST",
    ]
    assert parse_disposition("somewhere") is None
    assert all(parse_disposition(each.value.replace("_", " ").title()) is each for each in Disposition)


def test_what_is_gone_is_terminal_and_what_may_come_back_is_not() -> None:
    staying = {each.value for each in Disposition if not each.is_terminal}
    assert staying == {"ON_HAND", "IN_TRANSIT", "IN_MAINTENANCE", "NOT_SIGHTED"}


def test_the_key_of_an_item_ignores_how_it_was_typed() -> None:
    assert item_key("1hld9", "NVG-31A", " 716635") == item_key("1HLD9 ", "nvg\u201131a", "716635")
    assert item_key("1HLD9", "NVG-31A", "1") != item_key("1HLD9", "NVG-31", "A1")
    assert item_key("1HLD9", "", "1", "5855-01-000-0101") != item_key("1HLD9", "", "1", "5855-01-000-0102")


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert compact(compact(text)) == compact(text)
    assert clean(clean(text)) == clean(text)
    serial, _ = normalise_serial(text)
    assert normalise_serial(serial)[0] == serial
    assert "serial.normalised" not in normalise_serial(serial)[1]
