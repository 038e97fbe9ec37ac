"""Read what somebody else says about items (a partner's count, a shipper's list): nothing is kept yet."""

from __future__ import annotations

from pathlib import Path

from eum_app.domain.claims import CLAIM_COLUMNS, CLAIM_DATE_COLUMNS, ClaimReader, ClaimRow
from eum_app.list_files.inventory_table import Layout
from eum_app.list_files.list_file import ListPreview, Profile, read_list

CLAIMS = Layout("claim-headings.json", CLAIM_COLUMNS, CLAIM_DATE_COLUMNS, ("serial",))

ClaimsPreview = ListPreview[ClaimRow]


def read_claims(path: Path, profile: Profile | None = None) -> ClaimsPreview:
    """Read `path` (CSV or .xlsx) as claims; raises as `list_file.read_list` does."""
    return read_list(path, profile or Profile(), CLAIMS, lambda order: ClaimReader(order).read)
