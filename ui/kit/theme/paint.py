"""Painting shared by widgets and delegates: chips, rounded boxes, and the focus ring."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from ui.kit.theme.theme import Theme

CHIP_FONT = 12
_CHIP_WEIGHT = 600
_CHIP_ICON = 12
_CHIP_SIDE = 9


def chip_size(look: Theme, text: str, icon: str | None) -> QSize:
    """Return the size of a chip in logical pixels."""
    metrics = QFontMetrics(look.font(CHIP_FONT, _CHIP_WEIGHT))
    width = 2 * look.dp(_CHIP_SIDE) + metrics.horizontalAdvance(text)  # twice the rounded side, as it is painted
    if icon:
        width += look.dp(_CHIP_ICON) + (look.dp(5) if text else 0)
    return QSize(width, metrics.height() + look.dp(5))


def paint_chip(painter: QPainter, rect: QRect, look: Theme, *, text: str, icon: str | None, tone: str) -> None:
    """Paint a rounded chip that fills `rect`; `tone` as in `StatusMark`. Text without room ends in an ellipsis."""
    fill, ink = tone_tokens(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(rect)
    if look.name == "sunlight":
        painter.setPen(QPen(look.color(ink), look.stroke))
        box.adjust(1, 1, -1, -1)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color(fill))
    radius = box.height() / 2
    painter.drawRoundedRect(box, radius, radius)
    painter.setPen(look.color(ink))
    font = look.font(CHIP_FONT, _CHIP_WEIGHT)
    painter.setFont(font)
    gap = look.dp(_CHIP_SIDE)
    inner = rect.adjusted(gap, 0, -gap, 0)
    if icon:
        picture = look.pixmap(icon, ink, size=_CHIP_ICON)
        side = look.dp(_CHIP_ICON)
        rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = inner.right() + 1 - side if rtl else inner.left()
        painter.drawPixmap(QPoint(left, rect.center().y() - side // 2 + (rect.height() % 2 == 0)), picture)
        step = side + look.dp(5)
        inner = inner.adjusted(0, 0, -step, 0) if rtl else inner.adjusted(step, 0, 0, 0)
    metrics = QFontMetrics(font)
    if metrics.horizontalAdvance(text) > inner.width():
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, text)
    painter.restore()


def tone_tokens(tone: str) -> tuple[str, str]:
    """Return the background and text tokens of a tone. Any unknown tone looks as `mute` does."""
    return {
        "ok": ("ok_soft", "ok"),
        "warn": ("warn_soft", "warn"),
        "bad": ("bad_soft", "bad"),
        "accent": ("accent_soft", "accent"),
    }.get(tone, ("mute_soft", "ink2"))


def bar_token(tone: str) -> str:
    """Return the token of a solid bar of a tone; `ink3` for any unknown tone. Amber may be brighter in bars than in
    text.
    """
    return {"ok": "ok", "warn": "warn_bar", "bad": "bad", "accent": "accent"}.get(tone, "ink3")


def rounded(
    painter: QPainter, rect: QRectF, *, fill: QColor | None, line: QColor | None, width: float, radius: float
) -> None:
    """Paint a rounded box with its outline inside `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    half = width / 2 if line is not None else 0
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius, radius)


def focus_ring(painter: QPainter, rect: QRect, look: Theme, radius: float = 8) -> None:
    """Paint the ring that shows the keyboard focus."""
    rounded(painter, QRectF(rect), fill=None, line=look.color("accent"), width=look.focus, radius=look.dp(radius))
