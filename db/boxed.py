"""Encryption of key material in the database.

SQLCipher encrypts it with everything else. On PostgreSQL it is boxed under the data key, so that the server, its disk
and its backups contain no usable key.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from eum_app.crypto.boxes import Box

BOX: Final = "eum_box"
"""Execution option that holds an engine's box. SQLCipher engines have none."""


def boxed(connection: Connection, place: str, value: bytes | None) -> bytes | None:
    """Return the bytes to store for `value`: boxed on PostgreSQL, unchanged on SQLCipher; None stays None.

    `place` names row and column, and the box opens only there.
    """
    box: Box | None = connection.get_execution_options().get(BOX)
    return value if box is None or value is None else box.seal(place, value)


def unboxed(connection: Connection, place: str, stored: bytes | None) -> bytes | None:
    """Return the value that `boxed` stored; None stays None.

    Raises Trouble `store.damaged` if a box was changed or moved, or belongs to another data key.
    """
    box: Box | None = connection.get_execution_options().get(BOX)
    return stored if box is None or stored is None else box.open(place, stored)


def secret_place(purpose: str) -> str:
    """Return the place (see `boxed`) of a value in `secrets`."""
    return f"secret|{purpose}"
