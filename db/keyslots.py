"""Keyslots: the small file beside a store through which each account reaches its data key.

The data key is 32 random bytes and is never derived. Each account has an **account key** (32 random bytes), wrapped
under its passphrase and under each of its recovery codes. The account key opens the account's signing key, so that one
account of a device cannot sign for another, and a private HPKE key. The data key is sealed to the public half of that
key. So a change of passphrase rewrites one wrapping, and any account that holds the data key can seal a new one to all
accounts without a passphrase (`db.rekey`). HQ's recovery key has a similar slot (`Escrow`).

Two values protect the file. `checksum` distinguishes damage from a wrong passphrase. `mac`, under the data key, reveals
at the next unlock that a public key, the escrow or the policy was changed without that key. The head of the file shows
only the store's name, its kind and the account codes.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from db.files import disk_trouble, require_no_links, written_whole
from db.label import FILE_NAME as FILE_NAME
from db.label import FORMAT, read_as
from eum_app.crypto.boxes import Box, seal_of
from eum_app.crypto.passphrases import WRAPPING, KdfParams, unwrap_secret, wrap_secret
from eum_app.crypto.recovery_codes import box_of
from eum_app.crypto.sealing import KemKey, KemPublic
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import Suite
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.unreadable import UNREADABLE

KEY_BYTES: Final = 32
"""Size of a data key and of an account key."""


class CodeSlot(msgspec.Struct, frozen=True):
    """The account key wrapped under one recovery code. `number` counts from 1 within the set."""

    set_id: str
    number: int
    wrapped: bytes


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """Keyslot of one account. `sealed_next` is set only while the data key is being rotated.

    `wrapping` is the version of `wrapped` (`crypto.passphrases`); slots of format 2 have none, which means 1.
    """

    account: str
    kdf: KdfParams
    wrapped: bytes
    keys: bytes
    public: bytes
    sealed: bytes
    sealed_next: bytes = b""
    codes: tuple[CodeSlot, ...] = ()
    wrapping: int | msgspec.UnsetType = msgspec.UNSET  # unset is not written, so that older files keep their MAC

    @property
    def is_committed(self) -> bool:
        """Whether the slot commits to its passphrase, so that it cannot open under two."""
        return self.wrapping == WRAPPING


class Escrow(msgspec.Struct, frozen=True, kw_only=True):
    """The data key sealed to the recovery key of `hq`."""

    hq: str
    public: bytes
    sealed: bytes
    sealed_next: bytes = b""


class StoreFile(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the keyslot file. `kind` is hq or field; `erase_after` is a number of failures, 0 for never."""

    format: int = FORMAT
    store_id: str
    name: str
    kind: str
    suite: str
    slots: tuple[Slot, ...]
    escrow: Escrow | None = None
    erase_after: int = 0
    mac: bytes = b""
    checksum: str = ""

    def slot(self, account: str) -> Slot | None:
        """Return the slot of an account, or None."""
        return next((slot for slot in self.slots if slot.account == account), None)

    def with_slot(self, slot: Slot) -> StoreFile:
        """Return a copy of the file in which this slot replaces the account's old one, or is added. It is the last."""
        others = tuple(other for other in self.slots if other.account != slot.account)
        return msgspec.structs.replace(self, slots=(*others, slot))

    def without(self, account: str) -> StoreFile:
        """Return a copy of the file without an account's slot, if there is one."""
        slots = tuple(slot for slot in self.slots if slot.account != account)
        return msgspec.structs.replace(self, slots=slots)


@dataclass(frozen=True)
class Unlocked:
    """Keys of an unlocked store, kept in memory only and hidden from repr.

    `next_key` is set if a rotation of the data key was not finished: the database is under one of the two keys.
    """

    data_key: bytes = field(repr=False)
    account_key: bytes = field(repr=False)
    signing_key: SigningKey = field(repr=False)
    next_key: bytes | None = field(repr=False, default=None)


class _AccountKeys(msgspec.Struct, frozen=True):
    signing: bytes
    kem: bytes


