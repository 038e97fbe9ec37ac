"""Making and opening stores, and adding accounts to them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Final

import msgspec

from db.chains import verify_all_chains
from db.content import check_content
from db.keyslots import Slot, StoreFile, make_slot, new_data_key, open_slot, read_store_file, write_store_file
from db.queries.people import all_accounts, role_of
from db.store import Store, StoreName, readdress
from eum_app.crypto.certificates import issue_hq, make_authority
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.signing import SigningKey
from eum_app.crypto.suites import DEFAULT_SUITE, Suite
from eum_app.domain import people
from eum_app.domain.clock import Now, system_now, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AccountAdded, StoreCreated
from eum_app.domain.journal import Head
from eum_app.usecases.session import Session, Ticket, new_id
from eum_app.usecases.trust import AUTHORITY, IDENTITY

KINDS: Final = ("hq", "field")
MIN_PASSPHRASE: Final = 8


def create_store(
    folder: Path,
    *,
    kind: str,
    name: str,
    account: str,
    role: str,
    passphrase: str,
    suite: Suite = DEFAULT_SUITE,
    kdf: KdfParams | None = None,
    now: Now = system_now,
    database_url: str | None = None,
) -> Session:
    """Make a store with its first account, and open it. An HQ store also gets an authority and HQ's certificate, and
    its database may be an empty one on a PostgreSQL server (`database_url`).

    Raises Refusal `store.exists`, `store.kind`, `store.name`, `role.unknown`, `passphrase.too_short`, `database.url`,
    `database.tls`, `database.only_hq`; Trouble of the disk, `store.connection_lost`. Nothing stays behind when it
    fails.
    """
    if kind not in KINDS:
        raise Refusal("store.kind", kind=kind, known=", ".join(KINDS))
    _require_name(name, "store.name")
    _require_name(account, "account.name")
    people.require_role(role)
    require_passphrase(passphrase)
    if database_url is not None and kind != "hq":
        raise Refusal("database.only_hq")
    if folder.exists() and any(folder.iterdir()):
        raise Refusal("store.exists", path=str(folder))
    was_there = folder.exists()
    try:
        return _create(
            folder, kind, name, account, role, passphrase, suite, kdf or KdfParams.default(suite), now, database_url
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if was_there:
            folder.mkdir()
        raise


def _create(
    folder: Path,
    kind: str,
    name: str,
    account: str,
    role: str,
    passphrase: str,
    suite: Suite,
    kdf: KdfParams,
    now: Now,
    database_url: str | None,
) -> Session:
    store_id, data_key, signing_key = new_id(), new_data_key(), SigningKey.generate(suite)
    store = Store.create(folder, data_key, StoreName(store_id, name, kind, 1), now, database_url)
    try:
        return _furnished(store, account, role, passphrase, suite, kdf, data_key, signing_key)
    except BaseException:
        store.take_back()
        raise


def _furnished(
    store: Store,
    account: str,
    role: str,
    passphrase: str,
    suite: Suite,
    kdf: KdfParams,
    data_key: bytes,
    signing_key: SigningKey,
) -> Session:
    """A new store with its first account, its keyslot and, at HQ, its authority."""
    folder, now = store.folder, store.now
    store_id, name, kind = store.named.store_id, store.named.name, store.named.kind
    slot = make_slot(store_id, account, passphrase, data_key, signing_key, kdf)
    session = Session(store, _ticket(folder, account, role, suite, data_key, signing_key), now)
    with session.writing() as transaction:
        observed_at = session.observed_now()
        transaction.record(
            StoreCreated(observed_at=observed_at, store_id=store_id, name=name, store_kind=kind, suite=suite.value)
        )
        transaction.record(_account_added(observed_at, account, role, signing_key))
        if kind == "hq":
            authority = make_authority(f"{name} authority", at=now(), suite=suite)
            identity = issue_hq(authority, hq_id=name, name=name, at=now())
            transaction.keep_secret(AUTHORITY, authority.to_bytes())
            transaction.keep_secret(IDENTITY, identity.to_bytes())
    write_store_file(folder, StoreFile(1, store_id, name, kind, suite.value, (slot,)))
    session.start(utc_text(now()))
    return session


def open_store(
    folder: Path, account: str, passphrase: str, *, notice_accepted_at: str | None = None, now: Now = system_now
) -> Session:
    """Unlock a store with an account's passphrase.

    Raises Refusal `store.absent`, `store.newer`, `passphrase.wrong` (also for an unknown account); Trouble
    `store.damaged` where the key is right and the database is not.
    """
    store_file = read_store_file(folder)
    unlocked = open_slot(store_file, account, passphrase)
    store = Store.open(folder, unlocked.data_key, now)
    try:
        with store.reading() as connection:
            role = role_of(connection, store.named.name, account)
        suite = Suite.parse(store_file.suite)
        session = Session(store, _ticket(folder, account, role, suite, unlocked.data_key, unlocked.signing_key), now)
        session.start(notice_accepted_at)
    except BaseException:
        store.close()
        raise
    return session


def add_account(session: Session, *, account: str, role: str, passphrase: str, kdf: KdfParams | None = None) -> None:
    """Give another person an account on this store.

    The keyslots are read and written while this store's journal is held, so two at once lose none; where the journal
    cannot be written, the slot goes again. Raises Refusal `permission.denied`, `account.name`, `account.exists` (also
    for a code that differs only in case), `role.unknown`, `passphrase.too_short`; Trouble of the disk.
    """
    session.require("account.add")
    _require_name(account, "account.name")
    people.require_role(role)
    require_passphrase(passphrase)
    folder = session.store.folder
    signing_key = SigningKey.generate(session.suite)
    slot = make_slot(
        session.store.named.store_id,
        account,
        passphrase,
        session.ticket.data_key,
        signing_key,
        kdf or KdfParams.default(session.suite),
    )
    try:
        with session.writing() as transaction:
            store_file = read_store_file(folder)
            known = {row.account for row in all_accounts(transaction.connection) if row.origin == session.name}
            _require_free_account(account, known, {other.account for other in store_file.slots})
            slots = [other for other in store_file.slots if other.account != account]
            transaction.record(_account_added(session.observed_now(), account, role, signing_key))
            write_store_file(folder, msgspec.structs.replace(store_file, slots=(*slots, slot)))
    except BaseException:
        _take_slot_back(folder, slot)
        raise


def _require_free_account(account: str, known: set[str], with_slot: set[str]) -> None:
    """Two codes that differ only in case would be taken for two people, or be one. Where only the journal knows this
    very account, or only the keyslots do, something was lost in a crash, and adding it again mends that.

    Raises Refusal `account.exists`.
    """
    for other in sorted(known | with_slot):
        is_whole = other in known and other in with_slot
        if people.folded(other) == people.folded(account) and (is_whole or other != account):
            raise Refusal("account.exists", account=other)


def _take_slot_back(folder: Path, slot: Slot) -> None:
    store_file = read_store_file(folder)
    slots = tuple(other for other in store_file.slots if other != slot)
    if len(slots) < len(store_file.slots):
        write_store_file(folder, msgspec.structs.replace(store_file, slots=slots))


def change_database_url(folder: Path, account: str, passphrase: str, url: str) -> None:
    """Note where the database of an HQ store is now (a new password, a new server), without opening the old one.

    Raises Refusal `passphrase.wrong`, `store.absent`, `database.url`, `database.tls`; Trouble `store.other_database`,
    `store.connection_lost`; the old address then stays.
    """
    readdress(folder, open_slot(read_store_file(folder), account, passphrase).data_key, url)


def check_store(session: Session) -> tuple[list[Head], list[str]]:
    """Follow every chain from its beginning and hash every sealed object: (heads, ids of objects that do not hold).

    Raises Refusal `chain.…` where a journal was altered.
    """
    with session.store.reading() as connection:
        return verify_all_chains(connection), check_content(connection, session.store.content)


def rebuild_store(session: Session) -> int:
    """Throw the read tables away and make them again; the number of facts applied."""
    return session.store.rebuild()


def require_passphrase(passphrase: str) -> None:
    """Raises Refusal `passphrase.too_short`."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise Refusal("passphrase.too_short", least=MIN_PASSPHRASE)


def _require_name(name: str, code: str) -> None:
    if not (people.is_store_name(name) if code == "store.name" else people.is_code(name)):
        raise Refusal(code, name=name[:40])


def _account_added(observed_at: str, account: str, role: str, signing_key: SigningKey) -> AccountAdded:
    return AccountAdded(
        observed_at=observed_at,
        account=account,
        role=role,
        suite=signing_key.suite.value,
        public_key=signing_key.verify_key.public_bytes(),
    )


def _ticket(folder: Path, account: str, role: str, suite: Suite, data_key: bytes, signing_key: SigningKey) -> Ticket:
    return Ticket(
        folder=folder,
        account=account,
        role=role,
        suite=suite.value,
        session_id=new_id(),
        started_ns=time.monotonic_ns(),
        data_key=data_key,
        signing_key=signing_key.private_bytes(),
    )
