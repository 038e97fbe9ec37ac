"""Old requests, wrong clocks and renewed certificates end no identity and bring none back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from db.queries.people import all_devices, other_revocations
from eum_app.crypto.certificates import (
    Certificate,
    Identity,
    issue_device,
    issue_hq,
    make_authority,
    make_hq_request,
    make_request,
)
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import DeviceRecertified
from eum_app.usecases.authority.headquarters import request_certificate
from eum_app.usecases.authority.root import create_root, issue_to_hq, view_root
from eum_app.usecases.exchange.enrol_device import (
    accept_enrolment,
    read_answer,
    read_request,
    request_enrolment,
    revoke_device,
    sign_enrolment,
)
from eum_app.usecases.exchange.late_bundles import revoke_hq as revoke_by_bundle
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.exchange.trust import revocation_list
from eum_app.usecases.proofs.log_head import export_head, sign_log_head
from eum_app.usecases.proofs.verify_slip import Trust, Verdict, read_head, verify_head
from eum_app.usecases.session import Session
from eum_app.usecases.store.escrow import open_by_escrow
from eum_app.usecases.store.open_store import rebuild_store
from sync.enrolment import write_request
from tests.builders import PASSPHRASE, Clock, World, enrol, make_store, make_world
from tests.faults.test_stolen_keys import forged, is_revoked, keys_of, list_of_nothing
from tests.flows.test_authority import BY_SECRET, FAST, SECRET, certified, codes, moved

DEVICE = "FLD-0042"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=3)
    yield made
    made.close()


def newcomer(world: World, folder: Path, name: str = "FLD-0050") -> tuple[Session, Path]:
    """Enroll a device, and return its session and its request, which is still on the stick."""
    folder.mkdir()
    device = make_store(folder / "store", "field", name, world.clock)
    enrol(world.hq, device, folder)
    return device, folder / f"{name}.eumreq"


def signed_again(world: World, request: Path) -> int:
    compared = read_request(request).fingerprint
    return sign_enrolment(world.hq, request, request.with_name("again.eumans"), compared=compared).epoch


def test_a_request_signed_again_after_hq_got_new_keys_ends_nothing(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    device, request = newcomer(world, tmp_path / "new")
    certified(world.hq, stick, tmp_path, world.clock)
    assert signed_again(world, request) == 1
    assert codes(world.hq, list(seal_results(device, tmp_path / "out").paths)) == ["accepted"]
    assert codes(device, list(seal_for_device(world.hq, device.name, tmp_path / "back").paths)) == ["accepted"]
    assert keys_of(device).chain[1].epoch == 2
    device.store.close()


def test_an_answer_lost_before_hq_got_new_keys_is_written_again(world: World, tmp_path: Path) -> None:
    """The device waits for its answer; it takes the one under HQ's new certificate, in the same epoch."""
    stick = moved(world, tmp_path)
    device = make_store(tmp_path / "store", "field", "FLD-0050", world.clock)
    request = tmp_path / "new.eumreq"
    request_enrolment(device, request)
    assert signed_again(world, request) == 1
    certified(world.hq, stick, tmp_path, world.clock)
    assert signed_again(world, request) == 1
    answer = tmp_path / "again.eumans"
    accept_enrolment(device, answer, read_answer(device, answer).root_fingerprint)
    assert (device.store.named.epoch, keys_of(device).chain[1].epoch) == (1, 2)
    assert codes(world.hq, list(seal_results(device, tmp_path / "out").paths)) == ["accepted"]
    device.store.close()


def test_a_request_of_former_keys_does_not_end_the_present_ones(world: World, tmp_path: Path) -> None:
    device, request = newcomer(world, tmp_path / "new")
    before = request.read_bytes()
    enrol(world.hq, device, request.parent)
    assert device.store.named.epoch == 2
    request.write_bytes(before)
    with pytest.raises(Refusal, match=r"enrolment\.request_superseded"):
        signed_again(world, request)
    assert codes(world.hq, list(seal_results(device, tmp_path / "out").paths)) == ["accepted"]
    device.store.close()


