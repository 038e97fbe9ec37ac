"""Rules over the checks of visits: values in, triggers out. A finding names the rule's id and version.

EEUM articles are accounted for by serial number at every annual inventory (DODIG-24-140, DOMAIN section 1.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from eum_app.domain.findings import finding_id


@dataclass(frozen=True)
class Rule:
    rule_id: str
    version: int
    severity: str
    outcome: str
    citation: str


@dataclass(frozen=True)
class CheckSeen:
    """What a rule looks at: a check that counts (newest for its item in its visit, not withdrawn)."""

    check_id: str
    visit_id: str
    item_id: str
    outcome: str


@dataclass(frozen=True)
class Trigger:
    finding_id: str
    rule: Rule
    check: CheckSeen


ITEM_NOT_FOUND: Final = Rule("item-not-found", 1, "high", "not_found", "DODIG-24-140; DOMAIN 1.2")
ITEM_NOT_ON_LIST: Final = Rule("item-not-on-list", 1, "medium", "not_on_list", "NSIAD-94-100; DOMAIN 3")
RULES: Final = (ITEM_NOT_FOUND, ITEM_NOT_ON_LIST)


def run_rules(checks: Iterable[CheckSeen]) -> Iterator[Trigger]:
    """Every rule over every check, in the checks' order."""
    for check in checks:
        for rule in RULES:
            if check.outcome == rule.outcome:
                subject = check.item_id or check.check_id
                yield Trigger(finding_id(rule.rule_id, subject, check.check_id), rule, check)
