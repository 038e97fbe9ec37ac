"""Put the focus back on the page when the widget that had it disappears."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ui.kit.page import Page


class FocusKeeper(QObject):
    """Return a lost focus to the page in sight.

    When a focused widget is hidden, disabled or deleted, Qt passes the focus to the next widget of the window, perhaps
    in the rail, or to none. What the person types then acts elsewhere, or nowhere.
    """

    def __init__(self, window: QWidget, page: Callable[[], Page | None]) -> None:
        super().__init__(window)
        self._window, self._page = window, page
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        page = self._page()
        if page is None or not self._window.isVisible():
            return
        is_gone = before is None or not shiboken6.isValid(before) or not (before.isVisible() and before.isEnabled())
        is_away = now is None or (is_gone and before is not None and not page.isAncestorOf(now) and now is not page)
        if is_away:
            # What a layout was just given is shown one turn later, and takes the focus then if it was meant to.
            QTimer.singleShot(0, self, self._after_a_turn)

    def _after_a_turn(self) -> None:
        QTimer.singleShot(0, self, self._put_back)

    def _put_back(self) -> None:
        page, now = self._page(), QApplication.focusWidget()
        if page is None or not self._window.isVisible() or not self._window.isActiveWindow():
            return
        if now is None or not (now is page or page.isAncestorOf(now)):
            if now is not None and now.window() is not page.window():
                return  # a dialog
            page.focus_next()
