"""Say over a dialog that a scan was not used, because the dialog covers the page that would take it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from ui.kit.theme import theme
from ui.kit.widgets import NoticeBar

NAME = "covered_scan_notice"
_MARGIN_DP = 12


def say_covered(cover: QWidget, text: str) -> None:
    """Show `text` at the top of the widget that covers the page.

    The focus stays where it is, and no key of the scan reaches the dialog.
    """
    bar = cover.findChild(NoticeBar, NAME, Qt.FindChildOption.FindDirectChildrenOnly)
    if bar is None:
        bar = NoticeBar()
        bar.setObjectName(NAME)
        bar.lie_over(cover, lambda: _top_of(cover))
    bar.show_message("attention", text, stays=False)


def _top_of(cover: QWidget) -> QRect:
    margin = theme().dp(_MARGIN_DP)
    return QRect(margin, margin, cover.width() - 2 * margin, theme().touch)
