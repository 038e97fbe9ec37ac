"""Connect a store's folder to its database, and change the address of that database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, select

from db import migrations
from db.engines import DATABASE, begin, postgresql_engine, server_of, sqlcipher_engine
from db.location import Location, read_location, write_location
from db.tables import meta
from eum_app.domain.errors import Refusal, Trouble


def engine_of(folder: Path, data_key: bytes, location: Location | None) -> Engine:
    """Return an engine for the database at `location`, or for the file in the folder if `location` is None.

    Nothing is connected yet. Raises as `parsed_url` does.
    """
    if location is None:
        return sqlcipher_engine(folder / DATABASE, data_key)
    return postgresql_engine(location.url, data_key, location.store_id)


def readdress(folder: Path, data_key: bytes, url: str) -> None:
    """Store another address of the same PostgreSQL database (a new password, a new server), after connecting to it.

    Raises Refusal `store.absent` if the database is in the folder, `database.url`, `database.tls`, `database.standby`;
    Trouble `store.other_database` (another store, or none), `store.key_changed`, and as `begin` and `read_location` do.
    The old address stays until the new one has answered.
    """
    held = read_location(folder, data_key)
    if held is None:
        raise Refusal("store.absent", path=str(folder))
    location = Location(held.store_id, server_of(url), url)
    engine = engine_of(folder, data_key, location)
    try:
        with begin(engine, write=False) as connection:
            found = None
            if migrations.current(connection):
                found = connection.execute(select(meta.c.value).where(meta.c.name == "store_id")).scalar()
    finally:
        engine.dispose()
    if found != held.store_id:
        raise Trouble("store.other_database", server=location.server)
    write_location(folder, location, data_key)
