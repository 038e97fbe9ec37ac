"""Failed attempts to unlock, kept beside the store: three since the last success lock an account.

Counting stands in a small SQLite file of its own (`attempts.db`), because it must hold while the store is locked: a
transaction that is begun before the passphrase is tried and is on the disk (synchronous EXTRA) before the answer is
given. So attempts at one store follow each other, none is lost, and neither a restart nor a clock changes anything:
no time stands in it. Whoever can change files can put an older one back, as with the store itself
(docs/threat-model.md).

A code that is no account's is counted in one of 1,024 places by its hash: it behaves like any account, but what was
typed, a passphrase in the wrong field perhaps, cannot be read from it, and the file never grows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from db.files import disk_trouble
from eum_app.domain.errors import Refusal, Trouble

FILE_NAME: Final = "attempts.db"
TRIES: Final = 3
_PLACES: Final = 1024
_TIMEOUT_S: Final = 60
_ALL: Final = "*"
"""Under this name stand all failures since the last success of anybody."""

Value = TypeVar("Value")


def place_of(store_id: str, account: str, *, is_known: bool) -> str:
    """Where the failures of an account code are counted."""
    if is_known:
        return account
    digest = hashlib.sha384(f"{store_id}\0{account}".encode(errors="surrogatepass")).digest()
    return f"?{int.from_bytes(digest[:8], 'big') % _PLACES}"


def counted(folder: Path, place: str, attempt: Callable[[], Value], on_failure: Callable[[int], object]) -> Value:
    """Make one attempt at unlocking, unless the account is locked; nobody else's runs meanwhile.

    `attempt` raises Refusal `passphrase.wrong` where it fails; it then comes out with `left`, the tries that are left,
    after the failure is on the disk. `on_failure` gets the number of failures at this store since the last success of
    anybody. Raises Refusal `account.locked` for the third failure and from then on; Trouble `attempts.damaged`, and of
    the disk, where failures cannot be counted: then nothing is tried.
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
    """Account code → failures since its last success, for accounts that have any."""
    with _begun(folder) as connection:
        rows = _rows(connection)
    return {place: count for place, count in rows.items() if place != _ALL and not place.startswith("?")}


def forget(folder: Path, place: str) -> None:
    """The account may try again, by the word of somebody who opened the store: a file that cannot be read goes."""
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
    """Place → failures. SQLite takes a value of another type than its column's as it lies there."""
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
        opened.execute("PRAGMA synchronous = EXTRA")
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
    except UnicodeDecodeError as error:  # of a damaged name, in what SQLite says of it
        raise Trouble("attempts.damaged", path=str(path)) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise Trouble("disk.full", path=str(path)) from error
        # A damaged file may say of itself that it is only to be read.
        is_protected = not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK))
        if is_protected and code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
            raise Trouble("disk.read_only", path=str(path)) from error
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Trouble("store.busy") from error
        if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}:
            raise Trouble("disk.failed", path=str(path), reason=error.sqlite_errorname) from error
        raise Trouble("attempts.damaged", path=str(path)) from error
