"""Copy a database file while it is in use, and verify one that is not."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from db.engines import driver_trouble, sqlcipher_connection
from db.files import disk_trouble, sync_folder
from db.pages import file_of, keyed, require_whole_pages
from eum_app.domain.errors import Trouble

STEP_PAGES: Final = 2_000
"""Pages copied in one step, between two calls of `step`."""
_SPARE_BYTES: Final = 16 * 1024 * 1024  # a copy that fills the disk would stop the store itself


def copy_database(
    connection: Connection, path: Path, data_key: bytes, step: Callable[[int], object] | None = None
) -> None:
    """Copy the database, as `connection`'s transaction sees it, to a new file under the same key, and flush it.

    SQLCipher only. `step` is called with the bytes done and may raise to cancel. Raises Trouble `store.damaged` before
    anything is written if a page fails its HMAC; `store.busy` and those of the disk, when a partial file may remain.
    """
    page_bytes = _pragma(connection, "page_size")
    driver: Any = connection.connection.driver_connection

    def stepped(_: int, remaining: int, pages: int) -> None:
        if step:
            step((pages - remaining) * page_bytes)

    with driver_trouble(path):
        # A separate connection: after a page has failed, SQLCipher refuses everything else on that connection.
        with contextlib.closing(keyed(Path(file_of(driver)), data_key.hex())) as examined:
            require_whole_pages(examined)
        target = sqlcipher_connection(path, data_key, journal_mode="DELETE")
        try:
            driver.backup(target, pages=STEP_PAGES, progress=stepped)
            target.execute("PRAGMA journal_mode = DELETE")  # the copied header says WAL, as in the source
        finally:
            target.close()
    with disk_trouble(path):
        sync_folder(path.parent)


def verify_database(path: Path, data_key: bytes) -> None:
    """Read every page of a database that is not in use.

    Raises Trouble `disk.failed` for a missing file, which is not made; `store.damaged` for a bad page or another key;
    and as `driver_trouble` does.
    """
    _require_there(path)
    with driver_trouble(path):
        connection = sqlcipher_connection(path, data_key, journal_mode="DELETE")
        try:
            if connection.execute("PRAGMA cipher_integrity_check").fetchone() is not None:
                raise Trouble("store.damaged")
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise Trouble("store.damaged")
        finally:
            connection.close()


def require_room(folder: Path, needed: int) -> None:
    """Raise Trouble `disk.full` unless `needed` bytes and 16 MiB more are free on the disk of `folder`.

    Raises other Trouble of the disk, also if the folder does not exist.
    """
    with disk_trouble(folder):
        free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise Trouble("disk.full", path=str(folder))


def database_bytes(connection: Connection) -> int:
    """Return the size of the database in bytes, without its log (WAL). SQLCipher only."""
    return _pragma(connection, "page_count") * _pragma(connection, "page_size")


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())  # SQLCipher returns some numbers as text


def put_back_database(connection: Connection, path: Path, data_key: bytes) -> None:
    """Overwrite the database of `connection` with the copy at `path`. The connection must not be in a transaction.

    SQLCipher only. Raises Trouble `disk.failed` if there is no copy, without a change, and as `driver_trouble` does.
    """
    _require_there(path)
    driver: Any = connection.connection.driver_connection
    with driver_trouble():
        source = sqlcipher_connection(path, data_key, journal_mode="DELETE")
        try:
            source.backup(driver)
        finally:
            source.close()


def _require_there(path: Path) -> None:
    """Raise Trouble of the disk unless the file exists: the driver would make an empty database of that name."""
    with disk_trouble(path):
        path.stat()
