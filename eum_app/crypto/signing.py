"""Signatures, each for one stated purpose.

The signed bytes are never the bare message but DSSE's pre-authentication encoding (Dead Simple Signing Envelope v1.0.2,
"PAE") of purpose and message::

    "DSSEv1" SP LEN(purpose) SP purpose SP LEN(message) SP message

LEN is the length in bytes, in decimal ASCII. So a signature for one purpose never verifies for another. DER starts with
0x30 and PAE with "D", so a signed certificate can never pass as a signed message or the reverse.

Encodings: an ML-DSA-87 private key is its 32-byte seed, a public key 2,592 raw bytes, a signature 4,627 bytes. A P-384
private key is unencrypted PKCS#8 DER, a public key the 97-byte uncompressed point, a signature DER (at most 104 bytes).

An ECDSA signature (r, s) has a twin (r, n - s) that anyone can write. New ones are written with the lower of the two s,
and formats that say so refuse the other (`low_s`), so that each has one spelling.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal

MAX_SIGNATURE_SIZE = 8192
"""Longest signature of any suite, in bytes; readers refuse more before they allocate memory."""

POINT_SIZE = 97  # an uncompressed point of P-384: 0x04, then x and y of 48 bytes

_ECDSA = ec.ECDSA(hashes.SHA384())
_ORDER = ec.SECP384R1().group_order

PrivateKey = mldsa.MLDSA87PrivateKey | ec.EllipticCurvePrivateKey
PublicKey = mldsa.MLDSA87PublicKey | ec.EllipticCurvePublicKey


def pae(purpose: str, message: bytes) -> bytes:
    """Return the DSSE pre-authentication encoding of `purpose` (UTF-8) and `message`."""
    kind = purpose.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(message), message)


class VerifyKey:
    """A public key that checks signatures."""

    def __init__(self, suite: Suite, key: PublicKey) -> None:
        self.suite = suite
        self.key = key

    @classmethod
    def from_bytes(cls, suite: Suite, public: bytes) -> VerifyKey:
        """Parse a public key. Raises Refusal("key.invalid")."""
        try:
            if suite is Suite.HYBRID:
                return cls(suite, mldsa.MLDSA87PublicKey.from_public_bytes(public))
            return cls(suite, load_point(public))
        except ValueError as error:
            raise Refusal("key.invalid", suite=suite.value) from error

    @classmethod
    def from_key(cls, key: object) -> VerifyKey:
        """Wrap a public key of `cryptography`. Raises Refusal("suite.unknown") for other algorithms."""
        if isinstance(key, mldsa.MLDSA87PublicKey):
            return cls(Suite.HYBRID, key)
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
            return cls(Suite.P384, key)
        raise Refusal("suite.unknown", suite=type(key).__name__)

    def public_bytes(self) -> bytes:
        """Return the raw key (ML-DSA-87) or the uncompressed point (P-384)."""
        if isinstance(self.key, mldsa.MLDSA87PublicKey):
            return self.key.public_bytes_raw()
        return self.key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def verify(self, purpose: str, message: bytes, signature: bytes, *, low_s: bool = False) -> None:
        """Raise Refusal("signature.invalid") unless `signature` was made for `purpose` over `message`.

        With `low_s`, the other spelling of an ECDSA signature is refused too.
        """
        if low_s and not is_low_s(self.suite, signature):
            raise Refusal("signature.invalid", purpose=purpose)
        try:
            if isinstance(self.key, mldsa.MLDSA87PublicKey):
                self.key.verify(signature, pae(purpose, message))
            else:
                self.key.verify(signature, pae(purpose, message), _ECDSA)
        except (InvalidSignature, ValueError) as error:
            raise Refusal("signature.invalid", purpose=purpose) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and self.public_bytes() == other.public_bytes()

    def __hash__(self) -> int:
        return hash(self.public_bytes())


class SigningKey:
    """A private key that signs. Its repr shows nothing of it."""

    def __init__(self, suite: Suite, key: PrivateKey) -> None:
        self.suite = suite
        self.key = key

    @classmethod
    def generate(cls, suite: Suite) -> SigningKey:
        """Return a new key for `suite` from the system's random source."""
        if suite is Suite.HYBRID:
            return cls(suite, mldsa.MLDSA87PrivateKey.generate())
        return cls(suite, ec.generate_private_key(ec.SECP384R1()))

    @classmethod
    def from_bytes(cls, suite: Suite, private: bytes) -> SigningKey:
        """Parse what `private_bytes` returned. Raises Refusal("key.invalid")."""
        try:
            if suite is Suite.HYBRID:
                return cls(suite, mldsa.MLDSA87PrivateKey.from_seed_bytes(private))
            return cls(suite, load_p384(private))
        except ValueError as error:
            raise Refusal("key.invalid", suite=suite.value) from error

    def private_bytes(self) -> bytes:
        """Return the seed (ML-DSA-87) or PKCS#8 DER (P-384), unencrypted. Store it only inside an encrypted store."""
        if isinstance(self.key, mldsa.MLDSA87PrivateKey):
            return self.key.private_bytes_raw()
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def verify_key(self) -> VerifyKey:
        """The public half."""
        return VerifyKey(self.suite, self.key.public_key())

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Return the signature of `message` for `purpose` (a short name with a version, such as ``eum/bundle/1``)."""
        if isinstance(self.key, mldsa.MLDSA87PrivateKey):
            return self.key.sign(pae(purpose, message))
        r, s = decode_dss_signature(self.key.sign(pae(purpose, message), _ECDSA))
        return encode_dss_signature(r, min(s, _ORDER - s))


def is_low_s(suite: Suite, signature: bytes) -> bool:
    """Whether a signature is the one spelling that is written: s at most half the order. True for every ML-DSA one."""
    if suite is Suite.HYBRID:
        return True
    try:
        return decode_dss_signature(signature)[1] <= _ORDER // 2
    except ValueError:
        return False


def load_p384(private: bytes) -> ec.EllipticCurvePrivateKey:
    """Parse an unencrypted PKCS#8 DER P-384 key. Raises ValueError for anything else."""
    try:
        key = load_der_private_key(private, password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("not an unencrypted P-384 key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP384R1):
        raise ValueError("not a P-384 key")
    return key


def load_point(encoded: bytes) -> ec.EllipticCurvePublicKey:
    """Parse an uncompressed P-384 point. Raises ValueError for any other encoding, so that each key has only one."""
    # Compressed points are refused: a second encoding would give the same key a second kid.
    if len(encoded) != POINT_SIZE:
        raise ValueError("not an uncompressed P-384 point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), encoded)
