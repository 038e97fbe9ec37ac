"""Creation and opening of stores."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from db.address import readdress
from db.attempts import failures
from db.chains import verify_all_chains
from db.content import check_content
from db.files import disk_trouble, make_folder, require_no_links
from db.keyslots import StoreFile, new_data_key, new_slot, write_store_file
from db.secrets import AUTHORITY, IDENTITY, RECOVERY
from db.store import Store, StoreName
from db.vault import Vault
from eum_app.crypto.certificates import issue_hq, make_authority
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.sealing import KemKey
from eum_app.crypto.suites import DEFAULT_SUITE, Suite
from eum_app.diagnostics import Event, timed
from eum_app.domain import people
from eum_app.domain.clock import Now, system_now, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import StoreCreated
from eum_app.domain.file_names import require_text_name
from eum_app.domain.journal import Head
from eum_app.domain.people import ALL
from eum_app.domain.stores import StoreKind
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.people.accounts import account_added, commit_slot, require_account_name, require_passphrase
from eum_app.usecases.people.vault import holds_keys, keep_in
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.store.unlocking import new_ticket, opened, started, unlocked_by_passphrase

_CREATING: Final = ".creating"
"""Name of the file that reserves a folder for one of several processes that create a store there."""


@timed(Event.STORE_CREATED)
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
    """Create a store with its first account, which has no recovery codes, and open it.

    An HQ store also gets an authority and HQ's certificate. Its database may be an empty one on a PostgreSQL server
    (`database_url`). An empty folder may exist. A failure leaves nothing behind but parent folders that were made.

    Raises Refusal `store.exists` (also a folder that is not empty, or a database that holds a store),
    `store.not_folder`, `file.name_not_text`, `store.kind`, `store.name`, `account.name`, `role.unknown`,
    `passphrase.…`, `database.url`, `database.tls`, `database.only_hq`; Trouble for disk errors, `memory.full`,
    `store.connection_lost`.
    """
    if member_of(StoreKind, kind) is None:
        raise Refusal("store.kind", kind=kind, known=", ".join(StoreKind))
    if not people.is_store_name(name):
        raise Refusal("store.name", name=name[:40])
    require_account_name(account)
    people.require_role(role)
    require_passphrase(passphrase)
    if database_url is not None and kind != StoreKind.HQ:
        raise Refusal("database.only_hq")
    for path in (folder, Path(os.path.realpath(folder))):  # the mark outside the folder names the second
        require_text_name(path)
    with disk_trouble(folder):
        was_there = folder.exists()
        if was_there and not folder.is_dir():
            raise Refusal("store.not_folder", path=str(folder))
        if was_there and any(folder.iterdir()):
            raise Refusal("store.exists", path=str(folder))
    with _reserved(folder):
        try:
            return _create(
                folder,
                kind,
                name,
                account,
                role,
                passphrase,
                suite,
                kdf or KdfParams.calibrated(suite),
                now,
                database_url,
            )
        except BaseException:
            _empty(folder, is_kept=was_there)
            raise


@contextlib.contextmanager
def _reserved(folder: Path) -> Iterator[None]:
    """Keep the folder for this process. A second one that creates a store there must not clear away the first one's.

    Raises Refusal `store.exists`, and Trouble as `disk_trouble` does.
    """
    mark = folder / _CREATING
    with disk_trouble(folder):
        make_folder(folder)
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError as error:
            raise Refusal("store.exists", path=str(folder)) from error
    try:
        # The other process may have finished since the folder was found empty.
        if any(path.name != _CREATING for path in folder.iterdir()):
            raise Refusal("store.exists", path=str(folder))
        yield
    finally:
        with contextlib.suppress(OSError):
            mark.unlink(missing_ok=True)


def _empty(folder: Path, *, is_kept: bool) -> None:
    """Remove what a failed creation left in the folder, and the folder unless it was there before; it may be a link."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if not is_kept:
            folder.rmdir()


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
    data_key = new_data_key()
    store = Store.create(folder, data_key, StoreName(new_id(), name, kind, 1), now, database_url)
    try:
        return _furnished(store, account, role, passphrase, suite, kdf, data_key)
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
) -> Session:
    """Fill a new store with its first account, its keyslot and, at HQ, its authority."""
    folder, now = store.folder, store.now
    store_id, name, kind = store.named.store_id, store.named.name, store.named.kind
    slot, unlocked = new_slot(store_id, suite, account, passphrase, data_key, kdf)
    session = Session(store, new_ticket(folder, account, role, ALL, suite, unlocked), now)
    role_held = people.require_role(role)
    with store.writing(session.author) as transaction:  # whatever the first account's role may state afterwards
        observed_at = session.observed_now()
        transaction.record(
            StoreCreated(observed_at=observed_at, store_id=store_id, name=name, store_kind=kind, suite=suite.value)
        )
        transaction.record(account_added(observed_at, account, role, ALL, unlocked.signing_key))
        if kind == StoreKind.HQ:
            authority = make_authority(f"{name} authority", at=now(), suite=suite)
            identity = issue_hq(authority, hq_id=name, name=name, at=now())
            private = {
                AUTHORITY: authority.to_bytes(),
                IDENTITY: identity.to_bytes(),
                RECOVERY: KemKey.generate(suite).private_bytes(),
            }
            if holds_keys(role_held):
                keep_in(session, transaction, Vault({account: slot.public}, private))
            else:  # the vault is made once an account opens the store that may hold its keys
                for purpose, value in private.items():
                    transaction.keep_secret(purpose, value)
    write_store_file(
        folder, StoreFile(store_id=store_id, name=name, kind=kind, suite=suite.value, slots=(slot,)), data_key
    )
    session.start(utc_text(now()))
    return session


