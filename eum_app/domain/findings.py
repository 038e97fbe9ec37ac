"""Findings: an id is a hash of rule, subject and trigger, so that running the rules twice raises nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from eum_app.domain.errors import Refusal
from eum_app.domain.people import folded

SEVERITIES: Final = ("high", "medium", "low")
DECISIONS: Final = ("resolve", "recheck", "escalate")


def finding_id(rule_id: str, subject: str, trigger: str) -> str:
    """32 hex characters of SHA-384 over the three, each ended by a NUL."""
    text = f"{rule_id}\0{subject}\0{trigger}\0"
    return hashlib.sha384(text.encode()).hexdigest()[:32]


def require_decision(*, decision: str, comment: str, reviewer: str, looked: Iterable[str]) -> None:
    """`looked` are the accounts of whoever looked at what is decided; `ins-017` is the same person as `INS-017`.

    Raises Refusal `review.decision` (unknown), `review.comment` (missing), `review.own_check` (same person)."""
    if decision not in DECISIONS:
        raise Refusal("review.decision", decision=decision)
    if not comment.strip():
        raise Refusal("review.comment")
    if folded(reviewer) in map(folded, looked):
        raise Refusal("review.own_check", account=reviewer)
