"""Bad luck and bad actors between device and HQ: nothing is taken twice, nothing by halves, nothing forged."""

from __future__ import annotations

import itertools
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from db.queries import exchange, findings, visits
from db.store import Store
from eum_app.crypto.signing import SigningKey
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import HeadSigned, SiteRegistered
from eum_app.usecases.exchange.bundles import list_bundle, verify_file
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.review.attribution import begin_attribution
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import sign_head
from eum_app.usecases.store.open_store import check_store, open_store
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, Clock, enrol, make_store, make_world, typed, yes_to_all
from tests.simulator import Simulator

DEVICE = "FLD-0042"


@pytest.fixture
def simulator(tmp_path: Path, hq_backend: Callable[[], str | None]) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", database_url=hq_backend())
    yield made
    made.world.close()


def heads(session: Session) -> dict[str, int]:
    return {head.origin: head.seq for head in session.read(exchange.journal_heads)}


def test_bundles_taken_in_again_in_any_order_change_nothing(simulator: Simulator) -> None:
    paths = []
    for number in range(3):
        simulator.check(DEVICE, number)
        paths.append(simulator.seal(DEVICE))
        # HQ's receipt for what came so far reaches the device, so that the next bundle begins after it.
        outcome = import_bundles(simulator.world.hq, [paths[-1]], simulator.world.drop / "receipts").outcomes[0]
        assert outcome.receipt_path is not None
        import_bundles(simulator.world.device, [outcome.receipt_path])
    complete = heads(simulator.world.hq)[DEVICE]
    for order in itertools.permutations(range(3)):
        outcomes = import_bundles(simulator.world.hq, [paths[number] for number in order]).outcomes
        assert {outcome.outcome for outcome in outcomes} == {"already_held"}
    assert heads(simulator.world.hq)[DEVICE] == complete


def test_an_early_bundle_waits_and_is_taken_with_its_predecessor(tmp_path: Path) -> None:
    simulator = Simulator.start(tmp_path / "w")
    hq = simulator.world.hq
    snapshot = tmp_path / "hq-before"
    simulator.check(DEVICE, 0)
    first = simulator.seal(DEVICE)
    hq.store.close()
    shutil.copytree(hq.store.folder, snapshot)
    hq = open_store(hq.store.folder, "REV-004", PASSPHRASE, now=simulator.world.clock)
    receipt = import_bundles(hq, [first], tmp_path / "receipts").outcomes[0].receipt_path
    assert receipt is not None
    import_bundles(simulator.world.device, [receipt])
    simulator.check(DEVICE, 1)
    second = simulator.seal(DEVICE)
    hq.store.close()
    for order in itertools.permutations([first, second]):
        folder = tmp_path / f"hq-{order[0].name}"
        shutil.copytree(snapshot, folder)
        restored = open_store(folder, "REV-004", PASSPHRASE, now=simulator.world.clock)
        if order[0] == second:
            (early,) = import_bundles(restored, [second]).outcomes
            assert (early.outcome, early.code, early.values["expected"]) == ("waiting", "chain.gap", "1")
            assert restored.read(visits.visit, simulator.visit_ids[DEVICE]).verified == 0
        outcomes = import_bundles(restored, list(order)).outcomes
        assert [outcome.outcome for outcome in outcomes] == ["accepted", "accepted"]
        assert restored.read(visits.visit, simulator.visit_ids[DEVICE]).verified == 2
        check_store(restored)
        restored.store.close()
    simulator.world.device.store.close()


