"""The authority's list of revoked HQ certificates: a standard X.509 CRL (RFC 5280, section 5), signed by the root.

It says from when a certificate is no longer trusted. Its CRL number decides which of two lists is newer. `next_update`
is not judged: a device in the field may not see a new list for years, and an old one is still right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from eum_app.crypto.certificates import Certificate, Identity, Role
from eum_app.crypto.chain import UNREADABLE
from eum_app.crypto.signing import is_low_s
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal

MAX_LIST_SIZE: Final = 256 * 1024
_NEXT: Final = timedelta(days=366)


@dataclass(frozen=True)
class RevocationList:
    """A list that the root signed: the moment of revocation (UTC) by certificate serial (lower-case hex)."""

    der: bytes
    number: int
    revoked: Mapping[str, datetime]

    def lacks(self, held: RevocationList) -> frozenset[str]:
        """Return the serials that `held` revokes and this list does not; a revocation is never taken back."""
        return frozenset(held.revoked) - frozenset(self.revoked)


def make_revocation_list(
    root: Identity, revoked: Mapping[str, datetime], *, number: int, at: datetime
) -> RevocationList:
    """Return a signed list. `number` is one more than that of the list before. `at` is now (aware).

    Moments are cut to whole seconds. Raises Refusal("certificate.may_not_issue") unless `root` is an authority,
    ("revocations.invalid") for a list over `MAX_LIST_SIZE`; ValueError for a serial that is not hex.
    """
    if root.role is not Role.AUTHORITY:
        raise Refusal("certificate.may_not_issue", role=root.role.value)
    name = x509.load_der_x509_certificate(root.certificate.der).subject
    builder = x509.CertificateRevocationListBuilder(name, at, at + _NEXT).add_extension(x509.CRLNumber(number), False)
    for serial, moment in sorted(revoked.items()):
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder(int(serial, 16), moment.replace(microsecond=0)).build()
        )
    algorithm = hashes.SHA384() if root.suite is Suite.P384 else None  # ML-DSA hashes internally
    made = builder.sign(root.signing.key, algorithm)
    while not is_low_s(root.suite, made.signature):  # one spelling, as for certificates
        made = builder.sign(root.signing.key, algorithm)
    return read_revocation_list(made.public_bytes(Encoding.DER), root.certificate)


def read_revocation_list(der: bytes, root: Certificate) -> RevocationList:
    """Parse a list and verify the root's signature.

    Raises Refusal("revocations.invalid") if it is not a list, is over `MAX_LIST_SIZE`, or has extensions that EUM does
    not write; ("revocations.other_root") if another issuer is named in it or another key signed it.
    """
    if len(der) > MAX_LIST_SIZE:
        raise Refusal("revocations.invalid", size=len(der))
    issuer = x509.load_der_x509_certificate(root.der)
    try:
        parsed = x509.load_der_x509_crl(der)
        if parsed.issuer != issuer.subject or not parsed.is_signature_valid(root.verify_key.key):
            raise Refusal("revocations.other_root", root=root.short_fingerprint)
        (number,) = [one.value for one in parsed.extensions if isinstance(one.value, x509.CRLNumber)]
        if any(one.critical for one in parsed.extensions) or any(list(one.extensions) for one in parsed):
            raise ValueError("unknown extension")  # such as a list of some certificates only
        revoked = {f"{one.serial_number:x}": one.revocation_date_utc for one in parsed}
    except (*UNREADABLE, InvalidSignature) as error:
        raise Refusal("revocations.invalid", why=str(error)[:80]) from error
    return RevocationList(der, number.crl_number, revoked)
