"""Findings: rules raise them over imported facts, and a person decides each of them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from db.queries.checklists import site_answers_of, visit_checklists
from db.queries.clocks import came_at, first_came_at
from db.queries.dispositions import seen_though_gone, statements_to_judge
from db.queries.findings import (
    FindingRow,
    checks_to_judge,
    distinct_answers,
    finding,
    finding_ids,
    findings_by_id,
    known_finding_ids,
    still_counts,
)
from db.queries.testimony import answers_of
from db.queries.visits import closing, pending_among, purpose_of
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.checklists import deviations
from eum_app.domain.clock import is_doubtful_time, shifted
from eum_app.domain.compliance.rule import CheckSeen, SiteSeen, StatementSeen, Trigger
from eum_app.domain.compliance.rules import (
    RULES,
    outcomes_of_rules,
    run_disposition_rules,
    run_rules,
    run_site_rules,
)
from eum_app.domain.disposition_list import date_doubt, lacking, version_of
from eum_app.domain.dispositions import TERMINAL
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import FindingLapsed, FindingRaised, FindingReviewed
from eum_app.domain.findings import LapseReason, require_decision
from eum_app.domain.ids import FindingId
from eum_app.domain.people import Permission
from eum_app.domain.time_check import TOLERANCE
from eum_app.domain.visit_kinds import wanted_grade_of
from eum_app.domain.visits import CHECK_VALUES
from eum_app.usecases.changes import Changed
from eum_app.usecases.items.disposition_lists import evidence_of, shipped_lists
from eum_app.usecases.items.disposition_statement import NewDisposition, record_statement
from eum_app.usecases.people.scopes import require_finding
from eum_app.usecases.review.attribution import unsigned_triggers
from eum_app.usecases.review.own_work import is_own_work
from eum_app.usecases.session import Session, new_id


@dataclass(frozen=True)
class Reviewed(Changed):
    """Result of a decision on a finding."""

    finding_id: FindingId
    decision: str


Judged = FindingRaised | FindingLapsed


def record_judgement(transaction: Transaction, judged: list[Judged]) -> tuple[int, int]:
    """Record findings and return how many were raised and how many lapsed.

    A finding that a person decided since the rules ran no longer lapses.
    """
    lapsing = [FindingId(fact.finding_id) for fact in judged if isinstance(fact, FindingLapsed)]
    rows = findings_by_id(transaction.connection, lapsing) if lapsing else {}
    standing = [fact for fact in judged if fact.finding_id not in rows or rows[fact.finding_id].is_open]
    if standing:
        transaction.record_all(standing)
    lapsed = sum(isinstance(fact, FindingLapsed) for fact in standing)
    return len(standing) - lapsed, lapsed


def judge(
    connection: Connection, visit_ids: Iterable[str], observed_at: str, signature_days: int | None = None
) -> list[Judged]:
    """Run every rule over the valid facts of these visits: return the findings to raise and those that lapse.

    `signature_days` after its arrival, a check should be covered by a head that its account signed (None: the calendar
    raises nothing).

    Records nothing, and reads visits in order of id. Unknown visits give nothing. Nor do visits that a device started,
    until HQ adopts them (`start_visit.adopt_visit`): nothing in them counts, and a device can state any number of them.
    A finding lapses when its cause is gone, unless it was decided already. Causes go away when a check is withdrawn or
    replaced, a statement is ended, or a question is answered differently. Where only some of its causes went away (a
    photo arrived later), another occurrence of the finding with those that are left takes its place.
    """
    judged: list[Judged] = []
    wanted = set(visit_ids) - {""}  # "" would mean the findings of every visit
    for visit_id in sorted(wanted - pending_among(connection, wanted)):
        triggers = [*run_rules(_checks_seen(connection, visit_id, observed_at))]
        if (site := _site_seen(connection, visit_id)) is not None:
            triggers += run_site_rules(site)
        triggers += run_disposition_rules(_statements_seen(connection, visit_id))
        triggers += unsigned_triggers(connection, visit_id, observed_at, signature_days)
        open_ids = finding_ids(connection, visit_id=visit_id)
        holding = _occurring(connection, triggers)
        known = known_finding_ids(connection, holding)
        new = [
            FindingRaised(
                observed_at=observed_at,
                finding_id=finding_id,
                rule_id=trigger.rule.rule_id,
                rule_version=trigger.rule.version,
                severity=trigger.severity,
                visit_id=trigger.visit_id,
                item_id=trigger.item_id,
                check_id=trigger.check_id,
                causes=trigger.causes,
                check_ids=trigger.check_ids,
            )
            for finding_id, trigger in holding.items()
            if finding_id not in known
        ]
        replaced = {_about(trigger.rule.rule_id, trigger.item_id, trigger.check_id) for trigger in holding.values()}
        gone = [
            FindingLapsed(observed_at=observed_at, finding_id=finding_id, reason=_why_gone(connection, row, replaced))
            for finding_id, row in findings_by_id(
                connection, [finding_id for finding_id in open_ids if finding_id not in holding]
            ).items()
        ]
        judged += [*new, *gone]
    return judged


def _checks_seen(connection: Connection, visit_id: str, now: str) -> list[CheckSeen]:
    """Return the checks of a visit that could break a rule; most checks are not even read."""
    tolerance_ms = TOLERANCE // timedelta(milliseconds=1)
    late = shifted(min(first_came_at(connection, visit_id) or now, now), tolerance_ms)
    wanted_grade = wanted_grade_of(purpose_of(connection, visit_id))
    unexpected = _unexpected(connection, visit_id)
    # Times of arrival are read only if a check is dated late at all, which is rare.
    gone = seen_though_gone(connection, visit_id)
    rows = checks_to_judge(
        connection, visit_id, outcomes_of_rules(), late, grade=wanted_grade, answers=unexpected, ids=gone
    )
    came = came_at(connection, visit_id) if any(row.observed_at > late for row in rows) else {}
    return [
        CheckSeen(
            row.check_id,
            row.visit_id,
            row.item_id,
            row.outcome,
            row.photos,
            is_from_future=row.observed_at > late
            and row.observed_at > shifted(came.get(row.check_id) or now, tolerance_ms),
            unexpected=unexpected.get(row.answers, ()),
            grade=row.grade,
            wanted_grade=wanted_grade,
            reason=row.reason,
            act=row.act,
            has_doubtful_time=is_doubtful_time(row.observed_at),
            has_unknown_value=any(getattr(row, name) not in known for name, known in CHECK_VALUES.items()),
            was_gone=row.check_id in gone,
        )
        for row in rows
    ]


def _statements_seen(connection: Connection, visit_id: str) -> list[StatementSeen]:
    lists = shipped_lists()
    found = []
    for judged in statements_to_judge(connection, visit_id):
        fact = judged.fact
        under = version_of(lists, fact.list_version)
        state = under.state(fact.disposition) if under else None
        found.append(
            StatementSeen(
                fact.statement_id,
                visit_id,
                fact.item_id,
                is_known=state is not None,
                is_terminal=fact.disposition in TERMINAL,
                is_incident=state is not None and state.is_incident,
                is_of_visit=judged.is_of_visit,
                lacks_evidence=state is not None and bool(lacking(state, evidence_of(fact))),
                date_doubt=date_doubt(fact.happened_on, judged.delivered, fact.observed_at),
            )
        )
    return found


def _unexpected(connection: Connection, visit_id: str) -> dict[str, tuple[str, ...]]:
    """Return text of answers → the questions that it does not answer as expected, for texts with such questions."""
    try:
        checklist, _ = visit_checklists(connection, visit_id)
    except Refusal:
        return {}
    differing = {text: deviations(checklist, answers_of(text)) for text in distinct_answers(connection, visit_id)}
    return {text: tuple(one.question_id for one in found) for text, found in differing.items() if found}


def _site_seen(connection: Connection, visit_id: str) -> SiteSeen | None:
    try:
        _, checklist = visit_checklists(connection, visit_id)
    except Refusal:  # facts about a visit that this HQ did not plan are kept, but there is no checklist to apply
        return None
    return SiteSeen(
        visit_id, checklist, site_answers_of(connection, visit_id), closing(connection, visit_id) is not None
    )


def _occurring(connection: Connection, triggers: Iterable[Trigger]) -> dict[FindingId, Trigger]:
    """Map finding id → trigger. A finding that lapsed, or has other causes now, gets the id of its next occurrence."""
    found = {trigger.finding_id: trigger for trigger in triggers}
    for number in itertools.count(2):
        rows = findings_by_id(connection, list(found))
        lapsed = [row.finding_id for row in rows.values() if row.lapsed_at or _is_outdated(row, found[row.finding_id])]
        if not lapsed:
            break
        for finding_id in lapsed:
            trigger = found.pop(finding_id)
            found[trigger.occurrence(number)] = trigger
    return found


def _is_outdated(row: FindingRow, trigger: Trigger) -> bool:
    """Whether an open finding has other causes or other checks than now. Earlier versions stated no causes."""
    return row.is_open and bool(row.causes) and (row.causes, row.check_ids) != (trigger.causes, trigger.check_ids)


def _about(rule_id: str, item_id: str, check_id: str) -> tuple[str, str]:
    return rule_id, item_id or check_id


def _why_gone(connection: Connection, row: FindingRow, replaced: Collection[tuple[str, str]]) -> LapseReason:
    if row.check_id and _about(row.rule_id, row.item_id, row.check_id) in replaced:
        return LapseReason.CAUSES_CHANGED
    rule = RULES.get(row.rule_id)
    reason = LapseReason.CHECK_NO_LONGER_COUNTS if rule is None else rule.lapse_reason
    if reason is LapseReason.CHECK_NO_LONGER_COUNTS and row.check_id and still_counts(connection, row.check_id):
        return LapseReason.CAUSE_ENDED
    return reason


def review_finding(
    session: Session, finding_id: FindingId, *, decision: str, comment: str, stated: NewDisposition | None = None
) -> Reviewed:
    """Decide a finding: resolve, recheck or escalate. A decision is final.

    A person may not decide a finding about their own work (`own_work`): an item that they checked or made a statement
    about in that visit, or a site checklist that they answered, whatever the result. `stated` says what became of the
    finding's item: it is recorded with the decision, and the book follows. Raises as `record_statement` does, and
    Refusal `permission.denied`, `permission.out_of_scope`, `finding.unknown`, `finding.decided`, `finding.lapsed`,
    `review.decision`, `review.comment` (none), `review.own_check`, `item.unknown` (`stated` is about another item than
    the finding), `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    session.require(Permission.FINDING_REVIEW)
    if stated is not None:
        session.require(Permission.DISPOSITION_STATE)
    with session.writing() as transaction:
        connection = transaction.connection
        row = finding(connection, finding_id)
        require_finding(session, connection, row)
        if row.decision:
            raise Refusal("finding.decided", decision=row.decision)
        if row.lapsed_at:
            raise Refusal("finding.lapsed")
        is_own = is_own_work(session, connection, row)
        require_decision(decision=decision, comment=comment, reviewer=session.account, is_own=is_own)
        if stated is not None:
            if stated.item_id != row.item_id:
                raise Refusal("item.unknown", item_id=stated.item_id[:40])
            record_statement(session, transaction, stated, finding_id=finding_id)
        transaction.record(
            FindingReviewed(
                observed_at=session.observed_now(),
                review_id=new_id(),
                finding_id=finding_id,
                decision=decision,
                comment=comment.strip(),
                disposition=stated.disposition if stated is not None else "",
            )
        )
        return Reviewed(frozenset(transaction.areas), finding_id, decision)
