"""Names for lists: kinds, columns, results of rows, and reasons of refusal."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from ui.kit.delegates import ChipSpec

translate = QCoreApplication.translate


_BECOMES: Final[dict[str, tuple[str, str, str]]] = {
    "new": (QT_TRANSLATE_NOOP("hq", "New item"), "ok", "plus"),
    "held": (QT_TRANSLATE_NOOP("hq", "On the book"), "mute", "check"),
    "differs": (QT_TRANSLATE_NOOP("hq", "Other values"), "warn", "triangle-alert"),
    "uii": (QT_TRANSLATE_NOOP("hq", "Item by UII"), "ok", "check"),
    "serial_and_article": (QT_TRANSLATE_NOOP("hq", "One item"), "ok", "check"),
    "serial": (QT_TRANSLATE_NOOP("hq", "One item"), "ok", "check"),
    "unmatched": (QT_TRANSLATE_NOOP("hq", "No item"), "warn", "circle"),
    "ambiguous": (QT_TRANSLATE_NOOP("hq", "Not clear"), "warn", "triangle-alert"),
}


def becomes_chip(what: str) -> ChipSpec | None:
    """Return a chip for the result of importing a row, or None for an unknown one."""
    if what not in _BECOMES:
        return None
    words, tone, icon = _BECOMES[what]
    return ChipSpec(translate("hq", words), tone, icon)
