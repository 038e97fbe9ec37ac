"""Parts of which one is shown at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from ui.kit.guard import guarded


@guarded
class Places(QStackedWidget):
    """Pages of which one is shown, each with its own scrolling, so that none asks for more than its minimum height.

    Qt would reserve the preferred height of the tallest page, and push the main buttons below the window's edge.
    """

    def hasHeightForWidth(self) -> bool:
        return False
