"""Steps from a passphrase to an open store: count the attempt, derive the keys, open the database with them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from db import rekey
from db.attempts import counted, place_of
from db.erase import destroy_keyslots
from db.keyslots import StoreFile, Unlocked, open_again, open_slot, read_store_file
from db.queries.people import account_of
from db.store import Store
from eum_app.crypto.suites import Suite
from eum_app.diagnostics import Event, note
from eum_app.domain.clock import Now
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.people import Scope
from eum_app.usecases.people.notice import require_accepted
from eum_app.usecases.people.vault import keep_up
from eum_app.usecases.session import Session, Ticket, new_id


def unlocked_by_passphrase(folder: Path, account: str, passphrase: str) -> tuple[StoreFile, Unlocked]:
    """Unlock the keys with a passphrase; a failure is counted before it is reported.

    Raises Refusal `store.absent`, `store.newer`, `store.older`, `keyslots.damaged`, `passphrase.wrong` (with `left`,
    the number of remaining attempts; the same for an unknown account), `account.locked`, `store.erased` (by the
    policy, which has just destroyed the keyslots), `passphrase.…` for an empty or too long text (not counted),
    `suite.unknown`, `key.invalid`; Trouble `keyslots.altered`, `attempts.damaged`, `memory.full`, and those of disk
    errors.
    """
    store_file = read_store_file(folder)
    place = attempts_place(store_file, account)

    def erase_where_so_ordered(failures: int) -> None:
        if 0 < store_file.erase_after <= failures:
            destroy_keyslots(folder)
            raise Refusal("store.erased", failures=failures)

    unlocked = counted(folder, place, lambda: open_slot(store_file, account, passphrase), erase_where_so_ordered)
    return store_file, unlocked


def attempts_place(store_file: StoreFile, account: str) -> str:
    """Return the key under which failed attempts of an account are counted; unknown accounts share 1,024 of them."""
    return place_of(store_file.store_id, account, is_known=store_file.slot(account) is not None)


def opened(
    folder: Path,
    store_file: StoreFile,
    account: str,
    unlocked: Unlocked,
    now: Now,
    notice_accepted_at: str | None,
) -> Session:
    """Create the session of an account whose keys are unlocked, without recording its start.

    A change of the data key that a crash interrupted is finished first. On failure the store is closed.
    Raises Refusal `account.unknown` if the journal does not list the account, `notice.not_accepted`; as `Store.open`,
    `rekey.settle`, and `open_again` if another process changed the key meanwhile.
    """
    unlocked, store = _opened_store(folder, store_file, account, unlocked, now)
    try:
        notice_id = require_accepted(store, notice_accepted_at)
        with store.reading() as connection:
            row = account_of(connection, store.named.name, account)
        suite = Suite.parse(store_file.suite)
        session = Session(store, new_ticket(folder, account, row.role, row.scope, suite, unlocked), now)
        session.notice_id = notice_id
        return session
    except BaseException:
        store.close()
        raise


def _opened_store(
    folder: Path, store_file: StoreFile, account: str, unlocked: Unlocked, now: Now
) -> tuple[Unlocked, Store]:
    """Open the store, and return it with the current keys.

    A change of the data key that a crash interrupted is finished first. A change that another process made while the
    passphrase was checked is followed.
    """
    if unlocked.next_key:
        settled = rekey.settle(folder, unlocked.data_key, unlocked.next_key)
        unlocked = replace(unlocked, data_key=settled, next_key=None)
    try:
        return unlocked, Store.open(folder, unlocked.data_key, now)
    except Trouble as trouble:
        # SQLCipher reports a wrong key as a damaged file. If the keyslots changed meanwhile, the key did too.
        fresh = read_store_file(folder)
        if trouble.code != "store.damaged" or fresh == store_file or fresh.slot(account) is None:
            raise
        unlocked = open_again(fresh, account, unlocked.account_key)
        return unlocked, Store.open(folder, unlocked.data_key, now)


def started(session: Session, notice_accepted_at: str | None, failed_unlocks: dict[str, int] | None = None) -> Session:
    """Record the start of a session and return it. Raises as `Session.start`; the store is then closed.

    An account that may hold HQ's keys also maintains the vault. A failure of that is noted and tried again at the next
    start: it must not keep people out.
    """
    try:
        session.start(notice_accepted_at, failed_unlocks)
        try:
            keep_up(session)
        except KnownError as error:
            note(Event.VAULT, code=error.code)
    except BaseException:
        session.store.close()
        raise
    return session


def new_ticket(folder: Path, account: str, role: str, scope: Scope, suite: Suite, unlocked: Unlocked) -> Ticket:
    """Build the ticket of an account from its unlocked keys."""
    return Ticket(
        folder=folder,
        account=account,
        role=role,
        suite=suite.value,
        session_id=new_id(),
        started_ns=time.monotonic_ns(),
        data_key=unlocked.data_key,
        signing_key=unlocked.signing_key.private_bytes(),
        account_key=unlocked.account_key,
        scope=scope,
    )
