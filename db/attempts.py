"""Count failed attempts to unlock, beside the store: three since the last success lock an account.

The counts are in a separate SQLite file (`attempts.db`), because they must be kept while the store is locked. A
transaction begins before the passphrase is tried, and is flushed (synchronous EXTRA) before the answer is returned. So
attempts at one store run one after the other, and none is lost. No time is stored, so restarts and clocks change
nothing. A person who can change files can restore an older file, as with the store itself (docs/threat-model.md).

Codes of unknown accounts are counted in one of 1,024 places, chosen by hash. They behave like any account, but the
typed text (perhaps a passphrase in the wrong field) cannot be read from the file, and the file never grows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from db.files import disk_trouble, is_file
from eum_app.domain.errors import Refusal, Trouble

FILE_NAME: Final = "attempts.db"
TRIES: Final = 3
"""Failures that lock an account."""
_PLACES: Final = 1024  # bounds the file, no matter how many unknown codes are tried
_TIMEOUT_S: Final = 60  # another process may be in a key derivation, and others may wait before this one
_ALL: Final = "*"
"""Place for all failures since the last success of any account."""

Value = TypeVar("Value")


def place_of(store_id: str, account: str, *, is_known: bool) -> str:
    """Return the name under which the failures of an account code are counted."""
    if is_known:
        return account
    digest = hashlib.sha384(f"{store_id}\0{account}".encode(errors="surrogatepass")).digest()
    return f"?{int.from_bytes(digest[:8], 'big') % _PLACES}"


def counted(folder: Path, place: str, attempt: Callable[[], Value], on_failure: Callable[[int], object]) -> Value:
    """Run one attempt to unlock, unless the account is locked; other attempts wait. Returns the value of `attempt`.

    `attempt` raises Refusal `passphrase.wrong` if it fails. The failure is flushed to the disk, `on_failure` is called
    with the failures at this store since the last success of any account, and the refusal is raised with `left`, the
    remaining tries. A success resets the counts of the account and of the store. Other errors of `attempt` are raised
    and not counted.

    Raises Refusal `account.locked` for the third failure, and for later attempts: these are not run, and count for
    `on_failure`. What `on_failure` raises comes instead. Raises Trouble `attempts.damaged`, `store.busy` (after 60 s)
    and those of the disk if failures cannot be counted, without trying.
    """
    with _begun(folder) as connection:
        failed = _failures(connection, place)
        if failed < TRIES:
            try:
                value = attempt()
            except Refusal as refusal:
                if refusal.code != "passphrase.wrong":
                    raise
            else:
                connection.execute("DELETE FROM failures WHERE place IN (?, ?)", (place, _ALL))
                return value
            failed += 1
            _add(connection, place)
        _add(connection, _ALL)
        total = _failures(connection, _ALL)
    on_failure(total)
    if failed >= TRIES:
        raise Refusal("account.locked")
    raise Refusal("passphrase.wrong", left=TRIES - failed)


def failures(folder: Path) -> dict[str, int]:
    """Return account code → failures since its last success, for known accounts with failures.

    Without a file of counts there are none. Raises Trouble `attempts.damaged`, `store.busy` and those of the disk.
    """
    if not is_file(folder / FILE_NAME):
        return {}
    with _begun(folder) as connection:
        rows = _rows(connection)
    return {place: count for place, count in rows.items() if place != _ALL and not place.startswith("?")}


def forget(folder: Path, place: str) -> None:
    """Reset the failures of an account, and those of the store. The caller has opened the store.

    A damaged file is removed, with the counts of all accounts. Raises Trouble `store.busy` and those of the disk.
    """
    try:
        with _begun(folder) as connection:
            _rows(connection)
            connection.execute("DELETE FROM failures WHERE place IN (?, ?)", (place, _ALL))
    except Trouble as trouble:
        if trouble.code != "attempts.damaged":
            raise
        with disk_trouble(folder):
            (folder / FILE_NAME).unlink(missing_ok=True)


def _failures(connection: sqlite3.Connection, place: str) -> int:
    return _rows(connection).get(place, 0)


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Return place → failures. Raises sqlite3.DatabaseError if a value has the wrong type."""
    rows = connection.execute("SELECT place, count FROM failures").fetchall()
    if not all(isinstance(place, str) and isinstance(count, int) and count > 0 for place, count in rows):
        raise sqlite3.DatabaseError("no count of failures")
    return dict(rows)


def _add(connection: sqlite3.Connection, place: str) -> None:
    connection.execute(
        "INSERT INTO failures VALUES (?, 1) ON CONFLICT (place) DO UPDATE SET count = count + 1", (place,)
    )


@contextlib.contextmanager
def _begun(folder: Path) -> Iterator[sqlite3.Connection]:
    path = folder / FILE_NAME
    with _trouble(path), contextlib.closing(sqlite3.connect(path, timeout=_TIMEOUT_S, isolation_level=None)) as opened:
        # EXTRA also flushes the folder after the rollback journal is deleted: a power cut must not return a try.
        opened.execute("PRAGMA synchronous = EXTRA")
        # Take the write lock before the count is read, so that two processes cannot both use the last try.
        opened.execute("BEGIN IMMEDIATE")
        opened.execute(
            "CREATE TABLE IF NOT EXISTS failures"
            " (place TEXT PRIMARY KEY, count INTEGER NOT NULL CHECK (count > 0)) WITHOUT ROWID"
        )
        yield opened
        opened.execute("COMMIT")


@contextlib.contextmanager
def _trouble(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:  # a damaged name inside SQLite's message
        raise Trouble("attempts.damaged", path=str(path)) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise Trouble("disk.full", path=str(path)) from error
        # The header of a damaged file may mark it as read-only, so ask the file system.
        is_protected = not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK))
        if is_protected and code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
            raise Trouble("disk.read_only", path=str(path)) from error
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Trouble("store.busy") from error
        if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}:
            raise Trouble("disk.failed", path=str(path), reason=error.sqlite_errorname) from error
        raise Trouble("attempts.damaged", path=str(path)) from error
