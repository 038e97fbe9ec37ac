"""Content objects: photos, signatures, notes. Each is encrypted under a separate key, which only the store holds.

Small objects are stored in the database. Large ones are files beside it, named by the hash of their sealed bytes, and
flushed before any fact names them.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from db.boxed import boxed, unboxed
from db.files import WRITING, disk_trouble, is_plain_file, is_plain_folder, opened_plain, sync_folder, written_whole
from db.tables import content, evidence, meta
from eum_app.crypto.streams import Reader, hash_object, open_object, read_fully, read_object, seal_object
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import ContentRef

INLINE_BYTES: Final = 64 * 1024
"""Largest sealed object, in bytes, that is stored in the database."""
RECOVERED: Final = "recovered"
"""Name in `meta` of the time at which the database was made again from a damaged one."""
COPY_BYTES: Final = 1024 * 1024
_OBJECT_NAME: Final = re.compile("[0-9a-f]{96}")
_FOLDER_NAME: Final = re.compile("[0-9a-f]{2}")
LOOKUP_CHUNK: Final = 500  # SQLite before 3.32 takes 999 bound values in a statement


@dataclass(frozen=True)
class ObjectRow:
    """The store's record of one object. `key` and `salt` are None if it was withheld by order."""

    object_id: str
    sealed_size: int
    media_type: str
    key: bytes | None
    salt: bytes | None


class ContentFolder:
    """The folder of sealed files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, object_id: str) -> Path:
        """Return the path of an object's file; it may not exist."""
        return self.folder / object_id[:2] / object_id

    def keep(self, sealed: Reader, object_id: str, size: int) -> bytes | None:
        """Keep sealed bytes of `size`. Return those of a small object, for the database; write a large one to its file.

        The file is flushed; an existing one is kept without reading `sealed`. Returns None for a large object, and
        fewer bytes if the reader ends earlier. The size of a file is not checked. Raises Trouble of the disk.
        """
        if size <= INLINE_BYTES:
            return read_fully(sealed, size)  # one read may return less than requested
        path = self.path_of(object_id)
        with disk_trouble(path):
            is_kept = path.exists()
        if not is_kept:
            with written_whole(path) as file:
                while block := sealed.read(COPY_BYTES):
                    file.write(block)
        return None


def seal_content(connection: Connection, folder: ContentFolder, plaintext: Reader, media_type: str) -> ContentRef:
    """Encrypt content into the store and return the reference for facts.

    The key is kept only if the transaction commits; the file of a large object stays until `unneeded_files` finds it.
    Raises Trouble of the disk.
    """
    with disk_trouble(folder.folder), tempfile.SpooledTemporaryFile(max_size=INLINE_BYTES * 64) as spool:
        # The spool holds sealed bytes only, so a spill to the disk exposes no plaintext.
        seal = seal_object(plaintext, spool)
        spool.seek(0)
        row = ObjectRow(seal.object_id, seal.size, media_type, seal.key, seal.salt)
        keep_object(connection, folder, row, spool)
    return ContentRef(
        object_id=seal.object_id,
        commitment=seal.commitment.hex(),
        size=seal.plaintext_size,
        media_type=media_type,
    )


def keep_object(connection: Connection, folder: ContentFolder, row: ObjectRow, sealed: Reader) -> None:
    """Store a sealed object, made here or read from a bundle. An object that is already held stays unchanged.

    Raises Trouble `content.cut` if fewer bytes of a small object came than announced, and Trouble of the disk.
    """
    inline = folder.keep(sealed, row.object_id, row.sealed_size)
    if inline is not None and len(inline) != row.sealed_size:
        raise Trouble("content.cut", object_id=row.object_id[:12], expected=row.sealed_size, found=len(inline))
    insert = postgresql.insert(content) if connection.dialect.name == "postgresql" else sqlite.insert(content)
    connection.execute(
        # An existing row may have been withheld; a bundle must not bring its key back.
        insert.on_conflict_do_nothing(index_elements=["object_id"]),
        {
            "object_id": row.object_id,
            "key": boxed(connection, f"content-key|{row.object_id}", row.key),
            "salt": boxed(connection, f"content-salt|{row.object_id}", row.salt),
            "sealed_size": row.sealed_size,
            "media_type": row.media_type,
            "sealed": inline,
        },
    )


_ROW = select(content.c.object_id, content.c.sealed_size, content.c.media_type, content.c.key, content.c.salt).where(
    content.c.object_id == bindparam("object_id")
)


