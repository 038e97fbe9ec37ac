"""Who waits for whom. SQLCipher has one writer at a time (`BEGIN IMMEDIATE`), and nothing here has anything to do.

On PostgreSQL writers wait only for what they share, by advisory locks that end with the transaction (but one, see
below):

- each writer holds the store's lock shared; a rebuild or a migration holds it alone;
- whoever reads the head of a chain to append to it holds that chain's lock first, so that no sequence number is lost
  or given twice while other chains grow;
- whoever applies facts to a visit's worklist holds that visit's lock first: its rows are derived from several tables,
  and two transactions that do not see each other's rows would derive them wrong.

Each connection holds one more from its beginning to its end: that somebody has the store open. Who changes the data
key, which all of them know, asks for it alone and is refused while there is another; who connects meanwhile waits.
Programs that only look into the same database, and stores in its other schemas, are not asked.

Each lock is taken in a statement of its own: under READ COMMITTED the next statement then sees what the holder before
committed. Locks of several visits are taken in one order; what two imports still wait for crosswise, PostgreSQL
breaks, as Trouble `store.busy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from eum_app.domain.errors import Refusal

_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '|store', 0))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '|store', 0))")
_OPEN: Final = "hashtextextended(current_schema() || '|open', 0)"
STAYS_OPEN: Final = f"SELECT pg_advisory_lock_shared({_OPEN})"
"""For the driver, on each new connection."""
_OPEN_ALONE = text(f"SELECT pg_advisory_xact_lock({_OPEN})")
_NOT_IN_TIME: Final = "55P03"
_EACH = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || name, 0))"
    " FROM unnest(CAST(:names AS text[])) AS name"
)


def enter(connection: Connection, *, alone: bool) -> None:
    """At the beginning of a write."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE if alone else _SHARED)


def require_open_alone(connection: Connection) -> None:
    """No other connection has the store open, and none begins to until this transaction ends. PostgreSQL only.

    Raises Refusal `store.in_use`, after two seconds: so long a server may take to see that somebody has gone.
    """
    connection.execute(text("SET LOCAL lock_timeout = '2s'"))
    try:
        connection.execute(_OPEN_ALONE)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _NOT_IN_TIME:
            raise
        raise Refusal("store.in_use") from error


def wait_for_chain(connection: Connection, origin: str, epoch: int) -> None:
    """Before reading the head of a chain in order to append to it."""
    if connection.dialect.name == "postgresql":
        connection.execute(_EACH, {"names": [f"|chain|{epoch}|{origin}"]})


def wait_for_visits(connection: Connection, visit_ids: Iterable[str]) -> None:
    """Before applying facts that bear on these visits' worklists."""
    if connection.dialect.name == "postgresql":
        names = sorted({f"|visit|{visit_id}" for visit_id in visit_ids})
        if names:
            connection.execute(_EACH, {"names": names})
