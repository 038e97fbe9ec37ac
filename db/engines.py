"""Database engines (a SQLCipher file with the raw data key, or PostgreSQL by URL), transactions, and their errors.

Errors never contain an address, password, key or row.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import QueuePool

from db import turns
from db.boxed import BOX, secret_place
from eum_app.crypto.boxes import Box
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.file_names import not_whole

DATABASE: Final = "store.db"
BUSY_TIMEOUT_MS: Final = turns.LONGEST_WAIT_MS
"""Longest wait for a lock."""
CACHE_KIB: Final = 65_536
"""Page cache of a connection."""
ROOMY_CACHE_KIB: Final = 1_048_576
"""Page cache during a rebuild; see `roomy`."""
CONNECT_TIMEOUT_S: Final = 10
FILE: Final = "eum_file"
"""Execution option of an engine: the path of its SQLCipher file."""
_CONNECTION_SETTINGS: Final = f"SET synchronous_commit = on; SET lock_timeout = {BUSY_TIMEOUT_MS}"
"""Poolers such as PgBouncer drop settings that are sent as options when a connection starts."""
_VERIFIED: Final = ("verify-full", "verify-ca")
_MAY_READ_SECRETS: Final = "SELECT has_table_privilege(to_regclass('secrets')::oid, 'SELECT')"
_ONE_BOXED: Final = """SELECT purpose, value FROM secrets
    WHERE EXISTS (SELECT FROM meta WHERE name = 'store_id' AND meta.value = %s) LIMIT 1"""


def sqlcipher_connection(path: Path, data_key: bytes, *, journal_mode: str = "WAL") -> Any:
    """Return the driver's connection to an encrypted file. The key reaches SQLCipher only by PRAGMA.

    A missing file is made. Raises the driver's errors, also for another key ("not a database": call it within
    `driver_trouble`); Trouble `disk.read_only` if the folder is read-only.
    """
    connection = sqlcipher.connect(
        str(path), timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
    )
    try:
        cursor = connection.cursor()
        for pragma in (
            # By default SQLCipher writes its errors to standard error.
            "cipher_log_level = NONE",
            f"key = \"x'{data_key.hex()}'\"",
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            f"journal_mode = {journal_mode}",
            # FULL flushes the WAL at each commit: acknowledged evidence survives a power cut.
            "synchronous = FULL",
            f"cache_size = -{CACHE_KIB}",
            # Temporary files would hold plain text on the disk.
            "temp_store = MEMORY",
            # A damaged or hostile schema must not call functions with side effects.
            "trusted_schema = OFF",
            "recursive_triggers = ON",  # else INSERT OR REPLACE bypasses the delete trigger
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException as error:
        connection.close()
        if "unable to open" in str(error) and not os.access(path.parent, os.W_OK):  # cannot create the WAL
            raise Trouble("disk.read_only", path=str(path)) from error
        raise
    return connection


def sqlcipher_engine(path: Path, data_key: bytes) -> Engine:
    """Return an engine with pooled connections to an encrypted file. Nothing is opened yet; `begin` reports errors."""
    return create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: sqlcipher_connection(path, data_key),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        # Errors name no row, as on PostgreSQL.
        hide_parameters=True,
        echo=False,
        execution_options={FILE: path},
    )


@contextlib.contextmanager
def roomy(connection: Connection) -> Iterator[None]:
    """Enlarge the page cache and disable zeroing of freed pages during a rebuild. No effect on PostgreSQL.

    Pages that leave a small cache are encrypted, and decrypted again for each index; a smaller book uses less memory.
    SQLCipher overwrites freed pages with zeros by default, which is unnecessary here: their content is in the journal.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    _set(connection, cache_size=-ROOMY_CACHE_KIB, secure_delete="FAST")
    try:
        yield
    finally:
        _set(connection, cache_size=-CACHE_KIB, secure_delete="ON")
        connection.exec_driver_sql("PRAGMA shrink_memory")


