"""The camera's picture, with every mark outlined and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import status_mark, theme

Corner = tuple[float, float]


@dataclass(frozen=True)
class ViewMark:
    """One symbol: corners as fractions of the picture's width and height (0 to 1), and its known state.

    `state` is a key of `ui.kit.theme.status`, or empty while unknown; `text` is shown beside the outline. `track`
    identifies the symbol from frame to frame, so that the tag keeps its side of the mark.
    """

    key: str
    corners: tuple[Corner, Corner, Corner, Corner]
    state: str = ""
    text: str = ""
    track: int = 0


@guarded
class Viewfinder(QWidget):
    """Show the whole picture, scaled to fit. Pressing a mark emits `chosen` with its key."""

    chosen = Signal(str)

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._marks: tuple[ViewMark, ...] = ()
        self._prompt = prompt
        self._frame_tone = ""
        self._is_below: dict[int, bool] = {}  # track → side of its tag: a tag does not hop from side to side
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(prompt)

    def show_view(self, image: QImage, marks: Sequence[ViewMark]) -> None:
        """Show a frame and the marks in it."""
        self._image, self._marks = image, tuple(marks)
        self._is_below = {mark.track: self._is_below.get(mark.track, False) for mark in marks}
        self.setAccessibleName(", ".join(mark.text for mark in marks if mark.text) or self._prompt)
        self.update()

    def show_prompt(self, prompt: str) -> None:
        """Show a text in place of a picture: why there is none, and what to do."""
        self._image, self._marks, self._prompt = None, (), prompt
        self.setAccessibleName(prompt)
        self.update()

    def set_frame(self, tone: str) -> None:
        """Show a colored frame in answer to a scan: ok, warn, bad, accent, or empty."""
        self._frame_tone = tone
        self.update()

    @property
    def marks(self) -> tuple[ViewMark, ...]:
        """Return the marks that are drawn."""
        return self._marks

    def sizeHint(self) -> QSize:
        return QSize(theme().dp(320), theme().dp(160))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(200), theme().dp(120))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        area = self._picture_area()
        for mark in self._marks:
            if _polygon(mark, area).containsPoint(event.position(), Qt.FillRule.OddEvenFill):
                self.chosen.emit(mark.key)
                return

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), look.color("scan_bg"))
        if self._image is None:
            painter.setPen(look.color("on_scan"))
            painter.setFont(look.font(13))
            inner = self.rect().adjusted(look.dp(24), look.dp(12), -look.dp(24), -look.dp(12))
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._prompt)
        else:
            area = self._picture_area()
            painter.drawImage(area, self._image)
            taken: list[QRectF] = []
            for mark in self._marks:
                self._draw_mark(painter, mark, area, taken)
        if self._frame_tone:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.color(_inks(self._frame_tone)[0]), look.dp(5)))
            painter.drawRect(self.rect().adjusted(2, 2, -2, -2))
        painter.end()

    def _picture_area(self) -> QRectF:
        if self._image is None or self._image.isNull():
            return QRectF(self.rect())
        size = QSize(self._image.size()).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        return QRectF(left, top, size.width(), size.height())

    def _draw_mark(self, painter: QPainter, mark: ViewMark, area: QRectF, taken: list[QRectF]) -> None:
        look = theme()
        face = status_mark(mark.state) if mark.state else None
        line, tag = _inks(face.tone if face else "")
        outline = _polygon(mark, area)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look.color(line), look.dp(3), j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolygon(outline)
        if not mark.text:
            return
        font = look.font(12, 700)
        metrics = QFontMetricsF(font)
        icon_side = look.dp(12) if face else 0
        width = metrics.horizontalAdvance(mark.text) + look.dp(14) + icon_side + (look.dp(5) if face else 0)
        height = metrics.height() + look.dp(4)
        box = outline.boundingRect()
        edge = look.dp(8)
        left = max(area.left(), min(box.left(), self.width() - width - edge))
        above, below = box.top() - height - look.dp(4), box.bottom() + look.dp(4)
        is_below = self._is_below.get(mark.track, False)
        for side in (is_below, not is_below):
            place = QRectF(left, below if side else above, width, height)
            is_free = place.top() >= edge and place.bottom() <= self.height() - edge
            if is_free and not any(place.intersects(other) for other in taken):
                self._is_below[mark.track] = side
                break
        while any(place.intersects(other) for other in taken):
            place.translate(0, height + 2)
        taken.append(QRectF(place))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color(tag))
        painter.drawRoundedRect(place, look.dp(5), look.dp(5))
        painter.setPen(look.color("on_scan"))
        painter.setFont(font)
        words = place.adjusted(look.dp(7), 0, 0, 0)
        if face:
            picture = look.pixmap(face.icon, "on_scan", size=12)
            painter.drawPixmap(QPointF(words.left(), place.center().y() - icon_side / 2), picture)
            words.adjust(icon_side + look.dp(5), 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, mark.text)


def _polygon(mark: ViewMark, area: QRectF) -> QPolygonF:
    return QPolygonF([QPointF(area.left() + x * area.width(), area.top() + y * area.height()) for x, y in mark.corners])


def _inks(tone: str) -> tuple[str, str]:
    """Return the outline and tag tokens of a tone."""
    return {
        "ok": ("scan_ok", "scan_ok_tag"),
        "warn": ("scan_warn", "scan_warn_tag"),
        "bad": ("scan_bad", "scan_bad_tag"),
    }.get(tone, ("scan_in", "scan_in_tag"))
