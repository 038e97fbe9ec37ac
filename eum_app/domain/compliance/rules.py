"""Rules over what visits brought home: values in, triggers out. A finding names the rule's id and version.

The rules are data: what a rule asks for stands in its row of `RULES`, and `run_rules` only reads the rows. What is
merely overdue is no finding; it is computed (`clocks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eum_app.domain.checklists import NOT_OBSERVED, Answer, Checklist, open_questions, visible_questions
from eum_app.domain.findings import Severity, finding_id
from eum_app.domain.ids import FindingId
from eum_app.domain.visits import Outcome

WHOLE_CHECKLIST: Final = "checklist"
"""The subject of a site finding that is about no single question."""


class RuleSubject(StrEnum):
    """Things that rules look at."""

    CHECK = "check"
    QUESTION = "question"
    CLOCK = "clock"
    """Computed, never raised as a finding."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    A check breaks it with one of `outcomes` (and, where `needs_photo`, without a photo), or with its time
    (`is_of_clock`); a question with one of
    `values`. `remedy` says what settles it. `version` is raised when the meaning changes; findings keep theirs.
    """

    rule_id: str
    version: int
    severity: Severity
    subject: RuleSubject
    citation: str
    remedy: str
    outcomes: frozenset[Outcome] = frozenset()
    needs_photo: bool = False
    is_of_clock: bool = False
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CheckSeen:
    """What a rule looks at: a check that counts (newest for its item in its visit, not withdrawn).

    `photos` counts those recorded with it and those attached later; `is_from_future`: it says that it was made after
    it came here.
    """

    check_id: str
    visit_id: str
    item_id: str
    outcome: str
    photos: int = 0
    is_from_future: bool = False


@dataclass(frozen=True)
class SiteSeen:
    """A visit's site checklist with the newest answer to each question. `is_closed`: the visit was closed out once."""

    visit_id: str
    checklist: Checklist
    answers: tuple[Answer, ...]
    is_closed: bool


@dataclass(frozen=True)
class Trigger:
    """A rule broken by one thing. `trigger` is a check's id, a question's id or `WHOLE_CHECKLIST`.

    The finding's id is a hash, so that running the rules twice raises nothing twice. What lapsed and comes back (no,
    then yes, then no again) is another occurrence, with an id of its own.
    """

    rule: Rule
    visit_id: str
    item_id: str
    check_id: str
    subject: str
    trigger: str

    @property
    def finding_id(self) -> FindingId:
        return self.occurrence(1)

    def occurrence(self, number: int) -> FindingId:
        """The finding's id, the first time (1) or when it came back."""
        return finding_id(self.rule.rule_id, self.subject, self.trigger if number == 1 else f"{self.trigger}\0{number}")


ITEM_NOT_FOUND: Final = Rule(
    "item-not-found",
    1,
    Severity.HIGH,
    RuleSubject.CHECK,
    "DODIG-24-140",
    "Find the item, or the papers that say where it is; else start the loss report.",
    outcomes=frozenset({Outcome.NOT_FOUND}),
)
ITEM_NOT_ON_LIST: Final = Rule(
    "item-not-on-list",
    1,
    Severity.MEDIUM,
    RuleSubject.CHECK,
    "NSIAD-94-100",
    "Find the transfer or shipment by which the item came here; correct the book.",
    outcomes=frozenset({Outcome.NOT_ON_LIST}),
)
DISCREPANCY_WITHOUT_PHOTO: Final = Rule(
    "discrepancy-without-photo",
    1,
    Severity.MEDIUM,
    RuleSubject.CHECK,
    "DODIG-25-019",
    "Attach a photo of what differs, or state why none could be taken.",
    outcomes=frozenset({Outcome.DISCREPANCY}),
    needs_photo=True,
)
CLOCK_IN_FUTURE: Final = Rule(
    "clock-in-future",
    1,
    Severity.MEDIUM,
    RuleSubject.CHECK,
    "NIST SP 800-53 AU-8",
    "Ask when it was made; put the device's clock right, and what it said wrong by a correction of time.",
    is_of_clock=True,
)
SITE_CHECKLIST_MISSING: Final = Rule(
    "site-checklist-missing",
    1,
    Severity.HIGH,
    RuleSubject.QUESTION,
    "GAO-14-161; DODIG-25-078",
    "An inventory is not complete without the physical security checklist: answer it on site.",
)
SITE_DEFICIENCY: Final = Rule(
    "site-deficiency",
    1,
    Severity.MEDIUM,
    RuleSubject.QUESTION,
    "DODIG-25-078",
    "Agree on who puts it right until when; close with evidence.",
    values=frozenset({"no"}),
)
SITE_NOT_OBSERVED: Final = Rule(
    "site-not-observed",
    1,
    Severity.LOW,
    RuleSubject.QUESTION,
    "DODIG-25-078",
    "Look at it on the next visit, or take the host's evidence.",
    values=frozenset({NOT_OBSERVED}),
)
INITIAL_INVENTORY_OVERDUE: Final = Rule(
    "initial-inventory-overdue",
    1,
    Severity.HIGH,
    RuleSubject.CLOCK,
    "SAMM C8.4 (within 90 days)",
    "Inventory the item by serial number now.",
)
ANNUAL_INVENTORY_NEVER: Final = Rule(
    "annual-inventory-never",
    1,
    Severity.HIGH,
    RuleSubject.CLOCK,
    "SIGAR-press: never and late are told apart",
    "Inventory the item by serial number now: there is no inventory of it at all.",
)
ANNUAL_INVENTORY_LATE: Final = Rule(
    "annual-inventory-late",
    1,
    Severity.MEDIUM,
    RuleSubject.CLOCK,
    "DODIG-24-140 (within 12 months of the last one)",
    "Plan a visit that expects the item.",
)

