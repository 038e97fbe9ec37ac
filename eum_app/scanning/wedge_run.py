"""One run of keys from the keyboard, and the verdict on it: a mark, typing, or a scan that cannot be used.

A run is a sequence of keys that follow each other within `LINK_MS`. G is the largest gap that this scanner leaves
between two keys (`WedgeSettings.max_gap_ms`). A gap above G is a pause; a pause up to `SLOWEST_SCANNER_MS` may still be
a slow scanner. The rules, which replace "six characters, 100 ms of silence":

- Only gaps up to G, then Enter or Tab: one mark, whatever its length.
- One pause within such a burst: one mark, or `Why.INTERRUPTED`.
- Gaps between G and 120 ms: in a text field, typing. Elsewhere a person if it is one key that acts and then Enter, or
  a run of answer keys no longer than the open questions; anything else is `Why.TOO_SLOW`.
- Gaps above 120 ms: a person, unless a burst is in the same run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Final, Literal

LINK_MS: Final = 300
"""Keys further apart do not belong together. Measured over Bluetooth and remote desktops: pauses up to 250 ms."""
SLOWEST_SCANNER_MS: Final = 120
"""A person who presses keys one by one is slower than this; a scanner set to a long delay is not."""
_LEAST_FAST: Final = 2
"""Gaps up to G that make a run in a text field a scan: fast fingers roll over two keys, rarely over three."""
_LEAST_FAST_IN_TYPING: Final = 5
"""The same after keys that a person typed in the same run or field."""

END_KEYS: Final = frozenset({"Enter", "Return", "Tab"})
_END_TEXTS: Final = frozenset({"\r", "\n", "\t"})


@dataclass(frozen=True)
class Place:
    """Destination of a run if a person typed it.

    `text`: a text field of a page that takes scans. `search`: a search field, or a text field of a page that takes no
    scan. `keys`: buttons, answers and lists. `field` tells text fields apart.
    """

    kind: Literal["text", "search", "keys"] = "text"
    open_questions: int = 0
    field: int = 0


TEXT: Final = Place()


@dataclass(frozen=True)
class Key:
    """One key press. `name` names keys that give no text ("F8", "Enter"); `token` is handed back untouched.

    `at_ms` is the window system's time of the key, or, with `is_stamped` False, the time when it arrived. `acts` says
    what the key does in its place: it answers a question, triggers a shortcut, or nothing in particular.
    """

    text: str
    at_ms: float
    name: str = ""
    alt: bool = False
    keypad: bool = False
    auto_repeat: bool = False
    token: object = None
    place: Place = TEXT
    acts: Literal["", "answer", "shortcut"] = ""
    is_stamped: bool = True
    arrived_ms: float | None = None

    @property
    def is_end(self) -> bool:
        """Return whether this is Enter or Tab, which end a scan."""
        return self.name in END_KEYS or self.text in _END_TEXTS

    @property
    def is_separator(self) -> bool:
        """Return whether this is a control character, which only a scanner sends within text."""
        return bool(self.text) and not self.text.isprintable() and not self.is_end


@dataclass(frozen=True)
class AltReleased:
    """The Alt key was released: the digits typed on the keypad while it was held are one character."""

    at_ms: float


def gap_ms(before: Key, after: Key) -> float:
    """Return the time between two keys, always by one clock, and never less than 0.

    Keys with times of different clocks are compared by their arrival; 0 if one has none.
    """
    if before.is_stamped == after.is_stamped:
        return max(0.0, after.at_ms - before.at_ms)
    if before.arrived_ms is None or after.arrived_ms is None:
        return 0.0
    return max(0.0, after.arrived_ms - before.arrived_ms)


class Why(StrEnum):
    """Why the keys of a scan were not used."""

    INTERRUPTED = auto()
    """A pause or something else broke the scan."""
    TOO_SLOW = auto()
    """Its keys come as slowly as a person's."""
    TOO_SHORT = auto()
    """A few fast keys without Enter or Tab."""


class Verdict(StrEnum):
    """Outcome of a run."""

    MARK = auto()
    TYPED = auto()
    INTERRUPTED = auto()
    TOO_SLOW = auto()
    TOO_SHORT = auto()


