"""Ten years on, with every certificate ended and a key leaked: honest evidence holds, a backdated forgery does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from db.queries.time_proofs import time_proofs_of
from eum_app.cli import run
from eum_app.crypto.certificates import Identity
from eum_app.crypto.timestamps import imprint_of, read_time_authority, time_request, verify_time
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import BundleImported, ReportExported, TimeProved
from eum_app.usecases.exchange.bundles import list_bundle, verify_file
from eum_app.usecases.exchange.enrol_device import revoke_device
from eum_app.usecases.exchange.prove_time import (
    add_time_answer,
    distrust_time_authority,
    read_time_authority_file,
    record_time_request,
    request_time_of_file,
    request_time_of_head,
    signature_in,
    time_state,
    trust_time_authority,
)
from eum_app.usecases.exchange.receive_at_hq import receive_at_hq
from eum_app.usecases.exchange.seal_bundle import seal_results
from eum_app.usecases.exchange.trust import identity_of
from eum_app.usecases.reporting.inventory_status import INVENTORY_STATUS
from eum_app.usecases.reporting.make_report import make_report
from eum_app.usecases.reporting.verify_report import verify_report
from eum_app.usecases.session import Session
from sync.bundle_file import write_bundle
from tests.builders import PASSPHRASE, World, make_world
from tests.faults.test_forged_reports import signed_by
from tests.time_authority import TimeAuthorityForTests, needs_openssl

pytestmark = needs_openssl
YEARS = timedelta(days=365)


@pytest.fixture
def authority(tmp_path: Path) -> TimeAuthorityForTests:
    return TimeAuthorityForTests(tmp_path / "tsa")


@pytest.fixture
def world(tmp_path: Path, authority: TimeAuthorityForTests) -> Iterator[World]:
    """HQ and a device on today's date, since `openssl ts` stamps with it; HQ trusts the authority."""
    world = make_world(tmp_path / "world", count=3, instant=datetime.now(UTC) - timedelta(minutes=5))
    trust_time_authority(world.hq, read_time_authority_file(authority.root))
    yield world
    world.close()


def identity(session: Session) -> Identity:
    with session.store.reading() as connection:
        return identity_of(session, connection)


def sealed(world: World) -> Path:
    world.visit()
    return seal_results(world.device, world.drop).path


def backdated(world: World, like: Path, to: Path) -> Path:
    """A bundle that a thief signs years later with the device's own key, dated back to today."""
    device, hq = identity(world.device), identity(world.hq)
    write_bundle(
        to,
        sender=device,
        recipients=[hq.certificate],
        kind="results",
        origin="FLD-0042",
        epoch=1,
        first_seq=1,
        prev_hash=b"p" * 48,
        last_hash=b"l" * 48,
        entries=lambda: iter([b"forged"]),
        created_at=world.clock.instant,
    )
    return to


def stamped(world: World, authority: TimeAuthorityForTests, file: Path) -> None:
    asked = record_time_request(world.hq, file)
    add_time_answer(world.hq, authority.answer(asked.path))