@timed(Event.STORE_OPENED)
def open_store(
    folder: Path, account: str, passphrase: str, *, notice_accepted_at: str | None = None, now: Now = system_now
) -> Session:
    """Unlock a store with an account's passphrase.

    Three failures since the last success lock the account. An administrator (`accounts.unlock_account`) or a recovery
    code (`recovery.open_with_recovery_code`) ends the lock.

    A store of an earlier version is upgraded. A change of its key that a crash interrupted is finished. Raises as
    `unlocked_by_passphrase` and `Store.open`; Refusal `notice.not_accepted` (the keys were right, and the attempt
    counts as a success), `account.unknown` (a keyslot that the journal does not list), `file.name_not_text`; Trouble
    `store.damaged` if the key is right but the database is damaged.
    """
    for path in (folder, Path(os.path.realpath(folder))):  # the mark outside the folder names the second
        require_text_name(path)
    require_no_links(folder)
    # Read before unlocking, which resets the count: the start of the session records the failures.
    failed = failures(folder)
    store_file, unlocked = unlocked_by_passphrase(folder, account, passphrase)
    session = opened(folder, store_file, account, unlocked, now, notice_accepted_at)
    session = started(session, notice_accepted_at, failed)
    commit_slot(session, passphrase)
    return session


def change_database_url(folder: Path, account: str, passphrase: str, url: str) -> None:
    """Save the new address of an HQ store's database (a new password, a new server), without opening the old one.

    Raises as `unlocked_by_passphrase`, which counts failed attempts; Refusal `store.absent` (also if the database is in
    the folder), `database.url`, `database.tls`, `database.standby`; Trouble `store.other_database`,
    `store.key_changed`, `store.connection_lost`. On failure the old address stays.
    """
    readdress(folder, unlocked_by_passphrase(folder, account, passphrase)[1].data_key, url)


@timed(Event.STORE_CHECKED)
def check_store(session: Session) -> tuple[list[Head], list[str]]:
    """Verify every chain from its beginning and the hash of every sealed object; return the heads, and the ids of
    objects whose bytes are altered or missing, sorted.

    Raises Refusal `chain.…` for the first fault in a journal; Trouble of the disk. `check_store.examine_store` lists
    every fault.
    """
    with session.reading(whole=True) as connection:
        return verify_all_chains(connection), check_content(connection, session.store.content)


def rebuild_store(session: Session) -> int:
    """Rebuild the read tables; return the number of facts read. Raises as `Store.rebuild`, `store.busy` while others
    write. After an error the tables are as before.
    """
    return session.store.rebuild()
