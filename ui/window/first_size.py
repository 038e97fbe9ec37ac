"""The size of the main window: the last one, as far as the screen has room for it."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from eum_app.domain.errors import Trouble
from ui.kit.settings import WINDOW, WindowSettings, current

_FRAME = QSize(16, 48)
"""Room for the frame and title bar, whose size the window system tells only once the window is shown."""
_LEAST = QSize(320, 240)


def fitting_size(room: QSize) -> QSize:
    """Return the remembered size, at most `room`, the free part of the screen, less a frame."""
    last = current().value(WINDOW)
    return QSize(last.width, last.height).boundedTo(room - _FRAME).expandedTo(_LEAST)


def show_as_before(window: QWidget) -> None:
    """Show the window in its last size, or maximized if it was when it was closed last."""
    window.resize(fitting_size(window.screen().availableGeometry().size()))
    if current().value(WINDOW).is_maximized:
        window.showMaximized()
    else:
        window.show()


def remember_size(window: QWidget) -> None:
    """Save the window's size. A machine that cannot save it opens the window at the usual size."""
    size = window.normalGeometry().size() if window.isMaximized() else window.size()
    with suppress(Trouble):
        current().keep(
            WINDOW, WindowSettings(width=size.width(), height=size.height(), is_maximized=window.isMaximized())
        )
