"""Thieves of keys, strangers, wrong clocks and old copies of the authority's folder do not decide who is trusted."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from db.chains import chain_head
from db.secrets import AUTHORITY
from eum_app.crypto.certificates import (
    Certificate,
    Identity,
    issue_hq,
    make_authority,
    recertify_device,
)
from eum_app.crypto.revocations import make_revocation_list, read_revocation_list
from eum_app.crypto.suites import Suite
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AuthorityListReceived, DeviceRecertified, Fact, encode_fact, kind_of
from eum_app.domain.journal import Author, encode_entry, head_of, next_entry, outgoing_origin
from eum_app.usecases.authority.headquarters import accept_certificate, request_certificate, take_revocations
from eum_app.usecases.authority.root import issue_to_hq, revoke_hq, view_root
from eum_app.usecases.exchange.late_bundles import revoke_hq as revoke_by_bundle
from eum_app.usecases.exchange.receive import import_bundles
from eum_app.usecases.exchange.seal_bundle import seal_for_device, seal_results
from eum_app.usecases.exchange.trust import identity_of, own_chain, trust_list, vault_of
from eum_app.usecases.session import Session
from sync.bundle_file import RevokedCertificate, write_bundle
from tests.builders import World, enrol, make_store, make_world
from tests.flows.test_authority import BY_SECRET, certified, codes, moved

DEVICE = "FLD-0042"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path / "world", count=3)
    yield made
    made.close()


def keys_of(session: Session) -> Identity:
    with session.store.reading() as connection:
        return identity_of(session, connection)


def is_revoked(session: Session, certificate: Certificate) -> bool:
    with session.store.reading() as connection:
        return trust_list(connection, is_hq=session.is_hq).revoked_at(certificate) is not None


def forged(
    world: World, sender: Identity, *facts: Fact, to: Session | None = None, revoked: Certificate | None = None
) -> Path:
    """Return a bundle that another holder of a key of HQ seals, in a separate chain; its list names `revoked`."""
    device = to or world.device
    origin = outgoing_origin("HQ-01", device.name)
    with device.store.reading() as connection:
        since, recipient = chain_head(connection, origin, 777), own_chain(connection)[0]
    entries = []
    head = since
    for fact in facts:
        entry = next_entry(
            head,
            Author(origin, 777, "ADM-001", "forged", lambda: 0),
            recorded_at=utc_text(world.clock()),
            kind=kind_of(fact),
            kind_version=fact.KIND_VERSION,
            payload=encode_fact(fact),
        )
        entries.append(entry)
        head = head_of(entry)
    path = world.drop / f"forged-{device.name}-{since.seq}.eumb"
    write_bundle(
        path,
        sender=sender,
        recipients=[recipient],
        kind="tasking",
        origin=origin,
        epoch=777,
        first_seq=since.seq + 1,
        prev_hash=since.hash,
        last_hash=head.hash,
        entries=lambda: [encode_entry(entry) for entry in entries],
        created_at=world.clock(),
        revoked=[RevokedCertificate(serial=revoked.serial, holder="HQ-01", revoked_at=world.clock())]
        if revoked
        else (),
    )
    return path


def list_of_nothing(world: World) -> AuthorityListReceived:
    return AuthorityListReceived(observed_at=utc_text(world.clock()), number=1, revocations=b"no list")


def test_a_strangers_certificate_with_the_serial_of_hq_revokes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = keys_of(world.hq)
    stranger = make_authority("Stranger", at=world.clock(), suite=Suite.P384)
    monkeypatch.setattr(x509, "random_serial_number", lambda: int(own.certificate.serial, 16))
    fake = issue_hq(stranger, hq_id="HQ-01", name="HQ-01", at=world.clock())
    monkeypatch.undo()
    assert fake.certificate.serial == own.certificate.serial
    with pytest.raises(Refusal, match=r"certificate\.unknown_root"):
        revoke_by_bundle(world.hq, forged(world, fake, list_of_nothing(world)), "Stolen")
    world.plan()
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
    assert not is_revoked(world.device, own.certificate)


def test_only_former_keys_of_this_hq_are_revoked_by_a_bundle(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.hq.store.reading() as connection:
        root = Identity.from_bytes(vault_of(world.hq, connection).values[AUTHORITY])
    other = issue_hq(root, hq_id="HQ-02", name="HQ-02", at=world.clock())
    with pytest.raises(Refusal, match=r"trust\.other_hq"):
        revoke_by_bundle(world.hq, forged(world, other, list_of_nothing(world)), "Stolen")
    own = keys_of(world.hq)
    monkeypatch.setattr(x509, "random_serial_number", lambda: int(own.certificate.serial, 16))
    twin = issue_hq(root, hq_id="HQ-01", name="HQ-01", at=world.clock())
    monkeypatch.undo()
    with pytest.raises(Refusal, match=r"trust\.own_certificate"):
        revoke_by_bundle(world.hq, forged(world, twin, list_of_nothing(world)), "Stolen")


def test_a_device_that_enrolls_later_gets_the_list_and_so_does_a_new_machine(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    stolen = keys_of(world.hq)
    certified(world.hq, stick, tmp_path, world.clock)
    revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, to=tmp_path / "list", now=world.clock)
    take_revocations(world.hq, tmp_path / "list")
    for number, name in enumerate(("FLD-0050", DEVICE)):  # a new device, and a new epoch of one that had the list
        folder = tmp_path / f"new-{number}"
        folder.mkdir()
        device = make_store(folder / "store", "field", name, world.clock)
        enrol(world.hq, device, folder)
        assert not is_revoked(device, stolen.certificate)
        codes(device, list(seal_for_device(world.hq, name, world.drop).paths))
        assert is_revoked(device, stolen.certificate)
        path = forged(world, stolen, list_of_nothing(world), to=device)
        assert codes(device, [path]) == ["bundle.revoked"]
        device.store.close()


def test_a_former_key_of_hq_does_not_bring_a_device_back_under_it(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    stolen = keys_of(world.hq)
    certified(world.hq, stick, tmp_path, world.clock)
    world.plan()
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
    held = keys_of(world.device)
    assert held.chain[1].epoch == 2
    world.clock.instant += timedelta(days=3)  # the thief's certificate is newer than the held one
    later = recertify_device(held.certificate, stolen, at=world.clock())
    fact = DeviceRecertified(
        observed_at=utc_text(world.clock()),
        device=DEVICE,
        epoch=1,
        fingerprint=later.short_fingerprint,
        certificates=tuple(one.der for one in (later, *stolen.chain)),
    )
    # Sealed by the former key; and in a bundle of the present one, which did not issue it.
    for sender in (stolen, keys_of(world.hq)):
        import_bundles(world.device, [forged(world, sender, fact)])
        assert keys_of(world.device).chain == held.chain


def test_a_certificate_of_a_wrong_clock_is_left_and_the_next_one_taken(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    request, answer = tmp_path / "hq.eumreq", tmp_path / "hq.eumcert"
    made = request_certificate(world.hq, request, anew=True)
    issue_to_hq(stick, request, answer, compared=made.fingerprint, opener=BY_SECRET, now=world.clock)
    right = world.clock.instant
    world.clock.instant += timedelta(days=700)  # HQ's clock is wrong while it takes its certificate
    accept_certificate(world.hq, answer, view_root(stick).fingerprint)
    world.clock.instant = right
    before = keys_of(world.device)
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
    assert keys_of(world.device).chain == before.chain
    assert codes(world.hq, list(seal_results(world.device, world.drop).paths)) == ["accepted"]
    certified(world.hq, stick, tmp_path, world.clock)
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
    assert keys_of(world.device).chain[1].epoch == 3
    assert codes(world.hq, list(seal_results(world.device, world.drop).paths)) == ["accepted"]


def test_a_damaged_list_is_refused_or_says_the_same(world: World) -> None:
    """A list of another version made the command crash."""
    root = make_authority("Program XX", at=world.clock(), suite=Suite.P384)
    whole = make_revocation_list(root, {"ab": world.clock()}, number=1, at=world.clock())
    der = whole.der
    place = der.index(b"\x02\x01\x01") + 2  # the version
    for value in range(256):
        if value != der[place]:
            with pytest.raises(Refusal, match=r"revocations\.(invalid|other_root)"):
                read_revocation_list(der[:place] + bytes([value]) + der[place + 1 :], root.certificate)
    for place in range(len(der)):
        for change in (0x01, 0x02, 0x20, 0x80):
            damaged = der[:place] + bytes([der[place] ^ change]) + der[place + 1 :]
            with contextlib.suppress(Refusal):  # such as unused bits of the signature, which change nothing
                read = read_revocation_list(damaged, root.certificate)
                assert (read.number, read.revoked) == (whole.number, whole.revoked)


def test_a_later_list_takes_no_revocation_back(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    stolen = keys_of(world.hq).certificate
    certified(world.hq, stick, tmp_path, world.clock)
    certified(world.hq, stick, tmp_path, world.clock)
    spare = tmp_path / "spare"
    shutil.copytree(stick, spare)  # another custodian's copy
    first, other, shrunk = tmp_path / "first", tmp_path / "other", tmp_path / "shrunk"
    revoke_hq(stick, "HQ-01", epoch=1, opener=BY_SECRET, to=first, now=world.clock)
    take_revocations(world.hq, first)
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
    assert is_revoked(world.device, stolen)
    revoke_hq(spare, "HQ-01", epoch=2, opener=BY_SECRET, to=other, now=world.clock)
    certified(world.hq, spare, tmp_path, world.clock)
    made = revoke_hq(spare, "HQ-01", epoch=3, opener=BY_SECRET, to=shrunk, now=world.clock)
    for path in (other, shrunk):  # the same number with other serials, and a higher one
        for session in (world.hq, world.device):
            with pytest.raises(Refusal, match=r"revocations\.shrunk"):
                take_revocations(session, path)
    fact = AuthorityListReceived(observed_at=utc_text(world.clock()), number=2, revocations=made.der)
    world.plan()
    assert codes(world.device, list(seal_for_device(world.hq, DEVICE, world.drop).paths)) == ["accepted"]
    assert codes(world.device, [forged(world, keys_of(world.hq), fact)]) == ["accepted"]
    assert is_revoked(world.device, stolen)
    with pytest.raises(Refusal, match=r"revocations\.shrunk"):
        take_revocations(world.hq, shrunk)
    whole = tmp_path / "whole"  # the stated remedy
    revoke_hq(spare, "HQ-01", epoch=1, opener=BY_SECRET, to=whole, now=world.clock)
    assert take_revocations(world.hq, whole).revoked == 3
    with pytest.raises(Refusal, match=r"revocations\.older"):
        take_revocations(world.hq, first)


def test_a_revoked_request_is_not_certified_again(world: World, tmp_path: Path) -> None:
    stick = moved(world, tmp_path)
    request, answer = tmp_path / "hq.eumreq", tmp_path / "hq.eumcert"
    made = request_certificate(world.hq, request)
    issue_to_hq(stick, request, answer, compared=made.fingerprint, opener=BY_SECRET, now=world.clock)
    answer.unlink()  # lost on the way
    revoke_hq(stick, "HQ-01", opener=BY_SECRET, now=world.clock)
    with pytest.raises(Refusal, match=r"authority\.request_revoked"):
        issue_to_hq(stick, request, answer, compared=made.fingerprint, opener=BY_SECRET, now=world.clock)
    assert not answer.exists()
    with pytest.raises(Refusal, match=r"authority\.none_in_force"):
        certified(world.hq, stick, tmp_path, world.clock)
    # The remedy: new keys, for which no key in force can speak.
    certified(world.hq, stick, tmp_path, world.clock, without_former_key=True)
    assert own_epoch(world.hq) == 3


def own_epoch(session: Session) -> int:
    with session.store.reading() as connection:
        return own_chain(connection)[0].epoch
