"""Header and manifest have one spelling: the parser refuses any other, before a signature is checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from eum_app.crypto.certificates import Certificate, Identity, make_request
from eum_app.crypto.signing import SigningKey, is_low_s
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from sync.bundle_file import inspect_bundle, open_bundle
from sync.bundle_format import VERSION, canonical, decode_manifest, parse_header
from sync.trust import TrustList
from tests.bundles import NOW, World, write_results

KEPT = Path(__file__).parents[1] / "data" / "bundles"
LATER = NOW + timedelta(days=2)
WORLD = World.make(Suite.P384)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "results.eumb"
    write_results(path, WORLD.device, [WORLD.hq.certificate], entries=[b"one"])
    return path


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("version", float),
        ("version", lambda _value: True),
        ("chunk_size", float),
        ("bundle_id", lambda value: value + "\n"),
        ("created_at", lambda value: value.replace("Z", "+00:00")),
        ("created_at", lambda value: value.replace("T", " ")),
        ("created_at", lambda value: value + "\n"),
        ("created_at", lambda value: value.replace("Z", "+01:00")),
    ],
)
def test_another_spelling_of_a_header_is_refused_by_itself(
    small: Path, field: str, other: Callable[[Any], Any]
) -> None:
    """One value has one spelling, so that every reader sees the same header; no signature is needed to refuse it."""
    header = json.loads(inspect_bundle(small).raw)
    assert parse_header(canonical(header)).bundle_id == header["bundle_id"]
    with pytest.raises(Refusal, match=r"bundle\.(altered|version)"):
        parse_header(canonical(header | {field: other(header[field])}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", True),
        ("version", 2.0),
        ("version", 1),
        ("created_at", "2026-11-21T08:00:00+00:00"),
        ("bundle_id", "0" * 32 + "\n"),
    ],
)
def test_another_spelling_of_a_manifest_is_refused(small: Path, field: str, value: object) -> None:
    with open_bundle(small, WORLD.hq, WORLD.trust, LATER) as bundle:
        raw = bundle.manifest_raw
    decode_manifest(raw, VERSION)
    with pytest.raises(Refusal, match=r"bundle\.(altered|version)"):
        decode_manifest(canonical(json.loads(raw) | {field: value}), VERSION)


def twin(signature: bytes) -> bytes:
    """The other spelling of an ECDSA signature, which anyone can write without the key."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, ec.SECP384R1().group_order - s)


def with_twin(path: Path, signature: bytes, to: Path) -> Path:
    """Copy a bundle, with the other spelling of its outer signature."""
    whole, other = path.read_bytes(), twin(signature)
    end = len(signature).to_bytes(4, "big") + signature
    assert whole.endswith(end)
    to.write_bytes(whole.removesuffix(end) + len(other).to_bytes(4, "big") + other)
    return to


def kept(name: str) -> tuple[Path, Identity, TrustList]:
    """A bundle that this or an earlier version wrote, its recipient, and that HQ's trust list."""
    held = {part: base64.b64decode(text) for part, text in json.loads((KEPT / f"{name}.json").read_text()).items()}
    device = Certificate.from_der(held["device"])
    hq = Identity.from_bytes(held["hq"])
    trust = TrustList(
        root=Certificate.from_der(held["root"]),
        hqs=(hq.certificate,),
        devices={(device.origin, device.epoch): device},
    )
    return KEPT / f"{name}.eumb", hq, trust


def outer_signature(path: Path) -> bytes:
    """The last field of the file; signatures of P-384 take less than 128 bytes, so their DER has one length byte."""
    whole = path.read_bytes()
    size = next(size for size in range(8, 110) if whole[-size - 4 : -size] == size.to_bytes(4, "big"))
    return whole[-size:]


def test_a_bundle_of_version_1_is_read_with_either_spelling_of_its_signature(tmp_path: Path) -> None:
    """A bundle of an earlier version stays evidence: the one kept here has a high s."""
    path, hq, trust = kept("version-1")
    signature = outer_signature(path)
    assert not is_low_s(Suite.P384, signature)
    for file in (path, with_twin(path, signature, tmp_path / "twin.eumb")):
        with open_bundle(file, hq, trust, LATER) as bundle:
            assert bundle.header.version == 1
            assert list(bundle.entries()) == [b'{"kind":"CheckRecorded"}', b""]


def test_the_second_spelling_of_a_signature_is_refused_since_version_2(tmp_path: Path) -> None:
    """One bundle, two files: with the twin, a copy that differs in its bytes was taken as well."""
    path, hq, trust = kept("version-2")
    signature = outer_signature(path)
    with open_bundle(path, hq, trust, LATER) as bundle:
        assert bundle.header.version == 2
        assert list(bundle.entries()) == [b'{"kind":"CheckRecorded"}', b""]
    forged = with_twin(path, signature, tmp_path / "twin.eumb")
    with pytest.raises(Refusal, match=r"bundle\.altered"), open_bundle(forged, hq, trust, LATER):
        pass
    with pytest.raises(Refusal, match=r"signature\.invalid"):
        hq.signing.verify_key.verify("p", b"m", twin(hq.signing.sign("p", b"m")), low_s=True)


def test_every_new_signature_has_the_low_spelling() -> None:
    key = SigningKey.generate(Suite.P384)
    assert all(is_low_s(Suite.P384, key.sign("p", bytes([n]))) for n in range(40))
    for _ in range(6):
        world = World.make(Suite.P384)
        for one in (world.authority, world.hq, world.device):
            parsed = x509.load_der_x509_certificate(one.certificate.der)
            assert is_low_s(Suite.P384, parsed.signature)
        _, request = make_request("FLD-0042", Suite.P384)
        assert is_low_s(Suite.P384, x509.load_der_x509_csr(request).signature)
