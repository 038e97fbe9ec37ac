"""Tooltips as plain text. Qt guesses whether a tooltip is HTML, and HTML from data can load a local file."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as RichText
from PySide6.QtWidgets import QToolTip, QWidget


def set_tip(widget: QWidget | QAction, text: str) -> None:
    """Set the tooltip of a widget or an action; it shows `text` as it is. An empty text removes the tooltip."""
    widget.setToolTip(plain_tip(text))


def show_tip(place: QPoint, text: str, widget: QWidget) -> None:
    """Show a tooltip at `place` (on the screen) now, or hide the one that is shown if `text` is empty."""
    QToolTip.showText(place, plain_tip(text), widget)


def plain_tip(text: str) -> str:
    """Return the text of a tooltip that shows `text` as it is: unchanged, or escaped where Qt would read HTML."""
    return RichText.convertFromPlainText(text) if RichText.mightBeRichText(text) else text
