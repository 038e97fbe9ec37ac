"""Backups of a store whose database is a file: taken while it is in use, complete, and encrypted like the store.

    FOLDER/
        FLD-0042_20261122T083000123456Z/     one backup
            manifest.json  store.db  keyslots.json
        content/ab/abcdef…                   sealed objects, shared by all backups in FOLDER
        quarantine/…                         bundles that were refused, likewise

Objects are named by their hash and never change, so later backups do not copy them again. A backup gets its final name
only after it was flushed and read back. Decryption happens in memory only. A backup opens with the passphrases that the
store had when it was made.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from db.chains import verify_all_chains
from db.engines import DATABASE, begin, sqlcipher_engine
from db.files import (
    disk_trouble,
    is_file,
    is_plain_file,
    is_plain_folder,
    opened_plain,
    require_no_links,
    sync_folder,
    written_whole,
)
from db.instance import RESTORED
from db.keyslots import FILE_NAME as KEYSLOTS
from db.location import read_location
from db.snapshots import copy_database, database_bytes, require_room, verify_database
from db.store import CONTENT, Store
from db.tables import content, meta
from eum_app.crypto.streams import hash_object
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.unreadable import UNREADABLE

FORMAT: Final = 1
"""Version of the manifest that this program writes."""
MANIFEST: Final = "manifest.json"
QUARANTINE: Final = "quarantine"
COPY_BYTES: Final = 1024 * 1024
_SHARED: Final = re.compile(rf"{CONTENT}/[0-9a-f]{{2}}/[0-9a-f]{{96}}|{QUARANTINE}/[^./\\:][^/\\:]*")
"""Paths of shared files."""
_MAX_MANIFEST_BYTES: Final = 256 * 1024 * 1024

OnProgress = Callable[[int, int], object]
"""Callback (bytes done, bytes in all). It may raise to cancel; then only complete shared objects remain."""


class Piece(msgspec.Struct, frozen=True):
    """One file of a backup: path (below the backup, or below FOLDER for shared files), bytes, hex SHA-384."""

    path: str
    size: int
    sha384: str


class Manifest(msgspec.Struct, frozen=True):
    """Content of a backup. `absent` names objects that the store lacked, or held damaged, when the backup was made."""

    format: int
    store_id: str
    name: str
    kind: str
    epoch: int
    made_at: str
    own: tuple[Piece, ...]
    shared: tuple[Piece, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Backup:
    """A complete backup. `size` is in bytes, shared files included; `copied` is the number of bytes written for it."""

    path: Path
    manifest: Manifest
    size: int
    copied: int


def write_backup(store: Store, data_key: bytes, into: Path, progress: OnProgress | None = None) -> Backup:
    """Back up an open store into the folder `into`, as of one moment, while others may write to it.

    `into` is made if it is missing. A second backup of the same store into the same folder ends the first. After an
    error or a cancellation only complete shared objects remain. Raises Refusal `backup.database_elsewhere` (a
    PostgreSQL database), `backup.inside_store`, `folder.link` (a link among the objects or bundles of the store or of
    `into`); Trouble `disk.full` (before anything is written), `store.damaged` (a page of the database or its copy
    cannot be read) and other Trouble of the disk; and as `read_location` and `progress` do.
    """
    location = read_location(store.folder, data_key)
    if location is not None:
        raise Refusal("backup.database_elsewhere", server=location.server)
    # A backup inside the store would be lost together with it.
    if into.resolve().is_relative_to(store.folder.resolve()):
        raise Refusal("backup.inside_store", path=str(into))
    beginning = f".writing-{store.named.store_id}-"
    with disk_trouble(into):
        into.mkdir(parents=True, exist_ok=True)
        for name in (CONTENT, QUARANTINE):
            if os.path.lexists(into / name) and not is_plain_folder(into / name):
                raise Refusal("folder.link", path=str(into / name))
            require_no_links(into / name)
            require_no_links(store.folder / name)
        for left in into.glob(f"{beginning}*"):  # remains of a backup that was killed
            shutil.rmtree(left, ignore_errors=True)
        made_at = utc_text(store.now())
        named = into / f"{store.named.name}_{made_at.translate(str.maketrans('', '', '-:.'))}"
        unfinished = into / f"{beginning}{secrets.token_hex(4)}"
        unfinished.mkdir()
    try:
        manifest, copied = _written(store, data_key, into, unfinished, made_at, progress or _unheard)
        with disk_trouble(named):
            sync_folder(unfinished)
            unfinished.rename(named)
            sync_folder(into)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Backup(named, manifest, sum(piece.size for piece in (*manifest.own, *manifest.shared)), copied)


def _written(
    store: Store, data_key: bytes, into: Path, unfinished: Path, made_at: str, progress: OnProgress
) -> tuple[Manifest, int]:
    with store.reading() as connection:
        objects = _objects(connection)
        shared = {f"{CONTENT}/{name[:2]}/{name}": name for name in objects}
        quarantined = {f"{QUARANTINE}/{path.name}": path for path in _quarantined(store.folder)}
        new = {path for path in (*shared, *quarantined) if not _is_there(store.folder / path, into / path)}
        of_database = database_bytes(connection)
        total = of_database + sum(max(0, _size(store.folder / path)) for path in new)
        require_room(into, total)
        copy_database(connection, unfinished / DATABASE, data_key, lambda done: progress(done, total))
    # Objects may be copied after that moment: they never change, and are flushed before a row names them.
    done = of_database
    for path in sorted(new):
        _copy(store.folder / path, into / path)
        done += max(0, _size(into / path))
        progress(done, total)
    with disk_trouble(unfinished), written_whole(unfinished / KEYSLOTS) as file:
        file.write((store.folder / KEYSLOTS).read_bytes())
    verify_database(unfinished / DATABASE, data_key)
    own = tuple(_piece(unfinished, name) for name in (DATABASE, KEYSLOTS))
    pieces, absent = [], []
    for path, name in shared.items():
        # Files of earlier backups were hashed when they were copied. Only the new ones are read again.
        whole = _size(into / path) == objects[name] and (path not in new or _sha384(into / path) == name)
        if whole:
            pieces.append(Piece(path, objects[name], name))
        else:
            (into / path).unlink(missing_ok=True)
            absent.append(name)
    pieces += [_piece(into, path) for path in quarantined]
    named = store.named
    manifest = Manifest(
        FORMAT, named.store_id, named.name, named.kind, named.epoch, made_at, own, tuple(pieces), tuple(absent)
    )
    with written_whole(unfinished / MANIFEST) as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest, done


def _objects(connection: Connection) -> dict[str, int]:
    """Return id → sealed size of the objects that are files. Withheld ones have no key and may be missing."""
    rows = connection.execute(
        select(content.c.object_id, content.c.sealed_size)
        .where(content.c.sealed.is_(None), content.c.key.is_not(None))
        .order_by(content.c.object_id)
    )
    return {row.object_id: row.sealed_size for row in rows}


def _quarantined(folder: Path) -> list[Path]:
    found = (folder / QUARANTINE).glob("*") if is_plain_folder(folder / QUARANTINE) else ()
    # Only what `read_manifest` accepts: by another name, the backup could not be restored.
    return sorted(path for path in found if _SHARED.fullmatch(f"{QUARANTINE}/{path.name}") and is_plain_file(path))


def read_manifest(backup: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises Refusal `backup.absent`, `backup.damaged`, `store.newer`; Trouble of the disk.
    """
    path = backup / MANIFEST
    if not is_file(path):
        raise Refusal("backup.absent", path=str(backup))
    with disk_trouble(path):
        data = path.read_bytes() if path.stat().st_size <= _MAX_MANIFEST_BYTES else b""
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except UNREADABLE as error:
        raise Refusal("backup.damaged", part=MANIFEST, parts=1) from error
    if manifest.format > FORMAT:
        raise Refusal("store.newer", found="backup", known=str(FORMAT))
    # A manifest from another party must not name files outside the backup, nor other files of a store.
    is_of_backup = {piece.path for piece in manifest.own} <= {DATABASE, KEYSLOTS}
    if not is_of_backup or not all(_SHARED.fullmatch(piece.path) for piece in manifest.shared):
        raise Refusal("backup.damaged", part=MANIFEST, parts=1)
    return manifest


