"""Damage takes the end of HQ's outgoing chain to a device: no number is given again, and the device goes on working."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import select, text

from db.chains import chain_head, entry_hash_at
from db.engines import DATABASE
from db.instance import path_of
from db.pages import PAGE_BYTES, keyed
from db.queries import visits
from db.recovery import Recovered
from db.tables import journal
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import outgoing_origin
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device
from eum_app.usecases.session import Session
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.instance import lost_for_devices
from eum_app.usecases.store.open_store import open_store, rebuild_store
from eum_app.usecases.store.recover_store import recover_store
from eum_app.usecases.store.renew_journal import renew_journal
from tests.builders import PASSPHRASE
from tests.faults.disk import flip
from tests.simulator import Simulator

DEVICE = "FLD-0042"
OUTGOING = outgoing_origin("HQ-01", DEVICE)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", count=120)
    yield made
    made.world.close()


def reopened(simulator: Simulator) -> Session:
    world = simulator.world
    world.hq = open_store(world.hq.store.folder, "REV-004", PASSPHRASE, now=world.clock)
    return world.hq


def hand_over(simulator: Simulator) -> Path:
    """Seal for the device, and import there."""
    sealed = seal_for_device(simulator.world.hq, DEVICE, simulator.world.drop)
    for path in sealed.paths:
        outcomes = import_bundles(simulator.world.device, [path]).outcomes
        assert [one.outcome for one in outcomes] == ["accepted"], outcomes
    return sealed.path


def damaged(simulator: Simulator, *, own: bool) -> Recovered:
    """Flip bits in the page of the newest entry for the device, recover HQ's database, and open it again.

    That entry is long and continues on a separate page. `own`: also in the page of HQ's entry about the sealing.
    """
    hq = simulator.world.hq
    folder, key = hq.store.folder, hq.ticket.data_key
    wanted = select(text("rowid")).select_from(journal)
    with hq.store.reading() as connection:
        newest = wanted.where(journal.c.origin == OUTGOING).order_by(journal.c.seq.desc()).limit(1)
        sealed = wanted.where(journal.c.kind == "BundleSealed").order_by(journal.c.seq.desc()).limit(1)
        rows = [connection.execute(one).scalar_one() for one in (newest, sealed)]
    hq.close()
    pages = [page_of(folder / DATABASE, key, rows[0], rows[1])]
    if own:
        pages.append(page_of(folder / DATABASE, key, rows[1], 1))
    for page in pages:
        damage(folder, page)
    found = recover_store(folder, "REV-004", PASSPHRASE, now=simulator.world.clock)
    assert any(one.hole.origin == "HQ-01" for one in found.lost) == own
    assert any(one.hole.origin == OUTGOING for one in found.lost)
    reopened(simulator)
    return found


def page_of(path: Path, key: bytes, row: int, other: int) -> int:
    """Return a page without which one row of the journal cannot be read, but another one can."""

    def read(number: int) -> bytes:
        with closing(keyed(path, key.hex())) as driver:
            try:
                found: tuple[bytes] = driver.execute(
                    "SELECT payload FROM journal WHERE rowid = ?", (number,)
                ).fetchone()
            except sqlcipher.DatabaseError:
                return b""
        return found[0]

    before = (read(row), read(other))
    for page in range(path.stat().st_size // PAGE_BYTES, 1, -1):
        damage(path.parent, page)
        after = (read(row), read(other))
        damage(path.parent, page)  # flips the bit back
        if after[0] != before[0] and after[1] == before[1]:
            return page
    pytest.fail("no such page")


def damage(folder: Path, page: int) -> None:
    flip(folder / DATABASE, (page - 1) * PAGE_BYTES + 1_000)


def test_the_chain_continues_behind_what_was_sealed(simulator: Simulator) -> None:
    """Before, HQ gave the lost numbers again, and the device refused its bundles as a fork, for good."""
    world = simulator.world
    second = world.plan().visit_id
    hand_over(simulator)
    with world.device.store.reading() as connection:
        held = chain_head(connection, OUTGOING, 1)
    damaged(simulator, own=False)
    (warning,) = lost_for_devices(world.hq.store)
    assert (warning.values["device"], warning.values["last"]) == (DEVICE, held.seq)
    third = world.plan().visit_id
    # HQ does not know yet that the device holds the lost entries. It sends what is left, and what follows them.
    sealed = seal_for_device(world.hq, DEVICE, world.drop)
    for path in sealed.paths:
        assert import_bundles(world.device, [path]).outcomes[0].outcome in ("already_held", "accepted")
    simulator.check(DEVICE, 1)
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"
    fourth = world.plan().visit_id
    hand_over(simulator)
    planned = {row.visit_id for row in world.device.read(visits.all_visits)}
    assert {second, third, fourth} <= planned
    with world.device.store.reading() as connection:
        assert entry_hash_at(connection, OUTGOING, 1, held.seq) == held.hash
    (missing,) = [one for one in examine_store(world.hq).missing if one.values.get("origin") == OUTGOING]
    assert (missing.code, missing.values["last"]) == ("chain.entries_lost", held.seq)
    assert not examine_store(world.hq).altered
    rebuild_store(world.hq)
    world.hq.close()
    assert [one.values for one in lost_for_devices(reopened(simulator).store)] == [warning.values]


def test_a_device_that_lacks_the_lost_entries_gets_them_in_a_new_journal(simulator: Simulator) -> None:
    """The bundle never arrived, and its file is gone: the device waits for it by number, and HQ says what to do."""
    world = simulator.world
    world.plan()
    for path in seal_for_device(world.hq, DEVICE, world.drop).paths:
        path.unlink()
    damaged(simulator, own=False)
    world.plan()
    *_, last = seal_for_device(world.hq, DEVICE, world.drop).paths
    (outcome,) = import_bundles(world.device, [last]).outcomes
    assert (outcome.outcome, outcome.code) == ("waiting", "chain.gap")
    renew_journal(world.hq)
    assert lost_for_devices(world.hq.store) == []
    hand_over(simulator)
    third = world.plan().visit_id
    hand_over(simulator)
    assert third in {row.visit_id for row in world.device.read(visits.all_visits)}
    simulator.check(DEVICE, 0)
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"


def test_an_hq_that_also_lost_its_own_end_seals_nothing_before_its_new_journal(simulator: Simulator) -> None:
    """HQ does not know which numbers it gave, so it gives none."""
    world = simulator.world
    second = world.plan().visit_id
    hand_over(simulator)
    damaged(simulator, own=True)
    third = world.plan().visit_id
    with pytest.raises(Refusal, match=r"chain\.renew_first"):
        seal_for_device(world.hq, DEVICE, world.drop)
    renew_journal(world.hq)
    hand_over(simulator)
    assert {second, third} <= {row.visit_id for row in world.device.read(visits.all_visits)}


def test_a_device_that_holds_other_entries_is_sent_none(simulator: Simulator, tmp_path: Path) -> None:
    """A whole machine was put back, with the file that would tell. The device's journal says what it holds."""
    world = simulator.world
    hq = world.hq
    hq.close()
    shutil.copytree(hq.store.folder, tmp_path / "earlier")
    state = path_of(hq.store.named.store_id, hq.store.folder)
    earlier = state.read_bytes()
    reopened(simulator)
    world.plan()
    hand_over(simulator)
    world.hq.close()
    shutil.rmtree(hq.store.folder)
    shutil.copytree(tmp_path / "earlier", hq.store.folder)
    state.write_bytes(earlier)
    reopened(simulator)
    assert world.hq.store.copied is None
    receipts = tmp_path / "receipts"
    (outcome,) = import_bundles(world.hq, [simulator.seal(DEVICE)], receipts).outcomes
    assert (outcome.outcome, outcome.receipts) == ("accepted", ())
    assert outcome.receipt_code == "chain.renew_first"  # before, the Inbox said that no receipt was needed
    with pytest.raises(Refusal, match=r"chain\.renew_first"):
        seal_for_device(world.hq, DEVICE, world.drop)
    renew_journal(world.hq)
    third = world.plan().visit_id
    hand_over(simulator)
    assert third in {row.visit_id for row in world.device.read(visits.all_visits)}
