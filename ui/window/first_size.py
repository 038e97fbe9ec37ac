"""The place and size of the main window: the last ones, as far as the screens of today have room for them."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from eum_app.domain.errors import Trouble
from ui.kit.settings import WINDOW, WindowSettings, current

_FRAME = QSize(16, 48)
"""Room for the frame and title bar, whose size the window system tells only once the window is shown."""
_LEAST = QSize(320, 240)
_INSIDE = QPoint(40, 10)
"""From the corner of a window to a point that is on its screen, even if the corner is not."""


def fitting_size(room: QSize) -> QSize:
    """Return the remembered size, at most `room` (the free part of the screen) less a frame, but at least 320 × 240."""
    last = current().value(WINDOW)
    return QSize(last.width, last.height).boundedTo(room - _FRAME).expandedTo(_LEAST)


def fitting_place(room: QRect) -> QRect:
    """Return the remembered place and size without the frame, moved so that `room` contains the window and its frame.

    In a room too small for 320 × 240 the window starts at the top left and reaches beyond the room.
    """
    last = current().value(WINDOW)
    size, side = fitting_size(room.size()), _FRAME.width() // 2
    inside = room.adjusted(side, _FRAME.height() - side, -side, -side)
    left = max(inside.left(), min(last.left, inside.right() + 1 - size.width()))
    top = max(inside.top(), min(last.top, inside.bottom() + 1 - size.height()))
    return QRect(QPoint(left, top), size)


def show_as_before(window: QWidget) -> None:
    """Show the window with its last place and size.

    If no place is remembered or its screen is gone, the window system places it.
    """
    last = current().value(WINDOW)
    before = QGuiApplication.screenAt(QPoint(last.left, last.top) + _INSIDE) if last.has_place else None
    if before is None:
        window.resize(fitting_size(window.screen().availableGeometry().size()))
    else:
        window.setGeometry(fitting_place(before.availableGeometry()))
    if last.is_maximized:
        window.showMaximized()
    else:
        window.show()


def remember_size(window: QWidget) -> None:
    """Save the window's place and size. If they cannot be saved, nothing is raised, and those saved earlier stay."""
    is_maximized = window.isMaximized()
    # Without the frame: a maximized window does not tell where it would be with it.
    place = window.normalGeometry() if is_maximized else window.geometry()
    with suppress(Trouble):
        current().keep(
            WINDOW,
            WindowSettings(
                width=place.width(),
                height=place.height(),
                is_maximized=is_maximized,
                has_place=True,
                left=place.x(),
                top=place.y(),
            ),
        )
