"""The notice of whoever runs a store: what everybody must accept before anything else, where it says so.

The text must be read before the store is open, so it lies in a file beside it, in the clear. What counts stands in the
database: a file that is missing or says something else is written anew, and nobody gets in before the right text was
shown. Loaded without ciphers or the database (`read_notice`).
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Final

import msgspec

from db.files import written_whole
from eum_app.domain.unreadable import UNREADABLE

FILE_NAME: Final = "notice.json"
MAX_TEXT_CHARS: Final = 8_000
_MAX_FILE_BYTES: Final = 64 * 1024


class Notice(msgspec.Struct, frozen=True):
    """`is_required`: nothing is opened without its acceptance."""

    text: str
    is_required: bool = False

    @property
    def notice_id(self) -> str:
        """Of this text: the first 16 hex characters of its SHA-384."""
        return hashlib.sha384(self.text.encode()).hexdigest()[:16]


def read_notice(folder: Path) -> Notice | None:
    """What the file beside a store says; None where there is none that can be read."""
    path = folder / FILE_NAME
    with contextlib.suppress(OSError, *UNREADABLE):
        if path.stat().st_size <= _MAX_FILE_BYTES:
            return msgspec.json.decode(path.read_bytes(), type=Notice)
    return None


def write_notice(folder: Path, notice: Notice) -> None:
    """Raises Trouble of the disk; the old one then stays."""
    with written_whole(folder / FILE_NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(notice), indent=1))
