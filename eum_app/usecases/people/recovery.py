"""Recovery codes: ten single-use codes that open one account, kept by people on paper and by HQ under its recovery key.

For windows and command line: `make_recovery_codes` (for one's own account; shown once), `open_with_recovery_code` (at
the unlock page: sets a new passphrase and ends the lock), `read_out_recovery_code` (at HQ, for a person on the
telephone whose identity HQ has confirmed). Codes are created on enrollment (`enrol_device.accept_enrolment`) and on
request; a new set replaces the old one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from db.attempts import forget
from db.keyslots import CodeSlot, Slot, StoreFile, open_by_code, read_store_file, with_codes, with_passphrase
from db.queries.people import code_set
from db.transaction import Transaction
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.recovery_codes import CODE_BYTES, new_code, parse, shown
from eum_app.crypto.sealing import KemPublic
from eum_app.domain.clock import Now, system_now
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    AccountUnlocked,
    PassphraseChanged,
    RecoveryCodeDisclosed,
    RecoveryCodesMade,
    RecoveryCodeUsed,
)
from eum_app.domain.people import Permission
from eum_app.domain.stores import UnlockedBy
from eum_app.domain.unreadable import UNREADABLE
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.trust import recovery_key, recovery_public
from eum_app.usecases.people.accounts import PEOPLE, changing, require_passphrase, require_slot
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.store.unlocking import opened, started

CODES: Final = 10


@dataclass(frozen=True)
class RecoveryCodes(Changed):
    """A new set, to be shown or printed once: each code as seven groups of four characters, in order of number from 1.

    `is_with_hq` says whether HQ can read the codes out after it received the facts.
    """

    account: str
    set_id: str
    codes: tuple[str, ...] = field(repr=False)
    is_with_hq: bool


@dataclass(frozen=True)
class DisclosedCode(Changed):
    """One code for one person. `left` counts those of the set that HQ can still read out."""

    device: str
    account: str
    number: int
    code: str = field(repr=False)
    left: int


def make_recovery_codes(session: Session) -> RecoveryCodes:
    """Create ten new codes for the signed-in account; the old ones stop working.

    Raises Refusal `account.unknown` (the account was removed meanwhile), `keyslots.damaged`; Trouble
    `keyslots.altered` and those of disk errors; the old codes then stay valid.
    """
    with changing(session) as (transaction, store_file, keep):
        slot, made = new_codes(session, transaction, store_file)
        keep(store_file.with_slot(slot))
    return made


def new_codes(session: Session, transaction: Transaction, store_file: StoreFile) -> tuple[Slot, RecoveryCodes]:
    """Create new codes within an open transaction and record the fact; return the account's new slot and the codes.

    The caller saves the slot: until then the old codes work. Raises Refusal `account.unknown` without a keyslot.
    """
    codes, set_id = [new_code() for _ in range(CODES)], new_id()
    account, store_id = session.account, session.store.named.store_id
    slot = with_codes(store_id, require_slot(store_file, account), session.ticket.account_key, set_id, codes)
    public = _for_hq(session, transaction, store_file)
    sealed = public.seal(msgspec.msgpack.encode(codes), _info(session.name, account, set_id)) if public else b""
    transaction.record(
        RecoveryCodesMade(
            observed_at=session.observed_now(), account=account, set_id=set_id, count=len(codes), sealed=sealed
        )
    )
    made = RecoveryCodes(PEOPLE.areas, account, set_id, tuple(map(shown, codes)), bool(sealed))
    return slot, made


def _for_hq(session: Session, transaction: Transaction, store_file: StoreFile) -> KemPublic | None:
    if session.is_hq:
        return recovery_public(session, transaction.connection)
    return KemPublic.from_bytes(session.suite, store_file.escrow.public) if store_file.escrow else None


def open_with_recovery_code(
    folder: Path,
    account: str,
    code: str,
    new_passphrase: str,
    *,
    notice_accepted_at: str | None = None,
    kdf: KdfParams | None = None,
    now: Now = system_now,
) -> Session:
    """Open a store with a recovery code: use the code up, set the new passphrase, and end the account's lock.

    The old passphrase stops working; the other codes stay. Raises Refusal `recovery.mistyped` (a typing error: try
    again), `recovery.wrong` (not a code of this account, already used, or no such account), `passphrase.…` for a new
    one that cannot be used, and as `open_store` except for the old passphrase; Trouble `memory.full`. Guesses are not
    counted: a code has 128 random bits.
    """
    require_passphrase(new_passphrase)  # before the code, which must not be used up for a passphrase that is refused
    wanted = parse(code)
    store_file = read_store_file(folder)
    unlocked, found = open_by_code(store_file, account, wanted)
    session = opened(folder, store_file, account, unlocked, now, notice_accepted_at)
    try:
        _use_up(session, found, new_passphrase, kdf)
        forget(folder, account)
    except BaseException:
        session.store.close()
        raise
    return started(session, notice_accepted_at)


def _use_up(session: Session, found: CodeSlot, new_passphrase: str, kdf: KdfParams | None) -> None:
    account = session.account
    with changing(session) as (transaction, store_file, keep):
        slot = require_slot(store_file, account)
        rest = tuple(code for code in slot.codes if code != found)
        if len(rest) == len(slot.codes):
            raise Refusal("recovery.wrong")  # another process has just used the code
        slot = msgspec.structs.replace(slot, codes=rest)
        cost = kdf or slot.kdf.fresh()
        keep(
            store_file.with_slot(
                with_passphrase(store_file.store_id, slot, session.ticket.account_key, new_passphrase, cost)
            )
        )
        observed_at = session.observed_now()
        transaction.record_all(
            [
                RecoveryCodeUsed(observed_at=observed_at, account=account, set_id=found.set_id, number=found.number),
                PassphraseChanged(observed_at=observed_at, account=account, how=UnlockedBy.RECOVERY_CODE),
                AccountUnlocked(observed_at=observed_at, account=account, how=UnlockedBy.RECOVERY_CODE),
            ]
        )


def read_out_recovery_code(session: Session, device: str, account: str) -> DisclosedCode:
    """At HQ: return the next unused code of an account of a device (or of this HQ itself).

    Codes that HQ knows to be used or read out are skipped. The disclosure is recorded before the code is shown.

    Raises Refusal `permission.denied`, `recovery.none_held` (HQ has no set of this account, or this is a device),
    `recovery.all_spent`, `recovery.unreadable` (the device sealed something else than a set of codes), `seal.invalid`
    (the set was sealed to another key); Trouble for disk errors.
    """
    session.require(Permission.RECOVERY_DISCLOSE)
    with session.writing() as transaction:
        held = code_set(transaction.connection, device, account)
        if held is None or not held.sealed or not session.is_hq:
            raise Refusal("recovery.none_held", device=device[:40], account=account[:40])
        sealed = recovery_key(session, transaction.connection).open(held.sealed, _info(device, account, held.set_id))
        codes = _codes_of(sealed, device, account)
        left = [number for number in range(1, len(codes) + 1) if number not in held.used | held.disclosed]
        if not left:
            raise Refusal("recovery.all_spent", device=device, account=account)
        transaction.record(
            RecoveryCodeDisclosed(
                observed_at=session.observed_now(),
                device=device,
                account=account,
                set_id=held.set_id,
                number=left[0],
            )
        )
    # Only after the commit: a code that was shown must be on record as shown.
    return DisclosedCode(PEOPLE.areas, device, account, left[0], shown(codes[left[0] - 1]), len(left) - 1)


def _codes_of(sealed: bytes, device: str, account: str) -> list[bytes]:
    """Return the codes of an opened set. Raises Refusal `recovery.unreadable`: a device seals what it likes."""
    try:
        codes = msgspec.msgpack.decode(sealed, type=list[bytes])
    except UNREADABLE as error:
        raise Refusal("recovery.unreadable", device=device, account=account) from error
    if len(codes) > CODES or any(len(code) != CODE_BYTES for code in codes):
        raise Refusal("recovery.unreadable", device=device, account=account)
    return codes


def _info(device: str, account: str, set_id: str) -> bytes:
    return f"eum/recovery-codes/1\0{device}\0{account}\0{set_id}".encode()
