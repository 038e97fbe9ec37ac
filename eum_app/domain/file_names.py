"""Names of files, and what people type, as text that can be kept in a fact.

On Linux a name may hold any bytes. A paste may hold half of a character: one unit of a UTF-16 pair. Neither is UTF-8.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from eum_app.domain.errors import Refusal

_ID: Final = re.compile("[0-9A-Za-z][0-9A-Za-z_-]*")


def part_of_name(an_id: str, most: int = 8) -> str:
    """Return the beginning of an id, at most `most` characters, as a part of a file name.

    A device may send any text as an id, such as `/../../x`. Of an id with other characters than letters, digits,
    hyphens and underscores, the beginning of its hash is returned.
    """
    if _ID.fullmatch(an_id):
        return an_id[:most]
    return hashlib.sha384(an_id.encode(errors="surrogatepass")).hexdigest()[:most]


def shown_name(name: str) -> str:
    """Return a name, or other text that may hold one, with `?` for each byte that is not UTF-8."""
    return name.encode("utf-8", "replace").decode()


def require_text_name(path: Path) -> None:
    """Require a path that can be written down as text. Raises Refusal `file.name_not_text`."""
    if shown_name(str(path)) != str(path):
        raise Refusal("file.name_not_text", name=shown_name(str(path)))


def not_whole(error: UnicodeEncodeError) -> Refusal | None:
    """Return the Refusal `text.not_whole` for text that is not UTF-8; None if another encoding lacks a character.

    The text is not in it: it may be secret.
    """
    return Refusal("text.not_whole") if error.reason == "surrogates not allowed" else None
