"""The shipped versions of the lists of inquiries."""

from __future__ import annotations

from functools import cache

from assets import asset
from eum_app.domain.inquiry_lists import InquiryLists, read_inquiry_lists


@cache
def shipped_inquiry_lists() -> tuple[InquiryLists, ...]:
    """Return every version that this program knows."""
    return read_inquiry_lists(asset("reference", "inquiries.json").read_bytes())
