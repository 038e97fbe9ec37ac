"""Read a list of sites, or of cases with their delivered totals. Nothing is stored here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from eum_app.domain.clock import system_now
from eum_app.domain.record_rows import (
    CASE_COLUMNS,
    CASE_DATES,
    SITE_COLUMNS,
    SITE_DATES,
    CaseReader,
    CaseRow,
    SiteReader,
    SiteRow,
    case_conflicts,
    site_conflicts,
)
from eum_app.list_files.headings import Layout
from eum_app.list_files.list_file import ListPreview, Profile, read_list

SITES = Layout("site-headings.json", SITE_COLUMNS, SITE_DATES, ("site", "country"))
CASES = Layout("case-headings.json", CASE_COLUMNS, CASE_DATES, ("case_id",))

SitesPreview = ListPreview[SiteRow]
CasesPreview = ListPreview[CaseRow]


def read_sites(path: Path, profile: Profile | None = None, today: date | None = None) -> SitesPreview:
    """Read `path` (CSV or .xlsx, by its content) as a list of sites. Raises as `list_file.read_list` does."""
    day = today or system_now().date()
    wanted = profile or Profile()
    return read_list(path, wanted, SITES, lambda order: SiteReader(order, day).read, across=site_conflicts)


def read_cases(path: Path, profile: Profile | None = None, today: date | None = None) -> CasesPreview:
    """Read `path` as a list of cases, one row for each line. Raises as `list_file.read_list` does."""
    day = today or system_now().date()
    wanted = profile or Profile()
    return read_list(path, wanted, CASES, lambda order: CaseReader(order, day).read, across=case_conflicts)
