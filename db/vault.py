"""The vault of an HQ's store: private keys that only some of its accounts reach.

Every account that opens a store has its data key. The vault is one value of key material under a separate random key.
That key is sealed by HPKE to each member's account key, and to no one else. Each write makes a new key, so a removed
member opens no later vault.

The members' public keys are kept inside the vault. Those in the keyslot file are protected under the data key only: an
account without access could replace one by its own and wait for the next write.

An account without access can also write a vault for the members' public keys, or put an older one back. So HQ's
identity, which is inside, signs each vault with its number, and the journal holds that signature (`VaultSealed`). A
vault opens only if its identity is the one that the journal names, and it is not older than the journal says.

Stored: msgpack of ``{version, sealed: {account: HPKE ciphertext}, box, generation, signature}``. `box` is under the
vault's key (`crypto.boxes`) and holds msgpack of ``{members: {account: public key}, values: {purpose: value}}``. The
signature is over the store's id, the generation, and the SHA-384 of `sealed` and `box`. Version 1 had none.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
from sqlalchemy import Connection

from db.queries.key_facts import VAULT_PURPOSE, certificate_in_use, has_vault_entry, newest_vault, vault_message
from db.secrets import IDENTITY, VAULT, put_secret, read_secret
from eum_app.crypto.boxes import Box
from eum_app.crypto.certificates import Identity
from eum_app.crypto.sealing import KemKey, KemPublic
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.unreadable import UNREADABLE

_KEY_BYTES: Final = 32


@dataclass(frozen=True)
class Vault:
    """An opened vault: public HPKE keys by account, and private values by purpose, which its repr does not show.

    `generation` counts the times that it was written; 0 in one of an earlier version, which is not signed.
    """

    members: Mapping[str, bytes]
    values: Mapping[str, bytes] = field(repr=False)
    generation: int = 0

    @property
    def identity(self) -> Identity:
        """HQ's identity. Raises Trouble `store.damaged`."""
        try:
            return Identity.from_bytes(self.values[IDENTITY])
        except (KeyError, Refusal) as error:
            raise Trouble("store.damaged") from error

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
    version: int = 2
    sealed: dict[str, bytes]
    box: bytes
    generation: int = 0
    signature: bytes = b""

    @property
    def digest(self) -> bytes:
        content = msgspec.msgpack.encode((sorted(self.sealed.items()), self.box))
        return hashlib.sha384(content).digest()


@dataclass(frozen=True)
class Kept:
    """A vault as it was written: what the journal says about it."""

    generation: int
    digest: bytes
    signature: bytes


def has_vault(connection: Connection) -> bool:
    """Whether the store has a vault, or must have one by its journal.

    Stores that an earlier version made have none until a member's first session.
    """
    return read_secret(connection, VAULT) is not None or has_vault_entry(connection)


def open_vault(connection: Connection, store_id: str, account: str, key: KemKey) -> Vault:
    """Open the vault with an account's HPKE key.

    Raises Refusal `vault.not_admitted` if the account is no member, or only with an earlier key; `vault.replaced` if it
    is not the vault that the journal names; Trouble `store.damaged`.
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
    vault = Vault(inside.members, inside.values, stored.generation)
    _require_current(connection, store_id, stored, vault)
    return vault


def _require_current(connection: Connection, store_id: str, stored: _Stored, vault: Vault) -> None:
    """Raise Refusal `vault.replaced` unless HQ's present identity wrote this vault, and none after it."""
    identity, known = vault.identity, certificate_in_use(connection)
    if known is not None and not known.admits(identity.chain):
        raise Refusal("vault.replaced", why="identity")
    newest = newest_vault(connection, store_id, identity.certificate)
    if stored.version == 1:
        if newest is not None or has_vault_entry(connection):
            raise Refusal("vault.replaced", why="unsigned")
        return
    try:
        message = vault_message(store_id, stored.generation, stored.digest)
        identity.certificate.verify_key.verify(VAULT_PURPOSE, message, stored.signature, low_s=True)
    except Refusal as error:
        raise Refusal("vault.replaced", why="signature") from error
    is_written = newest is None or (newest.generation, newest.digest) == (stored.generation, stored.digest)
    # The entry about a later one than the journal knows was lost to damage.
    if newest is not None and not is_written and newest.generation >= stored.generation:
        raise Refusal("vault.replaced", why="older")


def keep_vault(connection: Connection, store_id: str, suite: Suite, vault: Vault) -> Kept:
    """Write the vault under a new key, sealed to each member and signed by HQ's identity in it.

    Return what the journal must state about it. Raises Refusal `key.invalid` for a member's bad key; Trouble
    `store.damaged` for a vault without identity.
    """
    identity = vault.identity
    vault_key = os.urandom(_KEY_BYTES)
    inside = msgspec.msgpack.encode(_Inside(dict(vault.members), dict(vault.values)))
    stored = _Stored(
        sealed={
            account: KemPublic.from_bytes(suite, public).seal(vault_key, _info(store_id, account))
            for account, public in vault.members.items()
        },
        box=Box(vault_key).seal(_place(store_id), inside),
    )
    digest, generation = stored.digest, vault.generation + 1
    signature = identity.signing.sign(VAULT_PURPOSE, vault_message(store_id, generation, digest))
    stored = msgspec.structs.replace(stored, generation=generation, signature=signature)
    put_secret(connection, VAULT, msgspec.msgpack.encode(stored))
    return Kept(generation, digest, signature)


def _read(connection: Connection) -> _Stored:
    stored = read_secret(connection, VAULT)
    if stored is None:
        raise Refusal("vault.replaced", why="absent")
    try:
        read = msgspec.msgpack.decode(stored, type=_Stored)
    except UNREADABLE as error:
        raise Trouble("store.damaged") from error
    if read.version not in (1, 2):
        raise Trouble("store.damaged")
    return read


def _info(store_id: str, account: str) -> bytes:
    return f"eum/vault/1\0{store_id}\0{account}".encode()


def _place(store_id: str) -> str:
    return f"vault|{store_id}"
