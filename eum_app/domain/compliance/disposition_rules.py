"""Rules over statements about what became of an item. A new one is an object here and a place in `DISPOSITION_RULES`.

They judge statements made at visits; a reviewer who states something at HQ is refused instead (`state_disposition`).
"""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance.rule import DispositionRule
from eum_app.domain.findings import Severity
from eum_app.domain.translatable import QT_TRANSLATE_NOOP

LOSS_REPORTED: Final = DispositionRule(
    rule_id="loss-reported",
    version=1,
    severity=Severity.HIGH,
    citation="LOA note on night vision devices; DODIG-24-095",
    title=QT_TRANSLATE_NOOP("rules", "Loss reported"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "A loss, theft or destruction is reported at once, and in writing within 30 days."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Record the incident and each notice given; then file the written report."),
    is_broken=lambda seen: seen.is_incident,
)
ITEM_REPORTED_GONE: Final = DispositionRule(
    rule_id="item-reported-gone",
    version=1,
    severity=Severity.MEDIUM,
    citation="DODIG-24-095; SAMM C8.7",
    title=QT_TRANSLATE_NOOP("rules", "Item reported as gone"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "An item that a visit reports as gone is expected by no further visit, so HQ looks at the evidence."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Compare the statement with its document; set it aside if it does not hold."),
    is_broken=lambda seen: seen.is_terminal and not seen.is_incident,
)
DISPOSITION_OF_ANOTHER_SITE: Final = DispositionRule(
    rule_id="disposition-foreign-item",
    version=1,
    severity=Severity.HIGH,
    citation="NIST SP 800-53 SI-10",
    title=QT_TRANSLATE_NOOP("rules", "Statement about an item of another place"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "The visit neither expected nor checked this item, so nothing shows how the inspector knows."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Ask the inspector; set the statement aside if the item is not meant."),
    is_broken=lambda seen: not seen.is_of_visit,
)
DISPOSITION_LACKS_EVIDENCE: Final = DispositionRule(
    rule_id="disposition-lacks-evidence",
    version=1,
    severity=Severity.MEDIUM,
    citation="DOMAIN 1.5; DODIG-25-135",
    title=QT_TRANSLATE_NOOP("rules", "Disposition without its evidence"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "This disposition needs a document, a witness or an authorization that the statement does not name."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Get what is missing and state the disposition again, or set it aside."),
    is_broken=lambda seen: seen.lacks_evidence,
)
DISPOSITION_DATE_DOUBTFUL: Final = DispositionRule(
    rule_id="disposition-date-doubtful",
    version=1,
    severity=Severity.MEDIUM,
    citation="NIST SP 800-53 AU-8",
    title=QT_TRANSLATE_NOOP("rules", "Date of a disposition doubtful"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "The statement names a day before the delivery of the item, after the statement, or none."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Ask when it happened and state the disposition again, or set it aside."),
    is_broken=lambda seen: bool(seen.date_doubt),
)
DISPOSITION_UNKNOWN: Final = DispositionRule(
    rule_id="disposition-unknown",
    version=1,
    severity=Severity.LOW,
    citation="NIST SP 800-53 SI-10",
    title=QT_TRANSLATE_NOOP("rules", "Unknown disposition"),
    explanation=QT_TRANSLATE_NOOP(
        "rules", "The statement has a disposition, or names a version of the list, that this version does not know."
    ),
    remedy=QT_TRANSLATE_NOOP("rules", "Update the app at headquarters; else ask which version the device runs."),
    is_broken=lambda seen: not seen.is_known,
)

DISPOSITION_RULES: Final = (
    LOSS_REPORTED,
    DISPOSITION_OF_ANOTHER_SITE,
    ITEM_REPORTED_GONE,
    DISPOSITION_LACKS_EVIDENCE,
    DISPOSITION_DATE_DOUBTFUL,
    DISPOSITION_UNKNOWN,
)
"""In order of weight: the first that a statement breaks names its finding."""
