"""The base of every page: a header with the notice bar over its title, a body, and actions with their keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QCoreApplication, QRect, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from eum_app.domain.areas import Area
from eum_app.scanning.wedge import Refused
from ui.kit.guard import guarded
from ui.kit.own_keys import own_keys
from ui.kit.scan_words import no_scan_text, refusal_text
from ui.kit.theme import inset, theme
from ui.kit.tips import set_tip
from ui.kit.widgets import ActionButton, NoticeBar, PageHeader, tip_with_key

translate = QCoreApplication.translate

_BETWEEN_BARS = 4

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton


@dataclass(frozen=True)
class KeyEntry:
    """One line of the shortcuts sheet."""

    text: str
    keys: str


class Page(QWidget):
    """Base of all pages. Put content into `self.body` (a vertical layout with the usual margins).

    `header` holds title, crumb, progress and action buttons; `notice` shows the result of the last action, over the
    title. `warning` shows what stays until it is closed, e.g. a clock that was set back; it never lies over `notice`.
    A page emits `navigate_requested(key, argument)` to go elsewhere. The shell calls `opened(argument)` when it
    shows the page. It calls `refresh(areas)` when a write changed the store: at once for the page in sight, later for
    the others.
    """

    navigate_requested = Signal(str, object)
    takes_scans: ClassVar[bool] = False
    """Whether `mark_scanned` uses marks. Elsewhere fast keys without Enter in a text field are typing, never a scan."""
    put_away = Signal()
    """The store is being locked and the page hidden: a running camera remembers what it did. Unsaved input stays."""
    taken_up = Signal()
    """The same account has unlocked the store again."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        guarded(cls)

    def __init__(self, title: str = "", crumb: str = "") -> None:
        super().__init__()
        self.setProperty("kind", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header = PageHeader(title, crumb)
        self.notice = NoticeBar()
        self.body = QVBoxLayout()
        inset(self.body, 16, 16, 16, 16, spacing=16)
        whole = QVBoxLayout(self)
        inset(whole, 0, 0, 0, 0)
        whole.addWidget(self.header)
        whole.addLayout(self.body, 1)
        self.notice.lie_over(self, self.notice_place)
        self.warning = NoticeBar()
        self.warning.lie_over(self, self._warning_place)
        self.notice.placed.connect(self.warning.place_again)
        self._keyed: list[QAction] = []
        self._own_keys: list[QKeySequence.StandardKey] = []
        self._pressed_by: dict[QAction, QPushButton] = {}
        self._key_notes: list[KeyEntry] = []
        self.setAccessibleName(title)

    def set_title(self, title: str, sub: str = "") -> None:
        """Set the title in the header and as the accessible name."""
        self.header.set_title(title, sub)
        self.setAccessibleName(title)

    def add_action(
        self,
        text: str,
        key: str | QKeySequence | QKeySequence.StandardKey | None,
        run: Callable[[], object],
        *,
        icon: str = "",
        kind: str = "",
        in_header: bool = False,
    ) -> QAction:
        """Add an action, listed in the shortcuts sheet if it has a key. `in_header` also makes its button (see
        `Button`).

        While the page is in sight, the key works wherever the focus is in the window. A key held down acts once.
        """
        action = QAction(text, self)
        if key is not None:
            action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)  # a key held down acts once: it must not take back one record after another
        action.triggered.connect(lambda _checked=False: run())
        self.addAction(action)
        self._keyed.append(action)
        if in_header:
            self.header.add_action(ActionButton(action, kind=kind, icon=icon))
        return action

    def add_own_key(self, text: str, key: QKeySequence.StandardKey, run: Callable[[], object]) -> QAction:
        """Add an action whose key reaches the page even while a text field that uses it too has the focus."""
        self._own_keys.append(key)
        own_keys(self, self._own_keys)
        action = self.add_action(text, key, run)
        action.setShortcuts(QKeySequence.keyBindings(key))
        return action

    def add_button_key(self, button: QPushButton, key: str | QKeySequence) -> QAction:
        """Give a button a key that works while the button is visible and enabled. Its tooltip and the sheet show the
        key.
        """
        action = QAction(button.text() or button.accessibleName(), self)
        action.setShortcut(QKeySequence(key))
        action.setAutoRepeat(False)
        action.triggered.connect(lambda _checked=False: button.click() if button.isVisible() else None)
        self.addAction(action)
        self._keyed.append(action)
        self._pressed_by[action] = button
        set_tip(button, tip_with_key(action.text(), action.shortcut()))
        return action

    def note_keys(self, text: str, keys: str) -> None:
        """List keys in the shortcuts sheet that a widget handles, e.g. Y / N in a checklist."""
        self._key_notes.append(KeyEntry(text, keys))

    def actions_with_keys(self) -> list[KeyEntry]:
        """Return the entries of the shortcuts sheet (F1) for this page: its actions that have a key, then the noted
        keys.

        Those of hidden buttons are left out.
        """
        native = QKeySequence.SequenceFormat.NativeText
        found = [
            KeyEntry(action.text().replace("&", ""), action.shortcut().toString(native))
            for action in self._keyed
            if not action.shortcut().isEmpty() and not self._is_hidden(action)
        ]
        return found + self._key_notes

    def _is_hidden(self, action: QAction) -> bool:
        button = self._pressed_by.get(action)
        return button is not None and button.isHidden()

    def focus_next(self) -> None:
        """Focus the next thing to do, or the page itself, where the keys of the page work."""
        first = self.first_focus()
        # A widget in a column that has no room now cannot have the focus; Qt would pass it to any button.
        is_there = first is not None and first.isVisibleTo(self) and first.isEnabled()
        (first if first is not None and is_there else self).setFocus(Qt.FocusReason.OtherFocusReason)

    # For pages to override

    def opened(self, argument: object) -> None:
        """Called when the shell shows the page. `argument` is the value passed to `show_page`."""

    def refresh(self, areas: frozenset[Area]) -> None:
        """Called when the store changed in `areas`."""

    def mark_scanned(self, raw: bytes, read_by: str) -> None:
        """Handle a hand scanner's mark; `read_by` is wedge or serial. None of its keys reached a widget.

        The default says that this page does not use marks.
        """
        self.notice.show_message("info", no_scan_text())

    def scan_refused(self, refused: Refused) -> None:
        """Say why the keys of a scan were not used. None of them reached a widget."""
        self.notice.show_message("attention", refusal_text(refused), stays=False)

    def notice_place(self) -> QRect:
        """Return where messages lie, in coordinates of the page. Longer messages grow downward from there."""
        return self.header.title_place()

    def _warning_place(self) -> QRect:
        """Return the place of the title, or the one below a message that covers it."""
        place = self.header.title_place()
        if not self.notice.isHidden() and self.notice.geometry().intersects(place):
            place.moveTop(self.notice.geometry().bottom() + 1 + theme().dp(_BETWEEN_BARS))
        return place

    def first_focus(self) -> QWidget | None:
        """Return the widget to focus when the page is shown, or None."""
        return None
