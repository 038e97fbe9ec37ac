"""Tell the bursts of a keyboard scanner from typing, before any widget or shortcut sees a key.

Installed on the application, because a `QLineEdit` drops every separator of a mark and a focused button takes Enter.
The filter holds back printable keys, Enter and Tab after them, and the control characters that separate a mark's
elements. It also holds back the keys that the scanner is set to send for those separators. `BurstCollector` then
decides. A burst is emitted as `mark_scanned`. Typing is replayed in order, shortcuts included, to the widget that had
the focus when the key was pressed: a click elsewhere during the wait must not redirect the last letter. Ctrl+Z and
similar shortcuts are never held back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from eum_app.scanning.wedge import AltReleased, Burst, BurstCollector, Key, Typed, WedgeSettings
from ui.kit.guard import guarded

# FS, GS, RS, US and EOT (ISO/IEC 15434), as scanners send them: Ctrl+\ Ctrl+] Ctrl+^ Ctrl+_ Ctrl+D.
_SEPARATORS = frozenset("\x1c\x1d\x1e\x1f\x04")
_END_KEYS = {Qt.Key.Key_Return: "Return", Qt.Key.Key_Enter: "Enter", Qt.Key.Key_Tab: "Tab"}
_POINTS = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.TouchBegin})
_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta})


@dataclass(frozen=True)
class _Press:
    """The data needed to replay a key press. `target` had the focus."""

    target: QWidget | None
    key: int
    modifiers: Qt.KeyboardModifier
    text: str
    is_repeat: bool

    def event(self, kind: QEvent.Type) -> QKeyEvent:
        """Build the Qt event that replays this press."""
        return QKeyEvent(kind, self.key, self.modifiers, self.text, self.is_repeat)


@guarded
class WedgeFilter(QObject):
    """Emit `mark_scanned` with the bytes of a scan, separators included. `close()` removes the filter."""

    mark_scanned = Signal(bytes)
    heard = Signal(object)
    """Emitted right before `mark_scanned`: the keys that sent the separators of that scan (`Burst.ways`)."""

    def __init__(self, app: QApplication, settings: WedgeSettings | None = None) -> None:
        super().__init__(app)
        self._app = app
        self._collector = BurstCollector(settings)
        self._is_replaying = False
        self._held: set[int] = set()
        self._last_press_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fall_silent)
        app.installEventFilter(self)

    def close(self) -> None:
        """Stop filtering the application's events."""
        self._timer.stop()
        self._app.removeEventFilter(self)

    @property
    def is_pending(self) -> bool:
        """Return whether keys are held back that are not yet known to be a scan or typing."""
        return self._collector.is_pending

    def set_settings(self, settings: WedgeSettings) -> None:
        """Use another scanner's settings, after deciding about the keys held back."""
        self._fall_silent()
        self._collector = BurstCollector(settings)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._is_replaying:
            return False
        if event.type() in _POINTS:
            self._settle_before_click()
        return isinstance(event, QKeyEvent) and not _is_secret_in_focus() and self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            return self._press(event)
        if kind == QEvent.Type.KeyRelease:
            return self._release(event)
        if self._is_held_back(event):
            event.accept()  # no shortcut now; if it was typing, `_replay` asks for shortcuts later
            return True
        return False

    # Inside

    def _press(self, event: QKeyEvent) -> bool:
        if Qt.Key(event.key()) in _MODIFIERS:
            return False
        if not self._is_held_back(event):
            self._fall_silent()
            return False
        modifiers = event.modifiers()
        self._held.add(event.key())
        key = Key(
            text=event.text(),
            at_ms=_now_ms(event),
            name=_name(event),
            alt=bool(modifiers & Qt.KeyboardModifier.AltModifier),
            keypad=bool(modifiers & Qt.KeyboardModifier.KeypadModifier),
            auto_repeat=event.isAutoRepeat(),
            token=_Press(self._in_focus(), event.key(), modifiers, event.text(), event.isAutoRepeat()),
        )
        self._last_press_ms = time.monotonic() * 1000
        self._do(self._collector.feed(key))
        return True

    def _settle_before_click(self) -> None:
        """Deliver typed keys before a click moves the focus.

        A scan that is still arriving is not cut in two: a hand needs longer than the gap between two keys to reach the
        mouse.
        """
        silent_ms = time.monotonic() * 1000 - self._last_press_ms
        if silent_ms > self._collector.settings.max_gap_ms:
            self._fall_silent()

    def _release(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Alt and self._collector.is_pending:
            self._do(self._collector.feed(AltReleased(_now_ms(event))))
            return False
        if event.key() in self._held:
            # Its press was held back, and is released again with it.
            if not event.isAutoRepeat():
                self._held.discard(event.key())
            return True
        return False

    def _is_held_back(self, event: QKeyEvent) -> bool:
        modifiers, text = event.modifiers(), event.text()
        ctrl = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier)
        if _name(event) in self._collector.settings.keys or (text in _SEPARATORS and text):
            return True
        if Qt.Key(event.key()) in _END_KEYS:
            is_plain = not ctrl and not modifiers & Qt.KeyboardModifier.AltModifier
            return is_plain and self._collector.is_of_scan(Key(text, _now_ms(event), name=_name(event)))
        if not text or not text.isprintable() or ctrl:
            return False
        is_keypad = bool(modifiers & Qt.KeyboardModifier.KeypadModifier)
        return is_keypad or not modifiers & Qt.KeyboardModifier.AltModifier

    def _fall_silent(self) -> None:
        """Decide now about the keys held back, because time passed or a key came that no scanner sends."""
        if self._collector.is_pending:
            self._do(self._collector.idle(self._collector.due_ms))

    def _do(self, decided: tuple[Burst | Typed, ...]) -> None:
        if self._collector.is_pending:
            self._timer.start(round(self._collector.settings.silence_ms))
        else:
            self._timer.stop()
        for what in decided:
            if isinstance(what, Burst):
                self.heard.emit(what.ways)
                self.mark_scanned.emit(what.raw)
            else:
                self._type([key.token for key in what.keys if isinstance(key.token, _Press)])

    def _type(self, presses: list[_Press]) -> None:
        """Replay keys, each to the widget that it was typed into. If one of them moves the focus, the rest
        follow it.
        """
        has_moved = False
        for press in presses:
            before = self._in_focus()
            target = before if has_moved else press.target
            # What is gone or out of sight is not typed into, and neither is what came in its place.
            if target is not None and shiboken6.isValid(target) and target.isVisible():
                self._replay(press, target)
                has_moved = has_moved or self._in_focus() is not before

    def _in_focus(self) -> QWidget | None:
        return self._app.focusWidget() or self._app.activeWindow()

    def _replay(self, press: _Press, target: QWidget) -> None:
        self._is_replaying = True
        try:
            override = press.event(QEvent.Type.ShortcutOverride)
            override.ignore()
            self._app.sendEvent(target, override)
            if not override.isAccepted():
                action = _action_for(press, target)
                if action is not None:
                    action.trigger()
                    return
            before = self._in_focus()
            self._app.sendEvent(target, press.event(QEvent.Type.KeyPress))
            # The press may have moved the focus or closed the target.
            after = self._in_focus()
            if after is not before or not shiboken6.isValid(target):
                if after is None:
                    return
                target = after
            self._app.sendEvent(target, press.event(QEvent.Type.KeyRelease))
        finally:
            self._is_replaying = False