def test_a_bundle_holds_by_a_time_stamp_and_a_backdated_one_does_not(
    world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    honest = sealed(world)
    stamped(world, authority, honest)
    assert verify_file(world.hq, honest).time.verdict == "proved"
    forged = backdated(world, honest, tmp_path / "forged.eumb")
    assert verify_file(world.hq, forged).time.verdict == "current"

    world.clock.instant += 10 * YEARS
    verdict = verify_file(world.hq, honest)
    assert (verdict.holds, verdict.time.verdict, verdict.time.by) == (True, "proved", "Time root tsa")
    claimed = verify_file(world.hq, forged)
    assert (claimed.holds, claimed.code, claimed.time.verdict) == (False, "certificate.expired", "claimed")
    assert list_bundle(world.hq, honest).origin == "FLD-0042"
    outcomes = receive_at_hq(world.hq, [honest, forged]).outcomes
    assert [(one.outcome, one.code) for one in outcomes] == [("accepted", ""), ("quarantined", "certificate.expired")]


def test_a_bundle_that_hq_received_holds_and_a_stamp_of_its_journal_proves_it(
    world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    honest = sealed(world)
    assert [one.outcome for one in receive_at_hq(world.hq, [honest]).outcomes] == ["accepted"]
    asked = request_time_of_head(world.hq, tmp_path / "head.tsq")
    forged = backdated(world, honest, tmp_path / "forged.eumb")
    world.clock.instant += 10 * YEARS
    recorded = verify_file(world.hq, honest)
    assert (recorded.holds, recorded.time.verdict, recorded.time.by) == (True, "recorded", "HQ-01")
    add_time_answer(world.hq, authority.answer(asked.path))
    proved = verify_file(world.hq, honest)
    assert (proved.holds, proved.time.verdict) == (True, "proved")
    assert [(one.subject, one.holds) for one in time_state(world.hq).proofs] == [("head", True)]
    assert not verify_file(world.hq, forged).holds
    # The rest of the store agrees: what it received is held already.
    assert [one.outcome for one in receive_at_hq(world.hq, [honest]).outcomes] == ["already_held"]


def test_what_a_device_states_about_imports_fixes_no_time(world: World, tmp_path: Path) -> None:
    """Its thief signs a journal that says: this report was exported, and this bundle imported, ten years ago."""
    report = make_report(world.hq, INVENTORY_STATUS, tmp_path / "status.csv")
    forged = signed_by(identity(world.hq), report, not_received=7)
    bundle = backdated(world, tmp_path, tmp_path / "forged.eumb")
    world.visit()
    with world.device.writing() as transaction:
        at = world.device.observed_now()
        transaction.record(
            ReportExported(
                observed_at=at,
                report="inventory-status",
                file_name="x",
                sha384="0" * 96,
                rows=1,
                as_of=at,
                imprint=signature_in(forged).imprint,
            )
        )
        head = transaction.head("FLD-0042", 1)
        transaction.record(
            BundleImported(
                observed_at=at,
                bundle_id="0" * 32,
                bundle_kind="results",
                sender="FLD-0042",
                origin="HQ-01",
                epoch=1,
                first_seq=1,
                last_seq=1,
                head_hash=head.hash,
                new_entries=1,
                objects=0,
                file_name="x",
                imprint=signature_in(bundle).imprint,
            )
        )
    sent = seal_results(world.device, world.drop).path
    assert [one.outcome for one in receive_at_hq(world.hq, [sent]).outcomes] == ["accepted"]
    world.clock.instant += 10 * YEARS
    assert verify_report(forged, world.hq).verdict == "claimed"
    assert verify_file(world.hq, bundle).time.verdict == "claimed"


def test_a_stamp_from_after_the_end_proves_nothing(tmp_path: Path, authority: TimeAuthorityForTests) -> None:
    """The thief of the key asks an honest time authority: it says when the forgery was made."""
    world = make_world(tmp_path / "world", count=3, instant=datetime.now(UTC) - 4 * YEARS)
    trust_time_authority(world.hq, read_time_authority_file(authority.root))
    forged = backdated(world, tmp_path, tmp_path / "forged.eumb")
    world.clock.instant = datetime.now(UTC)
    stamped(world, authority, forged)
    verdict = verify_file(world.hq, forged)
    assert (verdict.holds, verdict.time.verdict) == (False, "claimed")
    world.close()


def test_a_stamp_from_before_a_revocation_holds_and_no_later_signature_does(
    world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    honest = sealed(world)
    stamped(world, authority, honest)
    world.clock.instant = datetime.now(UTC) + timedelta(hours=1)
    revoke_device(world.hq, "FLD-0042", 1, "Stolen")
    forged = backdated(world, honest, tmp_path / "forged.eumb")
    assert verify_file(world.hq, honest).holds
    refused = verify_file(world.hq, forged)
    assert (refused.holds, refused.code) == (False, "bundle.revoked")
    outcomes = receive_at_hq(world.hq, [honest, forged]).outcomes
    assert [one.outcome for one in outcomes] == ["accepted", "quarantined"]


def test_a_report_holds_by_its_export_or_by_the_answer_beside_it(
    world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    exported = make_report(world.hq, INVENTORY_STATUS, tmp_path / "status.csv")
    root = verify_report(exported.path, world.hq).root_fingerprint
    signature = exported.sidecar_path.with_name(f"{exported.sidecar_path.name}.sig")
    asked = request_time_of_file(exported.path)
    answer = authority.answer(asked.path, tmp_path / f"{signature.name}.tsr")
    carried, later = [read_time_authority_file(authority.root)], world.clock.instant + 10 * YEARS
    proof = verify_report(exported.path, root=root, authorities=carried, now=later)
    assert (proof.verdict, proof.time.verdict) == ("holds", "proved")
    stranger = TimeAuthorityForTests(tmp_path / "other")
    for authorities in ([], [read_time_authority_file(stranger.root)]):
        proof = verify_report(exported.path, root=root, authorities=authorities, now=later)
        assert (proof.verdict, proof.codes) == ("claimed", ("time.claimed",))

    # The leaked key of HQ signs other figures, with today's date, beside the honest answer.
    forged_in = tmp_path / "forged"
    forged_in.mkdir()
    copy = make_report(world.hq, INVENTORY_STATUS, forged_in / "status.csv")
    forged = signed_by(identity(world.hq), copy, as_of=proof.sidecar.as_of, not_received=7)
    shutil.copy(answer, forged_in / answer.name)
    assert verify_report(forged, root=root, authorities=carried, now=world.clock.instant).verdict == "holds"
    assert verify_report(forged, root=root, authorities=carried, now=later).verdict == "claimed"
    answer.write_bytes(b"x" * 100_000)
    assert verify_report(exported.path, root=root, authorities=carried, now=later).verdict == "claimed"

    world.clock.instant = later
    held = verify_report(exported.path, world.hq)
    assert (held.verdict, held.time.verdict) == ("holds", "recorded")
    assert verify_report(forged, world.hq).verdict == "claimed"


def test_an_authority_is_believed_as_long_as_it_is_trusted(
    world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    honest = sealed(world)
    stamped(world, authority, honest)
    world.clock.instant += 10 * YEARS
    assert verify_file(world.hq, honest).holds
    (trusted,) = time_state(world.hq).authorities
    distrust_time_authority(world.hq, trusted.fingerprint.lower())
    assert not verify_file(world.hq, honest).holds
    assert [one.holds for one in time_state(world.hq).proofs] == [False]
    with pytest.raises(Refusal, match=r"time\.authority_unknown"):
        distrust_time_authority(world.hq, trusted.fingerprint)
    trust_time_authority(world.hq, trusted)
    assert verify_file(world.hq, honest).holds


def test_a_proof_of_a_head_is_not_believed_for_another_head(
    world: World, authority: TimeAuthorityForTests, tmp_path: Path
) -> None:
    """HQ's journal states that an honest answer about an early head is about a later one."""
    asked = request_time_of_head(world.hq, tmp_path / "head.tsq")
    add_time_answer(world.hq, authority.answer(asked.path))
    with world.hq.store.reading() as connection:
        (row,) = time_proofs_of(connection, world.hq.name)
    honest = sealed(world)
    receive_at_hq(world.hq, [honest])
    with world.hq.writing() as transaction:
        head = transaction.head("HQ-01", 1)
        transaction.record(
            TimeProved(
                observed_at=world.hq.observed_now(),
                imprint=row.imprint,
                subject="head",
                about="forged",
                proved_at="2001-01-01T00:00:00.000000Z",
                authority=row.authority,
                answer=row.answer,
                head_origin="HQ-01",
                head_epoch=1,
                head_seq=head.seq,
                head_hash=head.hash,
                head_signer=row.head.signer,
                head_signature=row.head.signature,
            )
        )
    world.clock.instant += 10 * YEARS
    assert verify_file(world.hq, honest).time.verdict == "recorded"
    assert sorted(one.holds for one in time_state(world.hq).proofs) == [False, True]


def test_hostile_answers_are_refused(world: World, authority: TimeAuthorityForTests, tmp_path: Path) -> None:
    honest = sealed(world)
    asked = record_time_request(world.hq, honest)
    whole = authority.answer(asked.path).read_bytes()
    imprint = signature_in(honest).imprint
    trusted = [read_time_authority_file(authority.root)]
    assert verify_time(whole, imprint, trusted).at <= datetime.now(UTC) + timedelta(minutes=1)
    file = tmp_path / "hostile.tsr"

    def refusal(data: bytes) -> str:
        file.write_bytes(data)
        with pytest.raises(Refusal) as caught:
            add_time_answer(world.hq, file)
        return caught.value.code

    for data in (b"", b"\x30\x00", asked.path.read_bytes(), b"\x30\x84\xff\xff\xff\xff", bytes(1000), b"x" * 70_000):
        assert refusal(data) == "time.unreadable"
    assert refusal(bytes.fromhex("30053003020102")) in {"time.unreadable", "time.not_granted"}
    counts: dict[str, int] = {}
    for at in range(0, len(whole), 3):
        bent = bytearray(whole)
        bent[at] ^= 1
        try:
            proved = verify_time(bytes(bent), imprint, trusted)
        except Refusal as error:
            counts[error.code] = counts.get(error.code, 0) + 1
        else:  # a byte outside of what is signed, such as the text of the status
            assert abs(proved.at - datetime.now(UTC)) < timedelta(days=1)
    assert set(counts) <= {
        "time.unreadable",
        "time.unknown_authority",
        "time.other_signature",
        "time.not_granted",
        "time.weak",
    }
    other = authority.answer(request_time_of_file(honest, tmp_path / "again.tsq").path).read_bytes()
    assert verify_time(other, imprint, trusted).authority == trusted[0]
    with pytest.raises(Refusal, match=r"time\.other_signature"):
        verify_time(whole, imprint_of(b"another"), trusted)

    # A certificate of the same root that is not for time stamps, and an unknown root.
    usage = TimeAuthorityForTests(tmp_path / "usage", usage="critical,emailProtection")
    with pytest.raises(Exception, match=r"openssl|returned non-zero"):
        usage.answer(asked.path)
    stranger = TimeAuthorityForTests(tmp_path / "stranger")
    assert refusal(stranger.answer(asked.path, tmp_path / "s.tsr").read_bytes()) == "time.unknown_authority"
    weak = TimeAuthorityForTests(tmp_path / "weak", digest="sha1")
    answer = weak.answer(asked.path, tmp_path / "w.tsr").read_bytes()
    with pytest.raises(Refusal, match=r"time\.weak"):
        verify_time(answer, imprint, [read_time_authority_file(weak.root)])
    (tmp_path / "unasked.tsq").write_bytes(time_request(b"something else"))
    assert refusal(authority.answer(tmp_path / "unasked.tsq").read_bytes()) == "time.unasked"
    with pytest.raises(Refusal, match=r"time\.only_hq|permission\.denied"):
        add_time_answer(world.device, file)


def test_only_a_certificate_that_signed_itself_is_an_authority(authority: TimeAuthorityForTests) -> None:
    der = x509.load_pem_x509_certificate(authority.root.read_bytes()).public_bytes(Encoding.DER)
    assert read_time_authority(der) == read_time_authority(authority.root.read_bytes())
    for data in (b"", b"-----BEGIN CERTIFICATE-----", (authority.folder / "tsa.pem").read_bytes(), bytes(500)):
        with pytest.raises(Refusal, match=r"time\.not_an_authority"):
            read_time_authority(data)


def test_the_commands_carry_a_proof_from_request_to_verdict(
    world: World,
    authority: TimeAuthorityForTests,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EUM_PASSPHRASE", PASSPHRASE)
    bundle = sealed(world)
    report = make_report(world.hq, INVENTORY_STATUS, tmp_path / "status.csv")
    who = ["--store", str(world.hq.store.folder), "--account", world.hq.account, "--json"]
    world.close()

    def eum(*words: str | Path, code: int = 0) -> dict[str, object]:
        assert run([str(word) for word in words]) == code, capfd.readouterr().err
        out = capfd.readouterr().out
        return msgspec.json.decode(out.encode(), type=dict[str, object]) if code == 0 else {"said": out}

    eum("time", "request", code=2)
    asked = Path(str(eum("time", "request", bundle, "--json")["path"]))
    assert asked.name == f"{bundle.name}.tsq"
    answer = authority.answer(asked)
    eum("time", "add", answer, *who, code=1)  # no request of this store, and no file named
    added = eum("time", "add", answer, "--file", bundle, *who)
    assert (added["subject"], added["authority"]) == ("bundle", "Time root tsa")
    journal = eum("time", "request", "--head", "--to", tmp_path / "j.tsq", *who)
    assert journal["subject"] == "head"
    eum("time", "add", authority.answer(tmp_path / "j.tsq"), *who)
    verdict = json.loads(json.dumps(eum("verify", bundle, *who)))
    assert (verdict["holds"], verdict["time"]["verdict"]) == (True, "proved")
    stranger = TimeAuthorityForTests(tmp_path / "stranger")
    eum("time", "trust", stranger.root, *who, code=1)
    eum("time", "trust", stranger.root, "--fingerprint", "AAAAA", *who, code=1)
    print_of = read_time_authority_file(stranger.root).fingerprint
    eum("time", "trust", stranger.root, "--fingerprint", print_of, *who)
    listed = json.loads(json.dumps(eum("time", "list", *who)))
    assert len(listed["authorities"]) == 2
    assert [(one["subject"], one["holds"]) for one in listed["proofs"]] == [("head", True), ("bundle", True)]
    eum("time", "distrust", print_of, *who)
    told = json.loads(json.dumps(eum("verify", report.path, *who)))
    assert told["time"]["verdict"] in {"current", "recorded", "proved"}
    eum("verify", report.path, "--time-authority", tmp_path / "none.pem", code=1)
