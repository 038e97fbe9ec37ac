"""Upgrade an older store to this version: its schema and its read tables.

The upgrade is one transaction, verified before the commit. Before it, the database is copied; the copy is kept until
the upgraded store was read, and restored if that fails. On a server nothing is copied: its administrator backs up first
(docs/operations.md).
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
"""File name of the copy from before an upgrade."""


def is_due(connection: Connection) -> bool:
    """Whether the store needs an upgrade.

    Raises Refusal `store.newer`; Trouble `store.damaged` if the database contains no store.
    """
    revision = migrations.current(connection)
    if not revision:
        raise Trouble("store.damaged")
    if revision not in migrations.KNOWN:
        raise Refusal("store.newer", found=revision, known=migrations.HEAD)
    return revision != migrations.HEAD or _of_tables(connection) != str(projection.PROJECTION_VERSION)


@timed(Event.STORE_UPGRADED)
def bring_up(folder: Path, engine: Engine, data_key: bytes) -> None:
    """Upgrade the schema and rebuild the read tables, completely or not at all.

    Raises Refusal `store.newer`; Trouble `disk.full` (before anything is written), `store.owner_needed`,
    `store.triggers_missing`, `store.triggers_foreign`, `database.distributed`, `store.upgrade_failed`, and those of
    `begin`. After an error the store is as before; only on a server it stays upgraded if the last check fails.
    """
    is_file = engine.dialect.name == "sqlite"
    copy = folder / BEFORE_UPGRADE
    try:
        with begin(engine, write=True, alone=True) as connection:
            if not is_due(connection):
                return  # another process did it while we waited
            before = _journals(connection)
            if is_file:
                _copy_aside(engine, copy, data_key)  # on another connection, while this one locks out writers
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
    """Remove the copy from before an upgrade, once the store was opened and verified. Raises Trouble of the disk."""
    copy = folder / BEFORE_UPGRADE
    if copy.exists():
        with disk_trouble(copy):
            copy.unlink(missing_ok=True)  # another process may open the store and remove it too


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
    """Raise Trouble `store.upgrade_failed` or `store.triggers_missing` unless the upgrade is complete and journals
    unchanged.
    """
    triggers.verify(connection)
    if is_due(connection) or _journals(connection) != before:
        raise Trouble("store.upgrade_failed")


def _journals(connection: Connection) -> dict[tuple[str, int], tuple[int, int]]:
    """Return (origin, epoch) → (newest number, number of entries)."""
    rows = connection.execute(
        select(journal.c.origin, journal.c.epoch, func.max(journal.c.seq), func.count()).group_by(
            journal.c.origin, journal.c.epoch
        )
    )
    return {(origin, epoch): (newest, entries) for origin, epoch, newest, entries in rows}


def _of_tables(connection: Connection) -> str:
    return connection.execute(select(meta.c.value).where(meta.c.name == "projection_version")).scalar() or ""
