"""An enrolled device whose program lies: what it can do to its own word, and nothing to that of others."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from db.chains import chain_head
from db.content import check_content
from db.queries import checks, exchange, findings, visits
from eum_app.domain import facts as f
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import Author, genesis, head_of, next_entry
from eum_app.scanning.labels import data_matrix, png
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.store.open_store import check_store, open_store, rebuild_store
from eum_app.usecases.visits.close_out import Signed
from eum_app.usecases.visits.record_check import record_check
from tests.builders import PASSPHRASE, close_as_shown, copy_unnoticed, typed, withdraw_as_before
from tests.flows.test_main_job import answer_site_checklist
from tests.simulator import Simulator

FIRST, SECOND = "FLD-0042", "FLD-0043"
NOON = "2026-11-21T12:00:00.000000Z"
PHOTO = png(data_matrix(b"x"))


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    made = Simulator.start(tmp_path / "w", devices=(FIRST, SECOND))
    yield made
    made.world.close()


def checked(simulator: Simulator, device: str, **changes: object) -> f.CheckRecorded:
    """A check of the device's first item, as its program would state it."""
    visit_id = simulator.visit_ids[device]
    (item_id, *_) = simulator.world.devices[device].read(visits.work_ids, visit_id)
    fact = f.CheckRecorded(
        observed_at=simulator.world.devices[device].observed_now(),
        check_id="forged",
        visit_id=visit_id,
        item_id=item_id,
        outcome="verified",
        reason="",
        mark=f.MarkRead(read_by="typed"),
        checklist=None,
        answers=(),
        all_as_expected=False,
        grade="A",
        note=None,
        photos=(),
    )
    return msgspec.structs.replace(fact, **changes)


def only(simulator: Simulator, path: Path) -> tuple[str, str]:
    (outcome,) = simulator.deliver(path)
    return outcome.outcome, outcome.code


@pytest.mark.parametrize("origin", [SECOND, "HQ-01", "FLD-0099"])
def test_it_writes_no_journal_but_its_own(simulator: Simulator, origin: str) -> None:
    account = f.AccountAdded(
        observed_at="2026-11-21T09:00:00.000000Z",
        account="REV-004",
        role="administrator",
        suite="p384",
        public_key=b"x",
        programs=(),
        countries=(),
    )
    epoch = 7 if origin == "HQ-01" else 1
    entries = simulator.chained(origin, epoch, [account])
    assert only(simulator, simulator.forge(FIRST, entries)) == ("quarantined", "bundle.foreign_origin")
    heads = {head.origin for head in simulator.world.hq.read(exchange.journal_heads)}
    assert heads.isdisjoint({FIRST, SECOND, "FLD-0099"})
    simulator.check(SECOND, 0)
    assert only(simulator, simulator.seal(SECOND)) == ("accepted", "")


@pytest.mark.parametrize("payload", [b"[]", b"1", b"null", b"", b"{}", b"[" * 5_000, b"\xff"])
def test_a_fact_of_any_shape_stops_only_its_own_file(simulator: Simulator, payload: bytes) -> None:
    """The entry is kept and applied to nothing, a finding is raised, and the others of the same import count."""
    with simulator.world.hq.store.reading() as connection:
        head = chain_head(connection, FIRST, 1)
    author = Author(FIRST, 1, "INS-017", "forged", lambda: 0)
    now = simulator.world.hq.observed_now()
    entry = next_entry(head, author, recorded_at=now, kind="AccountAdded", kind_version=1, payload=payload)
    forged = simulator.forge(FIRST, [entry])
    simulator.check(SECOND, 0)
    good = simulator.seal(SECOND)
    receipts = simulator.world.drop
    for expected in ("accepted", "already_held"):
        outcomes = {one.path: one for one in import_bundles(simulator.world.hq, [forged, good], receipts).outcomes}
        assert (outcomes[forged].outcome, outcomes[good].outcome) == (expected, expected)
        assert outcomes[good].receipts or expected == "already_held"
    hq = simulator.world.hq
    (raised,) = hq.read(findings.findings_by_id, hq.read(findings.finding_ids, rule_id="unreadable-entry")).values()
    assert (raised.device, raised.first_seq, raised.last_seq) == (FIRST, entry.seq, entry.seq)