def empty_log(engine: Engine) -> None:
    """Write the log (WAL) into the database and truncate it, so that overwritten data is in neither.

    No effect on PostgreSQL.

    If a reader holds the log for longer than the busy timeout, it stays until the store is closed.
    """
    if engine.dialect.name == "sqlite":
        # Connecting raises SQLAlchemy's error, which wraps the driver's.
        errors = (Trouble, DBAPIError, NoConnectionFree)
        with contextlib.suppress(*errors), engine.connect() as connection, driver_trouble():
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def give_memory_back() -> None:
    """Return freed memory to the system after a rebuild: glibc keeps it otherwise (1.2 GB at a million items).

    Other C libraries return memory by themselves.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).malloc_trim(0)


def _set(connection: Connection, **pragmas: object) -> None:
    for name, value in pragmas.items():
        connection.exec_driver_sql(f"PRAGMA {name} = {value}")


@contextlib.contextmanager
def driver_trouble(path: Path | None = None) -> Iterator[None]:
    """Turn errors of the SQLCipher driver into the Trouble that `begin` raises, for code that bypasses SQLAlchemy.

    Other errors pass. With `path`, the database file, a "read-only" error on a writable file becomes `store.damaged`.
    Without `path` it stays `disk.read_only`.
    """
    try:
        yield
    except sqlcipher.DatabaseError as error:
        raise _trouble_of(str(error), path) from error


def postgresql_engine(url: str, data_key: bytes, store_id: str) -> Engine:
    """Return an engine with pooled connections to a PostgreSQL database. Nothing is connected yet.

    Key material is boxed under the data key (`db.boxed`). Each new connection checks that this is still the store's key
    (Trouble `store.key_changed`), and that the server is no standby (Refusal `database.standby`). Commits are flushed
    to the server's disk (`synchronous_commit`), whatever the server's setting. Raises as `parsed_url` does.
    """
    parsed, box = parsed_url(url), Box(data_key)
    settings = {
        "application_name": "eum",
        "client_encoding": "utf8",
        "connect_timeout": CONNECT_TIMEOUT_S,
    }
    engine = create_engine(
        parsed,
        connect_args=settings,
        pool_size=4,
        max_overflow=8,
        # Firewalls drop idle connections silently, so test each before use.
        pool_pre_ping=True,
        pool_recycle=1_800,
        hide_parameters=True,
        echo=False,
        execution_options={BOX: box},
    )

    @event.listens_for(engine, "connect")
    def _say_open(connection: Any, _: object) -> None:
        try:
            with connection.cursor() as cursor:
                _require_primary(cursor, parsed)
                cursor.execute(_CONNECTION_SETTINGS)
                cursor.execute(turns.STAYS_OPEN)
                connection.commit()  # so that the next read sees the state after the lock was taken
                _require_key(cursor, box, store_id)
            connection.commit()
        except BaseException:
            connection.close()
            raise

    return engine


def _require_primary(cursor: Any, url: URL) -> None:
    """Raise Refusal `database.standby` for a server that only follows another one: no session could be recorded."""
    cursor.execute("SELECT pg_is_in_recovery()")
    if cursor.fetchone() == (True,):
        raise Refusal("database.standby", server=_shown(url))


def _require_key(cursor: Any, box: Box, store_id: str) -> None:
    """Check that the store's key material is still boxed under this key. Raises Trouble `store.key_changed`.

    Another program may have rotated the key while this one was disconnected; rows boxed under the old key could then
    never be opened. The check passes for another store's database, an empty one, and a role that may not read key
    material.
    """
    cursor.execute(_MAY_READ_SECRETS)
    if cursor.fetchone() != (True,):
        return
    cursor.execute(_ONE_BOXED, (store_id,))
    for purpose, value in cursor:
        try:
            box.open(secret_place(purpose), value)
        except Trouble as trouble:
            raise Trouble("store.key_changed") from trouble


def parsed_url(url: str) -> URL:
    """Parse a PostgreSQL address for the driver.

    An address of another machine requires encryption and a verified certificate: `sslmode=verify-full` unless it says
    verify-ca. Raises Refusal `database.url` for anything but a PostgreSQL address with a database name, `database.tls`
    for a weaker `sslmode`.
    """
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError) as error:
        raise Refusal("database.url") from error
    if parsed.drivername not in {"postgresql", "postgres", "postgresql+psycopg"} or not parsed.database:
        raise Refusal("database.url")
    parsed = parsed.set(drivername="postgresql+psycopg")
    if _is_here(parsed):
        return parsed
    mode = parsed.query.get("sslmode", "verify-full")
    if mode not in _VERIFIED:
        raise Refusal("database.tls", mode=str(mode), known=", ".join(_VERIFIED))
    return parsed.update_query_dict({"sslmode": str(mode)})


def _is_here(url: URL) -> bool:
    named = url.query.get("host", url.host or "")
    hosts = [host for part in ([named] if isinstance(named, str) else named) for host in part.split(",")]
    return "hostaddr" not in url.query and all(
        not host or host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"} for host in hosts
    )


def server_of(url: str) -> str:
    """Return the part of an address that may be shown: server and database, without user and password.

    Raises as `parsed_url` does.
    """
    return _shown(parsed_url(url))


def _shown(parsed: URL) -> str:
    host = parsed.query.get("host", parsed.host or "localhost")
    port = f":{parsed.port}" if parsed.port else ""
    return f"{host if isinstance(host, str) else ','.join(host)}{port}/{parsed.database}"


@contextlib.contextmanager
def begin(engine: Engine, *, write: bool, alone: bool = False) -> Iterator[Connection]:
    """Run a transaction: a consistent view for reading, or a write; `alone` locks out all other writers.

    Raises Trouble `store.busy`, `store.damaged`, `store.failed`, `disk.full`, `disk.read_only`, `disk.failed`; on
    PostgreSQL also `store.connection_lost`, `store.key_changed`, and Refusal `database.standby`, `fact.not_storable`
    (text with a NUL, or a number over 64 bits). Raises Refusal `text.not_whole` if the block writes or looks for text
    that is not UTF-8. Other errors of the block pass. After an error nothing was committed, and the call can be
    repeated.
    """
    try:
        with engine.connect().execution_options(**_options(engine, write)) as connection, connection.begin():
            if engine.dialect.name == "sqlite":
                # The driver begins nothing. IMMEDIATE takes the write lock at once: a later upgrade from a read lock
                # could fail halfway. Not by an event of the engine: it would slow down every statement.
                connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
            if write:
                turns.enter(connection, alone=alone)
            yield connection
    except KnownError:
        raise
    except NoConnectionFree as error:
        raise Trouble("store.busy") from error
    except DBAPIError as error:
        known = _postgresql_known(error) if engine.dialect.name == "postgresql" else _sqlcipher_known(error, engine)
        if known is None:
            raise
        raise known from error
    except UnicodeEncodeError as error:
        if (refusal := not_whole(error)) is None:
            raise
        raise refusal from error


def _options(engine: Engine, write: bool) -> dict[str, Any]:
    if engine.dialect.name != "postgresql":
        return {}
    if write:
        return {"isolation_level": "READ COMMITTED"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


_SQLCIPHER_TROUBLES: Final[tuple[tuple[str, Callable[[], Trouble]], ...]] = (
    ("full", lambda: Trouble("disk.full", path=DATABASE)),
    ("locked", lambda: Trouble("store.busy")),
    ("readonly", lambda: Trouble("disk.read_only", path=DATABASE)),
    # SQLCipher reports this for any failure while it rewrites the pages. The rollback journal restores them.
    ("PRAGMA key or rekey", lambda: Trouble("disk.failed", path=DATABASE, reason="the key could not be changed")),
    ("I/O", lambda: Trouble("disk.failed", path=DATABASE, reason="input/output error")),
    ("unable to open", lambda: Trouble("disk.failed", path=DATABASE, reason="cannot be opened")),
    ("not a database", lambda: Trouble("store.damaged")),
    ("malformed", lambda: Trouble("store.damaged")),
    # The search index reads its own tables when it is used first.
    ("vtable constructor failed", lambda: Trouble("store.damaged")),
    # FTS5 for a table that it could not read.
    ("fts5: missing row", lambda: Trouble("store.damaged")),
)


def _is_protected(path: Path) -> bool:
    there = [one for one in (path.parent, path, path.with_name(f"{path.name}-wal")) if one.exists()]
    return not all(os.access(one, os.W_OK) for one in there)


def _sqlcipher_known(error: DBAPIError, engine: Engine) -> KnownError | None:
    reason = str(error.orig)
    if not (isinstance(error, OperationalError) or type(error) is DatabaseError or "malformed" in reason):
        return None
    return _trouble_of(reason, engine.get_execution_options().get(FILE))


def _trouble_of(reason: str, path: Path | None) -> Trouble:
    for word, make in _SQLCIPHER_TROUBLES:
        if word in reason:
            trouble = make()
            # SQLite also reports a damaged header as read-only, so ask the file system.
            is_damage = trouble.code == "disk.read_only" and path is not None and not _is_protected(path)
            return Trouble("store.damaged") if is_damage else trouble
    return Trouble("store.failed", reason=reason[:200])


# By SQLSTATE (PostgreSQL 18, Appendix A).
_POSTGRESQL_TROUBLES: Final[dict[str, Callable[[], Trouble]]] = {
    "53100": lambda: Trouble("disk.full", path="PostgreSQL"),
    "53300": lambda: Trouble("store.busy"),  # too many connections
    "55P03": lambda: Trouble("store.busy"),  # lock not available within lock_timeout
    "40P01": lambda: Trouble("store.busy", why="crossed"),  # deadlock
    "40001": lambda: Trouble("store.busy", why="crossed"),  # serialization failure
    "25006": lambda: Trouble("disk.read_only", path="PostgreSQL"),
    "58030": lambda: Trouble("disk.failed", path="PostgreSQL", reason="input/output error"),
    "XX001": lambda: Trouble("store.damaged"),
    "XX002": lambda: Trouble("store.damaged"),
}


def _postgresql_known(error: DBAPIError) -> KnownError | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _POSTGRESQL_TROUBLES:
        return _POSTGRESQL_TROUBLES[state]()
    # A NUL in text, a number over 64 bits, or a value too long for an index, which our facts never contain.
    if isinstance(error, DataError) or state == "54000":
        return Refusal("fact.not_storable")
    no_state = isinstance(error, OperationalError) and not state
    if error.connection_invalidated or no_state or state.startswith(("08", "28", "57P", "3D")):
        return Trouble("store.connection_lost", reason=_first_line(error))
    if isinstance(error, OperationalError) or state.startswith(("42501", "53", "54", "58")):
        return Trouble("store.failed", reason=_first_line(error))
    return None


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).strip().splitlines() or [""])[0][:200]
