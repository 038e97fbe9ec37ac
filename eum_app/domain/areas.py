"""Areas of the read tables: what a change of the store touches, and what a view shows."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Area(StrEnum):
    """Writing returns the areas that it touched; each view names those that it shows and refreshes when one changes."""

    ITEMS = "items"
    PROFILES = "profiles"
    CLAIMS = "claims"
    VISITS = "visits"
    CHECKS = "checks"
    FINDINGS = "findings"
    PEOPLE = "people"
    """Accounts, recovery codes, and devices with their certificates."""
    EXCHANGE = "exchange"
    REPORTS = "reports"
    TIME = "time"
    WITHHELD = "withheld"
    JOURNAL = "journal"
    """Every write touches it."""


_MOVED_BY_TIME: Final = frozenset({Area.ITEMS, Area.CLAIMS, Area.VISITS, Area.CHECKS, Area.FINDINGS})
_MOVED_BY_WITHHOLDING: Final = frozenset({Area.CHECKS, Area.FINDINGS})


def stale(areas: Iterable[Area]) -> frozenset[Area]:
    """Every area whose views must refresh after a change of `areas`.

    A correction of time makes all read tables again, and content that is withheld leaves the checks and findings that
    show it, whether the order was given here or came in a bundle.
    """
    touched = frozenset(areas)
    if Area.TIME in touched:
        touched |= _MOVED_BY_TIME
    if Area.WITHHELD in touched:
        touched |= _MOVED_BY_WITHHOLDING
    return touched
