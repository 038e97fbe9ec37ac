"""A scroll area that gives its content all available space, and scrolls only below the content's minimum size."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import theme


@guarded
class FitArea(QScrollArea):
    """Fill the viewport with the content, which is never smaller than its minimum at that width.

    Qt's own `widgetResizable` uses the preferred height. It loops forever when the content's height depends on its
    width and a scroll bar takes part of that width. This class decides once per change of size.
    """

    def __init__(self, content: QWidget, *, is_column: bool = False) -> None:
        """Wrap `content`. With `is_column` it is never narrower than the content, so it scrolls only vertically."""
        super().__init__()
        self._is_column = is_column
        self._is_fitting = self._is_due = self._is_own_request = False
        self._is_resized = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if is_column:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        self._fit()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._bring_into_sight)

    def minimumSizeHint(self) -> QSize:
        content = self.widget()
        if not self._is_column or content is None:
            return QSize(theme().dp(160), theme().dp(80))
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(content.minimumSizeHint().width() + bar, theme().dp(80))

    def sizeHint(self) -> QSize:
        content = self.widget()
        return content.sizeHint() if content is not None else super().sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        if self.isVisible() and not self._is_resized:
            self._is_resized = True
            QTimer.singleShot(0, self, self._keep_in_sight)  # once the layouts in it have run

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_handled = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self._fit()
            self.updateGeometry()
            if self._is_own_request:
                self._is_own_request = False
            elif not self._is_due:
                # What is nested in the content may answer by its old size until its own layouts have run.
                self._is_due = True
                QTimer.singleShot(0, self, self._fit_again)
        return is_handled

    def _bring_into_sight(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Scroll to a widget that gets the focus from outside. Qt follows the focus only from within."""
        content = self.widget()
        if now and content and content.isAncestorOf(now) and now.visibleRegion().isEmpty():
            self.ensureWidgetVisible(now)

    def _keep_in_sight(self) -> None:
        """Keep the widget that gets the keys in sight in an area of another size, e.g. with larger text."""
        self._is_resized = False
        self._bring_into_sight(None, QApplication.focusWidget())

    def _fit_again(self) -> None:
        self._is_due = False
        content = self.widget()
        layout = content.layout() if content is not None else None
        if layout is not None:
            # Qt answers this by a layout request. To take that for another change would never end.
            self._is_own_request = True
            layout.invalidate()
        self._fit()

    def _fit(self) -> None:
        content = self.widget()
        if content is None or self._is_fitting:
            return
        self._is_fitting = True
        room = self.maximumViewportSize()
        least = content.minimumSizeHint()
        width = max(room.width(), least.width())
        height = least_height(content, width)
        if height > room.height():
            width = max(room.width() - self.verticalScrollBar().sizeHint().width(), least.width())
            height = least_height(content, width)
        content.resize(width, max(height, room.height()))
        self._is_fitting = False


def least_height(content: QWidget, width: int) -> int:
    """Return the minimum height of the content at that width, in logical pixels."""
    layout = content.layout()
    if layout is not None and layout.hasHeightForWidth():
        return layout.minimumHeightForWidth(width)
    return content.minimumSizeHint().height()
