"""Heads that readers accept: before HQ signs one, and when a slip needs one.

A head that was signed with a wrong clock, or whose certificate was revoked or has ended, holds for no reader. It stays
in the log, because its entries do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from db.queries.log import HeadRow, log_head_of
from db.store import Connection
from eum_app.crypto.certificates import Certificate
from eum_app.domain.clock import CLOCK_TOLERANCE, from_utc_text, utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.tree_heads import SignedHead
from eum_app.usecases.exchange.trust import own_trust
from eum_app.usecases.session import Session
from sync.trust import TrustList


def require_in_force(chain: Sequence[Certificate], trust: TrustList, signed_at: datetime) -> None:
    """Require that readers accept a head with this date (aware) under these certificates, the signer's first.

    Raises Refusal `log.revoked`, `log.not_in_force`.
    """
    for certificate in chain:
        if trust.revoked_at(certificate) is not None:
            raise Refusal("log.revoked", signer=certificate.origin)
    since, end = max(one.not_before for one in chain), min(one.not_after for one in chain)
    if not since <= signed_at < end:
        times = {"time": utc_text(signed_at), "since": utc_text(since), "until": utc_text(end)}
        raise Refusal("log.not_in_force", signer=chain[0].origin, **times)


def for_readers(signed: SignedHead, now: datetime) -> SignedHead:
    """Return a head without cosignatures that are dated ahead: readers would refuse the whole file for one."""
    latest = now + CLOCK_TOLERANCE
    kept = tuple(one for one in signed.cosignatures if from_utc_text(one.cosigned.cosigned_at) <= latest)
    return replace(signed, cosignatures=kept)


def best_head(
    session: Session, connection: Connection, log_epoch: int, heads: Sequence[HeadRow], index: int
) -> SignedHead | None:
    """Return the head that proves most about leaf `index`, of those that readers accept; None if there is none.

    `heads` are all heads of the log, the newest first. The earliest one that a witness cosigned says best how old the
    entry is, and still holds when HQ's certificate has ended. Else the newest one is taken: its certificate lasts
    longest.
    """
    trust, now = own_trust(connection), session.now()
    covering = [row for row in heads if row.size > index]
    for row in [*(row for row in reversed(covering) if row.witnesses), *covering]:
        signed = log_head_of(connection, log_epoch, row.size)
        if signed is not None and _is_accepted(signed := for_readers(signed, now), trust, now):
            return signed
    return None


def _is_accepted(signed: SignedHead, trust: TrustList, now: datetime) -> bool:
    """Whether a head of this log holds for a reader who trusts HQ's authority and the head's witnesses."""
    chain, signed_at = _chain_in(signed.chain), from_utc_text(signed.head.signed_at)
    try:
        require_in_force(chain, trust, signed_at)
    except Refusal:
        return False
    since, end = max(one.not_before for one in chain), min(one.not_after for one in chain)
    cosigned = [from_utc_text(one.cosigned.cosigned_at) for one in signed.cosignatures]
    is_past = signed_at <= now + CLOCK_TOLERANCE
    return is_past and (now < end or any(since <= at < end for at in cosigned))


@lru_cache(maxsize=8)  # most heads have the same certificates, and parsing takes half of the time of a slip
def _chain_in(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    return tuple(map(Certificate.from_der, chain))
