"""Rules over single checks. A new one is an object here and a place in `CHECK_RULES`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance.rule import CheckRule
from eum_app.domain.findings import Severity
from eum_app.domain.translatable import QT_TRANSLATE_NOOP
from eum_app.domain.visits import Outcome

GONE_BUT_SEEN: Final = CheckRule(
    rule_id="gone-but-seen",
    version=1,
    severity=Severity.HIGH,
    citation="NSIAD-94-100; DODIG-24-095",
    title=QT_TRANSLATE_NOOP("rules", "Reported as gone, but seen"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "An item that was reported as lost, expended, transferred or otherwise gone was met at a visit."
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules", "Compare serial numbers and photos; then state what the item's disposition is now, or who was wrong."
    ),
    is_broken=lambda check: check.was_gone,
)
ITEM_NOT_FOUND: Final = CheckRule(
    rule_id="item-not-found",
    version=1,
    severity=Severity.HIGH,
    citation="DODIG-24-140",
    title=QT_TRANSLATE_NOOP("rules", "Item not found"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "Items under enhanced monitoring are accounted for by serial number at every annual inventory."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Find the item, or the papers that say where it is; else start the loss report."),
    outcomes=frozenset({Outcome.NOT_FOUND}),
    is_broken=lambda check: check.outcome == Outcome.NOT_FOUND,
)
ITEM_DISCREPANCY: Final = CheckRule(
    rule_id="item-discrepancy",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-25-078",
    title=QT_TRANSLATE_NOOP("rules", "Discrepancy"),
    explanation=QT_TRANSLATE_NOOP("rules", "A difference from the record is followed until it is explained."),
    remedy=QT_TRANSLATE_NOOP("rules", "Compare what was found with the book and the photos; correct the one at fault."),
    outcomes=frozenset({Outcome.DISCREPANCY}),
    is_broken=lambda check: check.outcome == Outcome.DISCREPANCY,
)
NO_ACCESS: Final = CheckRule(
    rule_id="item-no-access",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-24-140",
    title=QT_TRANSLATE_NOOP("rules", "No access"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "An item that could not be seen is not inventoried; the partner agreed to give access."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Agree on access with the host, and check the items on another visit."),
    outcomes=frozenset({Outcome.NO_ACCESS}),
    is_broken=lambda check: check.outcome == Outcome.NO_ACCESS,
)
ITEM_NOT_ON_LIST: Final = CheckRule(
    rule_id="item-not-on-list",
    version=1,
    severity=Severity.MEDIUM,
    citation="NSIAD-94-100",
    title=QT_TRANSLATE_NOOP("rules", "Item not on the list"),
    explanation=QT_TRANSLATE_NOOP("rules", "An article that is met at a site has to be in the inventory of that site."),
    remedy=QT_TRANSLATE_NOOP("rules", "Find the transfer or shipment by which the item came here; correct the book."),
    outcomes=frozenset({Outcome.NOT_ON_LIST}),
    is_broken=lambda check: check.outcome == Outcome.NOT_ON_LIST,
)
UNEXPECTED_ANSWER: Final = CheckRule(
    rule_id="item-unexpected-answer",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-25-078",
    title=QT_TRANSLATE_NOOP("rules", "Answer not as expected"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "A question about the item was answered otherwise than expected, or was not observed."
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules", "Read the answer and its comment; settle the difference, or have it checked again."
    ),
    is_broken=lambda check: bool(check.unexpected),
)
BELOW_WANTED_GRADE: Final = CheckRule(
    rule_id="evidence-below-grade",
    version=1,
    severity=Severity.LOW,
    citation="DODIG-24-140; GAO-12-89",
    title=QT_TRANSLATE_NOOP("rules", "Not sighted by the inspector"),
    explanation=QT_TRANSLATE_NOOP("rules", "This kind of visit asks for items that the inspector saw in person."),
    remedy=QT_TRANSLATE_NOOP("rules", "Look at the item on the next visit, or state why other evidence is enough."),
    is_broken=lambda check: bool(check.wanted_grade) and check.grade != check.wanted_grade,
)
DISCREPANCY_WITHOUT_PHOTO: Final = CheckRule(
    rule_id="discrepancy-without-photo",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-25-019",
    title=QT_TRANSLATE_NOOP("rules", "Discrepancy without a photo"),
    explanation=QT_TRANSLATE_NOOP("rules", "A difference that no photo shows cannot be judged at headquarters."),
    remedy=QT_TRANSLATE_NOOP("rules", "Attach a photo of what differs, or state why none could be taken."),
    outcomes=frozenset({Outcome.DISCREPANCY}),
    is_broken=lambda check: check.outcome == Outcome.DISCREPANCY and not check.photos,
)
CLOCK_IN_FUTURE: Final = CheckRule(
    rule_id="clock-in-future",
    version=1,
    severity=Severity.MEDIUM,
    citation="NIST SP 800-53 AU-8",
    title=QT_TRANSLATE_NOOP("rules", "Check dated after it came here"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "A check that is dated after its arrival moves no clock until its time is corrected."
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules",
        "Ask when it was made; set the device's clock right, and correct the wrong times by a correction of time.",
    ),
    is_broken=lambda check: check.is_from_future,
)
TIME_DOUBTFUL: Final = CheckRule(
    rule_id="time-doubtful",
    version=1,
    severity=Severity.MEDIUM,
    citation="NIST SP 800-53 AU-8",
    title=QT_TRANSLATE_NOOP("rules", "Time doubtful"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "The check is dated in a year that cannot be right, as by a device whose clock lost its power."
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules", "Ask when it was made; set the device's clock right, and record a correction of its times."
    ),
    is_broken=lambda check: check.has_doubtful_time,
)
UNKNOWN_VALUE: Final = CheckRule(
    rule_id="unknown-value",
    version=1,
    severity=Severity.LOW,
    citation="NIST SP 800-53 SI-10",
    title=QT_TRANSLATE_NOOP("rules", "Unknown value"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "The check has a result, reason, grade or way of reading that this version of the app does not know."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Update the app at headquarters; else ask which version the device runs."),
    is_broken=lambda check: check.has_unknown_value,
)

CHECK_RULES: Final = (
    GONE_BUT_SEEN,
    ITEM_NOT_FOUND,
    ITEM_DISCREPANCY,
    NO_ACCESS,
    ITEM_NOT_ON_LIST,
    UNEXPECTED_ANSWER,
    BELOW_WANTED_GRADE,
    DISCREPANCY_WITHOUT_PHOTO,
    CLOCK_IN_FUTURE,
    TIME_DOUBTFUL,
    UNKNOWN_VALUE,
)
"""In order of weight: the first that a check breaks names its finding."""
