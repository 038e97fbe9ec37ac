"""Accounts of one store: add, remove, unlock, and change passphrases.

For windows and command line: `list_accounts`, `add_account`, `change_passphrase` (for one's own account), and for other
accounts `reset_passphrase`, `unlock_account`, `remove_account` (permission `account.manage`). Recovery codes are in
`recovery`.

The keyslot file is read and written under the write lock of the journal, so concurrent changes lose nothing. If the
journal cannot be written, the previous keyslot file is restored.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from db import rekey
from db.attempts import TRIES, failures, forget
from db.drafts import drop_drafts_of_account
from db.keyslots import Slot, StoreFile, check_mac, new_slot, read_store_file, with_passphrase, write_store_file
from db.queries.known_accounts import VOUCHER_PURPOSE, voucher_message
from db.queries.people import AccountRow, all_accounts
from db.transaction import Transaction
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.signing import SigningKey
from eum_app.domain import people
from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.facts import AccountAdded, AccountRemoved, AccountUnlocked, PassphraseChanged
from eum_app.domain.mark_syntax import HEADER
from eum_app.domain.people import ALL, Permission, Role, Scope
from eum_app.domain.stores import UnlockedBy
from eum_app.domain.vocabulary import Unknown
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.vault import admit, dismiss
from eum_app.usecases.session import Session
from eum_app.usecases.store.rotate_key import change_announced_key
from eum_app.usecases.store.unlocking import attempts_place, unlocked_by_passphrase

MIN_PASSPHRASE = 8  # NIST SP 800-63B, 5.1.1.2
PEOPLE = Changed(frozenset({Area.PEOPLE, Area.JOURNAL}))


@dataclass(frozen=True)
class AccountState:
    """One account as a page shows it. `state` is active, locked or removed (also if its keyslot is missing).

    `codes_left` counts the recovery codes that still open this store; `failed` counts attempts since the last success.
    """

    account: str
    role: Role | Unknown
    scope: Scope
    state: str
    codes_left: int
    failed: int
    is_own: bool


def list_accounts(session: Session) -> list[AccountState]:
    """List the accounts of this store by code, including removed ones.

    Raises as `read_store_file`; Trouble `attempts.damaged` and those of disk errors.
    """
    store_file = read_store_file(session.store.folder)
    failed = failures(session.store.folder)
    return [
        _state(session, row, store_file.slot(row.account), failed) for row in _own(session.read(all_accounts), session)
    ]


def _state(session: Session, row: AccountRow, slot: Slot | None, failed: dict[str, int]) -> AccountState:
    tries = failed.get(row.account, 0)
    state = "removed" if row.removed_at or slot is None else "locked" if tries >= TRIES else "active"
    codes = len(slot.codes) if slot else 0
    return AccountState(row.account, row.role, row.scope, state, codes, tries, row.account == session.account)


def _own(rows: list[AccountRow], session: Session) -> list[AccountRow]:
    return [row for row in rows if row.origin == session.name]


def add_account(
    session: Session,
    *,
    account: str,
    role: str,
    passphrase: str,
    scope: Scope = ALL,
    kdf: KdfParams | None = None,
) -> None:
    """Create an account for another person, without recovery codes. `scope` limits it to programs and countries.

    Raises Refusal `permission.denied`, `account.name`, `account.exists`, `role.unknown`, `passphrase.…` (empty, too
    short, too long, not text); Trouble for disk errors, `keyslots.…` and `memory.full`. `account.exists` also
    covers codes that differ only in letter case, and removed accounts, whose entries keep their author. An account that
    a crash left half made may be added again.
    """
    session.require(Permission.ACCOUNT_MANAGE)
    require_account_name(account)
    people.require_role(role)
    require_passphrase(passphrase)
    slot, unlocked = new_slot(
        session.store.named.store_id, session.suite, account, passphrase, session.ticket.data_key, kdf or like(session)
    )
    with changing(session) as (transaction, store_file, keep):
        known = {row.account: row for row in _own(all_accounts(transaction.connection), session)}
        _require_free_account(account, known, {other.account for other in store_file.slots})
        fact = account_added(session.observed_now(), account, role, scope, unlocked.signing_key)
        transaction.record(vouched(session, fact))
        admit(session, transaction, account, Role(role), slot.public, unlocked.signing_key.verify_key)
        keep(store_file.with_slot(slot))


def _require_free_account(account: str, known: dict[str, AccountRow], with_slot: set[str]) -> None:
    """Require that no other account has this code, letter case ignored: people would confuse them.

    An account that only the journal or only the keyslots know was left behind by a crash. Adding it again repairs that.
    Raises Refusal `account.exists`.
    """
    for other in sorted(known.keys() | with_slot):
        was_removed = other in known and bool(known[other].removed_at)
        is_whole = was_removed or (other in known and other in with_slot)
        if people.folded(other) == people.folded(account) and (is_whole or other != account):
            raise Refusal("account.exists", account=other)


def change_passphrase(session: Session, old: str, new: str, *, kdf: KdfParams | None = None) -> Changed:
    """Change the passphrase of the signed-in account. Keys and recovery codes stay valid.

    A wrong `old` counts as a failed attempt to unlock. Raises Refusal as `unlocked_by_passphrase` for `old` (the
    policy may even erase the store), and `passphrase.…` for a new one that cannot be used; Trouble for disk errors,
    `memory.full`, `keyslots.…`, `attempts.damaged`.
    """
    require_passphrase(new)
    folder, account = session.store.folder, session.account
    _, unlocked = unlocked_by_passphrase(folder, account, old)
    kdf = kdf or like(session)
    with changing(session) as (transaction, store_file, keep):
        slot = require_slot(store_file, account)
        transaction.record(PassphraseChanged(observed_at=session.observed_now(), account=account, how=UnlockedBy.OWN))
        keep(store_file.with_slot(with_passphrase(store_file.store_id, slot, unlocked.account_key, new, kdf)))
    return PEOPLE


def commit_slot(session: Session, passphrase: str) -> None:
    """Wrap the own slot again if an earlier version wrote it, under the passphrase that has just opened it.

    Such a slot does not commit to its passphrase. Derives once more. A disk that takes no writes leaves the old slot,
    and the next unlocking tries again.
    """
    with contextlib.suppress(KnownError):
        slot = require_slot(read_store_file(session.store.folder), session.account)
        if slot.is_committed:
            return
        with changing(session) as (_, store_file, keep):
            slot = require_slot(store_file, session.account)
            made = with_passphrase(store_file.store_id, slot, session.ticket.account_key, passphrase, slot.kdf.fresh())
            keep(store_file.with_slot(made))


def reset_passphrase(session: Session, account: str, new: str, *, kdf: KdfParams | None = None) -> Changed:
    """Reset the forgotten passphrase of another account: create a new slot with new keys and end its lock.

    The old passphrase and recovery codes stop working, and the account has none until it makes new ones. Earlier
    signatures stay valid under the old key. Raises Refusal `permission.denied`, `account.unknown`, `account.own`,
    `passphrase.…` for one that cannot be used; Trouble for disk errors, `keyslots.…` and `memory.full`.
    """
    session.require(Permission.ACCOUNT_MANAGE)
    require_passphrase(new)
    _require_other(session, account)
    store_id = session.store.named.store_id
    slot, unlocked = new_slot(store_id, session.suite, account, new, session.ticket.data_key, kdf or like(session))
    with changing(session) as (transaction, store_file, keep):
        row = _known(transaction, session, account)
        observed_at = session.observed_now()
        fact = account_added(observed_at, account, row.role, row.scope, unlocked.signing_key)
        transaction.record(vouched(session, fact))
        transaction.record(PassphraseChanged(observed_at=observed_at, account=account, how=UnlockedBy.RESET))
        admit(session, transaction, account, row.role, slot.public, unlocked.signing_key.verify_key)
        keep(store_file.with_slot(slot))
    forget(session.store.folder, account)
    return PEOPLE


def unlock_account(session: Session, account: str) -> Changed:
    """Reset the failed attempts of an account, locked or not, so that it may try again.

    A damaged file of attempts is removed. Raises Refusal `permission.denied`, `account.unknown`, `keyslots.damaged`;
    Trouble for disk errors.
    """
    session.require(Permission.ACCOUNT_MANAGE)
    with session.writing() as transaction:
        _known(transaction, session, account)
        transaction.record(
            AccountUnlocked(observed_at=session.observed_now(), account=account, how=UnlockedBy.ADMINISTRATOR)
        )
    forget(session.store.folder, attempts_place(read_store_file(session.store.folder), account))
    return PEOPLE


def remove_account(session: Session, account: str) -> Changed:
    """Remove another account's access to this store, and change the data key. Its past entries stay, under its name.

    Its passphrase and recovery codes stop working, and its drafts are deleted. Without a new key, an older copy of the
    key file would open the store's later states. So the call takes as long as `rotate_data_key`, and this process may
    not read from the store meanwhile. If the key cannot be changed, the account is removed nevertheless. Earlier copies
    of the database stay open to it.

    Raises Refusal `permission.denied`, `account.unknown`, `account.own`, `account.last_administrator`;
    `account.key_not_changed` (the account is removed; `why` is e.g. `store.in_use`); Trouble for disk errors.
    """
    reason = f"{account} was removed"
    session.require(Permission.ACCOUNT_MANAGE)
    _require_other(session, account)
    with changing(session) as (transaction, store_file, keep):
        _known(transaction, session, account)
        rest = [
            row
            for row in _own(all_accounts(transaction.connection), session)
            if row.account != account and not row.removed_at and store_file.slot(row.account)
        ]
        if not any(people.may(row.role, Permission.ACCOUNT_MANAGE) for row in rest):
            raise Refusal("account.last_administrator", account=account)
        transaction.record(AccountRemoved(observed_at=session.observed_now(), account=account))
        drop_drafts_of_account(transaction.connection, account)
        dismiss(session, transaction, account)
        keep(store_file.without(account))
        rekey.announce(transaction.connection, session.ticket.data_key, reason)
    forget(session.store.folder, account)
    try:
        change_announced_key(session, reason)
    except KnownError as error:
        raise Refusal("account.key_not_changed", account=account, why=error.code) from error
    return PEOPLE


def _require_other(session: Session, account: str) -> None:
    if account == session.account:
        raise Refusal("account.own", account=account)


def _known(transaction: Transaction, session: Session, account: str) -> AccountRow:
    """Return the account's row. Raises Refusal `account.unknown`, which includes a removed account."""
    for row in _own(all_accounts(transaction.connection), session):
        if row.account == account and not row.removed_at:
            return row
    raise Refusal("account.unknown", account=account[:40])


