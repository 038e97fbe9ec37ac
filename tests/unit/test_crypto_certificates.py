"""Certificates: issued, read back, and every chain that is not authority → HQ → device refused."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eum_app.crypto.certificates import (
    Certificate,
    CertificateRequest,
    Identity,
    PendingIdentity,
    Role,
    check_chain,
    issue_device,
    issue_hq,
    issue_reporter,
    make_authority,
    make_request,
    verify_chain,
)
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import MAX_EPOCH

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class World:
    """One authority, one HQ and one device."""

    def __init__(self, suite: Suite) -> None:
        self.authority = make_authority("Program XX", at=NOW, suite=suite, organisation="XX")
        self.hq = issue_hq(self.authority, hq_id="HQ-1", name="Headquarters", at=NOW)
        self.pending, self.request = make_request("FLD-0042", suite, name="Tablet 42")
        device = issue_device(CertificateRequest.from_der(self.request), self.hq, epoch=3, at=NOW)
        self.device = self.pending.complete((device, *self.hq.chain))
        self.account = SigningKey.generate(suite)
        reporter = issue_reporter(self.hq, account="AUD-009", key=self.account.verify_key, at=NOW)
        self.reporter = Identity(self.account, None, (reporter, *self.hq.chain))

    @property
    def root(self) -> Certificate:
        return self.authority.certificate


P384 = World(Suite.P384)
HYBRID = World(Suite.HYBRID)
WORLDS = pytest.mark.parametrize("world", [P384, HYBRID], ids=["p384", "hybrid"])


@WORLDS
def test_a_device_is_certified_for_what_it_is(world: World) -> None:
    leaf = verify_chain(world.device.chain, world.root, NOW)
    assert (leaf.role, leaf.origin, leaf.epoch, leaf.name) == (Role.DEVICE, "FLD-0042", 3, "Tablet 42")
    assert leaf.verify_key == world.pending.signing.verify_key
    assert leaf.kid == world.pending.kem.public.kid
    assert leaf.kem_key.suite is leaf.suite
    assert world.device.kem.open(leaf.kem_key.seal(b"secret", b"info"), b"info") == b"secret"
    assert verify_chain(world.hq.chain[:1], world.root, NOW).role is Role.HQ
    assert world.hq.certificate.organisation == "XX"
    groups = leaf.short_fingerprint.split("-")
    assert [len(group) for group in groups] == [5] * 5
    assert len({world.root.serial, world.hq.certificate.serial, leaf.serial}) == 3


@WORLDS
def test_identities_come_back_from_their_bytes(world: World) -> None:
    for identity in (world.authority, world.hq, world.device):
        back = Identity.from_bytes(identity.to_bytes())
        assert back.chain == identity.chain
        assert back.signing.private_bytes() == identity.signing.private_bytes()
    pending = PendingIdentity.from_bytes(world.pending.to_bytes())
    assert pending.complete(world.device.chain).kem.private_bytes() == world.device.kem.private_bytes()


@WORLDS
def test_validity_is_judged_at_the_time_given(world: World) -> None:
    chain = world.device.chain
    first, last = chain[0].not_before, chain[0].not_after
    verify_chain(chain, world.root, first)
    verify_chain(chain, world.root, last)
    with pytest.raises(Refusal, match=r"certificate\.not_yet_valid"):
        verify_chain(chain, world.root, first - timedelta(seconds=1))
    with pytest.raises(Refusal, match=r"certificate\.expired"):
        verify_chain(chain, world.root, last + timedelta(seconds=1))


def test_no_certificate_outlives_its_issuer() -> None:
    hq = issue_hq(P384.authority, hq_id="HQ-2", name="Short", at=NOW, days=10)
    device = issue_device(CertificateRequest.from_der(P384.request), hq, epoch=1, at=NOW + 5 * DAY, days=700)
    assert device.not_after == hq.certificate.not_after
    with pytest.raises(Refusal, match=r"certificate\.expired"):
        issue_device(CertificateRequest.from_der(P384.request), hq, epoch=1, at=NOW + 11 * DAY)


def other_world() -> World:
    return World(Suite.P384)


def _chains() -> list[tuple[str, Sequence[Certificate], str]]:
    other = other_world()
    device, hq, root = P384.device.chain
    reporter = P384.reporter.certificate
    second = issue_hq(P384.authority, hq_id="HQ-2", name="Second", at=NOW)
    newer = issue_hq(P384.authority, hq_id="HQ-1", name="Headquarters", at=NOW, epoch=2)
    return [
        ("empty", [], "certificate.chain_shape"),
        ("root alone", [root], "certificate.chain_shape"),
        ("device alone", [device], "certificate.chain_shape"),
        ("device under root", [device, root], "certificate.chain_shape"),
        ("turned round", [hq, device, root], "certificate.chain_shape"),
        ("device under device", [device, device, hq], "certificate.chain_shape"),
        ("hq under hq", [hq, hq, root], "certificate.chain_shape"),
        ("root twice", [device, hq, root, root], "certificate.chain_shape"),
        ("other authority", other.device.chain, "certificate.unknown_root"),
        ("other authority left out", other.device.chain[:2], "certificate.unknown_root"),
        ("other HQ", [device, other.hq.certificate, root], "certificate.unknown_root"),
        ("other device", [other.device.certificate, hq, root], "certificate.unknown_root"),
        ("other suite", HYBRID.device.chain[:2], "certificate.unknown_root"),
        ("reporter where none may be", [reporter, hq, root], "certificate.chain_shape"),
        ("reporter alone", [reporter], "certificate.chain_shape"),
        ("reporter under root", [reporter, root], "certificate.chain_shape"),
        ("device under reporter", [device, reporter, hq, root], "certificate.chain_shape"),
        ("reporter under device", [reporter, device, hq, root], "certificate.chain_shape"),
        ("HQ under reporter", [hq, reporter, root], "certificate.chain_shape"),
        ("device under a second HQ", [device, second.certificate, root], "certificate.unknown_root"),
        ("device under its HQ's newer certificate", [device, newer.certificate, root], "certificate.unknown_root"),
        ("HQ under a second HQ", [hq, second.certificate, root], "certificate.chain_shape"),
    ]


@pytest.mark.parametrize(("chain", "code"), [pytest.param(c, code, id=name) for name, c, code in _chains()])
def test_no_other_chain_is_trusted(chain: Sequence[Certificate], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        verify_chain(chain, P384.root, NOW)
    assert refused.value.code == code


def _chains_of_reports() -> list[tuple[str, Sequence[Certificate], str]]:
    reporter, hq, root = P384.reporter.chain
    second = issue_hq(P384.authority, hq_id="HQ-2", name="Second", at=NOW)
    of_another = _signed(role="reporter", keeps_kem=False)
    return [
        ("under root", [reporter, root], "certificate.chain_shape"),
        ("alone", [reporter], "certificate.chain_shape"),
        ("under a device", [reporter, P384.device.certificate, hq, root], "certificate.chain_shape"),
        ("twice", [reporter, reporter, hq], "certificate.chain_shape"),
        ("under a second HQ", [reporter, second.certificate, root], "certificate.chain_shape"),
        ("in the name of another HQ", [Certificate.from_der(of_another), hq, root], "certificate.chain_shape"),
        ("of another authority", other_world().reporter.chain, "certificate.unknown_root"),
        ("of another suite", HYBRID.reporter.chain[:2], "certificate.unknown_root"),
    ]


@WORLDS
def test_a_reporter_is_accepted_for_reports_only(world: World) -> None:
    assert check_chain(world.reporter.chain, world.root, of_report=True).role is Role.REPORTER
    assert check_chain(world.hq.chain, world.root, of_report=True).role is Role.HQ
    with pytest.raises(Refusal, match=r"certificate\.chain_shape"):
        check_chain(world.reporter.chain, world.root)
    with pytest.raises(Refusal, match=r"identity\.no_kem"):
        _ = world.reporter.kem
    for issuer in (world.authority, world.device, world.reporter):
        with pytest.raises(Refusal, match=r"certificate\.may_not_issue"):
            issue_reporter(issuer, account="AUD-009", key=world.account.verify_key, at=NOW)


def test_no_other_chain_signs_reports() -> None:
    for name, chain, code in _chains_of_reports():
        with pytest.raises(Refusal) as refused:
            check_chain(chain, P384.root, of_report=True)
        assert (name, refused.value.code) == (name, code)


def test_only_an_authority_can_be_the_root() -> None:
    with pytest.raises(Refusal, match=r"certificate\.chain_shape"):
        verify_chain([P384.device.certificate], P384.hq.certificate, NOW)


def test_who_may_issue_what() -> None:
    request = CertificateRequest.from_der(P384.request)
    with pytest.raises(Refusal, match=r"certificate\.may_not_issue"):
        issue_device(request, P384.device, epoch=1, at=NOW)
    with pytest.raises(Refusal, match=r"certificate\.may_not_issue"):
        issue_device(request, P384.authority, epoch=1, at=NOW)
    with pytest.raises(Refusal, match=r"certificate\.may_not_issue"):
        issue_hq(P384.hq, hq_id="HQ-2", name="x", at=NOW)
    with pytest.raises(Refusal, match=r"certificate\.suite_mismatch"):
        issue_device(CertificateRequest.from_der(HYBRID.request), P384.hq, epoch=1, at=NOW)
    with pytest.raises(Refusal, match=r"certificate\.bad_epoch"):
        issue_device(request, P384.hq, epoch=0, at=NOW)
    with pytest.raises(Refusal, match=r"certificate\.bad_epoch"):
        issue_device(request, P384.hq, epoch=MAX_EPOCH + 1, at=NOW)
    assert issue_device(request, P384.hq, epoch=MAX_EPOCH, at=NOW).epoch == MAX_EPOCH


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "é" * 33, "two\nlines", "bell\a", " padded", "turned\u202e"])
def test_names_that_would_fool_a_reader_are_refused(name: str) -> None:
    with pytest.raises(Refusal, match=r"certificate\.bad_name"):
        make_authority(name, at=NOW, suite=Suite.P384)


def test_an_identity_takes_only_its_own_certificate() -> None:
    pending, _ = make_request("FLD-0042", Suite.P384)
    with pytest.raises(Refusal, match=r"identity\.mismatch"):
        pending.complete(P384.device.chain)
    elsewhere, _ = make_request("FLD-0043", Suite.P384)
    with pytest.raises(Refusal, match=r"identity\.mismatch"):
        elsewhere.complete(P384.device.chain)
    with pytest.raises(Refusal, match=r"identity\.mismatch"):
        Identity(P384.hq.signing, P384.hq.kem, P384.device.chain)


_Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | hashes.SHA3_384


def _signed(
    *,
    role: str = "device",
    ca: bool = False,
    path_length: int | None = None,
    critical: bool = False,
    twice: bool = False,
    epoch: int = 1,
    algorithm: _Hash | None = None,
    keeps_kem: bool = True,
) -> bytes:
    """A certificate that HQ's key signed although HQ's program never would."""
    names = [(NameOID.COMMON_NAME, "x"), (NameOID.ORGANIZATIONAL_UNIT_NAME, role), (NameOID.SERIAL_NUMBER, "FLD-9")]
    names += [(NameOID.DN_QUALIFIER, str(epoch))] * (2 if twice else 1)
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in names])
    own = x509.load_der_x509_certificate(P384.device.certificate.der)
    hq = x509.load_der_x509_certificate(P384.hq.certificate.der)
    builder = x509.CertificateBuilder(hq.subject, subject, own.public_key(), 5, NOW, NOW + DAY)
    for extension in own.extensions:
        value = extension.value
        if isinstance(value, x509.UnrecognizedExtension) and not keeps_kem:
            continue
        if isinstance(value, x509.BasicConstraints):
            value = x509.BasicConstraints(ca, path_length)
        builder = builder.add_extension(value, extension.critical)
    if critical:
        oid = x509.ObjectIdentifier("1.2.3.4.5")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, b"\x05\x00"), critical=True)
    assert isinstance(P384.hq.signing.key, ec.EllipticCurvePrivateKey)
    return builder.sign(P384.hq.signing.key, algorithm or hashes.SHA384()).public_bytes(Encoding.DER)


def test_a_plain_one_signed_by_hand_is_read() -> None:
    assert Certificate.from_der(_signed()).origin == "FLD-9"


@pytest.mark.parametrize(
    "der",
    [
        _signed(ca=True, path_length=0),
        _signed(role="hq"),
        _signed(role="authority"),
        _signed(role="king"),
        _signed(role="reporter"),  # a key to seal to
        _signed(role="reporter", ca=True, path_length=0, keeps_kem=False),
        _signed(keeps_kem=False),
        _signed(critical=True),
        _signed(twice=True),
        _signed(epoch=MAX_EPOCH + 1),
        _signed(algorithm=hashes.SHA256()),
        _signed(algorithm=hashes.SHA512()),
        _signed(algorithm=hashes.SHA3_384()),
        b"",
        b"\x30\x00",
        bytes(20_000),
    ],
)
def test_certificates_that_contradict_themselves_are_refused(der: bytes) -> None:
    with pytest.raises(Refusal, match=r"certificate\.invalid"):
        Certificate.from_der(der)


def test_other_algorithms_are_refused() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    request = x509.CertificateSigningRequestBuilder(subject).sign(key, None)
    with pytest.raises(Refusal, match=r"request\.invalid"):
        CertificateRequest.from_der(request.public_bytes(Encoding.DER))


def _asking(request: bytes) -> x509.CertificateSigningRequestBuilder:
    parsed = x509.load_der_x509_csr(request)
    builder = x509.CertificateSigningRequestBuilder(parsed.subject)
    for extension in parsed.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the library signs nothing with SHA-1")
def test_a_certificate_that_was_signed_with_sha_1_is_refused(tmp_path: Path) -> None:
    """HQ's own key signs, by another program. A collision of SHA-1 would make it a certificate for someone else."""
    key, device = P384.hq.signing.key, P384.pending.signing.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(device, ec.EllipticCurvePrivateKey)
    builder = _asking(P384.request).add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    own = x509.load_der_x509_certificate(P384.device.certificate.der)
    usage = own.extensions.get_extension_for_class(x509.KeyUsage)
    asked = builder.add_extension(usage.value, critical=True).sign(device, hashes.SHA384())
    (tmp_path / "asked.pem").write_bytes(asked.public_bytes(Encoding.PEM))
    hq = x509.load_der_x509_certificate(P384.hq.certificate.der)
    (tmp_path / "hq.pem").write_bytes(hq.public_bytes(Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def issued(digest: str) -> bytes:
        command = ["openssl", "x509", "-req", digest, "-in", "asked.pem", "-CA", "hq.pem", "-CAkey", "key.pem"]
        command += ["-set_serial", "5", "-copy_extensions", "copyall", "-outform", "DER"]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout

    good = Certificate.from_der(issued("-sha384"))
    assert good.is_issued_by(P384.hq.certificate)
    for digest in ("-sha1", "-sha224", "-sha256", "-sha512"):
        with pytest.raises(Refusal, match=r"certificate\.invalid"):
            Certificate.from_der(issued(digest))


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA512()])
def test_a_request_is_signed_with_the_hash_of_its_suite(algorithm: hashes.SHA256 | hashes.SHA512) -> None:
    """The holder of the key asks with another hash: the request is refused, not passed on to HQ's signature."""
    builder = _asking(P384.request)
    key = P384.pending.signing.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    good = builder.sign(key, hashes.SHA384()).public_bytes(Encoding.DER)
    assert CertificateRequest.from_der(good).origin == "FLD-0042"
    with pytest.raises(Refusal, match=r"request\.invalid"):
        CertificateRequest.from_der(builder.sign(key, algorithm).public_bytes(Encoding.DER))


