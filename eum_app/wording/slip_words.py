"""The record in a proof slip as lines of text, as it was recorded."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from eum_app.domain.journal import Entry
from eum_app.domain.unreadable import UNREADABLE

MAX_LINES: Final = 200
_MAX_LINE: Final = 300
_EMPTY: Final[tuple[object, ...]] = ("", [], {}, None)


def record_lines(entry: Entry) -> list[str]:
    """Return the fields of a record that are not empty, as `name: value`; at most `MAX_LINES`, long values cut.

    One line says so if the record cannot be read. The record is of any kind and version, so its fields keep their
    names. Control characters are left as they are.
    """
    try:
        fields = msgspec.json.decode(entry.payload, type=dict[str, Any])
    except UNREADABLE:
        return ["(not readable)"]
    return [f"{name}: {_shown(value)}" for name, value in fields.items() if value not in _EMPTY][:MAX_LINES]


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _MAX_LINE else f"{text[:_MAX_LINE]}…"
