"""Bringing an older store up to this version: its schema, and its read tables.

All of it is one transaction, verified before it is committed. A copy of the database is made before and kept until the
store was read again afterwards; where it cannot be read, the copy is put back. On a server nothing is copied: whoever
administers it backs up first (docs/operations.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from db import migrations, projection, triggers
from db.engines import DATABASE, begin, give_memory_back
from db.files import disk_trouble, sync_folder
from db.snapshots import copy_database, database_bytes, put_back_database, require_room, verify_database
from db.tables import journal, meta
from eum_app.diagnostics import Event, timed
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.journal import outgoing_origin

BEFORE_UPGRADE: Final = f"{DATABASE}.before-upgrade"


def is_due(connection: Connection) -> bool:
    """Whether a store is of an older version.

    Raises Refusal `store.newer`; Trouble `store.damaged` where there is no store in the database.
    """
    revision = migrations.current(connection)
    if not revision:
        raise Trouble("store.damaged")
    if revision not in migrations.KNOWN:
        raise Refusal("store.newer", found=revision, known=migrations.HEAD)
    return revision != migrations.HEAD or _of_tables(connection) != str(projection.PROJECTION_VERSION)


@timed(Event.STORE_UPGRADED)
def bring_up(folder: Path, engine: Engine, data_key: bytes) -> None:
    """Bring the schema up and make the read tables anew; all of it or nothing.

    Raises Refusal `store.newer`; Trouble `disk.full` (asked before anything is written), `store.upgrade_failed`, and
    as the database has it. The store is then what it was before.
    """
    is_file = engine.dialect.name == "sqlite"
    copy = folder / BEFORE_UPGRADE
    try:
        with begin(engine, write=True, alone=True) as connection:
            if not is_due(connection):
                return  # somebody else did it while we waited
            before = _journals(connection)
            if is_file:
                _copy_aside(engine, copy, data_key)  # by another connection: this one keeps every writer out
            if migrations.upgrade(connection):
                triggers.install(connection)
            if _of_tables(connection) != str(projection.PROJECTION_VERSION):
                name = connection.execute(select(meta.c.value).where(meta.c.name == "name")).scalar_one()
                projection.rebuild(connection, outgoing_origin(name, ""))
            _require_upgraded(connection, before)
    except BaseException:
        copy.unlink(missing_ok=True)  # nothing was committed
        raise
    give_memory_back()
    try:
        with begin(engine, write=False) as connection:
            _require_upgraded(connection, before)
    except KnownError:
        if is_file:
            with engine.connect() as connection:
                put_back_database(connection, copy, data_key)
        raise
    discard_copy(folder)


def discard_copy(folder: Path) -> None:
    """Once a store was opened and verified, the copy from before its upgrade is not needed any more."""
    copy = folder / BEFORE_UPGRADE
    if copy.exists():
        with disk_trouble(copy):
            copy.unlink(missing_ok=True)  # whoever opens the store at the same time may have been first


def _copy_aside(engine: Engine, copy: Path, data_key: bytes) -> None:
    unfinished = copy.with_name(f".{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with begin(engine, write=False) as connection:
            require_room(copy.parent, 2 * database_bytes(connection))  # the copy, and what the upgrade writes
            copy_database(connection, unfinished, data_key)
        verify_database(unfinished, data_key)
        with disk_trouble(copy):
            unfinished.replace(copy)
            sync_folder(copy.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _require_upgraded(connection: Connection, before: dict[tuple[str, int], tuple[int, int]]) -> None:
    """Raises Trouble `store.upgrade_failed`, `store.triggers_missing`."""
    triggers.verify(connection)
    if is_due(connection) or _journals(connection) != before:
        raise Trouble("store.upgrade_failed")


def _journals(connection: Connection) -> dict[tuple[str, int], tuple[int, int]]:
    """(origin, epoch) → newest number and how many entries there are."""
    rows = connection.execute(
        select(journal.c.origin, journal.c.epoch, func.max(journal.c.seq), func.count()).group_by(
            journal.c.origin, journal.c.epoch
        )
    )
    return {(origin, epoch): (newest, entries) for origin, epoch, newest, entries in rows}


def _of_tables(connection: Connection) -> str:
    return connection.execute(select(meta.c.value).where(meta.c.name == "projection_version")).scalar() or ""
