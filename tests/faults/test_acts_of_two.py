"""A reviewer with a script is not two people: each signs with their account's key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from db.chains import chain_head, entries_after
from db.exchange_tables import fixed_heads
from db.people_tables import account_keys
from db.queries.content import withholding, withholdings_open
from db.queries.known_accounts import known_accounts
from db.queries.signed_acts import ACT_PURPOSE, act_message
from db.store import Store
from db.transaction import Transaction
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.facts import AccountAdded, ContentWithheld, LateHeadAccepted, WithholdingAsked, decode_fact
from eum_app.domain.people import ALL
from eum_app.usecases.exchange.late_bundles import accept_late, late_bundles
from eum_app.usecases.people.accounts import account_added, add_account, remove_account, reset_passphrase, vouched
from eum_app.usecases.review.withhold import ask_to_withhold, confirm_withholding
from eum_app.usecases.session import Session
from eum_app.usecases.store.check_store import examine_store
from eum_app.usecases.store.open_store import open_store, rebuild_store
from tests.builders import PASSPHRASE
from tests.faults.test_attribution import _account as account_of_key
from tests.faults.test_attribution import decide
from tests.faults.test_late_bundles import DEVICE, OTHER, held, revoke
from tests.integration.test_withhold import photographed
from tests.simulator import Simulator

FAST = KdfParams.fast_for_tests(Suite.P384)


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(DEVICE, OTHER))
    yield made
    made.world.close()


def people(simulator: Simulator) -> dict[str, Session]:
    """Add an administrator and a second reviewer to HQ, and return the sessions of both."""
    hq = simulator.world.hq
    first = Session(
        Store.open(hq.store.folder, hq.ticket.data_key, hq.now), replace(hq.ticket, role="administrator"), hq.now
    )
    add_account(first, account="ADM-001", role="administrator", passphrase=PASSPHRASE, kdf=FAST)
    first.store.close()
    admin = open_store(hq.store.folder, "ADM-001", PASSPHRASE, now=simulator.world.clock)
    add_account(admin, account="REV-005", role="reviewer", passphrase=PASSPHRASE, kdf=FAST)
    add_account(admin, account="AUD-009", role="auditor", passphrase=PASSPHRASE, kdf=FAST)
    return {
        "ADM-001": admin,
        "REV-005": open_store(hq.store.folder, "REV-005", PASSPHRASE, now=simulator.world.clock),
    }


def as_actor(transaction: Transaction, account: str) -> None:
    transaction.author = replace(transaction.author, actor=account, session_id="forged")


A = TypeVar("A", LateHeadAccepted, WithholdingAsked, ContentWithheld)


def by_key(session: Session, act: A) -> A:
    """Sign an act with the key of a session, whether it counts or not."""
    signature = session.signing_key.sign(ACT_PURPOSE, act_message(session.name, session.account, act))
    return msgspec.structs.replace(act, signature=signature)


def late(simulator: Simulator) -> tuple[Path, LateHeadAccepted]:
    """Return a late bundle that waits, and the statement that would accept it."""
    simulator.check(DEVICE, 0)
    path = simulator.seal(DEVICE)
    revoke(simulator)
    simulator.deliver(path)
    (waiting,) = late_bundles(simulator.world.hq)
    head = waiting.head
    return path, LateHeadAccepted(
        observed_at=simulator.world.hq.observed_now(),
        quarantine_id=waiting.row.quarantine_id,
        origin=head.origin,
        epoch=head.epoch,
        seq=head.seq,
        head_hash=head.hash,
        reason="I never said this",
    )


def faults(session: Session) -> list[tuple[str, object]]:
    return [(wrong.code, wrong.values.get("account")) for wrong in examine_store(session).altered]


def test_an_acceptance_under_another_name_counts_for_nothing_and_is_found(simulator: Simulator) -> None:
    others = people(simulator)
    path, said = late(simulator)
    hq = simulator.world.hq
    accept_late(hq, said.quarantine_id, "Mine")
    for act in (said, by_key(hq, said), msgspec.structs.replace(said, signature=b"x" * 100)):
        with hq.writing() as transaction:
            as_actor(transaction, "REV-005")
            transaction.record(act)
    (waiting,) = late_bundles(hq)
    assert ([one.actor for one in waiting.accepted_by], waiting.is_admitted) == (["REV-004"], False)
    assert simulator.deliver(path)[0].outcome == "quarantined"
    assert held(simulator) == 0
    assert faults(hq) == [("act.unsigned", "REV-005")] * 3
    # What the script wrote does not keep the true second person out.
    assert accept_late(others["REV-005"], said.quarantine_id, "I compared it with the paper").is_admitted
    assert simulator.deliver(path)[0].outcome == "accepted"
    rebuild_store(hq)
    assert late_bundles(hq)[0].is_admitted
    for one in others.values():
        one.store.close()


def test_new_keys_that_a_script_names_for_another_account_sign_nothing(simulator: Simulator) -> None:
    """The reviewer writes that the other account got a new key, under the administrator's name, and signs with it."""
    others = people(simulator)
    path, said = late(simulator)
    hq, key = simulator.world.hq, SigningKey.generate(Suite.P384)
    accept_late(hq, said.quarantine_id, "Mine")
    forger = Session(hq.store, replace(hq.ticket, account="REV-005", signing_key=key.private_bytes()), hq.now)
    named = account_added(hq.observed_now(), "REV-005", "reviewer", ALL, key)
    admin = account_added(hq.observed_now(), "REV-004", "administrator", ALL, hq.signing_key)
    for fact, actor in (
        (named, "ADM-001"),
        (vouched(hq, named), "ADM-001"),
        (vouched(hq, named), "REV-004"),
        (vouched(hq, admin), "REV-004"),  # makes itself an administrator
        (vouched(hq, named), "REV-004"),
    ):
        with hq.store.writing(hq.author) as transaction:
            as_actor(transaction, actor)
            transaction.record(fact)
    with hq.store.writing(hq.author) as transaction:
        as_actor(transaction, "REV-005")
        transaction.record(by_key(forger, said))
        row = {"origin": "HQ-01", "epoch": 1, "account": "REV-005", "suite": "p384"}
        public = key.verify_key.public_bytes()
        transaction.connection.execute(account_keys.delete().where(account_keys.c.account == "REV-005"))
        transaction.connection.execute(account_keys.insert().values(**row, public_key=public))
    hq.store.close()
    hq = simulator.world.hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=simulator.world.clock)
    assert not late_bundles(hq)[0].is_admitted
    assert simulator.deliver(path)[0].outcome == "quarantined"
    assert ("act.unsigned", "REV-005") in faults(hq)
    for one in others.values():
        one.store.close()


