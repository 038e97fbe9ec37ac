"""Find labels, fields and buttons on a page that are cut off or overlapped."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QWidget,
)

SLACK = 2
"""Tolerance in logical pixels for rounding, and for the heavier outline of the focused widget."""
KINDS = (QLabel, QAbstractButton, QLineEdit, QComboBox, QProgressBar)


def cut_parts(page: QWidget) -> list[str]:
    """List each visible label, field or button that is too low, extends beyond a box, or overlaps another.

    Content that scrolls is checked up to the edge of its scroll area.
    """
    found = []
    for widget in page.findChildren(QWidget):
        is_part = isinstance(widget.parentWidget(), QComboBox | QLineEdit)  # Qt lays out the inside of fields
        if not isinstance(widget, KINDS) or not widget.isVisible() or is_part:
            continue
        needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else -1
        needed = needed if needed >= 0 else widget.minimumSizeHint().height()
        is_bare_bar = isinstance(widget, QProgressBar) and not widget.isTextVisible()  # Qt asks for room for a text
        if widget.height() < needed - SLACK and not is_bare_bar:
            found.append(f"{_name(widget)}: {widget.height()} of {needed} high")
        if not isinstance(widget, QLabel) and widget.width() < widget.minimumSizeHint().width() - SLACK:
            found.append(f"{_name(widget)}: {widget.width()} of {widget.minimumSizeHint().width()} wide")
        box = _cut_by(widget, page)
        if box is not None:
            found.append(f"{_name(widget)} reaches out of {_name(box)}")
    for box in (page, *page.findChildren(QWidget)):
        if box.layout() is None or not box.isVisible():
            continue
        # A message lies over the page by design.
        parts = [
            part
            for part in box.children()
            if isinstance(part, QWidget) and _shows(part) and part.property("kind") != "notice"
        ]
        for one, other in combinations(parts, 2):
            if one.geometry().adjusted(SLACK, SLACK, -SLACK, -SLACK).intersects(other.geometry()):
                found.append(f"{_name(one)} overlaps {_name(other)}")
    return found


def _shows(widget: QWidget) -> bool:
    """Return whether a widget has content that could be covered; a rule or an empty box has none."""
    return widget.isVisible() and (
        isinstance(widget, KINDS) or any(_shows(part) for kind in KINDS for part in widget.findChildren(kind))
    )


def _cut_by(widget: QWidget, page: QWidget) -> QWidget | None:
    box = widget.parentWidget()
    while box is not None:
        area = box.parentWidget()
        if isinstance(area, QAbstractScrollArea) and area.viewport() is box:
            return None
        place = widget.rect().translated(widget.mapTo(box, widget.rect().topLeft()))
        if not box.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(place):
            return box
        if box is page:
            return None
        box = box.parentWidget()
    return None


def _name(widget: QWidget) -> str:
    words = widget.objectName() or widget.accessibleName() or (widget.text() if hasattr(widget, "text") else "")
    words = words or str(widget.property("kind") or "")
    return f"{type(widget).__name__}({words[:40]})"
