"""A sign over the window while the keys of a scan are still arriving."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import theme

translate = QCoreApplication.translate


@guarded
class ReadingSign(QLabel):
    """Say "Reading …" at the bottom of the window. It lies over the page, so nothing moves, and takes no clicks."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(translate("scanner", "Reading …"), window)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName("reading_sign")
        self.setProperty("kind", "floating")
        self.setAccessibleName(self.text())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()
        self._window = window
        window.installEventFilter(self)

    def follow(self, is_reading: bool) -> None:
        """Show or hide the sign."""
        self.setVisible(is_reading)
        if is_reading:
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        window, size, look = self._window, self.sizeHint(), theme()
        self.resize(size)
        self.move((window.width() - size.width()) // 2, window.height() - size.height() - look.dp(56))
        self.raise_()
