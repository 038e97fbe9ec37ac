"""An enlarged picture that can be zoomed and moved."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.kit.guard import guarded
from ui.kit.theme import theme


@guarded
class PictureView(QWidget):
    """One picture across the page. Wheel, + and − zoom; dragging and arrows move; the page handles Esc."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture_view")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._image = QImage()
        self._zoom = 1.0
        self._offset = QPointF()
        self._held: QPointF | None = None

    @property
    def zoom(self) -> float:
        """Return the zoom; 1 fits the page."""
        return self._zoom

    def show_image(self, image: QImage, caption: str) -> None:
        """Show a picture, fitted to the page."""
        self._image, self._zoom, self._offset = image, 1.0, QPointF()
        self.setAccessibleName(caption)
        self.update()

    def zoom_by(self, factor: float) -> None:
        """Multiply the zoom, clamped to 1 (fits the page) to 12."""
        before, self._zoom = self._zoom, min(12.0, max(1.0, self._zoom * factor))
        self._offset *= self._zoom / before if self._zoom > 1 else 0
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        if not self._image.isNull():
            size = self._image.size().toSizeF().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio) * self._zoom
            place = QRectF(QPointF(), size)
            place.moveCenter(area.center() + self._offset)
            painter.drawImage(place, self._image)
        if self.hasFocus():
            painter.setPen(theme().color("accent"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.2 if event.angleDelta().y() > 0 else 1 / 1.2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._offset += event.position() - self._held
            self._held = event.position()
            self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = theme().dp(60)
        moves = {
            Qt.Key.Key_Left: QPointF(step, 0),
            Qt.Key.Key_Right: QPointF(-step, 0),
            Qt.Key.Key_Up: QPointF(0, step),
            Qt.Key.Key_Down: QPointF(0, -step),
        }
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_by(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(0.8)
        elif key in moves:
            self._offset += moves[key]
            self.update()
        else:
            super().keyPressEvent(event)
