"""Read the rows on the whole pages of a damaged SQLCipher file, also if no other page leads to them.

SQLite finds a row through other pages: the schema on page 1, interior pages, indexes. So the whole pages are copied
into a scratch file with an undamaged page 1, and each page there is declared to be the only page of a table. SQLCipher
decrypts, and SQLite decodes; a journal entry proves itself by its hash. A page of an index is read like a table without
row ids: the journal's index names entries whose own page is damaged.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import sqlcipher3.dbapi2 as sqlcipher

from db.engines import driver_trouble
from db.files import disk_trouble
from db.pages import PAGE_BYTES, SALT_BYTES, failing_pages, keyed
from db.snapshots import require_room
from eum_app.domain.errors import Trouble

Row = tuple[Any, ...]

_PROBED: Final = 16
"""Pages that are tried with each candidate for a damaged salt."""
_FILLED: Final = 1_000
"""Pages filled at once, which bounds memory."""
_BATCH: Final = 12
"""Pages declared at once. Their schema must fit page 1, or SQLite would allocate pages in the scratch file."""
FIELDS: Final = 13
"""Fields of a table's row: as many as the widest kept table has."""
INDEX_FIELDS: Final = 4
"""Fields of an index's row: origin, epoch and number in the journal's, and the row that they lead to."""
_TABLE: Final = ", ".join(f"f{number}" for number in range(FIELDS))
_INDEX: Final = ", ".join(f"f{number}" for number in range(INDEX_FIELDS))
_MOST_ROWS: Final = 1_000
"""More rows than fit on a page: then the page is an interior one, and its leaves are read by themselves."""


@contextlib.contextmanager
def whole_rows(path: Path, data_key: bytes, *, filler: str = "zeroblob") -> Iterator[Iterator[Row]]:
    """Yield the rows on whole pages of a database, in storage order.

    Those of tables are padded with None to `FIELDS`, those of indexes are cut to `INDEX_FIELDS`.

    A row that continues on a damaged page has bytes of `filler` (zeroblob or randomblob) there.

    The database and its log (WAL) are not changed. Old copies of a row may be yielded too. Raises Trouble
    `store.damaged` if no page is whole, `disk.full` before anything is written, and others of the disk.
    """
    scratch = path.with_name(f".salvage-{path.name}")
    try:
        with driver_trouble(scratch), disk_trouble(scratch):
            _remove(scratch)
            require_room(path.parent, 2 * (path.stat().st_size + _size(_log(path))))
            key = data_key.hex() + _salt(path, scratch, data_key).hex()
            pages = _copy_whole(path, scratch, key, filler)
            yield _rows(scratch, key, pages)
    finally:
        _remove(scratch)


