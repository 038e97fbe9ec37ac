"""Files that are written completely or not at all, and files from other parties."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from eum_app.domain.errors import Refusal, Trouble

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Write to a temporary file beside `path`; when the block succeeds: fsync, rename, fsync the folder.

    A file or symbolic link at `path` is replaced, with access for the owner only. After an exception the temporary file
    is removed and `path` is unchanged, unless only the last step failed: flushing the folder. Raises
    Refusal("file.is_folder"); Trouble("disk.full") and Trouble("disk.failed"), both with the file's name, also for an
    OSError of the block.
    """
    if path.name in {"", ".."} or os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for names that are too long
        raise Refusal("file.is_folder", name=str(path))
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        try:
            with _create(temporary) as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(path)
            _sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _trouble(path, error) from error


@contextmanager
def opened_for_reading(path: Path) -> Iterator[BinaryIO]:
    """Open a file from another party, or the file to which a symbolic link leads.

    Raises Refusal("file.missing"); Refusal("file.unreadable") for folders, pipes, files without read permission, and
    if reading fails later: the medium of one file is no trouble of this machine. Trouble("disk.full") if the block
    raises an OSError that says so.
    """
    try:
        # Opening a pipe would block until someone writes to it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise Refusal("file.unreadable", name=path.name)
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Refusal("file.missing", name=path.name) from error
    except (OSError, ValueError) as error:
        raise Refusal("file.unreadable", name=path.name) from error
    with file:
        try:
            yield file
        except OSError as error:
            if error.errno in _FULL:
                raise _trouble(path, error) from error
            raise Refusal("file.unreadable", name=path.name) from error


def read_small(path: Path, limit: int, too_large: Refusal) -> bytes:
    """Return the bytes of a file from another party, at most `limit` of them.

    Raises `too_large` for a longer file, and as `opened_for_reading`.
    """
    with opened_for_reading(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise too_large
    return data


def _trouble(path: Path, error: OSError) -> Trouble:
    code = "disk.full" if error.errno in _FULL else "disk.failed"
    return Trouble(code, path=str(path), reason=errno.errorcode.get(error.errno or 0, ""))


def _create(path: Path) -> BinaryIO:
    # O_EXCL refuses to follow a link that another user placed under this name.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no folder handles to flush; NTFS journals the rename itself
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
