"""Location of a store's database: in its folder, or on a PostgreSQL server that a small file names.

The address usually contains a password, so the file holds it boxed under the data key; only the server's name is
readable without it. `store_id` must match the database, so that a folder is never joined to another store's database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from db.files import disk_trouble, is_file, written_whole
from eum_app.crypto.boxes import Box
from eum_app.domain.errors import Refusal
from eum_app.domain.unreadable import UNREADABLE

FILE_NAME: Final = "database.json"
_PLACE: Final = "database-url/1"
_MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Location:
    """Address of a database. `url` may contain a password; `server` is the part that may be shown."""

    store_id: str
    server: str
    url: str = field(repr=False)


class _File(msgspec.Struct, frozen=True):
    format: int
    store_id: str
    server: str
    boxed_url: bytes


def write_location(folder: Path, location: Location, data_key: bytes) -> None:
    """Write the address to the folder, boxed under the data key. Raises Trouble of the disk."""
    boxed_url = Box(data_key).seal(_PLACE, location.url.encode())
    with written_whole(folder / FILE_NAME) as file:
        content = msgspec.json.encode(_File(1, location.store_id, location.server, boxed_url))
        file.write(msgspec.json.format(content, indent=1))


def read_location(folder: Path, data_key: bytes) -> Location | None:
    """Return the address, or None if the database is in the folder.

    Raises Refusal `keyslots.damaged`, `store.newer`; Trouble `store.damaged` for another data key, and of the disk.
    """
    path = folder / FILE_NAME
    if not is_file(path):
        return None
    with disk_trouble(path):
        data = path.read_bytes() if path.stat().st_size <= _MAX_FILE_BYTES else b""
    try:
        file = msgspec.json.decode(data, type=_File)
    except UNREADABLE as error:
        raise Refusal("keyslots.damaged", path=str(path)) from error
    if file.format > 1:
        raise Refusal("store.newer", found="database address", known="1")
    return Location(file.store_id, file.server, Box(data_key).open(_PLACE, file.boxed_url).decode())
