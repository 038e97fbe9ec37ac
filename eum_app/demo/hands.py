"""The demonstration's hands: they press keys and buttons of the real windows, and do nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from eum_app.domain.checklists import Question
from ui.devices.wedge_filter import WedgeFilter
from ui.kit import words
from ui.window.app import AppWindow

PATIENCE_S: Final = 120.0
KEY_PAUSE_MS: Final = 60
"""Slower than any hand scanner, so that typing is not mistaken for a scan."""

SCANNER_GAP_MS: Final = 5
CHORDS: Final = {
    "\x1c": Qt.Key.Key_Backslash,
    "\x1d": Qt.Key.Key_BracketRight,
    "\x1e": Qt.Key.Key_AsciiCircum,
    "\x1f": Qt.Key.Key_Underscore,
    "\x04": Qt.Key.Key_D,
}
"""Keys that a hand scanner presses with Ctrl for the separators of a mark."""
KEY_KINDS: Final = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease)

Part = TypeVar("Part", bound=QWidget)


class StuckError(Exception):
    """The window did not do what the walk expected."""


class StrayWindows(QObject):
    """Record widgets that were shown as separate windows for a moment, before they were placed in a page.

    Such a flash takes the focus away from the person's work.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._shown: list[QWidget] = []
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self._shown.append(watched)
        return False

    @property
    def names(self) -> list[str]:
        """Class names of the widgets that were caught, sorted."""
        found = [one for one in self._shown if shiboken6.isValid(one) and one.parentWidget() and not one.isWindow()]
        return sorted({type(one).__name__ for one in found})


