"""At HQ: take in a witness's cosignature over a head of the log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from db.queries.log import log_head_of
from eum_app.crypto.certificates import short_fingerprint
from eum_app.domain.clock import CLOCK_TOLERANCE, from_utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import LogHeadWitnessed
from eum_app.domain.tree_heads import SignedHead
from eum_app.usecases.changes import Changed
from eum_app.usecases.proofs.log_head import require_log
from eum_app.usecases.proofs.verify_slip import is_cosigned
from eum_app.usecases.session import Session

MAX_WITNESSES = 16
"""Most cosignatures of one head: a slip holds all of them."""


@dataclass(frozen=True)
class WitnessAdded(Changed):
    """Cosignatures that were taken in: name and key fingerprint of each witness; empty if all were there."""

    size: int
    witnesses: tuple[tuple[str, str], ...]


def add_witness(session: Session, signed: SignedHead) -> WitnessAdded:
    """Record the new cosignatures of a head of this HQ's log, which came back from a witness.

    Which witnesses count is the reader's decision, so any key is taken. Raises Refusal as `require_log`,
    `log.no_such_head` (not a head that this HQ signed), `witness.none`, `witness.invalid`, `log.in_future` (readers
    would refuse the slip), `witness.too_many`; Trouble as any write.
    """
    log_epoch = require_log(session)
    head = signed.head
    if not signed.cosignatures:
        raise Refusal("witness.none")
    with session.writing() as transaction:
        own = log_head_of(transaction.connection, log_epoch, head.size)
        if own is None or own.statement != signed.statement:
            raise Refusal("log.no_such_head", size=head.size)
        held = {one.key for one in own.cosignatures}
        new = list({one.key: one for one in signed.cosignatures if one.key not in held}.values())
        if len(held) + len(new) > MAX_WITNESSES:
            raise Refusal("witness.too_many", limit=MAX_WITNESSES)
        for one in new:
            cosigned = one.cosigned
            if not is_cosigned(one, own.statement):
                raise Refusal("witness.invalid", witness=cosigned.witness)
            if from_utc_text(cosigned.cosigned_at) > session.now() + CLOCK_TOLERANCE:
                raise Refusal("log.in_future", time=cosigned.cosigned_at)
            transaction.record(
                LogHeadWitnessed(
                    observed_at=session.observed_now(),
                    size=head.size,
                    witness=cosigned.witness,
                    fingerprint=hashlib.sha384(one.key).hexdigest(),
                    cosigned_at=cosigned.cosigned_at,
                    statement=one.statement,
                    key=one.key,
                    signature=one.signature,
                )
            )
        named = tuple((one.cosigned.witness, short_fingerprint(one.key)) for one in new)
        return WitnessAdded(frozenset(transaction.areas), head.size, named)
