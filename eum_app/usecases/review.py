"""Judgement: rules raise findings over what came in, and a person decides each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from db.queries.findings import finding, finding_ids, known_finding_ids
from db.queries.visits import counting_checks
from db.store import Transaction
from eum_app.domain.compliance.rules import CheckSeen, run_rules
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import FindingLapsed, FindingRaised, FindingReviewed
from eum_app.domain.findings import require_decision
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session, new_id


@dataclass(frozen=True)
class Reviewed(Changed):
    finding_id: str
    decision: str


def judge_visits(transaction: Transaction, visit_ids: Iterable[str], observed_at: str) -> tuple[int, int]:
    """Run every rule over the checks that count in these visits: (findings raised, findings lapsed).

    A finding whose check no longer counts (withdrawn, or a newer one stands) lapses, unless it was decided already.
    """
    raised = lapsed = 0
    for visit_id in sorted(set(visit_ids)):
        seen = [
            CheckSeen(row.check_id, row.visit_id, row.item_id, row.outcome)
            for row in counting_checks(transaction.connection, visit_id)
        ]
        triggers = list(run_rules(seen))
        known = known_finding_ids(transaction.connection, [trigger.finding_id for trigger in triggers])
        new = [
            FindingRaised(
                observed_at=observed_at,
                finding_id=trigger.finding_id,
                rule_id=trigger.rule.rule_id,
                rule_version=trigger.rule.version,
                severity=trigger.rule.severity,
                visit_id=trigger.check.visit_id,
                item_id=trigger.check.item_id,
                check_id=trigger.check.check_id,
            )
            for trigger in triggers
            if trigger.finding_id not in known
        ]
        holding = {trigger.finding_id for trigger in triggers}
        gone = [
            FindingLapsed(observed_at=observed_at, finding_id=finding_id, reason="check_no_longer_counts")
            for finding_id in finding_ids(transaction.connection, visit_id=visit_id)
            if finding_id not in holding
        ]
        if new or gone:
            transaction.record_all([*new, *gone])
        raised += len(new)
        lapsed += len(gone)
    return raised, lapsed


def review_finding(
    session: Session, finding_id: str, *, decision: str, comment: str, disposition: str = ""
) -> Reviewed:
    """Decide a finding: resolve, recheck or escalate. Never by the person who made the check.

    Raises Refusal `permission.denied`, `finding.unknown`, `finding.decided`, `finding.lapsed`, `review.decision`,
    `review.comment`, `review.own_check`.
    """
    session.require("finding.review")
    with session.writing() as transaction:
        row = finding(transaction.connection, finding_id)
        if row.decision:
            raise Refusal("finding.decided", decision=row.decision)
        if row.lapsed_at:
            raise Refusal("finding.lapsed")
        require_decision(decision=decision, comment=comment, reviewer=session.account, checked_by=row.checked_by)
        transaction.record(
            FindingReviewed(
                observed_at=session.observed_now(),
                review_id=new_id(),
                finding_id=finding_id,
                decision=decision,
                comment=comment.strip(),
                disposition=disposition,
            )
        )
        return Reviewed(frozenset(transaction.areas), finding_id, decision)
