"""The registry of rules, and the functions that run them: values in, triggers out.

Everything that shows, runs or documents rules reads `RULES`. A rule is added to the module of its subject
(`check_rules`, `site_rules`, `disposition_rules`, `author_rules`, `device_rules`, `clock_rules`) and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from eum_app.domain.checklists import Checklist
from eum_app.domain.compliance.author_rules import AUTHOR_RULES
from eum_app.domain.compliance.check_rules import CHECK_RULES
from eum_app.domain.compliance.clock_rules import CLOCK_RULES
from eum_app.domain.compliance.clocks import ClockState
from eum_app.domain.compliance.device_rules import DEVICE_RULES
from eum_app.domain.compliance.disposition_rules import DISPOSITION_RULES
from eum_app.domain.compliance.rule import (
    CheckRule,
    CheckSeen,
    ClockRule,
    DispositionRule,
    Rule,
    SiteRule,
    SiteSeen,
    StatementSeen,
    Trigger,
)
from eum_app.domain.compliance.site_rules import SITE_RULES
from eum_app.domain.findings import Severity
from eum_app.domain.visits import Outcome

RULES: Final[dict[str, Rule]] = {
    rule.rule_id: rule
    for rule in (*CHECK_RULES, *SITE_RULES, *DISPOSITION_RULES, *AUTHOR_RULES, *DEVICE_RULES, *CLOCK_RULES)
}
"""Every rule by its id, in the order in which it is run and documented."""

SOUGHT_OCCURRENCES: Final = 1_000
"""Occurrences that `question_of` tries; the number of occurrences itself is not limited."""


def outcomes_of_rules() -> frozenset[Outcome]:
    """Return the outcomes with which a check can break a rule.

    Checks with other outcomes need to be read only for the other reasons that `CheckRule` names.
    """
    return frozenset[Outcome]().union(*(rule.outcomes for rule in RULES.values() if isinstance(rule, CheckRule)))


def run_rules(checks: Iterable[CheckSeen]) -> Iterator[Trigger]:
    """Yield one trigger for each check that breaks a rule, in the checks' order, with all the rules it breaks.

    Checks of one act with the same outcome and reason (a locked room) have one trigger together; these follow. Such a
    trigger has no item, and the smallest check id as its check.
    """
    rules = [rule for rule in RULES.values() if isinstance(rule, CheckRule)]
    of_acts: dict[tuple[str, ...], list[tuple[CheckSeen, list[CheckRule]]]] = {}
    for check in checks:
        broken = [rule for rule in rules if rule.is_broken(check)]
        if broken and check.act:
            act = (check.visit_id, check.act, check.outcome, check.reason)
            of_acts.setdefault(act, []).append((check, broken))
        elif broken:
            subject = check.item_id or check.check_id
            yield _about_checks(broken, check, subject, check.check_id)
    for (visit_id, *parts), found in of_acts.items():
        broken = [rule for rule in rules if any(rule in of_check for _, of_check in found)]
        check_ids = tuple(sorted(check.check_id for check, _ in found))
        first = next(check for check, _ in found if check.check_id == check_ids[0])
        yield _about_checks(broken, replace(first, item_id=""), visit_id, "\0".join(parts), check_ids)


def _about_checks(
    broken: Sequence[CheckRule], check: CheckSeen, subject: str, trigger: str, check_ids: tuple[str, ...] = ()
) -> Trigger:
    return Trigger(
        broken[0],
        check.visit_id,
        check.item_id,
        check.check_id,
        subject,
        trigger,
        tuple(rule.rule_id for rule in broken),
        check_ids,
        _gravest(broken),
    )


def run_site_rules(site: SiteSeen) -> list[Trigger]:
    """Return a trigger for each site rule that one visit's site checklist breaks.

    Triggers about the whole checklist come first, then those about questions, in the checklist's order.
    """
    place = {question.question_id: at for at, question in enumerate(site.checklist.questions, 1)}
    triggers = [
        _about_site(rule, site.visit_id, subject)
        for rule in RULES.values()
        if isinstance(rule, SiteRule)
        for subject in rule.broken_by(site)
    ]
    return sorted(triggers, key=lambda trigger: place.get(trigger.trigger, 0))


def run_disposition_rules(statements: Iterable[StatementSeen]) -> Iterator[Trigger]:
    """Yield one trigger for each statement that breaks a rule, with all the rules it breaks."""
    rules = [rule for rule in RULES.values() if isinstance(rule, DispositionRule)]
    for seen in statements:
        broken = [rule for rule in rules if rule.is_broken(seen)]
        if broken:
            yield Trigger(
                broken[0],
                seen.visit_id,
                seen.item_id,
                "",
                seen.item_id,
                seen.statement_id,
                tuple(rule.rule_id for rule in broken),
                severity=_gravest(broken),
            )


def _gravest(broken: Sequence[Rule]) -> Severity:
    return min((rule.severity for rule in broken), key=list(Severity).index)


def broken_clock_rules(state: ClockState) -> tuple[ClockRule, ...]:
    """Return the clock rules that an item breaks while its clock is in this state."""
    return tuple(rule for rule in RULES.values() if isinstance(rule, ClockRule) and rule.is_broken(state))


def question_of(rule_id: str, visit_id: str, of_finding: str, checklist: Checklist) -> str:
    """Return the id of the question that a site finding is about, recovered from its hash.

    Returns "" if it is about no single question of the checklist, `rule_id` is not a site rule, or the finding recurred
    more often than `SOUGHT_OCCURRENCES`.
    """
    rule = RULES.get(rule_id)
    if not isinstance(rule, SiteRule):
        return ""
    triggers = [_about_site(rule, visit_id, question.question_id) for question in checklist.questions]
    for number in range(1, SOUGHT_OCCURRENCES + 1):
        for trigger in triggers:
            if trigger.occurrence(number) == of_finding:
                return trigger.trigger
    return ""


def _about_site(rule: Rule, visit_id: str, question_id: str) -> Trigger:
    return Trigger(rule, visit_id, "", "", visit_id, question_id, severity=rule.severity)
