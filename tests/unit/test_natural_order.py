"""Names in the order in which people count."""

from __future__ import annotations

from eum_app.domain.natural_order import natural_key


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["Depot 10", "Depot 2", "depot 1", "Depot 11", "Annex", "", "Depot", "2nd", "10th", "Vault 2 Shelf 10"]
    wanted = ["", "2nd", "10th", "Annex", "Depot", "depot 1", "Depot 2", "Depot 10", "Depot 11", "Vault 2 Shelf 10"]
    assert sorted(names, key=natural_key) == wanted


def test_the_order_is_total_and_takes_any_text() -> None:
    names = ["٣", "²", "3", "03", "A3", "a3", "a03", "検査 2", "検査 10"]
    assert sorted(names, key=natural_key) == sorted(set(names), key=natural_key)


def test_a_number_of_any_length_has_its_place() -> None:
    long = "9" * 5_000
    assert sorted([f"1{long}", long, "0", "10"], key=natural_key) == ["0", "10", long, f"1{long}"]
