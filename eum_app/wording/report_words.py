"""Words for codes in texts for people (PDF, covers). Files for programs keep the codes."""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance import clocks
from eum_app.domain.dispositions import Disposition
from eum_app.domain.incidents import IncidentKind, ReportState
from eum_app.domain.visit_kinds import VISIT_KINDS
from eum_app.domain.visits import NOT_SIGHTED, REASONS, NoReadReason, Outcome, Program, ReadBy
from eum_app.domain.vocabulary import Unknown

_SPECIAL: Final = {
    Disposition.TRANSFERRED_TPT.value: "Transferred to a third party",
    Disposition.DISPOSED.value: "Disposed of",
    Disposition.DISPOSED_DEMIL.value: "Disposed of, demilitarized",
    Disposition.RETURNED_US.value: "Returned to the US",
    "golden_sentry": "Golden Sentry",
    "blue_lantern": "Blue Lantern",
    "wedge": "Hand scanner",
    "serial": "Hand scanner",
    "list": "Picked from the list",
    "never_checked": "Never checked",
    "none": "No check",
    "A": "A – sighted by a US person",
    "B": "B – live video",
    "C": "C – partner scan",
    "D": "D – partner statement",
    NOT_SIGHTED: "Not sighted",
    "": "Not stated",
    clocks.ClockState.NEVER: "Overdue, never inventoried",
    clocks.ClockState.INITIAL_OVERDUE: "Initial inventory overdue",
    clocks.ClockState.LATE: "Annual inventory late",
    clocks.ClockState.DUE_SOON: "Due within 30 days",
    clocks.ClockState.INITIAL_PENDING: "Initial inventory pending",
    clocks.ClockState.IN_TIME: "In time",
    clocks.ClockState.NO_DATE: "No date to count from",
    clocks.ClockState.NOT_SUBJECT: "No clock (not EEUM, or gone)",
}
_PLAIN: Final = (
    *[disposition.value for disposition in Disposition],
    *Outcome,
    "to_check",
    *[reason for reasons in REASONS.values() for reason in reasons],
    *ReadBy,
    *NoReadReason,
    *Program,
    *clocks.ClockTrigger,
    "yes",
    "no",
    "not_applicable",
    "not_observed",
    "high",
    "medium",
    "low",
    *IncidentKind,
    *ReportState,
    "resolve",
    "recheck",
    "escalate",
)
WORDS: Final[dict[str, str]] = {
    **{code: code.replace("_", " ").capitalize() for code in _PLAIN},
    **_SPECIAL,
}


def word(code: str) -> str:
    """Return the English words for a code, or "Unknown value: …" with the code if this version does not know it."""
    return WORDS[code] if code in WORDS else f"Unknown value: {Unknown(code).shown}"


def visit_kind(purpose: str) -> str:
    """Return the title of a kind of visit, or "Unknown value: …" with the code if this version does not know it."""
    return VISIT_KINDS[purpose].title if purpose in VISIT_KINDS else word(purpose)
