"""The buttons below the questions of an item or a group. They have their own place, outside what scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout

from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.widgets import Button, hbox, vbox

_GAP = 10
_SIDE = 16
_BESIDE, _BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


@guarded
class DecisionFoot(QFrame):
    """*All as expected* and the way to the next questions, over the two decisions; all in one row where that fits."""

    def __init__(self, fill: Button, more: Button, other: Button, verified: Button) -> None:
        super().__init__()
        self.setProperty("kind", "cardfoot")
        verified.acts_on_space = False
        self._widest: dict[Button, int] = {}
        self._pairs = ((fill, more), (other, verified))
        self._upper: QHBoxLayout = hbox(fill, more)
        decide = hbox(other, verified)
        self._upper.setStretch(0, 1)
        for at in (0, 1):
            decide.setStretch(at, 1)
        self._lines = vbox(self._upper, decide, margins=(_SIDE, 10, _SIDE, 12), spacing=8)
        self.setLayout(self._lines)

    def minimumSizeHint(self) -> QSize:
        # The width that the least wide arrangement needs, so that another one never claims it for good.
        fill, more = self._pairs[0]
        widest = max(fill.sizeHint().width(), more.sizeHint().width(), self._wide(*self._pairs[1]))
        return QSize(widest + 2 * theme().dp(_SIDE), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # another text or scale
            self._fit()
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._widest.clear()

    def _fit(self) -> None:
        room = self.width() - 2 * theme().dp(_SIDE)
        upper, decide = (self._wide(*pair) for pair in self._pairs)
        is_row = upper + theme().dp(_GAP) + decide <= room
        wanted = (_BESIDE if is_row else _BELOW, _BESIDE if upper <= room else _BELOW)
        if (self._lines.direction(), self._upper.direction()) != wanted:
            self._lines.setDirection(wanted[0])
            self._upper.setDirection(wanted[1])
            self.updateGeometry()

    def _wide(self, *buttons: Button) -> int:
        """Return the width of buttons side by side, in pixels, with their longest texts so far.

        A text that gets shorter must not move the buttons, because a second click would hit something else.
        """
        for one in buttons:
            self._widest[one] = max(self._widest.get(one, 0), one.sizeHint().width())
        return sum(self._widest[one] for one in buttons) + theme().dp(_GAP) * (len(buttons) - 1)
