"""Whether a visit's counts are final: reconciled, incomplete or unreconciled (DOMAIN section 8, invariants 1 and 6).

Only a visit that is closed out, complete and signed is reconciled. Counts that add up while work is left prove nothing:
items without a check are counted too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """Verdict on the counts of a visit."""

    RECONCILED = "reconciled"
    INCOMPLETE = "incomplete"
    UNRECONCILED = "unreconciled"


class Gap(StrEnum):
    """Parts that a visit needs before its counts are final."""

    ITEMS = "items"
    """Expected items without a check."""
    QUESTIONS = "questions"
    """Required questions about the site without an answer."""
    CHECKLIST = "checklist"
    """The site checklist is not in this store, so nothing says which questions it asks."""
    CLOSE_OUT = "close_out"
    VOID = "void"
    """Facts were recorded after the signing."""
    SIGNATURES = "signatures"
    """The closing lacks a signature, or the reason why a party declined."""


@dataclass(frozen=True)
class VisitBalance:
    """The counts of a visit: items expected, outcomes of expected items, and the gaps that keep them from being final.

    `signed_differently` holds outcome → (signed count, count here) where the closing states another count.
    """

    expected: int
    counted: int
    gaps: dict[Gap, int] = field(default_factory=dict)
    signed_differently: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def difference(self) -> int:
        """Expected minus counted: 0 if they agree, negative if more was counted."""
        return self.expected - self.counted

    @property
    def verdict(self) -> Verdict:
        """The verdict; counts that contradict each other outweigh gaps."""
        if self.difference or self.signed_differently:
            return Verdict.UNRECONCILED
        return Verdict.INCOMPLETE if self.gaps else Verdict.RECONCILED