def test_it_speaks_of_no_visit_but_its_own(simulator: Simulator) -> None:
    other = simulator.visit_ids[SECOND]
    for fact in (
        checked(simulator, FIRST, visit_id=other),
        checked(simulator, FIRST, visit_id="no such visit"),
        f.CheckWithdrawn(observed_at=NOON, check_id="x", visit_id=other, reason="undone"),
        f.VisitClosedOut(observed_at=NOON, visit_id=other, counts=(), signatures=(), head_seq=1, head_hash=bytes(48)),
    ):
        assert only(simulator, simulator.lie(FIRST, [fact])) == ("quarantined", "fact.foreign_visit")


def test_it_takes_no_check_from_another(simulator: Simulator) -> None:
    victim = simulator.check(SECOND, 0, "not_found")
    simulator.deliver(simulator.seal(SECOND))
    forged = checked(simulator, FIRST, check_id=victim, observed_at="2026-12-31T00:00:00.000000Z")
    assert only(simulator, simulator.lie(FIRST, [forged])) == ("quarantined", "check.repeated")
    assert len(simulator.world.hq.read(findings.finding_ids)) == 1


def test_it_leaves_no_number_out(simulator: Simulator) -> None:
    made = simulator.check(FIRST, 0)
    simulator.deliver(simulator.seal(FIRST))
    taken_back = f.CheckWithdrawn(observed_at=NOON, check_id=made, visit_id=simulator.visit_ids[FIRST], reason="undone")
    first, second, third = simulator.chained(FIRST, 1, [taken_back] * 3)
    for entries in ([first, third], [first, first, second], [first, third, second]):
        assert only(simulator, simulator.forge(FIRST, entries)) == ("quarantined", "bundle.foreign_origin")
    assert only(simulator, simulator.forge(FIRST, [second, third])) == ("waiting", "chain.gap")
    assert only(simulator, simulator.forge(FIRST, [first, second, third])) == ("accepted", "")


def test_what_it_names_is_there_and_is_what_was_committed_to(simulator: Simulator) -> None:
    ref = f.ContentRef(object_id="0" * 96, commitment="0" * 96, size=1, media_type="image/png")
    forged = checked(simulator, FIRST, outcome="discrepancy", reason="damaged", photos=(ref,))
    assert only(simulator, simulator.lie(FIRST, [forged])) == ("quarantined", "content.missing")
    device = simulator.world.devices[FIRST]
    with device.writing() as transaction:
        real = transaction.seal_content(PHOTO, "image/png")
        other = transaction.seal_content(b"another", "image/png")
    with device.store.reading() as connection:
        from db.content import object_row, open_sealed
        from sync.bundle_file import BundleObject

        row = object_row(connection, real.object_id)
        assert row.key is not None
        assert row.salt is not None
        sealed = open_sealed(connection, device.store.content, real.object_id).read()
        item = BundleObject(
            row.object_id, row.sealed_size, row.media_type, row.key, row.salt, lambda: io.BytesIO(sealed)
        )
    for commitment in (other.commitment, "0" * 95, "not hex", ""):
        lying = msgspec.structs.replace(real, commitment=commitment)
        forged = checked(simulator, FIRST, outcome="discrepancy", reason="damaged", photos=(lying,))
        assert only(simulator, simulator.lie(FIRST, [forged], [item])) == ("quarantined", "object.not_as_committed")


