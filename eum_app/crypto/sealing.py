"""Seal small secrets to a recipient with HPKE (RFC 9180, base mode, single shot).

HPKE does not authenticate the sender: callers bind sender and context into `info`, and sign outside.

Encodings: a ``hybrid`` public key is the ML-KEM-1024 encapsulation key (1,568 bytes) followed by the uncompressed P-384
point (97); its private key is the 64-byte ML-KEM seed followed by PKCS#8 DER. A ``p384`` public key is the 97-byte
point, its private key PKCS#8 DER. A sealed secret is `enc ‖ ciphertext` as in RFC 9180.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec, mlkem
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from eum_app.crypto.signing import load_p384, load_point
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal

_KEMS = {Suite.HYBRID: hpke.KEM.MLKEM1024_P384, Suite.P384: hpke.KEM.P384}
_HPKE = {suite: hpke.Suite(kem, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM) for suite, kem in _KEMS.items()}
_MLKEM_PUBLIC_SIZE = 1568  # FIPS 203: an encapsulation key of ML-KEM-1024
_MLKEM_SEED_SIZE = 64  # FIPS 203: d and z, from which the key is derived


class KemPublic:
    """A public key to which secrets are sealed."""

    def __init__(
        self, suite: Suite, mlkem_key: mlkem.MLKEM1024PublicKey | None, ec_key: ec.EllipticCurvePublicKey
    ) -> None:
        self.suite = suite
        self._mlkem = mlkem_key
        self._ec = ec_key

    @classmethod
    def from_bytes(cls, suite: Suite, public: bytes) -> KemPublic:
        """Parse a public key. Raises Refusal("key.invalid")."""
        try:
            if suite is Suite.HYBRID:
                lattice = mlkem.MLKEM1024PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE])
                return cls(suite, lattice, load_point(public[_MLKEM_PUBLIC_SIZE:]))
            return cls(suite, None, load_point(public))
        except ValueError as error:
            raise Refusal("key.invalid", suite=suite.value) from error

    def public_bytes(self) -> bytes:
        """Return the key in the encoding of the module docstring."""
        # One encoding per key: the kid is a hash of these bytes.
        point = self._ec.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return point if self._mlkem is None else self._mlkem.public_bytes_raw() + point

    @property
    def kid(self) -> str:
        """The key's name: hex SHA-384 of `public_bytes()`."""
        return hashlib.sha384(self.public_bytes()).hexdigest()

    def seal(self, secret: bytes, info: bytes) -> bytes:
        """Seal `secret`; only the private key opens it, and only with the same `info`."""
        public = self._ec if self._mlkem is None else hpke.MLKEM1024P384PublicKey(self._mlkem, self._ec)
        return _HPKE[self.suite].encrypt(secret, public, info)


class KemKey:
    """A private key that opens sealed secrets. Its repr shows nothing of it."""

    def __init__(
        self, suite: Suite, mlkem_key: mlkem.MLKEM1024PrivateKey | None, ec_key: ec.EllipticCurvePrivateKey
    ) -> None:
        self.suite = suite
        self._mlkem = mlkem_key
        self._ec = ec_key

    @classmethod
    def generate(cls, suite: Suite) -> KemKey:
        """Return a new random key for `suite`."""
        lattice = mlkem.MLKEM1024PrivateKey.generate() if suite is Suite.HYBRID else None
        return cls(suite, lattice, ec.generate_private_key(ec.SECP384R1()))

    @classmethod
    def from_bytes(cls, suite: Suite, private: bytes) -> KemKey:
        """Parse what `private_bytes` returned. Raises Refusal("key.invalid")."""
        try:
            if suite is Suite.HYBRID:
                lattice = mlkem.MLKEM1024PrivateKey.from_seed_bytes(private[:_MLKEM_SEED_SIZE])
                return cls(suite, lattice, load_p384(private[_MLKEM_SEED_SIZE:]))
            return cls(suite, None, load_p384(private))
        except ValueError as error:
            raise Refusal("key.invalid", suite=suite.value) from error

    def private_bytes(self) -> bytes:
        """Return the private key, unencrypted. Store it only inside an encrypted store."""
        scalar = self._ec.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return scalar if self._mlkem is None else self._mlkem.private_bytes_raw() + scalar

    @property
    def public(self) -> KemPublic:
        """The public half."""
        return KemPublic(self.suite, self._mlkem.public_key() if self._mlkem else None, self._ec.public_key())

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Open a secret that was sealed to this key with the same `info`. Raises Refusal("seal.invalid")."""
        private = self._ec if self._mlkem is None else hpke.MLKEM1024P384PrivateKey(self._mlkem, self._ec)
        try:
            return _HPKE[self.suite].decrypt(sealed, private, info)
        # Wrong key and altered data fail alike, so that the error gives an attacker no oracle.
        except (InvalidTag, ValueError) as error:
            raise Refusal("seal.invalid", suite=self.suite.value) from error
