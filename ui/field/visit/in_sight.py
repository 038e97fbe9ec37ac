"""Report which questions are on the screen, and bring the next one there. What follows from it is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QRegion
from PySide6.QtWidgets import QScrollArea, QWidget

from ui.field.parts import named
from ui.field.question_row import QuestionRow
from ui.field.visit.questionnaire import Questionnaire
from ui.kit import words
from ui.kit.guard import guarded
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, FitArea, button

_DWELL_MS = 150
"""A question counts as seen once it stays completely visible this long: a layout that is not settled yet, or a
scroll past it, shows it to no one.
"""
_OVERLAP = 24
"""Logical pixels of a question taller than its column that stay in sight from one page to the next."""


@guarded
class InSight(QObject):
    """Look at the rows of `questions` whenever their place on the screen is painted."""

    seen = Signal(object)
    """tuple[str, ...]: ids of the questions that are completely visible, with nothing over them."""
    asked = Signal()
    """The person asks for the next questions (the button, or Page Down)."""

    def __init__(
        self, scroll: FitArea, questions: Questionnaire, unseen: Callable[[], Collection[str]], name: str
    ) -> None:
        """`unseen` returns the ids of the questions that were not on the screen yet, `name` names the button `more`."""
        super().__init__(scroll)
        self._scroll, self._questions, self._unseen = scroll, questions, unseen
        self.asked.connect(self.show_next)
        self.more: Button = named(button("", self.asked.emit), name)
        """Says how many questions were not on the screen yet, and shows the next.

        It is never hidden, because another button would take its place, under a second click.
        """
        self.more.setEnabled(False)
        self.more.setText(self.tr("All seen"))
        self._has_looked = False
        self._is_first = True
        self._parts: dict[str, QRegion] = {}
        """The parts that were visible so far of each question that is taller than the column, in its coordinates."""
        self._wanted: QWidget | None = None
        """The widget that `bring_in` scrolls to, until the layout is settled."""
        self._now: set[str] = set()
        """Questions that were completely visible at the last look."""
        self._told: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        scroll.installEventFilter(self)
        self._content.installEventFilter(self)

    @property
    def _content(self) -> QWidget:
        content: QWidget | None = self._scroll.widget()
        assert content is not None
        return content

    @property
    def is_looking(self) -> bool:
        """Return whether something was painted whose questions are not reported yet."""
        return self._timer.isActive()

    def begin(self) -> None:
        """Begin again, with another draft. Nothing counts that was painted before."""
        self._timer.stop()
        self._parts.clear()
        self._now.clear()
        self._told.clear()
        self._has_looked = False
        self.more.setEnabled(False)
        self._content.update()  # rows that look the same would not be painted again

    def follow(self) -> bool:
        """Say on `more` how many questions were not on the screen yet. Before the first look, do nothing.

        Return True if `more` has the focus and nothing is left to show, so that the caller moves the focus on.
        """
        if not self._has_looked:
            return False
        unseen, had_focus = self._unseen(), self.more.hasFocus()
        first = next((row for key, row in self._questions.rows() if key in unseen), None)
        text, name = self.tr("All seen"), self.tr("Every question was on the screen")
        if first is not None:
            is_above = first.mapTo(self._scroll.viewport(), QPoint()).y() < 0
            text = self.tr("↑ {count} more") if is_above else self.tr("↓ {count} more")
            text = text.format(count=words.count(len(unseen)))
            name = self.tr("%Ln more questions to look at", "", len(unseen))
        self.more.setText(text)
        self.more.setAccessibleName(name)
        set_tip(self.more, self.tr("Show the next questions (Page Down)"))
        self.more.setEnabled(first is not None)
        return had_focus and first is None

    def bring_in(self, shown: QWidget) -> None:
        """Scroll to a part of the column, and again while the layout still moves it."""
        self._wanted = shown
        QTimer.singleShot(0, self, self._bring)
        self._content.update()  # a look ends it

    def show_next(self) -> None:
        """Scroll to the first question that was not on the screen yet, or to the rest of it."""
        unseen = self._unseen()
        for question_id, row in self._questions.rows():
            if question_id in unseen:
                self._scroll_to(row, self._parts.get(question_id, QRegion()))
                return

    def _bring(self) -> None:
        if self._wanted is not None and shiboken6.isValid(self._wanted):
            self._scroll.ensureWidgetVisible(self._wanted)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._wanted is not None:
            QTimer.singleShot(0, self, self._bring)  # once the rows have their places
        if event.type() == QEvent.Type.Paint and watched is self._content and not self._timer.isActive():
            self._now.clear()
            self._is_first = True
            self._timer.start(0)  # once everything that is due is painted
        if (
            event.type() == QEvent.Type.KeyPress
            and watched is self._scroll
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_PageDown
        ):
            self.asked.emit()
            return True
        return super().eventFilter(watched, event)

    # Inside

    def _look(self) -> None:
        is_first, self._is_first = self._is_first, False
        before, self._now = self._now, {key for key, row in self._questions.rows() if self._is_whole(key, row)}
        stayed = before & self._now
        self._told |= stayed
        self._bring()
        if self._now - self._told or (is_first and self._wanted is not None):
            self._timer.start(_DWELL_MS)
        if not is_first:
            self._wanted = None
        if not self._timer.isActive() or stayed:
            self._has_looked = True
            self.seen.emit(tuple(stayed))

    def _is_whole(self, question_id: str, row: QuestionRow) -> bool:
        layout = row.layout()
        if layout is None or not row.isVisible() or row.window().isMinimized():
            return False
        wanted = QRegion(layout.contentsRect())
        shown = uncovered(row)
        if row.height() > self._scroll.viewport().height():
            shown |= self._parts.get(question_id, QRegion())
            self._parts[question_id] = shown
        return wanted.subtracted(shown).isEmpty()

    def _scroll_to(self, row: QuestionRow, shown: QRegion) -> None:
        bar = self._scroll.verticalScrollBar()
        done = 0 if shown.isEmpty() else max(0, shown.boundingRect().bottom() - _OVERLAP)
        bar.setValue(row.mapTo(self._content, QPoint(0, done)).y())
        area = self._scroll.parentWidget()
        while area is not None:  # a window smaller than any page scrolls as a whole, too
            if isinstance(area, QScrollArea):
                area.ensureWidgetVisible(row)
            area = area.parentWidget()


def uncovered(widget: QWidget) -> QRegion:
    """Return the part of a widget that no ancestor cuts off and no other widget of the window lies over, in its own
    coordinates.
    """
    shown = widget.visibleRegion()
    part = widget
    while not part.isWindow() and (parent := part.parentWidget()) is not None:
        siblings = [one for one in parent.children() if isinstance(one, QWidget)]
        for other in siblings[siblings.index(part) + 1 :]:  # Qt lists them from the bottom to the top
            if other.isVisible() and not other.isWindow():
                shown -= QRegion(QRect(widget.mapFrom(parent, other.pos()), other.size()))
        part = parent
    return shown
