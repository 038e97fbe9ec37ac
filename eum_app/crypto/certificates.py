"""Identities: the authority (an offline root), the HQs that it certifies, and the devices and reporters
that an HQ certifies.

This module is the public interface for certificates; `chain` defines their shape and checks them. An `Identity` holds
private keys: its bytes may be stored only inside an encrypted store.

Certificates are dated back by a day, because a device's clock in the field may be behind HQ's.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from eum_app.crypto.chain import (
    KEM_EXTENSION,
    Certificate,
    CertificateRequest,
    Role,
    check_chain,
    check_validity,
    fingerprint,
    is_name,
    public_spki,
    short_fingerprint,
    verify_chain,
)
from eum_app.crypto.identities import Identity, PendingIdentity
from eum_app.crypto.sealing import KemKey, KemPublic
from eum_app.crypto.signing import SigningKey, VerifyKey, is_low_s
from eum_app.crypto.suites import DEFAULT_SUITE, Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import MAX_EPOCH

__all__ = [
    "Certificate",
    "CertificateRequest",
    "Identity",
    "PendingIdentity",
    "Role",
    "certify_hq",
    "check_chain",
    "check_validity",
    "fingerprint",
    "issue_device",
    "issue_hq",
    "issue_reporter",
    "make_authority",
    "make_hq_request",
    "make_request",
    "recertify_device",
    "short_fingerprint",
    "verify_chain",
]

AUTHORITY_DAYS = 20 * 365
HQ_DAYS = 5 * 365
DEVICE_DAYS = 2 * 365
REPORTER_DAYS = 365
_BACKDATE = timedelta(days=1)  # a device whose clock is slow must accept a new certificate


def make_authority(
    name: str, *, at: datetime, suite: Suite = DEFAULT_SUITE, organisation: str = "", days: int = AUTHORITY_DAYS
) -> Identity:
    """Return a new offline root, which signs only HQ certificates: origin `name`, epoch 1. `at` is now (aware).

    Raises Refusal("certificate.bad_name") unless `is_name` accepts the name and, if any, the organization.
    """
    signing = SigningKey.generate(suite)
    subject = _subject(Role.AUTHORITY, name, organisation, origin=name, epoch=1)
    certificate = _sign(
        subject=subject,
        key=signing.verify_key,
        kem=None,
        role=Role.AUTHORITY,
        issuer=subject,
        signing=signing,
        window=(at - _BACKDATE, _end(at, days)),
    )
    return Identity(signing, None, (certificate,))


def issue_hq(
    authority: Identity,
    *,
    hq_id: str,
    name: str,
    at: datetime,
    organisation: str = "",
    days: int = HQ_DAYS,
    epoch: int = 1,
) -> Identity:
    """Return a new HQ with fresh keys. It enrolls devices, signs bundles, and opens what is sealed to it.

    `organisation` defaults to the authority's. The certificate ends after `days`, or with the authority's if that is
    earlier. Raises Refusal: "certificate.may_not_issue" (`authority` is not one), "certificate.expired",
    "certificate.not_yet_valid", "certificate.bad_name", "certificate.bad_epoch".
    """
    _require(authority, Role.AUTHORITY)
    signing, kem = SigningKey.generate(authority.suite), KemKey.generate(authority.suite)
    subject = _subject(Role.HQ, name, organisation or authority.certificate.organisation, origin=hq_id, epoch=epoch)
    certificate = _issue(
        authority, subject=subject, key=signing.verify_key, kem=kem.public, role=Role.HQ, at=at, days=days
    )
    return Identity(signing, kem, (certificate, *authority.chain))


def make_request(
    device_id: str, suite: Suite = DEFAULT_SUITE, *, name: str = "", organisation: str = ""
) -> tuple[PendingIdentity, bytes]:
    """Return a device's new keys, and its request (PKCS#10 DER).

    The request is public and proves possession of the signing key. `name` defaults to the device id. Raises
    Refusal("certificate.bad_name").
    """
    signing, kem = SigningKey.generate(suite), KemKey.generate(suite)
    subject = _subject(Role.DEVICE, name or device_id, organisation, origin=device_id, epoch=1)
    builder = x509.CertificateSigningRequestBuilder(subject).add_extension(_kem_extension(kem.public), critical=False)
    request = _signed(builder, signing)
    return PendingIdentity(signing, kem, CertificateRequest.from_der(request)), request


def make_hq_request(hq_id: str, suite: Suite, *, epoch: int, name: str = "", organisation: str = "") -> PendingIdentity:
    """Return new keys of an HQ, and its request for the authority: like `make_request`, with the epoch that is wanted.

    Raises Refusal("certificate.bad_name"), ("certificate.bad_epoch").
    """
    signing, kem = SigningKey.generate(suite), KemKey.generate(suite)
    subject = _subject(Role.HQ, name or hq_id, organisation, origin=hq_id, epoch=epoch)
    builder = x509.CertificateSigningRequestBuilder(subject).add_extension(_kem_extension(kem.public), critical=False)
    return PendingIdentity(signing, kem, CertificateRequest.from_der(_signed(builder, signing)))


def certify_hq(
    request: CertificateRequest, authority: Identity, *, epoch: int, at: datetime, days: int = HQ_DAYS
) -> Certificate:
    """Return an HQ's certificate for the keys in its request. First a person must compare the short fingerprint.

    The authority decides the epoch. The request's `organisation` is taken; if empty, the authority's. The certificate
    ends after `days`, or with the authority's if that is earlier. Raises Refusal: "certificate.may_not_issue" (not an
    authority), "request.wrong_role", "request.invalid", "certificate.suite_mismatch", "certificate.bad_epoch",
    "certificate.expired", "certificate.not_yet_valid".
    """
    _require(authority, Role.AUTHORITY)
    if request.role is not Role.HQ:
        raise Refusal("request.wrong_role", role=request.role.value)
    organisation = request.organisation or authority.certificate.organisation
    return _certified(request, authority, organisation, Role.HQ, epoch, at, days)


def issue_device(
    request: CertificateRequest, issuer: Identity, *, epoch: int, at: datetime, days: int = DEVICE_DAYS
) -> Certificate:
    """Return a device's certificate. First a person must compare the request's short fingerprint with the device's.

    HQ decides the epoch; the one in the request is ignored. The certificate ends after `days`, or with the issuer's if
    that is earlier. Raises Refusal: "certificate.may_not_issue" (the issuer is not an HQ), "request.wrong_role",
    "certificate.suite_mismatch", "certificate.bad_epoch", "certificate.expired" or "certificate.not_yet_valid" (a
    certificate of the issuer's chain at `at`).
    """
    _require(issuer, Role.HQ)
    if request.role is not Role.DEVICE:
        raise Refusal("request.wrong_role", role=request.role.value)
    return _certified(request, issuer, request.organisation, Role.DEVICE, epoch, at, days)


def recertify_device(held: Certificate, issuer: Identity, *, at: datetime, days: int = DEVICE_DAYS) -> Certificate:
    """Return a new certificate for a device's keys, in the same epoch: its HQ has a new certificate.

    No person compares anything, since the keys are those of the certificate that HQ holds. Raises as `issue_device`.
    """
    _require(issuer, Role.HQ)
    if held.role is not Role.DEVICE:
        raise Refusal("request.wrong_role", role=held.role.value)
    return _certified(held, issuer, held.organisation, Role.DEVICE, held.epoch, at, days)


def issue_reporter(issuer: Identity, *, account: str, key: VerifyKey, at: datetime) -> Certificate:
    """Return a certificate with which an account of an HQ signs reports, with its own signing key.

    It ends after `REPORTER_DAYS`, or with the issuer's. Raises Refusal: "certificate.may_not_issue" (the issuer is not
    an HQ), "certificate.suite_mismatch", "certificate.bad_name", "certificate.expired" or "certificate.not_yet_valid".
    """
    _require(issuer, Role.HQ)
    if key.suite is not issuer.suite:
        raise Refusal("certificate.suite_mismatch", suite=key.suite.value, expected=issuer.suite.value)
    own = issuer.certificate
    subject = _subject(Role.REPORTER, account, own.organisation, origin=own.origin, epoch=own.epoch)
    return _issue(issuer, subject=subject, key=key, kem=None, role=Role.REPORTER, at=at, days=REPORTER_DAYS)


# Helpers


def _require(identity: Identity, role: Role) -> None:
    if identity.role is not role:
        raise Refusal("certificate.may_not_issue", role=identity.role.value)


def _end(at: datetime, days: int) -> datetime:
    return at + timedelta(days=days)


def _certified(
    keys: CertificateRequest | Certificate,
    issuer: Identity,
    organisation: str,
    role: Role,
    epoch: int,
    at: datetime,
    days: int,
) -> Certificate:
    if keys.suite is not issuer.suite:
        raise Refusal("certificate.suite_mismatch", suite=keys.suite.value, expected=issuer.suite.value)
    subject = _subject(role, keys.name, organisation, origin=keys.origin, epoch=epoch)
    if keys.kem is None:
        raise Refusal("request.invalid")
    return _issue(issuer, subject=subject, key=keys.verify_key, kem=keys.kem, role=role, at=at, days=days)


def _issue(
    issuer: Identity, *, subject: x509.Name, key: VerifyKey, kem: KemPublic | None, role: Role, at: datetime, days: int
) -> Certificate:
    # An expired issuer would produce certificates that every recipient refuses.
    check_validity(issuer.chain, issuer.root, at)
    own = issuer.certificate
    # A certificate is never valid before or after its issuer's.
    window = (max(at - _BACKDATE, own.not_before), min(_end(at, days), own.not_after))
    name = x509.load_der_x509_certificate(own.der).subject
    return _sign(subject=subject, key=key, kem=kem, role=role, issuer=name, signing=issuer.signing, window=window)


def _sign(
    *,
    subject: x509.Name,
    key: VerifyKey,
    kem: KemPublic | None,
    role: Role,
    issuer: x509.Name,
    signing: SigningKey,
    window: tuple[datetime, datetime],
) -> Certificate:
    is_ca = role.path_length is not None
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder(issuer, subject, key.key, x509.random_serial_number(), *window)
        .add_extension(x509.BasicConstraints(is_ca, role.path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier(_key_id(key)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier(_key_id(signing.verify_key), None, None), critical=False)
    )
    if kem is not None:
        builder = builder.add_extension(_kem_extension(kem), critical=False)
    return Certificate.from_der(_signed(builder, signing))


def _subject(role: Role, name: str, organisation: str, *, origin: str, epoch: int) -> x509.Name:
    for text in (name, origin, *([organisation] if organisation else [])):
        if not is_name(text):
            raise Refusal("certificate.bad_name", name=text[:80])
    if not 1 <= epoch <= MAX_EPOCH:
        raise Refusal("certificate.bad_epoch", epoch=epoch)
    attributes = [(NameOID.COMMON_NAME, name), (NameOID.ORGANIZATIONAL_UNIT_NAME, role.value)]
    attributes += [(NameOID.SERIAL_NUMBER, origin), (NameOID.DN_QUALIFIER, str(epoch))]
    if organisation:
        attributes.insert(0, (NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def _kem_extension(kem: KemPublic) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(KEM_EXTENSION, asn1.encode_der(kem.public_bytes()))


def _key_id(key: VerifyKey) -> bytes:
    return hashlib.sha384(public_spki(key)).digest()[:20]


def _signed(builder: x509.CertificateBuilder | x509.CertificateSigningRequestBuilder, signing: SigningKey) -> bytes:
    """Sign and return DER. ECDSA signs until s is low, two times on average: the library offers no other way."""
    # ML-DSA hashes internally, so the library takes no hash for it.
    algorithm = hashes.SHA384() if signing.suite is Suite.P384 else None
    while True:
        made = builder.sign(signing.key, algorithm)
        if is_low_s(signing.suite, made.signature):
            return made.public_bytes(Encoding.DER)
