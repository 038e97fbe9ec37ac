"""Draws a table's cell: text, or a chip where the column has one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.delegates.content import CHIP_ROLE, ChipSpec
from ui.theme import theme
from ui.theme.paint import chip_size, paint_chip

Index = QModelIndex | QPersistentModelIndex


class CellDelegate(QStyledItemDelegate):
    """Text as the style sheet has it; a `ChipSpec` of `CHIP_ROLE` instead of text where there is one."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if isinstance(index.data(CHIP_ROLE), ChipSpec):
            option.text = ""
        # The row is what is current; a ring around one cell says nothing.
        option.state &= ~QStyle.StateFlag.State_HasFocus

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        spec = index.data(CHIP_ROLE)
        if not isinstance(spec, ChipSpec):
            return
        look = theme()
        area: QRect = option.rect
        size = chip_size(look, spec.text, spec.icon)
        place = QRect(area.left() + look.dp(12), area.center().y() - size.height() // 2, size.width(), size.height())
        place = QStyle.visualRect(painter.layoutDirection(), area, place)
        paint_chip(painter, place, look, text=spec.text, icon=spec.icon, tone=spec.tone)
        if option.state & QStyle.StateFlag.State_Selected and look.name == "sunlight":
            painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 2), Qt.GlobalColor.black)
