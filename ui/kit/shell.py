"""The main window: marking banners, the rail, the pages, the shortcuts sheet, and the page for a bug.

It knows no use case. `ui.window.work` adds the pages. Each is made when it is shown first, because making all of them
would block the window for a second or more after unlocking.
"""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QStackedWidget,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from eum_app.domain.areas import Area
from eum_app.domain.errors import KnownError
from ui.kit.covered_scan import say_covered
from ui.kit.crash_page import CrashPage
from ui.kit.focus_keeper import FocusKeeper
from ui.kit.guard import caught, guarded
from ui.kit.page import KeyEntry, Page
from ui.kit.scan_words import covered_text
from ui.kit.tasks import Tasks
from ui.kit.theme import gathered, inset, theme
from ui.kit.widgets import Card, CuiBanner, FitArea, button, label, scrolled
from ui.kit.widgets.busy_line import BusyLine
from ui.kit.widgets.rail import DeviceState, Rail

translate = QCoreApplication.translate


__all__ = ["DeviceState", "Page", "Shell"]

NARROW_DP = 1000
RAIL_KEYS = "1234567890-"
_CLOSING = frozenset({Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter})


@guarded
class Shell(QWidget):
    """The main window. `add_page` adds a page, `show_page` goes to one, `tasks.store_changed` refreshes them."""

    page_shown = Signal(str)
    lock_requested = Signal()
    scanner_heard = Signal(object)
    """`Burst`, right before a scan by keys: how its keys came."""
    satellite_time_heard = Signal(object)
    """`Heard`, about once a second while a receiver is connected."""
    erase_requested = Signal(str)
    """Erase the store; carries its name as the person typed it."""
    erase_failed = Signal(object)
    """KnownError: the store was not erased."""

    def __init__(self, tasks: Tasks, *, brand: str, marking: str = "CUI") -> None:
        super().__init__()
        self.setProperty("kind", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(brand)
        self.tasks = tasks
        self.rail = Rail(brand)
        self._banners = (CuiBanner(marking), CuiBanner(marking))
        self._stack = _Stack()
        self._makers: dict[str, Callable[[], Page]] = {}
        self._pages: dict[str, Page] = {}
        self._frames: dict[str, FitArea] = {}
        self._rail_keys: dict[str, str] = {}
        self._stale: dict[str, set[Area]] = {}
        self._current = ""
        middle = QHBoxLayout()
        inset(middle, 0, 0, 0, 0)
        middle.addWidget(self.rail)
        middle.addWidget(self._stack, 1)
        whole = QVBoxLayout(self)
        inset(whole, 0, 0, 0, 0)
        whole.addWidget(self._banners[0])
        whole.addLayout(middle, 1)
        whole.addWidget(self._banners[1])
        self._sheet = ShortcutsSheet(self)
        self._actions: list[QAction] = []
        self._before_crash = ""
        self._crash = CrashPage(tasks)
        self._crash.go_on_requested.connect(lambda: self.show_page(self._before_crash) if self._before_crash else None)
        self._crash_frame = self._stack.add(self._crash)
        self._focus: QWidget | None = None
        self._dialogs: list[QDialog] = []
        self.busy_line = BusyLine(self._stack)
        tasks.busy_changed.connect(self.busy_line.set_busy)
        self._keeper = FocusKeeper(
            self,
            lambda: (
                self._pages.get(self._current)
                if self._sheet.isHidden() and self._stack.currentWidget() is not self._crash_frame
                else None
            ),
        )
        self._add_own_actions()
        self.rail.chosen.connect(self.show_page)
        self.rail.lock_requested.connect(self.lock_requested)
        tasks.store_changed.connect(self.refresh)
        tasks.act_succeeded.connect(lambda: self._pages[self._current].notice.dismiss() if self._current else None)
        tasks.failed.connect(self.show_error)
        tasks.crashed.connect(self.show_crash)
        caught().act_failed.connect(self._show_failed_act, Qt.ConnectionType.QueuedConnection)
        theme().changed.connect(self._fit)
        self.resize(1440, 900)

    # Pages

    def add_page(
        self, key: str, title: str, icon: str, make: Callable[[], Page], *, is_in_rail: bool = True, rail_key: str = ""
    ) -> None:
        """Add a page that `make` returns when it is shown first. The first page added is shown at once.

        Pass `is_in_rail` False for one reached from another, and as `rail_key` the entry to highlight meanwhile. The
        entries of the rail get Alt with the keys of the number row: 1 to 9, 0 and -, as far as they go.
        """
        self._makers[key] = make
        if rail_key:
            self._rail_keys[key] = rail_key
        if is_in_rail:
            self.rail.add(key, title, icon)
            count = len(self.rail.keys())
            if count <= len(RAIL_KEYS):
                go_to = translate("kit", "Go to {page}").format(page=title)
                _own(self, go_to, f"Alt+{RAIL_KEYS[count - 1]}", lambda: self.show_page(key))
        if not self._current:
            self.show_page(key)

    def page(self, key: str) -> Page:
        """Return the page for a key, and make it if it was never shown. Raises KeyError for an unknown key."""
        page = self._pages.get(key)
        if page is None:
            page = self._makers[key]()
            page.navigate_requested.connect(self.show_page)
            self._pages[key] = page
            self._frames[key] = self._stack.add(page)
        return page

    @property
    def page_keys(self) -> list[str]:
        """Return the keys of all pages, in the order in which they were added."""
        return list(self._makers)

    @property
    def current_key(self) -> str:
        """Return the key of the page in sight, or an empty text before the first."""
        return self._current

    def show_page(self, key: str, argument: object = None) -> None:
        """Show a page and put the focus where its work begins, then emit `page_shown`.

        Raises KeyError for an unknown key.
        """
        page = self.page(key)
        self._current = key
        self._stack.setCurrentWidget(self._frames[key])
        self.rail.select(self._rail_keys.get(key, key))
        page.opened(argument)
        self._refresh_stale(key)
        page.focus_next()
        self.page_shown.emit(key)

    def refresh(self, areas: frozenset[Area]) -> None:
        """Refresh the page in sight for the changed `areas`; other pages are refreshed when they are shown."""
        for key in self._pages:
            self._stale.setdefault(key, set()).update(areas)
        self._refresh_stale(self._current)

    def _refresh_stale(self, key: str) -> None:
        areas = self._stale.pop(key, None)
        if areas:
            self._pages[key].refresh(frozenset(areas))

    def take_mark(self, raw: bytes, read_by: str) -> None:
        """Pass a hand scanner's mark to the page in sight, if nothing covers it."""
        if (page := self.page_for_scan(covered_text())) is not None:
            page.mark_scanned(raw, read_by)

    def page_for_scan(self, said: str) -> Page | None:
        """Return the page in sight, or None before the first.

        While a dialog, the sheet or a bug covers it, say `said` there and return None.
        """
        cover: QWidget | None = QApplication.activeModalWidget()
        if cover is None and self._sheet.isVisible():
            cover = self._sheet
        elif cover is None and self._stack.currentWidget() is self._crash_frame:
            cover = self._crash
        if cover is not None:
            say_covered(cover, said)
            return None
        return self._pages.get(self._current)

    # While the store is locked

    def put_away(self) -> None:
        """Hide everything: this window's pages, dialogs, lists, menus and tooltips.

        `put_away` of each page is emitted first.
        """
        self._focus = self.focusWidget()
        for page in self._pages.values():
            page.put_away.emit()
        QToolTip.hideText()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        others = [one for one in gathered(QApplication.topLevelWidgets) if one is not self.window() and one.isVisible()]
        self._dialogs = [one for one in others if isinstance(one, QDialog)]
        for other in others:
            other.hide()
        self.hide()

    def take_up(self) -> None:
        """Show the window and the dialogs that `put_away` hid; its lists, menus and tooltips stay closed.

        Emits `taken_up` of each page made so far. The focus returns to its widget, or to where the page's work begins.
        """
        self.show()
        for page in self._pages.values():
            page.taken_up.emit()
        before = self._focus
        if before is not None and shiboken6.isValid(before) and before.isVisible() and before.isEnabled():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._current:
            self._pages[self._current].focus_next()
        for dialog in self._dialogs:
            if shiboken6.isValid(dialog):
                dialog.show()
        self._dialogs = []

    # Messages around the pages

    def show_error(self, error: KnownError) -> None:
        """Show an error that no page handled, on the page in sight. Before the first page it is not shown."""
        if self._current:
            self._pages[self._current].notice.show_error(error)

    def show_crash(self, bug: BaseException) -> None:
        """Show the page for a bug in place of the page in sight, which comes back by its button."""
        if self._current:
            self._before_crash = self._current
        self._crash.show_bug(bug)
        self._stack.setCurrentWidget(self._crash_frame)
        self._crash.go_on_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_failed_act(self, bug: BaseException) -> None:
        if self.isVisible():
            self.show_crash(bug)

    # Keys

    def _add_own_actions(self) -> None:
        look = theme()
        _own(self, translate("kit", "Show all keys"), "F1", self.toggle_sheet)
        _own(self, translate("kit", "Next theme: light, dark, sunlight"), "Ctrl+Shift+L", look.cycle)
        _own(self, translate("kit", "Larger"), QKeySequence.StandardKey.ZoomIn, lambda: look.zoom(1), also="Ctrl+=")
        _own(self, translate("kit", "Smaller"), QKeySequence.StandardKey.ZoomOut, lambda: look.zoom(-1))
        _own(self, translate("kit", "Lock"), "Ctrl+L", self.lock_requested.emit)

    def keys(self) -> tuple[list[KeyEntry], list[KeyEntry]]:
        """Return the keys of the page in sight, and the keys that work everywhere."""
        native = QKeySequence.SequenceFormat.NativeText
        everywhere = [KeyEntry(action.text(), action.shortcut().toString(native)) for action in self._actions]
        page = self._pages.get(self._current)
        return (page.actions_with_keys() if page else []), everywhere

    def toggle_sheet(self) -> None:
        """Show or hide the shortcuts sheet (F1)."""
        if self._sheet.isVisible():
            self._sheet.close_sheet()
        else:
            page = self._pages.get(self._current)
            self._sheet.show_keys(page.accessibleName() if page else "", *self.keys())

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # Pages show one column at a time in a narrow window.
        self.rail.set_collapsed(self.width() < theme().dp(NARROW_DP))
        self._sheet.setGeometry(self.rect())


def _own(
    shell: Shell, text: str, key: str | QKeySequence.StandardKey, run: Callable[[], object], *, also: str = ""
) -> None:
    """Add an action that works on every page. `also` is a key beside those that the desktop uses for `key`."""
    action = QAction(text, shell)
    keys = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
    action.setShortcuts([*keys, *([QKeySequence(also)] if also else [])])
    action.triggered.connect(lambda _checked=False: run())
    shell.addAction(action)
    shell._actions.append(action)


@guarded
class _Stack(QStackedWidget):
    """The stack of pages. Each page scrolls when the window is smaller than its minimum, so nothing is cut at 200 %."""

    def add(self, page: QWidget) -> FitArea:
        frame = FitArea(page)
        self.addWidget(frame)
        return frame

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().dp(240), theme().dp(200))


