"""Types of rules: an object with an id, texts, and the function that decides whether the rule is broken.

`rules` is the registry. Overdue clocks raise no findings: clock rules are computed each time (`clocks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from eum_app.domain.checklists import Answer, Checklist
from eum_app.domain.compliance.clocks import ClockState
from eum_app.domain.findings import LapseReason, Severity, finding_id
from eum_app.domain.ids import FindingId
from eum_app.domain.visits import Outcome

WHOLE_CHECKLIST: Final = "checklist"
"""The subject of a site finding that is about no single question."""


@dataclass(frozen=True)
class CheckSeen:
    """Input of a check rule: a check that counts (the newest for its item in its visit, not withdrawn).

    `photos` counts those recorded with it and those attached later. `is_from_future`: its time is later than its
    arrival. `unexpected` are the ids of the questions that were not answered as expected. `wanted_grade` is the grade
    of evidence that the visit's kind asks for (empty: any). Checks made in one act share `act`. `has_doubtful_time`:
    its year cannot be right. `has_unknown_value`: this version does not know its outcome, reason, grade or way of
    reading. `was_gone`: the item had been reported as gone before.
    """

    check_id: str
    visit_id: str
    item_id: str
    outcome: str
    photos: int = 0
    is_from_future: bool = False
    unexpected: tuple[str, ...] = ()
    grade: str = ""
    wanted_grade: str = ""
    reason: str = ""
    act: str = ""
    has_doubtful_time: bool = False
    has_unknown_value: bool = False
    was_gone: bool = False


@dataclass(frozen=True)
class SiteSeen:
    """Input of a site rule: a visit's site checklist with the newest answer to each question.

    `is_closed`: the visit was closed out at least once.
    """

    visit_id: str
    checklist: Checklist
    answers: tuple[Answer, ...]
    is_closed: bool


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: texts for people, and the version that its findings keep.

    `explanation` says in one sentence why the rule exists, `remedy` what settles a finding. Raise `version` when the
    meaning changes. The id is part of every finding's id and never changes.
    """

    subject: ClassVar[str]
    lapse_reason: ClassVar[LapseReason] = LapseReason.CHECK_NO_LONGER_COUNTS

    rule_id: str
    version: int
    severity: Severity
    citation: str
    title: str
    explanation: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class CheckRule(Rule):
    """A rule that a check breaks where `is_broken` says so.

    `outcomes` are those of the checks that can break it. Other checks are read only for six reasons: a time in the
    future or in a doubtful year, an unexpected answer, a value that this version does not know, another grade than the
    visit asks for, or an item that had been reported as gone.
    """

    subject: ClassVar[str] = "check"

    is_broken: Callable[[CheckSeen], bool]
    outcomes: frozenset[Outcome] = frozenset()


@dataclass(frozen=True, kw_only=True)
class SiteRule(Rule):
    """A rule over a site checklist: `broken_by` yields the id of each question that breaks it, or `WHOLE_CHECKLIST`."""

    subject: ClassVar[str] = "site"
    lapse_reason: ClassVar[LapseReason] = LapseReason.ANSWERED_SINCE

    broken_by: Callable[[SiteSeen], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class DeviceRule(Rule):
    """A rule about a device's journal (`usecases.review.device_findings`). Its findings belong to no visit."""

    subject: ClassVar[str] = "device"


@dataclass(frozen=True, kw_only=True)
class AuthorRule(Rule):
    """A rule about the account that a visit's checks name (`usecases.review.attribution`)."""

    subject: ClassVar[str] = "author"
    lapse_reason: ClassVar[LapseReason] = LapseReason.SIGNED_SINCE


@dataclass(frozen=True)
class StatementSeen:
    """Input of a disposition rule: a statement made at a visit that counts.

    `is_known`: this version knows the disposition and the version of the list. `is_of_visit`: the visit expected or
    checked the item. `date_doubt` as of `disposition_list.date_doubt`.
    """

    statement_id: str
    visit_id: str
    item_id: str
    is_known: bool = True
    is_terminal: bool = False
    is_incident: bool = False
    is_of_visit: bool = True
    lacks_evidence: bool = False
    date_doubt: str = ""


@dataclass(frozen=True, kw_only=True)
class DispositionRule(Rule):
    """A rule about what a visit states became of an item."""

    subject: ClassVar[str] = "disposition"
    lapse_reason: ClassVar[LapseReason] = LapseReason.STATEMENT_ENDED

    is_broken: Callable[[StatementSeen], bool]


@dataclass(frozen=True, kw_only=True)
class ClockRule(Rule):
    """A rule that an item breaks while its clock is in a state for which `is_broken` is true; never a finding."""

    subject: ClassVar[str] = "clock"

    is_broken: Callable[[ClockState], bool]


@dataclass(frozen=True)
class Trigger:
    """A finding's cause.

    `trigger` is the id of a check or a statement, an act with its reason, a question's id, or `WHOLE_CHECKLIST`.

    A check has one trigger, whatever it breaks: `rule` is the first broken one, `causes` the ids of all of them. Checks
    of one act have one trigger together, and `check_ids` lists them (empty for a single check).

    The finding's id is a hash, so that running the rules twice raises nothing twice. What lapsed and comes back (no,
    then yes, then no again) is another occurrence with a different id.
    """

    rule: Rule
    visit_id: str
    item_id: str
    check_id: str
    subject: str
    trigger: str
    causes: tuple[str, ...] = ()
    check_ids: tuple[str, ...] = ()
    severity: Severity = Severity.LOW

    @property
    def finding_id(self) -> FindingId:
        """The id of the finding's first occurrence."""
        return self.occurrence(1)

    def occurrence(self, number: int) -> FindingId:
        """Return the finding's id for its first (1) or a later occurrence."""
        return finding_id(self.rule.rule_id, self.subject, self.trigger if number == 1 else f"{self.trigger}\0{number}")
