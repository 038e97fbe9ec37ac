"""Decide when a symbol seen by the camera counts as read, and when it is only the same one again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eum_app.scanning.decoder import Symbol

_Key = tuple[str, bytes]


@dataclass
class Consensus:
    """Accept symbols frame by frame; return each accepted one once while it stays in view.

    Error-corrected symbols are right if they are read at all. Linear symbols (Code 39, Code 128) can be misread, so
    they need equal reads in `needed` different frames, no more than `window_ms` apart. A symbol is returned again only
    after it was out of view for `quiet_ms`.
    """

    needed: int = 2
    window_ms: float = 2000
    quiet_ms: float = 2000
    _seen: dict[_Key, tuple[int, float]] = field(default_factory=dict)  # frames that agree, last seen
    _given: dict[_Key, float] = field(default_factory=dict)  # last seen

    def offer(self, symbols: Iterable[Symbol], at_ms: float) -> list[Symbol]:
        """Take the symbols of one frame, captured at `at_ms` (a monotonic clock). Return the newly accepted ones."""
        self._forget(at_ms)
        accepted = []
        for key, symbol in {(one.symbology, one.raw): one for one in symbols}.items():  # twice in a frame counts once
            if key in self._given:
                self._given[key] = at_ms
                continue
            frames = self._seen.get(key, (0, at_ms))[0] + 1
            if symbol.error_corrected or frames >= self.needed:
                self._given[key] = at_ms
                self._seen.pop(key, None)
                accepted.append(symbol)
            else:
                self._seen[key] = (frames, at_ms)
        return accepted

    def has_accepted(self, symbol: Symbol) -> bool:
        """Return whether this symbol was accepted and has not been out of view for `quiet_ms`, at the last `offer`."""
        return (symbol.symbology, symbol.raw) in self._given

    def _forget(self, at_ms: float) -> None:
        self._seen = {key: seen for key, seen in self._seen.items() if at_ms - seen[1] <= self.window_ms}
        self._given = {key: last for key, last in self._given.items() if at_ms - last <= self.quiet_ms}