def test_no_later_version_becomes_a_power(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator.check(FIRST, 0, "not_found")
    simulator.deliver(simulator.seal(FIRST))
    hq = simulator.world.hq
    (finding_id,) = hq.read(findings.finding_ids)
    with monkeypatch.context() as later:
        later.setattr(f.FindingReviewed, "KIND_VERSION", 2)
        reviewed = f.FindingReviewed(
            observed_at=NOON, review_id="r", finding_id=finding_id, decision="resolve", comment="x", disposition=""
        )
        path = simulator.lie(FIRST, [reviewed])
    assert only(simulator, path) == ("quarantined", "fact.not_allowed")
    # A kind that is still unknown is kept, and stays without effect when a later version knows it.
    unknown = msgspec.structs.replace(simulator.chained(FIRST, 1, [reviewed])[0], kind="ItemRemarked", hash=b"")
    head = genesis(FIRST, 1)
    with hq.store.reading() as connection:
        from db.chains import chain_head

        head = chain_head(connection, FIRST, 1)
    author = Author(FIRST, 1, "INS-017", "s", lambda: 0)
    unknown = next_entry(
        head,
        author,
        recorded_at=unknown.recorded_at,
        kind="ItemRemarked",
        kind_version=1,
        payload=f.encode_fact(reviewed),
    )
    assert only(simulator, simulator.forge(FIRST, [unknown])) == ("accepted", "")
    assert head_of(unknown).seq == head.seq + 1
    with monkeypatch.context() as later:
        later.setitem(f.FACTS, "ItemRemarked", f.FindingReviewed)
        later.setitem(f._decoders, "ItemRemarked", f._decoders["FindingReviewed"])
        rebuild_store(hq)
    assert hq.read(findings.finding_ids) == [finding_id]


@pytest.mark.parametrize("payload", [b"[" * 100_000, b'{"observed_at":"2026","visit_id":"\xff"}', b'{"a":' * 50_000])
def test_no_payload_stops_the_other_files(simulator: Simulator, payload: bytes) -> None:
    author = Author(FIRST, 1, "INS-017", "s", lambda: 0)
    entry = next_entry(
        genesis(FIRST, 1), author, recorded_at="2026", kind="CheckWithdrawn", kind_version=1, payload=payload
    )
    simulator.check(SECOND, 0)
    bad, good = simulator.forge(FIRST, [entry]), simulator.seal(SECOND)
    outcomes = {one.path: one.outcome for one in import_bundles(simulator.world.hq, [bad, good]).outcomes}
    assert outcomes == {bad: "accepted", good: "accepted"}


def test_no_number_and_no_file_name_stops_the_other_files(simulator: Simulator, tmp_path: Path) -> None:
    huge = f.BundleSealed(
        observed_at=NOON,
        bundle_id="b",
        bundle_kind="results",
        recipient="HQ-01",
        origin=FIRST,
        epoch=1,
        first_seq=1,
        last_seq=2**63,
        head_hash=bytes(48),
        objects=0,
        file_name="x",
        file_size=1,
    )
    assert only(simulator, simulator.lie(FIRST, [huge])) == ("accepted", "")
    boast = msgspec.structs.replace(huge, last_seq=10**12)
    assert only(simulator, simulator.lie(FIRST, [boast])) == ("accepted", "")
    assert simulator.world.hq.read(exchange.not_yet_received) == 0
    simulator.check(SECOND, 0)
    good = simulator.seal(SECOND)
    renamed = tmp_path / os.fsdecode(b"\xff.eumb")
    shutil.copyfile(good, renamed)
    assert only(simulator, renamed) == ("accepted", "")


def test_small_photos_come_whole_however_the_chunks_fall(simulator: Simulator) -> None:
    device, visit_id = simulator.world.devices[FIRST], simulator.visit_ids[FIRST]
    photos = [png(data_matrix(b"x")) + os.urandom(59_000) for _ in range(20)]  # PNG readers pass over what follows
    for item_id in device.read(visits.work_ids, visit_id)[:2]:
        record_check(
            device,
            visit_id=visit_id,
            item_id=item_id,
            outcome="discrepancy",
            reason="damaged",
            mark=typed("1"),
            photos=photos,
        )
    assert only(simulator, simulator.seal(FIRST)) == ("accepted", "")
    hq = simulator.world.hq
    assert hq.read(check_content, hq.store.content) == []
    held = [hq.content(row.ref) for row in hq.read(checks.evidence_of, visit_id=visit_id) if row.role == "photo"]
    assert sorted(held) == sorted(photos * 2)


def test_a_device_put_back_from_a_copy_does_not_say_that_hq_has_everything(
    simulator: Simulator, tmp_path: Path
) -> None:
    device = simulator.world.devices[FIRST]
    device.store.close()
    copy = copy_unnoticed(device, tmp_path / "backup")
    simulator.world.devices[FIRST] = open_store(device.store.folder, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.check(FIRST, 0)
    (outcome,) = import_bundles(simulator.world.hq, [simulator.seal(FIRST)], tmp_path / "receipts").outcomes
    assert outcome.receipt_path is not None
    simulator.world.devices[FIRST].store.close()
    restored = open_store(copy, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.world.devices[FIRST] = restored
    simulator.check(FIRST, 1, "not_found")
    import_bundles(restored, [outcome.receipt_path])
    assert restored.read(exchange.outstanding, FIRST, 1).facts > 0
    with pytest.raises(Refusal, match=r"chain\.rolled_back"):
        seal_results(restored, tmp_path)
    restored.close()
    restored = open_store(copy, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.world.devices[FIRST] = restored
    assert restored.store.copied is not None
    assert restored.store.copied.how == "put_back"


def test_a_clock_set_back_takes_nothing_back(simulator: Simulator) -> None:
    device, visit_id = simulator.world.devices[FIRST], simulator.visit_ids[FIRST]
    for number in range(4):
        last = simulator.check(FIRST, number)
    simulator.world.clock.instant -= timedelta(days=365)
    simulator.check(FIRST, 0, "not_found")
    assert device.read(visits.visit, visit_id).not_found == 1
    answer_site_checklist(device, visit_id)
    close_as_shown(device, visit_id, [Signed("inspector", PHOTO, "INS-017"), Signed("host", declined_reason="absent")])
    assert device.read(visits.visit, visit_id).closed_at
    simulator.world.clock.instant -= timedelta(days=365)
    device.store.close()
    device = open_store(device.store.folder, "INS-017", PASSPHRASE, now=simulator.world.clock)
    simulator.world.devices[FIRST] = device
    withdraw_as_before(device, visit_id, last)
    card = device.read(visits.visit, visit_id)
    assert (card.closed_at, card.signatures_void, card.to_check) == ("", True, 1)
    sealed = simulator.seal(FIRST)
    simulator.world.clock.instant += timedelta(days=730)  # HQ's own clock was right all the time
    assert only(simulator, sealed) == ("accepted", "")
    assert simulator.world.hq.read(visits.visit, visit_id).signatures_void
    for session in (device, simulator.world.hq):
        check_store(session)


def test_more_than_one_bundle_holds_goes_in_several(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eum_app.usecases.exchange.seal_bundle.PART_OBJECTS", 2)
    for number in range(4):
        simulator.check(FIRST, number, "discrepancy")  # each with a note
    device = simulator.world.devices[FIRST]
    sealed = seal_results(device, simulator.world.drop)
    assert len(sealed.further) == 1
    outcomes = import_bundles(simulator.world.hq, [*sealed.further, sealed.path]).outcomes
    assert [one.outcome for one in outcomes] == ["accepted", "accepted"]
    assert simulator.world.hq.read(visits.visit, simulator.visit_ids[FIRST]).discrepancy == 4
    (head,) = [one for one in simulator.world.hq.read(exchange.journal_heads) if one.origin == FIRST]
    assert head.seq == sealed.last_seq
