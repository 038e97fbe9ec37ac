"""Tell the bursts of a keyboard scanner from typing, before any widget or shortcut sees a key.

Installed on the application, because a `QLineEdit` drops every separator of a mark and a focused button takes Enter.
The filter holds back printable keys, Enter and Tab after them, and the control characters that separate a mark's
elements. It also holds back the keys that the scanner is set to send for those separators. `BurstCollector` then
decides. A burst is emitted as `mark_scanned`, a scan that cannot be used as `refused`. Typing is replayed in order,
shortcuts included, to the widget that had the focus when the key was pressed, and before a click or shortcut that
follows. Ctrl+Z and similar shortcuts are never held back.

The time of a key is the window system's. Only where an event has none, its arrival counts, and never against the time
of another clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, Literal

import shiboken6
from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from eum_app.scanning.wedge import AltReleased, Burst, BurstCollector, Decided, Key, Place, Refused, WedgeSettings
from ui.devices.held_keys import HeldKeys
from ui.devices.typing_place import is_answer, place_of, takes_text
from ui.kit.guard import guarded
from ui.kit.own_keys import is_own_key

# FS, GS, RS, US and EOT (ISO/IEC 15434), as scanners send them: Ctrl+\ Ctrl+] Ctrl+^ Ctrl+_ Ctrl+D.
_SEPARATORS = frozenset("\x1c\x1d\x1e\x1f\x04")
_END_KEYS = {Qt.Key.Key_Return: "Return", Qt.Key.Key_Enter: "Enter", Qt.Key.Key_Tab: "Tab"}
_POINTS = frozenset(
    {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick, QEvent.Type.TouchBegin, QEvent.Type.TabletPress}
)
_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta})
_READING_AFTER_MS: Final = 100
"""A scan that is over sooner needs no "reading"."""
_TURN_MS: Final = 10
"""Before silence decides, the event loop turns once more, so that keys that wait in its queue are read."""
_LATE_MS: Final = 30
"""A timer later than this says that the event loop was blocked, and that more keys may wait."""
_MOST_TURNS: Final = 5  # on a machine that is always late, keys must not wait forever


@dataclass(frozen=True)
class _Press:
    """The data needed to replay a key press. `target` had the focus; `number` counts the presses held back."""

    number: int
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
    """`Burst`, right before `mark_scanned`: how its keys came."""
    refused = Signal(object)
    """`Refused`: the keys of a scan that cannot be used."""
    reading_changed = Signal(bool)
    """Whether a scan seems to be arriving whose end is still to come."""

    def __init__(self, app: QApplication, settings: WedgeSettings | None = None) -> None:
        super().__init__(app)
        self._app = app
        self._collector = BurstCollector(settings)
        self._is_replaying = self._is_reading = False
        self._held: set[int] = set()
        self._count = self._moved_at = 0
        """The number of the last press held back, and that at the last time that a replayed press moved the focus."""
        self._keys_down = HeldKeys()
        self._began: dict[int, int] = {}
        """Place of the first press of each key: `id` of the widget that had the focus, by key."""
        self._place = Place()
        self._turns, self._due_ms = 0, 0.0
        self._timer = self._single(self._tick)
        self._reading = self._single(self._say_reading)
        app.installEventFilter(self)

    def close(self) -> None:
        """Stop filtering the application's events, and drop the keys held back: their window is closed."""
        self._timer.stop()
        self._reading.stop()
        self._app.removeEventFilter(self)
        self._collector = BurstCollector(self._collector.settings)

    @property
    def is_pending(self) -> bool:
        """Return whether keys are held back that are not yet known to be a scan or typing."""
        return self._collector.is_pending

    def set_settings(self, settings: WedgeSettings) -> None:
        """Use another scanner's settings, after deciding about the keys held back."""
        self._do(self._collector.idle(self._collector.due_ms))
        self._collector = BurstCollector(settings)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._is_replaying:
            return False
        kind = event.type()
        if kind in _POINTS:
            self._before_act()
        elif kind == QEvent.Type.FocusAboutToChange and self._collector.is_pending:
            self._do(self._collector.move())
        return isinstance(event, QKeyEvent) and not _is_secret_in_focus() and self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        kind, key, at_ms = event.type(), event.key(), float(event.timestamp())
        if kind == QEvent.Type.KeyRelease:
            self._keys_down.release(key, at_ms)
            return self._release(event)
        is_unmarked = not event.isAutoRepeat() and self._keys_down.is_repeat(key, at_ms)
        if kind == QEvent.Type.KeyPress:
            self._keys_down.press(key, at_ms, is_marked=event.isAutoRepeat())
        if is_unmarked or self._is_astray(event):
            event.accept()
            return True  # nothing is lost: the key repeats
        if Qt.Key(event.key()) in _MODIFIERS:
            return False
        if not self._is_held_back(event):
            self._before_act()  # a shortcut acts on its override, before any press
            if kind == QEvent.Type.ShortcutOverride and is_own_key(self._in_focus(), event):
                event.ignore()  # so that the page's shortcut gets it, not the text field
                return True
            return False
        if kind == QEvent.Type.KeyPress:
            self._press(event)
        else:
            event.accept()  # no shortcut now; if it was typing, `_replay` asks for shortcuts later
        return True

    # Inside

    def _is_astray(self, event: QKeyEvent) -> bool:
        """Return whether a key that is held down repeats in a text field to which its first press led."""
        focus, key = self._in_focus(), event.key()
        if not event.isAutoRepeat():
            self._began[key] = id(focus)
            return False
        is_elsewhere = self._began.get(key, id(focus)) != id(focus)
        return is_elsewhere and takes_text(focus) and (event.text().isprintable() or Qt.Key(key) in _END_KEYS)

    def _single(self, run: object) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setTimerType(Qt.TimerType.PreciseTimer)
        assert callable(run)
        made.timeout.connect(run)
        return made

    def _press(self, event: QKeyEvent) -> None:
        self._held.add(event.key())
        focus, modifiers = self._in_focus(), event.modifiers()
        self._count += 1
        press = _Press(self._count, focus, event.key(), modifiers, event.text(), event.isAutoRepeat())
        is_first = not self._collector.is_pending
        if is_first:
            self._place = place_of(focus)
        key = Key(
            text=event.text(),
            at_ms=_time_of(event),
            name=_name(event),
            alt=bool(modifiers & Qt.KeyboardModifier.AltModifier),
            keypad=bool(modifiers & Qt.KeyboardModifier.KeypadModifier),
            auto_repeat=event.isAutoRepeat(),
            token=press,
            place=self._place,
            acts=self._acts(press, is_first=is_first),
            is_stamped=bool(event.timestamp()),
            arrived_ms=_now_ms(),
        )
        self._do(self._collector.feed(key))

    def _acts(self, press: _Press, *, is_first: bool) -> Literal["", "answer", "shortcut"]:
        """Return what a key does in its place. A shortcut is looked for only at the first key of a run."""
        if self._place.kind != "keys" or press.target is None:
            return ""
        if is_answer(press.target, press.text):
            return "answer"
        return "shortcut" if is_first and _action_for(press, press.target) is not None else ""

    def _before_act(self) -> None:
        """Deliver typed keys before a click or a shortcut. A scan that is still arriving is not cut in two."""
        if self._collector.is_pending:
            self._do(self._collector.act())

    def _release(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Alt and self._collector.is_pending:
            self._do(self._collector.feed(AltReleased(_time_of(event))))
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
            if ctrl or modifiers & Qt.KeyboardModifier.AltModifier:
                return False
            key = Key(
                text, _time_of(event), name=_name(event), is_stamped=bool(event.timestamp()), arrived_ms=_now_ms()
            )
            return self._collector.is_of_scan(key)
        if not text or not text.isprintable() or ctrl:
            return False
        is_keypad = bool(modifiers & Qt.KeyboardModifier.KeypadModifier)
        return is_keypad or not modifiers & Qt.KeyboardModifier.AltModifier

    # Silence

    def _tick(self) -> None:
        """Let silence decide, once all keys that wait in the event queue have been read."""
        is_late = _now_ms() - self._due_ms > _LATE_MS
        if not self._turns or (is_late and self._turns < _MOST_TURNS):
            self._turns += 1
            self._start(_TURN_MS)
        else:
            self._do(self._collector.idle(self._collector.due_ms))

    def _start(self, wait_ms: float) -> None:
        self._due_ms = _now_ms() + wait_ms
        self._timer.start(round(wait_ms))

    def _say_reading(self) -> None:
        self._is_reading = True
        self.reading_changed.emit(True)

    def _do(self, decided: tuple[Decided, ...]) -> None:
        self._turns = 0
        if self._collector.is_pending:
            self._start(max(0.0, self._collector.wait_ms - _TURN_MS))
        else:
            self._timer.stop()
        if not self._collector.is_reading:
            self._reading.stop()
            if self._is_reading:
                self._is_reading = False
                self.reading_changed.emit(False)
        elif not self._is_reading and not self._reading.isActive():
            self._reading.start(_READING_AFTER_MS)
        for what in decided:
            if isinstance(what, Burst):
                self.heard.emit(what)
                self.mark_scanned.emit(what.raw)
            elif isinstance(what, Refused):
                self.refused.emit(what)
            else:
                self._type([key.token for key in what.keys if isinstance(key.token, _Press)])

    def _type(self, presses: list[_Press]) -> None:
        """Replay keys, each to the widget that it was typed into. If one of them moves the focus, all that were held
        back behind it follow, also those that are decided about later.
        """
        for press in presses:
            before = self._in_focus()
            target = before if press.number <= self._moved_at else press.target
            if press.is_repeat and target is not press.target and takes_text(target):
                continue  # as in `_is_astray`
            # What is gone or out of sight is not pressed, and neither is what came in its place. Text is kept.
            if target is not None and shiboken6.isValid(target) and (target.isVisible() or takes_text(target)):
                self._replay(press, target)
                if self._in_focus() is not before:
                    self._moved_at = self._count

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
                    if action.autoRepeat() or not press.is_repeat:
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


def _now_ms() -> float:
    return time.monotonic() * 1000


def _time_of(event: QKeyEvent) -> float:
    # The window system's own time where there is one: a stall of ours must not make slow typing look like a burst.
    return float(event.timestamp()) or _now_ms()


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
