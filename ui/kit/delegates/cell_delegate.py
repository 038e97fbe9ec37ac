"""Draws a table's cell: text, or a chip where the column has one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.kit.delegates.content import CHIP_ROLE, ChipSpec
from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.theme.paint import chip_size, paint_chip
from ui.kit.tips import show_tip

Index = QModelIndex | QPersistentModelIndex
_BESIDE_CHIP_DP = 12


@guarded
class CellDelegate(QStyledItemDelegate):
    """Draw text as the style sheet has it, or the `ChipSpec` of `CHIP_ROLE` in its place."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if isinstance(index.data(CHIP_ROLE), ChipSpec):
            option.text = ""
        # The row is what is current; a ring around one cell says nothing.
        option.state &= ~QStyle.StateFlag.State_HasFocus

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole text of a cell whose text or chip is cut."""
        text = str(index.data() or "") if event.type() == QEvent.Type.ToolTip else ""
        spec = index.data(CHIP_ROLE)
        needed = self.sizeHint(option, index).width()
        if isinstance(spec, ChipSpec):
            needed = chip_cell_width(spec)
        is_cut = bool(text) and needed > view.visualRect(index).width()
        show_tip(event.globalPos(), text if is_cut else "", view)
        return is_cut

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        look = theme()
        area: QRect = option.rect
        spec = index.data(CHIP_ROLE)
        if isinstance(spec, ChipSpec):
            size, beside = chip_size(look, spec.text, spec.icon), _beside_chip()
            top = area.center().y() - size.height() // 2
            width = min(size.width(), area.width() - 2 * beside)  # a chip never covers the next cell
            place = QRect(area.left() + beside, top, width, size.height())
            place = QStyle.visualRect(painter.layoutDirection(), area, place)
            paint_chip(painter, place, look, text=spec.text, icon=spec.icon, tone=spec.tone)
        if option.state & QStyle.StateFlag.State_Selected and look.name == "sunlight":
            # No soft fill in the sun: lines above and below, and a heavy edge where the row begins.
            painter.fillRect(QRect(area.left(), area.top(), area.width(), 2), look.color("ink"))
            painter.fillRect(QRect(area.left(), area.bottom() - 1, area.width(), 2), look.color("ink"))
            if index.column() == 0:
                edge = QStyle.visualRect(
                    painter.layoutDirection(), area, QRect(area.left(), area.top(), 6, area.height())
                )
                painter.fillRect(edge, look.color("accent"))


def chip_cell_width(spec: ChipSpec) -> int:
    """Return the width of a cell that shows a whole chip, in pixels."""
    return chip_size(theme(), spec.text, spec.icon).width() + 2 * _beside_chip()


def _beside_chip() -> int:
    """Return the room that a cell keeps on each side of a chip, in pixels."""
    return theme().dp(_BESIDE_CHIP_DP)