def read_store_file(directory: Path) -> StoreFile:
    """Read the keyslot file and verify its checksum; `check_mac` must still prove that a holder of the data key wrote
    it.

    Raises Refusal `store.absent`, `store.newer`, `store.older`, `keyslots.damaged` or `folder.link`; Trouble of the
    disk.
    """
    require_no_links(directory, deep=False)
    store_file = read_as(directory, StoreFile)
    if store_file.checksum != _checksum(store_file):
        raise Refusal("keyslots.damaged", path=str(directory / FILE_NAME))
    return store_file


def is_as_written(directory: Path) -> bool:
    """Whether every byte of the keyslot file is as this app wrote it, also where reading ignores a difference.

    Reading ignores names that a later version may add, and unused bits of base64. A field that an older version did not
    write may be absent. Raises as `read_store_file`.
    """
    made = msgspec.json.decode(msgspec.json.encode(read_store_file(directory)))
    with disk_trouble(directory / FILE_NAME):
        data = (directory / FILE_NAME).read_bytes()
    try:
        return msgspec.json.format(data, indent=1) == data and _agrees(msgspec.json.decode(data), made)
    except UNREADABLE:  # inside a name that reading skips
        return False


def _agrees(found: Any, made: Any) -> bool:
    if isinstance(found, dict):
        return isinstance(made, dict) and all(name in made and _agrees(found[name], made[name]) for name in found)
    if isinstance(found, list):
        return isinstance(made, list) and len(found) == len(made) and all(map(_agrees, found, made))
    return bool(type(found) is type(made) and found == made)


def write_store_file(directory: Path, store_file: StoreFile, data_key: bytes) -> StoreFile:
    """Write the file completely, protected under the data key, and return it with its new MAC and checksum.

    Raises Trouble of the disk; the old file then stays.
    """
    store_file = msgspec.structs.replace(store_file, format=FORMAT)
    bare = msgspec.structs.replace(store_file, mac=seal_of(data_key, _guarded(store_file)))
    whole = msgspec.structs.replace(bare, checksum=_checksum(bare))
    with written_whole(directory / FILE_NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(whole), indent=1))
    return whole


def check_mac(store_file: StoreFile, data_key: bytes) -> None:
    """Raise Trouble `keyslots.altered` unless the file's MAC was made with this data key."""
    # Constant time, so that the comparison does not reveal how much of a forged MAC is right.
    if not hmac.compare_digest(store_file.mac, seal_of(data_key, _guarded(store_file))):
        raise Trouble("keyslots.altered", path=FILE_NAME)


def new_data_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_BYTES)


# An account's slot


def new_slot(
    store_id: str, suite: Suite, account: str, passphrase: str, data_key: bytes, kdf: KdfParams
) -> tuple[Slot, Unlocked]:
    """Return a slot with new keys for a new account, and the keys. Raises as `derive_key` does."""
    account_key, signing, kem = os.urandom(KEY_BYTES), SigningKey.generate(suite), KemKey.generate(suite)
    place = _place(store_id, account)
    slot = Slot(
        account=account,
        kdf=kdf,
        wrapped=wrap_secret(kdf, passphrase, account_key, place.encode()),
        keys=Box(account_key).seal(
            place, msgspec.msgpack.encode(_AccountKeys(signing.private_bytes(), kem.private_bytes()))
        ),
        public=kem.public.public_bytes(),
        sealed=kem.public.seal(data_key, _data_key_info(place)),
        wrapping=WRAPPING,
    )
    return slot, Unlocked(data_key, account_key, signing)


def with_passphrase(store_id: str, slot: Slot, account_key: bytes, passphrase: str, kdf: KdfParams) -> Slot:
    """Return the slot wrapped under another passphrase; the old one does not open it. Keys and codes stay.

    Raises as `derive_key` does.
    """
    wrapped = wrap_secret(kdf, passphrase, account_key, _place(store_id, slot.account).encode())
    return msgspec.structs.replace(slot, kdf=kdf, wrapped=wrapped, wrapping=WRAPPING)