def test_a_flipped_bit_or_a_cut_is_noted_and_changes_nothing(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0, "discrepancy")
    good = simulator.seal(DEVICE)
    hq = simulator.world.hq
    before = heads(hq)
    size = good.stat().st_size
    bad = [simulator.tampered(good, position) for position in range(40, size, size // 12)]
    bad += [simulator.cut(good, length) for length in range(1, size, size // 6)]
    for outcome in simulator.deliver(*bad):
        assert outcome.outcome == "refused", outcome
        assert outcome.code
    assert {name: seq for name, seq in heads(hq).items() if name != hq.name} == {
        name: seq for name, seq in before.items() if name != hq.name
    }
    noted = hq.read(exchange.all_quarantined, hq.name)
    assert noted
    assert not any(row.is_kept for row in noted)
    assert not (hq.store.folder / "quarantine").exists()
    # The rest goes on, and the good one after all the bad ones.
    outcomes = import_bundles(hq, [*bad[:3], good]).outcomes
    assert [outcome.outcome for outcome in outcomes if outcome.path == good] == ["accepted"]
    assert len(hq.read(exchange.all_quarantined, hq.name)) == len(noted)


def test_a_file_that_is_not_a_bundle_is_refused_and_not_kept(simulator: Simulator, tmp_path: Path) -> None:
    (tmp_path / "letter.eumb").write_bytes(b"Dear HQ,\n" * 100)
    (tmp_path / "empty.eumb").write_bytes(b"")
    outcomes = import_bundles(
        simulator.world.hq, [tmp_path / "letter.eumb", tmp_path / "empty.eumb", tmp_path / "gone.eumb"]
    ).outcomes
    assert [outcome.outcome for outcome in outcomes] == ["refused"] * 3
    assert not (simulator.world.hq.store.folder / "quarantine").exists()


def test_an_unknown_device_and_another_hq(simulator: Simulator, tmp_path: Path) -> None:
    other = make_world(tmp_path / "other", devices=("FLD-0099",))
    other.plan("FLD-0099")
    other.hand_over("FLD-0099")
    from_stranger = seal_results(other.devices["FLD-0099"], tmp_path)
    (outcome,) = import_bundles(simulator.world.hq, [from_stranger.path]).outcomes
    assert (outcome.outcome, outcome.code) == ("refused", "bundle.unknown_sender")
    simulator.check(DEVICE, 0)
    (outcome,) = import_bundles(other.hq, [simulator.seal(DEVICE)]).outcomes
    assert (outcome.outcome, outcome.code) == ("refused", "bundle.unknown_sender")
    other.close()


def test_another_devices_tasking_is_not_taken(tmp_path: Path) -> None:
    simulator = Simulator.start(tmp_path / "w", devices=(DEVICE, "FLD-0017"))
    simulator.world.plan("FLD-0017")
    tasking = seal_for_device(simulator.world.hq, "FLD-0017", simulator.world.drop)
    (outcome,) = import_bundles(simulator.world.device, [tasking.path]).outcomes
    assert (outcome.outcome, outcome.code) == ("refused", "bundle.other_recipient")
    assert not (simulator.world.device.store.folder / "quarantine").exists()
    simulator.world.close()


def test_a_shared_folder_may_hold_own_bundles(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0)
    own = simulator.seal(DEVICE)
    device = simulator.world.device
    (outcome,) = import_bundles(device, [own]).outcomes
    assert (outcome.outcome, outcome.code) == ("refused", "bundle.own")
    assert own not in {outcome.path for outcome in import_bundles(device, [simulator.world.drop]).outcomes}
    assert device.read(exchange.all_quarantined, device.name) == []


def test_a_revoked_device_goes_to_quarantine(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0)
    sealed = simulator.seal(DEVICE)
    assert verify_file(simulator.world.hq, sealed).holds
    assert list_bundle(simulator.world.hq, sealed).kinds["CheckRecorded"] == 1
    revoke_device(simulator.world.hq, DEVICE, 1, "lost")
    (outcome,) = import_bundles(simulator.world.hq, [sealed]).outcomes
    assert (outcome.outcome, outcome.code) == ("quarantined", "bundle.late_revoked")
    verdict = verify_file(simulator.world.hq, sealed)
    assert (verdict.unaltered, verdict.complete, verdict.sender_known) == (True, True, False)
    with pytest.raises(Refusal, match=r"visit\.device_unknown"):
        seal_for_device(simulator.world.hq, DEVICE, simulator.world.drop)


def test_a_clone_that_goes_on_is_a_fork(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0)
    simulator.world.device.store.close()
    twin_folder = simulator.clone(DEVICE)
    simulator.world.devices[DEVICE] = open_store(
        simulator.world.device.store.folder, "INS-017", PASSPHRASE, now=simulator.world.clock
    )
    simulator.check(DEVICE, 1)
    simulator.deliver(simulator.seal(DEVICE))
    twin = open_store(twin_folder, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.world.devices[DEVICE], original = twin, simulator.world.devices[DEVICE]
    simulator.check(DEVICE, 2, "not_found")
    (outcome,) = simulator.deliver(simulator.seal(DEVICE))
    assert (outcome.outcome, outcome.code) == ("forked", "chain.forked")
    hq = simulator.world.hq
    rows = hq.read(findings.findings_by_id, hq.read(findings.finding_ids)).values()
    assert [row.rule_id for row in rows] == ["device-forked"]
    original.store.close()


def test_a_part_that_begins_right_after_the_fork_is_a_fork(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by random orders: it counted as damaged, and HQ was not told that the device has two histories."""
    simulator.world.device.store.close()
    twin_folder = simulator.clone(DEVICE)
    folder = simulator.world.device.store.folder
    original = open_store(folder, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.world.devices[DEVICE] = original
    simulator.check(DEVICE, 1)
    simulator.deliver(simulator.seal(DEVICE))
    held = heads(simulator.world.hq)[DEVICE]
    twin = simulator.world.devices[DEVICE] = open_store(twin_folder, "INS-017", PASSPHRASE, now=simulator.world.clock)
    for item in range(3):
        simulator.check(DEVICE, item, "not_found")
    monkeypatch.setattr("eum_app.usecases.exchange.seal_bundle.PART_ENTRIES", held)
    sealed = seal_results(twin, simulator.world.drop)
    (outcome,) = simulator.deliver(sealed.further[0])
    assert (outcome.outcome, outcome.code, outcome.values["seq"]) == ("forked", "chain.forked", str(held))
    hq = simulator.world.hq
    rows = hq.read(findings.findings_by_id, hq.read(findings.finding_ids)).values()
    assert [row.rule_id for row in rows] == ["device-forked"]
    assert heads(hq)[DEVICE] == held
    original.store.close()


def test_a_device_states_only_what_a_device_may(simulator: Simulator) -> None:
    device = simulator.world.device
    site = SiteRegistered(observed_at=device.observed_now(), site_id="x", name="X", country="XX")
    with pytest.raises(Refusal, match=r"fact\.not_allowed"), device.writing() as transaction:
        transaction.record(site)
    (outcome,) = simulator.deliver(simulator.lie(DEVICE, [site]))
    assert (outcome.outcome, outcome.code) == ("quarantined", "fact.not_allowed")
    assert heads(simulator.world.hq).get(DEVICE, 0) == 0


@pytest.mark.parametrize("wrong", ["signature", "head_hash", "account", "head_seq"])
def test_a_head_with_unknown_signer_or_without_facts_is_refused(simulator: Simulator, wrong: str) -> None:
    device = simulator.world.device
    with device.writing() as transaction:
        head = transaction.head(DEVICE, 1)
        good = HeadSigned(
            observed_at=device.observed_now(),
            account=device.account,
            head_origin=head.origin,
            head_epoch=head.epoch,
            head_seq=head.seq,
            head_hash=head.hash,
            signature=sign_head(device.signing_key, head),
        )
        other = {"signature": sign_head(SigningKey.generate(device.suite), head), "head_hash": bytes(48)}
        forged = {wrong: other.get(wrong, "INS-999" if wrong == "account" else head.seq - 1)}
        transaction.record(msgspec.structs.replace(good, **forged))
    (outcome,) = simulator.deliver(simulator.seal(DEVICE))
    assert outcome.outcome == "quarantined"
    assert outcome.code in {"signature.invalid", "head.foreign", "head.signer_unknown"}
    assert heads(simulator.world.hq).get(DEVICE, 0) == 0


def test_a_device_enrolled_again_begins_a_new_epoch(simulator: Simulator, tmp_path: Path) -> None:
    simulator.check(DEVICE, 0)
    simulator.deliver(simulator.seal(DEVICE))
    replacement = make_store(tmp_path / "new", "field", DEVICE, simulator.world.clock)
    enrol(simulator.world.hq, replacement, tmp_path)
    assert replacement.store.named.epoch == 2
    simulator.world.devices[DEVICE].store.close()
    simulator.world.devices[DEVICE] = replacement
    visit_id = simulator.world.plan().visit_id
    tasking = seal_for_device(simulator.world.hq, DEVICE, simulator.world.drop)
    # The old machine's word on what it holds counts no more than its chain: the new one receives everything again.
    assert import_bundles(replacement, [tasking.path]).outcomes[0].outcome == "accepted"
    simulator.visit_ids[DEVICE] = visit_id
    simulator.check(DEVICE, 1)
    assert [outcome.outcome for outcome in simulator.deliver(simulator.seal(DEVICE))] == ["accepted"]
    replacement.close()
    again = open_store(tmp_path / "new", "INS-017", PASSPHRASE, now=Clock())
    assert again.store.named.epoch == 2
    again.close()


def test_a_full_disk_while_sealing_leaves_nothing_and_loses_nothing(simulator: Simulator) -> None:
    simulator.check(DEVICE, 0, "discrepancy")
    device = simulator.world.device
    simulator.seal(DEVICE)  # the head is signed, so that the disk fills while the bundle is written
    before = heads(device)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        with pytest.raises(Trouble, match=r"disk\.full"):
            seal_results(device, simulator.world.drop / "full")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)
    assert list((simulator.world.drop / "full").iterdir()) == []
    assert heads(device) == before
    assert simulator.deliver(simulator.seal(DEVICE))[0].outcome == "accepted"


def test_a_broken_import_leaves_nothing(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """HQ dies after the entries were appended: what is on the disk afterwards is what was there before."""
    simulator.check(DEVICE, 0)
    sealed = simulator.seal(DEVICE)
    hq = simulator.world.hq
    begin_attribution(hq)  # recorded once, before the first import
    before = heads(hq)

    def dies(*_: object) -> tuple[int, int]:
        raise KeyboardInterrupt

    monkeypatch.setattr("eum_app.usecases.exchange.receive_at_hq.record_judgement", dies)
    with pytest.raises(KeyboardInterrupt):
        import_bundles(hq, [sealed])
    monkeypatch.undo()
    assert heads(hq) == before
    assert import_bundles(hq, [sealed]).outcomes[0].outcome == "accepted"


def test_two_processes_on_one_store_take_turns(simulator: Simulator) -> None:
    """Two separate connections write in turns; no number is lost or given twice."""
    device = simulator.world.device
    twin = Session(
        Store.open(device.store.folder, device.ticket.data_key, simulator.world.clock), device.ticket, device.now
    )
    visit_id = simulator.visit_ids[DEVICE]
    ids = device.read(visits.work_ids, visit_id)
    for number in range(6):
        record_check(
            (device, twin)[number % 2],
            visit_id=visit_id,
            item_id=ids[number % len(ids)],
            outcome="verified",
            mark=typed("x"),
            answers=yes_to_all(),
        )
    check_store(device)
    twin.store.close()
