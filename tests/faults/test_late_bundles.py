"""Bundles of a device that was revoked or enrolled again: they wait, are never lost, and no one person admits them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db.chains import chain_head, entries_after
from db.queries import exchange, visits
from db.queries.people import all_devices, other_revocations
from db.secrets import AUTHORITY
from db.store import Store
from eum_app.crypto.certificates import Identity, issue_hq
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LateHeadAccepted
from eum_app.domain.journal import encode_entry, outgoing_origin
from eum_app.usecases.exchange.bundles import verify_file
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.exchange.late_bundles import accept_late, late_bundles, note_paper_head, revoke_hq
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.exchange.trust import own_chain, trust_list, vault_of
from eum_app.usecases.people.accounts import add_account
from eum_app.usecases.session import Session
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from sync.bundle_file import write_bundle
from tests.builders import PASSPHRASE, enrol, make_store
from tests.simulator import Simulator

DEVICE, OTHER = "FLD-0042", "FLD-0043"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(DEVICE, OTHER))
    yield made
    made.world.close()


def revoke(simulator: Simulator) -> None:
    revoke_device(simulator.world.hq, DEVICE, 1, "Stolen at the airport")


def enrol_again(simulator: Simulator) -> None:
    """Give the device's name to a new machine; the old one goes on as it was."""
    folder = simulator.world.folder / "second"
    folder.mkdir()
    second = make_store(folder / "store", "field", DEVICE, simulator.world.clock)
    enrol(simulator.world.hq, second, folder)
    second.store.close()


ENDS = {"revoked": revoke, "superseded": enrol_again}


