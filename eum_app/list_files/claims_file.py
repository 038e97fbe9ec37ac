"""Read a list of claims about items (a partner's count, a shipper's list). Nothing is stored here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from eum_app.domain.claims import CLAIM_COLUMNS, CLAIM_DATE_COLUMNS, ClaimReader, ClaimRow
from eum_app.domain.clock import system_now
from eum_app.list_files.headings import Layout
from eum_app.list_files.list_file import ListPreview, Profile, read_list

CLAIMS = Layout("claim-headings.json", CLAIM_COLUMNS, CLAIM_DATE_COLUMNS, ("serial",))

ClaimsPreview = ListPreview[ClaimRow]


def read_claims(path: Path, profile: Profile | None = None, today: date | None = None) -> ClaimsPreview:
    """Read `path` (CSV or .xlsx, by its content) as claims. Raises as `list_file.read_list` does.

    `today` (UTC; this computer's date if None) decides which dates are in the future.
    """
    day = today or system_now().date()
    return read_list(path, profile or Profile(), CLAIMS, lambda order: ClaimReader(order, day).read)
