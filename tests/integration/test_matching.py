"""The item that a mark means: by UII, by maker, part and serial, by serial, by an earlier mark; and near matches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.queries import items, matching, visits
from eum_app.domain.look_alikes import look_alike_key, near, one_character_off
from eum_app.list_files.inventory_file import read_inventory
from eum_app.scanning.labels import iuid_message
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.session import Session
from eum_app.usecases.visits.match_mark import MAX_OFFERED, Match, match_mark
from eum_app.usecases.visits.record_check import record_check, withdraw_checks
from tests.benchmarks.bench_match import measured
from tests.builders import HEADINGS, Clock, World, make_store, make_world, new_world, typed, yes_to_all
from tests.integration.test_projection import tables

CHARACTERS = "ABDGIOSZ01258-/"


@given(st.text(CHARACTERS, min_size=1, max_size=7), st.text(CHARACTERS, min_size=1, max_size=8))
def test_the_keys_asked_for_are_those_that_are_near(one: str, other: str) -> None:
    asked = {look_alike_key(one)} | one_character_off(look_alike_key(one))
    assert (look_alike_key(other) in asked) == (one == other or near(one, other))


def row(serial: str, *, part: str = "NVG-31A", cage: str = "1HLD9", site: str = "Depot 7", uii: str = "") -> str:
    return (
        f'XX,XX-B-ABC,001,"GOGGLE",5855-01-000-0101,{part},{cage},{serial},{uii},EEUM,2025-02-12,2025-02-17,{site},'
        "Vault 1,2025-12-11,ON HAND"
    )


BOOK = (
    row("786950", uii="D1HLD9NVG-31A786950"),
    row("AB-1050"),
    row("7001", part="NVG-31A"),
    row("7001", part="NVG-32B"),
    row("555888", cage="0ABC1"),
    row("786951", site="Depot 8"),
    row("440012", site="Depot 8"),
)


def one_book(made: World) -> World:
    """Import one book of two sites at HQ, which holds all of it, and return its world."""
    source = made.folder / "book.csv"
    source.write_text("\r\n".join((HEADINGS, *BOOK)) + "\r\n", encoding="utf-8")
    import_inventory(made.hq, read_inventory(source))
    return made


@pytest.fixture
def world(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[World]:
    """Return a world with that book, in either kind of database, for a test that records something."""
    made = one_book(make_world(tmp_path / "w", count=1, database_url=hq_backend()))
    yield made
    made.close()


@pytest.fixture
def visit_id(world: World) -> str:
    """Return the id of a visit to the first site."""
    return world.plan().visit_id


class Asked:
    """HQ with that book and a visit to the first site, which tests only ask for the items of marks."""

    def __init__(self, world: World) -> None:
        self.visit_id = world.plan().visit_id
        self._session = world.hq

    def __call__(self, raw: bytes | str) -> Match:
        return ask(self._session, self.visit_id, raw)


@pytest.fixture(scope="module", params=["sqlcipher", "postgresql"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Make one for all tests that record nothing, and require at the end that asking changed nothing."""
    url = request.getfixturevalue("postgresql").new_database() if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("asked")
    made = one_book(new_world(folder, ("FLD-0042",), 1, database_url=url))
    asked = Asked(made)
    before = made.hq.read(tables)
    yield asked
    assert made.hq.read(tables) == before
    made.close()


def ask(session: Session, visit_id: str, raw: bytes | str) -> Match:
    return match_mark(session, visit_id, raw.encode() if isinstance(raw, str) else raw, read_by="typed")


@pytest.mark.parametrize(
    ("raw", "kind", "by", "serial"),
    [
        ("D1HLD9NVG-31A786950", "expected", "uii", "786950"),
        (iuid_message("1HLD9", "NVG-31A", "786950"), "expected", "uii", "786950"),
        (iuid_message("1HLD9", "NVG-31A", "AB-1050"), "expected", "maker_part_serial", "AB-1050"),
        (iuid_message("1HLD9", "NVG-32B", "7001"), "expected", "maker_part_serial", "7001"),
        ("ab-1050", "expected", "serial", "AB-1050"),
        (" AB-10 50\r\n", "expected", "serial", "AB-1050"),
        ("440012", "not_on_list", "serial", "440012"),
    ],
)
def test_found_by_the_strongest_way(asked: Asked, raw: bytes | str, kind: str, by: str, serial: str) -> None:
    match = asked(raw)
    assert (match.kind, match.by) == (kind, by)
    assert match.item is not None
    assert match.item.serial == serial
    assert match.candidates == ()


def test_a_serial_of_two_items_asks(asked: Asked) -> None:
    match = asked("7001")
    assert (match.kind, match.item) == ("ambiguous", None)
    assert {one.part_number for one in match.candidates} == {"NVG-31A", "NVG-32B"}


@pytest.mark.parametrize(
    "message",
    [
        iuid_message("1HLD9", "NVG-31A", "555888"),  # the book names another maker
        iuid_message("0ABC1", "NVG-99", "555888"),  # another part
        b"[)>\x1e06\x1d25SLD99999X9\x1dS786950\x1e\x04",  # another UII
    ],
)
def test_a_serial_under_another_maker_part_or_uii_is_offered_and_not_taken(asked: Asked, message: bytes) -> None:
    match = asked(message)
    assert (match.kind, match.item) == ("near", None)
    assert match.closeness[0] == "same_serial"
    assert match.candidates[0].serial == match.read.serial


