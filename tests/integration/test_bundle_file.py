"""Bundles: what comes out is what went in, for those it was meant for, from those who may send it."""

from __future__ import annotations

import dataclasses
import hashlib
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eum_app.crypto.certificates import Identity, issue_hq, make_authority
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.streams import Reader
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from sync.bundle_file import BundleObject, HeadSignature, inspect_bundle, open_bundle, verify_bundle
from sync.trust import Ended, Revocation, TrustList
from tests.bundles import NOW, World, enrol, noise, sealed_photo, write_results

LATER = NOW + timedelta(days=2)


@pytest.fixture(scope="module", params=list(Suite))
def world(request: pytest.FixtureRequest) -> World:
    return World.make(request.param)


@pytest.fixture(scope="module")
def p384() -> World:
    return World.make(Suite.P384)


def pieces(reader: Reader) -> Iterator[bytes]:
    return iter(lambda: reader.read(70_000), b"")


def read_all(reader: Reader) -> bytes:
    return b"".join(pieces(reader))


def refusal(path: Path, world: World, **changes: Any) -> str:
    """The code with which HQ-1 refuses the bundle."""
    values: dict[str, Any] = {"identity": world.hq, "trust": world.trust, "at": LATER} | changes
    with pytest.raises(Refusal) as refused, open_bundle(path, **values):
        pass
    return refused.value.code


def test_round_trip(world: World, tmp_path: Path) -> None:
    path = tmp_path / "results.eumb"
    entries = [noise(size) for size in (0, 1, 100, 300_000, 5, 2_000_000)]
    photos = [sealed_photo(noise(1_500_000)), sealed_photo(b""), sealed_photo(b"note")]
    signer = SigningKey.generate(world.hq.suite)
    head = HeadSignature(account="INS-017", seq=10, hash=b"l" * 48, signature=signer.sign("test/head/1", b"l" * 48))
    sealed = write_results(
        path,
        world.device,
        [world.hq.certificate, world.other_hq.certificate, world.hq.certificate],
        entries=entries,
        objects=photos,
        head_signatures=[head],
    )
    assert sealed.size == path.stat().st_size
    assert inspect_bundle(path) == sealed.header
    assert len(sealed.header.recipients) == 2
    other_trust = TrustList(world.authority.certificate, (world.other_hq.certificate,), world.trust.devices)
    for hq, trust in ((world.hq, world.trust), (world.other_hq, other_trust)):
        with open_bundle(path, hq, trust, LATER) as bundle:
            assert bundle.sender.origin == "FLD-0042"
            manifest = bundle.manifest
            assert (manifest.origin, manifest.epoch, manifest.first_seq, manifest.last_seq) == ("FLD-0042", 3, 5, 10)
            assert (manifest.prev_hash, manifest.last_hash) == (b"p" * 48, b"l" * 48)
            assert manifest.created_at == NOW + timedelta(hours=1)
            assert manifest.head_signatures == [head]
            assert list(bundle.entries()) == entries
            for (ref, reader), photo in zip(bundle.objects(), photos, strict=True):
                assert (ref.object_id, ref.size, ref.key, ref.salt) == (
                    photo.object_id,
                    photo.size,
                    photo.key,
                    photo.salt,
                )
                assert read_all(reader) == photo.open().read()
            assert list(bundle.entries()) == entries  # again
            assert len(list(bundle.objects())) == 3  # passing over them checks them all the same


@settings(max_examples=40, deadline=None)
@given(
    entries=st.lists(st.binary(max_size=200), max_size=20),
    contents=st.lists(st.binary(max_size=300), max_size=3),
    chunk_size=st.sampled_from([64, 100, 4096]),
)
def test_any_content_and_chunk_size_comes_back(
    tmp_path_factory: pytest.TempPathFactory, entries: list[bytes], contents: list[bytes], chunk_size: int
) -> None:
    world = P384
    path = tmp_path_factory.mktemp("bundle") / "results.eumb"
    photos = [sealed_photo(content) for content in contents]
    changes: dict[str, Any] = {} if entries else {"last_hash": b"p" * 48}
    write_results(
        path, world.device, [world.hq.certificate], entries=entries, objects=photos, chunk_size=chunk_size, **changes
    )
    assert verify_bundle(path, world.trust, LATER).holds
    with open_bundle(path, world.hq, world.trust, LATER) as bundle:
        assert list(bundle.entries()) == entries
        assert [read_all(reader) for _, reader in bundle.objects()] == [photo.open().read() for photo in photos]


