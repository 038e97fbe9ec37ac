"""`eum store check`: altered and missing are two answers, and each names its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from db import triggers
from db.chains import entries_after
from db.keyslots import FILE_NAME as KEYSLOTS
from db.queries import checks, visits
from db.transaction import Transaction
from eum_app.domain.errors import Trouble
from eum_app.domain.journal import Entry, entry_hash, genesis
from eum_app.usecases.session import Session
from eum_app.usecases.store.check_store import Wrong, examine_store
from eum_app.usecases.store.open_store import open_store
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, typed
from tests.integration.test_rules_judged import PHOTO
from tests.simulator import Simulator

DEVICE = "FLD-0042"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=3)
    yield made
    made.world.close()


def photographed(simulator: Simulator, photo: bytes) -> str:
    """A check with a photo; the photo's object id."""
    device, visit_id = simulator.world.device, simulator.visit_ids[DEVICE]
    made = record_check(
        device,
        visit_id=visit_id,
        item_id=device.read(visits.work_ids, visit_id)[0],
        outcome="discrepancy",
        reason="damaged",
        mark=typed("x"),
        photos=(photo,),
    )
    return device.read(checks.evidence_of, check_id=made.check_id)[0].object_id


def without_triggers(transaction: Transaction, statement: str, **values: object) -> None:
    """Everything that a person with the data key can do, cleaning up behind."""
    for name in ("journal_takes_no_update", "journal_takes_no_delete"):
        transaction.connection.execute(text(f"DROP TRIGGER {name}"))
    transaction.connection.execute(text(statement), values)
    triggers.install(transaction.connection)


def test_a_keyslot_file_damaged_while_the_store_is_open_is_a_fault_like_any_other(simulator: Simulator) -> None:
    device = simulator.world.device
    (device.store.folder / KEYSLOTS).write_bytes(b"{")
    assert codes(examine_store(device).damaged) == ["keyslots.damaged"]


def codes(wrongs: tuple[Wrong, ...]) -> list[str]:
    return [wrong.code for wrong in wrongs]


def test_a_whole_store_has_nothing_altered_and_nothing_missing(simulator: Simulator) -> None:
    photographed(simulator, PHOTO)
    simulator.deliver(simulator.seal(DEVICE))
    for session in (simulator.world.device, simulator.world.hq):
        found = examine_store(session)
        assert (found.altered, found.missing, found.pending, found.withheld) == ((), (), 0, 0)
        assert found.heads


def test_an_altered_entry_and_a_hole_are_distinguished_and_located(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0)
    simulator.deliver(simulator.seal(DEVICE))
    hq = simulator.world.hq
    with hq.writing() as transaction:
        without_triggers(
            transaction, "UPDATE journal SET actor = 'INS-018' WHERE origin = :origin AND seq = 3", origin=DEVICE
        )
        without_triggers(transaction, "DELETE FROM journal WHERE origin = 'HQ-01' AND seq = 4")
    found = examine_store(hq)
    assert [(wrong.code, wrong.values["origin"], wrong.values["seq"]) for wrong in found.altered] == [
        ("chain.altered", DEVICE, 3)
    ]
    assert [(wrong.code, wrong.values["origin"], wrong.values["expected"]) for wrong in found.missing] == [
        ("chain.gap", "HQ-01", 4)
    ]


def test_missing_altered_and_pending_content_are_distinguished(simulator: Simulator) -> None:
    gone, altered = (photographed(simulator, PHOTO + bytes(100_000) * (number + 1)) for number in range(2))
    small = photographed(simulator, PHOTO)
    device = simulator.world.device
    device.store.content.path_of(gone).unlink()
    path = device.store.content.path_of(altered)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with device.writing() as transaction:
        transaction.connection.execute(text("DELETE FROM content WHERE object_id = :id"), {"id": small})
    found = examine_store(device)
    assert [(wrong.code, wrong.values["object_id"]) for wrong in found.altered] == [("object.altered", altered)]
    assert [(wrong.code, wrong.values["object_id"]) for wrong in found.missing] == [("content.absent", gone)]
    assert found.pending == 1


def test_a_rewritten_journal_with_right_hashes_fails_by_the_accounts_signature(simulator: Simulator) -> None:
    """A person with the data key can rebuild the chain at will; the signed head reveals it."""
    simulator.check(DEVICE, 0)
    device = simulator.world.device
    device.close()  # signs
    device = open_store(device.store.folder, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.world.devices[DEVICE] = device
    assert codes(examine_store(device).altered) == []
    with device.writing() as transaction:
        entries = list(entries_after(transaction.connection, DEVICE, 1, 0, 10_000))
        for entry in _chained_anew(entries):
            without_triggers(
                transaction,
                "UPDATE journal SET actor = :actor, prev_hash = :prev, hash = :hash"
                " WHERE origin = :origin AND seq = :seq",
                actor=entry.actor,
                prev=entry.prev_hash,
                hash=entry.hash,
                origin=entry.origin,
                seq=entry.seq,
            )
        transaction._heads.clear()
    assert codes(examine_store(device).altered) == ["head.foreign"]


def _chained_anew(entries: list[Entry]) -> list[Entry]:
    made = []
    before = genesis(entries[0].origin, entries[0].epoch).hash
    for entry in entries:
        changed = msgspec.structs.replace(entry, actor="INS-099", prev_hash=before, hash=b"")
        changed = msgspec.structs.replace(changed, hash=entry_hash(changed))
        before = changed.hash
        made.append(changed)
    return made


def test_what_hq_signed_for_and_is_not_here_is_missing(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0)
    simulator.deliver(simulator.seal(DEVICE))
    hq = simulator.world.hq
    with hq.writing() as transaction:
        without_triggers(
            transaction,
            "DELETE FROM journal WHERE origin = :origin AND seq > 2",
            origin=DEVICE,
        )
    found = examine_store(hq)
    assert codes(found.altered) == []
    assert "chain.rolled_back" in codes(found.missing)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER journal_takes_no_update",
        "DROP TRIGGER journal_takes_no_delete",
        "CREATE TRIGGER x BEFORE INSERT ON journal BEGIN SELECT RAISE(IGNORE); END",
    ],
)
def test_triggers_that_are_not_ours_are_noticed_at_opening(simulator: Simulator, statement: str) -> None:
    device: Session = simulator.world.device
    with device.writing() as transaction:
        transaction.connection.execute(text(statement))
    device.store.close()
    with pytest.raises(Trouble, match=r"store\.triggers_(missing|foreign)"):
        open_store(device.store.folder, "INS-017", PASSPHRASE)


def test_triggers_lost_in_a_migration_are_noticed(simulator: Simulator) -> None:
    """As Alembic's batch mode loses them: the table is recreated under its old name."""
    device = simulator.world.device
    with device.writing() as transaction:
        for statement in (
            "CREATE TABLE other AS SELECT * FROM journal",
            "DROP TABLE journal",
            "ALTER TABLE other RENAME TO journal",
        ):
            transaction.connection.execute(text(statement))
    device.store.close()
    with pytest.raises(Trouble, match=r"store\.triggers_missing"):
        open_store(device.store.folder, "INS-017", PASSPHRASE)