def test_a_request_signed_again_after_its_certificate_ended_keeps_the_epoch(world: World, tmp_path: Path) -> None:
    device, request = newcomer(world, tmp_path / "new")
    world.clock.instant += timedelta(days=3 * 365)
    assert signed_again(world, request) == 1
    assert Certificate.from_der(row_of(world, device.name)).not_after > world.clock.instant
    device.store.close()


def row_of(world: World, device: str) -> bytes:
    return next(row.certificates[0] for row in world.hq.read(all_devices) if row.device == device)


def test_the_list_of_devices_shows_the_certificate_in_use(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    (before,) = world.hq.read(all_devices)
    certified(world.hq, stick, tmp_path, world.clock)
    (after,) = world.hq.read(all_devices)
    codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths))
    in_use = keys_of(world.device).certificate
    assert (after.fingerprint, after.certificates[0]) == (in_use.short_fingerprint, in_use.der)
    assert after.fingerprint != before.fingerprint
    assert (after.enrolled_at, after.ended_by, after.epoch) == (before.enrolled_at, 0, 1)
    rebuild_store(world.hq)
    assert world.hq.read(all_devices) == [after]
    # A revocation names every certificate that these keys ever had.
    revoke_device(world.hq, DEVICE, 1, "Stolen")
    with world.hq.store.reading() as connection:
        listed = {one.serial for one in revocation_list(connection)}
    assert listed == {Certificate.from_der(row.certificates[0]).serial for row in (before, after)}


def test_a_slow_clock_of_the_custodians_does_not_protect_a_stolen_key(world: World, tmp_path: Path) -> None:
    """The certificate of epoch 3 begins before that of epoch 2, which is stolen."""
    stick = moved(world, tmp_path)
    world.clock.instant += timedelta(days=300)
    certified(world.hq, stick, tmp_path, world.clock)
    stolen = keys_of(world.hq)
    world.plan()
    theft = forged(world, stolen, list_of_nothing(world))
    right = world.clock.instant + timedelta(days=1)
    world.clock.instant -= timedelta(days=200)
    certified(world.hq, stick, tmp_path, world.clock)
    world.clock.instant = right
    present = keys_of(world.hq)
    assert present.epoch == 3
    assert present.certificate.not_before < stolen.certificate.not_before
    revoke_by_bundle(world.hq, theft, "A laptop with these keys is gone")
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
    assert is_revoked(world.device, stolen.certificate)
    assert codes(world.device, [theft]) == ["bundle.revoked"]
    (learned,) = world.device.read(other_revocations, world.device.name)
    assert learned.issuer_epoch == 3


def test_a_thief_of_former_keys_makes_no_head_of_hq_fail(world: World, tmp_path: Path) -> None:
    """The device learned from the thief that HQ's present certificate is revoked: it ignores that for heads too."""
    stick = moved(world, tmp_path)
    stolen = keys_of(world.hq)
    certified(world.hq, stick, tmp_path, world.clock)
    world.plan()
    codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths))
    present = keys_of(world.hq)
    lie = forged(world, stolen, list_of_nothing(world), revoked=present.certificate)
    codes(world.device, [lie])
    assert [row.serial for row in world.device.read(other_revocations, DEVICE)] == [present.certificate.serial]
    assert not is_revoked(world.device, present.certificate)
    sign_log_head(world.hq)
    export_head(world.hq, tmp_path / "head.eumhead")
    root = view_root(stick).fingerprint
    assert (
        verify_head(read_head(tmp_path / "head.eumhead"), Trust(root=root, session=world.device)).verdict
        is Verdict.HOLDS
    )


def asked(hq: Session, path: Path) -> str:
    """Write a request of HQ with new keys, and return the fingerprint that people compare."""
    return request_certificate(hq, path, anew=True).fingerprint


def of_stranger(path: Path, name: str = "HQ-01", epoch: int = 2, endorsed_by: Identity | None = None) -> str:
    """Write a request in HQ's name with keys that HQ does not have."""
    made = make_hq_request(name, Suite.P384, epoch=epoch, name=name)
    return write_request(path, made.request.der, endorsed_by=endorsed_by).short_fingerprint


