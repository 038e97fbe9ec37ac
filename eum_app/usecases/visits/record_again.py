"""Record withdrawn checks again, because the person took back the withdrawal."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from db.chains import entries_after
from db.queries.checks import CheckRow, evidence_of
from db.queries.checks import check as find_check
from db.queries.items import identity
from db.transaction import Transaction
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckRecorded, EvidenceAttached, decode_fact
from eum_app.domain.ids import CheckId
from eum_app.domain.people import Permission
from eum_app.usecases.people.scopes import require_open_visit
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.visits.record_check import RecordedCheck, RecordedChecks
from eum_app.usecases.visits.sighting import require_sighted, sighting_terms


def record_again(session: Session, check_ids: Sequence[CheckId]) -> RecordedChecks:
    """Record the same testimony as each of these withdrawn checks, all or none, as new facts of the present time.

    Photos that were added to a check later are attached to the new one too. The result's checks name no areas; it does
    itself. Raises Refusal `permission.denied`, `permission.out_of_scope`, `item.repeated` (an id that is given twice),
    `check.unknown`, `check.not_withdrawn`, `check.foreign` (recorded on another device), `visit.unknown`,
    `visit.closed`, `sighting.…` (what the visit asks for has changed since), `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.VISIT_WORK)
    if len(check_ids) > len(set(check_ids)):
        raise Refusal("item.repeated")
    acts: dict[str, str] = {}
    with session.writing() as transaction:
        recorded = []
        for check_id in check_ids:
            row = find_check(transaction.connection, check_id)
            require_open_visit(session, transaction.connection, row.visit_id)
            if not row.withdrawn:
                raise Refusal("check.not_withdrawn", check_id=check_id[:40])
            if row.origin != session.name:
                raise Refusal("check.foreign", origin=row.origin)
            recorded.append(_repeat(session, transaction, row, acts))
        return RecordedChecks(frozenset(transaction.areas), tuple(recorded))


def _repeat(session: Session, transaction: Transaction, row: CheckRow, acts: dict[str, str]) -> RecordedCheck:
    before = _fact_of(transaction, row)
    require_sighted(
        sighting_terms(transaction.connection, row.visit_id),
        identity(transaction.connection, before.item_id),
        outcome=before.outcome,
        grade=before.grade,
        mark=before.mark,
    )
    fact = msgspec.structs.replace(
        before,
        check_id=new_id(),
        observed_at=before.mark.seen_at or session.observed_now(),
        act=acts.setdefault(before.act, new_id()) if before.act else "",
    )
    entry = transaction.record(fact)
    held = {photo.object_id for photo in before.photos}
    for photo in evidence_of(transaction.connection, check_id=row.check_id):
        if photo.is_photo and photo.object_id not in held:
            transaction.record(
                EvidenceAttached(
                    observed_at=session.observed_now(),
                    evidence_id=new_id(),
                    visit_id=row.visit_id,
                    check_id=fact.check_id,
                    role=photo.role,
                    content=photo.ref,
                )
            )
    return RecordedCheck(frozenset(), CheckId(fact.check_id), fact.outcome, entry.seq)


def _fact_of(transaction: Transaction, row: CheckRow) -> CheckRecorded:
    (entry,) = entries_after(transaction.connection, row.origin, row.epoch, row.seq - 1, row.seq)
    fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
    assert isinstance(fact, CheckRecorded)
    return fact
