"""Keyslots: the small file beside a store that wraps its data key, once for each account.

The data key is 32 random bytes and is never derived, so a change of passphrase rewrites one slot. Each slot also wraps
the account's own signing key, so that one account of a device cannot sign for another. The file says what a locked
device may show: its name and kind, and nothing of people or visits but the account codes that the slots are for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from db.files import written_whole
from db.label import FILE_NAME as FILE_NAME
from db.label import read_as
from eum_app.crypto.passphrases import KdfParams, unwrap_secret, wrap_secret
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal

DATA_KEY_BYTES: Final = 32


class Slot(msgspec.Struct, frozen=True):
    account: str
    kdf: KdfParams
    wrapped: bytes


class StoreFile(msgspec.Struct, frozen=True):
    """What stands in the keyslot file. `kind` is hq or field."""

    format: int
    store_id: str
    name: str
    kind: str
    suite: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Unlocked:
    """Keys, held in memory only while a store is unlocked; never shown by repr."""

    data_key: bytes = field(repr=False)
    signing_key: SigningKey = field(repr=False)


def read_store_file(directory: Path) -> StoreFile:
    """The keyslot file of a store.

    Raises Refusal `store.absent`, `store.newer` (a later format) or `keyslots.damaged`.
    """
    return read_as(directory, StoreFile)


def write_store_file(directory: Path, store_file: StoreFile) -> None:
    with written_whole(directory / FILE_NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(store_file), indent=1))


def make_slot(
    store_id: str, account: str, passphrase: str, data_key: bytes, signing_key: SigningKey, kdf: KdfParams
) -> Slot:
    """Wrap the data key and the account's signing key under a passphrase."""
    secret = data_key + signing_key.private_bytes()
    return Slot(account, kdf, wrap_secret(kdf, passphrase, secret, _place(store_id, account)))


def open_slot(store_file: StoreFile, account: str, passphrase: str) -> Unlocked:
    """The keys behind an account's slot.

    Raises Refusal `passphrase.wrong`, also for an account that is not there: a locked device tells nobody who works
    on it.
    """
    slot = next((slot for slot in store_file.slots if slot.account == account), None)
    if slot is None:
        if store_file.slots:  # takes as long as a slot that is there
            wrap_secret(store_file.slots[0].kdf, passphrase, b"")
        raise Refusal("passphrase.wrong")
    secret = unwrap_secret(slot.kdf, passphrase, slot.wrapped, _place(store_file.store_id, account))
    if len(secret) <= DATA_KEY_BYTES:
        raise Refusal("keyslots.damaged", path=FILE_NAME)
    signing_key = SigningKey.from_bytes(Suite.parse(store_file.suite), secret[DATA_KEY_BYTES:])
    return Unlocked(secret[:DATA_KEY_BYTES], signing_key)


def new_data_key() -> bytes:
    return os.urandom(DATA_KEY_BYTES)


def _place(store_id: str, account: str) -> bytes:
    return f"{store_id}\0{account}".encode()
