"""Key material at rest: SQLCipher encrypts it with everything else; on PostgreSQL it is boxed under the data key, so
that whoever reads the server, its disk or its backups holds no key."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from eum_app.crypto.boxes import Box

BOX: Final = "eum_box"
"""Name of the execution option by which an engine carries its box; SQLCipher's engine has none."""


def boxed(connection: Connection, place: str, value: bytes | None) -> bytes | None:
    """What a column is to hold for `value`. `place` names the row and column."""
    box: Box | None = connection.get_execution_options().get(BOX)
    return value if box is None or value is None else box.seal(place, value)


def unboxed(connection: Connection, place: str, stored: bytes | None) -> bytes | None:
    """The value again. Raises Trouble `store.damaged` where it was changed or moved."""
    box: Box | None = connection.get_execution_options().get(BOX)
    return stored if box is None or stored is None else box.open(place, stored)


def secret_place(purpose: str) -> str:
    """Where a value of `secrets` belongs."""
    return f"secret|{purpose}"