# Shared by the use cases that change keys


@contextlib.contextmanager
def changing(session: Session) -> Iterator[tuple[Transaction, StoreFile, Callable[[StoreFile], None]]]:
    """Write to journal and keyslots together: yield the transaction, the current keyslot file, and a function that
    replaces it.

    The file is written just before the commit; if the commit fails, the previous file is restored. If the block never
    calls the function, the file stays. Raises as `trusted_store_file` and `Session.writing`.
    """
    folder, data_key = session.store.folder, session.ticket.data_key
    kept: list[StoreFile] = []
    written: StoreFile | None = None
    try:
        with session.writing() as transaction:
            before = trusted_store_file(folder, data_key)
            yield transaction, before, kept.append
            if kept:
                written = write_store_file(folder, kept[-1], data_key)
    except BaseException:
        if written is not None and read_store_file(folder) == written:
            write_store_file(folder, before, data_key)
        raise


def trusted_store_file(folder: Path, data_key: bytes) -> StoreFile:
    """Read the keyslot file and verify its MAC with the data key.

    Raises as `read_store_file` (Refusal `keyslots.damaged` and others), and Trouble `keyslots.altered`.
    """
    store_file = read_store_file(folder)
    check_mac(store_file, data_key)
    return store_file


def require_slot(store_file: StoreFile, account: str) -> Slot:
    """Return the account's keyslot. Raises Refusal `account.unknown`."""
    slot = store_file.slot(account)
    if slot is None:
        raise Refusal("account.unknown", account=account)
    return slot