RULES: Final = (
    ITEM_NOT_FOUND,
    ITEM_NOT_ON_LIST,
    DISCREPANCY_WITHOUT_PHOTO,
    CLOCK_IN_FUTURE,
    SITE_CHECKLIST_MISSING,
    SITE_DEFICIENCY,
    SITE_NOT_OBSERVED,
    INITIAL_INVENTORY_OVERDUE,
    ANNUAL_INVENTORY_NEVER,
    ANNUAL_INVENTORY_LATE,
)
RULES_BY_ID: Final = {rule.rule_id: rule for rule in RULES}
OUTCOMES_OF_RULES: Final = frozenset[Outcome]().union(*(rule.outcomes for rule in RULES))
"""A check with another outcome breaks no rule, and need not be looked at."""


def run_rules(checks: Iterable[CheckSeen]) -> Iterator[Trigger]:
    """Every check rule over every check, in the checks' order."""
    rules = [rule for rule in RULES if rule.subject == RuleSubject.CHECK]
    for check in checks:
        for rule in rules:
            by_outcome = check.outcome in rule.outcomes and not (rule.needs_photo and check.photos)
            if by_outcome or (rule.is_of_clock and check.is_from_future):
                subject = check.item_id or check.check_id
                yield Trigger(rule, check.visit_id, check.item_id, check.check_id, subject, check.check_id)


def run_site_rules(site: SiteSeen) -> Iterator[Trigger]:
    """Every site rule over one visit's site checklist, once a question, in the checklist's order.

    A "no" is a deficiency only where the checklist expects "yes": "Scanner allowed inside: no" is an answer like any
    other. Missing answers count once the visit is closed out; before, they are work in progress.
    """
    if site.is_closed and any(point.code == "answer.missing" for point in open_questions(site.checklist, site.answers)):
        yield _about_site(SITE_CHECKLIST_MISSING, site.visit_id, WHOLE_CHECKLIST)
    given = {answer.question_id: answer.value for answer in site.answers}
    for question in visible_questions(site.checklist, site.answers):
        value = given.get(question.question_id, "")
        for rule in (SITE_DEFICIENCY, SITE_NOT_OBSERVED):
            expected_otherwise = question.expected is not None and question.expected != value
            if value in rule.values and (value == NOT_OBSERVED or expected_otherwise):
                yield _about_site(rule, site.visit_id, question.question_id)


def question_of(rule_id: str, visit_id: str, of_finding: str, checklist: Checklist) -> str:
    """The question that a site finding is about, found again by its hash; empty where it is about none, or where it
    came back more often than `SOUGHT_OCCURRENCES`."""
    rule = RULES_BY_ID.get(rule_id)
    if rule is None or rule.subject != RuleSubject.QUESTION:
        return ""
    triggers = [_about_site(rule, visit_id, question.question_id) for question in checklist.questions]
    for number in range(1, SOUGHT_OCCURRENCES + 1):
        for trigger in triggers:
            if trigger.occurrence(number) == of_finding:
                return trigger.trigger
    return ""


SOUGHT_OCCURRENCES: Final = 1_000
"""Up to where the text of a question is looked for again; findings themselves come back without any limit."""


def _about_site(rule: Rule, visit_id: str, question_id: str) -> Trigger:
    return Trigger(rule, visit_id, "", "", visit_id, question_id)
