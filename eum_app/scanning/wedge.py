"""Keyboard-wedge scanners: decide which keys are a scan and which are typing, and what was scanned. No Qt here.

The event filter in `ui` turns each key press into a `Key`, holds the key back, and acts on the results of `feed` and
`idle`: a `Burst` is a scan; `Typed` keys are passed on to their widget.

Measured (23 keys, scanners with 0, 2 and 10 ms between characters): the largest gap was 21 ms. So keys with gaps of at
most 50 ms are a scan if Enter or Tab ends them, however few they are: MIL-STD-130N allows serial numbers of one
character. Without Enter or Tab, 100 ms of silence end a scan of at least six characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_END_KEYS = frozenset({"Enter", "Return", "Tab"})
_END_TEXTS = frozenset({"\r", "\n", "\t"})


@dataclass(frozen=True)
class Key:
    """One key press. `name` identifies keys without text ("F8", "Enter"); `token` is returned unchanged."""

    text: str
    at_ms: float
    name: str = ""
    alt: bool = False
    keypad: bool = False
    auto_repeat: bool = False
    token: object = None


@dataclass(frozen=True)
class AltReleased:
    """The Alt key was released: the digits typed on the keypad meanwhile are one character."""

    at_ms: float


@dataclass(frozen=True)
class Burst:
    """A scan: the scanner's data with separators restored and the configured prefix and suffix removed.

    `ways` says by which keys separators came: control (Ctrl codes), alt_keypad, mapped (keys or texts of the settings).
    """

    raw: bytes
    ways: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Typed:
    """Keys that a person pressed, in order."""

    keys: tuple[Key, ...]


@dataclass(frozen=True)
class WedgeSettings:
    """Configuration of this device's scanner. An AIM prefix ("]d1") needs no setting: the mark parser removes it."""

    min_characters: int = 6
    """Smallest length of a scan that silence ends; Enter or Tab ends a scan of any length."""
    max_gap_ms: float = 50
    silence_ms: float = 100
    prefix: str = ""
    suffix: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)  # name of a key → character, {"F8": "\x1d"}
    texts: Mapping[str, str] = field(default_factory=dict)  # text → character, {"{GS}": "\x1d"}


class BurstCollector:
    """Collects keys until it is clear whether they are a scan. Needs every key press, and ticks while `is_pending`."""

    def __init__(self, settings: WedgeSettings | None = None) -> None:
        self.settings = settings or WedgeSettings()
        self._held: list[Key | AltReleased] = []
        self._ended_ms: float | None = None

    @property
    def is_pending(self) -> bool:
        """Whether keys are held back. If so, `idle` must be called at `due_ms`."""
        return bool(self._held)

    @property
    def due_ms(self) -> float:
        """Time (ms) at which silence decides about the keys that are held back; 0 if there are none."""
        return self._held[-1].at_ms + self.settings.silence_ms if self._held else 0.0

    def feed(self, key: Key | AltReleased) -> tuple[Burst | Typed, ...]:
        """Take one key press. Return what it decides, in order; usually nothing yet."""
        decided: tuple[Burst | Typed, ...] = ()
        if self._held and key.at_ms - self._held[-1].at_ms > self.settings.max_gap_ms:
            decided = self._decide()
        if isinstance(key, AltReleased):
            if self._held:
                self._held.append(key)
            return decided
        if key.auto_repeat:  # a key held down is as fast as a scan, but is never one
            return (*decided, *self._let_go(key))
        if _ends(key):
            return (*decided, *self._end(key))
        self._held.append(key)
        return decided

    def is_of_scan(self, key: Key) -> bool:
        """Return whether Enter or Tab belongs to a scan: it ends one, or is its second end key (Enter and Tab)."""
        return self.is_pending or self._has_just_ended(key)

    def idle(self, at_ms: float) -> tuple[Burst | Typed, ...]:
        """Handle a tick. Return what silence has decided."""
        return self._decide() if self._held and at_ms >= self.due_ms else ()

    def _end(self, key: Key) -> tuple[Burst | Typed, ...]:
        if not self._held and self._has_just_ended(key):
            self._ended_ms = key.at_ms  # not passed on, since scanners may send several end keys
            return ()
        burst = self._burst(1)
        if burst is None:
            return self._let_go(key)
        self._held.clear()
        self._ended_ms = key.at_ms
        return (burst,)

    def _has_just_ended(self, key: Key) -> bool:
        return self._ended_ms is not None and 0 <= key.at_ms - self._ended_ms <= self.settings.max_gap_ms

    def _decide(self) -> tuple[Burst | Typed, ...]:
        burst = self._burst(self.settings.min_characters)
        if burst is None:
            return self._let_go()
        self._held.clear()
        return (burst,)

    def _let_go(self, *more: Key) -> tuple[Burst | Typed, ...]:
        keys = (*(key for key in self._held if isinstance(key, Key)), *more)
        self._held.clear()
        return (Typed(keys),) if keys else ()

    def _burst(self, least: int) -> Burst | None:
        if not self._held:
            return None
        text = _text_of(self._held, self.settings.keys)
        if len(text) < least:
            return None
        ways = {way for key in self._held if isinstance(key, Key) and (way := self._way_of(key))}
        for written, meant in self.settings.texts.items():
            if written in text:
                text = text.replace(written, meant)
                ways.add("mapped")
        text = text.removeprefix(self.settings.prefix).removesuffix(self.settings.suffix)
        return Burst(text.encode("utf-8", "replace"), frozenset(ways))

    def _way_of(self, key: Key) -> str:
        if key.alt and key.keypad and key.text.isdecimal():
            return "alt_keypad"
        if key.name in self.settings.keys:
            return "mapped"
        return "control" if key.text and not key.text.isprintable() else ""


def _ends(key: Key) -> bool:
    return key.name in _END_KEYS or key.text in _END_TEXTS


def _text_of(keys: list[Key | AltReleased], mapped: Mapping[str, str]) -> str:
    """Return the text of the keys: Alt with keypad digits is one character, mapped keys give their character."""
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
    """Return the characters of consecutive Alt codes, three or four digits each; else the digits themselves."""
    for length in (3, 4):
        codes = [int(run[at : at + length]) for at in range(0, len(run), length)]
        if len(run) % length == 0 and all(code < 256 for code in codes):
            return bytes(codes).decode("cp1252", "replace")
    return run
