"""Locks between writers. SQLCipher has one writer at a time (`BEGIN IMMEDIATE`), so nothing here acts on it.

On PostgreSQL writers wait only for what they share, by advisory locks that end with the transaction:

- each writer holds the store's lock shared; a rebuild or a migration holds it exclusively;
- before reading the head of a chain to append to it, a writer takes that chain's lock, so that no number is lost or
  used twice while other chains grow;
- before applying facts to a visit's worklist, a writer takes that visit's lock: its rows are derived from several
  tables, and two transactions that do not see each other's rows would derive them wrong.

Each connection also holds a lock for its whole life: it has the store open. A rotation of the data key, which all
connections know, asks for this lock exclusively and is refused while another connection holds it; new connections wait.
Programs that only read the same database, and stores in other schemas, are not affected.

Each lock is taken in a separate statement: under READ COMMITTED the next statement then sees the commits of the
previous holder. Locks of several visits are taken in one order. PostgreSQL breaks any remaining deadlock as Trouble
`store.busy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from eum_app.domain.errors import Refusal

_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '|store', 0))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '|store', 0))")
_SETTINGS = text(
    "SELECT set_config('synchronous_commit', 'on', true), set_config('lock_timeout', CAST(:longest AS text), true)"
)
"""For one transaction: a connection pooler may have dropped those of the connection, or answer with another one."""
LONGEST_WAIT_MS: Final = 15_000
"""Longest wait for a lock."""
_OPEN: Final = "hashtextextended(current_schema() || '|open', 0)"
STAYS_OPEN: Final = f"SELECT pg_advisory_lock_shared({_OPEN})"
"""Statement for the driver to run on each new connection."""
_OPEN_ALONE = text(f"SELECT pg_advisory_xact_lock({_OPEN})")
_GRANTS = text("SELECT pg_advisory_xact_lock(hashtextextended('eum|grants', 0))")
"""Without the schema: rights on the database itself are one row for the stores of all its schemas."""
_NOT_IN_TIME: Final = "55P03"
_EACH = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || name, 0))"
    " FROM unnest(CAST(:names AS text[])) AS name"
)


def enter(connection: Connection, *, alone: bool) -> None:
    """Take the store's lock at the beginning of a write: exclusively if `alone`, else shared.

    Also set what the write relies on: a commit that is flushed, and a limit for each wait.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_SETTINGS, {"longest": str(LONGEST_WAIT_MS)})
        connection.execute(_ALONE if alone else _SHARED)


def require_open_alone(connection: Connection) -> None:
    """Ensure that no other connection has the store open until this transaction ends. PostgreSQL only.

    Raises Refusal `store.in_use` after two seconds; a server may take that long to notice a closed connection.
    """
    connection.execute(text("SET LOCAL lock_timeout = '2s'"))
    try:
        connection.execute(_OPEN_ALONE)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _NOT_IN_TIME:
            raise
        raise Refusal("store.in_use") from error


def wait_for_grants(connection: Connection) -> None:
    """Take the lock of this database's grants: PostgreSQL refuses two transactions that change its rights at once.

    PostgreSQL only.
    """
    connection.execute(_GRANTS)


def wait_for_chain(connection: Connection, origin: str, epoch: int) -> None:
    """Take the lock of a chain, before its head is read in order to append to it."""
    if connection.dialect.name == "postgresql":
        connection.execute(_EACH, {"names": [f"|chain|{epoch}|{origin}"]})


def wait_for_visits(connection: Connection, visit_ids: Iterable[str]) -> None:
    """Take the locks of these visits, before facts that affect their worklists are applied."""
    if connection.dialect.name == "postgresql":
        names = sorted({f"|visit|{visit_id}" for visit_id in visit_ids})
        if names:
            connection.execute(_EACH, {"names": names})