def _now_ms(event: QKeyEvent) -> float:
    # The window system's own time where there is one: a stall of ours must not make slow typing look like a burst.
    return float(event.timestamp()) or time.monotonic() * 1000


def _name(event: QKeyEvent) -> str:
    key = Qt.Key(event.key())
    return _END_KEYS.get(key) or QKeySequence(event.key()).toString(QKeySequence.SequenceFormat.PortableText)


def _is_secret_in_focus() -> bool:
    """Return whether the focus is in a passphrase field, whose keys are never held back, inspected or
    taken for a scan.
    """
    focus = QApplication.focusWidget()
    return isinstance(focus, QLineEdit) and focus.property("secret") is True


def _action_for(press: _Press, target: QWidget) -> QAction | None:
    """Return the action that Qt's shortcut map would find: enabled, visible, and in scope of the focus. None: no such
    action.
    """
    plain = press.modifiers & ~Qt.KeyboardModifier.KeypadModifier
    tries = [plain]
    if not press.text.isalpha():
        tries.append(plain & ~Qt.KeyboardModifier.ShiftModifier)  # "?" is the key "?" on every layout
    keys = [QKeySequence(QKeyCombination(modifiers, Qt.Key(press.key))) for modifiers in tries]
    window = target.window()
    for action in (*window.actions(), *window.findChildren(QAction)):
        if action.isEnabled() and action.isVisible() and any(key in action.shortcuts() for key in keys):
            owners = [owner for owner in action.associatedObjects() if isinstance(owner, QWidget)]
            if any(_is_meant(action.shortcutContext(), owner, target) for owner in owners):
                return action
    return None


def _is_meant(context: Qt.ShortcutContext, owner: QWidget, target: QWidget) -> bool:
    if context == Qt.ShortcutContext.WidgetShortcut:
        return owner is target
    if context == Qt.ShortcutContext.WidgetWithChildrenShortcut:
        return owner is target or owner.isAncestorOf(target)
    return owner.isVisible() and owner.isEnabled() and owner.window() is target.window()
