"""Visits: programmes, purposes, outcomes of a check, and what keeps a visit from being closed out.

A visit is whole only when every expected item has an outcome, the site checklist is answered, and both signatures, or
the reason for a refusal, stand (DOMAIN section 8, invariant 1; GAO-14-161: inventories done, checklists not used).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eum_app.domain.errors import Refusal
from eum_app.domain.facts import PartySignature

PROGRAMS: Final = ("golden_sentry", "blue_lantern")
PURPOSES: Final = ("annual_inventory",)
OUTCOMES: Final = ("verified", "discrepancy", "not_found", "not_on_list", "no_access")
"""What a check can end in. An expected item without a check is `to_check`, which is no outcome."""
GRADES: Final = ("A", "B", "C", "D")
GRADES_OF_OTHERS: Final = ("B", "C", "D")
"""Evidence grades of what the inspector did not sight: live video, a partner's scan, a partner's statement."""
READ_BY: Final = ("camera", "photo", "wedge", "serial", "typed", "paper", "list")
NO_READ_REASONS: Final = ("missing", "illegible", "covered", "scanner_not_allowed")
"""Why a serial was entered by hand: what inspectors met (DODIG-2024-140), vaults where scanners are banned included."""
REASONS: Final[dict[str, tuple[str, ...]]] = {
    "discrepancy": ("serial_differs", "damaged", "part_missing", "wrong_location", "wrong_model", "seal_differs"),
    "not_found": ("no_record_shown", "sent_for_repair", "said_issued", "said_expended", "said_lost", "other"),
    "not_on_list": ("marked_for_other_site", "not_in_inventory", "other"),
    "no_access": ("access_refused", "unsafe", "custodian_absent", "electronics_not_allowed", "other"),
}
PARTIES: Final = ("inspector", "host")
ANSWER_ROLE: Final = "answer:"
"""Begins the role of a photo that answers a question, whose id follows."""


@dataclass(frozen=True)
class OpenPoint:
    """One thing that keeps a visit open. `target` says where to go: an item id or a question id."""

    kind: str
    target: str


def require_outcome(outcome: str, reason: str) -> None:
    """Raises Refusal `check.outcome` or `check.reason`: every outcome but verified states one of its reasons."""
    if outcome not in OUTCOMES:
        raise Refusal("check.outcome", outcome=outcome)
    if outcome == "verified":
        if reason:
            raise Refusal("check.reason", outcome=outcome, reason=reason)
    elif reason not in REASONS[outcome]:
        raise Refusal("check.reason", outcome=outcome, reason=reason)


def require_signatures(signatures: Sequence[PartySignature]) -> None:
    """Raises Refusal `signature.missing`: each party signed with a name, or said why not."""
    by_party = {signature.party: signature for signature in signatures}
    for party in PARTIES:
        signature = by_party.get(party)
        if signature is None or (signature.signature is None and not signature.declined_reason.strip()):
            raise Refusal("signature.missing", party=party)
        if party == "host" and signature.signature is not None and signature.signer is None:
            raise Refusal("signature.name_missing", party=party)
    inspector = by_party["inspector"]
    if inspector.signature is None:
        raise Refusal("signature.missing", party="inspector")
