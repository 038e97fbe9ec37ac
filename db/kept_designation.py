"""The CUI designation of a store's reports, kept in its database."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection, select

from db.tables import meta
from eum_app.domain.designation import Designation

NAME: Final = "cui_designation"


def kept_designation(connection: Connection) -> Designation:
    """Return the designation that was set; the default one if none was."""
    kept = connection.execute(select(meta.c.value).where(meta.c.name == NAME)).scalar()
    return msgspec.json.decode(kept, type=Designation) if kept is not None else Designation()


def keep_designation(connection: Connection, designation: Designation) -> None:
    """Replace the designation."""
    connection.execute(meta.delete().where(meta.c.name == NAME))
    connection.execute(meta.insert().values(name=NAME, value=msgspec.json.encode(designation).decode()))
