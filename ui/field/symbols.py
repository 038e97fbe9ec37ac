"""Symbols to display or print."""

from __future__ import annotations

from PySide6.QtGui import QImage


def symbol_image(message: bytes, module_px: int = 8) -> QImage:
    """Return a square Data Matrix with its quiet zone, black on white. Raises Refusal `label.too_long`."""
    from eum_app.scanning.labels import data_matrix

    grey = data_matrix(message, module_px)
    tall, wide = grey.shape
    return QImage(grey.tobytes(), wide, tall, wide, QImage.Format.Format_Grayscale8).copy()
