"""The place of messages in the scan column: the last recording, and a search that is still running."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from ui.field.parts import named
from ui.kit.theme import theme
from ui.kit.widgets import Button, button, hbox, label

_HEIGHT_DP = 56


class FeedbackStrip(QFrame):
    """A strip that is always there, so that nothing moves. Messages of the page lie over it."""

    stop_requested = Signal()

    def __init__(self, next_focus: QWidget) -> None:
        super().__init__()
        self.setObjectName("feedback_strip")
        self.setProperty("kind", "feedback")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._next_focus = next_focus
        self._said = label("", "sub", wrap=True)
        self._last = ""
        self._stop: Button = named(button(self.tr("Stop"), self.stop_requested.emit), "stop_still_button")
        self._stop.setAccessibleName(self.tr("Stop looking for a mark"))
        self._stop.hide()
        line = hbox(self._said, self._stop, margins=(14, 6, 6, 6))
        line.setStretch(0, 1)
        self.setLayout(line)
        self.show_last("")
        self._fit()
        theme().changed.connect(self._fit)

    def show_last(self, text: str) -> None:
        """Show the last recording, once no search goes on. For an empty text, show that nothing was recorded yet."""
        self._last = text or self.tr("Nothing recorded yet")
        if self._stop.isHidden():
            self._said.setText(self._last)

    def show_searching(self, is_searching: bool) -> None:
        """Show that the search in a photo goes on, with a button to stop it.

        With False, show the last recording again.
        """
        had_focus = self._stop.hasFocus()
        self._stop.setVisible(is_searching)
        searching = self.tr("No mark at first sight. Looking harder: 8 seconds, or longer on a busy computer.")
        self._said.setText(searching if is_searching else self._last)
        if had_focus and not is_searching:
            self._next_focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        self.setMinimumHeight(theme().dp(_HEIGHT_DP))
