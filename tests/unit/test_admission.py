"""The form of a fact's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eum_app.domain.admission import is_instant
from eum_app.domain.clock import is_doubtful_time, utc_text


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_that_the_program_writes_has_the_form(instant: datetime) -> None:
    assert is_instant(utc_text(instant))


@given(st.text(alphabet="0123456789-T:.Z+W", max_size=30) | st.text(max_size=30))
def test_nothing_else_has_the_form(text: str) -> None:
    if is_instant(text):
        assert utc_text(datetime.fromisoformat(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "~", "2026", "2026-11-21", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000000+00:00"),
        *("2026-W47-6T12:00:00.000000Z", "2026-11-21T24:00:00.000000Z", "2026-11-21T23:59:60.000000Z"),
        *("0000-01-01T00:00:00.000000Z", "2026-11-21t12:00:00.000000Z", "٢٠٢٦-11-21T12:00:00.000000Z"),
        *("2026-11-21T12:00:00.000000Z\n", " 2026-11-21T12:00:00.000000Z", "2026-11-21T12:00:00,000000Z"),
    ],
)
def test_these_have_not(text: str) -> None:
    assert not is_instant(text)


def test_a_doubtful_year() -> None:
    first, last = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, 23, 59, tzinfo=UTC)
    assert [is_doubtful_time(utc_text(one)) for one in (first, last)] == [False, False]
    assert is_doubtful_time(utc_text(first - timedelta(seconds=1)))
    assert is_doubtful_time(utc_text(last + timedelta(minutes=1)))
