"""Synthetic inquiries of Blue Lantern for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eum_app.usecases.inquiries.request import Article, NewInquiry, Party

REQUEST = NewInquiry(
    reference="BL-0031",
    kind="post_shipment",
    country="XX",
    due_on="2026-12-04",
    requested_by="Office CEA-02",
    requested_on="2026-11-10",
    reason="First order of this end user",
    parties=(
        Party(role="applicant", name="APP-01", reference="M12345"),
        Party(role="foreign_consignee", name="CON-04", country="XX"),
        Party(role="end_user", name="Unit EU-12", country="XX"),
    ),
    articles=(Article(description="Thermal sight T", usml="XII(c)", quantity="40"),),
    post="Embassy XX",
    site_visit="required",
    form="DSP-5",
    number="050000127",
    dsp83="held",
    valid_until="2028-06-30",
)
"""A post-shipment check without any doubt."""


def request(**other: Any) -> NewInquiry:
    """Return `REQUEST` with other fields."""
    return replace(REQUEST, **other)
