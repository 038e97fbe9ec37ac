"""Whether a store is where it was left: told apart from a copied folder and from one put back to an earlier state.

A store's token stands in its database and, with the head of its own chain, in a small file outside its folder: this
person's, on this machine (`EUM_STATE`, or the platform's place for such). A copy finds no such file, or one that
names another folder in which the store still lies; a store that was put back does not hold the entry that it was left
with. Whoever copies that file too, or the whole machine, is found by HQ: the same number with another hash.
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
from eum_app.domain.journal import Head
from eum_app.domain.stores import CopyKind
from eum_app.domain.unreadable import UNREADABLE

TOKEN: Final = "instance"  # noqa: S105 - a name in `meta`
RESTORED: Final = "restored"
"""Names in `meta`; who puts a backup back may leave the second."""
_MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Copied:
    """This store's chain of this epoch may go on elsewhere: only what it held up to `through_seq` is surely its own.
    `how` is copied or put_back; `known_seq` is as in `CopyNoticed`."""

    how: str
    through_seq: int
    known_seq: int
    noticed_at: str

    @property
    def missing(self) -> range:
        """The numbers of entries that were recorded here and are not here any more, as far as that is known."""
        return range(self.through_seq + 1, self.known_seq + 1)

    def noticed(self, observed_at: str, epoch: int) -> CopyNoticed:
        """The same said again, of the chain of `epoch`, by the one that follows it."""
        return CopyNoticed(
            observed_at=observed_at,
            epoch=epoch,
            how=self.how,
            through_seq=self.through_seq,
            known_seq=self.known_seq,
        )


class Left(msgspec.Struct, frozen=True):
    """A store as it was left."""

    format: int
    token: str
    folder: str
    epoch: int
    seq: int
    hash: bytes


def state_folder() -> Path:
    """Where this person's machine remembers its stores. Raises Trouble `home.absent`."""
    named = os.environ.get("EUM_STATE")
    return Path(named) if named else own_folder(user_state_path)


def copied(connection: Connection, origin: str, epoch: int) -> Copied | None:
    """What was noticed of a chain, by itself or by the one that followed it."""
    row = connection.execute(select(copies).where(copies.c.origin == origin, copies.c.epoch == epoch)).first()
    return Copied(row.how, row.through_seq, row.known_seq, row.noticed_at) if row else None


def entries_lost(connection: Connection) -> list[tuple[str, int, range]]:
    """(origin, epoch, numbers) of what chains are known to have lost: their stores said so themselves, and what was
    handed in before is not held here either."""
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
    """Empty where the store is as it was left, else `COPIED` or `PUT_BACK`. `marked` is the newest entry that its own
    watermark tells of (`db.watermark`): a store that does not hold it was put back, or lost the end of its log.

    A store made before such files were kept is taken as it is, and so is one that several machines share
    (`is_shared`: its database is on a server) where this machine opens it first. A folder that was moved keeps its
    place: the old one holds no store any more.
    """
    if marked and entry_hash_at(connection, marked.origin, marked.epoch, marked.seq) != marked.hash:
        return CopyKind.PUT_BACK
    token = _token(connection)
    if token is None:
        return ""
    if _meta(connection, RESTORED) or _has_receipt_beyond(connection, own):
        return CopyKind.PUT_BACK
    left = _left(store_id, folder) or _moved_here(store_id, folder, token)
    if left is None:
        return "" if is_shared else CopyKind.COPIED
    holds_it = left.token == token and entry_hash_at(connection, own.origin, left.epoch, left.seq) == left.hash
    return "" if holds_it else CopyKind.PUT_BACK


def leave(connection: Connection, folder: Path, own: Head, store_id: str) -> str:
    """Write down where the store is and how far its own chain goes; the token under which that stands.

    Empty where this machine cannot keep it: then copies are found by HQ alone.
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
    """Take a token, once the file that `leave` writes bears it, and forget that a backup was put back."""
    connection.execute(meta.delete().where(meta.c.name.in_([TOKEN, RESTORED])))
    connection.execute(meta.insert().values(name=TOKEN, value=token))


def newest_epoch(folder: Path, own: Head, store_id: str) -> int:
    """The newest epoch that this machine knows of a store, whatever was put back since."""
    left = _left(store_id, folder)
    return max(own.epoch, left.epoch if left else 0)


def is_kept(connection: Connection) -> bool:
    """Whether the store bears a token and no mark of a backup put back."""
    return _token(connection) is not None and _meta(connection, RESTORED) is None


def _token(connection: Connection) -> str | None:
    return _meta(connection, TOKEN)


def _meta(connection: Connection, name: str) -> str | None:
    value: str | None = connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar()
    return value


def _has_receipt_beyond(connection: Connection, own: Head) -> bool:
    """HQ signed for what this chain does not hold."""
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
        yield from (state_folder() / "stores").glob(f"{store_id}-*.json")


def path_of(store_id: str, folder: Path) -> Path:
    """The file outside the folder that tells how the store in it was left."""
    place = hashlib.sha256(str(folder.resolve()).encode(errors="surrogateescape")).hexdigest()[:16]
    return state_folder() / "stores" / f"{store_id}-{place}.json"


def _left(store_id: str, folder: Path) -> Left | None:
    """None also where this person has no place to remember stores in."""
    with contextlib.suppress(Trouble):
        return _read(path_of(store_id, folder))
    return None


def _read(path: Path) -> Left | None:
    with contextlib.suppress(OSError, *UNREADABLE):
        if path.stat().st_size <= _MAX_FILE_BYTES:
            return msgspec.json.decode(path.read_bytes(), type=Left)
    return None


def _moved_here(store_id: str, folder: Path, token: str) -> Left | None:
    """What stands about a folder that holds no store any more. Its file goes with it: it is followed once."""
    for path in _files(store_id):
        left = _read(path)
        if left is None or left.token != token:
            continue
        old = Path(left.folder)
        if not (old / DATABASE).exists() and not (old / ADDRESS).exists():
            with contextlib.suppress(OSError):
                path.replace(path_of(store_id, folder))
            return left
    return None
