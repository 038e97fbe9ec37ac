"""Catch Python exceptions in methods that Qt calls, before they reach Qt's C++.

Qt cannot propagate a Python exception. One raised in a delegate or a model can end the whole process. So each class
that overrides a method of Qt is decorated with `guarded`, and a test finds classes that are not. After a failure:

- an event is dropped,
- a size is Qt's own default,
- a cell shows `UNSHOWN`,

and the bug is logged in the diagnostics by types and places. If an action of the person failed, `caught().act_failed`
is emitted.
"""

from __future__ import annotations

import functools
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QPalette

from eum_app import diagnostics

Class = TypeVar("Class", bound=type)
Method = Callable[..., Any]

UNSHOWN: Final = "?"
"""The text of a cell that cannot be shown."""

_ACTS: Final = frozenset(
    {"keyPressEvent", "keyReleaseEvent", "mousePressEvent", "mouseReleaseEvent", "mouseDoubleClickEvent", "dropEvent"}
)
"""Events caused by a person. If one fails, the person must see it."""
_KEYS: Final = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride})
_QTS_OWN: Final[dict[str, Any]] = {
    "sizeHint": QSize(),
    "minimumSizeHint": QSize(),
    "minimumSize": QSize(),
    "heightForWidth": -1,
    "hasHeightForWidth": False,
    "expandingDirections": Qt.Orientation(0),
    "rowCount": 0,
    "columnCount": 0,
    "count": 0,
    "itemAt": None,
    "takeAt": None,
    "moveCursor": None,
    "reject": None,
    "hitButton": False,
}
"""Methods that fall back to Qt's own, and the value to return when Qt has none."""
_NOTHING: Final = frozenset({"initStyleOption", "setGeometry", "addItem"})
NOT_CALLED_BY_QT: Final = frozenset({"setEnabled"})
"""Methods of Qt that are not virtual: only Python calls our versions, so their exceptions reach the caller."""


class Caught(QObject):
    """Signals about exceptions that were caught in this process."""

    act_failed = Signal(object)
    """Exception: the bug that prevented a person's key press, click or drop from being carried out."""


_newest: deque[str] = deque(maxlen=100)
_signals: list[Caught] = []


def caught() -> Caught:
    """Return the object that reports failed actions. Call on the GUI thread."""
    if not _signals:
        _signals.append(Caught())
    return _signals[0]


def take_caught() -> list[str]:
    """Return `Class.method: types and places` of the newest bugs (at most 100, oldest first), and clear the list.

    Tests fail when any are left.
    """
    taken = list(_newest)
    _newest.clear()
    return taken


def is_guardable(name: str) -> bool:
    """Return whether the guard has a fallback for a method of this name."""
    return name in _QTS_OWN or name in _NOTHING or name in _SPECIAL or name.endswith("Event")


def is_guarded(method: object) -> bool:
    """Return whether `guarded` wrapped this method."""
    return getattr(method, "is_guarded", False)


def guarded(cls: Class) -> Class:
    """Guard, in place, each method of this class that overrides one that Qt calls and has a fallback (`is_guardable`).

    Methods inherited from other Python classes are not changed. Returns the class. Raises StopIteration for a class
    that inherits from no class of Qt.
    """
    qt = next(base for base in cls.__mro__ if base.__module__.startswith("PySide6"))
    for name, method in list(vars(cls).items()):
        if callable(method) and hasattr(qt, name) and is_guardable(name):
            wrap = _SPECIAL.get(name, _guard_own if name in _QTS_OWN else _guard_plain)
            made = wrap(f"{cls.__name__}.{name}", method, qt)
            made.is_guarded = True  # type: ignore[attr-defined]
            setattr(cls, name, made)
    return cls


# Inside


def _note(where: str, bug: Exception) -> None:
    """Log a bug, then clear the frames' locals: a painter that is kept alive would break the next frame."""
    diagnostics.note_crash(bug)
    _newest.append("; ".join([where, *(line.strip() for line in diagnostics.places_of(bug))]))
    one: BaseException | None = bug
    while one is not None:
        traceback.clear_frames(one.__traceback__)
        one = one.__cause__ or one.__context__


def _guard_plain(where: str, method: Method, _qt: type) -> Method:
    is_act = where.rpartition(".")[2] in _ACTS

    @functools.wraps(method)
    def run(self: Any, *args: Any) -> None:
        try:
            method(self, *args)
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
            if is_act:
                caught().act_failed.emit(bug)

    return run


def _guard_own(where: str, method: Method, qt: type) -> Method:
    name = where.rpartition(".")[2]

    @functools.wraps(method)
    def run(self: Any, *args: Any) -> Any:
        try:
            return method(self, *args)
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
        try:
            return getattr(qt, name)(self, *args)
        except (NotImplementedError, RuntimeError, TypeError):  # Qt has none: a pure virtual
            return _QTS_OWN[name]

    return run


def _guard_data(where: str, method: Method, _qt: type) -> Method:
    """Qt asks for each cell's data in many roles: to pass fixed arguments costs less than to pack and unpack them."""

    @functools.wraps(method)
    def run(self: Any, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        try:
            return method(self, index, role)
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
        return _placeholder(role)

    return run


def _guard_header(where: str, method: Method, _qt: type) -> Method:
    @functools.wraps(method)
    def run(self: Any, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        try:
            return method(self, section, orientation, role)
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
        return _placeholder(role)

    return run


def _placeholder(role: int) -> str | None:
    return UNSHOWN if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole} else None


def _guard_paint(where: str, method: Method, _qt: type) -> Method:
    """Wrap `paint`. The delegate restores the painter in a `finally`; saving it here would double the
    cost of a cell.
    """

    @functools.wraps(method)
    def run(self: Any, painter: Any, option: Any, index: Any) -> None:
        try:
            method(self, painter, option, index)
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
            painter.setPen(option.palette.color(QPalette.ColorRole.Text))
            painter.drawText(option.rect, Qt.AlignmentFlag.AlignCenter, UNSHOWN)

    return run


def _guard_handler(where: str, method: Method, _qt: type) -> Method:
    """Wrap `event` or an event filter.

    A failed `event` is dropped. An event whose filter failed goes on to its target, except a key: it may belong to a
    scan.
    """
    is_filter = where.endswith(".eventFilter")

    @functools.wraps(method)
    def run(self: Any, *args: Any) -> bool:
        try:
            return bool(method(self, *args))
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
            is_key = args[-1].type() in _KEYS
            if is_key:
                caught().act_failed.emit(bug)
            return is_key or not is_filter

    return run


def _guard_help(where: str, method: Method, _qt: type) -> Method:
    @functools.wraps(method)
    def run(self: Any, *args: Any) -> bool:
        try:
            return bool(method(self, *args))
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
            return False

    return run


def _guard_native(where: str, method: Method, _qt: type) -> Method:
    @functools.wraps(method)
    def run(self: Any, *args: Any) -> Any:
        try:
            return method(self, *args)
        except Exception as bug:  # noqa: BLE001 - that is what the guard is for
            _note(where, bug)
            return False, 0

    return run


_SPECIAL: Final[dict[str, Callable[[str, Method, type], Method]]] = {
    "data": _guard_data,
    "headerData": _guard_header,
    "paint": _guard_paint,
    "event": _guard_handler,
    "eventFilter": _guard_handler,
    "helpEvent": _guard_help,
    "nativeEventFilter": _guard_native,
}
