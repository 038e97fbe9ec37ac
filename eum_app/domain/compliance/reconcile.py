"""Whether counts add up. A report that does not add up says so, with the difference (DOMAIN section 8, invariant 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from eum_app.domain.dispositions import Disposition
from eum_app.domain.visits import TO_CHECK, Outcome

COUNTING_DISPOSITIONS: Final = frozenset(
    disposition.value for disposition in Disposition if disposition is not Disposition.DATA_ERROR
)
"""Dispositions that say where an item is. A data error says nothing, nor does one that this version does not know."""
COUNTING_OUTCOMES: Final = frozenset[str]({*Outcome, TO_CHECK} - {Outcome.NOT_ON_LIST})


@dataclass(frozen=True)
class Reconciliation:
    """`difference` is total less counted: 0 where the counts add up."""

    total: int
    counted: int

    @property
    def difference(self) -> int:
        return self.total - self.counted

    @property
    def is_reconciled(self) -> bool:
        return self.difference == 0


def reconcile(total: int, counts: Mapping[str, int], counting: Collection[str]) -> Reconciliation:
    """Compare a total with the sum of the counts whose key says something (`counting`); the total is counted apart."""
    return Reconciliation(total, sum(count for key, count in counts.items() if key in counting))
