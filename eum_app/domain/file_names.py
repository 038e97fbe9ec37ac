"""Names of files as text. On Linux a name may hold any bytes; those that are not UTF-8 cannot be kept in a fact."""

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