@settings(max_examples=300)
@given(st.data())
def test_an_altered_certificate_is_unreadable_or_untrusted(data: st.DataObject) -> None:
    der = bytearray(P384.device.certificate.der)
    position = data.draw(st.integers(0, len(der) - 1))
    der[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Refusal):
        verify_chain([Certificate.from_der(bytes(der)), *P384.hq.chain], P384.root, NOW)


@settings(max_examples=200)
@given(st.integers(0, len(P384.request) - 1), st.integers(1, 255))
def test_an_altered_request_is_refused(position: int, change: int) -> None:
    der = bytearray(P384.request)
    der[position] ^= change
    with pytest.raises(Refusal, match=r"request\.invalid"):
        CertificateRequest.from_der(bytes(der))


def test_a_signature_of_broken_octets_is_refused() -> None:
    """The library reads a signature whose unused bits happen to be zero; its other fingerprint must not count."""
    signature = x509.load_der_x509_csr(P384.request).signature
    for unused in range(1, 8):
        der = bytearray(P384.request)
        der[-len(signature) - 1] = unused
        with pytest.raises(Refusal, match=r"request\.invalid"):
            CertificateRequest.from_der(bytes(der))
    certificate = P384.device.certificate.der
    signature = x509.load_der_x509_certificate(certificate).signature
    for unused in range(1, 8):
        der = bytearray(certificate)
        der[-len(signature) - 1] = unused
        with pytest.raises(Refusal, match=r"certificate\.invalid"):
            Certificate.from_der(bytes(der))


@given(st.binary(max_size=200))
@example(b"\x81\xa2\x00\x80")  # a key that is no UTF-8
def test_stored_nonsense_is_refused(data: bytes) -> None:
    for read in (Identity.from_bytes, PendingIdentity.from_bytes):
        with pytest.raises(Refusal):
            read(data)


def test_private_things_do_not_show() -> None:
    shown = repr(P384.device) + repr(P384.pending) + str(vars(P384.device))
    assert P384.device.signing.private_bytes().hex() not in shown
    assert "FLD-0042" in repr(P384.device)
