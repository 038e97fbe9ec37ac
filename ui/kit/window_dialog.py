"""A dialog over its window, as high as its text needs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QLabel, QProgressBar, QVBoxLayout, QWidget

from eum_app.domain.errors import KnownError
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.theme import inset, theme
from ui.kit.widgets import Button, hbox, label, scrolled, vbox
from ui.kit.widgets.fit_area import least_height

_WIDTH = 520


@guarded
class WindowDialog(QDialog):
    """A dialog over its window that cannot be closed while `is_busy`."""

    def __init__(self, name: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(title)
        self.is_busy = False
        self.words = vbox(label(title, "headline", wrap=True), spacing=12)
        self.foot = vbox(spacing=12)
        self._area = scrolled(self.words)
        self._whole = QVBoxLayout(self)
        inset(self._whole, 28, 24, 28, 22, spacing=12)
        self._whole.addWidget(self._area, 1)
        self._whole.addLayout(self.foot)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        theme().changed.connect(self.fit)

    def fit(self) -> None:
        """Resize to the height of the content, at most that of the window: then the content scrolls, and the buttons
        stay visible.
        """
        parent, inner = self.parentWidget(), self._area.widget()
        assert parent is not None
        assert inner is not None
        window = parent.window()
        margins = self._whole.contentsMargins()
        width = min(theme().dp(_WIDTH), window.width())
        needed = least_height(inner, width - margins.left() - margins.right())
        needed += self.foot.sizeHint().height() + self._whole.spacing() + margins.top() + margins.bottom()
        self.resize(width, min(needed, window.height()))

    def showEvent(self, event: QShowEvent) -> None:
        self.ensurePolished()
        self.fit()
        super().showEvent(event)

    def say_refusal(self, said: QLabel, error: KnownError) -> None:
        """Show in `said` why the request was refused, and make the dialog usable again."""
        self.is_busy = False
        said.setText(str(sentence(error)))
        said.show()
        self.fit()

    def add_buttons(self, leave: Button, act: Button) -> None:
        """Add the two buttons, to leave and to act. Enter in a field presses neither."""
        for one in (leave, act):
            one.setAutoDefault(False)
        self.foot.addLayout(hbox(leave, 1, act))

    def reject(self) -> None:
        """Close the dialog, unless its work is running."""
        if not self.is_busy:
            super().reject()
