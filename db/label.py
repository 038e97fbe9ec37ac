"""The visible head of a locked store, read from the keyslot file without loading ciphers or the database."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

import msgspec

from db.files import disk_trouble, is_file
from eum_app.domain.errors import Refusal
from eum_app.domain.unreadable import UNREADABLE

FILE_NAME: Final = "keyslots.json"
MAX_FILE_BYTES: Final = 1024 * 1024
FORMAT: Final = 3
"""Version of the keyslot file that is written. Newer ones are refused."""
OLDEST_FORMAT: Final = 2
"""Oldest version that is read: its slots hold no commitment to their passphrase."""

Shape = TypeVar("Shape")


class Label(msgspec.Struct, frozen=True):
    """Name and kind (hq or field) of a locked store."""

    name: str
    kind: str


class _FormatOnly(msgspec.Struct):
    format: int


def read_label(directory: Path) -> Label:
    """Read name and kind of the store in `directory`.

    Raises Refusal `store.absent`, `store.newer`, `store.older` or `keyslots.damaged`; Trouble of the disk.
    """
    return read_as(directory, Label)


def read_as(directory: Path, shape: type[Shape]) -> Shape:
    """Decode the keyslot file as `shape`. Raises as `read_label`."""
    path = directory / FILE_NAME
    if not is_file(path):
        raise Refusal("store.absent", path=str(directory))
    with disk_trouble(path):
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Refusal("keyslots.damaged", path=str(path))
        data = path.read_bytes()
    try:
        found = msgspec.json.decode(data, type=_FormatOnly).format
        if found > FORMAT:
            raise Refusal("store.newer", found="keyslots", known=str(FORMAT))
        if found < OLDEST_FORMAT:  # written before the first release
            raise Refusal("store.older", found=str(found), known=str(FORMAT))
        return msgspec.json.decode(data, type=shape)
    except UNREADABLE as error:
        raise Refusal("keyslots.damaged", path=str(path)) from error