P384 = World.make(Suite.P384)


def test_hq_sends_tasking_to_the_field(world: World, tmp_path: Path) -> None:
    path = tmp_path / "tasking.eumb"
    fields: dict[str, Any] = {"kind": "tasking", "origin": "HQ→FLD-0042", "epoch": 1}
    write_results(path, world.hq, [world.device.certificate], **fields)
    with open_bundle(path, world.device, world.field_trust, LATER) as bundle:
        assert bundle.manifest.kind == "tasking"
        assert bundle.manifest.origin == "HQ→FLD-0042"
    assert refusal(path, world, identity=world.other_device, trust=world.field_trust) == "bundle.other_recipient"


def test_a_verdict_needs_no_key(world: World, tmp_path: Path) -> None:
    path = tmp_path / "results.eumb"
    write_results(path, world.device, [world.hq.certificate])
    verdict = verify_bundle(path, world.trust, LATER)
    assert (verdict.holds, verdict.is_complete, verdict.is_unaltered) == (True, True, True)
    assert verdict.header.sender == world.device.certificate
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    verdict = verify_bundle(path, world.trust, LATER)
    assert (verdict.holds, verdict.is_complete, verdict.is_unaltered) == (False, False, False)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    verdict = verify_bundle(path, world.trust, LATER)
    assert (verdict.holds, verdict.is_complete, verdict.is_unaltered) == (False, True, False)
    path.write_bytes(whole)
    stranger = TrustList(make_authority("Other", at=NOW, suite=world.hq.suite).certificate)
    verdict = verify_bundle(path, stranger, LATER)
    assert (verdict.holds, verdict.is_complete, verdict.is_unaltered) == (False, True, True)
    assert verdict.sender_refusal is not None
    assert verdict.sender_refusal.code == "bundle.unknown_sender"


def revocation(party: Identity, at: datetime) -> dict[str, tuple[Revocation, ...]]:
    return {party.certificate.serial: (Revocation(at),)}


def test_whom_hq_does_not_believe(world: World, tmp_path: Path) -> None:
    path = tmp_path / "results.eumb"
    write_results(path, world.device, [world.hq.certificate])
    trust, device = world.trust, world.device
    stranger = World.make(world.hq.suite)
    revoked_at = NOW + timedelta(days=1)

    def changed(**changes: Any) -> TrustList:
        return dataclasses.replace(trust, **changes)

    again = enrol("FLD-0042", world.hq, epoch=3)
    judged = {
        "authority": (changed(root=stranger.authority.certificate), "bundle.unknown_sender"),
        "no devices": (changed(devices={}), "bundle.unknown_sender"),
        "other certificate": (changed(devices={("FLD-0042", 3): again.certificate}), "bundle.unknown_sender"),
        "other epoch": (changed(devices={("FLD-0042", 4): device.certificate}), "bundle.unknown_sender"),
        "revoked": (changed(revoked=revocation(device, revoked_at)), "bundle.revoked"),
        "its HQ revoked": (changed(revoked=revocation(world.hq, revoked_at)), "bundle.revoked"),
        "its HQ revoked, late": (
            dataclasses.replace(changed(revoked=revocation(world.hq, revoked_at)), has_late=True),
            "bundle.revoked",
        ),
        "superseded": (
            changed(ended={("FLD-0042", 3): Ended(revoked_at, "bundle.superseded", (1, 7))}),
            "bundle.superseded",
        ),
    }
    for name, (judge, code) in judged.items():
        assert refusal(path, world, trust=judge) == code, name
    assert refusal(path, world, at=device.certificate.not_after + timedelta(seconds=1)) == "certificate.expired"
    assert refusal(path, world, at=device.certificate.not_before - timedelta(days=1)) == "certificate.not_yet_valid"
    other = World.make(Suite.P384 if world.hq.suite is Suite.HYBRID else Suite.HYBRID)
    assert refusal(path, world, trust=other.trust) == "trust.suite_mismatch"
    assert refusal(path, world, identity=world.other_hq) == "bundle.other_recipient"


