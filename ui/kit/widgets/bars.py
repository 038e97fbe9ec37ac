"""Progress and charts, painted: segmented bar, progress in words, bars by row, a line over time, a number tile."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import inset, theme
from ui.kit.theme.paint import bar_token
from ui.kit.widgets.base import hbox, label, set_look, vbox
from ui.kit.widgets.card import Card

translate = QCoreApplication.translate


Parts = Sequence[tuple[int, str]]
"""(count, tone) in drawing order."""
_TILE_WIDTH = 190


@guarded
class StackedBar(QWidget):
    """Counts by tone against a total. Show the counts as text next to it: the bar itself is decoration."""

    def __init__(self, height: float = 8) -> None:
        super().__init__()
        self._height = height
        self._parts: list[tuple[int, str]] = []
        self._total = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: Parts, total: int | None = None) -> None:
        """Show `parts` against `total` (their sum when None)."""
        self._parts = list(parts)
        self._total = sum(count for count, _tone in parts) if total is None else total
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme().dp(120), theme().dp(self._height))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(40), theme().dp(self._height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = look.dp(self._height)
        area = QRectF(0, (self.height() - height) / 2, self.width(), height)
        shape = QPainterPath()
        shape.addRoundedRect(area, min(4, height / 2), min(4, height / 2))
        painter.setClipPath(shape)
        painter.fillRect(area, look.color("mute_soft"))
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        at = 0.0
        for count, tone in self._parts:
            width = area.width() * count / self._total if self._total else 0
            painter.fillRect(QRectF(at, area.top(), width, height), look.color(bar_token(tone)))
            at += width
        if look.name == "sunlight":
            painter.setClipping(False)
            painter.setPen(QPen(look.color("ink"), 1))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()


@guarded
class ProgressSummary(QWidget):
    """`128 of 214 checked … 60 %` over a segmented bar."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._percent, self._bar = label("", "sub"), label("", "sub"), StackedBar()
        self.setLayout(vbox(hbox(self._text, 1, self._percent, spacing=12), self._bar, spacing=3))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_progress(self, done: int, total: int, parts: Parts, text: str = "") -> None:
        """Show `done` of `total`; `text` replaces the usual words. 100 % is shown only when all are done.

        A `total` of 0 shows a dash for the percentage.
        """
        locale = QLocale()
        words = text or translate("kit", "{done} of {total} checked").format(
            done=locale.toString(done), total=locale.toString(total)
        )
        percent = f"{100 if done >= total else min(99, round(done * 100 / total))} %" if total else "–"
        self._text.setText(words)
        self._percent.setText(percent)
        self._bar.set_parts(parts, total)
        self.setAccessibleName(f"{words}, {percent}")

    @property
    def text(self) -> str:
        """Return the words over the bar."""
        return self._text.text()

    def sizeHint(self) -> QSize:
        return QSize(theme().dp(320), super().sizeHint().height())


class StatTile(Card):
    """One number with its name above and a detail below."""

    def __init__(self, name: str, value: str = "–", detail: str = "", tone: str = "") -> None:
        super().__init__()
        self._name, self._value, self._detail = (
            label(name, "sub", wrap=True),
            label("", "kpi"),
            label("", "sub", wrap=True),
        )
        self.add_padded(self._name, self._value, self._detail, margins=(16, 13, 16, 13), spacing=2)
        self.set_value(value, detail, tone)

    def set_name(self, name: str) -> None:
        """Set the name above the number. Call `set_value` afterwards, which updates the accessible name."""
        self._name.setText(name)

    def set_value(self, value: str, detail: str = "", tone: str = "") -> None:
        """Show a number, with a detail below it, in a tone."""
        self._value.setText(value)
        self._detail.setText(detail)
        set_look(self._value, "tone", tone)
        self.setAccessibleName(f"{self._name.text()}: {value}. {detail}")


