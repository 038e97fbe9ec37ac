"""Damage of identifiers: every display of a date or a number, and the plates that only look like one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.damage import damage_of, is_error_word
from eum_app.domain.items import clean, compact, is_placeholder, normalise_serial
from eum_app.domain.list_cells import cell_damage, values_in
from eum_app.domain.list_dates import date_problem, swapped_suspects

PLATES = (
    *("750148", "CLU608490", "522707A", "MAR17", "17MAR", "12E3", "5E12345", "SN-0045", "A-1"),
    *("12-05-44", "MAG-58", "MAC-10", "SET-05", "GEN-3", "PRO-12", "1HLD9", "5855-01-000-0101", "5855010000101"),
    *("AN/PVS-31A", "123.456.789", "D1HLD9WIDGET-99000001", "1E10", "NVG-31A", "3E045", "001", "1234²", "Nº5"),
    *("0000000000000000", "AB-7751", "#12", "Mar-²", "١٢٣٤", "5855-01-12", "100000000000000"),
)
DATES = (
    *("17-Mar", "9/5/2005", "05.09.2005", "Mar-05", "MAR-05", "9-5-2005", "5-Sep-05", "5 Sep 2005", "17. Mär"),
    *("17.мар", "мар.17", "17-Mrz", "2005-09-05", "2005/9/5", "2005. 9. 5.", "9/5/05", "5. 9. 2005", "12:30"),
    *("9/5/2005 0:00", "2005-09-05 00:00:00", "3月17日", "2005年9月5日", "5 de septiembre de 2005", "17/03/1446"),
    *("September 5, 2005", "Monday, September 5, 2005", "٢٠٠٥-٠٩-٠٥", "17-ม.ค.", "2548-09-05", "17-févr.", "1:30 PM"),
)
NUMBERS = (
    *("1.23457E+05", "1,23457E+11", "1.23456789E8", "7.50148E5", "1.E+05", "1E+05", "1.2e-3", "1.23E+ 05"),
    *("１.23E+05", "1,23Е+11", "1.23×10^5", ".5E10", "-1.5E+3"),
)
ERRORS = (
    *("#####", "#NV", "#N/A", "#CALC!", "#BEZUG!", "#¡VALOR!", "#Н/Д", "Err:502", "#DIV/0!", "#ДЕЛ/0!", "#"),
    *("#NAME?", "Fehler:502", "#SPILL!", "#BUSY!", "#N/D", "#FIELD!", "#CONNECT!", "#BLOCKED!", "#nom?", " #REF! "),
)


@pytest.mark.parametrize("text", PLATES)
def test_a_plate_is_not_damage(text: str) -> None:
    assert damage_of(text) is None


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        *((text, "date") for text in DATES),
        *((text, "scientific_notation") for text in NUMBERS),
        *((text, "spreadsheet_error") for text in ERRORS),
        *((text, "decimal") for text in ("716635.0", "716635,00", "716634.9999999999")),
        *((text, "characters_lost") for text in ("AB\ufffd12", "?? 123")),
        ("61414100012345600000", "digits_lost"),
    ],
)
def test_damage_is_named(text: str, damage: str) -> None:
    assert damage_of(text) == damage


@given(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y-%m-%d"])
)
def test_every_display_of_every_date_is_damage(day: date, display: str) -> None:
    shown = day.strftime(display)
    assert damage_of(shown) == damage_of(shown.replace("/0", "/").lstrip("0")) == "date"


@given(st.text(max_size=20))
def test_any_text_is_judged_without_a_fault(text: str) -> None:
    assert damage_of(text) is None or not is_placeholder(text) or "?" in text
    assert clean(clean(text)) == clean(text)
    assert compact(compact(text)) == compact(text)


def test_words_for_people_may_begin_with_a_number_sign() -> None:
    assert not any(is_error_word(text) for text in ("# of boxes!", "#4", "#", "on hand #2", "12:502"))
    assert all(is_error_word(text) for text in ("#REF!", "####", "#N/A", "Err:502"))


@pytest.mark.parametrize("text", ["1234²", "1235①", "A1236™", "Nº5", "½", "①②③", "№ 5", "𝟏𝟐"])
def test_signs_do_not_become_digits_or_letters(text: str) -> None:
    serial, warnings = normalise_serial(text)
    assert serial == compact(text) == text.replace(" ", "").upper()
    assert "serial.characters" in warnings


def test_width_is_folded() -> None:
    assert normalise_serial("ＡＢ－１２３") == ("AB-123", ("serial.normalised",))
    assert clean("ﾃﾞﾎﾟ\u3000７") == "デポ 7"


@pytest.mark.parametrize(
    "text", ["N/A", "-", "--", "NULL", "nan", "(blank)", "None", "<NA>", "n.a.", " – ", "?", "н/д"]
)
def test_a_placeholder_is_an_empty_cell(text: str) -> None:
    assert is_placeholder(text)
    assert values_in({"uii": text, "site": text}, ("uii", "site", "nsn")) == {"uii": "", "site": "", "nsn": ""}


def test_namibia_is_a_country() -> None:
    assert values_in({"country": "NA", "uii": "NA"}, ("country", "uii")) == {"country": "NA", "uii": ""}


def test_damage_refuses_a_row_unless_a_cell_is_text_or_a_person_states_it() -> None:
    cells = {"serial": "MAR-05", "part_number": "12.0", "cage": "#NV", "remarks": "9/5/2005"}
    bad, doubts = cell_damage(cells, {})
    assert (set(bad), doubts) == ({"serial.date", "part_number.decimal", "cage.spreadsheet_error"}, [])
    bad, doubts = cell_damage(cells, {"serial": "text", "cage": "text"}, frozenset({"part_number"}))
    assert (set(bad), doubts) == ({"cage.spreadsheet_error"}, ["serial.maybe_date", "part_number.stated"])
    bad, doubts = cell_damage(cells, {"serial": "date", "part_number": "formula"})
    assert {"serial.date", "part_number.formula"} <= set(bad)


def test_dates_that_no_one_can_mean() -> None:
    today = date(2026, 11, 30)
    assert date_problem("last_inventory", date(2026, 12, 1), today) is None  # it is tomorrow elsewhere
    assert date_problem("last_inventory", date(2026, 12, 2), today) == ("last_inventory.in_future", True)
    assert date_problem("ship_date", date(2027, 3, 1), today) == ("ship_date.in_future", False)
    assert date_problem("delivery_date", date(2062, 1, 1), today) == ("delivery_date.in_future", True)
    assert date_problem("delivery_date", date(2568, 2, 17), today) == ("delivery_date.year", True)
    assert date_problem("ship_date", date(1446, 8, 18), today) == ("ship_date.year", True)


def test_swapped_dates_are_suspected_only_where_the_trace_is_whole() -> None:
    swapped = [(2, "17/02/2025"), (3, "2025-03-05"), (4, "2025-06-01"), (5, "2025-07-07")]
    assert swapped_suspects(swapped) == [3, 4]
    assert swapped_suspects([*swapped, (6, "2025-03-17")]) == []
    assert swapped_suspects(swapped[1:]) == []
    assert swapped_suspects([(2, "03/05/2025"), (3, "2025-03-05")]) == []
