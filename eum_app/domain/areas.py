"""Areas of the read tables: parts of the store that a write changes and a view shows."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Area(StrEnum):
    """One area.

    A write returns the areas that it changed; a view names its areas and refreshes when one of them changes.
    """

    ITEMS = "items"
    SITES = "sites"
    """Records of sites (their names are in ITEMS)."""
    CASES = "cases"
    PROFILES = "profiles"
    CLAIMS = "claims"
    VISITS = "visits"
    CHECKS = "checks"
    FINDINGS = "findings"
    INCIDENTS = "incidents"
    INQUIRIES = "inquiries"
    DEFICIENCIES = "deficiencies"
    PEOPLE = "people"
    """Accounts, recovery codes, and devices with their certificates."""
    EXCHANGE = "exchange"
    REPORTS = "reports"
    TIME = "time"
    WITHHELD = "withheld"
    LOG = "log"
    """Signed heads of HQ's log, and their witnesses."""
    JOURNAL = "journal"
    """Every write touches it."""


_MOVED_BY_TIME: Final = frozenset(
    {
        Area.ITEMS,
        Area.SITES,
        Area.CASES,
        Area.CLAIMS,
        Area.VISITS,
        Area.CHECKS,
        Area.FINDINGS,
        Area.INQUIRIES,
        Area.DEFICIENCIES,
    }
)
_MOVED_BY_WITHHOLDING: Final = frozenset({Area.CHECKS, Area.FINDINGS})


def stale(areas: Iterable[Area]) -> frozenset[Area]:
    """Return `areas` and those that change with them, for views to refresh.

    TIME adds items, sites, cases, claims, visits, checks, findings, inquiries and deficiencies: their times may
    change. Other pages with times are read again when they are shown. WITHHELD adds checks and findings, which
    then no longer show the content. It does not matter whether the fact was recorded here or came in a bundle.
    """
    touched = frozenset(areas)
    if Area.TIME in touched:
        touched |= _MOVED_BY_TIME
    if Area.WITHHELD in touched:
        touched |= _MOVED_BY_WITHHOLDING
    return touched
