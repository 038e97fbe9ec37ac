"""Columns side by side that are shown one at a time when they do not fit (LOOK.md rule 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import theme
from ui.kit.widgets.fields import Tab, TabRow
from ui.kit.widgets.fit_area import least_height

translate = QCoreApplication.translate


_GAP = 16
_NARROW_DP = 860
_SLACK_DP = 48
"""Room that the columns need beyond their least widths before all of them come back."""


@dataclass(frozen=True)
class ColumnPart:
    """One column: `title` names its tab when columns show one at a time; `share` is its part of the width."""

    key: str
    title: str
    widget: QWidget
    share: int = 1


@guarded
class Columns(QWidget):
    """Show all columns side by side, or, when too narrow, one of them under a row of tabs.

    `front` is the column that is shown first when only one fits. The minimum width is that of the widest column.
    """

    shown = Signal(str)
    """The column that the person chose while only one is shown."""
    narrowed = Signal(bool)
    """Whether one column is shown at a time from now on."""

    def __init__(self, parts: Sequence[ColumnPart], *, front: str = "") -> None:
        super().__init__()
        self._parts = tuple(parts)
        self._front = front or parts[0].key
        self._is_narrow = self._has_lent_tabs = False
        self._wide_at = self._narrow_at = (0, 0)
        self._tabs = TabRow([Tab(part.key, part.title) for part in parts], self._front)
        self._tabs.setParent(self)
        self._tabs.setAccessibleName(translate("kit", "Columns"))
        self._tabs.chosen.connect(self._choose)
        for part in parts:
            part.widget.setParent(self)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._arrange()

    @property
    def keys(self) -> list[str]:
        """Return the keys of the columns, in order."""
        return [part.key for part in self._parts]

    @property
    def is_narrow(self) -> bool:
        """Return whether one column is shown at a time."""
        return self._is_narrow

    def lend_tabs(self) -> TabRow:
        """Return the row of tabs, to be placed elsewhere, e.g. in the header. It is hidden while all columns fit."""
        self._has_lent_tabs = True
        return self._tabs

    def bring_to_front(self, key: str) -> None:
        """Show this column when only one fits; otherwise it is visible anyway. `shown` is not emitted.

        Raises KeyError for an unknown key.
        """
        self._front = key
        self._tabs.set_current(key)
        self._arrange()
        self.updateGeometry()  # one column at a time: each has its own least height

    def set_title(self, key: str, title: str) -> None:
        """Set the text of a column's tab, e.g. with a count. Raises KeyError for an unknown key."""
        self._tabs.set_text(key, title)

    def sizeHint(self) -> QSize:
        hints = [part.widget.sizeHint() for part in self._parts]
        gaps = theme().dp(_GAP) * (len(hints) - 1)
        return QSize(sum(hint.width() for hint in hints) + gaps, max(hint.height() for hint in hints))

    def minimumSizeHint(self) -> QSize:
        hints = {part.key: _least(part.widget) for part in self._parts}
        front = hints[self._front].height() if self._is_narrow else max(hint.height() for hint in hints.values())
        has_tabs = self._is_narrow and not self._has_lent_tabs
        extra = self._tabs.sizeHint().height() + theme().dp(_GAP) if has_tabs else 0
        return QSize(max(hint.width() for hint in hints.values()), front + extra)

    def heightForWidth(self, width: int) -> int:
        """Return the minimum height at that width. Wrapped text needs more height in a narrow column."""
        gap = theme().dp(_GAP)
        widths = self._widths(width - gap * (len(self._parts) - 1))
        if self._is_narrow or widths is None or width < theme().dp(_NARROW_DP):
            has_tabs = len(self._parts) > 1 and not self._has_lent_tabs
            tabs = self._tabs.heightForWidth(width) + gap if has_tabs else 0
            return tabs + next(least_height(part.widget, width) for part in self._parts if part.key == self._front)
        return max(least_height(part.widget, share) for part, share in zip(self._parts, widths, strict=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
            self.updateGeometry()
        return super().event(event)

    def _choose(self, key: str) -> None:
        self.bring_to_front(key)
        self.shown.emit(key)

    def _arrange(self) -> None:
        gap = theme().dp(_GAP)
        widths = self._widths(self.width() - gap * (len(self._parts) - 1))
        was_narrow = self._is_narrow
        self._is_narrow = len(self._parts) > 1 and (
            widths is None or self.width() < theme().dp(_NARROW_DP) or (was_narrow and self._stays_narrow(gap))
        )
        self._note_turn(was_narrow=was_narrow)
        self._tabs.setVisible(self._is_narrow)
        if self._is_narrow is not was_narrow:
            self.narrowed.emit(self._is_narrow)
        if self._is_narrow or widths is None:
            height = self._tabs.heightForWidth(self.width()) if self._is_narrow and not self._has_lent_tabs else 0
            if not self._has_lent_tabs:
                self._tabs.setGeometry(0, 0, self.width(), height)
            top = height + gap if height else 0
            focus = QApplication.focusWidget()
            for part in self._parts:
                is_front = part.key == self._front
                if not is_front and focus is not None and (part.widget is focus or part.widget.isAncestorOf(focus)):
                    self._tabs.focus_current()  # Qt would hand it to any button of the window
                part.widget.setVisible(is_front)
                part.widget.setGeometry(0, top, self.width(), max(0, self.height() - top))
            return
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = 0
        for part, width in zip(self._parts, widths, strict=True):
            part.widget.setVisible(True)
            part.widget.setGeometry(self.width() - x - width if is_rtl else x, 0, width, self.height())
            x += width + gap

    def _stays_narrow(self, gap: int) -> bool:
        """Return whether one column is still shown at a time although all would fit by now.

        The page leaves more room to columns that are narrow: smaller margins, smaller parts. If that alone brought all
        columns back, they would not fit again, and the layout would turn forever.
        """
        room = self.width() - gap * (len(self._parts) - 1) - theme().dp(_SLACK_DP)
        return self._widths(room) is None or self._width_and_scale() == self._narrow_at

    def _note_turn(self, *, was_narrow: bool) -> None:
        """Note at which width and text size all columns came back, and where that did not last."""
        if self._is_narrow and not was_narrow and self._wide_at == self._width_and_scale():
            self._narrow_at = self._wide_at
        elif was_narrow and not self._is_narrow:
            self._wide_at = self._width_and_scale()

    def _width_and_scale(self) -> tuple[int, int]:
        return self.window().width(), theme().scale

    def _widths(self, room: int) -> list[int] | None:
        """Return the widths by share, none under its minimum; None when they do not fit."""
        least = [_least(part.widget).width() for part in self._parts]
        if sum(least) > room:
            return None
        widths: dict[int, int] = {}
        open_parts = list(range(len(self._parts)))
        while open_parts:
            left = room - sum(widths.values())
            shares = sum(self._parts[at].share for at in open_parts)
            tight = [at for at in open_parts if left * self._parts[at].share // shares < least[at]]
            for at in tight or open_parts:
                widths[at] = least[at] if tight else left * self._parts[at].share // shares
            open_parts = [at for at in open_parts if at not in widths]
        return [widths[at] for at in range(len(self._parts))]


def _least(widget: QWidget) -> QSize:
    return widget.minimumSizeHint().expandedTo(widget.minimumSize())
