"""The shipped versions of the list of dispositions, and the evidence of a statement in their terms."""

from __future__ import annotations

from functools import cache

from assets import asset
from eum_app.domain.disposition_list import DispositionList, Evidence, read_lists
from eum_app.domain.facts import DispositionStated


@cache
def shipped_lists() -> tuple[DispositionList, ...]:
    """Return every version that this program knows."""
    return read_lists(asset("reference", "dispositions.json").read_bytes())


def evidence_of(fact: DispositionStated) -> Evidence:
    """Return the parts of a statement that its state may need."""
    return Evidence(
        has_document=fact.document is not None or bool(fact.document_name.strip()),
        no_document_reason=fact.no_document_reason,
        witness=fact.witness,
        authorization=fact.authorization,
    )
