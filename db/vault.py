"""The vault of an HQ's store: private keys that only some of its accounts reach.

Every account that opens a store has its data key. The vault is one value of key material under a separate random key.
That key is sealed by HPKE to each member's account key, and to no one else. Each write makes a new key, so a removed
member opens no later vault.

The members' public keys are kept inside the vault. Those in the keyslot file are protected under the data key only: an
account without access could replace one by its own and wait for the next write.

Stored: msgpack of ``{version, sealed: {account: HPKE ciphertext}, box}``. `box` is under the vault's key
(`crypto.boxes`) and holds msgpack of ``{members: {account: public key}, values: {purpose: value}}``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
from sqlalchemy import Connection

from db.secrets import VAULT, put_secret, read_secret
from eum_app.crypto.boxes import Box
from eum_app.crypto.sealing import KemKey, KemPublic
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.unreadable import UNREADABLE

_KEY_BYTES: Final = 32


@dataclass(frozen=True)
class Vault:
    """An opened vault: public HPKE keys by account, and private values by purpose, which its repr does not show."""

    members: Mapping[str, bytes]
    values: Mapping[str, bytes] = field(repr=False)

    def with_value(self, purpose: str, value: bytes | None) -> Vault:
        """Return a copy with this value for `purpose`; None removes it."""
        rest = {name: held for name, held in self.values.items() if name != purpose}
        return replace(self, values=rest if value is None else {**rest, purpose: value})

    def with_member(self, account: str, public: bytes) -> Vault:
        """Return a copy to which `account` has access with this public key."""
        return replace(self, members={**self.members, account: public})

    def without(self, account: str) -> Vault:
        """Return a copy to which `account` has no access."""
        return replace(self, members={name: key for name, key in self.members.items() if name != account})


class _Inside(msgspec.Struct, frozen=True):
    members: dict[str, bytes]
    values: dict[str, bytes]


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    version: int = 1
    sealed: dict[str, bytes]
    box: bytes


def has_vault(connection: Connection) -> bool:
    """Whether the store has a vault. Stores that an earlier version made have none until a member's first session."""
    return read_secret(connection, VAULT) is not None


def open_vault(connection: Connection, store_id: str, account: str, key: KemKey) -> Vault:
    """Open the vault with an account's HPKE key.

    Raises Refusal `vault.not_admitted` if the account is no member, or only with an earlier key; Trouble
    `store.damaged`, also without a vault.
    """
    stored = _read(connection)
    if account not in stored.sealed:
        raise Refusal("vault.not_admitted", account=account)
    try:
        vault_key = key.open(stored.sealed[account], _info(store_id, account))
    except Refusal as error:  # sealed to keys that the account had before
        raise Refusal("vault.not_admitted", account=account) from error
    try:
        inside = msgspec.msgpack.decode(Box(vault_key).open(_place(store_id), stored.box), type=_Inside)
    except UNREADABLE as error:
        raise Trouble("store.damaged") from error
    return Vault(inside.members, inside.values)


def keep_vault(connection: Connection, store_id: str, suite: Suite, vault: Vault) -> None:
    """Write the vault under a new key, sealed to each member. Raises Refusal `key.invalid` for a member's bad key."""
    vault_key = os.urandom(_KEY_BYTES)
    inside = msgspec.msgpack.encode(_Inside(dict(vault.members), dict(vault.values)))
    stored = _Stored(
        sealed={
            account: KemPublic.from_bytes(suite, public).seal(vault_key, _info(store_id, account))
            for account, public in vault.members.items()
        },
        box=Box(vault_key).seal(_place(store_id), inside),
    )
    put_secret(connection, VAULT, msgspec.msgpack.encode(stored))


def _read(connection: Connection) -> _Stored:
    stored = read_secret(connection, VAULT)
    try:
        read = msgspec.msgpack.decode(stored or b"", type=_Stored)
    except UNREADABLE as error:
        raise Trouble("store.damaged") from error
    if read.version != 1:
        raise Trouble("store.damaged")
    return read


def _info(store_id: str, account: str) -> bytes:
    return f"eum/vault/1\0{store_id}\0{account}".encode()


def _place(store_id: str) -> str:
    return f"vault|{store_id}"
