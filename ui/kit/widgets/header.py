"""The header of a page: crumb and title, progress, state, actions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QMenu, QSizePolicy, QWidget

from ui.kit.guard import guarded
from ui.kit.theme import inset, theme
from ui.kit.tips import set_tip
from ui.kit.widgets.bars import Parts, ProgressSummary
from ui.kit.widgets.base import ActionButton, Button, flow, hbox, label, panel, vbox
from ui.kit.widgets.chip import Chip

translate = QCoreApplication.translate


@guarded
class PageHeader(QFrame):
    """Crumb over title at the start, progress beside it, state chip and actions at the end.

    When title and actions do not fit side by side, the actions move below, so nothing is cut at 200 %.
    """

    crumb_activated = Signal()
    """The first crumb was pressed (only where `set_crumbs` made it a link)."""

    def __init__(self, title: str = "", crumb: str = "") -> None:
        super().__init__()
        self.setProperty("kind", "head")
        self._crumb, self._title, self._sub = label(crumb, "sub"), label(title, "title"), label("", "sub")
        for words in (self._crumb, self._title, self._sub):
            words.setWordWrap(True)
        self._title.setAccessibleName(title)
        self._crumb.linkActivated.connect(lambda _target: self.crumb_activated.emit())
        self._crumb.setVisible(bool(crumb))
        self._sub.hide()
        self._crumbs: list[str] = []
        self._is_fitting = self._is_compact = self._has_progress = False
        self._sub_text = ""
        self._actions: list[QWidget] = []
        self._progress = ProgressSummary()
        self._progress.hide()
        self._chips = hbox(1, spacing=8)
        self._chip_list: list[Chip] = []
        self._state = Chip()
        self._state.hide()
        self._lines = vbox(1, self._crumb, self._title, self._sub, 1, spacing=1)
        self._left_line = hbox(self._lines, self._chips, self._progress, 1, spacing=16)
        self._left = panel(self._left_line)
        self._flow = flow(spacing=12)
        self._right = panel(vbox(1, self._flow, 1))
        self._flow.addWidget(self._state)
        self._menu = QMenu(self)
        self._more = Button("⋯")
        self._more.setAccessibleName(translate("kit", "More"))
        set_tip(self._more, self._more.accessibleName())
        self._more.setObjectName("header_more_button")
        self._more.setMenu(self._menu)
        self._more.hide()
        self._line = hbox(margins=(22, 13, 22, 13), spacing=14)
        self._line.addWidget(self._left, 1)
        self._line.addWidget(self._right)
        self.setLayout(self._line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(theme().dp(74))

    def set_title(self, title: str, sub: str = "") -> None:
        """Set the title, and a line under it when no crumb is needed (e.g. `as of …`)."""
        self._title.setText(title)
        self._sub_text = sub
        self._show_parts()
        self._refit()

    def set_crumbs(self, crumbs: Sequence[str], *, first_is_link: bool = False) -> None:
        """Set the crumbs, e.g. `Visits › Golden Sentry · Annual inventory`. The first may be a link
        (`crumb_activated`).
        """
        self._crumbs = list(crumbs) if first_is_link else []
        if self._crumbs:
            self._crumb.setTextFormat(Qt.TextFormat.RichText)
            self._crumb.setTextInteractionFlags(
                Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            )
            self._draw_link()
        else:
            self._crumb.setTextFormat(Qt.TextFormat.PlainText)
            self._crumb.setText(" › ".join(crumbs))
        self._show_parts()
        self._refit()

    def set_progress(self, done: int, total: int, parts: Parts, text: str = "") -> None:
        """Show `done` of `total`, as `ProgressSummary.set_progress` does; `text` replaces the usual words.

        A `total` of 0 shows a dash for the percentage. While compact, only the words are shown.
        """
        self._progress.set_progress(done, total, parts, text)
        self._has_progress = True
        self._show_parts()
        self._refit()

    def set_state(self, text: str, tone: str = "mute", icon: str = "") -> None:
        """Set the chip before the actions, e.g. `Saved 2 s ago`; an empty text hides it."""
        self._state.set(text, tone, icon)
        self._state.setVisible(bool(text))
        self._refit()

    def add_chip(self, chip: Chip) -> None:
        """Add a chip right after the title, e.g. a finding's severity."""
        self._chip_list.append(chip)
        self._chips.insertWidget(len(self._chip_list) - 1, chip)
        self._refit()

    def add_action(self, widget: QWidget) -> None:
        """Add a button at the end. Add the page's main action last, as `primary`."""
        self._actions.append(widget)
        self._flow.addWidget(widget)
        self._refit()

    def add_tabs(self, tabs: QWidget) -> None:
        """Add the tabs of columns of which one is shown at a time. Call before the first `set_compact`."""
        self._flow.addWidget(tabs)
        self._flow.addWidget(self._more)

    def set_compact(self, *, is_compact: bool) -> None:
        """Take one line where that fits, or the whole header again.

        The actions (each `ActionButton`) are in a menu meanwhile, and the crumb and the bar are gone: the count stays
        beside the title.
        """
        self._is_compact = is_compact
        self._menu.clear()
        for made in self._actions:
            if isinstance(made, ActionButton):
                made.set_in_menu(is_in_menu=is_compact)
                self._menu.addAction(made.action)
        self._more.setVisible(is_compact)
        self._show_parts()
        side = 8 if is_compact else 13
        inset(self._line, 22, side, 22, side, spacing=14)
        self.setMinimumHeight(theme().dp(60 if is_compact else 74))
        self._refit()

    def _show_parts(self) -> None:
        """Show the crumb and the progress, or, while compact, the count instead."""
        self._crumb.setVisible(bool(self._crumb.text()) and not self._is_compact)
        self._progress.setVisible(self._has_progress and not self._is_compact)
        said = self._progress.text if self._is_compact and self._has_progress else self._sub_text
        self._sub.setText(said)
        self._sub.setVisible(bool(said))

    def title_place(self) -> QRect:
        """Return the place of title and progress, which holds no button: messages lie over it.

        A crumb that is a link stays free.
        """
        gap = theme().dp(6)
        place = self._left.geometry().adjusted(-gap, 0, gap, 0)
        place.setTop(gap)
        if self._crumbs and not self._is_compact:
            place.setTop(self._crumb.mapTo(self, self._crumb.rect().bottomLeft()).y() + 1)
        is_beside = self._line.direction() == QBoxLayout.Direction.LeftToRight
        place.setBottom((self.height() if is_beside else self._left.geometry().bottom()) - gap)
        return place

    def _draw_link(self) -> None:
        # A label takes a link's color when its text is set, so the text is set again after each change of theme.
        first, *others = (crumb.replace("&", "&amp;").replace("<", "&lt;") for crumb in self._crumbs)
        link = f'<a href="back" style="color: {theme().color("accent").name()}">{first}</a>'
        self._crumb.setText(" › ".join([link, *others]))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._crumbs:
            self._draw_link()

    def minimumSizeHint(self) -> QSize:
        # Words wrap and actions go below, so the widest action is all that must fit.
        margins = self._line.contentsMargins()
        width = max(theme().dp(160), self._flow.minimumSize().width()) + margins.left() + margins.right()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit()

    def event(self, event: QEvent) -> bool:
        # Another scale or theme changes what the words need, and the width may stay the same.
        if event.type() == QEvent.Type.LayoutRequest:
            self._refit()
        return super().event(event)

    def _refit(self) -> None:
        # What is set below may resize the header at once, and so come back here.
        if self._is_fitting:
            return
        self._is_fitting = True
        self._fit()
        self._is_fitting = False

    def _fit(self) -> None:
        margins = self._line.contentsMargins()
        # A label that may wrap asks for too little width; a title breaks only when it is longer than this.
        room = self.width() - margins.left() - margins.right()
        for words in (self._crumb, self._title, self._sub):
            width = words.fontMetrics().horizontalAdvance(_plain(words.text())) + 4
            words.setMinimumWidth(max(0, min(width, theme().dp(420), room)) if words.isVisibleTo(self) else 0)
        # Added up part by part: the hint of a box depends on the direction that is decided here, and boxes and labels
        # may still say what held before another scale.
        left = [max(words.minimumWidth() for words in (self._crumb, self._title, self._sub))]
        chips = [chip.sizeHint().width() for chip in self._chip_list]
        left.append(sum(chips) + self._chips.spacing() * max(0, len(chips) - 1))
        if self._progress.isVisibleTo(self):
            left.append(self._progress.sizeHint().width())
        needed = sum(left) + self._left_line.spacing() * len(left)
        needed += self._flow.sizeHint().width() + self._line.spacing() + margins.left() + margins.right()
        # A title may wrap and a bar may shrink before the actions move down.
        spare = theme().dp(160) if self._progress.isVisibleTo(self) else 0
        is_tight = needed - spare > self.width()
        self._right.setMinimumWidth(0 if is_tight else self._flow.sizeHint().width())
        direction = QBoxLayout.Direction.TopToBottom if is_tight else QBoxLayout.Direction.LeftToRight
        if self._line.direction() != direction:
            self._line.setDirection(direction)
            self._left_line.setDirection(direction)
            self.updateGeometry()


def _plain(text: str) -> str:
    """Return the text without the link's tags."""
    return re.sub(r"<[^>]*>", "", text)
