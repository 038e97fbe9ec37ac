"""Erase a store: destroy its keyslots, then remove the rest."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from db.attempts import FILE_NAME as ATTEMPTS
from db.engines import DATABASE
from db.files import WRITING, disk_trouble, is_plain_file, is_plain_folder, sync_folder
from db.keyslots import FILE_NAME as KEYSLOTS
from db.location import FILE_NAME as LOCATION
from db.notice import FILE_NAME as NOTICE
from db.watermark import FILE_NAME as WATERMARK


def destroy_keyslots(folder: Path) -> None:
    """Overwrite the keyslot file in place, then remove it; without it nothing in the folder can be opened.

    Partial copies that a crash left are overwritten too. A solid-state drive writes elsewhere and keeps the old cells
    for some time (NIST SP 800-88r1, 2.4); a passphrase still opens what remains there. Raises Trouble of the disk.
    """
    with disk_trouble(folder / KEYSLOTS):
        for path in (folder / KEYSLOTS, *folder.glob(f"{WRITING}*")):
            if is_plain_file(path):
                _overwrite(path)
            if os.path.lexists(path):  # of a link, only the link
                path.unlink()
        sync_folder(folder)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        file.write(os.urandom(size))
        file.flush()
        os.fsync(file.fileno())


def remove_rest(folder: Path) -> None:
    """Remove the files of the store, which are only ciphertext now, and every folder inside `folder`.

    `folder` itself stays, with symbolic links to folders and files that are not the store's; a database on a server
    stays too. Raises Trouble of the disk.
    """
    with disk_trouble(folder):
        for path in list(folder.iterdir()):
            if is_plain_folder(path):
                shutil.rmtree(path)
            elif path.name.startswith(DATABASE) or path.name in {ATTEMPTS, LOCATION, WATERMARK, NOTICE}:
                path.unlink()
        sync_folder(folder)
