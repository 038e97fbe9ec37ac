"""Parts of the overview: figures that open their rows, bars in a table, and columns over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyleOptionViewItem, QWidget

from db.queries.overview import Tally
from eum_app.domain.clock import days_between
from ui.kit.delegates.cell_delegate import CellDelegate
from ui.kit.delegates.content import ROW_ROLE
from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.theme.paint import bar_token, focus_ring
from ui.kit.tips import set_tip
from ui.kit.translation import Texts
from ui.kit.widgets import Button, StatTile, button, hbox
from ui.kit.words import count

translate = QCoreApplication.translate


AgeWords = Texts("AgeWords")

Index = QModelIndex | QPersistentModelIndex
_BAR_HEIGHT = 15


def parts_of(tally: Tally) -> list[tuple[int, str]]:
    """Return the counts with their tones, in drawing order: on time, due soon, overdue, without a date."""
    return [(tally.on_time, "ok"), (tally.due_soon, "warn"), (tally.overdue, "bad"), (tally.no_date, "mute")]


def per_cent(part: int, whole: int) -> str:
    """Return a percentage that is 100 % only for all and 0 % only for none; a dash for a whole of 0."""
    if not whole:
        return "–"
    share = round(part * 100 / whole)
    if 0 < part < whole:
        share = min(99, max(1, share))
    return f"{share} %"


def age(instant: str, as_of: str) -> str:
    """Return how many whole days (of 24 hours) before `as_of` an instant was, e.g. `3 days`.

    `less than a day` for a shorter time and for a later instant. Returns `instant` unchanged if either text is not an
    instant.
    """
    days = days_between(instant, as_of)
    if days is None:
        return instant
    if days <= 0:
        return translate("hq", "less than a day")
    return AgeWords.tr("%Ln days", "", days)


@guarded
class FigureTile(StatTile):
    """A figure. A click, Enter or Space opens the page with its rows."""

    opened = Signal()
    detail_opened = Signal()
    """The small print was pressed, where it leads to separate rows."""

    def __init__(self, object_name: str, name: str, opens: str) -> None:
        super().__init__(name)
        self.setObjectName(object_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        set_tip(self, opens)
        self.setAccessibleDescription(opens)
        self.more: Button = button("", self.detail_opened.emit, kind="inline")
        self.more.setObjectName(f"{object_name}_more")
        self.more.setAccessibleName(name)
        self.more.hide()
        self.add_padded(hbox(self.more, 1), margins=(14, 0, 16, 11))

    def link_detail(self, text: str) -> None:
        """Show small print that leads to separate rows (`detail_opened`), in place of the usual one.

        An empty text shows the usual one again.
        """
        self._detail.setVisible(not text)
        self.more.setText(text)
        self.more.setAccessibleName(f"{self._name.text()}: {text}")
        self.more.setVisible(bool(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            (self.detail_opened if self.more.hasFocus() else self.opened).emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            focus_ring(painter, self.rect(), theme(), 12)
            painter.end()


@guarded
class BarDelegate(CellDelegate):
    """Draw a row's tally as a bar. Other columns show the counts as numbers: a bar alone is not readable."""

    def __init__(self, tally_of: Callable[[object], Tally], parent: QWidget) -> None:
        super().__init__(parent)
        self._tally_of = tally_of

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.text = ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        row = index.data(ROW_ROLE)
        if row is None:
            return
        look = theme()
        height = look.dp(_BAR_HEIGHT)
        area: QRect = option.rect
        box = QRectF(area.left() + look.dp(10), area.center().y() - height / 2, area.width() - look.dp(20), height)
        is_rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        draw_bar(painter, box, parts_of(self._tally_of(row)), is_rtl=is_rtl)


