"""Key material of a store, by purpose; never in the clear on any disk (`db.boxed`)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from db.boxed import boxed, secret_place, unboxed
from db.tables import secrets


def read_secret(connection: Connection, purpose: str) -> bytes | None:
    """Return the value stored for `purpose`, or None. Raises Trouble `store.damaged` if it does not open."""
    stored: bytes | None = connection.execute(select(secrets.c.value).where(secrets.c.purpose == purpose)).scalar()
    return unboxed(connection, secret_place(purpose), stored)


def put_secret(connection: Connection, purpose: str, value: bytes) -> None:
    """Store a value for `purpose`, replacing any earlier one."""
    stored = boxed(connection, secret_place(purpose), value)
    remove_secret(connection, purpose)
    connection.execute(secrets.insert().values(purpose=purpose, value=stored))


def remove_secret(connection: Connection, purpose: str) -> None:
    """Remove the value for `purpose`, if there is one."""
    connection.execute(secrets.delete().where(secrets.c.purpose == purpose))
