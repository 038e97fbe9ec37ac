"""Clock corrections: a wrong clock is recorded as a fact, and another fact corrects its times.

The journal keeps its order, and no entry is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from db.chains import chain_head, recorded_at
from db.queries.people import all_devices
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.clock import shifted, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ClockJumped, FactsReceived, TimeCorrected
from eum_app.domain.people import Permission
from eum_app.domain.stores import JumpSeenBy, TimeSource
from eum_app.domain.time_check import TOLERANCE
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session

MAX_OFFSET: Final = timedelta(days=100 * 366)
MAX_REASON: Final = 2_000


@dataclass(frozen=True)
class Corrected(Changed):
    """Result of a correction."""

    origin: str
    epoch: int
    first_seq: int
    last_seq: int


def correct_time(
    session: Session,
    *,
    origin: str,
    epoch: int,
    first_seq: int,
    last_seq: int,
    offset: timedelta,
    source: str,
    reason: str,
) -> Corrected:
    """Record that entries of a chain were made `offset` later (or, if negative, earlier) than their `recorded_at` says.

    A device corrects its own chain; HQ corrects any chain that it holds, and informs the device in its next bundle. The
    read tables are rebuilt in the same transaction, so that states, due dates and reports use the corrected times.

    Raises Refusal `permission.denied`, `time.foreign_chain`, `time.no_such_entries`, `time.source`,
    `time.reason_missing` (blank, or over 2,000 characters), `time.offset` (less than a millisecond, or over 100 years);
    Trouble for disk errors. After any error nothing is recorded.
    """
    session.require(permission_to_correct(session))
    if not session.is_hq and origin != session.name:
        raise Refusal("time.foreign_chain", origin=origin)
    if member_of(TimeSource, source) is None:
        raise Refusal("time.source", source=source[:40], known=", ".join(TimeSource))
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Refusal("time.reason_missing")
    offset_ms = round(offset / timedelta(milliseconds=1))
    if not offset_ms or abs(offset) > MAX_OFFSET:
        raise Refusal("time.offset")
    named = session.store.named
    with session.writing(alone=True) as transaction:
        connection = transaction.connection
        head = chain_head(connection, origin, epoch)
        if not 1 <= first_seq <= last_seq <= head.seq:
            raise Refusal("time.no_such_entries", origin=origin, held=head.seq)
        observed_at = session.observed_now()
        if (origin, epoch) == (named.name, named.epoch) and last_seq == head.seq:
            # This chain itself may be ahead, so this fact must follow the corrected time of its newest one.
            newest = recorded_at(connection, origin, epoch, head.seq)
            observed_at = max(utc_text(session.now()), shifted(newest, offset_ms))
        fact = TimeCorrected(
            observed_at=observed_at,
            origin=origin,
            epoch=epoch,
            first_seq=first_seq,
            last_seq=last_seq,
            offset_ms=offset_ms,
            source=source,
            reason=reason.strip(),
        )
        transaction.record(fact)
        if session.is_hq and any(row.device == origin for row in all_devices(connection)):
            transaction.copy_out(origin, [fact])
        areas = frozenset(transaction.areas)
    return Corrected(areas, origin, epoch, first_seq, last_seq)


def permission_to_correct(session: Session) -> Permission:
    """Return the permission that a clock correction needs in this store."""
    return Permission.FINDING_REVIEW if session.is_hq else Permission.VISIT_WORK


def note_receipt_time(transaction: Transaction, receipt: FactsReceived) -> None:
    """On a device: record a doubt if HQ received facts, by its clock, before this device recorded them.

    One of the two clocks must be wrong. A receipt for another chain, or in time within `TOLERANCE`, records nothing.
    """
    entry_at = _own_entry_at(transaction.connection, transaction.author.origin, receipt)
    if entry_at and entry_at > shifted(receipt.observed_at, TOLERANCE // timedelta(milliseconds=1)):
        transaction.record(
            ClockJumped(
                observed_at=transaction.own.observed_now(),
                from_at=receipt.observed_at,
                to_at=entry_at,
                noticed_by=JumpSeenBy.RECEIPT,
            )
        )


def _own_entry_at(connection: Connection, own: str, receipt: FactsReceived) -> str:
    return recorded_at(connection, own, receipt.epoch, receipt.seq) if receipt.origin == own else ""