@guarded
class ShortcutsSheet(QFrame):
    """List all keys over the window. F1, Esc or Enter closes it, and the focus goes back to where it was."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("kind", "scrim")
        self._card: Card | None = None
        self._before: QWidget | None = None
        self._layout = QGridLayout(self)
        inset(self._layout, 24, 48, 24, 48)
        for at in (0, 2):
            self._layout.setColumnStretch(at, 1)
            self._layout.setRowStretch(at, 1)
        self._layout.setColumnStretch(1, 3)
        self._layout.setRowStretch(1, 12)
        self.hide()

    def show_keys(self, page: str, of_page: list[KeyEntry], everywhere: list[KeyEntry]) -> None:
        """Show the keys of the page, and the keys that work everywhere. The button to close it gets the focus."""
        if self._card is not None:
            self._card.setParent(None)
            self._card.deleteLater()
        self._before = QApplication.focusWidget()
        close = button(translate("kit", "Close"), self.close_sheet, tip="Esc")
        self._card = Card(translate("kit", "Keys"), "", close)
        content = QVBoxLayout()
        inset(content, 20, 8, 20, 16, spacing=4)
        for title, entries in ((page, of_page), (translate("kit", "Everywhere"), everywhere)):
            if not entries:
                continue
            content.addWidget(label(title, "strong"))
            grid = QGridLayout()
            inset(grid, 0, 4, 0, 12, spacing=6)
            grid.setColumnMinimumWidth(0, theme().dp(150))
            grid.setColumnStretch(1, 1)
            for at, entry in enumerate(entries):
                grid.addWidget(label(entry.keys, "keycap"), at, 0, Qt.AlignmentFlag.AlignLeading)
                grid.addWidget(label(entry.text, wrap=True), at, 1)
            content.addLayout(grid)
        content.addStretch(1)
        self._card.add(scrolled(content), 1)
        self._layout.addWidget(self._card, 1, 1)
        self.raise_()
        self.show()
        close.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_sheet(self) -> None:
        """Hide the sheet, and put the focus back where it was."""
        before, self._before = self._before, None
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def event(self, event: QEvent) -> bool:
        # Taken before the shortcuts of the page below, which must not act while the sheet covers it.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _CLOSING:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _CLOSING:
            self.close_sheet()
        else:
            super().keyPressEvent(event)
