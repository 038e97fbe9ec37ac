"""Thumbnails of photos on field pages, decoded off the GUI thread and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from eum_app.domain.pictures import MAX_SIDE
from eum_app.usecases.calls import job
from ui.kit.desk import Desk
from ui.kit.picture import decoded

_KEPT: Final = 64
"""Thumbnails of 320 × 240 pixels take 0.3 MB each."""
_LARGEST_KEPT: Final = 400
"""Pixels of width."""


class Pictures:
    """Decode photos for the parts of a page. A photo that was shown before is passed on at once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: OrderedDict[tuple[int, int, int], QImage] = OrderedDict()

    def show(self, data: bytes, width: int, then: Callable[[QImage], object]) -> None:
        """Pass a photo, at most `width` pixels wide, to `then` on the GUI thread: now if it is kept, else later.

        It gets a null image if the photo cannot be shown.
        """
        key = (hash(data), len(data), width)
        if key in self._kept:
            self._kept.move_to_end(key)
            then(self._kept[key])
            return

        def shown(image: QImage) -> None:
            if width <= _LARGEST_KEPT:
                self._kept[key] = image
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            then(image)

        self._desk.ask(job(_narrowed, data, width), then=shown, failed=lambda _error: then(QImage()))


def _narrowed(data: bytes, width: int) -> QImage:
    image = decoded(data, QSize(width, MAX_SIDE))
    return image.scaledToWidth(width) if image.width() > width else image
