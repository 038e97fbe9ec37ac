"""A new data key for a store, so that a crash at any point leaves one that opens with all it held.

1. Nobody else has the database open, and nobody can open it until 3 is done.
2. The keyslot file takes the new key beside the old one, sealed to every account and to HQ.
3. The database goes over in one transaction of its own: SQLCipher writes every page anew (`PRAGMA rekey`, with a
   rollback journal, under the old key until it commits); on PostgreSQL what is boxed is boxed anew.
4. `settle` finds out under which of the two the database is, and the keyslot file keeps that one alone. The next
   opening does the same where a crash left both.

Sealed objects stay as they are: each is under a key of its own that lies in the database. What was copied before (a
backup, a stolen folder) opens with the old key for ever.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from db import turns
from db.boxed import secret_place
from db.engines import DATABASE, begin, driver_trouble, postgresql_engine, sqlcipher_connection
from db.keyslots import check_mac, read_store_file, with_next_key, without_next_key, write_store_file
from db.location import Location, read_location, write_location
from db.snapshots import require_room
from db.tables import content, meta, secrets
from eum_app.crypto.boxes import Box, seal_of
from eum_app.domain.errors import Refusal, Trouble

_BATCH = 5_000
_ANNOUNCED = "key_change"


def change(folder: Path, data_key: bytes, new_key: bytes) -> bytes:
    """Put a store that nobody has open under `new_key`; the key that it is under now.

    Raises Refusal `store.in_use`; Trouble `keyslots.altered`, `disk.full` and the like: the store then opens as before.
    """
    location = read_location(folder, data_key)
    try:
        if location is None:
            with _alone(folder, data_key) as connection:
                require_room(folder, (folder / DATABASE).stat().st_size)  # the rollback journal
                _keep_both(folder, data_key, new_key)
                connection.execute(f"PRAGMA rekey = \"x'{new_key.hex()}'\"")
        else:
            _change_on_server(folder, location, data_key, new_key)
    except BaseException:
        begun = any(slot.sealed_next for slot in read_store_file(folder).slots)
        if begun and settle(folder, data_key, new_key) == new_key:
            return new_key  # it went through before what failed
        raise
    return settle(folder, data_key, new_key)


def settle(folder: Path, data_key: bytes, next_key: bytes) -> bytes:
    """End a change of key that was begun: the key that the database is under, which the keyslot file then keeps alone.

    Raises Trouble `store.damaged` where it is under neither, `store.busy` while a change is going on.
    """
    for key in (data_key, next_key):
        try:
            with _held(folder, (data_key, next_key), key):
                store_file = read_store_file(folder)
                if any(slot.sealed_next for slot in store_file.slots):
                    check_mac(store_file, data_key)
                    write_store_file(folder, without_next_key(store_file, take_it=key == next_key), key)
                return key
        except Trouble as trouble:
            if trouble.code not in {"store.damaged", "store.key_changed"}:
                raise
    raise Trouble("store.damaged")


def announce(connection: Connection, data_key: bytes, reason: str) -> None:
    """Note in the store, before its key is changed, from which key and why: no crash leaves a change unrecorded."""
    connection.execute(meta.delete().where(meta.c.name == _ANNOUNCED))
    said = msgspec.json.encode(_Announced(seal_of(data_key, _ANNOUNCED.encode()), reason)).decode()
    connection.execute(meta.insert().values(name=_ANNOUNCED, value=said))


def is_announced(connection: Connection) -> bool:
    return connection.execute(select(meta.c.value).where(meta.c.name == _ANNOUNCED)).first() is not None


def take_announced(connection: Connection, data_key: bytes) -> str | None:
    """The reason of a change that was announced and went through; the note is taken away, whether it did or not."""
    said = connection.execute(select(meta.c.value).where(meta.c.name == _ANNOUNCED)).scalar()
    if said is None:
        return None
    connection.execute(meta.delete().where(meta.c.name == _ANNOUNCED))
    announced = msgspec.json.decode(said, type=_Announced)
    return None if announced.of_key == seal_of(data_key, _ANNOUNCED.encode()) else announced.reason


class _Announced(msgspec.Struct, frozen=True):
    """`of_key` tells the key before the change from another, and tells nothing of it."""

    of_key: bytes
    reason: str


def _keep_both(folder: Path, data_key: bytes, new_key: bytes) -> None:
    store_file = read_store_file(folder)
    check_mac(store_file, data_key)
    write_store_file(folder, with_next_key(store_file, new_key), data_key)


@contextlib.contextmanager
def _alone(folder: Path, data_key: bytes) -> Iterator[Any]:
    """The database file, locked against everybody until the block ends, with a rollback journal in place of the WAL."""
    with driver_trouble(), contextlib.closing(sqlcipher_connection(folder / DATABASE, data_key)) as connection:
        connection.execute("PRAGMA busy_timeout = 2000")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except Exception as error:
            if "locked" not in str(error):
                raise
            raise Refusal("store.in_use") from error
        if mode != "delete":
            raise Refusal("store.in_use")
        yield connection


@contextlib.contextmanager
def _held(folder: Path, keys: tuple[bytes, bytes], key: bytes) -> Iterator[None]:
    """Under `key`, no change of key going on until the block ends. Raises Trouble `store.damaged`, or on a server
    `store.key_changed`, for another key."""
    location = _location(folder, keys)
    if location is None:
        with driver_trouble(), contextlib.closing(sqlcipher_connection(folder / DATABASE, key)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield
            connection.execute("COMMIT")
        return
    engine = postgresql_engine(location.url, key, location.store_id)  # its connections ask whether this is the key
    try:
        with begin(engine, write=True, alone=True):
            write_location(folder, location, key)
            yield
    finally:
        engine.dispose()


def _location(folder: Path, keys: tuple[bytes, bytes]) -> Location | None:
    """The address, under whichever key it is."""
    try:
        return read_location(folder, keys[0])
    except Trouble:
        return read_location(folder, keys[1])


def _change_on_server(folder: Path, location: Location, data_key: bytes, new_key: bytes) -> None:
    old, new = Box(data_key), Box(new_key)
    engine = postgresql_engine(location.url, data_key, location.store_id)
    try:
        with begin(engine, write=True) as connection:
            turns.require_open_alone(connection)
            _keep_both(folder, data_key, new_key)
            for row in connection.execute(select(secrets)).all():
                place = secret_place(row.purpose)
                value = new.seal(place, old.open(place, row.value))
                connection.execute(update(secrets).where(secrets.c.purpose == row.purpose).values(value=value))
            _box_content_anew(connection, old, new)
    finally:
        engine.dispose()


def _box_content_anew(connection: Connection, old: Box, new: Box) -> None:
    after = ""
    while True:
        rows = connection.execute(
            select(content.c.object_id, content.c.key, content.c.salt)
            .where(content.c.object_id > after, content.c.key.is_not(None))
            .order_by(content.c.object_id)
            .limit(_BATCH)
        ).all()
        for row in rows:
            key_place, salt_place = f"content-key|{row.object_id}", f"content-salt|{row.object_id}"
            values = {"key": new.seal(key_place, old.open(key_place, row.key))}
            if row.salt is not None:
                values["salt"] = new.seal(salt_place, old.open(salt_place, row.salt))
            connection.execute(update(content).where(content.c.object_id == row.object_id).values(**values))
        if len(rows) < _BATCH:
            return
        after = rows[-1].object_id
