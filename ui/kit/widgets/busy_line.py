"""A thin line that shows that the app is working. It lies over the top of its window and moves nothing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QProgressBar, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import theme

translate = QCoreApplication.translate

AFTER_MS = 300
"""Shorter waits show nothing: a line that flashes would only disturb."""
_HEIGHT_DP = 4


@guarded
class BusyLine(QProgressBar):
    """Lie over the top edge of `place` while work takes longer than `AFTER_MS`."""

    def __init__(self, place: QWidget) -> None:
        super().__init__(place)
        self.setObjectName("busy_line")
        self.setProperty("kind", "busy")
        self.setRange(0, 0)
        self.setTextVisible(False)
        self.setAccessibleName(translate("kit", "Working"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._appear)
        self.hide()
        place.installEventFilter(self)

    def set_busy(self, is_busy: bool) -> None:
        """Follow the work: show the line once it has lasted, hide it at its end."""
        if is_busy and self.isHidden():
            self._timer.start()
        elif not is_busy:
            self._timer.stop()
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parent():
            self._place()
        return super().eventFilter(watched, event)

    def _appear(self) -> None:
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        place = self.parentWidget()
        if place is not None:
            self.setGeometry(0, 0, place.width(), theme().dp(_HEIGHT_DP))
