"""Detect that a store is a copy or was restored to an earlier state.

A store's token is in its database and, with the head of its chain, in a small file outside its folder, per user and
machine (`EUM_STATE`, or the platform's state folder). A copy finds no such file, or one for another folder that still
holds the store. A restored store does not hold the recorded entry. If that file or the whole machine is copied too,
only HQ can detect it: the same number with another hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from platformdirs import user_state_path
from sqlalchemy import Connection, select

from db.chains import chain_head, entry_hash_at
from db.doubt_tables import copies
from db.engines import DATABASE
from db.exchange_tables import received
from db.files import own_folder, written_whole
from db.location import FILE_NAME as ADDRESS
from db.tables import journal, meta
from eum_app.domain.errors import Trouble
from eum_app.domain.facts import CopyNoticed
from eum_app.domain.file_names import part_of_name
from eum_app.domain.journal import Head
from eum_app.domain.stores import CopyKind
from eum_app.domain.unreadable import UNREADABLE

TOKEN: Final = "instance"  # noqa: S105 - a name in `meta`
"""Name in `meta` of the store's token."""
RESTORED: Final = "restored"
"""Name in `meta` of the mark that a restore leaves."""
_ID_CHARS: Final = 64  # more than `new_id` makes; a folder from another party may hold any text as the store's id
_MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Copied:
    """This store's chain may continue elsewhere: only entries up to `through_seq` are certainly its own.

    `how` is copied or put_back; `known_seq` is as in `CopyNoticed`.
    """

    how: str
    through_seq: int
    known_seq: int
    noticed_at: str

    @property
    def missing(self) -> range:
        """Numbers of entries that were recorded here and are lost, as far as known."""
        return range(self.through_seq + 1, self.known_seq + 1)

    def noticed(self, observed_at: str, epoch: int) -> CopyNoticed:
        """Return the fact that repeats this finding for the chain of `epoch`, to be recorded in its successor."""
        return CopyNoticed(
            observed_at=observed_at,
            epoch=epoch,
            how=self.how,
            through_seq=self.through_seq,
            known_seq=self.known_seq,
        )


class Left(msgspec.Struct, frozen=True):
    """State of a store when it was last closed or left."""

    format: int
    token: str
    folder: str
    epoch: int
    seq: int
    hash: bytes


def state_folder() -> Path:
    """Return the folder in which this machine remembers the user's stores; it may not exist.

    Raises Trouble `home.absent`.
    """
    named = os.environ.get("EUM_STATE")
    return Path(named) if named else own_folder(user_state_path)


def copied(connection: Connection, origin: str, epoch: int) -> Copied | None:
    """Return the copy that was noticed for a chain, by itself or by its successor; None if none was."""
    row = connection.execute(select(copies).where(copies.c.origin == origin, copies.c.epoch == epoch)).first()
    return Copied(row.how, row.through_seq, row.known_seq, row.noticed_at) if row else None


def entries_lost(connection: Connection) -> list[tuple[str, int, range]]:
    """Return (origin, epoch, numbers) of entries that chains are known to have lost.

    Their stores reported the loss, and the entries were not received here before.
    """
    question = select(copies).where(copies.c.known_seq > copies.c.through_seq).order_by(copies.c.origin, copies.c.epoch)
    lost = []
    for row in connection.execute(question):
        next_kind = select(journal.c.kind).where(
            journal.c.origin == row.origin, journal.c.epoch == row.epoch, journal.c.seq == row.through_seq + 1
        )
        if connection.execute(next_kind).scalar() in {None, CopyNoticed.__name__}:
            lost.append((row.origin, row.epoch, range(row.through_seq + 1, row.known_seq + 1)))
    return lost


def how_it_differs(
    connection: Connection, folder: Path, own: Head, store_id: str, marked: Head | None, *, is_shared: bool
) -> str:
    """Return "" if the store is as it was left, else `CopyKind.COPIED` or `CopyKind.PUT_BACK`.

    `marked` is the newest entry in the store's watermark (`db.watermark`). Of `own` only origin and epoch are used.
    The state file is the file at `path_of`.

    PUT_BACK: the database lacks the entry of the watermark or of the state file, or an entry that HQ acknowledged. A
    restore mark or another token also counts. COPIED: the database has a token, but this machine has no readable state
    file for the folder. Without a token, which stores from before such files lack, only the watermark is compared. A
    shared database (`is_shared`: on a server) needs no state file. If a moved store's old folder no longer holds a
    store, its state file is renamed for the new folder.
    """
    if marked and entry_hash_at(connection, marked.origin, marked.epoch, marked.seq) != marked.hash:
        return CopyKind.PUT_BACK
    token = _token(connection)
    if token is None:
        return ""
    # These two need no file outside the folder, so they also work on another machine.
    if _meta(connection, RESTORED) or _has_receipt_beyond(connection, own):
        return CopyKind.PUT_BACK
    left = _left(store_id, folder) or _moved_here(store_id, folder, token)
    if left is None:
        return "" if is_shared else CopyKind.COPIED
    holds_it = left.token == token and entry_hash_at(connection, own.origin, left.epoch, left.seq) == left.hash
    return "" if holds_it else CopyKind.PUT_BACK


