"""A pad to sign on with finger, pen or mouse."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QEvent, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QImageWriter,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.theme.paint import rounded

translate = QCoreApplication.translate


Stroke = list[tuple[float, float]]
"""Points in logical pixels of the pad, in drawing order."""

_PNG_MARGIN = 12
_PNG_SCALE = 2.0  # sharp in print


@guarded
class SignaturePad(QWidget):
    """Record strokes. Closed at first: `open_for` allows signing, `close_with` shows why signing is not possible.

    Signing needs a pointer. For people who cannot use one, the page offers to decline with a reason.
    """

    changed = Signal()
    """The strokes changed; see `is_empty`."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._strokes: list[Stroke] = []
        self._is_open = False
        self._is_drawing = False
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.close_with(text)

    def open_for(self, prompt: str) -> None:
        """Let the person sign; the empty pad shows `prompt`."""
        self._is_open, self._text = True, prompt
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(prompt)
        self.update()

    def close_with(self, reason: str) -> None:
        """Accept no strokes, and show `reason` on the pad. Strokes made before stay until `clear`."""
        self._is_open, self._text = False, reason
        self._is_drawing = False
        self.unsetCursor()
        self.setAccessibleName(translate("kit", "Signature: {reason}").format(reason=reason))
        self.update()

    @property
    def is_open(self) -> bool:
        """Return whether the pad accepts strokes."""
        return self._is_open

    @property
    def is_empty(self) -> bool:
        """Return whether the pad has no strokes."""
        return not self._strokes

    def strokes(self) -> list[Stroke]:
        """Return a copy of the strokes."""
        return [list(stroke) for stroke in self._strokes]

    def clear(self) -> None:
        self._strokes = []
        self._is_drawing = False
        self.changed.emit()
        self.update()

    def to_png(self) -> bytes:
        """Return the strokes as PNG: black on white, cropped to them, at twice the resolution.

        Empty for an empty pad.
        """
        if not self._strokes:
            return b""
        path = _path(self._strokes)
        box = path.boundingRect().adjusted(-_PNG_MARGIN, -_PNG_MARGIN, _PNG_MARGIN, _PNG_MARGIN)
        image = QImage((box.size() * _PNG_SCALE).toSize(), QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.scale(_PNG_SCALE, _PNG_SCALE)
        painter.translate(-box.topLeft())
        _draw(painter, path, Qt.GlobalColor.black, 2.2)
        painter.end()
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, b"png").write(image)
        buffer.close()
        return bytes(data.data())

    def sizeHint(self) -> QSize:
        return QSize(theme().dp(420), theme().dp(130))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(200), theme().dp(110))

    # Pen, finger (Qt makes a mouse of it) and mouse

    def tabletEvent(self, event: QTabletEvent) -> None:
        kind = event.type()
        if kind == QEvent.Type.TabletPress:
            self._begin(event.position())
        elif kind == QEvent.Type.TabletMove:
            self._go_on(event.position())
        else:
            self._is_drawing = False
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_on(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._is_drawing = False

    def _begin(self, place: QPointF) -> None:
        if self._is_open:
            self._is_drawing = True
            self._strokes.append([(place.x(), place.y())])
            self.changed.emit()
            self.update()

    def _go_on(self, place: QPointF) -> None:
        if self._is_drawing:
            x = min(max(place.x(), 0.0), float(self.width()))
            y = min(max(place.y(), 0.0), float(self.height()))
            self._strokes[-1].append((x, y))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        fill = look.color("panel" if self._is_open else "paper")
        rounded(painter, area, fill=fill, line=None, width=0, radius=look.dp(10))
        pen = QPen(look.color("field" if self._is_open else "line"), look.stroke)
        if not self._is_open:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), look.dp(10), look.dp(10))
        if self._is_open:
            base = area.bottom() - look.dp(30)
            painter.setPen(QPen(look.color("line"), 1))
            painter.drawLine(QPointF(look.dp(20), base), QPointF(area.right() - look.dp(20), base))
        if self._strokes:
            _draw(painter, _path(self._strokes), look.color("ink"), 2.2)
        else:
            painter.setPen(look.color("ink3"))
            painter.setFont(look.font(12.5))
            words = self.rect().adjusted(look.dp(12), look.dp(6), -look.dp(12), -look.dp(6))
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._text)
        painter.end()


def _path(strokes: list[Stroke]) -> QPainterPath:
    path = QPainterPath()
    for stroke in strokes:
        path.moveTo(*stroke[0])
        for before, after in pairwise(stroke):
            path.quadTo(*before, (before[0] + after[0]) / 2, (before[1] + after[1]) / 2)
        path.lineTo(stroke[-1][0] + (0.1 if len(stroke) == 1 else 0), stroke[-1][1])
    return path


def _draw(painter: QPainter, path: QPainterPath, ink: QColor | Qt.GlobalColor, width: float) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(ink, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
