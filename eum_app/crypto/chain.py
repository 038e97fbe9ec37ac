"""Certificates and requests as values, and the only trusted shapes of chain: authority → HQ → device or reporter.

Standard X.509 v3 (RFC 5280), signed with ML-DSA-87 or ECDSA P-384/SHA-384; standard PKCS#10 requests (RFC 2986).

Subject: CN name · O organization (optional) · OU role (``authority``, ``hq``, ``device``, ``reporter``) · serialNumber
origin (the writer of the journal, such as FLD-0042) · dnQualifier epoch (decimal, 1 to 999999; raised when a device
gets a new identity). Basic constraints follow from the role: authority CA:true pathlen 1, HQ CA:true pathlen 0, others
CA:false. A reporter is an account of an HQ that may sign reports and nothing else: CN is the account, origin and epoch
are its HQ's.
The key to which secrets are sealed is in a non-critical private extension,
2.25.165464246811968246928313464448789837206, as a DER OCTET STRING with the encoding of `sealing.KemPublic`. HQ and
device certificates must have it, others must not.

Because the shape is fixed, no other path building applies: no cross-certificates, name constraints or policies. An
unknown critical extension is refused, as RFC 5280 requires.
"""

from __future__ import annotations

import base64
import enum
import functools
import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier, SignatureAlgorithmOID

from eum_app.crypto.sealing import KemPublic
from eum_app.crypto.signing import VerifyKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.journal import MAX_EPOCH

KEM_EXTENSION = ObjectIdentifier("2.25.165464246811968246928313464448789837206")
MAX_CERTIFICATE_SIZE = 16 * 1024
MAX_CHAIN_LENGTH = 3
MAX_NAME_LENGTH = 64

# What reading hostile DER makes `cryptography` raise; it warns of some faults that it tolerates, we tolerate none.
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
    Warning,
)
_KNOWN_CRITICAL = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE}
_SIGNED_WITH = {
    Suite.HYBRID: SignatureAlgorithmOID.ML_DSA_87,
    Suite.P384: SignatureAlgorithmOID.ECDSA_WITH_SHA384,
}
"""The only signature algorithm, and with it hash, of a suite's certificates and requests."""


class Role(enum.StrEnum):
    """Role of a certificate's holder."""

    AUTHORITY = "authority"
    HQ = "hq"
    DEVICE = "device"
    REPORTER = "reporter"

    @property
    def path_length(self) -> int | None:
        """Number of CA certificates allowed below; None for a role that is not a CA."""
        return {Role.AUTHORITY: 1, Role.HQ: 0}.get(self)


_SEALED_TO = frozenset({Role.HQ, Role.DEVICE})


def fingerprint(der: bytes) -> str:
    """Return hex SHA-384 of a certificate or request (DER)."""
    return hashlib.sha384(der).hexdigest()


def short_fingerprint(der: bytes) -> str:
    """Return the first 125 bits of the SHA-384 for people to compare: five groups of five characters, A–Z and 2–7."""
    text = base64.b32encode(hashlib.sha384(der).digest()[:16]).decode()[:25]
    return "-".join(text[start : start + 5] for start in range(0, 25, 5))


class _Subject:
    """Common part of certificates and requests."""

    def __init__(self, der: bytes, parsed: x509.Certificate | x509.CertificateSigningRequest) -> None:
        self.der = der
        self.verify_key = VerifyKey.from_key(parsed.public_key())
        self.suite: Suite = self.verify_key.suite
        if parsed.signature_algorithm_oid != _SIGNED_WITH[self.suite]:
            raise ValueError("signed with another algorithm than the suite's")
        self.name = _attribute(parsed.subject, NameOID.COMMON_NAME)
        self.organisation = _attribute(parsed.subject, NameOID.ORGANIZATION_NAME, default="")
        self.role = Role(_attribute(parsed.subject, NameOID.ORGANIZATIONAL_UNIT_NAME))
        self.origin = _attribute(parsed.subject, NameOID.SERIAL_NUMBER)
        self.epoch = _read_epoch(parsed.subject)
        self.kem = _read_kem(parsed.extensions, self.suite)
        if (self.kem is not None) is not (self.role in _SEALED_TO):
            raise ValueError("a key to seal to does not fit the role")

    @functools.cached_property
    def fingerprint(self) -> str:
        """Hex SHA-384 of the DER bytes."""
        return fingerprint(self.der)

    @property
    def short_fingerprint(self) -> str:
        """The short form for people to compare, see `short_fingerprint`."""
        return short_fingerprint(self.der)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.role} {self.origin} {self.short_fingerprint})"


