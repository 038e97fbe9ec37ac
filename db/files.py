"""Files beside the store: written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from eum_app.domain.errors import Refusal, Trouble

WRITING: Final = ".writing-"
"""Prefix of the names of unfinished files."""


def sync_folder(folder: Path) -> None:
    """Flush a rename in `folder` to the disk. Does nothing on Windows, or if this user may not read the folder.

    Raises OSError for other failures, also for a missing folder. Call it within `disk_trouble`, like `make_folder`.
    """
    with contextlib.suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def own_folder(kind: Callable[..., Path]) -> Path:
    """Return the user's folder for this app; `kind` is a function of platformdirs, such as `user_data_path`.

    Raises Trouble `home.absent` if the user has no home folder (no HOME and no entry in the user database).
    """
    try:
        folder = kind("eum", appauthor=False)
    except RuntimeError as error:
        raise Trouble("home.absent") from error
    if not folder.is_absolute():  # older versions of platformdirs leave the "~" in place
        raise Trouble("home.absent")
    return folder


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, and flush them, so that they survive a power cut like the files inside.

    Does nothing if it exists. Raises OSError.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)


def is_folder(path: Path) -> bool:
    """Return whether a folder is there, itself or by a link; False too if that cannot be found out.

    Unlike `Path.is_dir`, which raises OSError for a name that is too long and for a folder that may not be entered.
    `is_file` and `is_there` differ from their methods in the same way.
    """
    return os.path.isdir(path)  # noqa: PTH112 - see above


def is_file(path: Path) -> bool:
    """Return whether a regular file is there, itself or by a link; False too if that cannot be found out."""
    return os.path.isfile(path)  # noqa: PTH113 - see `is_folder`


def is_there(path: Path) -> bool:
    """Return whether anything is there, itself or by a link; False too if that cannot be found out."""
    return os.path.exists(path)  # noqa: PTH110 - see `is_folder`


def is_plain_file(path: Path) -> bool:
    """Return whether the path itself is a regular file: no link, pipe or device. Raises OSError, but not if absent."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False


def is_plain_folder(path: Path) -> bool:
    """Return whether the path itself is a folder: no link, and no junction. Raises OSError, but not if absent."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        found = path.lstat()
        return stat.S_ISDIR(found.st_mode) and not _is_junction(found)
    return False


def _is_junction(found: os.stat_result) -> bool:
    """Return whether this is a link to a folder as Windows makes them without special rights. `S_ISLNK` is False."""
    tag = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    return tag is not None and getattr(found, "st_reparse_tag", 0) == tag


def require_no_links(folder: Path, *, deep: bool = True) -> None:
    """Require that everything in a folder of ours is a regular file or a real folder; with `deep`, at every depth.

    A person who can write there could otherwise have this program delete, overwrite or copy files elsewhere, with the
    rights of the person who opens the store. The folder itself may be reached by a link, as home folders are. Does
    nothing if it is absent or may not be listed. Raises Refusal `folder.link`.
    """
    pending = [folder]
    while pending:
        # What cannot be listed cannot be followed by mistake either.
        with contextlib.suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                is_inner = entry.is_dir(follow_symlinks=False)
                if is_inner and os.name == "nt":
                    is_inner = not _is_junction(entry.stat(follow_symlinks=False))
                if not is_inner and not entry.is_file(follow_symlinks=False):
                    raise Refusal("folder.link", path=entry.path)
                if is_inner and deep:
                    pending.append(Path(entry.path))


def opened_plain(path: Path) -> BinaryIO:
    """Open a regular file for reading, never through a link. Raises Refusal `folder.link`, and OSError."""
    if not is_plain_file(path) and os.path.lexists(path):
        raise Refusal("folder.link", path=str(path))
    # O_NOFOLLOW also holds if the file is exchanged for a link now. Windows has no such flag.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.fdopen(os.open(path, flags), "rb")


def keep_to_owner(folder: Path) -> Path | None:
    """Close a store's folder, and everything in it, to other accounts of the machine: 0700 folders, 0600 files.

    The umask may have been another when it was made or copied here. Links are neither followed nor changed. Returns the
    first path that stays open, because the file system or another owner does not allow it; None if all are closed, and
    on Windows.
    """
    if os.name != "posix":
        return None
    still_open = None if _is_closed(folder) else folder
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if not _is_closed(path):
                still_open = still_open or path
    return still_open


def _is_closed(path: Path) -> bool:
    """Take away the access of others, and return whether they have none now. A file that has gone counts as closed."""
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or not stat.S_IMODE(found.st_mode) & 0o077:
            return True
        with contextlib.suppress(OSError):
            path.chmod(stat.S_IMODE(found.st_mode) & 0o700)
        return not stat.S_IMODE(path.lstat().st_mode) & 0o077
    except FileNotFoundError:
        return True
    except OSError:
        return False


def write_private(path: Path, data: bytes) -> bool:
    """Write a new file for its owner alone, flush it, and return whether other accounts have no access to it.

    Drives in the formats of Windows (FAT, NTFS) keep no such modes. Always True on Windows. If writing fails, no file
    remains. Raises Trouble `disk.exists` (nothing is replaced), and as `disk_trouble` does.
    """
    with disk_trouble(path):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        except FileExistsError as error:
            raise Trouble("disk.exists", path=str(path)) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return os.name != "posix" or _is_closed(path)


@contextlib.contextmanager
def disk_trouble(path: Path) -> Iterator[None]:
    """Turn OSError into Trouble `disk.full`, `disk.read_only` or `disk.failed`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise Trouble("disk.full", path=str(path)) from error
        if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise Trouble("disk.read_only", path=str(path)) from error
        raise Trouble("disk.failed", path=str(path), reason=error.strerror or "") from error


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that gets the name `path` only if the block succeeds: temporary name, fsync, rename.

    Missing folders are made; an existing file or symbolic link is replaced, with access for the owner only. If the
    block fails, no partial file remains, and an existing file stays. Raises Refusal `file.is_folder`; Trouble as
    `disk_trouble` does, also for OSError in the block.
    """
    if path.name in {"", ".."} or is_folder(path):
        raise Refusal("file.is_folder", name=str(path))
    with disk_trouble(path):
        make_folder(path.parent)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
