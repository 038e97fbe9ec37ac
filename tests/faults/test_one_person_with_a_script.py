"""One person at HQ with the data key and a script: neither brings an account back nor admits a late bundle alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from db import triggers
from db.exchange_tables import fixed_heads, received
from db.queries.known_accounts import known_accounts
from db.transaction import Transaction
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.facts import (
    AccountAdded,
    AccountRemoved,
    FactsReceived,
    LateHeadAccepted,
    PaperHeadNoted,
)
from eum_app.domain.people import ALL
from eum_app.usecases.exchange.late_bundles import accept_late, late_bundles
from eum_app.usecases.people.accounts import account_added, remove_account, vouched
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import open_store
from tests.builders import PASSPHRASE
from tests.faults.test_acts_of_two import as_actor, by_key, facts_of, faults, late, people
from tests.faults.test_late_bundles import DEVICE, OTHER, enrol_again, held, revoke
from tests.simulator import Simulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(DEVICE, OTHER))
    yield made
    made.world.close()


def added(session: Session, account: str) -> AccountAdded:
    (entry,) = (fact for fact in facts_of(session) if isinstance(fact, AccountAdded) and fact.account == account)
    return entry


def test_a_removed_account_does_not_come_back_by_its_repeated_entry(simulator: Simulator) -> None:
    """The entry has the administrator's true voucher, and the former holder still has the key."""
    others = people(simulator)
    path, said = late(simulator)
    hq, clock = simulator.world.hq, simulator.world.clock
    accept_late(hq, said.quarantine_id, "Mine")
    removed = others.pop("REV-005")
    theirs, entry = by_key(removed, said), added(hq, "REV-005")
    removed.store.close()
    hq.store.close()
    remove_account(others["ADM-001"], "REV-005")
    hq = simulator.world.hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=clock)
    with hq.writing() as transaction:
        as_actor(transaction, "ADM-001")
        transaction.record(entry)
        as_actor(transaction, "REV-005")
        transaction.record(theirs)
    assert hq.read(known_accounts)["REV-005"].is_removed
    assert not late_bundles(hq)[0].is_admitted
    assert simulator.deliver(path)[0].outcome == "quarantined"
    assert faults(hq) == [("act.unsigned", "REV-005")]
    others["ADM-001"].store.close()


def test_a_former_role_does_not_come_back_by_its_repeated_entry(simulator: Simulator) -> None:
    others = people(simulator)
    path, said = late(simulator)
    hq = simulator.world.hq
    accept_late(hq, said.quarantine_id, "Mine")
    before = added(hq, "REV-005")
    demoted = msgspec.structs.replace(before, role="auditor")
    with others["ADM-001"].writing() as transaction:
        transaction.record(vouched(others["ADM-001"], demoted))
    with hq.writing() as transaction:
        as_actor(transaction, "ADM-001")
        transaction.record(before)
        as_actor(transaction, "REV-005")
        transaction.record(by_key(others["REV-005"], said))
    assert hq.read(known_accounts)["REV-005"].role == "auditor"
    assert simulator.deliver(path)[0].outcome == "quarantined"
    for one in others.values():
        one.store.close()


def test_no_one_vouches_for_an_account_after_writing_that_every_administrator_was_removed(simulator: Simulator) -> None:
    others = people(simulator)
    path, said = late(simulator)
    hq, key = simulator.world.hq, SigningKey.generate(Suite.P384)
    accept_late(hq, said.quarantine_id, "Mine")
    forger = Session(hq.store, replace(hq.ticket, account="REV-009", signing_key=key.private_bytes()), hq.now)
    with hq.writing() as transaction:
        as_actor(transaction, "ADM-001")
        transaction.record(AccountRemoved(observed_at=hq.observed_now(), account="ADM-001"))
        as_actor(transaction, "REV-004")
        transaction.record(vouched(hq, account_added(hq.observed_now(), "REV-009", "reviewer", ALL, key)))
        as_actor(transaction, "REV-009")
        transaction.record(by_key(forger, said))
    assert "REV-009" not in hq.read(known_accounts)
    assert simulator.deliver(path)[0].outcome == "quarantined"
    for one in others.values():
        one.store.close()


def paper_row(transaction: Transaction, said: LateHeadAccepted) -> None:
    row = {"origin": said.origin, "epoch": said.epoch, "seq": said.seq, "head_hash": said.head_hash, "how": "paper"}
    row |= {"actor": "X", "reason": "", "at": "", "known_at": 0, "quarantine_id": "", "signature": b""}
    transaction.connection.execute(fixed_heads.insert().values(row))


