"""Inquiries of Blue Lantern: their kinds, states and due dates, and what a favorable result must rest on.

The State Department was found to close post-shipment checks as favorable without a visit, and some without
confirmation of receipt (GAO-12-89). Therefore `lacking` names what the answer does not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from eum_app.domain.clock import date_of

SOON_DAYS: Final = 7


class CheckKind(StrEnum):
    """Kind of check that a request asks for."""

    PRE_LICENSE = "pre_license"
    PRE_SHIPMENT = "pre_shipment"
    POST_SHIPMENT = "post_shipment"


class PartyRole(StrEnum):
    """Part that a party has in the transfer."""

    APPLICANT = "applicant"
    FOREIGN_CONSIGNEE = "foreign_consignee"
    END_USER = "end_user"
    FREIGHT_FORWARDER = "freight_forwarder"
    INTERMEDIATE_CONSIGNEE = "intermediate_consignee"
    BROKER = "broker"
    SELLER = "seller"
    OTHER = "other"


class Held(StrEnum):
    """Whether a certificate is held."""

    HELD = "held"
    NOT_HELD = "not_held"


class SiteVisit(StrEnum):
    """Whether the request wants a site visit (State OIG AUD/PR-03-31: the request should say so)."""

    REQUIRED = "required"
    NOT_REQUIRED = "not_required"


class Recommendation(StrEnum):
    """Result of a check."""

    FAVORABLE = "favorable"
    UNFAVORABLE = "unfavorable"


class VisitMode(StrEnum):
    """How the check was made."""

    IN_PERSON = "in_person"
    VIRTUAL = "virtual"
    PARTNER_REPORT = "partner_report"
    RECORDS_ONLY = "records_only"


class Receipt(StrEnum):
    """Whether the receipt of the articles was confirmed."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"


class InquiryState(StrEnum):
    """State of an inquiry, computed from its facts."""

    OPENED = "opened"
    TASKED = "tasked"
    ANSWERED = "answered"
    CLOSED = "closed"


class Lacking(StrEnum):
    """A basis that a favorable result of a post-shipment check needs and does not have."""

    VISIT_MODE = "visit_mode"
    SITE_VISIT = "site_visit"
    """The request wants a site visit, and none was made in person."""
    RECEIPT = "receipt"


def state_of(*, is_tasked: bool, is_answered: bool, is_closed: bool) -> InquiryState:
    """Return the state: that of the furthest fact."""
    if is_closed:
        return InquiryState.CLOSED
    if is_answered:
        return InquiryState.ANSWERED
    return InquiryState.TASKED if is_tasked else InquiryState.OPENED


def lacking(kind: str, site_visit: str, visit_mode: str, receipt: str) -> tuple[Lacking, ...]:
    """Return what keeps a check of this kind from being favorable; empty for checks before the shipment."""
    if kind != CheckKind.POST_SHIPMENT:
        return ()
    is_missed = site_visit == SiteVisit.REQUIRED and visit_mode != VisitMode.IN_PERSON
    found = []
    if not visit_mode:
        found.append(Lacking.VISIT_MODE)
    elif is_missed:
        found.append(Lacking.SITE_VISIT)
    if receipt != Receipt.CONFIRMED:
        found.append(Lacking.RECEIPT)
    return tuple(found)


class DueState(StrEnum):
    """State of the clock of an inquiry, gravest first."""

    OVERDUE = "overdue"
    CLOSED_LATE = "closed_late"
    DUE_SOON = "due_soon"
    RUNNING = "running"
    CLOSED = "closed"
    NO_DATE = "no_date"


OPEN_STATES: Final = frozenset({DueState.OVERDUE, DueState.DUE_SOON, DueState.RUNNING})
"""States in which the clock runs."""


@dataclass(frozen=True)
class DueClock:
    """The clock on a day. `days_left` is negative by the days over, and 0 if it is closed or has no due date."""

    state: DueState
    days_left: int


def due_clock(due_on: str, closed_on: str, today: date) -> DueClock:
    """Return the clock of an inquiry that is due on a day (`YYYY-MM-DD`), the last one in time.

    `closed_on` is the UTC day of the first closing, or empty while it runs.
    """
    due, closed = date_of(due_on), date_of(closed_on)
    if closed is not None:
        return DueClock(DueState.CLOSED_LATE if due is not None and closed > due else DueState.CLOSED, 0)
    if due is None:
        return DueClock(DueState.NO_DATE, 0)
    left = (due - today).days
    state = DueState.OVERDUE if left < 0 else DueState.DUE_SOON if left <= SOON_DAYS else DueState.RUNNING
    return DueClock(state, left)
