"""Preview of a sheet of labels; pressing a position makes it the first."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from eum_app.reports.label_sheet import LabelSheet
from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.translation import Texts

SheetWords = Texts("SheetWords")
_LETTER = (215.9, 279.4)  # mm, as is A4
_A4 = (210.0, 297.0)


def sheet_words(sheet: LabelSheet) -> str:
    """Name a sheet of labels: its paper, how many labels, their size in millimeters."""
    size = "{:g} × {:g}".format(*sheet.label)
    if sheet.labels == 1:
        return SheetWords.tr("Single label {size} mm").format(size=size)
    paper = {_LETTER: SheetWords.tr("US Letter"), _A4: "A4"}.get(sheet.page) or "{:g} × {:g}".format(*sheet.page)
    return SheetWords.tr("{paper}, %Ln labels {size} mm", "", sheet.labels).format(paper=paper, size=size)


@guarded
class LabelSheetView(QWidget):
    """Show a sheet's picture, scaled to fit, with outlines of the labels and the position of the first one.

    Keyboard users set the same in the field for the first label.
    """

    place_chosen = Signal(int)
    """The position pressed, counted from 1."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("label_sheet_view")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._sheet: LabelSheet | None = None
        self._image = QImage()
        self._start = 1
        theme().changed.connect(self.update)

    def show_sheet(self, sheet: LabelSheet, start: int, image: QImage | None = None) -> None:
        """Show a sheet. `image` is the whole page; None while it is not drawn yet."""
        self._sheet, self._start, self._image = sheet, start, image or QImage()
        self.update()

    @property
    def image(self) -> QImage:
        return self._image

    def minimumSizeHint(self) -> QSize:
        side = theme().dp(180)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._sheet is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paper, look = self._paper(), theme()
        painter.fillRect(paper, Qt.GlobalColor.white)
        if not self._image.isNull():
            painter.drawImage(paper, self._image)
        painter.setPen(QPen(look.color("field"), 1))
        painter.drawRect(paper)
        for number in range(1, self._sheet.labels + 1):
            place = self._place(number)
            if number < self._start:  # peeled off already
                painter.fillRect(place, QBrush(look.color("field"), Qt.BrushStyle.BDiagPattern))
            painter.setPen(QPen(look.color("field"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(place)
        painter.setPen(QPen(look.color("accent"), 2))
        painter.drawRect(self._place(self._start))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._sheet is not None:
            spot = event.position()
            for number in range(1, self._sheet.labels + 1):
                if self._place(number).contains(spot):
                    self.place_chosen.emit(number)
                    return

    # Inside

    def _paper(self) -> QRectF:
        assert self._sheet is not None
        wide, tall = self._sheet.page
        scale = min((self.width() - 4) / wide, (self.height() - 4) / tall)
        rect = QRectF(0, 0, wide * scale, tall * scale)
        rect.moveCenter(QPointF(self.width() / 2, self.height() / 2))
        return rect

    def _place(self, number: int) -> QRectF:
        assert self._sheet is not None
        sheet, paper = self._sheet, self._paper()
        scale = paper.width() / sheet.page[0]
        row, column = divmod(number - 1, sheet.columns)
        return QRectF(
            paper.x() + (sheet.first[0] + column * sheet.pitch[0]) * scale,
            paper.y() + (sheet.first[1] + row * sheet.pitch[1]) * scale,
            sheet.label[0] * scale,
            sheet.label[1] * scale,
        )
