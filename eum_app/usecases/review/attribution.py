"""Attribution: a finding for each author whose checks of a visit no signed head covers when it should.

A check is *attributed* if its account signed a head of its chain that covers it. A device signs at close-out, at the
end of a session and before it seals. Until then the check is shown as *signature outstanding*. The finding is raised
once the visit was closed out, or a number of days after the check arrived. It lapses when a later head covers it.

It is never raised for entries that HQ held before it knew this rule: `AttributionBegan` in HQ's journal names the
last of each chain, and is recorded once, before the first import of this version. Entries that a device of an earlier
version delivers later are judged; its next session's end covers them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from db.queries.attribution import Author, has_begun, owing_authors, unsigned_checks, visits_owing, visits_with_finding
from db.queries.clocks import came_at
from db.queries.exchange import journal_heads
from db.queries.findings import finding_ids, findings_by_id
from db.queries.visits import closing
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.clock import shifted
from eum_app.domain.compliance.author_rules import UNSIGNED_AUTHOR
from eum_app.domain.compliance.rule import Trigger
from eum_app.domain.facts import AttributionBegan
from eum_app.domain.people import Permission, may
from eum_app.usecases.session import Session

SIGNATURE_DAYS: Final = 14
"""Days after its arrival in which a head should cover a check, if the visit is not closed out before."""
MAX_LISTED: Final = 1_000
"""Checks that one finding lists: an entry of the journal has a largest size."""


def begin_attribution(session: Session) -> None:
    """At HQ: record, once, which entries are older than this rule. Does nothing for a role that may not import.

    Raises Trouble for disk errors.
    """
    if not may(session.role, Permission.BUNDLE_IMPORT) or session.read(has_begun):
        return
    with session.writing() as transaction:
        if has_begun(transaction.connection):
            return
        own = transaction.head(session.name, session.store.named.epoch)
        heads = {(head.origin, head.epoch): head.seq for head in journal_heads(transaction.connection)}
        chains = heads | {(own.origin, own.epoch): own.seq}
        transaction.record(
            AttributionBegan(
                observed_at=session.observed_now(),
                chains=tuple((origin, epoch, seq) for (origin, epoch), seq in sorted(chains.items())),
            )
        )


def visits_to_attribute(transaction: Transaction, device: str) -> set[str]:
    """Return the visits whose signatures a bundle of this device may concern, besides those it names."""
    connection = transaction.connection
    owing = [author for author in owing_authors(connection) if author.origin == device]
    return visits_owing(connection, owing) | visits_with_finding(connection, UNSIGNED_AUTHOR.rule_id, device)


def unsigned_triggers(connection: Connection, visit_id: str, now: str, days: int | None) -> list[Trigger]:
    """Return a trigger for each author whose checks of a visit are unsigned when they should be signed.

    `days` after its arrival, a check of a visit that was not closed out should be signed; None leaves these alone. A
    close-out makes all due at once. A trigger lists all unsigned checks of its author, at most `MAX_LISTED`. An open
    finding stays until the signature comes, also if another number of days raised it. Empty for an unknown visit.
    """
    found = unsigned_checks(connection, visit_id) if owing_authors(connection) else []
    if not found:
        return []
    is_closed = closing(connection, visit_id) is not None
    came = {} if is_closed or days is None else came_at(connection, visit_id)
    before = shifted(now, -(days or 0) * (timedelta(days=1) // timedelta(milliseconds=1)))
    listed = _listed(connection, visit_id)
    by_author: dict[tuple[str, int, str], list[str]] = {}
    due: set[tuple[str, int, str]] = set()
    for check in found:
        author = _key(check.author)
        by_author.setdefault(author, []).append(check.check_id)
        if is_closed or check.check_id in listed or (came.get(check.check_id) or now) < before:
            due.add(author)
    return [_trigger(visit_id, author, by_author[author]) for author in sorted(due)]


def _key(author: Author) -> tuple[str, int, str]:
    return author.origin, author.epoch, author.account


def _listed(connection: Connection, visit_id: str) -> set[str]:
    """Return the checks that open findings about this visit's signatures list."""
    ids = finding_ids(connection, visit_id=visit_id, rule_id=UNSIGNED_AUTHOR.rule_id)
    return {check_id for row in findings_by_id(connection, ids).values() for check_id in row.check_ids}


def _trigger(visit_id: str, author: tuple[str, int, str], check_ids: Iterable[str]) -> Trigger:
    origin, epoch, account = author
    ids = tuple(sorted(check_ids))[:MAX_LISTED]
    return Trigger(
        UNSIGNED_AUTHOR,
        visit_id,
        "",
        ids[0],
        visit_id,
        f"{origin}\0{epoch}\0{account}",
        (UNSIGNED_AUTHOR.rule_id,),
        ids,
        UNSIGNED_AUTHOR.severity,
    )
