"""Scanner or fingers: every mark, every steady gap, one pause at every position, in simulated time.

Pauses are tried at some gaps, among them all around the bound; `make fuzz` tries them at every gap.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Literal

import pytest

from eum_app.scanning.wedge import (
    LINK_MS,
    Burst,
    BurstCollector,
    Decided,
    Key,
    Place,
    Refused,
    Typed,
    WedgeSettings,
    Why,
)
from tests.scanner_keys import GAPS_MS, MARKS, PAUSED_GAPS_MS, PAUSES_MS, SHORT_MARKS

KEYS = Place("keys", open_questions=3)
PLACES = {"text": Place("text", field=1), "search": Place("search", field=1), "keys": KEYS}
G = 50
"""Until a scanner was tested here."""
ANSWERS = frozenset("YNXO")
SEPARATORS = dict.fromkeys(map(ord, "\x1c\x1d\x1e\x1f\x04"))
"""No text field shows them: a slow scan that counts as typing arrives without."""


class Hand:
    """Something that presses keys at simulated times, and what became of them."""

    def __init__(self, place: Place, settings: WedgeSettings | None = None) -> None:
        self.place, self.at, self.done = place, 0.0, list[Decided]()
        self.collector = BurstCollector(settings)

    def press(self, letters: Sequence[str], gap_ms: float) -> None:
        """Press keys, each after the gap and after a tick of silence; an empty letter is Enter."""
        for letter in letters:
            self.at += gap_ms
            if self.collector.is_pending and self.at >= self.collector.due_ms:
                self.done += self.collector.idle(self.at)
            acts: Literal["", "answer", "shortcut"] = "answer" if letter in ANSWERS else ""
            acts = "shortcut" if letter == "A" else acts
            key = Key(letter, self.at, "" if letter else "Return", place=self.place, acts=acts)
            is_for_it = letter or self.collector.is_of_scan(key)
            self.done += self.collector.feed(key) if is_for_it else (Typed((key,)),)

    def fork(self) -> Hand:
        """Return another hand that has pressed the same keys."""
        made = copy.copy(self)
        made.done = [*self.done]
        made.collector = copy.copy(self.collector)
        run = copy.copy(self.collector._run)
        if run is not None:
            run.held = [*run.held]
        made.collector._run = run
        return made

    def rest(self) -> list[Decided]:
        """Press nothing more, and return all that was decided."""
        return [*self.done, *self.collector.idle(self.at + 1_000)]


def sent(text: str, gap_ms: float, place: Place, settings: WedgeSettings | None = None) -> list[Decided]:
    """Return all decisions about a text and Enter with a steady gap."""
    hand = Hand(place, settings)
    hand.press([*text, ""], gap_ms)
    return hand.rest()


def patterns(text: str, place: Place) -> Iterator[tuple[int, int, int, list[Decided]]]:
    """Yield (gap, pause or 0, number of pauses, what was decided) for each gap, and each pause before each key."""
    letters = [*text, ""]
    # Text fields obey simpler rules, and every tenth gap is enough for them.
    for gap in GAPS_MS if place.kind == "keys" else GAPS_MS[::10]:
        hand = Hand(place)
        for at, letter in enumerate(letters):
            for pause in PAUSES_MS if at and gap in PAUSED_GAPS_MS else ():
                other = hand.fork()
                other.press([letter], pause)
                other.press(letters[at + 1 :], gap)
                yield gap, pause, (gap > G) * (len(text) - 1) + 1, other.rest()
            hand.press([letter], gap)
        yield gap, 0, (gap > G) * len(text), hand.rest()


def outcome(done: list[Decided], text: str) -> str:
    """A word for what was done; fails if a key is missing, doubled or out of order."""
    bursts = [one for one in done if isinstance(one, Burst)]
    if bursts:
        assert [one.raw.decode() for one in done if isinstance(one, Burst)] == [text], (done, text)
        assert len(done) == 1, (done, text)
        return "mark"
    arrived = "".join(key.text for one in done if not isinstance(one, Burst) for key in one.keys)
    is_typed = any(isinstance(one, Typed) for one in done)
    assert arrived == (text.translate(SEPARATORS) if is_typed and len(text) > 1 else text)
    kinds = {one.why if isinstance(one, Refused) else "typed" for one in done}
    assert len(kinds) == 1, (kinds, text)
    return str(kinds.pop())


def is_a_persons(text: str) -> bool:
    """Rule (c): one key that acts and Enter, or a run of answer keys no longer than the open questions."""
    return (len(text) == 1 and text in ANSWERS | {"A"}) or (set(text) <= ANSWERS and len(text) <= KEYS.open_questions)


@pytest.mark.exhaustive
@pytest.mark.parametrize("where", ["text", "keys"])
@pytest.mark.parametrize("text", [*MARKS, *SHORT_MARKS], ids=lambda text: ascii(text)[:24])
def test_every_mark_at_every_gap_with_a_pause_at_every_position(text: str, where: str) -> None:
    has_separators = not text.isprintable()
    for gap, pause, pauses, done in patterns(text, PLACES[where]):
        found, fast = outcome(done, text), len(text) - pauses
        if not pauses:
            expected = {"mark"}  # (a)
        elif where == "keys":
            slow = {"typed"} if is_a_persons(text) else {"too_slow"}  # (c)
            expected = {"mark", "interrupted"} if fast else slow  # (b)
        elif fast > (not has_separators):
            expected = {"mark", "interrupted"}  # (b)
        else:
            expected = {"typed"}  # (c), and two keys rolled over by fast fingers
        assert found in expected, (text, where, gap, pause, found)


@pytest.mark.parametrize("gap", [1, 10, 40])
@pytest.mark.parametrize("max_gap", [15, 50, 75])
def test_the_gap_of_the_scanner_that_was_tested_counts(gap: int, max_gap: int) -> None:
    settings = WedgeSettings(max_gap_ms=max_gap, always_ends=True)
    for text in MARKS:
        found = outcome(sent(text, gap, KEYS, settings), text)
        assert found == ("mark" if gap <= max_gap else "too_slow")


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("gap", range(1, 121, 7))
def test_a_scan_without_an_end_key_is_decided_after_300_ms(gap: int, where: str) -> None:
    for text in (*MARKS, *SHORT_MARKS):
        hand = Hand(PLACES[where])
        hand.press(text, gap)
        if where == "keys" or gap <= G:
            assert hand.done == []
            assert hand.collector.idle(hand.at + 299) == ()
        found = outcome([*hand.done, *hand.collector.idle(hand.at + 300)], text)
        if not text.isprintable():
            expected = "mark" if gap <= 50 else ("too_slow" if where == "keys" else "typed")
        elif len(text) == 1:
            expected = "typed"
        elif gap <= 50 and where != "search" and len(text) >= 6:
            expected = "mark"
        elif where != "keys" or (gap > 50 and is_a_persons(text)):
            expected = "typed"
        else:
            expected = "too_short" if gap <= 50 else "too_slow"
        assert found == expected, (text, gap, where)


@pytest.mark.parametrize("gap", [60, 90, 119, 121, 150, 200, 299])
@pytest.mark.parametrize("run", ["Y", "A", "YN", "YYN", "NXO"])
def test_a_quick_person_who_answers_loses_no_key(run: str, gap: int) -> None:
    done = sent(run, gap, KEYS)
    assert outcome(done, run) == "typed"
    assert [key.name for one in done if isinstance(one, Typed) for key in one.keys][-1] == "Return"


@pytest.mark.parametrize("pause", [150, 200, 299])
def test_a_person_who_answers_in_an_uneven_rhythm_loses_no_key(pause: int) -> None:
    for at in (1, 2, 3):
        hand, letters = Hand(KEYS), ["Y", "N", "Y", ""]
        hand.press(letters[:at], 90)
        hand.press([letters[at]], pause)
        hand.press(letters[at + 1 :], 90)
        assert outcome(hand.rest(), "YNY") == "typed"


@pytest.mark.parametrize("gap", [121, 180, 299])
def test_steps_through_a_list_are_delivered_while_they_go_on(gap: int) -> None:
    collector, done = BurstCollector(), list[Decided]()
    for at in range(20):
        done += collector.feed(Key("j", at * gap, place=KEYS, acts="shortcut"))
    assert len([key for one in done if isinstance(one, Typed) for key in one.keys]) == 18
    done += collector.idle(20 * gap + 300)
    assert "".join(key.text for one in done if isinstance(one, Typed) for key in one.keys) == "j" * 20


@pytest.mark.parametrize("where", ["text", "search"])
def test_typing_appears_while_it_goes_on(where: str) -> None:
    """Only the first keys of a text wait; those that follow are delivered within 100 ms."""
    collector, shown = BurstCollector(), ""
    gaps = [0, 140, 170, 90, 45, 160, 110, 200, 130, 48, 47, 150, 130]
    at = 0.0
    for number, (letter, gap) in enumerate(zip("three items gone", gaps, strict=False)):
        if collector.is_pending and at + gap >= collector.due_ms:
            shown += typed(collector.idle(at + gap))
        at += gap
        shown += typed(collector.feed(Key(letter, at, place=PLACES[where])))
        if number > 2:
            assert len(shown) >= number - 3, (number, shown)
    shown += typed(collector.idle(at + 100)) or typed(collector.idle(at + 300))
    assert shown == "three items gone"[: len(gaps)]
    assert typed(collector.feed(Key("!", at + 1_000, place=PLACES[where]))) == ""
    assert typed(collector.idle(at + 1_100)) == "!"  # the same field, a moment later


def typed(decided: tuple[Decided, ...]) -> str:
    assert all(isinstance(one, Typed) for one in decided)
    return "".join(key.text for one in decided if isinstance(one, Typed) for key in one.keys)


@pytest.mark.parametrize("gap", [1, 5, 20, 50])
@pytest.mark.parametrize("mark", ["A123", "786950", "D1HLD9NVG-31A786952"])
def test_a_scan_into_a_field_that_was_just_typed_in_is_one_mark(mark: str, gap: int) -> None:
    """Once the person rests for longer than keys of one run may, the scan is a mark; sooner it may be refused."""
    for rest in (100, 200, 299, 310, 800, 1_900, 2_500):
        hand = Hand(Place("text", field=7))
        hand.press("7869", 60)
        if rest > LINK_MS:
            hand.done += hand.collector.idle(hand.at + 100)
        hand.at += rest - gap
        hand.press([*mark, ""], gap)
        done = hand.rest()
        marks = [one.raw.decode() for one in done if isinstance(one, Burst)]
        refused = [one.why for one in done if isinstance(one, Refused)]
        left = "".join(key.text for one in done if isinstance(one, Typed) for key in one.keys)
        if rest > LINK_MS:
            assert (marks, refused, left) == ([mark], [], "7869")
        else:
            assert (marks, refused, left) in (([], [Why.INTERRUPTED], "7869"), ([], [], f"7869{mark}")), rest


def test_a_scan_right_after_an_answer_is_never_joined_with_it() -> None:
    collector, done = BurstCollector(), list[Decided]()
    done += collector.feed(Key("Y", 0, place=KEYS, acts="answer"))
    for at, letter in enumerate("786950", 1):
        done += collector.feed(Key(letter, 200 + 5 * at, place=KEYS))
    done += collector.feed(Key("", 240, "Return", place=KEYS))
    assert [one.why for one in done if isinstance(one, Refused)] == [Why.INTERRUPTED]
    assert len(done) == 1


@pytest.mark.parametrize("text", ["786950", "three items gone"])
@pytest.mark.parametrize("gap", [1, 40, 90, 200])
def test_a_click_or_shortcut_delivers_what_was_typed_before_it(text: str, gap: int) -> None:
    for where in ("text", "search"):
        collector, shown = BurstCollector(), ""
        for at, letter in enumerate(text):
            shown += typed(collector.feed(Key(letter, at * gap, place=PLACES[where])))
        shown += typed(collector.act())
        assert shown == text
        assert not collector.is_pending


@pytest.mark.parametrize("gap", [60, 120, 200])
def test_a_person_who_moves_on_from_a_text_presses_a_button(gap: int) -> None:
    hand = Hand(PLACES["text"])
    hand.press("INS-017", 60)
    hand.done += hand.collector.idle(hand.at + 100)  # the text is shown; Tab passes, and moves the focus
    hand.at += 100
    hand.place = KEYS
    hand.press(" ", gap)
    assert outcome(hand.rest(), "INS-017 ") == "typed"


def test_a_click_does_not_cut_what_only_a_scanner_sends() -> None:
    text = "[)>\x1e06\x1d17V1HLD9\x1d1PW\x1dS750148\x1e\x04"
    for where, of in (("text", text), ("keys", text), ("keys", "786950A1")):
        for cut in range(2 if where == "keys" else 5, len(of)):
            collector, done = BurstCollector(), list[Decided]()
            for at, letter in enumerate([*of, ""]):
                done += collector.act() if at == cut else ()
                done += collector.feed(Key(letter, at * 5, "" if letter else "Return", place=PLACES[where]))
            assert outcome(done, of) == "mark"


def test_the_rest_of_a_plain_scan_that_a_click_cut_is_not_taken() -> None:
    for cut in range(3, 8):
        collector, done = BurstCollector(), list[Decided]()
        for at, letter in enumerate(["7", "8", "6", "9", "5", "0", "A", "1", ""]):
            done += collector.act() if at == cut else ()
            done += collector.feed(Key(letter, at * 5, "" if letter else "Return", place=PLACES["text"]))
        assert not [one for one in done if isinstance(one, Burst)], cut


def test_keys_that_arrive_after_silence_decided_make_no_second_mark() -> None:
    """The window was blocked, and its clock ran ahead of the keys that were still queued."""
    collector, done = BurstCollector(), list[Decided]()
    for at, letter in enumerate("786950"):
        done += collector.feed(Key(letter, at * 5, place=KEYS))
    done += collector.idle(325)
    assert [one.raw for one in done if isinstance(one, Burst)] == [b"786950"]
    late = [*collector.feed(Key("A", 30, place=KEYS)), *collector.feed(Key("1", 35, place=KEYS))]
    late += collector.feed(Key("", 40, "Return", place=KEYS))
    assert late == []


def test_two_clocks_are_never_compared() -> None:
    """A key without the system's time among keys that have it is compared by its arrival."""
    stamped = [Key(letter, 5_000_000 + 5 * at, place=KEYS, arrived_ms=100 + at) for at, letter in enumerate("78695")]
    mixed = [*stamped, Key("0", 110, place=KEYS, is_stamped=False, arrived_ms=110)]
    collector, done = BurstCollector(), list[Decided]()
    for key in (*mixed, Key("", 5_000_030, "Return", place=KEYS, arrived_ms=115)):
        done += collector.feed(key)
    assert outcome(done, "786950") == "mark"


def test_all_gaps_and_pauses_of_the_rules_are_tried() -> None:
    assert (GAPS_MS[0], GAPS_MS[-1], PAUSES_MS) == (1, 120, (60, 80, 150, 250))
    assert len(MARKS) >= 15
