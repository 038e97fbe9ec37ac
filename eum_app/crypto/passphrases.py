"""Derive keys from passphrases, and wrap secrets under them (the cryptographic half of keyslots).

A wrapped secret is ``commitment (32 bytes) ‖ nonce (12) ‖ AES-256-GCM(key, nonce, secret, aad)``. HKDF-SHA384 derives
key (32) and commitment from the passphrase's key (no salt, info ``eum/passphrase-slot/2``). AES-GCM alone does not
commit to its key: a forged slot could open under many passphrases, so that one attempt to unlock tries them all (Len,
Grubbs, Ristenpart: "Partitioning Oracle Attacks", 2021). The associated data is
``"eum/passphrase-slot/2" ‖ 0 ‖ SHA-384(canonical parameters) ‖ the caller's aad``, so a slot with changed parameters or
in another place does not open. Wrapping 1, which is only read, has no commitment: the passphrase's key encrypts, and
the label ends in ``/1``. A passphrase is Unicode in form NFC (RFC 8265, OpaqueString), then UTF-8.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
import unicodedata
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble

KEY_SIZE = 32
SALT_SIZE = 32
MAX_MEMORY_KIB = 2 * 1024 * 1024  # the file of keyslots may be forged: unlocking must not exhaust the machine
MAX_PBKDF2_ITERATIONS = 10_000_000
MAX_ARGON2_ITERATIONS = 100
MAX_LANES = 64
MAX_PASSPHRASE_BYTES = 4096
TARGET_S = 0.5
"""Seconds that a derivation should take on this machine."""
CALIBRATED_MEMORY_KIB = 256 * 1024
"""Most memory that calibration chooses; further cost is added as passes."""
_NONCE_SIZE = 12  # AES-GCM needs no extra hashing at 96 bits (NIST SP 800-38D, 7.1)
WRAPPING = 2
"""Version of the wrapping that is written."""
_LABEL = b"eum/passphrase-slot/%d"
_COMMITMENT_SIZE = 32


class KdfParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of a key derivation. They are read from files, so `check` limits them.

    `memory_kib` (KiB) and `lanes` are for argon2id only, 0 otherwise. `salt` is 16 to 64 bytes.
    """

    kdf: Literal["argon2id", "pbkdf2-sha512"]
    salt: bytes
    iterations: int
    memory_kib: int = 0
    lanes: int = 0

    @classmethod
    def calibrated(cls, suite: Suite, target_s: float = TARGET_S) -> KdfParams:
        """Return parameters with a fresh salt, so that a derivation takes about `target_s` seconds, measured once.

        Never below Argon2id with 64 MiB, t=3, p=4 (RFC 9106 section 4, second recommended option; above OWASP's 19 MiB,
        t=2, p=1) or 210,000 rounds of PBKDF2-HMAC-SHA-512 (OWASP Password Storage Cheat Sheet, 2023). Memory is limited
        to 256 MiB; further cost is added as passes. A busy machine measures too slow, but never gets less than this
        minimum. Raises Trouble("memory.full") if it cannot provide the minimum.
        """
        floor = cls._floor(suite)
        # The first derivation also loads the library, which would make the machine look slower.
        derive_key(cls.fast_for_tests(suite), "loads what the first derivation loads")
        started = time.perf_counter()
        derive_key(floor, "measured")
        affordable = target_s / (time.perf_counter() - started)
        if suite is not Suite.HYBRID:
            rounds = min(int(floor.iterations * max(affordable, 1)), MAX_PBKDF2_ITERATIONS)
            return msgspec.structs.replace(floor, iterations=rounds)
        memory = min(int(floor.memory_kib * max(affordable, 1)), CALIBRATED_MEMORY_KIB) // 1024 * 1024
        passes = int(floor.iterations * affordable * floor.memory_kib / memory)
        return msgspec.structs.replace(
            floor, memory_kib=memory, iterations=min(max(passes, floor.iterations), MAX_ARGON2_ITERATIONS)
        )

    @classmethod
    def _floor(cls, suite: Suite) -> KdfParams:
        salt = os.urandom(SALT_SIZE)
        if suite is Suite.HYBRID:
            return cls(kdf="argon2id", salt=salt, iterations=3, memory_kib=64 * 1024, lanes=4)
        return cls(kdf="pbkdf2-sha512", salt=salt, iterations=210_000)

    def fresh(self) -> KdfParams:
        """Return parameters of the same cost with a fresh salt."""
        return msgspec.structs.replace(self, salt=os.urandom(SALT_SIZE))

    @classmethod
    def fast_for_tests(cls, suite: Suite = Suite.HYBRID) -> KdfParams:
        """Return parameters without cost or protection. Only for tests and synthetic demonstrations."""
        if suite is Suite.HYBRID:
            return cls(kdf="argon2id", salt=os.urandom(SALT_SIZE), iterations=1, memory_kib=64, lanes=1)
        return cls(kdf="pbkdf2-sha512", salt=os.urandom(SALT_SIZE), iterations=1)

    def check(self) -> None:
        """Raise Refusal("kdf.out_of_bounds") for invalid parameters and those that need too much memory or time."""
        if self.kdf == "argon2id":
            bounded = (
                1 <= self.iterations <= MAX_ARGON2_ITERATIONS
                and 1 <= self.lanes <= MAX_LANES
                and 8 * self.lanes <= self.memory_kib <= MAX_MEMORY_KIB
            )
        else:
            bounded = 1 <= self.iterations <= MAX_PBKDF2_ITERATIONS and self.memory_kib == 0 and self.lanes == 0
        if not (bounded and 16 <= len(self.salt) <= 64):
            raise Refusal(
                "kdf.out_of_bounds",
                kdf=self.kdf,
                iterations=self.iterations,
                memory_kib=self.memory_kib,
                lanes=self.lanes,
                salt_size=len(self.salt),
            )


