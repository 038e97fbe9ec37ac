"""The authoritative copy of a store's notice (`db.notice`), in its database."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, select

from db.notice import Notice
from db.tables import meta

NAME: Final = "notice"


def kept_notice(connection: Connection) -> Notice | None:
    """Return the notice in the database, or None."""
    said = connection.execute(select(meta.c.value).where(meta.c.name == NAME)).scalar()
    return msgspec.json.decode(said, type=Notice) if said is not None else None


def keep_notice(connection: Connection, notice: Notice) -> None:
    """Replace the notice in the database."""
    connection.execute(meta.delete().where(meta.c.name == NAME))
    connection.execute(meta.insert().values(name=NAME, value=msgspec.json.encode(notice).decode()))