class Certificate(_Subject):
    """One certificate, parsed and checked by itself; `verify_chain` decides on trust.

    `origin` and `epoch` name the journal that the holder writes; `serial` is lower-case hex; `not_before` and
    `not_after` are UTC.
    """

    def __init__(self, der: bytes, parsed: x509.Certificate) -> None:
        super().__init__(der, parsed)
        self._x509 = parsed
        self.serial = f"{parsed.serial_number:x}"
        self.not_before = parsed.not_valid_before_utc
        self.not_after = parsed.not_valid_after_utc
        constraints = parsed.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
        is_ca = self.role.path_length is not None
        if parsed.version is not x509.Version.v3 or parsed.serial_number <= 0:
            raise ValueError("not an X.509 v3 certificate with a positive serial number")
        if (constraints.ca, constraints.path_length) != (is_ca, self.role.path_length):
            raise ValueError("basic constraints do not fit the role")
        if not usage.digital_signature or usage.key_cert_sign is not is_ca:
            raise ValueError("key usage does not fit the role")
        if any(extension.critical and extension.oid not in _KNOWN_CRITICAL for extension in parsed.extensions):
            raise ValueError("unknown critical extension")

    @classmethod
    def from_der(cls, der: bytes) -> Certificate:
        """Parse a certificate; its signature and its dates are not checked.

        Raises Refusal("certificate.invalid") for anything that is not in the shape of a role, or over
        `MAX_CERTIFICATE_SIZE`.
        """
        if len(der) > MAX_CERTIFICATE_SIZE:
            raise Refusal("certificate.invalid", size=len(der))
        try:
            parsed = x509.load_der_x509_certificate(der)
            _require_whole_signature(der, parsed.signature)
            return cls(der, parsed)
        except (*UNREADABLE, Refusal) as error:
            raise Refusal("certificate.invalid", why=_reason(error)) from error

    @property
    def kem_key(self) -> KemPublic:
        """The key to which secrets for the holder are sealed. Raises Refusal("certificate.no_kem") for an authority."""
        if self.kem is None:
            raise Refusal("certificate.no_kem", origin=self.origin)
        return self.kem

    @property
    def kid(self) -> str:
        """The name of `kem_key`. Raises as it does."""
        return self.kem_key.kid

    def is_issued_by(self, issuer: Certificate) -> bool:
        """Whether the certificate names this issuer, and the issuer's key made its signature."""
        try:
            self._x509.verify_directly_issued_by(issuer._x509)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True


def _require_whole_signature(der: bytes, signature: bytes) -> None:
    """Check that the signature is a BIT STRING of whole octets (RFC 5280, 4.1.1.3; X.690, 8.6.2).

    The octet before it counts unused bits and must be 0. The library also accepts others, so that two files with
    different fingerprints would be one certificate. Raises ValueError.
    """
    if not der.endswith(b"\0" + signature):
        raise ValueError("signature of broken octets")


class CertificateRequest(_Subject):
    """A PKCS#10 request with a valid signature: its author has the signing key that it names."""

    @classmethod
    def from_der(cls, der: bytes) -> CertificateRequest:
        """Parse a request. Raises Refusal("request.invalid"), also over `MAX_CERTIFICATE_SIZE`."""
        if len(der) > MAX_CERTIFICATE_SIZE:
            raise Refusal("request.invalid", size=len(der))
        try:
            parsed = x509.load_der_x509_csr(der)
            _require_whole_signature(der, parsed.signature)
            request = cls(der, parsed)
            if not parsed.is_signature_valid:
                raise ValueError("no proof of possession")
        except (*UNREADABLE, Refusal, InvalidSignature) as error:
            raise Refusal("request.invalid", why=_reason(error)) from error
        return request