def derive_key(params: KdfParams, passphrase: str) -> bytes:
    """Derive the 32-byte key-encryption key.

    Raises Refusal("passphrase.empty"), ("passphrase.too_long"), ("passphrase.not_text"), ("kdf.out_of_bounds"), or
    Trouble("memory.full") if the machine cannot provide Argon2id's memory.
    """
    # Check first: hostile parameters could otherwise exhaust memory before the passphrase is used.
    params.check()
    if not passphrase:
        raise Refusal("passphrase.empty")
    try:
        # Keyboards write the same letter composed or decomposed; NFC makes both the same passphrase.
        material = unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError as error:
        raise Refusal("passphrase.not_text") from error
    if len(material) > MAX_PASSPHRASE_BYTES:
        raise Refusal("passphrase.too_long", limit=MAX_PASSPHRASE_BYTES)
    if params.kdf == "pbkdf2-sha512":
        return PBKDF2HMAC(hashes.SHA512(), KEY_SIZE, params.salt, params.iterations).derive(material)
    kdf = Argon2id(
        salt=params.salt,
        length=KEY_SIZE,
        iterations=params.iterations,
        lanes=params.lanes,
        memory_cost=params.memory_kib,
    )
    try:
        return kdf.derive(material)
    except MemoryError as error:
        raise Trouble("memory.full", needed_kib=params.memory_kib) from error


def wrap_secret(params: KdfParams, passphrase: str, secret: bytes, aad: bytes = b"") -> bytes:
    """Wrap `secret` under the passphrase, in wrapping 2. `aad` names the place of the slot. Raises as `derive_key`."""
    nonce = os.urandom(_NONCE_SIZE)
    key, commitment = _committed(derive_key(params, passphrase))
    return commitment + nonce + AESGCM(key).encrypt(nonce, secret, _bound(params, aad, WRAPPING))


def unwrap_secret(
    params: KdfParams, passphrase: str, wrapped: bytes, aad: bytes = b"", *, wrapping: int = WRAPPING
) -> bytes:
    """Return the secret. Raises Refusal("passphrase.wrong") if passphrase, slot or place differ.

    Also for a wrapping that this version does not know, and as `derive_key` does.
    """
    key = derive_key(params, passphrase)
    if wrapping == WRAPPING:
        key, commitment = _committed(key)
        if not hmac.compare_digest(commitment, wrapped[:_COMMITMENT_SIZE]):
            raise Refusal("passphrase.wrong")
        wrapped = wrapped[_COMMITMENT_SIZE:]
    try:
        return AESGCM(key).decrypt(wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:], _bound(params, aad, wrapping))
    except (InvalidTag, ValueError) as error:
        raise Refusal("passphrase.wrong") from error


def _committed(key: bytes) -> tuple[bytes, bytes]:
    """Return the key that encrypts, and the commitment to it: no two keys have the same one."""
    derived = HKDF(hashes.SHA384(), KEY_SIZE + _COMMITMENT_SIZE, salt=None, info=_LABEL % WRAPPING).derive(key)
    return derived[:KEY_SIZE], derived[KEY_SIZE:]


def _bound(params: KdfParams, aad: bytes, wrapping: int) -> bytes:
    # Sorted keys: the parameters must hash the same whatever the order of fields in the file.
    return _LABEL % wrapping + b"\0" + hashlib.sha384(msgspec.json.encode(params, order="sorted")).digest() + aad
