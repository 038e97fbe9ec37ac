"""What use cases return besides their own result: the areas of the read tables that they touched."""

from __future__ import annotations

from dataclasses import dataclass

from eum_app.domain.areas import Area


@dataclass(frozen=True)
class Changed:
    """Views showing one of `areas` (items, claims, profiles, visits, checks, findings, people, exchange,
    reports, journal) are stale."""

    areas: frozenset[Area]