def damaged_parts(folder: Path, pieces: Iterable[Piece], progress: OnProgress | None = None) -> list[Piece]:
    """Read each file completely, and return those that are missing, truncated or altered, in their order.

    Their paths begin at `folder`. Raises Trouble of the disk, and as `progress` does.
    """
    pieces = list(pieces)
    total = sum(piece.size for piece in pieces)
    done = 0
    damaged = []
    for piece in pieces:
        path = folder / piece.path
        if _size(path) != piece.size or _sha384(path) != piece.sha384:
            damaged.append(piece)
        done += piece.size
        (progress or _unheard)(done, total)
    return damaged


def put_back(backup: Path, manifest: Manifest, lost: set[str], folder: Path, data_key: bytes) -> None:
    """Restore a backup as a store in `folder`, completely or not at all.

    `lost` are paths of shared files to leave out; others that are missing are left out too. `folder` may exist if it is
    empty. The restored database carries the mark `db.instance.RESTORED`. Raises Refusal `store.exists`, and as
    `verify_chain` if a journal was altered; Trouble `disk.full`, `store.damaged` and similar.
    """
    with disk_trouble(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refusal("store.exists", path=str(folder))
        folder.parent.mkdir(parents=True, exist_ok=True)
        shared = [piece for piece in manifest.shared if piece.path not in lost]
        require_room(folder.parent, sum(piece.size for piece in (*manifest.own, *shared)))
        unfinished = folder.with_name(f".restoring-{secrets.token_hex(4)}")
        unfinished.mkdir()
    try:
        for piece in manifest.own:
            _copy(backup / piece.path, unfinished / piece.path)
        for piece in shared:
            _copy(backup.parent / piece.path, unfinished / piece.path)
        verify_database(unfinished / DATABASE, data_key)
        _mark_restored(unfinished / DATABASE, data_key, manifest)
        with disk_trouble(folder):
            sync_folder(unfinished)
            if folder.exists():
                folder.rmdir()
            unfinished.rename(folder)
            sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _mark_restored(path: Path, data_key: bytes, manifest: Manifest) -> None:
    engine = sqlcipher_engine(path, data_key)
    try:
        with begin(engine, write=True) as connection:
            verify_all_chains(connection)
            connection.execute(meta.delete().where(meta.c.name == RESTORED))
            connection.execute(meta.insert().values(name=RESTORED, value=manifest.made_at))
    finally:
        engine.dispose()


def _copy(source: Path, target: Path) -> None:
    """Copy a file completely. A missing source is skipped and detected as missing afterwards."""
    with disk_trouble(source):
        is_there = is_plain_file(source)
    if is_there:
        with written_whole(target) as file, opened_plain(source) as given:
            shutil.copyfileobj(given, file, COPY_BYTES)


def _is_there(source: Path, target: Path) -> bool:
    return 0 <= _size(source) == _size(target)


def _size(path: Path) -> int:
    with disk_trouble(path):
        return path.lstat().st_size if is_plain_file(path) else -1


def _sha384(path: Path) -> str:
    with disk_trouble(path), opened_plain(path) as file:
        return hash_object(file)


def _piece(folder: Path, path: str) -> Piece:
    return Piece(path, _size(folder / path), _sha384(folder / path))


def _unheard(done: int, total: int) -> None:
    del done, total
