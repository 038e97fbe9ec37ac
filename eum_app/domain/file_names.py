"""Names of files, and what people type, as text that can be kept in a fact.

On Linux a name may hold any bytes. A paste may hold half of a character: one unit of a UTF-16 pair. Neither is UTF-8.
"""

from __future__ import annotations

from pathlib import Path

from eum_app.domain.errors import Refusal


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
