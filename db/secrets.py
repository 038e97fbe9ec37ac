"""Key material that a store keeps, by purpose; never in the clear on any disk (`db.boxed`)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from db.boxed import boxed, secret_place, unboxed
from db.tables import secrets


def read_secret(connection: Connection, purpose: str) -> bytes | None:
    """What stands under `purpose`; None where nothing does."""
    stored: bytes | None = connection.execute(select(secrets.c.value).where(secrets.c.purpose == purpose)).scalar()
    return unboxed(connection, secret_place(purpose), stored)


def put_secret(connection: Connection, purpose: str, value: bytes) -> None:
    """In place of what stood there."""
    stored = boxed(connection, secret_place(purpose), value)
    remove_secret(connection, purpose)
    connection.execute(secrets.insert().values(purpose=purpose, value=stored))


def remove_secret(connection: Connection, purpose: str) -> None:
    connection.execute(secrets.delete().where(secrets.c.purpose == purpose))
