"""Rejected rows of a list, as the fact of its import names them."""

from __future__ import annotations

from typing import Any, Final

from eum_app.domain.facts import RejectedRow
from eum_app.list_files.list_file import ListPreview

MAX_NAMED_REJECTED: Final = 1_000
"""Rejected rows that one fact names. A fact is limited in size, and a list may have a million bad rows."""


def rejected_rows(preview: ListPreview[Any]) -> tuple[RejectedRow, ...]:
    """Return the first `MAX_NAMED_REJECTED` rejected rows of a list: their lines and codes, not their contents."""
    return tuple(RejectedRow(line=row.line, codes=row.codes) for row in preview.rejected[:MAX_NAMED_REJECTED])