def with_codes(store_id: str, slot: Slot, account_key: bytes, set_id: str, codes: Sequence[bytes]) -> Slot:
    """Return the slot with a new set of recovery codes, which replaces the old set."""
    place = _place(store_id, slot.account)
    made = [
        CodeSlot(set_id, number, box_of(code).seal(f"{place}|{set_id}|{number}", account_key))
        for number, code in enumerate(codes, 1)
    ]
    return msgspec.structs.replace(slot, codes=tuple(made))


def open_slot(store_file: StoreFile, account: str, passphrase: str) -> Unlocked:
    """Return the keys of an account, opened by its passphrase.

    Raises Refusal `passphrase.wrong`; an unknown account gets the same error after the same time: a locked device must
    not reveal its accounts. Also raises as `derive_key` does; Refusal `suite.unknown`, `key.invalid`; Trouble
    `keyslots.altered`.
    """
    slot = store_file.slot(account)
    if slot is None:
        if store_file.slots:
            # Derive a key for nothing, so that unknown accounts take as long as known ones.
            wrap_secret(store_file.slots[0].kdf, passphrase, b"")
        raise Refusal("passphrase.wrong")
    place = _place(store_file.store_id, account).encode()
    wrapping = 1 if slot.wrapping is msgspec.UNSET else slot.wrapping
    return _opened(store_file, slot, unwrap_secret(slot.kdf, passphrase, slot.wrapped, place, wrapping=wrapping))


def open_again(store_file: StoreFile, account: str, account_key: bytes) -> Unlocked:
    """Return the keys of an account by its account key, from a file that was rewritten since.

    Raises Refusal `passphrase.wrong` if the file has no such account, `suite.unknown`; Trouble `keyslots.altered`, also
    for another account key.
    """
    slot = store_file.slot(account)
    if slot is None:
        raise Refusal("passphrase.wrong")
    return _opened(store_file, slot, account_key)


def open_by_code(store_file: StoreFile, account: str, code: bytes) -> tuple[Unlocked, CodeSlot]:
    """Return the keys of an account by one of its unused recovery codes, and the code's slot.

    The caller removes the slot, so that the code works once. Raises Refusal `recovery.wrong`, which includes an unknown
    account, and `suite.unknown`; Trouble `keyslots.altered`.
    """
    slot = store_file.slot(account)
    box = box_of(code)
    for held in slot.codes if slot else ():
        try:
            account_key = box.open(f"{_place(store_file.store_id, account)}|{held.set_id}|{held.number}", held.wrapped)
        except Trouble:
            continue  # this slot belongs to another code of the set
        assert slot is not None
        return _opened(store_file, slot, account_key), held
    raise Refusal("recovery.wrong")


def account_kem(store_file: StoreFile, account: str, account_key: bytes) -> KemKey:
    """Return the private HPKE key of an account, by its account key.

    Raises Refusal `passphrase.wrong` if the file has no such account; Trouble `keyslots.altered`.
    """
    slot = store_file.slot(account)
    if slot is None:
        raise Refusal("passphrase.wrong")
    try:
        return _keys(store_file, slot, account_key)[1]
    except (Refusal, Trouble, *UNREADABLE) as error:
        raise Trouble("keyslots.altered", path=FILE_NAME) from error


def _keys(store_file: StoreFile, slot: Slot, account_key: bytes) -> tuple[_AccountKeys, KemKey]:
    keys = msgspec.msgpack.decode(
        Box(account_key).open(_place(store_file.store_id, slot.account), slot.keys), type=_AccountKeys
    )
    return keys, KemKey.from_bytes(Suite.parse(store_file.suite), keys.kem)


