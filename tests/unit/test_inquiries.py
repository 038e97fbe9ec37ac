"""Inquiries without a store: clocks at their edges, doubts about shapes, and what a favorable result rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from eum_app.domain.facts import Authorization, InquiryArticle
from eum_app.domain.inquiries import DueState, InquiryState, due_clock, lacking, state_of
from eum_app.domain.inquiry_lists import doubts, lists_in_force, read_inquiry_lists
from eum_app.usecases.inquiries.inquiry_lists import shipped_inquiry_lists
from eum_app.wording.codes import WORDS


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [
        (date(2026, 11, 26), DueState.RUNNING, 8),
        (date(2026, 11, 27), DueState.DUE_SOON, 7),
        (date(2026, 12, 4), DueState.DUE_SOON, 0),
        (date(2026, 12, 5), DueState.OVERDUE, -1),
    ],
)
def test_the_due_day_is_the_last_one_in_time(today: date, state: DueState, left: int) -> None:
    clock = due_clock("2026-12-04", "", today)
    assert (clock.state, clock.days_left) == (state, left)


def test_the_first_closing_stops_the_clock_in_time_or_late() -> None:
    today = date(2030, 1, 1)
    assert due_clock("2026-12-04", "2026-12-04", today).state is DueState.CLOSED
    assert due_clock("2026-12-04", "2026-12-05", today).state is DueState.CLOSED_LATE
    assert due_clock("soon", "", today).state is DueState.NO_DATE


def test_the_state_is_that_of_the_furthest_fact() -> None:
    assert state_of(is_tasked=False, is_answered=False, is_closed=False) is InquiryState.OPENED
    assert state_of(is_tasked=True, is_answered=False, is_closed=False) is InquiryState.TASKED
    assert state_of(is_tasked=False, is_answered=True, is_closed=False) is InquiryState.ANSWERED
    assert state_of(is_tasked=False, is_answered=True, is_closed=True) is InquiryState.CLOSED


@pytest.mark.parametrize(
    ("kind", "site_visit", "mode", "receipt", "points"),
    [
        ("post_shipment", "required", "in_person", "confirmed", ()),
        ("post_shipment", "", "virtual", "confirmed", ()),
        ("post_shipment", "required", "virtual", "confirmed", ("site_visit",)),
        ("post_shipment", "required", "", "", ("visit_mode", "receipt")),
        ("post_shipment", "not_required", "records_only", "not_confirmed", ("receipt",)),
        ("pre_license", "required", "", "", ()),
        ("pre_shipment", "", "", "", ()),
    ],
)
def test_a_favorable_post_shipment_check_rests_on_a_visit_and_a_receipt(
    kind: str, site_visit: str, mode: str, receipt: str, points: tuple[str, ...]
) -> None:
    assert lacking(kind, site_visit, mode, receipt) == points


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ({"form": "DSP-5", "number": "050000127"}, ()),
        ({"number": "999000127"}, ()),
        ({"exemption": "22 CFR 126.7"}, ()),
        ({"exemption": "§ 126.4(a)(1)"}, ()),
        ({}, ("no_authorization",)),
        ({"form": "DSP-5", "number": "073000127"}, ("form_differs",)),
        ({"form": "DSP-5", "number": "12-B"}, ("number",)),
        ({"form": "DSP-999", "number": "050000127"}, ("form", "form_differs")),
        ({"exemption": "126.99"}, ("exemption",)),
        ({"exemption": "the usual one"}, ("exemption",)),
        ({"number": "050000127", "exemption": "126.7"}, ("both",)),
    ],
)
def test_a_shape_that_the_lists_do_not_know_is_a_doubt(stated: dict[str, str], found: tuple[str, ...]) -> None:
    lists = lists_in_force(shipped_inquiry_lists(), date(2026, 11, 21))
    assert doubts(lists, "post_shipment", Authorization(**stated), ()) == found


@pytest.mark.parametrize(
    ("usml", "is_known"), [("XII(c)", True), ("xii (c)", True), ("XX", True), ("XXII", False), ("", False)]
)
def test_a_category_is_on_the_list_or_doubted(usml: str, *, is_known: bool) -> None:
    lists = lists_in_force(shipped_inquiry_lists(), date(2026, 11, 21))
    article = InquiryArticle(description="x", usml=usml, quantity=1)
    assert (doubts(lists, "pre_license", Authorization(), [article]) == ()) is is_known


def test_the_version_in_force_is_the_newest_that_began() -> None:
    one: dict[str, Any] = {"source": "x", "forms": [], "exemptions": [], "usml": [], "reasons": []}
    data = [
        {"version": "b", "in_force_from": "2027-01-01", **one},
        {"version": "a", "in_force_from": "2026-01-01", **one},
    ]
    lists = read_inquiry_lists(msgspec.json.encode(data))
    assert lists_in_force(lists, date(2026, 12, 31)).version == "a"
    assert lists_in_force(lists, date(2027, 1, 1)).version == "b"
    assert lists_in_force(lists, date(2020, 1, 1)).version == "a"


def test_the_shipped_lists_have_a_source_and_a_word_for_each_reason() -> None:
    for lists in shipped_inquiry_lists():
        assert lists.source
        assert {reason.code for reason in lists.reasons} <= set(WORDS["inquiry_reason"])