@pytest.fixture(params=ENDS)
def ended(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def second_person(simulator: Simulator, account: str = "REV-005") -> Session:
    """Add a reviewer to HQ, as its administrator would, and return that person's session."""
    hq = simulator.world.hq
    administrator = Session(
        Store.open(hq.store.folder, hq.ticket.data_key, hq.now), replace(hq.ticket, role="administrator"), hq.now
    )
    fast = KdfParams.fast_for_tests(Suite.P384)
    add_account(administrator, account=account, role="reviewer", passphrase=PASSPHRASE, kdf=fast)
    administrator.store.close()
    return open_store(hq.store.folder, account, PASSPHRASE, now=simulator.world.clock)


def held(simulator: Simulator, epoch: int = 1) -> int:
    with simulator.world.hq.store.reading() as connection:
        return chain_head(connection, DEVICE, epoch).seq


def test_what_an_ended_identity_delivers_waits(simulator: Simulator, ended: str) -> None:
    """Before, an identity that was replaced went on delivering as if nothing had happened."""
    simulator.check(DEVICE, 0)
    simulator.deliver(simulator.seal(DEVICE))
    before = held(simulator)
    ENDS[ended](simulator)
    simulator.check(DEVICE, 1)
    late = simulator.seal(DEVICE)
    for _ in range(3):  # importing it again does not duplicate it
        (outcome,) = simulator.deliver(late)
        assert (outcome.outcome, outcome.code) == ("quarantined", f"bundle.late_{ended}")
        assert (outcome.values["origin"], outcome.values["epoch"]) == (DEVICE, "1")
    assert held(simulator) == before
    assert late.exists()
    hq = simulator.world.hq
    (row,) = hq.read(exchange.all_quarantined, hq.name)
    assert row.is_kept
    assert [one.name for one in (hq.store.folder / "quarantine").iterdir()] == [f"{row.file_sha384[:32]}.eumb"]
    assert verify_file(hq, late).code == f"bundle.{ended}"
    # The others go on, and what was received before the end still counts and is answered as held.
    simulator.check(OTHER, 1)
    assert simulator.deliver(simulator.seal(OTHER))[0].outcome == "accepted"
    check_store(hq)


def test_a_bundle_that_a_receipt_covers_is_held(simulator: Simulator, ended: str) -> None:
    simulator.check(DEVICE, 0)
    first = simulator.seal(DEVICE)
    simulator.deliver(first)
    ENDS[ended](simulator)
    assert [one.outcome for one in simulator.deliver(first)] == ["already_held"]


def test_two_people_admit_it_and_neither_alone(simulator: Simulator, ended: str) -> None:
    simulator.check(DEVICE, 0, "discrepancy")
    late = simulator.seal(DEVICE)
    ENDS[ended](simulator)
    simulator.deliver(late)
    hq = simulator.world.hq
    (waiting,) = late_bundles(hq)
    accepted = accept_late(hq, waiting.row.quarantine_id, "The inspector handed it over in person")
    assert (accepted.is_admitted, accepted.path) == (False, None)
    with pytest.raises(Refusal, match=r"late\.own_acceptance"):
        accept_late(hq, waiting.row.quarantine_id, "And once more")
    assert simulator.deliver(late)[0].code == f"bundle.late_{ended}"
    assert held(simulator) == 0
    other = second_person(simulator)
    accepted = accept_late(other, waiting.row.quarantine_id, "Compared with the signed paper record")
    assert accepted.is_admitted
    assert accepted.path is not None
    (outcome,) = import_bundles(other, [accepted.path], simulator.world.drop).outcomes
    assert (outcome.outcome, outcome.new_findings) == ("accepted", 1)
    assert simulator.deliver(late)[0].outcome == "already_held"
    assert hq.read(visits.visit, simulator.visit_ids[DEVICE]).checked == 1
    (waiting,) = late_bundles(hq)
    assert waiting.is_imported
    assert [one.actor for one in waiting.accepted_by] == ["REV-004", "REV-005"]
    with pytest.raises(Refusal, match=r"late\.imported"):
        accept_late(hq, waiting.row.quarantine_id, "Late")
    # Later facts of the ended identity wait again: what was accepted is one head.
    simulator.check(DEVICE, 1)
    assert simulator.deliver(simulator.seal(DEVICE))[0].code == f"bundle.late_{ended}"
    other.store.close()
    rebuild_store(hq)
    assert [one.is_imported for one in late_bundles(hq)] == [False, True]
    check_store(hq)


def test_accounts_that_differ_in_case_are_one_person(simulator: Simulator) -> None:
    """The program adds no such account; a store that has one all the same needs a second person."""
    late = _late(simulator)
    hq = simulator.world.hq
    (waiting,) = late_bundles(hq)
    accept_late(hq, waiting.row.quarantine_id, "First")
    with hq.writing() as transaction:
        transaction.author = type(transaction.author)(hq.name, 1, "rev-004", "x", lambda: 0)
        head = waiting.head
        transaction.record(
            LateHeadAccepted(
                observed_at=hq.observed_now(),
                quarantine_id=waiting.row.quarantine_id,
                origin=head.origin,
                epoch=head.epoch,
                seq=head.seq,
                head_hash=head.hash,
                reason="Second",
            )
        )
    assert not late_bundles(hq)[0].is_admitted
    assert simulator.deliver(late)[0].outcome == "quarantined"


def _late(simulator: Simulator) -> Path:
    simulator.check(DEVICE, 0)
    late = simulator.seal(DEVICE)
    revoke(simulator)
    simulator.deliver(late)
    return late


def test_a_device_cannot_accept_for_hq(simulator: Simulator) -> None:
    """It signs acceptances in its own journal: the kind is HQ's alone, and nothing of that bundle is recorded."""
    _late(simulator)
    (waiting,) = late_bundles(simulator.world.hq)
    head = waiting.head
    forged = LateHeadAccepted(
        observed_at=simulator.world.hq.observed_now(),
        quarantine_id=waiting.row.quarantine_id,
        origin=head.origin,
        epoch=head.epoch,
        seq=head.seq,
        head_hash=head.hash,
        reason="Of course",
    )
    (outcome,) = simulator.deliver(simulator.lie(OTHER, [forged, forged]))
    assert outcome.code == "fact.not_allowed"
    assert late_bundles(simulator.world.hq)[0].accepted_by == ()


def test_a_head_on_paper_admits_what_it_covers_and_the_rest_waits(simulator: Simulator, ended: str) -> None:
    hq, device = simulator.world.hq, simulator.world.devices[DEVICE]
    simulator.check(DEVICE, 0)
    simulator.check(DEVICE, 1, "discrepancy")
    with device.store.reading() as connection:
        printed = chain_head(connection, DEVICE, 1)
    note_paper_head(hq, DEVICE, 1, printed.seq, printed.hash.hex().upper(), "Fax of record 7, binder B")
    simulator.check(DEVICE, 2, "discrepancy")
    late = simulator.seal(DEVICE)
    ENDS[ended](simulator)
    for _ in range(2):
        (outcome,) = simulator.deliver(late)
        assert (outcome.outcome, outcome.code) == ("quarantined", f"bundle.late_{ended}")
        assert outcome.values["first_seq"] == str(printed.seq + 1)
        assert held(simulator) == printed.seq
    assert hq.read(visits.visit, simulator.visit_ids[DEVICE]).checked == 2
    assert [row.last_seq for row in hq.read(exchange.all_bundles, hq.name, "in")] == [printed.seq]
    check_store(hq)
    (waiting,) = late_bundles(hq)
    accept_late(hq, waiting.row.quarantine_id[:12], "First")
    other = second_person(simulator)
    path = accept_late(other, waiting.row.quarantine_id, "Second").path
    assert path is not None
    assert import_bundles(hq, [path]).outcomes[0].outcome == "accepted"
    assert hq.read(visits.visit, simulator.visit_ids[DEVICE]).checked == 3
    other.store.close()
    check_store(hq)


def test_paper_after_the_end_and_another_head_prove_nothing(simulator: Simulator) -> None:
    """Else one person at HQ could read the head from the very file that waits, and call it paper."""
    hq = simulator.world.hq
    simulator.check(DEVICE, 0)
    late = simulator.seal(DEVICE)
    note_paper_head(hq, DEVICE, 1, 5, "ab" * 48, "A record of something else")
    for unreadable in (0, 2**53 + 1, 2**63, 10**30):
        with pytest.raises(Refusal, match=r"late\.head"):
            note_paper_head(hq, DEVICE, 1, unreadable, "ab" * 48, "A record with a number out of range")
    revoke(simulator)
    assert simulator.deliver(late)[0].code == "bundle.late_revoked"
    (waiting,) = late_bundles(hq)
    simulator.world.clock.instant -= timedelta(days=30)  # setting HQ's clock back does not help either
    with pytest.raises(Refusal, match=r"late\.ended"):
        note_paper_head(hq, DEVICE, 1, waiting.head.seq, waiting.head.hash.hex(), "Found in a drawer")
    assert simulator.deliver(late)[0].code == "bundle.late_revoked"
    for epoch, seq, head, code in (
        (2, 1, "ab" * 48, "visit.device_unknown"),
        (1, 0, "ab" * 48, "late.head"),
        (1, 1, "xy" * 48, "late.head"),
    ):
        with pytest.raises(Refusal) as refused:
            note_paper_head(hq, DEVICE, epoch, seq, head, "x")
        assert refused.value.code == code


def test_a_revoked_new_identity_does_not_bring_the_old_one_back(simulator: Simulator) -> None:
    enrol_again(simulator)
    revoke_device(simulator.world.hq, DEVICE, 2, "Stolen too")
    with pytest.raises(Refusal, match=r"visit\.device_unknown"):
        seal_for_device(simulator.world.hq, DEVICE, simulator.world.drop)
    simulator.check(DEVICE, 0)
    assert simulator.deliver(simulator.seal(DEVICE))[0].code == "bundle.late_superseded"
    assert [(row.epoch, bool(row.ended_by)) for row in simulator.world.hq.read(all_devices)][:2] == [
        (2, True),
        (1, True),
    ]


def test_acceptance_needs_a_reason_a_late_bundle_and_hq(simulator: Simulator) -> None:
    _late(simulator)
    hq = simulator.world.hq
    (waiting,) = late_bundles(hq)
    number = waiting.row.quarantine_id
    for chosen, reason, code in (
        (number, "  ", "late.reason"),
        (number, "x" * 1_001, "note.too_long"),
        ("", "Seen", "late.unknown"),
        ("f" * 32, "Seen", "late.unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            accept_late(hq, chosen, reason)
        assert refused.value.code == code
    with pytest.raises(Refusal, match=r"permission\.denied"):
        accept_late(simulator.world.devices[OTHER], number, "Seen")


# The revocation list


def test_every_bundle_of_hq_carries_the_list_and_the_device_keeps_it(simulator: Simulator) -> None:
    hq, device = simulator.world.hq, simulator.world.devices[OTHER]
    revoke(simulator)
    simulator.world.plan(OTHER)
    simulator.world.hand_over(OTHER)
    (row,) = hq.read(all_devices)[:1]
    (learned,) = device.read(other_revocations, OTHER)
    assert (learned.holder, learned.revoked_at) == (f"{DEVICE}/1", row.revoked_at)
    with device.store.reading() as connection:
        assert set(trust_list(connection, is_hq=False).revoked) == {learned.serial}
    # The same list again adds nothing, and HQ takes the device's word that it learned it.
    simulator.world.plan(OTHER)
    simulator.world.hand_over(OTHER)
    assert len(device.read(other_revocations, OTHER)) == 1
    assert simulator.deliver(seal_results(device, simulator.world.drop).path)[0].outcome == "accepted"
    with hq.store.reading() as connection:
        assert trust_list(connection, is_hq=True).revoked == {}
    rebuild_store(device)
    assert device.read(other_revocations, OTHER) == [learned]


def test_a_revoked_hq_is_no_longer_believed_on_a_device(simulator: Simulator) -> None:
    """The key that HQ used before is stolen: what it seals is refused on the devices once HQ said so."""
    hq, device = simulator.world.hq, simulator.world.devices[OTHER]
    stolen = _stolen_hq(simulator)
    path = _tasking(simulator, stolen)
    revoke_hq(hq, path, "The old key was on a laptop that is gone")
    with pytest.raises(Refusal, match=r"trust\.own_certificate"):
        revoke_hq(hq, simulator.world.hand_over(OTHER), "Wrong file")
    simulator.world.plan(OTHER)
    simulator.world.hand_over(OTHER)
    (outcome,) = import_bundles(device, [path]).outcomes
    assert (outcome.outcome, outcome.code) == ("quarantined", "bundle.revoked")


def _stolen_hq(simulator: Simulator) -> Identity:
    """Return an identity of HQ that the authority issued before the present one."""
    hq = simulator.world.hq
    with hq.store.reading() as connection:
        authority = Identity.from_bytes(vault_of(hq, connection).values[AUTHORITY])
    return issue_hq(authority, hq_id="HQ-01", name="HQ-01", at=authority.certificate.not_before)


def _tasking(simulator: Simulator, sender: Identity) -> Path:
    """Write a bundle of HQ's next entry for a device, sealed by another key than HQ's present one."""
    hq, device = simulator.world.hq, simulator.world.devices[OTHER]
    simulator.world.plan(OTHER)
    origin = outgoing_origin(hq.name, OTHER)
    with device.store.reading() as connection:
        since = chain_head(connection, origin, 1)
        recipient = own_chain(connection)[0]
    with hq.store.reading() as connection:
        entries = list(entries_after(connection, origin, 1, since.seq, since.seq + 1))
    path = simulator.world.drop / "stolen.eumb"
    write_bundle(
        path,
        sender=sender,
        recipients=[recipient],
        kind="tasking",
        origin=origin,
        epoch=1,
        first_seq=since.seq + 1,
        prev_hash=since.hash,
        last_hash=entries[-1].hash,
        entries=lambda: [encode_entry(entry) for entry in entries],
        created_at=simulator.world.clock(),
    )
    return path