def leave(connection: Connection, folder: Path, own: Head, store_id: str) -> str:
    """Record the folder and the head of the own chain in the file outside the folder. Return the token.

    A store without a token gets a new one, which `keep_token` must store. Returns "" if this machine cannot keep the
    file; then only HQ can detect copies.
    """
    token = _token(connection) or secrets.token_hex(16)
    head = chain_head(connection, own.origin, own.epoch)
    left = Left(1, token, str(folder.resolve()), head.epoch, head.seq, head.hash)
    try:
        with written_whole(path_of(store_id, folder)) as file:
            file.write(msgspec.json.encode(left))
    except Trouble:
        return ""
    return token


def keep_token(connection: Connection, token: str) -> None:
    """Store the token that `leave` returned, and remove the mark of a restore."""
    connection.execute(meta.delete().where(meta.c.name.in_([TOKEN, RESTORED])))
    connection.execute(meta.insert().values(name=TOKEN, value=token))


def newest_epoch(folder: Path, own: Head, store_id: str) -> int:
    """Return the newest epoch of a store that this machine knows, whatever was restored since."""
    left = _left(store_id, folder)
    return max(own.epoch, left.epoch if left else 0)


def is_kept(connection: Connection) -> bool:
    """Whether the store has a token and no mark of a restore."""
    return _token(connection) is not None and _meta(connection, RESTORED) is None


def _token(connection: Connection) -> str | None:
    return _meta(connection, TOKEN)


def _meta(connection: Connection, name: str) -> str | None:
    value: str | None = connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()
    return value


def _has_receipt_beyond(connection: Connection, own: Head) -> bool:
    """Whether HQ signed for an entry that this chain does not hold."""
    mine = (received.c.origin == own.origin, received.c.epoch == own.epoch)
    held = (
        select(journal.c.seq)
        .where(
            journal.c.origin == received.c.origin,
            journal.c.epoch == received.c.epoch,
            journal.c.seq == received.c.seq,
            journal.c.hash == received.c.head_hash,
        )
        .exists()
    )
    return connection.execute(select(received.c.seq).where(*mine, ~held).limit(1)).first() is not None


def _files(store_id: str) -> Iterator[Path]:
    with contextlib.suppress(Trouble):
        yield from (state_folder() / "stores").glob(f"{part_of_name(store_id, _ID_CHARS)}-*.json")


def path_of(store_id: str, folder: Path) -> Path:
    """Return the path of the file outside the folder that records how the store was left.

    Raises Trouble `home.absent`.
    """
    place = hashlib.sha256(str(folder.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]
    return state_folder() / "stores" / f"{part_of_name(store_id, _ID_CHARS)}-{place}.json"


def _left(store_id: str, folder: Path) -> Left | None:
    """Return the recorded state, or None; None also if this machine cannot remember stores."""
    with contextlib.suppress(Trouble):
        return _read(path_of(store_id, folder))
    return None


def _read(path: Path) -> Left | None:
    with contextlib.suppress(OSError, *UNREADABLE):
        if path.stat().st_size <= _MAX_FILE_BYTES:
            return msgspec.json.decode(path.read_bytes(), type=Left)
    return None


def _moved_here(store_id: str, folder: Path, token: str) -> Left | None:
    """Return the state recorded for an old folder that no longer holds the store, and move its file to this folder."""
    for path in _files(store_id):
        left = _read(path)
        if left is None or left.token != token:
            continue
        if not _holds_store(Path(left.folder)):
            with contextlib.suppress(OSError):
                path.replace(path_of(store_id, folder))
            return left
    return None


def _holds_store(folder: Path) -> bool:
    """Whether a folder holds a store, or may hold one because it cannot be entered."""
    try:
        return (folder / DATABASE).exists() or (folder / ADDRESS).exists()
    except OSError:
        return True
