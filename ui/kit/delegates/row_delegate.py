"""Draws a `RowContent`: two lines, chips, an optional bar. One height for all rows of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.kit.delegates.content import ROW_ROLE, ChipSpec, RowContent
from ui.kit.guard import guarded
from ui.kit.theme import Theme, theme
from ui.kit.theme.paint import bar_token, chip_size, focus_ring, paint_chip

Index = QModelIndex | QPersistentModelIndex
ITEM_HEIGHT = 56
VISIT_HEIGHT = 92
_LEAD_WIDTH = 98


@guarded
class RowDelegate(QStyledItemDelegate):
    """Draw rows. `present` turns a row object (the model's `ROW_ROLE`) into its content; `height` is a
    size at 100 %.
    """

    def __init__(self, present: Callable[[Any], RowContent], *, height: float = ITEM_HEIGHT) -> None:
        super().__init__()
        self._present = present
        self._height = height

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(theme().dp(160), max(theme().touch, theme().dp(self._height)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        try:
            self._paint_row(painter, option, index)
        finally:
            painter.restore()

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, area, state, look)
        row = index.data(ROW_ROLE)
        if row is None:
            painter.setPen(look.color("ink3"))
            painter.drawText(area.adjusted(look.dp(16), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "…")
        else:
            self._content(painter, area, self._present(row), look)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            focus_ring(painter, area.adjusted(2, 2, -2, -2), look, 6)

    def _ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag, look: Theme) -> None:
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected:
            painter.fillRect(area, look.color("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, look.color("hover"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), look.color("hair"))
        if is_selected and look.name == "sunlight":
            painter.fillRect(area.adjusted(0, 0, 0, 1 - area.height()), look.color("ink"))
            side = QRect(area.left(), area.top(), 6, area.height())
            if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                side.moveRight(area.right())
            painter.fillRect(side, look.color("accent"))

    def _content(self, painter: QPainter, area: QRect, content: RowContent, look: Theme) -> None:
        inner = area.adjusted(look.dp(16), 0, -look.dp(16), 0)
        direction = painter.layoutDirection()

        def placed(rect: QRect) -> QRect:
            return QStyle.visualRect(direction, area, rect)

        title_font = look.font(13, mono=True) if content.is_mono else look.font(13, 600)
        sub_font = look.font(12.5)
        title_metrics, sub_metrics = QFontMetrics(title_font), QFontMetrics(sub_font)
        bar_height = look.dp(20) if content.progress else 0
        text_height = title_metrics.height() + look.dp(3) + (sub_metrics.height() if content.subtitle else 0)
        top = inner.top() + (inner.height() - text_height - bar_height) // 2
        left, right = inner.left(), inner.right() + 1
        if content.lead:
            size = chip_size(look, content.lead.text, content.lead.icon)
            self._chip(painter, placed(QRect(left, inner.center().y() - size.height() // 2, 0, 0)), content.lead, look)
            left += max(look.dp(_LEAD_WIDTH), size.width() + look.dp(10))
        title_right = sub_right = right
        for spec in (content.chip,):
            if spec is None:
                continue
            size = chip_size(look, spec.text, spec.icon)
            fits = left + title_metrics.horizontalAdvance(content.title) + look.dp(10) + size.width() <= right
            middle = top + text_height // 2 if fits else top + text_height - sub_metrics.height() // 2
            place = QRect(right - size.width(), middle - size.height() // 2, size.width(), size.height())
            self._chip(painter, placed(place), spec, look)
            sub_right = place.left() - look.dp(10)
            title_right = sub_right if fits else right
        if content.trailing:
            width = sub_metrics.horizontalAdvance(content.trailing)
            place = QRect(title_right - width, top, width + 1, text_height)
            painter.setFont(sub_font)
            painter.setPen(look.color("ink3"))
            painter.drawText(
                placed(place), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, content.trailing
            )
            title_right = sub_right = place.left() - look.dp(10)
        self._texts(painter, placed, QRect(left, top, title_right - left, text_height), sub_right, content, look)
        if content.progress:
            bar = QRect(left, top + text_height + look.dp(10), right - left, look.dp(8))
            _bar(painter, QRectF(placed(bar)), content, look)

    def _texts(
        self,
        painter: QPainter,
        placed: Callable[[QRect], QRect],
        area: QRect,
        sub_right: int,
        content: RowContent,
        look: Theme,
    ) -> None:
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        font = look.font(13, mono=True) if content.is_mono else look.font(13, 600)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(look.color("ink"))
        if content.is_mono and metrics.horizontalAdvance(content.title) > area.width():
            # A serial number is never cut: it takes both lines.
            painter.drawText(placed(area), leading | Qt.TextFlag.TextWrapAnywhere, content.title)
            return
        line = QRect(area.left(), area.top(), area.width(), metrics.height())
        title = metrics.elidedText(content.title, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(placed(line), leading, title)
        if content.subtitle:
            sub_font = look.font(12.5)
            sub_metrics = QFontMetrics(sub_font)
            width = sub_right - area.left()
            place = QRect(area.left(), line.bottom() + look.dp(3), width, sub_metrics.height())
            painter.setFont(sub_font)
            painter.setPen(look.color("ink3"))
            painter.drawText(
                placed(place), leading, sub_metrics.elidedText(content.subtitle, Qt.TextElideMode.ElideRight, width)
            )

    def _chip(self, painter: QPainter, place: QRect, spec: ChipSpec, look: Theme) -> None:
        place = QRect(place)
        size = chip_size(look, spec.text, spec.icon)
        if place.width() < size.width():
            if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                place.setLeft(place.right() - size.width() + 1)
            place.setSize(size)
        paint_chip(painter, place, look, text=spec.text, icon=spec.icon, tone=spec.tone)


def _bar(painter: QPainter, area: QRectF, content: RowContent, look: Theme) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(area, 4, 4)
    painter.save()
    try:
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.fillRect(area, look.color("mute_soft"))
        is_rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        at = 0.0
        for count, tone in content.progress:
            width = area.width() * count / content.total if content.total else 0
            left = area.right() - at - width if is_rtl else area.left() + at
            painter.fillRect(QRectF(left, area.top(), width, area.height()), look.color(bar_token(tone)))
            at += width
    finally:
        painter.restore()
    if look.name == "sunlight":
        painter.setPen(look.color("ink"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, 4, 4)
