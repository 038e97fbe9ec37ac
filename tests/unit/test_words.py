"""Words of values."""

from __future__ import annotations

import contextlib
import time

import pytest

from eum_app.domain.clock import days_between, from_utc_text, instant_words
from eum_app.domain.errors import Refusal
from ui.kit import words


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "not a time", ""]
)
def test_a_time_that_cannot_be_shown_is_shown_as_it_is(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("UTC+12", "UTC-14"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        for shown in (words.clock(text), words.moment(text), words.day(text)):
            assert isinstance(shown, str)
    monkeypatch.undo()
    time.tzset()
    with contextlib.suppress(Refusal):
        from_utc_text(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-22T05:09:25.123456Z", "2026-11-22 05:09 UTC"),
        ("2026-11-22T05:09:25+14:00", "2026-11-21 15:09 UTC"),
        ("0001-01-01T00:00:00Z", "0001-01-01 00:00 UTC (time doubtful)"),
        ("1970-01-01T00:00:00Z", "1970-01-01 00:00 UTC (time doubtful)"),
        ("2100-12-31T23:59:59Z", "2100-12-31 23:59 UTC"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00"),
        ("2026-11-22T05:09:25", "2026-11-22T05:09:25"),  # of no zone: it is not UTC
        ("~", "~"),
        ("", ""),
    ],
)
def test_an_instant_is_shown_in_utc_or_unchanged(text: str, said: str) -> None:
    assert instant_words(text) == said


def test_days_between_instants() -> None:
    assert days_between("2026-11-20T23:00:00Z", "2026-11-22T00:00:00+01:00") == 1
    assert days_between("~", "2026-11-22T00:00:00Z") is None
    assert days_between("2026-11-22T00:00:00Z", "0001-01-01T00:00:00+14:00") is None


def test_the_day_of_an_instant_is_that_of_its_moment() -> None:
    text = "2026-11-22T05:09:25+14:00"
    assert words.moment(text).startswith(words.day(text))
    assert words.day("2026-11-22") == "22 Nov 2026"
