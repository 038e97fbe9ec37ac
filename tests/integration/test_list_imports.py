"""A list that comes again with other values, and identifiers that only look damaged: shown, stated, on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.queries.activity import ActivityFilter, activity_entry, activity_ids
from db.queries.checks import counting_checks
from db.queries.items import held_match_keys, is_unconfirmed, item
from db.queries.visits import work_ids
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckWithdrawn, InventoryImported, MarkRead, decode_fact, encode_fact, kind_of
from eum_app.domain.ids import CheckId
from eum_app.domain.journal import Author, genesis, next_entry
from eum_app.list_files.inventory_file import PlateSays, read_inventory
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.lists.import_inventory import import_inventory
from eum_app.usecases.lists.preview_list import beside_the_book
from eum_app.usecases.session import Session
from eum_app.usecases.visits.record_check import record_check, withdraw_checks
from tests.builders import PASSPHRASE, Clock, World, make_store, make_world, yes_to_all
from tests.cases.support import command
from ui.shared.items_view import item_detail

HEAD = "Case,P/N,CAGE,S/N,EUM Level,Site,Location,Last Inventory,Status\n"
FIRST = HEAD + "XX-B-ABC,A,1HLD9,1,EEUM,Depot 7,Vault 1,2025-11-01,ON HAND\nXX-B-ABC,A,1HLD9,2,EEUM,Depot 7,,,\n"
AGAIN = HEAD + "XX-B-ABC,A,1HLD9,1,EEUM,Depot 8,,2025-12-01,IN REPAIR\nXX-B-ABC,A,1HLD9,2,EEUM,Depot 7,Vault 2,,\n"
HELD = "Case,P/N,CAGE,S/N,Site\nXX-B-ABC,A,1HLD9,MAR-05,Depot 7\nXX-B-ABC,9-5-2005,1HLD9,7,Depot 7\n"


@pytest.fixture
def hq(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Session]:
    session = make_store(tmp_path / "hq", "hq", "HQ-01", Clock(), database_url=hq_backend())
    yield session
    session.store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "w", count=1)
    yield made
    made.close()


def written(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def item_id_of(session: Session, serial: str, part: str = "A") -> str:
    (item_id,) = session.read(held_match_keys, [f"1HLD9|{part}|{serial}"]).values()
    return item_id


def last_import(session: Session) -> InventoryImported:
    newest = session.read(activity_ids, ActivityFilter(kind="InventoryImported"))[0]
    entry = session.read(activity_entry, newest).entry
    fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
    assert isinstance(fact, InventoryImported)
    return fact


def test_other_values_of_a_listed_item_are_shown_and_taken_only_when_asked(hq: Session, tmp_path: Path) -> None:
    import_inventory(hq, read_inventory(written(tmp_path, FIRST)))
    preview = read_inventory(written(tmp_path, AGAIN))
    shown = beside_the_book(hq, preview)
    assert shown.becomes == {2: "differs", 3: "differs"}
    assert [(one.column, one.held, one.listed) for one in shown.differences[2]] == [
        ("site", "Depot 7", "Depot 8"),
        ("last_inventory", "2025-11-01", "2025-12-01"),
        ("disposition", "ON_HAND", "IN_MAINTENANCE"),
    ]
    assert [one.column for one in shown.differences[3]] == ["location"]

    assert import_inventory(hq, preview).changed == 0
    assert hq.read(item, item_id_of(hq, "1")).site == "Depot 7"
    done = import_inventory(hq, preview, take_changes=True)
    assert (done.accepted, done.already_held, done.changed) == (0, 2, 2)
    row = hq.read(item, item_id_of(hq, "1"))
    assert (row.site, row.location, row.last_inventory) == ("Depot 8", "Vault 1", "2025-12-01")
    assert row.disposition == "IN_MAINTENANCE"
    assert last_import(hq).changed == 2
    assert set(beside_the_book(hq, preview).becomes.values()) == {"held"}


def test_a_list_that_says_nothing_of_a_column_changes_nothing(hq: Session, tmp_path: Path) -> None:
    import_inventory(hq, read_inventory(written(tmp_path, AGAIN)))
    short = written(tmp_path, "Case,P/N,CAGE,S/N\nXX-B-ABC,A,1HLD9,1\nXX-B-ABC,A,1HLD9,2\n")
    preview = read_inventory(short)
    assert beside_the_book(hq, preview).becomes == {2: "held", 3: "held"}
    assert import_inventory(hq, preview, take_changes=True).changed == 0


def test_a_person_states_what_the_plate_says(hq: Session, tmp_path: Path) -> None:
    path = written(tmp_path, HELD)
    assert [bad.codes for bad in read_inventory(path).rejected] == [("serial.date",), ("part_number.date",)]
    plate = PlateSays("read on the item by INS-017", columns=frozenset({"part_number"}), lines=frozenset({2}))
    preview = read_inventory(path, plate=plate)
    assert [(row.serial, row.part_number, row.stated) for row in preview.accepted] == [
        ("MAR-05", "A", ("serial",)),
        ("7", "9-5-2005", ("part_number",)),
    ]
    assert {"serial.stated", "part_number.stated"} <= {warning.code for warning in preview.warnings}
    import_inventory(hq, preview)
    fact = last_import(hq)
    assert (fact.stated, fact.stated_reason) == (2, "read on the item by INS-017")
    assert hq.read(item, item_id_of(hq, "MAR-05")).stated == "serial"
    assert hq.read(is_unconfirmed, item_id_of(hq, "MAR-05"))


@pytest.mark.parametrize(
    ("plate", "code"),
    [
        (PlateSays(" ", columns=frozenset({"serial"})), "list.reason_missing"),
        (PlateSays("seen"), "list.stated_nothing"),
        (PlateSays("seen", columns=frozenset({"site"})), "list.stated_column"),
        (PlateSays("seen", lines=frozenset({2, 9})), "list.stated_unused"),
    ],
)
def test_a_statement_needs_a_reason_and_something_that_is_held(tmp_path: Path, plate: PlateSays, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_inventory(written(tmp_path, HELD), plate=plate)
    assert caught.value.code == code


def test_errors_of_a_spreadsheet_are_never_what_the_plate_says(tmp_path: Path) -> None:
    path = written(tmp_path, "Case,P/N,CAGE,S/N\nXX-B-ABC,A,1HLD9,#N/A\nXX-B-ABC,A,1HLD9,1\n")
    preview = read_inventory(path, plate=PlateSays("seen", columns=frozenset({"serial"})))
    assert [bad.codes for bad in preview.rejected] == [("serial.spreadsheet_error",)]


def test_an_item_stays_unconfirmed_until_its_mark_is_read(world: World, tmp_path: Path) -> None:
    plate = PlateSays("photo of 12 May", lines=frozenset({2, 3}))
    import_inventory(world.hq, read_inventory(written(tmp_path, HELD), plate=plate))
    visit_id = world.visit()
    device, item_id = world.device, item_id_of(world.hq, "MAR-05")
    assert item_id in device.read(work_ids, visit_id)
    detail = item_detail(device, item_id)
    assert (detail.is_unconfirmed, detail.item.stated) == (True, "serial")

    def check(mark: MarkRead) -> CheckId:
        done = record_check(
            device, visit_id=visit_id, item_id=item_id, outcome="verified", mark=mark, answers=yes_to_all()
        )
        return done.check_id

    check(MarkRead(read_by="typed", raw=b"MAR-05", entered_twice=True, no_read_reason="illegible"))
    assert item_detail(device, item_id).is_unconfirmed  # typed by hand: the mark was not read
    read = MarkRead(read_by="camera", raw=b"MAR-05", serial="MAR-05", symbology="Data Matrix")
    check_id = check(read)
    assert not item_detail(device, item_id).is_unconfirmed
    withdraw_checks(device, [check_id], "wrong item")
    assert item_detail(device, item_id).is_unconfirmed
    check(read)
    import_bundles(world.hq, [seal_results(device, world.drop).path])
    assert not item_detail(world.hq, item_id).is_unconfirmed
    counting = [row for row in world.hq.read(counting_checks, visit_id) if row.item_id == item_id]
    withdrawn = CheckWithdrawn(
        observed_at=world.hq.observed_now(), check_id=counting[0].check_id, visit_id=visit_id, reason="by another"
    )
    entry = next_entry(
        genesis("FLD-0099", 1),
        Author("FLD-0099", 1, "INS-099", "session-1", lambda: 0),
        recorded_at=withdrawn.observed_at,
        kind=kind_of(withdrawn),
        kind_version=CheckWithdrawn.KIND_VERSION,
        payload=encode_fact(withdrawn),
    )
    with world.hq.writing() as transaction:
        transaction.append([entry], transaction.next_known_at())
    assert not item_detail(world.hq, item_id).is_unconfirmed, "only the origin of a check can withdraw it"


def test_by_commands(
    hq: Session, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    import_inventory(hq, read_inventory(written(tmp_path, FIRST)))
    who = ("--store", tmp_path / "hq", "--account", "REV-004", "--json")
    hq.store.close()
    path = written(tmp_path, AGAIN)
    code, out, _ = command(capfd, "inventory", "import", path, "--dry-run", "--update", *who)
    said = json.loads(out)
    assert (code, set(said["differs"])) == (0, {"2", "3"})
    assert "line 2: Site: the book has Depot 7, the list Depot 8" in "\n".join(said["words"])
    assert json.loads(command(capfd, "inventory", "import", path, "--update", *who)[1])["changed"] == 2
    held = written(tmp_path, HELD)
    stated = ("--plate-says", "2", "--plate-says", "part_number")
    assert command(capfd, "inventory", "import", held, *stated, *who)[0] == 1  # no reason
    code, out, _ = command(capfd, "inventory", "import", held, *stated, "--reason", "seen by INS-017", *who)
    assert (code, json.loads(out)["listed"]) == (0, 2)
    assert command(capfd, "inventory", "import", held, "--as", "shipper-list", *stated, "--reason", "x", *who)[0] == 1
