"""Rules over single checks. A new one is an object here and a place in `CHECK_RULES`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance.rule import CheckRule
from eum_app.domain.findings import Severity
from eum_app.domain.visits import Outcome

ITEM_NOT_FOUND: Final = CheckRule(
    rule_id="item-not-found",
    version=1,
    severity=Severity.HIGH,
    citation="DODIG-24-140",
    title="Item not found",
    explanation="Items under enhanced monitoring are accounted for by serial number at every annual inventory.",
    remedy="Find the item, or the papers that say where it is; else start the loss report.",
    outcomes=frozenset({Outcome.NOT_FOUND}),
    is_broken=lambda check: check.outcome == Outcome.NOT_FOUND,
)
ITEM_NOT_ON_LIST: Final = CheckRule(
    rule_id="item-not-on-list",
    version=1,
    severity=Severity.MEDIUM,
    citation="NSIAD-94-100",
    title="Item not on the list",
    explanation="An article that is met at a site has to be in the inventory of that site.",
    remedy="Find the transfer or shipment by which the item came here; correct the book.",
    outcomes=frozenset({Outcome.NOT_ON_LIST}),
    is_broken=lambda check: check.outcome == Outcome.NOT_ON_LIST,
)
DISCREPANCY_WITHOUT_PHOTO: Final = CheckRule(
    rule_id="discrepancy-without-photo",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-25-019",
    title="Discrepancy without a photo",
    explanation="A difference that no photo shows cannot be judged at headquarters.",
    remedy="Attach a photo of what differs, or state why none could be taken.",
    outcomes=frozenset({Outcome.DISCREPANCY}),
    is_broken=lambda check: check.outcome == Outcome.DISCREPANCY and not check.photos,
)
CLOCK_IN_FUTURE: Final = CheckRule(
    rule_id="clock-in-future",
    version=1,
    severity=Severity.MEDIUM,
    citation="NIST SP 800-53 AU-8",
    title="Check dated after it came here",
    explanation="A check that is dated after its arrival moves no clock until its time is corrected.",
    remedy="Ask when it was made; set the device's clock right, and correct the wrong times by a correction of time.",
    is_broken=lambda check: check.is_from_future,
)

CHECK_RULES: Final = (ITEM_NOT_FOUND, ITEM_NOT_ON_LIST, DISCREPANCY_WITHOUT_PHOTO, CLOCK_IN_FUTURE)
