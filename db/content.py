"""Content objects: photos, signatures, notes. Each is sealed under a key of its own that stands only in the store.

Small objects lie in the store, large ones as files beside it named by the hash of their sealed bytes, written and
fsynced before any fact names them.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from db.boxed import boxed, unboxed
from db.files import WRITING, disk_trouble, sync_folder, written_whole
from db.tables import content, evidence
from eum_app.crypto.streams import Reader, hash_object, open_object, read_fully, seal_object
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import ContentRef

INLINE_BYTES: Final = 64 * 1024
COPY_BYTES: Final = 1024 * 1024
LOOKUP_CHUNK: Final = 500


@dataclass(frozen=True)
class ObjectRow:
    """What the store knows of one object; `key` and `salt` are None where it was withheld by order."""

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
        return self.folder / object_id[:2] / object_id

    def keep(self, sealed: Reader, object_id: str, size: int) -> bytes | None:
        """Keep sealed bytes: those of a small object are returned, to lie in the store; those of a large one are
        written under its name and fsynced, unless they are there already."""
        if size <= INLINE_BYTES:
            return read_fully(sealed, size)  # a reader may give less than is asked for at a time
        path = self.path_of(object_id)
        if not path.exists():
            with written_whole(path) as file:
                while block := sealed.read(COPY_BYTES):
                    file.write(block)
        return None


def seal_content(connection: Connection, folder: ContentFolder, plaintext: Reader, media_type: str) -> ContentRef:
    """Seal content into the store and return how facts name it. The key lasts only if the transaction does."""
    with disk_trouble(folder.folder), tempfile.SpooledTemporaryFile(max_size=INLINE_BYTES * 64) as spool:
        # What is spooled is sealed already; should it spill to a file, no plaintext meets the disk.
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
    """Keep a sealed object, of our own making or out of a bundle. One already held stays as it is."""
    inline = folder.keep(sealed, row.object_id, row.sealed_size)
    if inline is not None and len(inline) != row.sealed_size:
        raise Trouble("content.cut", object_id=row.object_id[:12], expected=row.sealed_size, found=len(inline))
    insert = postgresql.insert(content) if connection.dialect.name == "postgresql" else sqlite.insert(content)
    connection.execute(
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
    """Raises Trouble `content.absent` where the store has no such object."""
    row = connection.execute(_ROW, {"object_id": object_id}).first()
    if row is None:
        raise Trouble("content.absent", object_id=object_id[:12])
    key = unboxed(connection, f"content-key|{object_id}", row.key)
    salt = unboxed(connection, f"content-salt|{object_id}", row.salt)
    return ObjectRow(row.object_id, row.sealed_size, row.media_type, key, salt)


def open_sealed(connection: Connection, folder: ContentFolder, object_id: str) -> BinaryIO:
    """The sealed bytes of an object, to be read and closed. Raises Trouble `content.absent`."""
    found = connection.execute(select(content.c.sealed).where(content.c.object_id == object_id)).first()
    path = folder.path_of(object_id)
    if found is None or (found.sealed is None and not path.is_file()):
        raise Trouble("content.absent", object_id=object_id[:12])
    if found.sealed is not None:
        return io.BytesIO(found.sealed)
    with disk_trouble(path):
        return path.open("rb")


def read_content(connection: Connection, folder: ContentFolder, ref: ContentRef) -> bytes:
    """The plain bytes that a fact names, held against its commitment.

    Raises Refusal `content.withheld` where the key was destroyed by order, `object.altered`,
    `object.not_as_committed`; Trouble `content.absent`.
    """
    row = object_row(connection, ref.object_id)
    if row.key is None or row.salt is None:
        raise Refusal("content.withheld", object_id=ref.object_id[:12])
    plain = io.BytesIO()
    with open_sealed(connection, folder, ref.object_id) as sealed:
        open_object(sealed, row.key, plain, salt=row.salt, commitment=bytes.fromhex(ref.commitment))
    return plain.getvalue()


def verify_content(connection: Connection, folder: ContentFolder, ref: ContentRef) -> None:
    """Hold what a fact names against what lies here: it is there, opens with its key, and is what was committed to.

    Raises Refusal `content.missing`, `object.altered`, `object.wrong_key`, `object.not_as_committed`.
    """
    row = connection.execute(_ROW, {"object_id": ref.object_id}).first()
    if row is None:
        raise Refusal("content.missing", object_id=ref.object_id[:12])
    held = object_row(connection, ref.object_id)
    if held.key is None or held.salt is None:
        return  # withheld by order: nothing is left to try
    with open_sealed(connection, folder, ref.object_id) as sealed, Path(os.devnull).open("wb") as nowhere:
        open_object(sealed, held.key, nowhere, salt=held.salt, commitment=bytes.fromhex(ref.commitment))


@dataclass(frozen=True)
class ContentVerdict:
    """What a store's content came to, as object ids: `altered` does not hash to its name, `missing` is not there though
    its row is, `pending` is named by facts and was never received, `withheld` has no key any more, by order."""

    altered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


def check_content(connection: Connection, folder: ContentFolder) -> list[str]:
    """Ids of objects whose sealed bytes are missing or no longer hash to their name."""
    found = examine_content(connection, folder)
    return sorted(found.altered + found.missing)


def examine_content(connection: Connection, folder: ContentFolder) -> ContentVerdict:
    """Hash every sealed object that is held, and look for those that facts name."""
    altered, missing, withheld = [], [], []
    for row in connection.execute(select(content.c.object_id, content.c.key).order_by(content.c.object_id)).all():
        if row.key is None:
            withheld.append(row.object_id)
            continue
        try:
            with open_sealed(connection, folder, row.object_id) as sealed:
                if hash_object(sealed) != row.object_id:
                    altered.append(row.object_id)
        except Trouble:
            missing.append(row.object_id)
    held = select(content.c.object_id).where(content.c.object_id == evidence.c.object_id)
    named = select(evidence.c.object_id).where(~held.exists()).distinct().order_by(evidence.c.object_id)
    pending = connection.execute(named).scalars()
    return ContentVerdict(tuple(altered), tuple(missing), tuple(pending), tuple(withheld))


def withhold(connection: Connection, object_ids: Iterable[str]) -> None:
    """Destroy the keys of objects, and their sealed bytes where they lie in the store; `remove_files` takes the files
    once that is committed. One that is not held gets a row without a key, so that it stays unread when it comes."""
    insert = postgresql.insert(content) if connection.dialect.name == "postgresql" else sqlite.insert(content)
    gone = dict.fromkeys(("key", "salt", "sealed"))
    statement = insert.on_conflict_do_update(index_elements=["object_id"], set_=gone)
    rows = [{"object_id": object_id, "sealed_size": 0, "media_type": "", **gone} for object_id in object_ids]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # what is freed is written over
    if rows:
        connection.execute(statement, rows)


def unneeded_files(connection: Connection, folder: ContentFolder, before: float) -> list[Path]:
    """Files, last written before `before` (seconds since 1970), that no row names (a transaction that failed after
    writing them), those of objects that were withheld, and what a crash left half written, beside the database too:
    an older keyslot file would let a removed account in."""
    found = {}
    for path in (*folder.folder.glob("*/*"), *folder.folder.parent.glob(f"{WRITING}*")):
        with contextlib.suppress(OSError):
            if path.is_file() and path.stat().st_mtime < before:
                found[path.name] = path
    names = sorted(found)
    for start in range(0, len(names), LOOKUP_CHUNK):
        chunk = names[start : start + LOOKUP_CHUNK]
        held = select(content.c.object_id).where(content.c.object_id.in_(chunk), content.c.key.is_not(None))
        for object_id in connection.execute(held).scalars():
            del found[object_id]
    return sorted(found.values())


def remove_files(paths: Iterable[Path]) -> int:
    """How many files went."""
    removed = 0
    for path in paths:
        with disk_trouble(path):
            path.unlink(missing_ok=True)
            sync_folder(path.parent)
        removed += 1
    return removed