def test_a_revoked_sender_is_refused_with_both_times(world: World, tmp_path: Path) -> None:
    path = tmp_path / "results.eumb"
    write_results(path, world.device, [world.hq.certificate])
    revoked_at = NOW + timedelta(days=1)
    trust = dataclasses.replace(world.trust, revoked=revocation(world.device, revoked_at))
    with pytest.raises(Refusal) as refused, open_bundle(path, world.hq, trust, LATER):
        pass
    assert refused.value.values["revoked_at"] == revoked_at
    assert refused.value.values["claimed_created_at"] == NOW + timedelta(hours=1)


def test_an_hq_revokes_no_younger_hq_certificate(p384: World, tmp_path: Path) -> None:
    """A thief of the key that HQ used before must not shut out the key that replaced it."""
    path = tmp_path / "tasking.eumb"
    fields: dict[str, Any] = {"kind": "tasking", "origin": "HQ→FLD-0042", "epoch": 1}
    write_results(path, p384.hq, [p384.device.certificate], **fields)
    issued, second = p384.hq.certificate.not_before, timedelta(seconds=1)

    def told_by(*said: Revocation) -> TrustList:
        return dataclasses.replace(p384.field_trust, revoked={p384.hq.certificate.serial: said})

    before, after = Revocation(LATER, 0, issued - second), Revocation(LATER, 0, issued + second)
    for said in ((after,), (Revocation(LATER, 0, issued),), (before, after), (after, before)):
        assert refusal(path, p384, identity=p384.device, trust=told_by(*said)) == "bundle.revoked"
    # Where the epoch is known, it decides, whatever the dates say: the authority's clock may be wrong.
    for at in (issued - second, issued + second):
        of_same, of_later = (Revocation(LATER, p384.hq.epoch + more, at) for more in (0, 1))
        for said in ((of_same,), (of_later,)):
            assert refusal(path, p384, identity=p384.device, trust=told_by(*said)) == "bundle.revoked"
    with open_bundle(path, p384.device, told_by(before), LATER) as bundle:
        assert bundle.sender == p384.hq.certificate
    renewed = issue_hq(p384.authority, hq_id="HQ-1", name="Headquarters 1", at=NOW, epoch=2)
    trust = dataclasses.replace(p384.field_trust, revoked={renewed.certificate.serial: (Revocation(LATER, 1, LATER),)})
    assert trust.revoked_at(renewed.certificate) is None


def test_the_earliest_revocation_counts_in_any_order(p384: World) -> None:
    certificate, earlier = p384.hq.certificate, LATER - timedelta(days=1)
    said = (Revocation(LATER, 1), Revocation(earlier, 1))
    for order in (said, said[::-1]):
        trust = dataclasses.replace(p384.field_trust, revoked={certificate.serial: order})
        assert trust.revoked_at(certificate) == earlier


def test_a_renewed_hq_certificate_strands_no_device(p384: World, tmp_path: Path) -> None:
    path = tmp_path / "tasking.eumb"
    fields: dict[str, Any] = {"kind": "tasking", "origin": "HQ→FLD-0042", "epoch": 1}
    write_results(path, p384.hq, [p384.device.certificate], **fields)
    before = TrustList(p384.authority.certificate, (p384.other_hq.certificate,))
    assert refusal(path, p384, identity=p384.device, trust=before) == "bundle.unknown_sender"
    earlier = issue_hq(p384.authority, hq_id="HQ-1", name="Headquarters 1", at=NOW)
    trust = TrustList(p384.authority.certificate, (earlier.certificate,))
    with open_bundle(path, p384.device, trust, LATER) as bundle:  # known by name, vouched for by our authority
        assert bundle.sender == p384.hq.certificate


