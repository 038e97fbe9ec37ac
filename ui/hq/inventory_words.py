"""Names for lists: kinds, columns, results of rows, and reasons of refusal."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from ui.kit.delegates import ChipSpec

_BECOMES: Final[dict[str, tuple[str, str, str]]] = {
    "new": ("New item", "ok", "plus"),
    "held": ("On the book", "mute", "check"),
    "differs": ("Other values", "warn", "triangle-alert"),
    "uii": ("Item by UII", "ok", "check"),
    "serial_and_article": ("One item", "ok", "check"),
    "serial": ("One item", "ok", "check"),
    "unmatched": ("No item", "warn", "circle"),
    "ambiguous": ("Not clear", "warn", "triangle-alert"),
}


def becomes_chip(what: str) -> ChipSpec | None:
    """Return a chip for the result of importing a row, or None for an unknown one."""
    if what not in _BECOMES:
        return None
    words, tone, icon = _BECOMES[what]
    return ChipSpec(QCoreApplication.translate("hq", words), tone, icon)
