"""Render pages of PDF files, for a preview before printing and for reading symbols back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QPainter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def page_image(pdf: bytes, dpi: int, page: int = 0) -> QImage:
    """Return one page (counted from 0) in gray on white. Works on any thread.

    The image is null if the data is no PDF or has no such page.
    """
    from PySide6.QtPdf import QPdfDocument

    buffer = QBuffer()
    buffer.setData(QByteArray(pdf))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(buffer)
    if document.status() != QPdfDocument.Status.Ready:
        return QImage()
    points = document.pagePointSize(page)
    drawn = document.render(page, QSize(round(points.width() * dpi / 72), round(points.height() * dpi / 72)))
    paper = QImage(drawn.size(), QImage.Format.Format_Grayscale8)
    paper.fill(QColor("white"))
    painter = QPainter(paper)
    painter.drawImage(0, 0, drawn)
    painter.end()
    document.close()
    return paper


def grey_of(image: QImage) -> NDArray[np.uint8]:
    """Return a gray picture (`Format_Grayscale8`, not null) as a copy: rows by columns, 0 black to 255 white."""
    import numpy as np

    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return np.ascontiguousarray(rows[:, : image.width()])
