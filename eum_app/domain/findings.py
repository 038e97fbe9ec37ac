"""Findings: an id is a hash of rule, subject and trigger, so that running the rules twice raises nothing twice."""

from __future__ import annotations

import hashlib
from typing import Final

from eum_app.domain.errors import Refusal

SEVERITIES: Final = ("high", "medium", "low")
DECISIONS: Final = ("resolve", "recheck", "escalate")


def finding_id(rule_id: str, subject: str, trigger: str) -> str:
    """32 hex characters of SHA-384 over the three, each ended by a NUL."""
    text = f"{rule_id}\0{subject}\0{trigger}\0"
    return hashlib.sha384(text.encode()).hexdigest()[:32]


def require_decision(*, decision: str, comment: str, reviewer: str, checked_by: str) -> None:
    """Raises Refusal `review.decision` (unknown), `review.comment` (missing), `review.own_check` (same person)."""
    if decision not in DECISIONS:
        raise Refusal("review.decision", decision=decision)
    if not comment.strip():
        raise Refusal("review.comment")
    if reviewer == checked_by:
        raise Refusal("review.own_check", account=reviewer)
