"""Small secrets stored where the storage does not encrypt them (a PostgreSQL server, a file beside the store).

A boxed value is ``nonce (12 random bytes) ‖ AES-256-GCM(key, nonce, value, aad = place)`` with key = HKDF-SHA384 of the
store's data key (no salt, info ``eum/box/1``). `place` names the row and column, so that a value moved elsewhere does
not open. Random nonces are safe up to about 2^32 values (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eum_app.domain.errors import Trouble

_NONCE_SIZE: Final = 12  # AES-GCM needs no extra hashing at 96 bits (NIST SP 800-38D, 7.1)


class Box:
    """Encrypts and decrypts values under a store's data key (32 bytes). Its repr shows no key."""

    def __init__(self, data_key: bytes) -> None:
        # The data key also encrypts the database: a derived key keeps the two uses separate.
        self._aead = AESGCM(HKDF(hashes.SHA384(), 32, salt=None, info=b"eum/box/1").derive(data_key))

    def seal(self, place: str, value: bytes) -> bytes:
        """Encrypt `value` for `place`."""
        nonce = os.urandom(_NONCE_SIZE)
        return nonce + self._aead.encrypt(nonce, value, place.encode())

    def open(self, place: str, boxed: bytes) -> bytes:
        """Decrypt a value. Raises Trouble `store.damaged` for another key, another place or a changed value."""
        try:
            return self._aead.decrypt(boxed[:_NONCE_SIZE], boxed[_NONCE_SIZE:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise Trouble("store.damaged") from error


def seal_of(data_key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA-384 (48 bytes) of a message that is stored in the clear beside the store.

    The key is derived from the data key (HKDF-SHA384, info ``eum/mac/1``). Without the data key, a change of the
    message is detected.
    """
    return sealer(data_key)(message)


def sealer(data_key: bytes) -> Callable[[bytes], bytes]:
    """Return a function that computes `seal_of` for many messages; the key is derived once."""
    # HMAC keys should be as long as the hash (48 bytes); shorter ones weaken it (RFC 2104, section 3).
    key = HKDF(hashes.SHA384(), 48, salt=None, info=b"eum/mac/1").derive(data_key)
    return lambda message: hmac.digest(key, message, "sha384")