def test_an_auditor_and_a_removed_reviewer_accept_nothing(simulator: Simulator) -> None:
    others = people(simulator)
    path, said = late(simulator)
    hq, clock = simulator.world.hq, simulator.world.clock
    accept_late(hq, said.quarantine_id, "Mine")
    auditor = open_store(hq.store.folder, "AUD-009", PASSPHRASE, now=clock)
    removed = others.pop("REV-005")
    auditors, theirs = by_key(auditor, said), by_key(removed, said)
    auditor.store.close()
    removed.store.close()
    hq.store.close()
    remove_account(others["ADM-001"], "REV-005")
    hq = simulator.world.hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=clock)
    for actor, act in (("AUD-009", auditors), ("REV-005", theirs)):
        with hq.writing() as transaction:
            as_actor(transaction, actor)
            transaction.record(act)
    assert not late_bundles(hq)[0].is_admitted
    assert simulator.deliver(path)[0].outcome == "quarantined"
    others["ADM-001"].store.close()


def test_a_row_in_the_read_tables_is_no_acceptance(simulator: Simulator) -> None:
    others = people(simulator)
    path, said = late(simulator)
    hq = simulator.world.hq
    accept_late(hq, said.quarantine_id, "Mine")
    with hq.writing() as transaction:
        (row,) = transaction.connection.execute(fixed_heads.select()).mappings()
        transaction.connection.execute(fixed_heads.insert().values({**row, "actor": "REV-005"}))
    assert not late_bundles(hq)[0].is_admitted
    assert simulator.deliver(path)[0].outcome == "quarantined"
    for one in others.values():
        one.store.close()


def test_acceptances_hold_after_a_reset_and_a_removal(simulator: Simulator) -> None:
    """The account signed while it had that key and that role."""
    others = people(simulator)
    path, said = late(simulator)
    hq, admin = simulator.world.hq, others["ADM-001"]
    accept_late(hq, said.quarantine_id, "Mine")
    accept_late(others["REV-005"], said.quarantine_id, "Mine too")
    others["REV-005"].store.close()
    reset_passphrase(admin, "REV-005", "another passphrase", kdf=FAST)
    assert late_bundles(hq)[0].is_admitted
    hq.store.close()
    remove_account(admin, "REV-005")
    simulator.world.hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=simulator.world.clock)
    assert late_bundles(simulator.world.hq)[0].is_admitted
    assert simulator.deliver(path)[0].outcome == "accepted"
    assert faults(simulator.world.hq) == []
    admin.store.close()