def received_row(transaction: Transaction, said: LateHeadAccepted) -> None:
    row = {"origin": said.origin, "epoch": said.epoch, "seq": said.seq, "head_hash": said.head_hash}
    transaction.connection.execute(received.insert().values(**row, hq="HQ-01", bundle_id="", at="", order_key=""))


def receipt(transaction: Transaction, said: LateHeadAccepted) -> None:
    transaction.record(
        FactsReceived(
            observed_at=said.observed_at,
            hq="HQ-01",
            origin=said.origin,
            epoch=said.epoch,
            seq=said.seq,
            head_hash=said.head_hash,
            bundle_id="x",
        )
    )


def paper_entry(transaction: Transaction, said: LateHeadAccepted) -> None:
    transaction.record(
        PaperHeadNoted(
            observed_at="2026-01-01T00:00:00.000Z",
            origin=said.origin,
            epoch=said.epoch,
            seq=said.seq,
            head_hash=said.head_hash,
            paper="x",
        )
    )


def moved_end(transaction: Transaction, said: LateHeadAccepted) -> None:
    paper_entry(transaction, said)
    for table in ("revocations", "devices"):
        transaction.connection.execute(text(f"UPDATE {table} SET known_at = 900000"))
    transaction.connection.execute(text("UPDATE fixed_heads SET known_at = 0"))


def renumber(transaction: Transaction, known_at: int, which: str) -> None:
    """Change what the journal says about when entries became known, past the triggers that keep it."""
    transaction.connection.execute(text("DROP TRIGGER journal_takes_no_update"))
    transaction.connection.execute(text(f"UPDATE journal SET known_at = {known_at} WHERE {which}"))
    triggers.install(transaction.connection)


def moved_entry(transaction: Transaction, said: LateHeadAccepted) -> None:
    """Nothing signs when an entry became known here; its place is in the chain."""
    paper_entry(transaction, said)
    renumber(transaction, 0, "kind = 'PaperHeadNoted'")


def no_end(transaction: Transaction, said: LateHeadAccepted) -> None:
    transaction.connection.execute(text("DELETE FROM revocations"))
    transaction.connection.execute(text("DELETE FROM devices WHERE epoch = 2"))


FORGERIES = [paper_row, received_row, receipt, paper_entry, moved_end, moved_entry, no_end]
ENDS = {"revoked": revoke, "superseded": enrol_again}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
@pytest.mark.parametrize("end", ENDS)
def test_no_script_of_one_person_admits_a_late_bundle(
    simulator: Simulator, end: str, forge: Callable[[Transaction, LateHeadAccepted], None]
) -> None:
    simulator.check(DEVICE, 0)
    path = simulator.seal(DEVICE)
    ENDS[end](simulator)
    simulator.deliver(path)
    hq = simulator.world.hq
    (waiting,) = late_bundles(hq)
    head = waiting.head
    said = LateHeadAccepted(
        observed_at=hq.observed_now(),
        quarantine_id=waiting.row.quarantine_id,
        origin=head.origin,
        epoch=head.epoch,
        seq=head.seq,
        head_hash=head.hash,
        reason="",
    )
    with hq.writing() as transaction:
        forge(transaction, said)
    (outcome,) = simulator.deliver(path)
    assert (outcome.outcome, outcome.code, held(simulator)) == ("quarantined", f"bundle.late_{end}", 0)


def test_a_removed_reviewers_acceptance_does_not_count_by_an_earlier_number(simulator: Simulator) -> None:
    """The read table says that it was recorded while the account was one."""
    others = people(simulator)
    path, said = late(simulator)
    hq, clock = simulator.world.hq, simulator.world.clock
    accept_late(hq, said.quarantine_id, "Mine")
    theirs = by_key(others["REV-005"], said)
    others.pop("REV-005").store.close()
    with hq.store.reading() as connection:
        earlier = connection.execute(text("SELECT max(known_at) FROM journal")).scalar_one()
    hq.store.close()
    remove_account(others["ADM-001"], "REV-005")
    hq = simulator.world.hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=clock)
    with hq.writing() as transaction:
        as_actor(transaction, "REV-005")
        transaction.record(theirs)
        transaction.connection.execute(text(f"UPDATE fixed_heads SET known_at = {earlier}"))
        renumber(transaction, earlier, "kind = 'LateHeadAccepted' AND actor = 'REV-005'")
    assert not late_bundles(hq)[0].is_admitted
    assert simulator.deliver(path)[0].outcome == "quarantined"
    others["ADM-001"].store.close()