@guarded
class Tiles(QWidget):
    """Lay out tiles of equal width side by side, in as many lines as needed."""

    def __init__(self, *tiles: StatTile) -> None:
        super().__init__()
        self._tiles = tiles
        self._columns = 0
        self._grid = QGridLayout(self)
        inset(self._grid, 0, 0, 0, 0, spacing=16)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(max(tile.minimumSizeHint().width() for tile in self._tiles), super().minimumSizeHint().height())

    def _arrange(self) -> None:
        columns = max(1, min(len(self._tiles), (self.width() + theme().dp(16)) // theme().dp(_TILE_WIDTH + 16)))
        if columns == self._columns:
            return
        for at in range(self._columns):
            self._grid.setColumnStretch(at, 0)
        self._columns = columns
        for at, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, at // columns, at % columns)
        for at in range(columns):
            self._grid.setColumnStretch(at, 1)


class BarChart(QWidget):
    """A row for each name: name, segmented bar, words at the end (e.g. `96 %`)."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        inset(self._grid, 16, 12, 16, 12, spacing=14)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QLabel, StackedBar, QLabel]] = []

    def set_rows(self, rows: Sequence[tuple[str, Parts, str]]) -> None:
        """Replace all rows: (name, parts, words at the end)."""
        for old in self._rows:
            for widget in old:
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._rows = []
        for at, (name, parts, words) in enumerate(rows):
            line = (label(name), StackedBar(15), label(words, "sub"))
            line[1].set_parts(parts)
            line[1].setAccessibleName(f"{name}: {words}")
            for column, part in enumerate(line):
                self._grid.addWidget(part, at, column)
            self._rows.append(line)
        self._grid.setRowStretch(len(rows), 1)


@guarded
class LineChart(QWidget):
    """Percentages over time, oldest first, on a scale from `low` to 100. `set_points` replaces `low`."""

    def __init__(self, *, low: int = 50) -> None:
        super().__init__()
        self._low = low
        self._points: list[tuple[str, float]] = []
        self.setMinimumHeight(theme().dp(140))

    def set_points(self, points: Sequence[tuple[str, float]]) -> None:
        """Show (label, percent) points, oldest first, on a scale from 50 to 100.

        A value under 50 lowers the scale to the next 25 below it.
        """
        self._points = list(points)
        least = min((value for _label, value in points), default=50)
        self._low = min(50, int(least // 25) * 25)
        spoken = ", ".join(f"{name} {value:.0f} %" for name, value in points)
        self.setAccessibleName(spoken)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = look.font(11)
        painter.setFont(font)
        line_height = QFontMetrics(font).height()
        gutter = QFontMetrics(font).horizontalAdvance("100 %") + look.dp(18)
        area = QRectF(self.rect()).adjusted(gutter, line_height, -look.dp(24), -line_height - look.dp(14))
        span = 100 - self._low

        def y_of(value: float) -> float:
            return area.bottom() - (value - self._low) / span * area.height()

        for level in range(self._low, 101, 25):
            y = y_of(level)
            painter.setPen(QPen(look.color("line"), 1))
            painter.drawLine(QPointF(area.left() - look.dp(8), y), QPointF(area.right() + look.dp(8), y))
            painter.setPen(look.color("ink3"))
            words = QRect(0, round(y - line_height / 2), gutter - look.dp(10), line_height)
            painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{level} %")
        if self._points:
            self._draw_line(painter, area, [y_of(value) for _name, value in self._points], line_height)
        painter.end()

    def _draw_line(self, painter: QPainter, area: QRectF, heights: list[float], line_height: int) -> None:
        look = theme()
        step = area.width() / max(1, len(heights) - 1)
        places = [QPointF(area.left() + at * step, y) for at, y in enumerate(heights)]
        painter.setPen(QPen(look.color("accent"), 2 + look.stroke - 1, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(places)
        painter.setBrush(look.color("accent"))
        painter.drawEllipse(places[-1], look.dp(4), look.dp(4))
        painter.setPen(look.color("ink3"))
        for at in {0, len(places) // 2, len(places) - 1}:
            box = QRectF(places[at].x() - 60, area.bottom() + look.dp(8), 120, line_height)
            box.moveRight(min(box.right(), self.width() - 2.0))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._points[at][0])
