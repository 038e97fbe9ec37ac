"""Keys that belong to a page wherever its focus is, although text fields use them too, e.g. Ctrl+Z."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

_PROPERTY: Final = "own_keys"


def own_keys(page: QWidget, keys: Sequence[QKeySequence.StandardKey]) -> None:
    """Give these keys to `page`, in place of those given before.

    The filter of key events (`ui.devices.wedge_filter`) keeps the page's fields from them.
    """
    page.setProperty(_PROPERTY, [key.value for key in keys])


def is_own_key(focus: QWidget | None, event: QKeyEvent) -> bool:
    """Return whether the nearest page around the focused widget that has own keys wants this key. False without a
    focus.
    """
    while focus is not None:
        wanted = focus.property(_PROPERTY)
        if wanted:
            return any(event.matches(QKeySequence.StandardKey(key)) for key in wanted)
        focus = focus.parentWidget()
    return False
