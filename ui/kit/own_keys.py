"""Keys that belong to a page wherever its focus is, although text fields use them too, e.g. Ctrl+Z."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

_PROPERTY: Final = "own_keys"


def own_keys(page: QWidget, keys: Sequence[QKeySequence.StandardKey]) -> None:
    """Give these keys to `page`: the filter of key events (`ui.devices.wedge_filter`) keeps its fields from them."""
    page.setProperty(_PROPERTY, [key.value for key in keys])


def is_own_key(focus: QWidget | None, event: QKeyEvent) -> bool:
    """Return whether a page around the focused widget wants this key."""
    while focus is not None:
        wanted = focus.property(_PROPERTY)
        if wanted:
            return any(event.matches(QKeySequence.StandardKey(key)) for key in wanted)
        focus = focus.parentWidget()
    return False
