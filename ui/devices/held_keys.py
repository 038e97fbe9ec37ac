"""Recognize a key that is held down, where the window system does not mark each of its repeats. No Qt here.

X11 sends a release and a press of the same time for each repeat. Qt marks the pair only if it reads both at once; on a
busy machine it reports some pairs as keys pressed by the person.
"""

from __future__ import annotations

from typing import Final

_HELD_MS: Final = 200
"""No scanner and no person who types holds a key this long."""


class HeldKeys:
    """Follow presses and releases by their times (ms, 0: unknown)."""

    def __init__(self) -> None:
        self._pressed: dict[int, float] = {}
        self._released: dict[int, float] = {}
        self._repeating: set[int] = set()

    def is_repeat(self, key: int, at_ms: float) -> bool:
        """Return whether an unmarked press repeats a key that is held down: one at the very time of the key's release.

        The key must repeat already, or have been down for 200 ms. False at an unknown time.
        """
        if not at_ms or self._released.get(key) != at_ms:
            return False
        return key in self._repeating or at_ms - self._pressed.get(key, at_ms) >= _HELD_MS

    def press(self, key: int, at_ms: float, *, is_marked: bool) -> None:
        """Note a press; `is_marked` says that the window system calls it a repeat."""
        if is_marked or self.is_repeat(key, at_ms):
            self._repeating.add(key)
        else:
            self._repeating.discard(key)
            self._pressed[key] = at_ms

    def release(self, key: int, at_ms: float) -> None:
        """Note a release, marked or not."""
        self._released[key] = at_ms
