"""The inventory page's question: words and facets, their counts, and the order of what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from db import search
from db.queries.inventory import FACETS, ItemFilter, facets, find_item_ids
from db.queries.items import has_serial, items_by_id, listed_facts
from db.queries.reports import InventoryFilter, StatusRow, plain_inventory_rows
from db.tables import items
from eum_app.list_files.inventory_file import read_inventory
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import rebuild_store
from tests.builders import Clock, inventory_csv, make_store
from tests.postgres import PostgreSQL

LIST = (
    "Country,Case,Nomenclature,P/N,S/N,Site,Bin,Status\n"
    "XX,XX-B-ABC,RADIO SET,RS-1,9001,Alpha,Étage 2,in repair\n"
    "XX,XX-B-ABC,RADIO SET,RS-1,9002,Alpha,Étage 1,on hand\n"
    "XY,XY-B-ABD,GOGGLE 100%,G_1,9003,,,on hand\n"
)


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="reviewer")
    path = tmp_path / "list.csv"
    path.write_text(LIST, "utf-8")
    import_inventory(session, read_inventory(inventory_csv(tmp_path / "inventory.csv", 6)))
    import_inventory(session, read_inventory(path))
    yield session
    session.store.close()


def serials(session: Session, wanted: ItemFilter, limit: int = 0) -> list[str]:
    ids = session.read(find_item_ids, wanted, limit)
    rows = session.read(items_by_id, ids)
    return [rows[item_id].serial for item_id in ids]


def test_a_number_after_a_word_is_the_number_of_a_place_or_the_serial(tmp_path: Path) -> None:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="reviewer")
    head = "Country,Case,Nomenclature,P/N,S/N,Site,Bin,Status\n"
    places = ("Vault 3", "Vault 1 Shelf 3", "Vault 30", "Vault 13", "Vault 3-B", "Vault 2", "vault 3a")
    lines = [f"XX,XX-B-ABC,GENERATOR,RS-3,{at}3{at},Alpha,{place},on hand" for at, place in enumerate(places, 1)]
    path = tmp_path / "list.csv"
    path.write_text(head + "\n".join([*lines, "XX,XX-B-ABC,GENERATOR,RS-1,7,Alpha,Vault 2,on hand"]), "utf-8")
    import_inventory(session, read_inventory(path))
    assert sorted(serials(session, ItemFilter(words="Vault 3"))) == ["131", "535", "737"]
    assert serials(session, ItemFilter(words="generator 7")) == ["7"]
    assert serials(session, ItemFilter(words="vault 30")) == ["333"]
    session.store.close()


@pytest.mark.parametrize("server", [False, True])
def test_places_and_names_are_found_as_they_are_written(
    request: pytest.FixtureRequest, tmp_path: Path, server: bool
) -> None:
    url = request.getfixturevalue("postgresql").new_database() if server else None
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), role="reviewer", database_url=url)
    head = "Country,Case,Nomenclature,P/N,S/N,Site,Bin,Status\n"
    rows = [
        "XX,XX-B-ABC,FIM-92 STINGER,RS-3,A101,Alpha,Vault 3 / Shelf 3,on hand",
        "XX,XX-B-ABC,NVG AN/PVS-14,RS-3,A202,Alpha,Vault 2 / Shelf 5,on hand",
    ]
    path = tmp_path / "list.csv"
    path.write_text(head + "\n".join(rows), "utf-8")
    import_inventory(session, read_inventory(path))
    for words, found in {
        "Vault 2 / Shelf 5": ["A202"],
        "Shelf 3": ["A101"],
        "Shelf 5": ["A202"],
        "Vault 3 / Shelf 3": ["A101"],
        "Vault 5": [],
        "pvs 14": ["A202"],
        "an/pvs 14": ["A202"],
        "fim 92": ["A101"],
        "fim 9": [],
        "/": [],
    }.items():
        assert serials(session, ItemFilter(words=words)) == found, words
    session.store.close()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ItemFilter(words="radio"), ["9001", "9002"]),
        (ItemFilter(words="900 rs-1"), ["9001", "9002"]),
        (ItemFilter(words="éTAGE 1"), ["9002"]),
        (ItemFilter(words="étage 2 radio"), ["9001"]),
        (ItemFilter(words="étage 3"), []),
        (ItemFilter(words="100%"), ["9003"]),
        (ItemFilter(words="g_1"), ["9003"]),
        (ItemFilter(words="r_dio"), []),
        (ItemFilter(words="adio"), []),
        (ItemFilter(words="003"), ["9003"]),
        (ItemFilter(words="a786952"), ["786952"]),
        (ItemFilter(words="86952"), ["786952"]),
        (ItemFilter(words="d1hld9nvg-31a786951"), ["786951"]),
        (ItemFilter(words="31a night 786953"), ["786953"]),
        (ItemFilter(words="radio goggle"), []),
        (ItemFilter(words="radio", disposition="ON_HAND"), ["9002"]),
        (ItemFilter(words='" OR "'), []),
        (ItemFilter(words="'\\ \0 * ( NOT"), []),
        (ItemFilter(words="x" * 5_000), []),
        (ItemFilter(country="XY"), ["9003"]),
        (ItemFilter(disposition="IN_MAINTENANCE"), ["9001"]),
        (ItemFilter(nomenclature="RADIO SET", disposition="ON_HAND"), ["9002"]),
    ],
)
def test_words_and_facets_narrow(hq: Session, wanted: ItemFilter, expected: list[str]) -> None:
    found = serials(hq, wanted)
    assert sorted(found) == sorted(expected)
    assert serials(hq, wanted, 200) == found


def test_the_order_is_site_location_serial_and_the_first_page_is_its_beginning(hq: Session) -> None:
    found = serials(hq, ItemFilter())
    assert len(found) == 9
    assert found[0] == "9003", "without a site: first"
    assert found[1:3] == ["9002", "9001"], "Alpha comes before Depot 7, its first floor before its second"
    for limit in range(1, 11):
        assert serials(hq, ItemFilter(), limit) == found[:limit]


@pytest.mark.parametrize(
    ("serials_said", "backwards"),
    [
        (("123", "D9X123"), ["321x9d"]),
        (("123", "D9X124"), ["321", "421x9d"]),
        (("123", "123"), ["321"]),
        (("123", ""), ["321"]),
        (("12 123", ""), ["21", "321"]),
    ],
)
def test_what_a_longer_mark_ends_with_is_kept_once(serials_said: tuple[str, ...], backwards: list[str]) -> None:
    terms = search.search_text(serials_said, ("LAMP",)).split(" ")
    assert sorted(term[1:] for term in terms if term.startswith(search.BACKWARDS)) == backwards
    assert terms[-1] == "lamp"


def test_a_rebuilt_index_of_terms_is_one_piece(hq: Session) -> None:
    """It is one where the items are read in the order of their rows; otherwise it starts over at each step back."""
    rebuild_store(hq)
    with hq.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(DISTINCT segid) FROM item_search_idx").scalar() == 1


def has_all(terms: list[str], words: list[str]) -> bool:
    """The promise of the indexes, by looking at each term."""
    limit = search.MAX_TERM_CHARS
    sought = [(word[:limit], (search.BACKWARDS + word[::-1])[:limit]) for word in words]
    return all(any(term.startswith(either) for term in terms) for either in sought)


SAID = st.text(alphabet="9001ra dios-31éE|&!:*\"'()\\%_<\ue000\u200b\U0001f600", max_size=12)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Iterator[tuple[Session, Session]]:
    made = []
    for name, url in (("sqlcipher", None), ("postgresql", postgresql.new_database())):
        folder = tmp_path_factory.mktemp(name)
        session = make_store(folder / "hq", "hq", "HQ-01", Clock(), role="reviewer", database_url=url)
        path = folder / "list.csv"
        path.write_text(LIST, "utf-8")
        import_inventory(session, read_inventory(inventory_csv(folder / "inventory.csv", 6)))
        import_inventory(session, read_inventory(path))
        made.append(session)
    yield made[0], made[1]
    for session in made:
        session.store.close()


@settings(max_examples=150)
@given(SAID)
@example("0 :")  # punctuation alone is left out, as in the index
def test_both_databases_find_the_same_starts_and_ends(both: tuple[Session, Session], said: str) -> None:
    """The index, the text and PostgreSQL agree, on anything that may be typed."""
    sqlcipher, postgres = both
    found = serials(sqlcipher, ItemFilter(words=said))
    assert serials(postgres, ItemFilter(words=said)) == found
    assert serials(sqlcipher, ItemFilter(words=said), 3) == found[:3]
    words = search.asked(said)
    if words:
        with sqlcipher.store.reading() as connection:
            rows = connection.execute(select(items.c.serial, items.c.search_text)).all()
            by_index = connection.execute(select(items.c.serial).where(search.matches(connection, words))).scalars()
            assert sorted(by_index) == sorted(found)
        if not search._places(words):  # else the number must follow its word, which `has_all` does not know
            assert sorted(row.serial for row in rows if has_all(row.search_text.split(" "), words)) == sorted(found)


def test_more_than_can_be_sorted_come_in_the_order_in_which_they_were_listed(
    hq: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_order = serials(hq, ItemFilter(words="night"))
    monkeypatch.setattr("db.queries.inventory.MOST_SORTED", 3)
    listed = serials(hq, ItemFilter(words="night"))
    assert sorted(listed) == sorted(in_order)
    for limit in (1, 3, 4):
        assert serials(hq, ItemFilter(words="night"), limit) == listed[:limit]
    narrowed = ItemFilter(words="night", country="XX")
    assert serials(hq, narrowed) == in_order == serials(hq, narrowed, 200)


def test_a_corrected_item_is_found_by_its_new_words_only(hq: Session) -> None:
    (item_id,) = hq.read(find_item_ids, ItemFilter(words="9003"))
    with hq.writing() as transaction:
        (fact,) = listed_facts(transaction.connection, [item_id])
        changed = msgspec.structs.replace(fact, observed_at="2027", nomenclature="LAMP, SIGNAL", serial="77123")
        transaction.record(changed)
    for words, found in (("9003", []), ("goggle 100%", []), ("lamp", ["77123"]), ("123", ["77123"])):
        assert serials(hq, ItemFilter(words=words)) == found
    rebuild_store(hq)
    assert serials(hq, ItemFilter(words="lamp 7712")) == ["77123"]


def test_facets_count_what_choosing_them_would_give(hq: Session) -> None:
    for wanted in (ItemFilter(), ItemFilter(country="XY"), ItemFilter(words="radio", disposition="ON_HAND")):
        found = hq.read(facets, wanted)
        assert set(found) == set(FACETS)
        for facet, values in found.items():
            for value in values:
                given = {name: getattr(wanted, name) for name in ("words", *FACETS)} | {facet: value.value}
                assert len(serials(hq, ItemFilter(**given))) == value.items, (facet, value)
    (first, second) = hq.read(facets, ItemFilter())["site_id"]
    assert (first.name, first.items, second.name, second.items) == ("Depot 7", 6, "Alpha", 2)
    assert [(value.value, value.items) for value in hq.read(facets, ItemFilter())["country"]] == [("XX", 8), ("XY", 1)]


def test_items_without_a_site_come_first_in_both_databases(
    tmp_path: Path, hq_backend: Callable[[], str | None]
) -> None:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=hq_backend())
    try:
        path = tmp_path / "list.csv"
        path.write_text(LIST, "utf-8")
        import_inventory(session, read_inventory(path))
        ids = session.read(find_item_ids, ItemFilter())
        rows = session.read(items_by_id, ids)
        assert [rows[item_id].serial for item_id in ids] == ["9003", "9002", "9001"]
        with session.store.reading() as connection:
            rows_of_report = map(
                StatusRow._make, plain_inventory_rows(connection, InventoryFilter(), date(2026, 11, 21))
            )
            assert [row.serial for row in rows_of_report] == ["9003", "9002", "9001"]
            assert "yield_per" not in connection.get_execution_options(), "the next question is read as it always was"
    finally:
        session.store.close()


def test_items_whose_site_is_unknown_come_last_and_never_vanish(
    tmp_path: Path, hq_backend: Callable[[], str | None]
) -> None:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=hq_backend())
    try:
        path = tmp_path / "list.csv"
        path.write_text(LIST, "utf-8")
        import_inventory(session, read_inventory(path))
        before = session.read(find_item_ids, ItemFilter())
        (listed,) = session.read(listed_facts, before[-1:])
        strays = [
            msgspec.structs.replace(listed, item_id=f"stray-{number}", site_id=site_id)
            for number, site_id in enumerate(("gone-2", "gone-1", "gone-2"))
        ]
        with session.writing() as transaction:
            transaction.record_all(strays)
        last = ["stray-1", "stray-0", "stray-2"]
        assert session.read(find_item_ids, ItemFilter()) == [*before, *last]
        for limit in range(1, len(before) + 5):
            assert session.read(find_item_ids, ItemFilter(), limit) == [*before, *last][:limit]
        country = session.read(facets, ItemFilter())["country"][0]
        assert country.items == len(session.read(find_item_ids, ItemFilter(country=country.value)))
        assert session.read(find_item_ids, ItemFilter(site_id="gone-2")) == ["stray-0", "stray-2"]
        assert session.read(find_item_ids, ItemFilter(words="9001")) == [before[-1], *last]
    finally:
        session.store.close()


def test_an_index_made_at_once_goes_on_in_small_steps(hq: Session) -> None:
    """Otherwise a person's later write would merge all its pieces at once."""
    rebuild_store(hq)
    with hq.store.reading() as connection:
        set_to = {row.k: row.v for row in connection.execute(text("SELECT k, v FROM item_search_config"))}
    assert (set_to["automerge"], set_to["crisismerge"]) == (4, 64)


def test_a_serial_is_asked_of_an_index(hq: Session) -> None:
    question = select(items.c.item_id).where(has_serial(["9001", "9002"]))
    with hq.store.reading() as connection:
        sought = question.compile(connection, compile_kwargs={"literal_binds": True})
        details = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sought}")]
        found = set(connection.execute(question).scalars())
    assert all("items_by_look_alike" in detail for detail in details), details
    assert found == set(hq.read(find_item_ids, ItemFilter(words="radio"), 0))