@pytest.mark.parametrize(
    ("raw", "closest", "close"),
    [
        ("AB-IO5O", "AB-1050", "look_alike"),
        ("A8-1050", "AB-1050", "look_alike"),
        ("AB-1051", "AB-1050", "one_character"),
        ("AB1050", "AB-1050", "one_character"),
        ("AB-10500", "AB-1050", "one_character"),
        ("78695", "786950", "one_character"),
    ],
)
def test_what_is_near_is_offered_and_not_taken(asked: Asked, raw: str, closest: str, close: str) -> None:
    match = asked(raw)
    assert (match.kind, match.item) == ("near", None)
    assert (match.candidates[0].serial, match.closeness[0]) == (closest, close)
    assert len(match.candidates) == len(match.closeness)


def test_expected_ones_come_first_then_the_rest_of_the_book(asked: Asked) -> None:
    match = asked("786952")
    assert [one.site for one in match.candidates] == ["Depot 7", "Depot 8"]


def test_two_characters_off_is_not_a_match(asked: Asked) -> None:
    assert asked("AB-1O99").kind == "unknown"
    assert asked("7").kind == "unknown"


def test_what_no_mark_says_finds_nothing(asked: Asked) -> None:
    for raw in ("https://example.org/?q=786950", "'; DROP TABLE items; --", "x" * 3000, "\u202e059687", "%", "_" * 6):
        assert asked(raw).kind == "unknown"


def test_an_empty_identifier_finds_nothing(world: World, visit_id: str) -> None:
    hq = world.hq
    (listed,) = hq.read(items.listed_facts, hq.read(matching.item_ids_of_serial, "AB-1050"))
    with hq.writing() as transaction:
        transaction.record(msgspec.structs.replace(listed, item_id="bare", serial="", uii="", cage="", part_number=""))
    assert hq.read(matching.items_by_uii, visit_id, "") == []
    assert hq.read(matching.items_by_match_key, visit_id, [""]) == []
    assert hq.read(matching.items_by_serial, visit_id, "", "") == []
    assert hq.read(matching.items_by_tail, visit_id, "", 0, 6) == []
    assert hq.read(matching.items_by_earlier_mark, visit_id, "", "", "") == []
    assert hq.read(matching.item_ids_of_serial, "") == []
    assert hq.read(items.held_match_keys, [""]) == {}


@pytest.fixture
def device(world: World, visit_id: str) -> Session:
    world.hand_over()
    assert visit_id in {one.visit_id for one in world.device.read(visits.all_visits)}
    return world.device


def test_a_mark_read_for_an_item_before_is_known_again(world: World, visit_id: str, device: Session) -> None:
    ids = device.read(visits.work_ids, visit_id)
    item_id = next(key for key, one in device.read(visits.work_rows, visit_id, ids).items() if one.serial == "AB-1050")
    assert ask(device, visit_id, "DEPOT-TAG-31").kind == "unknown"
    check = record_check(
        device,
        visit_id=visit_id,
        item_id=item_id,
        outcome="verified",
        mark=typed("DEPOT-TAG-31"),
        answers=yes_to_all(),
    )
    again = ask(device, visit_id, "DEPOT-TAG-31")
    assert (again.kind, again.by) == ("already_checked", "earlier_mark")
    assert again.item is not None
    assert again.item.item_id == item_id
    withdraw_checks(device, [check.check_id])
    assert ask(device, visit_id, "DEPOT-TAG-31").kind == "unknown"


def test_a_mark_read_for_two_items_asks(world: World, visit_id: str, device: Session) -> None:
    for item_id in device.read(visits.work_ids, visit_id)[:2]:
        record_check(
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="discrepancy",
            reason="serial_differs",
            mark=typed("TAG-7"),
        )
    assert ask(device, visit_id, "TAG-7").kind == "ambiguous"


def test_a_dense_book_offers_few(tmp_path: Path) -> None:
    session = make_store(tmp_path / "s", "field", "FLD-0042", Clock())
    try:
        times = measured(session, items=20_000, expected=2_000, asked=40)
        match = match_mark(session, "bench", b"1OO1O3", read_by="typed")
    finally:
        session.store.close()
    assert match.kind == "near"
    assert len(match.candidates) == MAX_OFFERED
    assert times.kinds == {
        "uii": {"found"},
        "serial": {"found"},
        "near": {"near"},
        "mistyped UII": {"near"},
        "unknown": {"unknown"},
    }


@pytest.mark.parametrize(
    ("said", "serial", "close"),
    [
        ("D1HLD9NVG-31A78695O", "786950", "look_alike"),  # a slip in the serial
        ("D1HLD9NVG-31A78696", "", ""),  # two characters off
        ("D1HLD9NVG-31A786960", "786950", "one_character"),
        ("D1HLD9NVG-31A7869500", "786950", "one_character"),
        ("D1HL09NVG-31A786950", "786950", "one_character"),  # a slip in front of it
        ("DIHLD9NVG-3IA786950", "786950", "look_alike"),
        ("D1HLD9NVG-31AAB-1050", "AB-1050", "look_alike"),  # the book has no UII for it
        ("D1HLD9NVG-31AAB-I05O", "AB-1050", "look_alike"),
        ("D1HLD9NVG-31A440012", "440012", "look_alike"),  # at another site, the book has no UII for it
        ("D0ABC1NVG-31A55588B", "555888", "look_alike"),
    ],
)
def test_a_uii_mistyped_by_hand_is_offered_and_never_taken(asked: Asked, said: str, serial: str, close: str) -> None:
    match = asked(said)
    assert match.item is None
    assert [one.serial for one in match.candidates[:1]] == ([serial] if serial else [])
    assert match.closeness[:1] == ((close,) if close else ())
    assert match.kind == ("near" if serial else "unknown")
