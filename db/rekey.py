"""Rotate a store's data key, so that a crash at any point leaves a store that opens with all its content.

1. Take exclusive access to the database until step 3 is done.
2. Write the new key to the keyslot file beside the old one, sealed to every account and to HQ.
3. Change the database in one transaction. SQLCipher rewrites every page (`PRAGMA rekey`, with a rollback journal under
   the old key until the commit); on PostgreSQL each boxed value is boxed again.
4. `settle` tries which of the two keys opens the database, and the keyslot file keeps only that one. After a crash the
   next opening does the same.

Sealed objects do not change: their separate keys are in the database. Earlier copies (a backup, a stolen folder) still
open with the old key.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, select, update

from db import turns
from db.boxed import secret_place
from db.drafts import draft_place
from db.engines import DATABASE, begin, driver_trouble, postgresql_engine, sqlcipher_connection
from db.keyslots import check_mac, read_store_file, with_next_key, without_next_key, write_store_file
from db.location import Location, read_location, write_location
from db.pages import require_whole_pages
from db.snapshots import require_room
from db.tables import content, drafts, meta, secrets
from eum_app.crypto.boxes import Box, seal_of
from eum_app.domain.errors import Refusal, Trouble

_BATCH = 5_000
_ANNOUNCED = "key_change"


def change(folder: Path, data_key: bytes, new_key: bytes) -> bytes:
    """Rotate the data key of a store that nothing else has open, and return the key that is now in use.

    The old key then opens only earlier copies. Raises Refusal `store.in_use`, and as `read_store_file`,
    `read_location` and `with_next_key`; Trouble `store.damaged`, `keyslots.altered`, `store.key_changed`,
    `store.connection_lost`, `disk.full` and similar: the store then opens as before.
    """
    location = read_location(folder, data_key)
    try:
        if location is None:
            with alone(folder, data_key) as connection:
                require_room(folder, (folder / DATABASE).stat().st_size)  # for the rollback journal
                require_whole_pages(connection)
                _keep_both(folder, data_key, new_key)
                connection.execute(f"PRAGMA rekey = \"x'{new_key.hex()}'\"")
        else:
            _change_on_server(folder, location, data_key, new_key)
    except BaseException:
        begun = any(slot.sealed_next for slot in read_store_file(folder).slots)
        if begun and settle(folder, data_key, new_key) == new_key:
            return new_key  # the rotation succeeded, and a later step failed
        raise
    return settle(folder, data_key, new_key)


def settle(folder: Path, data_key: bytes, next_key: bytes) -> bytes:
    """Finish a rotation: return the key that opens the database, after reducing the keyslot file to it.

    On a server, the address in the folder is boxed under that key. Raises Trouble `store.damaged` if neither key opens
    it, `store.busy` while a rotation is running, `keyslots.altered`, and those of `begin`; Refusal as
    `read_store_file`.
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
    """Record in the store, before its key is rotated, the old key's fingerprint and the reason.

    So no crash leaves a rotation unrecorded.
    """
    connection.execute(meta.delete().where(meta.c.name == _ANNOUNCED))
    said = msgspec.json.encode(_Announced(seal_of(data_key, _ANNOUNCED.encode()), reason)).decode()
    connection.execute(meta.insert().values(name=_ANNOUNCED, value=said))


def is_announced(connection: Connection) -> bool:
    """Whether a rotation was announced and its record not yet taken."""
    return connection.execute(select(meta.c.value).where(meta.c.name == _ANNOUNCED)).first() is not None


def take_announced(connection: Connection, data_key: bytes) -> str | None:
    """Remove the announcement, and return its reason if the rotation succeeded; None if there was none or it failed.

    `data_key` is the key that now opens the store.
    """
    said = connection.execute(select(meta.c.value).where(meta.c.name == _ANNOUNCED)).scalar()
    if said is None:
        return None
    connection.execute(meta.delete().where(meta.c.name == _ANNOUNCED))
    announced = msgspec.json.decode(said, type=_Announced)
    return None if announced.of_key == seal_of(data_key, _ANNOUNCED.encode()) else announced.reason


class _Announced(msgspec.Struct, frozen=True):
    """An announced rotation. `of_key` identifies the old key without revealing anything about it."""

    of_key: bytes
    reason: str


def _keep_both(folder: Path, data_key: bytes, new_key: bytes) -> None:
    store_file = read_store_file(folder)
    check_mac(store_file, data_key)
    write_store_file(folder, with_next_key(store_file, new_key), data_key)


@contextlib.contextmanager
def alone(folder: Path, data_key: bytes) -> Iterator[Any]:
    """Open the database file with exclusive access until the block ends, with a rollback journal instead of the WAL.

    Raises Refusal `store.in_use`; Trouble as `driver_trouble` does, `store.damaged` for another key.
    """
    file = folder / DATABASE
    with driver_trouble(file), contextlib.closing(sqlcipher_connection(file, data_key)) as connection:
        # Short: a program that has the store open keeps it open, so waiting longer would not help.
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
    """Hold the database under `key`, so that no rotation can start until the block ends.

    Raises Trouble `store.damaged`, or on a server `store.key_changed`, if it is another key.
    """
    location = _location(folder, keys)
    if location is None:
        file = folder / DATABASE
        with driver_trouble(file), contextlib.closing(sqlcipher_connection(file, key)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield
            connection.execute("COMMIT")
        return
    engine = postgresql_engine(location.url, key, location.store_id)  # its connections verify the key
    try:
        with begin(engine, write=True, alone=True):
            write_location(folder, location, key)
            yield
    finally:
        engine.dispose()


def _location(folder: Path, keys: tuple[bytes, bytes]) -> Location | None:
    """Return the database's address, which may be boxed under either key."""
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
            _box_drafts_anew(connection, old, new)
    finally:
        engine.dispose()


def _box_drafts_anew(connection: Connection, old: Box, new: Box) -> None:
    named = (drafts.c.account, drafts.c.visit_id, drafts.c.subject, drafts.c.part)
    for row in connection.execute(select(*named)).all():
        is_row = and_(*(column == value for column, value in zip(named, row, strict=True)))
        value = connection.execute(select(drafts.c.value).where(is_row)).scalar_one()
        place = draft_place(*row)
        connection.execute(update(drafts).where(is_row).values(value=new.seal(place, old.open(place, value))))


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