@dataclass(frozen=True)
class WedgeSettings:
    """Settings of this device's scanner. An AIM prefix ("]d1") needs no setting: the mark's reader takes it."""

    min_characters: int = 6
    """Of a scan that silence ends; Enter or Tab ends a scan of any length."""
    max_gap_ms: float = 50
    silence_ms: float = LINK_MS
    prefix: str = ""
    suffix: str = ""
    keys: dict[str, str] = field(default_factory=dict)  # name of a key → character, {"F8": "\x1d"}
    texts: dict[str, str] = field(default_factory=dict)  # text → character, {"{GS}": "\x1d"}
    always_ends: bool = False
    """The scanner was tested here and ends its scans with Enter or Tab: a burst without is no scan."""


@dataclass
class Run:
    """The keys of one run: those still held back, and counts over all of them."""

    settings: WedgeSettings
    place: Place
    last: Key
    held: list[Key | AltReleased] = field(default_factory=list)
    count: int = 0
    fast: int = 0
    """Gaps up to G."""
    pauses: int = 0
    """Gaps above G."""
    long: int = 0
    """Gaps above `SLOWEST_SCANNER_MS`, which are pauses too."""
    head: int = 0
    """Keys before the first pause."""
    slowest_ms: float = 0.0
    held_fast: int = 0
    """Gaps up to G among the keys held back."""
    tail_at: int = 0
    """Index of the first key held back after the last pause."""
    are_answers: bool = True
    has_separators: bool = False
    is_cut: bool = False
    """A part of the run was delivered as typing, so the rest cannot be a mark."""
    is_dead: bool = False
    """The run was a scan, and its verdict is out; keys that follow are swallowed."""
    is_acted_on: bool = False
    """A click or a shortcut came meanwhile: only what a scanner sends at once belongs to the run still."""
    is_typing: bool = False
    """A person is typing into a text field, so keys are held back only briefly."""
    has_burst: bool = False
    """After a person's keys came more fast ones than fingers type."""

    @property
    def is_scan_like(self) -> bool:
        """Return whether only a scanner can have sent these keys where they are."""
        is_burst = self.fast > 0 and self.place.kind == "keys"
        return self.count > 1 and (self.has_separators or is_burst)

    @property
    def link_ms(self) -> float:
        """Return the largest gap before a key that still belongs to the run."""
        return self.settings.max_gap_ms if self.is_acted_on else LINK_MS

    def is_left_by(self, key: Key) -> bool:
        """Return whether a key begins another run: a person has moved on to another place, where nothing waits."""
        has_moved = (key.place.kind, key.place.field) != (self.place.kind, self.place.field)
        return has_moved and not self.held and not self.is_dead and gap_ms(self.last, key) > self.settings.max_gap_ms

    def add(self, key: Key) -> None:
        """Take one more key."""
        if not self.held:
            self.place, self.held_fast, self.tail_at = key.place, 0, 0
        if self.count:
            gap = self._count_gap(key)
            if gap > self.settings.max_gap_ms:
                self.tail_at = len(self.held)
            elif self.held:
                self.held_fast += 1
        self.count += 1
        if not self.pauses:
            self.head = self.count
        self.are_answers = self.are_answers and key.acts == "answer"
        is_mapped = key.name in self.settings.keys
        self.has_separators = self.has_separators or key.is_separator or is_mapped
        self.held.append(key)
        self.last = key

    def end(self, key: Key) -> None:
        """Count the gap before Enter or Tab."""
        self._count_gap(key)
        self.last = key

    def _count_gap(self, key: Key) -> float:
        gap = gap_ms(self.last, key)
        self.slowest_ms = max(self.slowest_ms, gap)
        if gap <= self.settings.max_gap_ms:
            self.fast += 1
        else:
            self.pauses += 1
            self.long += gap > SLOWEST_SCANNER_MS
        return gap

    def released(self) -> tuple[Key, ...]:
        """Return the keys that may be delivered now, because a person typed them, while the run goes on.

        They leave the run. Empty while it is not clear that they are typing.
        """
        if self.place.kind == "keys":
            is_by_person = not self.fast and not self.has_separators and self.pauses == self.long >= 2
            return self._let_go(2) if is_by_person and len(self.held) > 2 else ()
        if self.pauses >= self.fast + 2:
            self.is_typing = True
        if not self.is_typing or (self.has_separators and self.fast > 0) or self.has_burst:
            return ()
        ready = self._let_go(len(self.held) - self.tail_at) if self.tail_at else ()
        self.is_cut = self.is_cut or bool(ready)
        self.has_burst = self.held_fast >= _LEAST_FAST_IN_TYPING
        return ready

    def _let_go(self, kept: int) -> tuple[Key, ...]:
        """Release all keys but the last ones. Elsewhere than in text, these begin the run again."""
        ready, rest = self.held[:-kept], self.held[-kept:]
        if self.place.kind == "keys":
            self.held, self.count, self.pauses, self.long, self.head = [], 0, 0, 0, 0
            self.are_answers = True
            for key in rest:
                if isinstance(key, Key):
                    self.add(key)
        else:
            self.held, self.held_fast, self.tail_at = rest, len(keys_of(rest)) - 1, 0
        return keys_of(ready)

    def verdict(self, *, is_ended: bool, is_by_act: bool = False) -> Verdict:
        """Return what the run is, now that it ended: by Enter or Tab, by a click or shortcut, or by silence."""
        is_roll = self.is_typing and self.fast < _LEAST_FAST and not self.has_separators  # a last key and Enter
        if is_ended and not self.pauses and not self.is_cut and not is_roll:
            return Verdict.MARK
        if self.count == 1 and not is_ended:
            return Verdict.TYPED
        if self.place.kind == "keys":
            return self._elsewhere(is_ended=is_ended, is_by_act=is_by_act)
        if self.has_separators and self.fast:
            return self._scan(is_ended=is_ended, is_by_act=is_by_act)
        return self._in_text(is_ended=is_ended, is_by_act=is_by_act)

    def _in_text(self, *, is_ended: bool, is_by_act: bool) -> Verdict:
        least = _LEAST_FAST_IN_TYPING if self.is_typing else _LEAST_FAST
        if is_by_act or self.fast < least or self.fast <= self.pauses:
            return Verdict.TYPED
        if is_ended:
            return self._scan(is_ended=True, is_by_act=False)
        is_typing = self.place.kind == "search" or self.settings.always_ends or self.is_typing
        if is_typing or self.count < self.settings.min_characters:
            return Verdict.TYPED
        return self._scan(is_ended=False, is_by_act=False)

    def _elsewhere(self, *, is_ended: bool, is_by_act: bool) -> Verdict:
        is_answering = self.are_answers and self.count <= self.place.open_questions
        if self.fast or (self.has_separators and self.count > 1):
            if not is_ended and is_answering and self.settings.always_ends:
                return Verdict.TYPED
            return self._scan(is_ended=is_ended, is_by_act=is_by_act) if self.fast else Verdict.TOO_SLOW
        if self.count == 1:  # and Enter, later than a scanner's
            return Verdict.TYPED if self.last_acts else Verdict.TOO_SLOW
        short = self.pauses - self.long
        if is_answering or not short or (self.long >= 2 and self.long > short):
            return Verdict.TYPED
        return Verdict.TOO_SLOW

    @property
    def last_acts(self) -> bool:
        """Return whether the last key that is held back answers a question or triggers a shortcut."""
        return any(key.acts for key in keys_of(self.held)[-1:])

    def _scan(self, *, is_ended: bool, is_by_act: bool) -> Verdict:
        """Return the verdict on keys that only a scanner sends."""
        if self.is_cut or is_by_act:
            return Verdict.INTERRUPTED
        if is_ended:
            # A single key before the pause may be a person's, pressed just before the scan.
            is_whole = not self.pauses or (self.pauses == 1 and self.head > 1)
            return Verdict.MARK if is_whole else Verdict.INTERRUPTED
        if self.pauses or self.settings.always_ends:
            return Verdict.INTERRUPTED
        is_long = self.count >= self.settings.min_characters or self.has_separators
        return Verdict.MARK if is_long else Verdict.TOO_SHORT


def keys_of(held: Iterable[Key | AltReleased]) -> tuple[Key, ...]:
    """Return the key presses, without the releases of Alt."""
    return tuple(key for key in held if isinstance(key, Key))


def typed_of(run: Run, keys: Iterable[Key]) -> tuple[Key, ...]:
    """Return the keys to deliver. A separator among other keys is a slow scanner's: no text field shows it, and as a
    chord (Ctrl+D) it would trigger a shortcut.
    """
    return tuple(key for key in keys if run.count == 1 or not key.is_separator)
