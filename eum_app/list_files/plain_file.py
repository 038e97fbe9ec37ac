"""Read the bytes of a file that a person names. Pipes and devices are refused, since reading them may never end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from eum_app.domain.errors import Refusal


def read_plain(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file of at most `limit` bytes. Symbolic links are followed.

    Raises Refusal `file.not_regular` (a pipe, a device, a socket), `inventory.too_large`, `inventory.unreadable`
    (missing, a folder, no permission, or a fault of the disk).
    """
    # Opening a pipe waits for a writer, and opening some devices has side effects. So the type is checked first, and
    # again on the open file, which could have been replaced in between.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        _require_regular(path, path.stat())
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 -- Path.open takes no flags
            found = os.fstat(file.fileno())
            _require_regular(path, found)
            if found.st_size > limit:
                raise Refusal("inventory.too_large", name=path.name, bytes=found.st_size, limit=limit)
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise Refusal("inventory.unreadable", name=path.name, errno=getattr(error, "errno", None)) from error
    if len(data) > limit:
        raise Refusal("inventory.too_large", name=path.name, bytes=len(data), limit=limit)
    return data


def _require_regular(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise Refusal("file.not_regular", name=path.name)
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(str(path))