def object_row(connection: Connection, object_id: str) -> ObjectRow:
    """Return the record of an object. Raises Trouble `content.absent` if the store has none, `store.damaged`."""
    row = connection.execute(_ROW, {"object_id": object_id}).first()
    if row is None:
        raise Trouble("content.absent", object_id=object_id[:12])
    key = unboxed(connection, f"content-key|{object_id}", row.key)
    salt = unboxed(connection, f"content-salt|{object_id}", row.salt)
    return ObjectRow(row.object_id, row.sealed_size, row.media_type, key, salt)


def open_sealed(connection: Connection, folder: ContentFolder, object_id: str) -> BinaryIO:
    """Open the sealed bytes of an object; the caller closes the file.

    Raises Trouble `content.absent` without a record or without bytes (some withheld objects), or with a link in place
    of the file; Trouble of the disk; Refusal `folder.link` if a link took its place just now.
    Reading from it raises OSError; `_reading` turns that into Trouble too.
    """
    found = connection.execute(select(content.c.sealed).where(content.c.object_id == object_id)).first()
    if found is not None and found.sealed is not None:
        return io.BytesIO(found.sealed)
    path = folder.path_of(object_id)
    with disk_trouble(path):
        if found is None or not is_plain_file(path):
            raise Trouble("content.absent", object_id=object_id[:12])
        return opened_plain(path)


@contextlib.contextmanager
def _reading(connection: Connection, folder: ContentFolder, object_id: str) -> Iterator[BinaryIO]:
    """Open the sealed bytes of an object for the block. A disk that fails while they are read raises Trouble too."""
    with open_sealed(connection, folder, object_id) as sealed, disk_trouble(folder.path_of(object_id)):
        yield sealed


def _commitment_of(ref: ContentRef) -> bytes:
    """Return the commitment that a fact states. No content matches one that is not hex, as a hostile device may write.

    Raises Refusal `object.not_as_committed`.
    """
    try:
        return bytes.fromhex(ref.commitment)
    except ValueError as error:
        raise Refusal("object.not_as_committed") from error


def read_content(connection: Connection, folder: ContentFolder, ref: ContentRef) -> bytes:
    """Return the plain bytes that a fact names, verified against its commitment.

    Raises Refusal `content.withheld` if the key was destroyed by order, `object.altered`, `object.not_an_object`,
    `object.wrong_key`, `object.not_as_committed`; Trouble `content.absent`, `store.damaged` and those of the disk.
    """
    row = object_row(connection, ref.object_id)
    if row.key is None or row.salt is None:
        raise Refusal("content.withheld", object_id=ref.object_id[:12])
    plain = io.BytesIO()
    with _reading(connection, folder, ref.object_id) as sealed:
        open_object(sealed, row.key, plain, salt=row.salt, commitment=_commitment_of(ref))
    return plain.getvalue()


def verify_content(connection: Connection, folder: ContentFolder, ref: ContentRef) -> None:
    """Verify that the object of a fact is present, opens with its key, and matches its commitment.

    A withheld object passes, because it can no longer be opened. Raises Refusal `content.missing`; Trouble
    `content.absent` if there is only a record; otherwise as `read_content` does.
    """
    row = connection.execute(_ROW, {"object_id": ref.object_id}).first()
    if row is None:
        raise Refusal("content.missing", object_id=ref.object_id[:12])
    held = object_row(connection, ref.object_id)
    if held.key is None or held.salt is None:
        return  # withheld by order: no key is left to open it with
    with _reading(connection, folder, ref.object_id) as sealed, Path(os.devnull).open("wb") as nowhere:
        open_object(sealed, held.key, nowhere, salt=held.salt, commitment=_commitment_of(ref))


def read_start(connection: Connection, folder: ContentFolder, object_id: str, count: int) -> bytes:
    """Return the first `count` plain bytes of an object, or all if it has fewer; empty if it is withheld.

    They are authentic but not compared with a commitment. Raises as `read_content` does, without
    `object.not_as_committed`.
    """
    row = object_row(connection, object_id)
    if row.key is None or row.salt is None:
        return b""
    start = b""
    with _reading(connection, folder, object_id) as sealed:
        for chunk in read_object(sealed, row.key):
            start += chunk
            if len(start) >= count:
                break
    return start[:count]


@dataclass(frozen=True)
class ContentVerdict:
    """Result of examining a store's content, as object ids.

    `altered` does not hash to its name, `missing` has a row but no bytes that can be read, or lost its row to damage.
    `pending` is named by facts and was never received, `withheld` has no key by order. Each is sorted.
    """

    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


