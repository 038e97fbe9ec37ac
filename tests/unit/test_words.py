"""Words of values."""

from __future__ import annotations

import contextlib
import time

import pytest

from eum_app.domain.clock import from_utc_text
from eum_app.domain.errors import Refusal
from ui.kit import words


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 facts"), (1, "1 fact"), (2, "2 facts"), (1_200, f"{words.count(1_200)} facts")]
)
def test_one_and_many(number: int, said: str) -> None:
    assert words.counted(number, "{count} fact", "{count} facts") == said


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