def wait(ms: int) -> None:
    """Process events for this long. `QTest.qWait` would keep Python's lock and starve the workers meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def key_events(character: str, at_ms: float) -> list[QKeyEvent]:
    r"""Return the three events of one key of a hand scanner, with the time that the window system would give them.

    Control characters of `CHORDS` are Ctrl chords, `\r` is Enter and `\t` Tab. The times (ms) are simulated, so that a
    busy machine makes no scan slow.
    """
    modifiers, key = Qt.KeyboardModifier.NoModifier, Qt.Key(0)
    if character in CHORDS:
        modifiers, key = Qt.KeyboardModifier.ControlModifier, CHORDS[character]
    elif character in "\r\t":
        key = Qt.Key.Key_Return if character == "\r" else Qt.Key.Key_Tab
    elif character.isascii():
        key = Qt.Key(ord(character.upper()))
    made = [QKeyEvent(kind, key, modifiers, character) for kind in KEY_KINDS]
    for event in made:
        event.setTimestamp(round(at_ms))
    return made


class Hands:
    """One person at one window. Widgets are found by object name and are used only through events."""

    def __init__(self, window: AppWindow, pictures: Callable[[str], Path]) -> None:
        self.window = window
        self._pictures = pictures
        window.show()
        QTest.qWaitForWindowExposed(window)

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Process events until `holds()`. After `PATIENCE_S`, save a picture and raise StuckError with `what`."""
        end = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > end:
                self.window.grab().save(str(self._pictures("stuck")))
                raise StuckError(f"{what}; window: {self.window.windowTitle()}; page: {self.page_name()}")
            wait(20)

    def page_name(self) -> str:
        """Return the key of the page that is shown, or `unlock` while no store is open."""
        shell = self.window.shell
        return shell.current_key if shell is not None else "unlock"

    def find(self, name: str) -> QWidget:
        """Wait for the visible and enabled widget with this object name, and return it. Raises StuckError."""
        return self.find_as(QWidget, name)

    def find_as(self, kind: type[Part], name: str) -> Part:
        """Find as `find` does, but only widgets of type `kind`. Raises StuckError."""
        found: list[Part] = []

        def there() -> bool:
            found[:] = [
                widget for widget in self.window.findChildren(kind, name) if widget.isVisible() and widget.isEnabled()
            ]
            return bool(found)

        self.until(there, f"no ready widget {name!r}")
        return found[0]

    def named_like(self, beginning: str, kind: type[Part]) -> Part:
        """Wait for the first visible and enabled widget whose object name starts with `beginning`.

        Raises StuckError.
        """
        found: list[Part] = []

        def there() -> bool:
            widgets = self.window.findChildren(kind)
            found[:] = [one for one in widgets if one.objectName().startswith(beginning) and one.isVisible()]
            found[:] = [one for one in found if one.isEnabled()]
            return bool(found)

        self.until(there, f"no widget named {beginning!r}…")
        return found[0]

    def is_there(self, name: str) -> bool:
        """Return whether a widget with this object name is visible."""
        return any(widget.isVisible() for widget in self.window.findChildren(QWidget, name))

    def is_ready(self, name: str) -> bool:
        """Return whether a widget with this object name is visible and enabled."""
        found = self.window.findChildren(QWidget, name)
        return any(widget.isVisible() and widget.isEnabled() for widget in found)

    def number_on(self, name: str) -> int:
        """Return the digits of a button's text as one number; 0 if it has none. Raises StuckError."""
        self.settle()
        digits = "".join(char for char in self.find_as(QAbstractButton, name).text() if char.isdigit())
        return int(digits or 0)

    def rest(self) -> None:
        """Process events for a moment, so that closed widgets are deleted."""
        wait(50)

    def press(self, name: str) -> None:
        """Click the middle of a widget, and wait for the work that it starts. Raises StuckError."""
        widget = self.find(name)
        _show(widget)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())
        self.settle()

    def key(self, sequence: str) -> None:
        """Press a key or a shortcut in the widget that has the focus, else in the window. Raises StuckError."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow, "the window does not become active")
        target = QApplication.focusWidget() or self.window
        QTest.keySequence(target, QKeySequence(sequence))
        self.settle()

    def type(self, name: str, text: str) -> None:
        """Replace the text of a field, typed at a person's speed. Raises StuckError."""
        field = _emptied(self, name)
        QTest.keyClicks(field, text, delay=KEY_PAUSE_MS)
        filters = QCoreApplication.instance().findChildren(WedgeFilter)  # type: ignore[union-attr]
        self.until(lambda: not any(one.is_pending for one in filters), "keys are held back")
        self.settle()

    def paste(self, name: str, text: str | Path) -> None:
        """Replace the text of a field from the clipboard, which keeps it. Raises StuckError."""
        field = _emptied(self, name)
        QGuiApplication.clipboard().setText(str(text))
        QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.Paste))
        self.settle()

    def scan(self, data: bytes) -> None:
        """Send a hand scanner's burst to the widget that has the focus: separators as control keys, then Enter.

        `data` is ASCII. Raises StuckError.
        """
        self.window.activateWindow()
        target = QApplication.focusWidget() or self.window
        at_ms = time.monotonic() * 1000
        for character in f"{data.decode('ascii')}\r":
            for event in key_events(character, at_ms):
                QApplication.sendEvent(target, event)
            at_ms += SCANNER_GAP_MS
        self.settle()

    def choose(self, name: str, text: str) -> None:
        """Open a drop-down and choose its first entry that starts with `text`, by the keyboard. Raises StuckError."""
        box = self.find_as(QComboBox, name)
        _show(box)
        self.until(
            lambda: any(box.itemText(at).startswith(text) for at in range(box.count())), f"no {text!r} in {name}"
        )
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(box, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        entries = box.view()
        self.until(entries.isVisible, f"{name} does not open")
        QTest.keyClick(entries, Qt.Key.Key_Home)
        for _ in range(box.count()):
            if str(entries.currentIndex().data()).startswith(text):
                break
            QTest.keyClick(entries, Qt.Key.Key_Down)
        QTest.keyClick(entries, Qt.Key.Key_Return)
        self.until(lambda: not entries.isVisible(), f"{name} does not close")
        self.window.activateWindow()  # without a screen, a list that closes does not hand the keyboard back
        self.until(lambda: QApplication.focusWidget() is not None, "the keyboard is nowhere")
        self.until(lambda: box.currentText().startswith(text), f"{name} does not take {text!r}")

    def row(self, name: str, number: int) -> None:
        """Click row `number` of a list or table, counted from 0. Raises StuckError."""
        view = self.find_as(QAbstractItemView, name)
        self.until(lambda: view.model().rowCount() > number, f"{name} has no row {number}")
        index = view.model().index(number, 0)
        view.scrollTo(index)
        self.settle()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())
        self.settle()

    def draw(self, name: str, seed: int) -> None:
        """Sign on a pad: a stroke with the mouse button held down, the same for the same `seed`. Raises StuckError."""
        pad = self.find(name)
        _show(pad)
        width, height = pad.width(), pad.height()
        points = [
            QPoint(width // 8 + step * width // 28, height // 2 + (((step * seed) % 7) - 3) * height // 12)
            for step in range(22)
        ]
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(pad, point)
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=points[-1])
        self.settle()

    def settle(self) -> None:
        """Wait until the background work is done and its results have arrived. Raises StuckError."""
        QApplication.processEvents()
        self.until(lambda: not self.window.tasks.is_busy, "the work does not end")
        wait(30)

    def picture(self, title: str) -> Path:
        """Save a screenshot of the window, after `settle`, and return its path. A failure to save is not noticed.

        Raises StuckError.
        """
        self.settle()
        path = self._pictures(title)
        self.window.grab().save(str(path))
        return path


def _emptied(hands: Hands, name: str) -> QWidget:
    field = hands.find(name)
    _show(field)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=field.rect().center())
    if isinstance(field, QLineEdit | QPlainTextEdit):
        QTest.keySequence(field, QKeySequence(QKeySequence.StandardKey.SelectAll))
    return field


def _show(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()
    QApplication.processEvents()


def answer_question(hands: Hands, question: Question) -> None:
    """Answer one question of a checklist as a person who sees no problem. Raises StuckError."""
    name = f"answer_{question.question_id}"
    if question.kind == "yes_no":
        hands.press(f"{name}_yes")
    elif question.kind == "choice":
        hands.choose(name, words.word("choice", question.choices[0]))
    else:
        hands.type(name, {"number": "3", "date": "2026-11-02"}.get(question.kind, "As shown"))
        hands.key("Tab")
    if hands.is_there(f"comment_{question.question_id}"):
        hands.type(f"comment_{question.question_id}", "Shown by the custodian")
        hands.key("Tab")
