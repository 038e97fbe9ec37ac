"""Proof of time by RFC 3161: requests to a time authority, and its signed answers.

A time authority signs that it saw a hash at a moment. EUM asks it about a signature, never about content. The hash is
SHA-512 over these bytes, so that the proof is of this signature, by this signer, over this message, for this purpose::

    "eum/time/1" LF purpose LF hex SHA-384(signer) LF hex SHA-384(message) LF hex SHA-384(signature) LF

`signer` is the DER certificate; of an account, whose key has none, the public key. Requests (`.tsq`) and answers
(`.tsr`) are the standard's DER files; nothing here uses a network. Authorities are believed by a separate list of
self-signed certificates that a person compared. An answer is verified as of its time, so it holds when its authority's
certificates have expired.

The library is loaded by the first call that needs it: it brings a second OpenSSL, and few sessions prove a time.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from eum_app.crypto.chain import short_fingerprint
from eum_app.domain.errors import Refusal

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

REQUEST_SUFFIX: Final = ".tsq"
ANSWER_SUFFIX: Final = ".tsr"
MAX_ANSWER_SIZE: Final = 64 * 1024
_GRANTED: Final = 0  # RFC 3161, 2.4.2
_STRONG: Final = frozenset(f"2.16.840.1.101.3.4.2.{number}" for number in (1, 2, 3, 8, 9, 10))
"""Hashes that an answer may be signed with: SHA-2 and SHA-3 of 256, 384 and 512 bits."""
_UNREADABLE = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion, Warning)


@dataclass(frozen=True)
class TimeAuthority:
    """A time authority's self-signed certificate (DER). `name` is for people and is not checked by anyone."""

    name: str
    der: bytes

    @property
    def fingerprint(self) -> str:
        """The short fingerprint, for people to compare."""
        return short_fingerprint(self.der)


@dataclass(frozen=True)
class ProvedTime:
    """A verified answer: the signature existed at `at` (UTC, the authority's accuracy added)."""

    at: datetime
    authority: TimeAuthority


def time_statement(purpose: str, signer: bytes, message: bytes, signature: bytes) -> bytes:
    """Return the bytes whose hash a time authority signs; see the module."""
    parts = (hashlib.sha384(part).hexdigest() for part in (signer, message, signature))
    return "\n".join(("eum/time/1", purpose, *parts, "")).encode()


def imprint_of(statement: bytes) -> str:
    """Return hex SHA-512 of a statement, under which its proofs are kept."""
    return hashlib.sha512(statement).hexdigest()


def time_request(statement: bytes) -> bytes:
    """Return a request (DER) with a random number against replays, which asks for the authority's certificate."""
    from rfc3161_client import TimestampRequestBuilder
    from rfc3161_client.base import HashAlgorithm

    made: bytes = TimestampRequestBuilder(data=statement, hash_algorithm=HashAlgorithm.SHA512).build().as_bytes()
    return made


def read_time_authority(data: bytes) -> TimeAuthority:
    """Read a certificate (PEM or DER). Its purpose and its dates are not checked.

    The name is the common name, or the whole subject without one: at most 64 characters, unprintable ones as "?".
    Raises Refusal `time.not_an_authority` unless it is a certificate that signed itself.
    """
    try:
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        parsed = x509.load_pem_x509_certificate(data) if is_pem else x509.load_der_x509_certificate(data)
        parsed.verify_directly_issued_by(parsed)
        names = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        name = str(names[0].value) if names else parsed.subject.rfc4514_string()
    except (*_UNREADABLE, InvalidSignature) as error:
        raise Refusal("time.not_an_authority") from error
    printable = "".join(char if char.isprintable() else "?" for char in name)[:64]
    return TimeAuthority(printable, parsed.public_bytes(Encoding.DER))


def imprint_in(answer: bytes) -> str:
    """Return the hash that an answer is about, in lower-case hex; nothing is verified.

    Raises Refusal `time.unreadable` (also over `MAX_ANSWER_SIZE`), `time.not_granted` (the authority refused).
    """
    message: bytes = _decoded(answer).tst_info.message_imprint.message
    return message.hex()


def verify_time(answer: bytes, imprint: str, authorities: Sequence[TimeAuthority]) -> ProvedTime:
    """Verify an answer about `imprint` (lower-case hex SHA-512); the first of `authorities` that fits is returned.

    Raises Refusal: `time.unreadable`, `time.not_granted`, `time.other_signature` (it is about another hash),
    `time.weak` (signed with an old hash), `time.unknown_authority` (also for an altered answer, or one that lacks the
    signer's certificate).
    """
    from rfc3161_client import VerifierBuilder

    read = _decoded(answer)
    info = read.tst_info
    if info.message_imprint.message.hex() != imprint:
        raise Refusal("time.other_signature")
    if not _digests(read) <= _STRONG:
        raise Refusal("time.weak")
    for authority in authorities:
        root = x509.load_der_x509_certificate(authority.der)
        # The library reads parts only when asked, and raises whatever a crafted answer makes it raise.
        with contextlib.suppress(Exception):
            _require_one_signer(read)
            VerifierBuilder(roots=[root]).build().verify(read, bytes.fromhex(imprint))
            return ProvedTime(_latest(read), authority)
    raise Refusal("time.unknown_authority")


def _decoded(answer: bytes) -> TimeStampResponse:
    if len(answer) > MAX_ANSWER_SIZE:
        raise Refusal("time.unreadable")
    from rfc3161_client import decode_timestamp_response

    try:
        read = decode_timestamp_response(answer)
        if read.status != _GRANTED:
            raise Refusal("time.not_granted", reason="; ".join(read.status_string)[:200])
        _ = read.tst_info.message_imprint.message, _digests(read), _latest(read)
    except Refusal:
        raise
    except Exception as error:
        raise Refusal("time.unreadable") from error
    return read


def _digests(read: TimeStampResponse) -> set[str]:
    return {str(oid.dotted_string) for oid in read.signed_data.digest_algorithms}


def _require_one_signer(read: TimeStampResponse) -> None:
    """Refuse two certificates under the signer's name and number, since the library takes either. Raises ValueError."""
    certificates = [x509.load_der_x509_certificate(der) for der in read.signed_data.certificates]
    (signer,) = read.signed_data.signer_infos
    found = [one for one in certificates if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number)]
    if len(found) != 1:
        message = "not exactly one certificate of the signer"
        raise ValueError(message)


def _latest(read: TimeStampResponse) -> datetime:
    """Return the latest moment that the answer allows: its time and its accuracy."""
    info = read.tst_info
    at: datetime = info.gen_time.astimezone(UTC)
    accuracy: object = info.accuracy  # None where the answer states none
    seconds, millis, micros = (getattr(accuracy, name, None) or 0 for name in ("seconds", "millis", "micros"))
    return at + timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)
