"""The clock of a deficiency at its edges, days of corrections that cannot be right, severities as versioned data."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from eum_app.domain.deficiencies import (
    DeficiencyState,
    correction_doubt,
    due_clock,
    first_day_at,
    read_severities,
    severities_in_force,
)
from eum_app.usecases.deficiencies.severities import proposed_due, shipped_severities


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        (date(2026, 12, 1), DeficiencyState.OPEN, 20),
        (date(2026, 12, 13), DeficiencyState.OPEN, 8),
        (date(2026, 12, 14), DeficiencyState.DUE_SOON, 7),
        (date(2026, 12, 21), DeficiencyState.DUE_SOON, 0),
        (date(2026, 12, 22), DeficiencyState.OVERDUE, -1),
    ],
)
def test_the_day_on_which_it_is_due_is_the_last_in_time(today: date, state: DeficiencyState, left: int) -> None:
    clock = due_clock("2026-12-21", today)
    assert (clock.state, clock.days_left) == (state, left)


def test_a_day_that_cannot_be_read_leaves_it_open_without_a_date() -> None:
    assert due_clock("some day", date(2026, 12, 1)).state is DeficiencyState.NO_DATE


def test_a_correction_is_doubted_before_the_statement_and_after_it_was_recorded() -> None:
    stated, recorded = "2026-11-21T12:00:00.000000Z", "2026-12-01T09:00:00.000000Z"
    assert correction_doubt("2026-11-21", stated, recorded) == ""
    assert correction_doubt("2026-11-20", stated, recorded) == "before_statement"
    assert correction_doubt("2026-12-02", stated, recorded) == "in_future"
    assert correction_doubt("2026-02-30", stated, recorded) == "invalid"
    assert correction_doubt("2026-11-01", "no instant", recorded) == ""


def test_today_begins_where_the_day_ends_last() -> None:
    assert first_day_at(datetime(2026, 12, 1, 11, 59, tzinfo=UTC)) == date(2026, 11, 30)
    assert first_day_at(datetime(2026, 12, 1, 12, 0, tzinfo=UTC)) == date(2026, 12, 1)


def test_the_shipped_severities_propose_a_day_and_the_newest_version_that_began_counts() -> None:
    assert [one.code for one in shipped_severities()[0].severities] == ["critical", "major", "minor"]
    assert proposed_due("critical", date(2026, 12, 1)) == "2026-12-08"
    assert proposed_due("dreadful", date(2026, 12, 1)) == ""
    lists = read_severities(
        b'[{"version":"b","in_force_from":"2027-01-01","source":"x","severities":[]},'
        b'{"version":"a","in_force_from":"2026-01-01","source":"x","severities":[]}]'
    )
    assert severities_in_force(lists, date(2026, 12, 31)).version == "a"
    assert severities_in_force(lists, date(2027, 1, 1)).version == "b"
