"""Whether counts add up. A report that does not add up states the difference (DOMAIN section 8, invariant 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from eum_app.domain.dispositions import Disposition
from eum_app.domain.visits import TO_CHECK, Outcome

COUNTING_DISPOSITIONS: Final = frozenset(
    disposition.value for disposition in Disposition if disposition is not Disposition.DATA_ERROR
)
"""Dispositions that state where an item is. A data error does not, nor does a value unknown to this version."""
COUNTING_OUTCOMES: Final = frozenset[str]({*Outcome, TO_CHECK} - {Outcome.NOT_ON_LIST})
"""Outcomes of expected items, including those without a check."""


@dataclass(frozen=True)
class Reconciliation:
    """A total beside the sum of its parts."""

    total: int
    counted: int

    @property
    def difference(self) -> int:
        """Total minus counted; 0 if they agree."""
        return self.total - self.counted

    @property
    def is_reconciled(self) -> bool:
        """Whether total and counted agree."""
        return self.difference == 0


def reconcile(total: int, counts: Mapping[str, int], counting: Collection[str]) -> Reconciliation:
    """Compare a total, which is counted independently, with the sum of the counts whose keys are in `counting`."""
    return Reconciliation(total, sum(count for key, count in counts.items() if key in counting))