def test_the_authority_takes_a_request_only_from_the_keys_that_hq_has(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    former = keys_of(world.hq)
    certified(world.hq, stick, tmp_path, world.clock)
    request, answer = tmp_path / "r.eumreq", tmp_path / "a.eumcert"

    def issue(compared: str, *, without_former_key: bool = False) -> int:
        return issue_to_hq(
            stick,
            request,
            answer,
            compared=compared,
            opener=BY_SECRET,
            without_former_key=without_former_key,
            now=world.clock,
        ).epoch

    other = issue_hq(make_authority("X", at=world.clock(), suite=Suite.P384), hq_id="HQ-01", name="x", at=world.clock())
    for endorser in (None, former, other, keys_of(world.device)):
        compared = of_stranger(request, endorsed_by=endorser)
        with pytest.raises(Refusal, match=r"authority\.not_endorsed"):
            issue(compared)
    # The endorsement of another request, copied into this one.
    asked(world.hq, tmp_path / "true.eumreq")
    compared = of_stranger(request)
    theirs, mine = (msgspec.json.decode(path.read_bytes()) for path in (tmp_path / "true.eumreq", request))
    request.write_bytes(msgspec.json.encode({**theirs, "request": mine["request"]}))
    with pytest.raises(Refusal, match=r"request\.endorsement"):
        issue(compared)
    assert [one.epoch for one in view_root(stick).certified] == [1, 2]
    assert issue(asked(world.hq, request)) == 3
    # HQ lost its keys: a person who knows the person of HQ decides.
    compared = of_stranger(request)
    with pytest.raises(Refusal, match=r"authority\.not_endorsed"):
        issue(compared)
    assert issue(compared, without_former_key=True) == 4


def test_an_older_copy_of_the_authoritys_folder_learns_what_another_issued(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    shutil.copytree(stick, tmp_path / "spare")
    certified(world.hq, stick, tmp_path, world.clock)
    certified(world.hq, tmp_path / "spare", tmp_path, world.clock)
    assert [one.epoch for one in view_root(tmp_path / "spare").certified] == [1, 2, 3]


def test_the_authority_decides_the_epoch_and_which_names_look_alike(tmp_path: Path) -> None:
    clock, stick, request = Clock(), tmp_path / "stick", tmp_path / "r.eumreq"
    create_root(stick, name="Program XX", passphrase=SECRET, suite=Suite.P384, kdf=FAST, now=clock)

    def issue(name: str, epoch: int) -> int:
        compared = of_stranger(request, name, epoch)
        return issue_to_hq(
            stick, request, tmp_path / "a", compared=compared, opener=BY_SECRET, without_former_key=True, now=clock
        ).epoch

    assert [issue("HQ-01", epoch) for epoch in (999_999, 999_999, 1)] == [1, 2, 3]
    for name in ("hq-01", "Hq-01"):
        with pytest.raises(Refusal, match=r"authority\.name_taken"):
            issue(name, 1)
    assert issue("HQ-02", 7) == 1


def test_a_witness_in_other_letters_is_the_same_person(world: World, tmp_path: Path) -> None:
    for witness in ("REV-004", "rev-004", "Rev-004"):
        with pytest.raises(Refusal, match=r"escrow\.witness"):
            open_by_escrow(
                administrator(world.hq),
                world.device.store.folder,
                "INS-017",
                "a new passphrase",
                witness=witness,
                witness_passphrase=PASSPHRASE,
            )


def administrator(session: Session) -> Session:
    return Session(session.store, replace(session.ticket, role="administrator"), session.now)


def test_an_entry_of_a_script_puts_no_other_certificate_in_place_of_a_devices(world: World) -> None:
    """Tasking would be sealed to it, or no bundle would be imported any longer."""
    (before,) = world.hq.read(all_devices)
    stranger, _ = make_request(DEVICE, Suite.P384)
    theirs = issue_device(stranger.request, keys_of(world.hq), epoch=1, at=world.clock())
    for certificates in ((theirs.der,), (b"none",), ()):
        with world.hq.writing() as transaction:
            transaction.record(
                DeviceRecertified(
                    observed_at=world.hq.observed_now(),
                    device=DEVICE,
                    epoch=1,
                    fingerprint="AAAAA",
                    certificates=certificates,
                )
            )
    assert world.hq.read(all_devices) == [before]
    world.plan()
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
