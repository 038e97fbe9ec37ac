"""Findings about the journals of devices, which belong to no visit."""

from __future__ import annotations

from db.queries.findings import known_finding_ids
from db.queries.forks import DoubtfulEntries, forks, unreadable
from db.transaction import Transaction
from eum_app.domain.compliance.device_rules import DEVICE_FORKED, UNREADABLE_ENTRY
from eum_app.domain.compliance.rule import DeviceRule
from eum_app.domain.facts import FindingRaised
from eum_app.domain.findings import finding_id
from eum_app.domain.ids import FindingId


def judge_devices(transaction: Transaction, observed_at: str) -> int:
    """Raise a finding for each fork and each run of unreadable entries that has none yet. Return their number."""
    connection = transaction.connection
    found = [_raised(DEVICE_FORKED, one, observed_at) for one in forks(connection)]
    found += [_raised(UNREADABLE_ENTRY, one, observed_at) for one in unreadable(connection)]
    known = known_finding_ids(connection, [FindingId(fact.finding_id) for fact in found]) if found else set()
    new = [fact for fact in found if fact.finding_id not in known]
    if new:
        transaction.record_all(new)
    return len(new)


def _raised(rule: DeviceRule, about: DoubtfulEntries, observed_at: str) -> FindingRaised:
    trigger = f"{about.first_seq}-{about.last_seq}" if rule is UNREADABLE_ENTRY else ""
    return FindingRaised(
        observed_at=observed_at,
        finding_id=finding_id(rule.rule_id, f"{about.device}/{about.epoch}", trigger),
        rule_id=rule.rule_id,
        rule_version=rule.version,
        severity=rule.severity,
        visit_id="",
        item_id="",
        check_id="",
        causes=(rule.rule_id,),
        device=about.device,
        epoch=about.epoch,
        first_seq=about.first_seq,
        last_seq=about.last_seq,
    )