def check_chain(chain: Sequence[Certificate], root: Certificate, *, of_report: bool = False) -> Certificate:
    """Check everything about a chain except time, and return its first certificate.

    `chain` is device, HQ and optionally root; or HQ and optionally root; with `of_report` also a reporter of that HQ,
    HQ and optionally root. `root` is the authority's certificate that a person confirmed; a root inside `chain` must be
    identical to it.

    Raises Refusal: "certificate.chain_shape" (other roles or another order, an empty chain, `root` is not a self-signed
    authority, or the reporter has another origin or epoch than its HQ), "certificate.unknown_root" (the chain ends at,
    or was signed by, another authority, or a signature in it is invalid), "certificate.suite_mismatch".
    """
    if root.role is not Role.AUTHORITY or not root.is_issued_by(root):
        raise Refusal("certificate.chain_shape", roles="root")
    path = list(chain)
    if path and path[-1].role is Role.AUTHORITY and path.pop() != root:
        raise Refusal("certificate.unknown_root", root=chain[-1].short_fingerprint)
    roles = [certificate.role for certificate in path]
    shapes = [[Role.HQ], [Role.DEVICE, Role.HQ], *([[Role.REPORTER, Role.HQ]] if of_report else [])]
    if roles not in shapes:
        raise Refusal("certificate.chain_shape", roles=", ".join(roles))
    if roles[0] is Role.REPORTER and (path[0].origin, path[0].epoch) != (path[1].origin, path[1].epoch):
        raise Refusal("certificate.chain_shape", roles=", ".join(roles))
    for certificate, issuer in zip(path, [*path[1:], root], strict=True):
        if not certificate.is_issued_by(issuer):
            raise Refusal("certificate.unknown_root", origin=certificate.origin)
    # A chain is as weak as its weakest signature, so suites are never mixed.
    if any(certificate.suite is not root.suite for certificate in path):
        raise Refusal("certificate.suite_mismatch", suite=path[0].suite.value, expected=root.suite.value)
    return path[0]


def check_validity(chain: Sequence[Certificate], root: Certificate, at: datetime) -> None:
    """Check that all certificates, the root included, are valid at `at` (aware); both ends of a period count as valid.

    Raises Refusal("certificate.not_yet_valid") or ("certificate.expired") for the first one that is not.
    """
    for certificate in (*chain, root):
        if at < certificate.not_before:
            raise Refusal("certificate.not_yet_valid", origin=certificate.origin, since=certificate.not_before)
        if at > certificate.not_after:
            raise Refusal("certificate.expired", origin=certificate.origin, until=certificate.not_after)


def verify_chain(chain: Sequence[Certificate], root: Certificate, at: datetime) -> Certificate:
    """Run `check_chain`, then `check_validity`, and return the first certificate. Raises as they do.

    A reporter's chain is refused ("certificate.chain_shape"). Trust rules check revocation separately.
    """
    leaf = check_chain(chain, root)
    check_validity(chain, root, at)
    return leaf


def is_name(text: str) -> bool:
    """Whether `text` is a valid name in a certificate: printable, 1 to 64 bytes of UTF-8, no blanks at either end."""
    return text.isprintable() and 0 < len(text.encode()) <= MAX_NAME_LENGTH and text == text.strip()


def public_spki(key: VerifyKey) -> bytes:
    """Return the DER SubjectPublicKeyInfo, for key identifiers."""
    return key.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _attribute(subject: x509.Name, oid: ObjectIdentifier, default: str | None = None) -> str:
    values = subject.get_attributes_for_oid(oid)
    if not values and default is not None:
        return default
    # Exactly one value: two readers might pick different ones of several.
    if len(values) != 1 or not isinstance(values[0].value, str) or not is_name(values[0].value):
        raise ValueError(f"subject attribute {oid.dotted_string}")
    return values[0].value


def _read_epoch(subject: x509.Name) -> int:
    text = _attribute(subject, NameOID.DN_QUALIFIER)
    # One spelling per epoch: leading zeros and other digits would make a second name for it.
    if not text.isascii() or not text.isdecimal() or text.startswith("0") or len(text) > len(str(MAX_EPOCH)):
        raise ValueError("epoch")
    return int(text)


def _read_kem(extensions: x509.Extensions, suite: Suite) -> KemPublic | None:
    found = [extension.value for extension in extensions if extension.oid == KEM_EXTENSION]
    if not found:
        return None
    (value,) = found
    if not isinstance(value, x509.UnrecognizedExtension):
        raise TypeError("key extension")
    return KemPublic.from_bytes(suite, asn1.decode_der(bytes, value.value))


def _reason(error: Exception) -> str:
    return str(error)[:120] or type(error).__name__