def test_an_order_to_withhold_under_two_names_destroys_nothing(simulator: Simulator) -> None:
    others = people(simulator)
    photo = photographed(simulator)
    hq = simulator.world.hq
    asked = ask_to_withhold(hq, photo.object_id, "A face is in it")
    order = ContentWithheld(
        observed_at=hq.observed_now(),
        request_id=asked.request_id,
        object_id=photo.object_id,
        reason="A face is in it",
        asked_by="REV-004",
        asked_signature=hq.read(withholdings_open)[0].signature,
    )
    forged = by_key(hq, replace_asked(order))
    for act, actor in ((order, "REV-005"), (by_key(hq, order), "REV-005"), (forged, "REV-004")):
        with hq.writing() as transaction:
            as_actor(transaction, actor)
            transaction.record(act)
    assert hq.read(withholding, photo.object_id) is None
    assert hq.content(photo.ref)
    assert [code for code, _ in faults(hq)] == ["act.unsigned"] * 3
    rebuild_store(hq)
    assert hq.content(photo.ref)
    # A request that a script wrote under another name cannot be confirmed by the script's own account.
    with hq.writing() as transaction:
        as_actor(transaction, "REV-005")
        transaction.record(
            WithholdingAsked(
                observed_at=hq.observed_now(), request_id="f" * 32, object_id=photo.object_id, reason="They said so"
            )
        )
    with pytest.raises(Refusal, match=r"withhold\.unsigned"):
        confirm_withholding(hq, "f" * 32)
    confirm_withholding(others["REV-005"], asked.request_id)
    assert hq.read(withholding, photo.object_id) is not None
    with pytest.raises(KnownError):
        hq.content(photo.ref)
    rebuild_store(hq)
    assert hq.read(withholding, photo.object_id) is not None
    for one in others.values():
        one.store.close()


def replace_asked(order: ContentWithheld) -> ContentWithheld:
    return msgspec.structs.replace(order, asked_by="REV-005")


def test_accounts_added_before_are_believed(simulator: Simulator) -> None:
    """The first account of a store, and those of earlier versions, have no voucher."""
    others = people(simulator)
    known = simulator.world.hq.read(known_accounts)
    assert {account: one.role for account, one in known.items()} == {
        "REV-004": "reviewer",
        "ADM-001": "administrator",
        "REV-005": "reviewer",
        "AUD-009": "auditor",
    }
    for one in others.values():
        one.store.close()


def test_a_reviewer_with_new_keys_decides_nothing_about_their_own_check(simulator: Simulator) -> None:
    """The key that signed the check was the reviewer's; an administrator reset the passphrase since."""
    others = people(simulator)
    hq, device = simulator.world.hq, simulator.world.devices[DEVICE]
    device._ticket = replace(device.ticket, signing_key=hq.ticket.signing_key)
    with device.writing() as transaction:
        transaction.record(account_of_key(device, "INS-031"))
    device.account = "INS-031"
    simulator.check(DEVICE, 0, "not_found")
    simulator.deliver(simulator.seal(DEVICE))
    with pytest.raises(Refusal, match=r"review\.own_check"):
        decide(simulator)
    hq.store.close()
    for passphrase in ("another passphrase", "and one more passphrase"):
        reset_passphrase(others["ADM-001"], "REV-004", passphrase, kdf=FAST)
        again = open_store(hq.store.folder, "REV-004", passphrase, now=simulator.world.clock)
        with pytest.raises(Refusal, match=r"review\.own_check"):
            decide(simulator, again)
        again.store.close()
    decide(simulator, others["REV-005"])
    for one in others.values():
        one.store.close()


def test_a_former_key_signs_nothing_also_if_its_entry_is_repeated(simulator: Simulator) -> None:
    """A thief had the second person's passphrase, so an administrator reset it."""
    others = people(simulator)
    path, said = late(simulator)
    hq = simulator.world.hq
    stolen = others.pop("REV-005")
    (entry,) = (fact for fact in facts_of(hq) if isinstance(fact, AccountAdded) and fact.account == "REV-005")
    reset_passphrase(others["ADM-001"], "REV-005", "another passphrase", kdf=FAST)
    with pytest.raises(Refusal, match=r"account\.changed|act\.key_unknown"):
        accept_late(stolen, said.quarantine_id, "As if nothing had happened")
    accept_late(hq, said.quarantine_id, "Mine")
    with hq.writing() as transaction:
        as_actor(transaction, "ADM-001")
        transaction.record(entry)  # with the administrator's true voucher
        as_actor(transaction, "REV-005")
        transaction.record(by_key(stolen, said))
    assert not late_bundles(hq)[0].is_admitted
    stolen.store.close()
    true = open_store(hq.store.folder, "REV-005", "another passphrase", now=simulator.world.clock)
    assert accept_late(true, said.quarantine_id, "I compared it").is_admitted
    assert simulator.deliver(path)[0].outcome == "accepted"
    true.store.close()
    others["ADM-001"].store.close()


def facts_of(session: Session) -> list[object]:
    with session.store.reading() as connection:
        head = chain_head(connection, session.name, 1)
        entries = list(entries_after(connection, session.name, 1, 0, head.seq))
    return [decode_fact(entry.kind, entry.kind_version, entry.payload) for entry in entries]
