"""Identities: private keys together with the certificates that name them, and keys that wait for a certificate.

Their bytes hold private keys: store them only inside an encrypted store.
"""

from __future__ import annotations

import msgspec

from eum_app.crypto.chain import Certificate, CertificateRequest, Role
from eum_app.crypto.sealing import KemKey
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal
from eum_app.domain.unreadable import UNREADABLE


class Identity:
    """A party that can sign and, except for authorities, open what is sealed to it.

    `chain` begins with the party's certificate and ends with the authority's.
    """

    def __init__(self, signing: SigningKey, kem: KemKey | None, chain: tuple[Certificate, ...]) -> None:
        """Raise Refusal("identity.mismatch") if the keys are not those in the first certificate."""
        leaf = chain[0]
        kem_public = kem.public.public_bytes() if kem else None
        # Keys and certificate are stored together; a mix-up would sign what no one can verify.
        if signing.verify_key != leaf.verify_key or kem_public != (leaf.kem.public_bytes() if leaf.kem else None):
            raise Refusal("identity.mismatch", origin=leaf.origin)
        self.signing = signing
        self.chain = chain
        self._kem = kem

    @property
    def certificate(self) -> Certificate:
        """The party's certificate."""
        return self.chain[0]

    @property
    def root(self) -> Certificate:
        """The authority's certificate."""
        return self.chain[-1]

    @property
    def suite(self) -> Suite:
        """The suite of both keys and of the whole chain."""
        return self.signing.suite

    @property
    def name(self) -> str:
        """The name in the certificate."""
        return self.certificate.name

    @property
    def role(self) -> Role:
        """The role in the certificate."""
        return self.certificate.role

    @property
    def origin(self) -> str:
        """The writer that the certificate names, such as FLD-0042."""
        return self.certificate.origin

    @property
    def epoch(self) -> int:
        """The epoch in the certificate."""
        return self.certificate.epoch

    @property
    def kem(self) -> KemKey:
        """The key that opens what is sealed to the party. Raises Refusal("identity.no_kem") for an authority."""
        if self._kem is None:
            raise Refusal("identity.no_kem", origin=self.origin)
        return self._kem

    def to_bytes(self) -> bytes:
        """Return private keys and chain, unencrypted, for storage inside an encrypted store."""
        return msgspec.msgpack.encode(
            _Stored(
                suite=self.suite.value,
                signing=self.signing.private_bytes(),
                kem=self._kem.private_bytes() if self._kem else None,
                chain=[certificate.der for certificate in self.chain],
            )
        )

    @classmethod
    def from_bytes(cls, stored: bytes) -> Identity:
        """Parse what `to_bytes` returned. The chain is not verified.

        Raises Refusal: "identity.invalid", "identity.mismatch", "suite.unknown", "key.invalid", "certificate.invalid".
        """
        read = _read_stored(stored)
        if not read.chain:
            raise Refusal("identity.invalid")
        signing, kem = read.keys()
        return cls(signing, kem, tuple(Certificate.from_der(der) for der in read.chain))

    def __repr__(self) -> str:
        return f"Identity({self.certificate!r})"


class PendingIdentity:
    """A device's new keys and its certificate request; HQ's answer completes it to an identity."""

    def __init__(self, signing: SigningKey, kem: KemKey, request: CertificateRequest) -> None:
        self.signing = signing
        self.kem = kem
        self.request = request

    def complete(self, chain: tuple[Certificate, ...]) -> Identity:
        """Return the identity with this certificate chain; `verify_chain` must have accepted it.

        Raises Refusal("identity.mismatch") if it certifies other keys or another origin. Name and epoch may differ.
        """
        # HQ could certify these keys under another device's name.
        if chain[0].origin != self.request.origin:
            raise Refusal("identity.mismatch", origin=chain[0].origin)
        return Identity(self.signing, self.kem, chain)

    def to_bytes(self) -> bytes:
        """Return private keys and request, unencrypted, for storage inside an encrypted store."""
        return msgspec.msgpack.encode(
            _Stored(
                suite=self.signing.suite.value,
                signing=self.signing.private_bytes(),
                kem=self.kem.private_bytes(),
                request=self.request.der,
            )
        )

    @classmethod
    def from_bytes(cls, stored: bytes) -> PendingIdentity:
        """Parse what `to_bytes` returned.

        Raises Refusal: "identity.invalid", "suite.unknown", "key.invalid", "request.invalid".
        """
        read = _read_stored(stored)
        signing, kem = read.keys()
        if kem is None:
            raise Refusal("identity.invalid")
        return cls(signing, kem, CertificateRequest.from_der(read.request))

    def __repr__(self) -> str:
        return f"PendingIdentity({self.request!r})"


class _Stored(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    version: int = 1
    suite: str
    signing: bytes
    kem: bytes | None
    chain: list[bytes] = []
    request: bytes = b""

    def keys(self) -> tuple[SigningKey, KemKey | None]:
        suite = Suite.parse(self.suite)
        return SigningKey.from_bytes(suite, self.signing), KemKey.from_bytes(suite, self.kem) if self.kem else None


def _read_stored(stored: bytes) -> _Stored:
    try:
        read = msgspec.msgpack.decode(stored, type=_Stored)
    except UNREADABLE as error:
        raise Refusal("identity.invalid") from error
    if read.version != 1:
        raise Refusal("identity.invalid", version=read.version)
    return read
