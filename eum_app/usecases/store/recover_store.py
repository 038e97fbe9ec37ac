"""Rebuild a store: its read tables, or the whole database from what is left of a damaged one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from db.backups import read_manifest
from db.engines import DATABASE
from db.keyslots import Unlocked, open_slot, read_store_file
from db.location import read_location
from db.pages import examine_file
from db.recovery import Recovered, recover
from db.secrets import PURPOSES
from db.store import StoreName
from eum_app.diagnostics import Event, timed
from eum_app.domain.clock import Now, system_now, utc_text
from eum_app.domain.errors import Refusal
from eum_app.usecases.store.unlocking import unlocked_by_passphrase


def is_damaged(folder: Path, account: str, passphrase: str) -> bool:
    """Whether pages of the store's database file are damaged, or do not fit together; False for one on a server.

    Raises as `unlocked_by_passphrase` does, which counts failed attempts, and as `read_location`; Trouble of the disk,
    `disk.failed` if there is no database file.
    """
    _, unlocked = unlocked_by_passphrase(folder, account, passphrase)
    key = _key_in_use(folder, unlocked)
    return read_location(folder, key) is None and not examine_file(folder / DATABASE, key).is_whole


@timed(Event.STORE_REBUILT)
def recover_store(
    folder: Path, account: str, passphrase: str, backups: Sequence[Path] = (), now: Now = system_now
) -> Recovered:
    """Replace a damaged database by what its whole pages hold, and by entries of `backups` (folders of one backup each)
    that fit into the gaps.

    The damaged file is kept. Raises as `unlocked_by_passphrase`, which counts failed attempts, and as `open_slot` for a
    backup with another passphrase, which are not counted; Refusal `backup.absent`, `backup.damaged`, `store.newer`,
    `backup.other_store`, `store.in_use`; Trouble `store.damaged` if nothing can be recovered, and of the disk. After an
    error the store is as before.
    """
    store_file, unlocked = unlocked_by_passphrase(folder, account, passphrase)
    key = _key_in_use(folder, unlocked)
    others = []
    for backup in backups:
        if read_manifest(backup).store_id != store_file.store_id:
            raise Refusal("backup.other_store", path=str(backup))
        others.append((backup / DATABASE, open_slot(read_store_file(backup), account, passphrase).data_key))
    named = StoreName(store_file.store_id, store_file.name, store_file.kind, 1)
    return recover(folder, key, named, PURPOSES, others, utc_text(now()))


def _key_in_use(folder: Path, unlocked: Unlocked) -> bytes:
    """Return the data key of the database: the next one if a rotation was interrupted after it had succeeded."""
    has_file = (folder / DATABASE).is_file()  # a database on a server has none
    if unlocked.next_key and has_file and not examine_file(folder / DATABASE, unlocked.data_key).has_whole_pages:
        return unlocked.next_key
    return unlocked.data_key
