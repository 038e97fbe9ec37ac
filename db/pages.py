"""Damage to the file of a SQLCipher database: each page has an HMAC, and a page that fails it was changed by the disk.

A person without the data key cannot write a page that passes; a person with it is detected by the journal's hashes.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection

from db.engines import driver_trouble
from eum_app.domain.errors import Trouble

PAGE_BYTES: Final = 4_096
"""Page size of a store's database, SQLCipher's default."""
SALT_BYTES: Final = 16
"""The first bytes of the file. No page passes if one of them changed."""
_PAGE: Final = re.compile(r"page (\d+)")


@dataclass(frozen=True)
class PageVerdict:
    """Result of reading every page: numbers of damaged pages, from 1, and SQLite's first complaint, or ""."""

    pages: int
    damaged: tuple[int, ...]
    structure: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.damaged and not self.structure

    @property
    def has_whole_pages(self) -> bool:
        """Whether any page passes: the key is right."""
        return len(self.damaged) < self.pages

    @property
    def places(self) -> str:
        """The damaged pages as text: `3, 7-9`."""
        runs = groupby(enumerate(self.damaged), lambda place: place[1] - place[0])
        spans = [[page for _, page in run] for _, run in runs]
        return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def keyed(path: Path, key: str, *, mode: str = "ro") -> Any:
    """Return a connection that has read nothing yet, so that it opens also if the first page is damaged.

    `key` is in hexadecimal: the data key, or the data key and the salt. `mode` is ro, rw or rwc (to create it). Raises
    the driver's errors.
    """
    connection = sqlcipher.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    # By default SQLCipher writes its errors to standard error.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    return connection


def failing_pages(driver: Any) -> set[int]:
    """Return the pages of the file that fail their HMAC, without those that exist only in the log (WAL).

    A complaint that names no page counts for page 1. Raises the driver's errors.
    """
    rows = driver.execute("PRAGMA cipher_integrity_check").fetchall()
    numbers = [_PAGE.search(str(message)) for (message,) in rows]
    return {int(number[1]) if number else 1 for number in numbers}


def examine_pages(connection: Connection) -> PageVerdict:
    """Read every page of an open store's database, after moving the log (WAL) into it where no reader prevents that.

    On PostgreSQL the server verifies its pages itself, and the result is empty. Raises as `driver_trouble`.
    """
    if connection.dialect.name != "sqlite":
        return PageVerdict(0, ())
    driver: Any = connection.connection.driver_connection
    with driver_trouble():
        driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return _verdict(driver, Path(file_of(driver)), _failing_twice(driver))


def examine_file(path: Path, data_key: bytes) -> PageVerdict:
    """Read every page of a database that does not open; with another key, every page counts as damaged.

    Raises as `driver_trouble`: Trouble `disk.failed` if there is no file.
    """
    with driver_trouble(path), contextlib.closing(keyed(path, data_key.hex())) as driver:
        return _verdict(driver, path, failing_pages(driver))


def require_whole_pages(driver: Any) -> None:
    """Raise Trouble `store.damaged` if a page of the file fails its HMAC. Raises the driver's errors.

    Call it before every page is encrypted again (a backup, a new key). Where the last page that a statement reads fails
    its HMAC, SQLCipher returns zeros without an error, and the copy would hold them under an HMAC that passes.
    """
    if _failing_twice(driver):
        raise Trouble("store.damaged")


def file_of(driver: Any) -> str:
    """Return the path of the database file that the driver's connection has open."""
    return str(next(file for _, name, file in driver.execute("PRAGMA database_list") if name == "main"))


def _failing_twice(driver: Any) -> set[int]:
    """Return the pages that fail twice: a checkpoint of another process may be writing one while it is read."""
    failing = failing_pages(driver)
    return failing & failing_pages(driver) if failing else failing


def _verdict(driver: Any, path: Path, failing: set[int]) -> PageVerdict:
    return PageVerdict(-(-path.stat().st_size // PAGE_BYTES), tuple(sorted(failing)), _structure(driver))


def _structure(driver: Any) -> str:
    """Return SQLite's first complaint about how the pages fit together, or ""."""
    try:
        (complaint,) = driver.execute("PRAGMA quick_check(1)").fetchone()
    except sqlcipher.DatabaseError as error:
        return str(error)
    return "" if complaint == "ok" else str(complaint)