def _opened(store_file: StoreFile, slot: Slot, account_key: bytes) -> Unlocked:
    suite, place = Suite.parse(store_file.suite), _place(store_file.store_id, slot.account)
    try:
        keys, kem = _keys(store_file, slot, account_key)
        data_key = kem.open(slot.sealed, _data_key_info(place))
        next_key = kem.open(slot.sealed_next, _data_key_info(place)) if slot.sealed_next else None
    except (Refusal, Trouble, *UNREADABLE) as error:
        raise Trouble("keyslots.altered", path=FILE_NAME) from error
    check_mac(store_file, data_key)
    return Unlocked(data_key, account_key, SigningKey.from_bytes(suite, keys.signing), next_key)


# Escrow


def new_escrow(store_file: StoreFile, hq: str, public: KemPublic, data_key: bytes) -> Escrow:
    """Return the data key sealed to HQ's recovery key."""
    sealed = public.seal(data_key, _escrow_info(store_file.store_id, hq))
    return Escrow(hq=hq, public=public.public_bytes(), sealed=sealed)


def open_escrow(store_file: StoreFile, recovery: KemKey) -> tuple[bytes, bytes | None]:
    """Return the data key, and the next one (None unless a rotation was not finished), opened by HQ's recovery key.

    Raises Refusal `escrow.absent`, `escrow.other_key`; Trouble `keyslots.altered`.
    """
    escrow = store_file.escrow
    if escrow is None:
        raise Refusal("escrow.absent", store=store_file.name)
    info = _escrow_info(store_file.store_id, escrow.hq)
    try:
        data_key = recovery.open(escrow.sealed, info)
        next_key = recovery.open(escrow.sealed_next, info) if escrow.sealed_next else None
    except Refusal as error:
        raise Refusal("escrow.other_key", store=store_file.name, hq=escrow.hq) from error
    check_mac(store_file, data_key)
    return data_key, next_key


# A new data key, sealed to everybody


def with_next_key(store_file: StoreFile, next_key: bytes) -> StoreFile:
    """Return the file with a next data key beside the current one, in every slot and the escrow.

    Raises Refusal `suite.unknown`, `key.invalid` (a public key in the file cannot be read).
    """
    suite = Suite.parse(store_file.suite)
    slots = tuple(
        msgspec.structs.replace(
            slot,
            sealed_next=KemPublic.from_bytes(suite, slot.public).seal(
                next_key, _data_key_info(_place(store_file.store_id, slot.account))
            ),
        )
        for slot in store_file.slots
    )
    escrow = store_file.escrow
    if escrow is not None:
        sealed = KemPublic.from_bytes(suite, escrow.public).seal(next_key, _escrow_info(store_file.store_id, escrow.hq))
        escrow = msgspec.structs.replace(escrow, sealed_next=sealed)
    return msgspec.structs.replace(store_file, slots=slots, escrow=escrow)


def without_next_key(store_file: StoreFile, *, take_it: bool) -> StoreFile:
    """Return the file with one data key: the next one if `take_it`, else the current one.

    With `take_it` the file must have a next key: without one, no slot would open.
    """

    def settled(held: Slot | Escrow) -> dict[str, bytes]:
        return {"sealed": held.sealed_next if take_it else held.sealed, "sealed_next": b""}

    slots = tuple(msgspec.structs.replace(slot, **settled(slot)) for slot in store_file.slots)
    escrow = store_file.escrow and msgspec.structs.replace(store_file.escrow, **settled(store_file.escrow))
    return msgspec.structs.replace(store_file, slots=slots, escrow=escrow)


def _place(store_id: str, account: str) -> str:
    return f"{store_id}\0{account}"


def _data_key_info(place: str) -> bytes:
    return f"eum/data-key/1\0{place}".encode()


def _escrow_info(store_id: str, hq: str) -> bytes:
    return f"eum/escrow/1\0{store_id}\0{hq}".encode()


def _guarded(store_file: StoreFile) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(store_file, mac=b"", checksum=""), order="sorted")


def _checksum(store_file: StoreFile) -> str:
    bare = msgspec.structs.replace(store_file, checksum="")
    return hashlib.sha384(msgspec.json.encode(bare, order="sorted")).hexdigest()
