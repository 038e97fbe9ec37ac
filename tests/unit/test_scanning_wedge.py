"""Scanner or fingers: bursts by their timing, separators however they come, and typing passed on whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.marks import Uii, parse_mark
from eum_app.scanning.wedge import AltReleased, Burst, BurstCollector, Decided, Key, Place, Typed, WedgeSettings

MESSAGE = "[)>\x1e06\x1d17V1HLD9\x1d1PWIDGET-99\x1dS000001\x1e\x04"


def press(collector: BurstCollector, text: str, gap_ms: float = 2, start_ms: float = 0) -> tuple[list[Decided], float]:
    decided: list[Decided] = []
    at = start_ms
    for at in (start_ms + number * gap_ms for number in range(len(text))):
        decided.extend(collector.feed(Key(text[round((at - start_ms) / gap_ms)], at)))
    return decided, at


def test_a_scan_ends_with_enter_and_keeps_its_separators() -> None:
    collector = BurstCollector()
    decided, at = press(collector, MESSAGE)
    assert decided == []
    (burst,) = collector.feed(Key("\r", at + 2, name="Enter"))
    assert isinstance(burst, Burst)
    assert burst.raw == MESSAGE.encode()
    assert parse_mark(burst.raw).uii == Uii("D1HLD9WIDGET-99000001", "2")
    assert not collector.is_pending


def test_a_scan_without_suffix_ends_by_silence() -> None:
    collector = BurstCollector()
    _, at = press(collector, "515736A", gap_ms=21)
    assert collector.idle(at + 299) == ()
    (burst,) = collector.idle(collector.due_ms)
    assert burst == Burst(b"515736A")


def test_two_scans_in_a_row_are_two() -> None:
    collector = BurstCollector()
    _, at = press(collector, "515736A")
    decided, at = press(collector, "463416B", start_ms=at + 301)
    decided += collector.idle(at + 300)
    assert [one.raw for one in decided if isinstance(one, Burst)] == [b"515736A", b"463416B"]


def test_typing_is_passed_on_key_by_key() -> None:
    collector = BurstCollector()
    decided, at = press(collector, "serial 12", gap_ms=90)
    decided += collector.idle(at + 300)
    assert all(isinstance(one, Typed) for one in decided)
    assert "".join(key.text for one in decided if isinstance(one, Typed) for key in one.keys) == "serial 12"


@pytest.mark.parametrize("text", ["A", "N7", "A123", "0042A"])
@pytest.mark.parametrize("gap_ms", [1, 20, 50])
@pytest.mark.parametrize("end", ["Enter", "Return", "Tab"])
def test_a_short_burst_that_an_end_key_ends_is_a_scan(text: str, gap_ms: float, end: str) -> None:
    collector = BurstCollector()
    decided, at = press(collector, text, gap_ms)
    assert decided == []
    (burst,) = collector.feed(Key("", at + gap_ms, name=end))
    assert burst == Burst(text.encode())
    assert not collector.is_pending


@pytest.mark.parametrize("text", ["A", "N7", "12345"])
def test_enter_at_a_persons_speed_is_typing(text: str) -> None:
    collector = BurstCollector()
    decided, at = press(collector, text, 60)
    decided += collector.feed(Key("\r", at + 60, name="Enter", token="event"))
    assert all(isinstance(one, Typed) for one in decided)
    typed = [key for one in decided if isinstance(one, Typed) for key in one.keys]
    assert [key.text for key in typed] == [*text, "\r"]
    assert typed[-1].token == "event"


def test_several_end_keys_end_one_scan_and_press_nothing() -> None:
    collector = BurstCollector()
    _, at = press(collector, "A123")
    enter, tab = Key("\r", at + 2, name="Enter"), Key("\t", at + 12, name="Tab")
    assert [type(one) for one in collector.feed(enter)] == [Burst]
    assert collector.is_of_scan(tab)
    assert collector.feed(tab) == ()
    by_hand = Key("\r", at + 200, name="Enter")
    assert not collector.is_of_scan(by_hand)
    assert collector.feed(by_hand) == (Typed((by_hand,)),)


def test_a_key_held_down_is_never_a_scan() -> None:
    collector = BurstCollector()
    decided = [one for at in range(20) for one in collector.feed(Key("a", at * 30, auto_repeat=at > 0))]
    assert all(isinstance(one, Typed) for one in decided)


def _alt(digits: str, at: float) -> list[Key]:
    return [Key(digit, at + number, alt=True, keypad=True) for number, digit in enumerate(digits)]


def test_alt_codes_are_joined() -> None:
    for code, released in (("029", False), ("029", True), ("0029", True), ("029030", False), ("29", True)):
        collector = BurstCollector()
        keys: list[Key | AltReleased] = [Key(letter, at) for at, letter in enumerate("[)>06")]
        keys += _alt(code, 5)
        keys += [AltReleased(12)] if released else []
        keys += [Key(letter, 13 + at) for at, letter in enumerate("18S1HLD91")]
        assert [one for key in keys for one in collector.feed(key)] == []
        (burst,) = collector.idle(500)
        expected = {"029030": "\x1d\x1e", "29": "29"}.get(code, "\x1d")
        assert isinstance(burst, Burst)
        assert burst.raw == f"[)>06{expected}18S1HLD91".encode()


def test_mapped_keys_texts_prefix_and_suffix() -> None:
    settings = WedgeSettings(prefix="~", suffix="#", keys={"F8": "\x1d"}, texts={"½GSW": "\x1d"})
    collector = BurstCollector(settings)
    _, at = press(collector, "~ABC½GSWDEF")
    collector.feed(Key("", at + 2, name="F8"))
    collector.feed(Key("#", at + 3))
    (burst,) = collector.idle(at + 400)
    assert isinstance(burst, Burst)
    assert burst.raw == b"ABC\x1dDEF\x1d"


@given(
    st.lists(st.tuples(st.sampled_from("aYN7-") | st.just(""), st.integers(0, 400), st.booleans()), max_size=60),
    st.sampled_from([Place("text", field=1), Place("search", field=1), Place("keys", open_questions=3)]),
    st.booleans(),
)
def test_each_key_is_in_exactly_one_answer(
    presses: list[tuple[str, int, bool]], place: Place, always_ends: bool
) -> None:
    """An empty text is Enter. What follows a scan within its own pace may be swallowed, and nothing else."""
    collector, at = BurstCollector(WedgeSettings(always_ends=always_ends)), 0.0
    answered = ""
    for text, gap, repeat in presses:
        at += gap
        key = Key(text, at, "" if text else "Enter", auto_repeat=repeat, place=place)
        was_ended = not text and not repeat and not collector.is_pending and collector.is_of_scan(key)
        answered += "" if was_ended else text or "⏎"
        found = collector.idle(at) if collector.is_pending and at >= collector.due_ms else ()
        for one in (*found, *collector.feed(key)):
            answered = _without(answered, one)
    for one in collector.idle(at + 1_000):
        answered = _without(answered, one)
    assert answered == ""
    assert not collector.is_pending


def _without(waiting: str, one: Decided) -> str:
    """Take the keys of an answer from the front of those that wait."""
    if isinstance(one, Burst):
        keys = one.sent + ("⏎" if one.end else "")
    else:
        keys = "".join(key.text or "⏎" for key in one.keys)
    assert waiting.startswith(keys), (waiting, one)
    return waiting.removeprefix(keys)
