"""Rules about who looked. A new one is an object here and a place in `AUTHOR_RULES`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.compliance.rule import AuthorRule
from eum_app.domain.findings import Severity
from eum_app.domain.translatable import QT_TRANSLATE_NOOP

UNSIGNED_AUTHOR: Final = AuthorRule(
    rule_id="unsigned-author",
    version=1,
    severity=Severity.MEDIUM,
    citation="NIST SP 800-53 AU-10",
    title=QT_TRANSLATE_NOOP("rules", "Signature outstanding"),
    explanation=QT_TRANSLATE_NOOP(
        "rules",
        "The device names an account for these checks, but that account has not signed the journal over them.",
    ),
    remedy=QT_TRANSLATE_NOOP(
        "rules",
        "Ask that person to unlock the device, lock it, and send its bundle: the finding then lapses. Else ask who "
        "looked.",
    ),
)

AUTHOR_RULES: Final = (UNSIGNED_AUTHOR,)
