"""Keyboard-wedge scanners: which keys are a scan and which are typing, and what the scan said. No Qt here.

The event filter in `ui` turns each key press into a `Key`, holds the key back, and does what `feed`, `act` and `idle`
answer: a `Burst` is a scan; `Typed` keys go on to the widget they were meant for; `Refused` keys go nowhere, and the
page says why. `wedge_run` has the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from eum_app.scanning.wedge_run import (
    LINK_MS,
    SLOWEST_SCANNER_MS,
    TEXT,
    AltReleased,
    Key,
    Place,
    Run,
    Verdict,
    WedgeSettings,
    Why,
    gap_ms,
    keys_of,
    typed_of,
)

__all__ = [
    "LINK_MS", "SLOWEST_SCANNER_MS", "TEXT", "AltReleased", "Burst", "BurstCollector", "Decided", "Key", "Place",
    "Refused", "Typed", "WedgeSettings", "Why",
]  # fmt: skip

_ECHO_MS: Final = 100
"""How long a key waits while a person is typing into a text field."""
_TYPING_LASTS_MS: Final = 2_000
"""A text field counts as being typed into for so long after the last key."""


@dataclass(frozen=True)
class Burst:
    """A scan: what the scanner sent, separators restored, prefix and suffix taken off.

    `ways` says by which keys separators came: control (Ctrl codes), alt_keypad, mapped (keys or texts of the settings).
    `sent` is the text before prefix and suffix were taken off, `slowest_ms` the largest gap between two keys, and
    `end` the name of the key that ended the scan, or empty.
    """

    raw: bytes
    ways: frozenset[str] = frozenset()
    sent: str = field(default="", compare=False)
    slowest_ms: float = field(default=0.0, compare=False)
    end: str = field(default="", compare=False)


@dataclass(frozen=True)
class Typed:
    """Keys that a person pressed, in their order."""

    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Refused:
    """Keys of a scan that cannot be used. They go nowhere. `slowest_ms` is the largest gap between two of them."""

    why: Why
    keys: tuple[Key, ...]
    slowest_ms: float = 0.0


Decided = Burst | Typed | Refused


class BurstCollector:
    """Collects keys until it is clear whether they are a scan. Wants every key press, and ticks while `is_pending`."""

    def __init__(self, settings: WedgeSettings | None = None) -> None:
        self.settings = settings or WedgeSettings()
        self._run: Run | None = None
        self._ended: Key | None = None
        self._typed: Key | None = None
        """The last key that was delivered to a text field."""

    @property
    def is_pending(self) -> bool:
        """Whether keys are held back; then `idle` must be called when `due_ms` has come."""
        return self._run is not None and bool(self._run.held)

    @property
    def is_scan_like(self) -> bool:
        """Whether the keys held back can only be a scanner's, so that a click or a shortcut must not cut them."""
        return self._run is not None and bool(self._run.held) and self._run.is_scan_like

    @property
    def is_reading(self) -> bool:
        """Whether the keys held back look like a scan that may still go on."""
        return self._run is not None and bool(self._run.held) and (self._run.held_fast > 0 or self._run.is_scan_like)

    @property
    def wait_ms(self) -> float:
        """How long after the last key silence decides."""
        run = self._run
        return _ECHO_MS if run is not None and run.is_typing and not run.has_burst else self.settings.silence_ms

    @property
    def due_ms(self) -> float:
        """When silence will have decided about the keys held back, by the clock of the last key; 0 without keys."""
        return self._run.last.at_ms + self.wait_ms if self._run is not None and self._run.held else 0.0

    def feed(self, key: Key | AltReleased) -> tuple[Decided, ...]:
        """Take one key press. Return what is decided by it, in order; mostly nothing yet.

        Keys of a scan that was refused before are swallowed. A key that repeats because it is held down is typed at
        once.
        """
        if isinstance(key, AltReleased):
            if self._run is not None and self._run.held:
                self._run.held.append(key)
            return ()
        decided: tuple[Decided, ...] = ()
        if self._run is not None and gap_ms(self._run.last, key) > self._run.link_ms:
            decided, self._run = self._decide(), None
        if key.auto_repeat:  # a key held down is fast too, and never a scan
            decided = (*decided, *self._decide(is_by_act=True), Typed((key,)))
            self._run = None
            return decided
        return (*decided, *(self._end(key) if key.is_end else self._add(key)))

    def act(self) -> tuple[Decided, ...]:
        """Decide because a click or a shortcut is next: return what must be done before it, mostly nothing.

        Keys that only a scanner sends stay held back, and nothing is returned: such a scan is not cut in two.
        """
        return () if self.is_scan_like else self._decide(is_by_act=True)

    def move(self) -> tuple[Decided, ...]:
        """Decide because the app moves the focus: return what a person certainly typed; all else may begin a scan."""
        run = self._run
        is_by_person = run is not None and run.place.kind != "keys" and (run.is_typing or run.pauses > run.fast == 0)
        return self._decide(is_by_act=True) if is_by_person and not self.is_scan_like else ()

    def idle(self, at_ms: float) -> tuple[Decided, ...]:
        """Return what silence has decided at `at_ms`, a time by the clock of the last key; empty before `due_ms`."""
        return self._decide() if self.is_pending and at_ms >= self.due_ms else ()

    def is_of_scan(self, key: Key) -> bool:
        """Whether Enter or Tab belongs to a scan: keys are held back, or it follows another end key of one."""
        run = self._run
        is_in_dead_run = run is not None and run.is_dead and gap_ms(run.last, key) <= run.link_ms
        return self.is_pending or is_in_dead_run or self._has_just_ended(key)

    # Inside

    def _add(self, key: Key) -> tuple[Decided, ...]:
        run = self._run
        if run is None or run.is_left_by(key):
            run = self._run = Run(self.settings, key.place, key)
            run.is_typing = self._is_typed_into(key)
        if run.is_dead:
            run.last = key
            return ()
        run.add(key)
        ready = run.released()
        return self._typed_keys(typed_of(run, ready)) if ready else ()

    def _end(self, key: Key) -> tuple[Decided, ...]:
        run, self._run = self._run, None
        if run is not None and run.is_dead:
            self._ended = key
            return ()
        if run is None or not run.held:
            if self._has_just_ended(key):
                self._ended = key  # nothing is typed: a scanner may be set to send several
                return ()
            return (Typed((key,)),)
        run.end(key)
        return self._carry_out(run, run.verdict(is_ended=True), key)

    def _decide(self, *, is_by_act: bool = False) -> tuple[Decided, ...]:
        run = self._run
        if run is None or not run.held:
            return ()
        verdict = run.verdict(is_ended=False, is_by_act=is_by_act)
        decided = self._carry_out(run, verdict, None)
        run.held, run.held_fast = [], 0
        run.is_cut, run.is_dead = verdict is Verdict.TYPED, verdict is not Verdict.TYPED
        run.is_acted_on = is_by_act
        return decided

    def _carry_out(self, run: Run, verdict: Verdict, end: Key | None) -> tuple[Decided, ...]:
        keys = keys_of(run.held)
        if verdict is Verdict.TYPED:
            return self._typed_keys(typed_of(run, (*keys, end) if end is not None else keys))
        self._typed, self._ended = None, end
        if verdict is Verdict.MARK:
            return (self._burst(run, end),)
        return (Refused(Why(verdict), (*keys, end) if end is not None else keys, run.slowest_ms),)

    def _typed_keys(self, keys: tuple[Key, ...]) -> tuple[Decided, ...]:
        if not keys:
            return ()
        self._typed = keys[-1] if keys[-1].place.kind != "keys" and not keys[-1].is_end else None
        return (Typed(keys),)

    def _is_typed_into(self, key: Key) -> bool:
        before = self._typed
        if before is None or key.place.kind == "keys" or key.place.field != before.place.field:
            return False
        return bool(key.place.field) and gap_ms(before, key) <= _TYPING_LASTS_MS

    def _has_just_ended(self, key: Key) -> bool:
        least = max(self.settings.max_gap_ms, SLOWEST_SCANNER_MS)
        return self._ended is not None and gap_ms(self._ended, key) <= least

    def _burst(self, run: Run, end: Key | None) -> Burst:
        text = sent = _text_of(run.held, self.settings.keys)
        ways = {way for key in keys_of(run.held) if (way := self._way_of(key))}
        for written, meant in self.settings.texts.items():
            if written in text:
                text = text.replace(written, meant)
                ways.add("mapped")
        text = text.removeprefix(self.settings.prefix).removesuffix(self.settings.suffix)
        ended_by = (end.name or "Enter") if end is not None else ""
        return Burst(text.encode("utf-8", "replace"), frozenset(ways), sent, run.slowest_ms, ended_by)

    def _way_of(self, key: Key) -> str:
        if key.alt and key.keypad and key.text.isdecimal():
            return "alt_keypad"
        if key.name in self.settings.keys:
            return "mapped"
        return "control" if key.text and not key.text.isprintable() else ""


def _text_of(keys: list[Key | AltReleased], mapped: Mapping[str, str]) -> str:
    """The text of the keys: Alt with digits on the keypad is one character, mapped keys are theirs."""
    text, run = "", ""
    for key in keys:
        if isinstance(key, Key) and key.alt and key.keypad and key.text.isdecimal():
            run += key.text
            continue
        text += _characters(run)
        run = ""
        if isinstance(key, Key):
            text += mapped.get(key.name, "") or key.text
    return text + _characters(run)


def _characters(run: str) -> str:
    """The characters of Alt codes that followed each other: three digits each, or four, else the digits themselves."""
    for length in (3, 4) if run else ():
        codes = [int(run[at : at + length]) for at in range(0, len(run), length)]
        if len(run) % length == 0 and all(code < 256 for code in codes):
            return bytes(codes).decode("cp1252", "replace")
    return run