def check_content(connection: Connection, folder: ContentFolder) -> list[str]:
    """Return the ids of objects whose sealed bytes are missing or altered, sorted; withheld ones are not checked."""
    found = examine_content(connection, folder)
    return sorted(found.altered + found.missing)


def examine_content(connection: Connection, folder: ContentFolder) -> ContentVerdict:
    """Hash every sealed object, and find the objects that facts name but the store lacks.

    An object that cannot be read counts as missing; nothing is raised for it.
    """
    altered, missing, withheld = [], [], []
    for row in connection.execute(select(content.c.object_id, content.c.key).order_by(content.c.object_id)).all():
        if row.key is None:
            withheld.append(row.object_id)
            continue
        try:
            with _reading(connection, folder, row.object_id) as sealed:
                if hash_object(sealed) != row.object_id:
                    altered.append(row.object_id)
        except Trouble:
            missing.append(row.object_id)
    pending = unheld_content(connection)
    if is_recovered(connection):  # no fact is received without its content: the disk destroyed these keys
        missing, pending = sorted([*missing, *pending]), []
    return ContentVerdict(tuple(altered), tuple(missing), tuple(pending), tuple(withheld))


def unheld_content(connection: Connection) -> list[str]:
    """Return the ids of objects that facts name and of which the store has no record, sorted."""
    held = select(content.c.object_id).where(content.c.object_id == evidence.c.object_id)
    named = select(evidence.c.object_id).where(~held.exists()).distinct().order_by(evidence.c.object_id)
    return list(connection.execute(named).scalars())


def is_recovered(connection: Connection) -> bool:
    """Whether the database was made again from a damaged one, which may have cost records of content."""
    return connection.execute(select(meta.c.value).where(meta.c.name == RECOVERED)).first() is not None


def withhold(connection: Connection, object_ids: Iterable[str]) -> None:
    """Destroy the keys of objects, and the sealed bytes that are in the database.

    `remove_files` removes the files later.

    An object that is not held gets a row without a key, so that it stays unreadable when it arrives.
    """
    insert = postgresql.insert(content) if connection.dialect.name == "postgresql" else sqlite.insert(content)
    gone = dict.fromkeys(("key", "salt", "sealed"))
    statement = insert.on_conflict_do_update(index_elements=["object_id"], set_=gone)
    rows = [{"object_id": object_id, "sealed_size": 0, "media_type": "", **gone} for object_id in object_ids]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # overwrite the freed pages
    if rows:
        connection.execute(statement, rows)


def unneeded_files(connection: Connection, folder: ContentFolder, before: float) -> list[Path]:
    """Return files that nothing needs and that were last written before `before` (seconds since 1970), sorted.

    These are files without a row (left by a failed transaction), files of withheld objects, and partial files of a
    crash. Partial files beside the database count too: an old keyslot file would let a removed account in. In a
    recovered store a file without a row stays: the disk may have destroyed its row, and a backup may hold it.
    """
    found = {}
    for path in (*_files_of(folder.folder), *folder.folder.parent.glob(f"{WRITING}*")):
        with contextlib.suppress(OSError):
            if is_plain_file(path) and path.lstat().st_mtime < before:
                found[path.name] = path
    names = sorted(found)
    keeps_all = is_recovered(connection)
    for start in range(0, len(names), LOOKUP_CHUNK):
        chunk = names[start : start + LOOKUP_CHUNK]
        rows = connection.execute(
            select(content.c.object_id, content.c.key.is_(None)).where(content.c.object_id.in_(chunk))
        )
        is_withheld = {row[0]: bool(row[1]) for row in rows}
        for name in chunk:
            if not is_withheld.get(name, not keeps_all or name.startswith(WRITING)):
                del found[name]
    return sorted(found.values())


def _files_of(folder: Path) -> Iterator[Path]:
    """Yield what this program writes into the folder of content, by its names. Nothing behind a link is yielded."""
    for inner in _plain_folders(folder):
        for path in inner.iterdir():
            if path.name.startswith(WRITING) or _OBJECT_NAME.fullmatch(path.name):
                yield path


def _plain_folders(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        if is_plain_folder(folder):
            return [one for one in folder.iterdir() if _FOLDER_NAME.fullmatch(one.name) and is_plain_folder(one)]
    return []


def remove_files(paths: Iterable[Path]) -> int:
    """Remove the files and return their number. Raises Trouble of the disk.

    Missing files are counted too, and files in a folder that is a link, which stay.
    """
    removed = 0
    for path in paths:
        with disk_trouble(path):
            if is_plain_folder(path.parent):  # else a link, and the file would be another folder's
                path.unlink(missing_ok=True)
                sync_folder(path.parent)
        removed += 1
    return removed
