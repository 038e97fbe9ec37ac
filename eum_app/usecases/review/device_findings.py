"""Findings about the journals of devices, which belong to no visit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from db.content import ContentFolder, read_start
from db.queries.findings import known_finding_ids
from db.queries.forks import DoubtfulEntries, forks, unreadable
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.compliance.device_rules import DEVICE_FORKED, UNREADABLE_ENTRY, UNSHOWABLE_PICTURE
from eum_app.domain.compliance.rule import DeviceRule
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentRef, Fact, FindingRaised, UnknownFact, picture_refs
from eum_app.domain.findings import finding_id
from eum_app.domain.ids import FindingId
from eum_app.domain.journal import Entry
from eum_app.domain.pictures import HEAD_BYTES, picture_head


class StatedPicture(NamedTuple):
    """A picture that an entry of a device names."""

    entry: Entry
    ref: ContentRef


def stated_pictures(entries: Iterable[Entry], facts: Iterable[Fact | UnknownFact]) -> list[StatedPicture]:
    """Return the pictures that these entries name; each fact is that of the entry at its place."""
    return [StatedPicture(entry, ref) for entry, fact in zip(entries, facts, strict=True) for ref in picture_refs(fact)]


def judge_devices(transaction: Transaction, observed_at: str, unshowable: Iterable[DoubtfulEntries] = ()) -> int:
    """Raise a finding for each fork and each run of unreadable entries that has none yet, and for `unshowable`, new
    entries with pictures that cannot be shown. Return the number of findings.
    """
    connection = transaction.connection
    found = [_raised(DEVICE_FORKED, one, observed_at) for one in forks(connection)]
    found += [_raised(UNREADABLE_ENTRY, one, observed_at) for one in unreadable(connection)]
    found += [_raised(UNSHOWABLE_PICTURE, one, observed_at) for one in unshowable]
    known = known_finding_ids(connection, [FindingId(fact.finding_id) for fact in found]) if found else set()
    new = [fact for fact in found if fact.finding_id not in known]
    if new:
        transaction.record_all(new)
    return len(new)


def unshowable_entries(
    connection: Connection, content: ContentFolder, pictures: Iterable[StatedPicture]
) -> list[DoubtfulEntries]:
    """Return for each chain the range from the first to the last entry whose pictures are none. No decoder sees them.

    Withheld ones are skipped. Raises Refusal and Trouble as `read_start` does.
    """
    found: dict[tuple[str, int], list[int]] = {}
    for entry, ref in pictures:
        start = read_start(connection, content, ref.object_id, HEAD_BYTES)
        try:
            if start:  # else it is withheld
                picture_head(start, ref.size)
        except Refusal:
            found.setdefault((entry.origin, entry.epoch), []).append(entry.seq)
    return [DoubtfulEntries(*chain, min(seqs), max(seqs)) for chain, seqs in found.items()]


def _raised(rule: DeviceRule, about: DoubtfulEntries, observed_at: str) -> FindingRaised:
    trigger = "" if rule is DEVICE_FORKED else f"{about.first_seq}-{about.last_seq}"
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
