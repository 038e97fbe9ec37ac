"""The notice of a store's operator, which people may have to accept before anything else.

The text is shown before the store is open, so a file beside the store holds it in the clear. The copy in the database
is authoritative: a missing or different file is rewritten, and no one gets in before the right text was shown.
`read_notice` loads neither ciphers nor the database.
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
"""Longest notice, in characters."""
_MAX_FILE_BYTES: Final = 64 * 1024


class Notice(msgspec.Struct, frozen=True):
    """A notice. If `is_required`, the store opens only after it was accepted."""

    text: str
    is_required: bool = False

    @property
    def notice_id(self) -> str:
        """Id of this text: the first 16 hex characters of its SHA-384."""
        return hashlib.sha384(self.text.encode()).hexdigest()[:16]


def read_notice(folder: Path) -> Notice | None:
    """Return the notice in the file beside the store; None if the file is missing or unreadable."""
    path = folder / FILE_NAME
    with contextlib.suppress(OSError, *UNREADABLE):
        if path.stat().st_size <= _MAX_FILE_BYTES:
            return msgspec.json.decode(path.read_bytes(), type=Notice)
    return None


def write_notice(folder: Path, notice: Notice) -> None:
    """Write the file beside the store. Raises Trouble of the disk; the old file then stays."""
    with written_whole(folder / FILE_NAME) as file:
        file.write(msgspec.json.format(msgspec.json.encode(notice), indent=1))
