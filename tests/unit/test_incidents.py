"""The clock of the written report, at its edges: 30 days, a leap year, filed late, a day that cannot be read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from eum_app.domain.disposition_list import date_doubt, last_day_at, list_in_force, read_lists
from eum_app.domain.dispositions import Disposition
from eum_app.domain.incidents import ReportState, report_clock
from eum_app.usecases.items.disposition_lists import shipped_lists


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        (date(2026, 11, 21), ReportState.RUNNING, 30),
        (date(2026, 12, 13), ReportState.RUNNING, 8),
        (date(2026, 12, 14), ReportState.DUE_SOON, 7),
        (date(2026, 12, 21), ReportState.DUE_SOON, 0),
        (date(2026, 12, 22), ReportState.OVERDUE, -1),
    ],
)
def test_the_report_is_due_on_the_thirtieth_day(today: date, state: ReportState, left: int) -> None:
    clock = report_clock("2026-11-21", 30, "", today)
    assert (clock.state, clock.due_on, clock.days_left) == (state, date(2026, 12, 21), left)


def test_a_leap_day_counts_like_any_other() -> None:
    assert report_clock("2028-02-01", 30, "", date(2028, 2, 2)).due_on == date(2028, 3, 2)
    assert report_clock("2027-02-01", 30, "", date(2027, 2, 2)).due_on == date(2027, 3, 3)
    assert report_clock("2028-02-29", 30, "", date(2028, 3, 1)).due_on == date(2028, 3, 30)


def test_a_filed_report_stops_the_clock_in_time_or_late() -> None:
    today = date(2030, 1, 1)
    assert report_clock("2026-11-21", 30, "2026-12-21", today).state is ReportState.FILED
    assert report_clock("2026-11-21", 30, "2026-12-22", today).state is ReportState.FILED_LATE


def test_a_day_that_cannot_be_read_runs_no_clock_and_raises_nothing() -> None:
    assert report_clock("yesterday", 30, "", date(2026, 1, 1)).state is ReportState.NO_DATE


def test_a_day_is_doubted_before_delivery_and_after_the_statement() -> None:
    at = "2026-11-21T12:00:00.000000Z"
    assert date_doubt("2026-11-21", "2026-11-21", at) == ""
    assert date_doubt("2026-11-20", "2026-11-21", at) == "before_delivery"
    assert date_doubt("2026-11-22", "", at) == "", "it is that day already where a day begins first"
    assert date_doubt("2026-11-23", "", at) == "in_future"
    assert date_doubt("21 Nov", "", at) == "invalid"
    assert date_doubt("2024-02-29", "", at) == ""
    assert date_doubt("2026-02-29", "", at) == "invalid"
    assert last_day_at(datetime(2026, 12, 31, 10, 0, tzinfo=UTC)) == date(2027, 1, 1)


def test_the_version_in_force_is_the_newest_that_began() -> None:
    lists = read_lists(
        b'[{"version":"b","in_force_from":"2027-01-01","source":"x","report_days":20,"states":[]},'
        b'{"version":"a","in_force_from":"2026-01-01","source":"x","report_days":30,"states":[]}]'
    )
    assert list_in_force(lists, date(2026, 12, 31)).version == "a"
    assert list_in_force(lists, date(2027, 1, 1)).version == "b"
    assert list_in_force(lists, date(2020, 1, 1)).version == "a"


def test_the_shipped_list_has_only_known_states_and_a_source() -> None:
    for one in shipped_lists():
        assert one.source
        assert {state.code for state in one.states} <= set(Disposition)
        assert all(Disposition(state.code).is_terminal for state in one.states if state.needs)
        assert {state.code for state in one.states if state.is_incident} == {"LOST", "STOLEN", "DESTROYED"}