def test_writing_refuses_bundles_that_no_recipient_would_accept(p384: World, tmp_path: Path) -> None:
    path = tmp_path / "results.eumb"
    hybrid = World.make(Suite.HYBRID)
    photo = sealed_photo(b"photo")
    wrong_name = BundleObject("0" * 96, photo.size, "image/jpeg", photo.key, photo.salt, photo.open)
    too_long = BundleObject(photo.object_id, photo.size - 1, "image/jpeg", photo.key, photo.salt, photo.open)
    too_short = BundleObject(photo.object_id, photo.size + 1, "image/jpeg", photo.key, photo.salt, photo.open)
    turns = iter([[b"one"], [b"two"]])
    hq = [p384.hq.certificate]
    cases: list[tuple[str, dict[str, Any]]] = [
        ("bundle.no_recipient", {"recipients": []}),
        ("bundle.wrong_role", {"kind": "tasking"}),
        ("bundle.wrong_role", {"kind": "nonsense"}),
        ("bundle.too_large", {"recipients": hq * 65}),
        ("certificate.suite_mismatch", {"recipients": [hybrid.hq.certificate]}),
        ("certificate.no_kem", {"recipients": [p384.authority.certificate]}),
        ("bundle.object_altered", {"objects": [wrong_name]}),
        ("bundle.object_altered", {"objects": [too_long]}),
        ("bundle.object_altered", {"objects": [too_short]}),
        ("bundle.inconsistent", {"objects": [photo, photo]}),
        ("bundle.inconsistent", {"entries": []}),  # no entries, yet another head
        ("bundle.too_large", {"entries": [b"x" * (8 * 1024 * 1024 + 1)]}),
        ("bundle.entries_changed", {"source": lambda: iter(next(turns))}),
    ]
    for code, changes in cases:
        fields = {"recipients": hq} | changes
        with pytest.raises(Refusal) as refused:
            write_results(path, p384.device, **fields)
        assert refused.value.code == code
        assert list(tmp_path.iterdir()) == []


def test_a_failed_sealing_leaves_the_old_file(p384: World, tmp_path: Path) -> None:
    path = tmp_path / "results.eumb"
    path.write_bytes(b"old")

    class CancelledError(Exception):
        pass

    def cancelled() -> Iterator[bytes]:
        yield b"one"
        if turns:
            raise CancelledError
        turns.append(1)

    turns: list[int] = []
    with pytest.raises(CancelledError):
        write_results(path, p384.device, [p384.hq.certificate], source=cancelled)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_disk_full_leaves_nothing(p384: World, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    path = tmp_path / "results.eumb"
    photo = sealed_photo(noise(3_000_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, before[1]))
    try:
        with pytest.raises(Trouble, match=r"disk\.full"):
            write_results(path, p384.device, [p384.hq.certificate], objects=[photo])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_is_trouble(p384: World, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"disk\.failed"):
        write_results(tmp_path / "missing" / "results.eumb", p384.device, [p384.hq.certificate])


def test_memory_does_not_grow_with_the_bundle(p384: World, tmp_path: Path) -> None:
    path = tmp_path / "results.eumb"
    size, entry = 40 << 20, noise(1000)

    class Big:
        """A stored object of 40 MiB that is nowhere in memory."""

        def __init__(self) -> None:
            self.left = size

        def read(self, wanted: int, /) -> bytes:
            given = min(wanted, self.left)
            self.left -= given
            return bytes(given)

        def __enter__(self) -> Big:
            return self

        def __exit__(self, *_: object) -> None: ...

    name = sha384_of_zeros(size)
    photo = BundleObject(name, size, "image/jpeg", bytes(32), bytes(32), Big)  # type: ignore[arg-type]
    tracemalloc.start()
    try:
        write_results(
            path, p384.device, [p384.hq.certificate], source=lambda: (entry for _ in range(30_000)), objects=[photo]
        )
        with open_bundle(path, p384.hq, p384.trust, LATER) as bundle:
            assert sum(len(found) for found in bundle.entries()) == 30_000_000
            assert [sum(map(len, pieces(reader))) for _, reader in bundle.objects()] == [size]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 << 20


def sha384_of_zeros(size: int) -> str:
    digest = hashlib.sha384()
    for _ in range(size >> 20):
        digest.update(bytes(1 << 20))
    return digest.hexdigest()


def test_keys_do_not_show(p384: World, tmp_path: Path) -> None:
    photo = sealed_photo(b"photo")
    write_results(tmp_path / "results.eumb", p384.device, [p384.hq.certificate], objects=[photo])
    with open_bundle(tmp_path / "results.eumb", p384.hq, p384.trust, LATER) as bundle:
        shown = repr(bundle) + repr(bundle.manifest) + repr(bundle.header) + repr(photo)
    assert repr(photo.key)[2:12] not in shown
    assert repr(photo.salt)[2:12] not in shown
    assert photo.key.hex() not in shown
