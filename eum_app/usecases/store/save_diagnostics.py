"""Saving a store's diagnostics as one file, for support. Needs no account: the log holds no content."""

from __future__ import annotations

from pathlib import Path

from db.files import disk_trouble, is_there, written_whole
from eum_app.diagnostics import log_files
from eum_app.domain.errors import Refusal, Trouble


def save_diagnostics(store_folder: Path, path: Path) -> int:
    """Write the store's log to `path`, oldest lines first, and return the number of bytes written.

    Raises Refusal `diagnostics.none` if nothing was logged yet; Trouble `disk.exists` (no file is overwritten) and
    those of other disk errors.
    """
    files = log_files(store_folder)
    if not files:
        raise Refusal("diagnostics.none", folder=str(store_folder))
    if is_there(path):
        raise Trouble("disk.exists", path=str(path))
    with disk_trouble(store_folder):
        text = b"".join(file.read_bytes() for file in files)
    with written_whole(path) as out:
        out.write(text)
    return len(text)
