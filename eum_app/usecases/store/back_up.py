"""Back up a store while it is in use, and restore a backup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from db.backups import Backup, Manifest, OnProgress, Piece, damaged_parts, put_back, read_manifest, write_backup
from db.keyslots import open_slot, read_store_file
from eum_app.diagnostics import Event, timed
from eum_app.domain.errors import Refusal
from eum_app.usecases.session import Session, require_admitted


@dataclass(frozen=True)
class Restored:
    """Result of a restore, with the shared files of the backup that were not available."""

    folder: Path
    manifest: Manifest
    lost: tuple[str, ...]


@timed(Event.BACKED_UP)
def back_up(session: Session, into: Path, progress: OnProgress | None = None) -> Backup:
    """Back this store up into a folder of backups: a consistent, still encrypted copy of everything in it.

    Every role may do it. Content that is missing or damaged in the store is listed in `manifest.absent`; it raises
    nothing. A second backup into the same folder meanwhile ends this one. Raises Refusal `backup.database_elsewhere` (a
    PostgreSQL database), `backup.inside_store`, `account.removed`, `account.changed`; Trouble `store.damaged` (the
    database cannot be copied whole) and those of disk errors; and as `progress` does. No backup remains then.
    """
    require_admitted(session)
    return write_backup(session.store, session.ticket.data_key, into, progress)


@timed(Event.RESTORED)
def restore(
    backup: Path,
    folder: Path,
    account: str,
    passphrase: str,
    *,
    without_damaged: bool = False,
    progress: OnProgress | None = None,
) -> Restored:
    """Restore a backup as a store in `folder`, after every file of it was read and verified.

    With `without_damaged`, damaged photos and refused bundles are left out and listed in the result; keys and database
    must be intact. The store is as it was when the backup was made, so a device must request a new identity before it
    is used. Account and passphrase are those of that time; wrong ones are not counted.

    Raises Refusal `backup.absent`, `backup.damaged`, `store.absent` (the backup lists no keyslot file), `store.newer`,
    `store.older`, `keyslots.damaged`, `suite.unknown`, `passphrase.…`, `store.exists` (`folder` is not an empty one),
    `chain.…` (an altered journal); Trouble `keyslots.altered`, `store.damaged`, `memory.full` and those of disk errors;
    and as `progress` does. After any error `folder` is as before.
    """
    manifest = read_manifest(backup)
    _require_whole(damaged_parts(backup, manifest.own))
    data_key = open_slot(read_store_file(backup), account, passphrase).data_key
    damaged = damaged_parts(backup.parent, manifest.shared, progress)
    if not without_damaged:
        _require_whole(damaged)
    lost = {piece.path for piece in damaged}
    put_back(backup, manifest, lost, folder, data_key)
    return Restored(folder, manifest, tuple(sorted(lost)))


def _require_whole(damaged: list[Piece]) -> None:
    if damaged:
        raise Refusal("backup.damaged", part=damaged[0].path, parts=len(damaged))
