"""Common part of use case results: the areas of the read tables that were changed."""

from __future__ import annotations

from dataclasses import dataclass

from eum_app.domain.areas import Area


@dataclass(frozen=True)
class Changed:
    """Base of results that change data: views that show one of `areas` must be refreshed.

    Areas are items, claims, profiles, visits, checks, findings, people, exchange, reports and journal.
    """

    areas: frozenset[Area]
