"""A mark beside the database that shows how far a store's own chain goes, to detect a log that lost its end.

SQLite treats a log (WAL) that is damaged in the middle as one that ends there: later commits are lost silently. So
after each commit, once the log is flushed, this file gets the number and hash of the newest entry of the store's own
chain. A database without that entry has lost something (`db.instance`).

The file is written in place, in two slots alternately, so that a torn write leaves the other one. Each slot has an HMAC
under the data key: without the key no one can make an intact store look damaged. The mark is written after the log, so
it is never ahead. It may be behind: only every `SYNCED_EVERY` entries and at the end is it flushed, and a failed write
is ignored, because the entry is safe without it.
"""

from __future__ import annotations

import contextlib
import errno
import hmac
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from db.files import is_plain_file
from eum_app.crypto.boxes import sealer
from eum_app.domain.journal import Head

FILE_NAME: Final = "newest.mark"
SYNCED_EVERY: Final = 32
"""Moves of the mark between two flushes."""
_SLOT_BYTES: Final = 512  # a disk writes a sector completely or not at all
_SLOTS: Final = 2  # written in turn, so that a write cut by a power loss leaves the other one whole
_MAC_BYTES: Final = 48  # HMAC-SHA-384
_SAID_AT: Final = _MAC_BYTES + 2
_PURPOSE: Final = b"newest.mark/1\0"


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    origin: str
    epoch: int
    seq: int
    hash: bytes


class Watermark:
    """The mark of one store while it is unlocked.

    Threads share it. Processes may share the file; it may then be an entry or two behind.
    """

    def __init__(self, folder: Path, data_key: bytes) -> None:
        self._path = folder / FILE_NAME
        self._seal: Callable[[bytes], bytes] | None = sealer(data_key)
        self._turn = threading.Lock()
        self._file: int | None = None
        self._let_go: Callable[[], object] = lambda: None
        self._newest = _place(None)  # of what this object has read or written
        self._slot = 0  # of the older one
        self._moved = 0
        self.was_damaged = False
        """Whether a mark could not be read when the file was opened. A power cut while it is written can cause that."""

    def read(self) -> Head | None:
        """Return the newest marked entry, or None without a valid mark.

        None also means an older store, a damaged file, another data key, an error of the disk, or a closed watermark. A
        missing file is made.
        """
        with self._turn, contextlib.suppress(OSError):
            return self._read(self._opened()) if self._seal else None
        return None

    def move(self, head: Head, *, back: bool = False) -> None:
        """Mark a committed entry, unless a newer one is marked. With `back`, mark it in any case.

        Errors of the disk are ignored. Does nothing after `close`.
        """
        with self._turn, contextlib.suppress(OSError):
            if self._seal is None:
                return
            file = self._opened()
            if back:
                self._write(file, 1 - self._slot, head)
                self._write(file, self._slot, head)
            elif self._newest < _place(head):
                self._write(file, self._slot, head)
            self._moved += 1
            if back or self._moved % SYNCED_EVERY == 0:
                os.fsync(file)

    def close(self) -> None:
        """Flush the mark and drop the key."""
        with self._turn, contextlib.suppress(OSError):
            self._seal = None
            if self._file is not None:
                try:
                    os.fsync(self._file)
                finally:
                    self._file = None
                    self._let_go()

    def _opened(self) -> int:
        if self._file is None:
            file = self._own_file()
            self._file, self._let_go = file, weakref.finalize(self, os.close, file)
            self.was_damaged = self._is_damaged(file)
            self._read(file)
        return self._file

    def _own_file(self) -> int:
        """Open the file, never one of another name: it is written in place.

        Raises OSError, also for a link. A file with a second name (a hard link) is replaced by a copy first.
        """
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        if os.path.lexists(self._path) and not is_plain_file(self._path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._path))
        file = os.open(self._path, flags, 0o600)
        if os.fstat(file).st_nlink <= 1:
            return file
        try:
            data = os.read(file, _SLOTS * _SLOT_BYTES)
        finally:
            os.close(file)
        self._path.unlink()
        file = os.open(self._path, flags | os.O_EXCL, 0o600)
        os.write(file, data)
        os.lseek(file, 0, os.SEEK_SET)
        return file

    def _read(self, file: int) -> Head | None:
        os.lseek(file, 0, os.SEEK_SET)
        data = os.read(file, _SLOTS * _SLOT_BYTES)
        slots = [self._unsealed(data[at : at + _SLOT_BYTES]) for at in range(0, _SLOTS * _SLOT_BYTES, _SLOT_BYTES)]
        places = [_place(slot) for slot in slots]
        self._newest, self._slot = max(places), places.index(min(places))
        return max(slots, key=_place)

    def _is_damaged(self, file: int) -> bool:
        """Whether the file holds anything but marks that this data key made, and zeros."""
        data = os.read(file, _SLOTS * _SLOT_BYTES + 1)
        slots = [data[at : at + _SLOT_BYTES] for at in range(0, len(data), _SLOT_BYTES)]
        return any(any(slot) and self._rebuilt(slot) != slot for slot in slots)

    def _rebuilt(self, slot: bytes) -> bytes:
        """Return the bytes that `_write` makes for the mark in a slot, or b"" if it holds none."""
        head = self._unsealed(slot)
        return b"" if head is None else self._sealed(head)

    def _unsealed(self, slot: bytes) -> Head | None:
        end = _SAID_AT + int.from_bytes(slot[_MAC_BYTES:_SAID_AT])
        said = slot[_SAID_AT:end]
        if not said or self._seal is None or not hmac.compare_digest(slot[:_MAC_BYTES], self._seal(_PURPOSE + said)):
            return None
        kept = msgspec.msgpack.decode(said, type=_Kept)
        return Head(kept.origin, kept.epoch, kept.seq, kept.hash)

    def _write(self, file: int, slot: int, head: Head) -> None:
        """Write into the slot of the older mark; the other slot is then the older one."""
        os.lseek(file, slot * _SLOT_BYTES, os.SEEK_SET)
        # Write one slot only, so that a torn write leaves the other.
        os.write(file, self._sealed(head))
        self._newest, self._slot = _place(head), 1 - slot

    def _sealed(self, head: Head) -> bytes:
        assert self._seal is not None
        said = msgspec.msgpack.encode(_Kept(head.origin, head.epoch, head.seq, head.hash))
        data = self._seal(_PURPOSE + said) + len(said).to_bytes(_SAID_AT - _MAC_BYTES) + said
        return data.ljust(_SLOT_BYTES, b"\0")


def _place(head: Head | None) -> tuple[int, int]:
    return (head.epoch, head.seq) if head else (-1, 0)