def _salt(path: Path, scratch: Path, data_key: bytes) -> bytes:
    """Return the salt under which pages pass: as stored, or with one bit flipped back.

    Raises Trouble `store.damaged` if there is none.
    """
    with path.open("rb") as file:
        first = file.read(_PROBED * PAGE_BYTES)
    stored = int.from_bytes(first[:SALT_BYTES])
    for mask in (0, *(1 << bit for bit in range(8 * SALT_BYTES))):
        salt = (stored ^ mask).to_bytes(SALT_BYTES)
        scratch.write_bytes(first)
        with contextlib.closing(keyed(scratch, data_key.hex() + salt.hex())) as driver:
            if len(failing_pages(driver)) < -(-len(first) // PAGE_BYTES):
                scratch.unlink()
                return salt
    raise Trouble("store.damaged")


def _copy_whole(path: Path, scratch: Path, key: str, filler: str) -> int:
    """Copy the whole pages, and those in the log, behind a new page 1. Return the number of pages."""
    with contextlib.closing(keyed(path, key)) as driver:
        damaged = failing_pages(driver)
    pages = path.stat().st_size // PAGE_BYTES + _size(_log(path)) // PAGE_BYTES + 2
    with contextlib.closing(keyed(scratch, key, mode="rwc")) as driver:
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):
            driver.execute(f"PRAGMA {pragma}")
        # So that page 1 states as many pages; each of them passes, and holds no row.
        driver.execute("CREATE TABLE filler (f0)")
        for start in range(0, pages, _FILLED):
            size = min(_FILLED, pages - start) * PAGE_BYTES
            driver.execute(f"INSERT INTO filler VALUES ({filler}(?))", (size,))  # noqa: S608 - one of two names
        driver.execute("PRAGMA writable_schema = ON")
        driver.execute("DELETE FROM sqlite_schema")
    with path.open("rb") as source, scratch.open("r+b") as target:
        page_1 = target.read(PAGE_BYTES)
        for page, data in enumerate(iter(lambda: source.read(PAGE_BYTES), b""), 1):
            if page > 1 and page not in damaged:
                _put(target, page, data)
    if _size(_log(path)):
        shutil.copyfile(_log(path), _log(scratch))
        with contextlib.closing(keyed(scratch, key, mode="rw")) as driver:
            driver.execute("PRAGMA writable_schema = ON")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with scratch.open("r+b") as target:
            _put(target, 1, page_1)
        for suffix in ("-wal", "-shm"):
            scratch.with_name(scratch.name + suffix).unlink(missing_ok=True)
    return scratch.stat().st_size // PAGE_BYTES


def _put(target: BinaryIO, page: int, data: bytes) -> None:
    target.seek((page - 1) * PAGE_BYTES)
    target.write(data)


def _rows(scratch: Path, key: str, pages: int) -> Iterator[Row]:
    with contextlib.closing(keyed(scratch, key, mode="rw")) as driver:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "writable_schema = ON"):
            driver.execute(f"PRAGMA {pragma}")
        for start in range(2, pages + 1, _BATCH):
            batch = range(start, min(start + _BATCH, pages + 1))
            driver.execute("DELETE FROM sqlite_schema")
            driver.executemany(
                "INSERT INTO sqlite_schema VALUES ('table', ?1, ?1, ?2, ?3)",
                [declared for page in batch for declared in _declared(page)],
            )
            driver.execute("PRAGMA writable_schema = RESET")
            driver.execute("PRAGMA writable_schema = ON")
            for page in batch:
                yield from _rows_of_table(driver, page)
                yield from _rows_of_index(driver, page)


def _declared(page: int) -> Iterator[tuple[str, int, str]]:
    yield f"t{page}", page, f"CREATE TABLE t{page}({_TABLE})"
    yield f"i{page}", page, f"CREATE TABLE i{page}({_INDEX},PRIMARY KEY({_INDEX}))WITHOUT ROWID"


def _rows_of_table(driver: Any, page: int) -> Iterator[Row]:
    """Yield the rows of one page of a table; none for a page of another kind."""
    try:
        numbers = driver.execute(f"SELECT rowid FROM t{page} LIMIT {_MOST_ROWS}").fetchall()  # noqa: S608 - a number
    except sqlcipher.DatabaseError:
        return
    if len(numbers) == _MOST_ROWS:
        return
    one_row = f"SELECT {_TABLE} FROM t{page} WHERE rowid = ?"  # noqa: S608 - a number
    for (number,) in numbers:
        # One by one: what a row continues on another page may be damaged.
        with contextlib.suppress(sqlcipher.DatabaseError):
            yield from driver.execute(one_row, (number,)).fetchall()


def _rows_of_index(driver: Any, page: int) -> Iterator[Row]:
    """Yield the rows of one page of an index; none for a page of another kind."""
    with contextlib.suppress(sqlcipher.DatabaseError):
        yield from driver.execute(f"SELECT {_INDEX} FROM i{page} LIMIT {_MOST_ROWS}").fetchall()  # noqa: S608 - a number


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _remove(scratch: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        scratch.with_name(scratch.name + suffix).unlink(missing_ok=True)
