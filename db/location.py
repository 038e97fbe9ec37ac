"""Where a store's database is: in its folder, or on a PostgreSQL server that a small file names.

The address holds a password as a rule: it lies there boxed under the data key, and only the server's name can be read
without it. `store_id` must be the database's own, so that a folder is never joined to another store's database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from db.files import disk_trouble, written_whole
from eum_app.crypto.boxes import Box
from eum_app.domain.errors import Refusal
from eum_app.domain.unreadable import UNREADABLE

FILE_NAME: Final = "database.json"
_PLACE: Final = "database-url/1"
_MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Location:
    """`url` may hold a password; `server` is what may be shown of it."""

    store_id: str
    server: str
    url: str = field(repr=False)


class _File(msgspec.Struct, frozen=True):
    format: int
    store_id: str
    server: str
    boxed_url: bytes


def write_location(folder: Path, location: Location, data_key: bytes) -> None:
    boxed_url = Box(data_key).seal(_PLACE, location.url.encode())
    with written_whole(folder / FILE_NAME) as file:
        content = msgspec.json.encode(_File(1, location.store_id, location.server, boxed_url))
        file.write(msgspec.json.format(content, indent=1))


def read_location(folder: Path, data_key: bytes) -> Location | None:
    """None for a store whose database lies in its folder.

    Raises Refusal `keyslots.damaged`, `store.newer`; Trouble `store.damaged` for another data key.
    """
    path = folder / FILE_NAME
    if not path.is_file():
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
