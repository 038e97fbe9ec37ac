"""Findings: ids, severities and decisions.

A finding's id is a hash of rule, subject and trigger, so running the rules again never raises the same finding twice.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from eum_app.domain.errors import Refusal
from eum_app.domain.ids import FindingId
from eum_app.domain.vocabulary import member_of


class Severity(StrEnum):
    """Severity of a finding, highest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Decision(StrEnum):
    """A reviewer's decision on a finding."""

    RESOLVE = "resolve"
    RECHECK = "recheck"
    ESCALATE = "escalate"


class LapseReason(StrEnum):
    """Why a finding lapsed without a decision."""

    ANSWERED_SINCE = "answered_since"
    CHECK_NO_LONGER_COUNTS = "check_no_longer_counts"
    SIGNED_SINCE = "signed_since"
    STATEMENT_ENDED = "statement_ended"
    """The statement was withdrawn or set aside."""
    CAUSE_ENDED = "cause_ended"
    """The check still counts, and no longer breaks the rule: its time was corrected, or a statement has ended."""
    CAUSES_CHANGED = "causes_changed"
    """Another finding about the same takes its place, with the causes as they are now."""


def finding_id(rule_id: str, subject: str, trigger: str) -> FindingId:
    """Return 32 hex characters of SHA-384 over the three texts, each followed by a NUL."""
    text = f"{rule_id}\0{subject}\0{trigger}\0"
    return FindingId(hashlib.sha384(text.encode()).hexdigest()[:32])


def require_decision(*, decision: str, comment: str, reviewer: str, is_own: bool) -> Decision:
    """Return `decision` as a known decision.

    `is_own`: the reviewer made the checks under review (`usecases.review.own_work`). Raises Refusal `review.decision`
    (unknown), `review.comment` (missing), `review.own_check`.
    """
    found = member_of(Decision, decision)
    if found is None:
        raise Refusal("review.decision", decision=decision)
    if not comment.strip():
        raise Refusal("review.comment")
    if is_own:
        raise Refusal("review.own_check", account=reviewer)
    return found
