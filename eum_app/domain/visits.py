"""Visits: programs, purposes, outcomes of a check, and the points that keep a visit open.

A visit is complete when every expected item has an outcome, the site checklist is answered, each open deficiency of the
site was asked for, and both parties signed or gave a reason for refusing (DOMAIN section 8, invariant 1; GAO-14-161:
inventories done, checklists not used).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eum_app.domain.discrepancies import Discrepancy
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import PartySignature
from eum_app.domain.vocabulary import member_of


class Program(StrEnum):
    """Monitoring program of a visit."""

    GOLDEN_SENTRY = "golden_sentry"
    BLUE_LANTERN = "blue_lantern"


class Outcome(StrEnum):
    """Result of a check. An expected item without a check has `TO_CHECK` instead, which is not an outcome."""

    VERIFIED = "verified"
    DISCREPANCY = "discrepancy"
    NOT_FOUND = "not_found"
    NOT_ON_LIST = "not_on_list"
    NO_ACCESS = "no_access"


class Grade(StrEnum):
    """Grade of evidence (DOMAIN section 3)."""

    SIGHTED = "A"
    """Sighted by a US person."""
    LIVE_VIDEO = "B"
    PARTNER_SCAN = "C"
    PARTNER_STATEMENT = "D"


class ReadBy(StrEnum):
    """How an item was identified."""

    CAMERA = "camera"
    PHOTO = "photo"
    WEDGE = "wedge"
    """A hand scanner that types."""
    SERIAL = "serial"
    """A hand scanner on a serial port."""
    TYPED = "typed"
    PAPER = "paper"
    LIST = "list"
    """Picked from the list without reading a mark."""


class NoReadReason(StrEnum):
    """Why a serial was entered by hand (DODIG-2024-140); some vaults do not admit scanners."""

    MISSING = "missing"
    ILLEGIBLE = "illegible"
    COVERED = "covered"
    SCANNER_NOT_ALLOWED = "scanner_not_allowed"


class Party(StrEnum):
    """Signers of a visit's close-out."""

    INSPECTOR = "inspector"
    HOST = "host"


TO_CHECK: Final = "to_check"
"""State of an expected item without a check."""
SEEN_OUTCOMES: Final = (Outcome.VERIFIED, Outcome.DISCREPANCY, Outcome.NOT_ON_LIST)
"""Outcomes of an item that was there to be seen. Only these have a grade of evidence for a sighting."""
NOT_SIGHTED: Final = "not_sighted"
"""Counted instead of a grade: a check that found no item, or had no access to it."""
REASONS: Final[dict[Outcome, tuple[str, ...]]] = {
    Outcome.DISCREPANCY: tuple(one.value for one in Discrepancy),
    Outcome.NOT_FOUND: (
        "no_record_shown",
        "sent_for_repair",
        "said_issued",
        "said_expended",
        "said_lost",
        "other",
    ),
    Outcome.NOT_ON_LIST: ("marked_for_other_site", "not_in_inventory", "other"),
    Outcome.NO_ACCESS: ("access_refused", "unsafe", "custodian_absent", "electronics_not_allowed", "other"),
}
"""Reasons that each outcome offers. A verified item has none."""
CHECK_VALUES: Final[dict[str, frozenset[str]]] = {
    "outcome": frozenset(Outcome),
    "reason": frozenset({"", *(reason for reasons in REASONS.values() for reason in reasons)}),
    "grade": frozenset({"", *Grade}),
    "read_by": frozenset({"", *ReadBy}),
}
"""The values that this version knows, for each field of a check that has a closed vocabulary."""
STATEMENT_ROLE: Final = "statement"
"""Role of the text that the parties had before them when they signed."""
ANSWER_ROLE: Final = "answer:"
"""Prefix of the role of a photo that answers a question; the question's id follows."""
DEFICIENCY_ROLE: Final = "deficiency:"
"""Prefix of the role of a photo of a deficiency or its correction; the id of the deficiency follows."""


class OpenPointKind(StrEnum):
    """Kind of an open point."""

    ITEM = "item"
    QUESTION = "question"
    DEFICIENCY = "deficiency"


@dataclass(frozen=True)
class OpenPoint:
    """One point that keeps a visit open. `target` is the id of an item, a question or a deficiency."""

    kind: OpenPointKind
    target: str


def sighting_grade(outcome: str, grade: str) -> str:
    """Return the grade of the evidence that an item was sighted; "" if the outcome is not a sighting.

    An outcome that this version does not know is not a sighting.
    """
    return grade if outcome in SEEN_OUTCOMES else ""


def require_outcome(outcome: str, reason: str) -> Outcome:
    """Return `outcome` as a known outcome. Every outcome except verified needs one of its reasons; verified has none.

    Raises Refusal `check.outcome` (unknown) or `check.reason`.
    """
    found = member_of(Outcome, outcome)
    if found is None:
        raise Refusal("check.outcome", outcome=outcome)
    if reason not in REASONS.get(found, ("",)):
        raise Refusal("check.reason", outcome=outcome, reason=reason)
    return found


def require_signatures(signatures: Sequence[PartySignature]) -> None:
    """Check that the inspector signed, and that the host signed with a name or stated why not.

    Raises Refusal `signature.missing` or `signature.name_missing`.
    """
    by_party = {signature.party: signature for signature in signatures}
    for party in Party:
        signature = by_party.get(party)
        if signature is None or (signature.signature is None and not signature.declined_reason.strip()):
            raise Refusal("signature.missing", party=party)
        if party == Party.HOST and signature.signature is not None and signature.signer is None:
            raise Refusal("signature.name_missing", party=party)
    inspector = by_party[Party.INSPECTOR]
    if inspector.signature is None:
        raise Refusal("signature.missing", party=Party.INSPECTOR)