def draw_bar(painter: QPainter, area: QRectF, parts: Sequence[tuple[int, str]], *, is_rtl: bool = False) -> None:
    """Draw a bar across `area`, split in proportion to (count, tone); it fills from the right if `is_rtl`.

    The sunlight theme also separates the parts by lines. If all counts are 0, only the empty bar is drawn.
    """
    look = theme()
    total = sum(number for number, _tone in parts)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(area, look.dp(4), look.dp(4))
    painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    painter.fillRect(area, look.color("mute_soft"))
    at = area.right() if is_rtl else area.left()
    for number, tone in parts:
        width = area.width() * number / total if total else 0.0
        at -= width if is_rtl else 0.0
        piece = QRectF(at, area.top(), width, area.height())
        painter.fillRect(piece, look.color(bar_token(tone)))
        if look.name == "sunlight" and number:
            painter.setPen(QPen(look.color("paper"), 1))
            painter.drawRect(piece)
        at += 0.0 if is_rtl else width
    painter.restore()


@guarded
class ColumnChart(QWidget):
    """Counts over time as columns, the oldest first: the number above, the name below, parts from the ground up.

    A click or Enter opens a column; Left and Right go from one to the next.
    """

    opened = Signal(int)
    """The index of the column, the oldest 0."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[tuple[str, Tally]] = []
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_columns(self, columns: Sequence[tuple[str, Tally]]) -> None:
        """Set (name, tally) for each column; the accessible name lists them."""
        self._columns = list(columns)
        self._current = min(self._current, max(0, len(columns) - 1))
        self.setAccessibleName(", ".join(f"{name}: {count(tally.total)}" for name, tally in columns))
        self._say_current()
        self.update()

    def _say_current(self) -> None:
        if self._columns:
            name, tally = self._columns[self._current]
            self.setAccessibleDescription(f"{name}: {count(tally.total)}".replace("\n", " "))

    def _go(self, by: int) -> None:
        step = -by if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else by
        self._current = min(len(self._columns) - 1, max(0, self._current + step))
        self._say_current()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._go(1 if key == Qt.Key.Key_Right else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self._columns:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        area = self._area()
        at = int((event.position().x() - area.left()) // (area.width() / max(1, len(self._columns))))
        if event.button() == Qt.MouseButton.LeftButton and 0 <= at < len(self._columns):
            is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            self._current = len(self._columns) - 1 - at if is_rtl else at
            self._say_current()
            self.opened.emit(self._current)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _area(self) -> QRectF:
        look = theme()
        line = QFontMetrics(look.font(11)).height()
        return QRectF(self.rect()).adjusted(look.dp(16), line + look.dp(10), -look.dp(16), -line * 2 - look.dp(12))

    def sizeHint(self) -> QSize:
        return QSize(theme().dp(420), theme().dp(170))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(240), theme().dp(130))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._columns:
            return
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = look.font(11)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        line = metrics.height()
        area = self._area()
        step = area.width() / len(self._columns)
        highest = max(tally.total for _name, tally in self._columns) or 1
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for at, (name, tally) in enumerate(self._columns):
            place = len(self._columns) - 1 - at if is_rtl else at
            left = area.left() + place * step
            width = min(step * 0.62, look.dp(56))
            foot = area.bottom()
            for number, tone in parts_of(tally):
                height = area.height() * number / highest
                piece = QRectF(left + (step - width) / 2, foot - height, width, height)
                painter.fillRect(piece, look.color(bar_token(tone)))
                if look.name == "sunlight" and number:
                    painter.setPen(QPen(look.color("paper"), 1))
                    painter.drawRect(piece)
                foot -= height
            painter.setPen(look.color("ink"))
            above = QRectF(left, foot - line - look.dp(3), step, line)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, count(tally.total))
            painter.setPen(look.color("ink2"))
            below = QRectF(left, area.bottom() + look.dp(6), step, line * 2)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(below, flags, name)
            if self.hasFocus() and at == self._current:
                focus_ring(painter, QRectF(left, 0, step, self.height()).toRect(), look, 6)
        painter.setPen(QPen(look.color("field"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.end()