def like(session: Session) -> KdfParams:
    """Return the passphrase hashing cost of this store's first account, with a fresh salt. Raises as `read_store_file`.

    It was calibrated on the machine that created the store.
    """
    return read_store_file(session.store.folder).slots[0].kdf.fresh()


def require_passphrase(passphrase: str) -> None:
    """Require a passphrase of the minimum length in characters that does not start as a mark does.

    Raises Refusal `passphrase.too_short`, also if empty; `passphrase.as_mark`: the unlock page takes it for a scan.
    `crypto.passphrases.derive_key` refuses what is too long or not text.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise Refusal("passphrase.too_short", least=MIN_PASSPHRASE)
    if passphrase.startswith(HEADER):
        raise Refusal("passphrase.as_mark", start=HEADER)


def require_account_name(account: str) -> None:
    """Require a valid account code. Raises Refusal `account.name`."""
    if not people.is_code(account):
        raise Refusal("account.name", name=account[:40])


def named_again(rows: Iterable[AccountRow], observed_at: str) -> list[AccountAdded]:
    """Build the facts that list these accounts again at the beginning of a new chain, without removed ones."""
    return [
        AccountAdded(
            observed_at=observed_at,
            account=row.account,
            role=row.role,
            suite=row.suite,
            public_key=row.public_key,
            programs=row.scope.programs,
            countries=row.scope.countries,
        )
        for row in rows
        if not row.removed_at
    ]


def vouched(session: Session, fact: AccountAdded) -> AccountAdded:
    """At HQ: add the signature of the signed-in administrator, who vouches for the account's key."""
    if not session.is_hq:
        return fact
    message = voucher_message(
        session.store.named.store_id,
        fact.account,
        fact.role,
        fact.suite,
        fact.public_key,
        fact.programs,
        fact.countries,
    )
    return msgspec.structs.replace(fact, voucher=session.signing_key.sign(VOUCHER_PURPOSE, message))


def account_added(observed_at: str, account: str, role: str, scope: Scope, signing_key: SigningKey) -> AccountAdded:
    """Build the fact that an account was added, with its role, scope and public key."""
    return AccountAdded(
        observed_at=observed_at,
        account=account,
        role=role,
        suite=signing_key.suite.value,
        public_key=signing_key.verify_key.public_bytes(),
        programs=scope.programs,
        countries=scope.countries,
    )
