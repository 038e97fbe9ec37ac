"""Judge the time of a signature: proved before its certificates ended, recorded here before, or only claimed.

A signature proves who signed, not when. A key that leaks after its certificate has ended signs whatever its thief
likes, with any date in it. So a signature whose certificates have ended holds only if another party fixed it before: a
trusted time authority (RFC 3161), or this HQ's own journal, which noted it when it arrived. A head of the journal that
a time authority has seen proves the time of every entry before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from db.chains import entry_hash_at
from db.queries.time_proofs import ProofRow, head_proofs, recorded_signature, time_authorities_of, time_proofs_of
from db.store import Connection
from eum_app.crypto.certificates import Certificate
from eum_app.crypto.timestamps import ProvedTime, TimeAuthority, imprint_of, time_statement, verify_time
from eum_app.domain.clock import instant_of, utc_text
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.journal import Head
from eum_app.usecases.store.head_signatures import HEAD_PURPOSE, head_message
from sync.bundle_file import Header, time_statement_of
from sync.trust import TrustList


class TimeVerdict(StrEnum):
    """Result for the time of a signature. Only `CLAIMED` speaks against it."""

    PROVED = "proved"
    """A time authority saw it before the signer's certificates ended."""
    RECORDED = "recorded"
    """This store's journal recorded it before they ended; the time is by this store's clock."""
    WITNESSED = "witnessed"
    """A witness whom the reader named cosigned it before they ended. Only for heads of HQ's log."""
    CURRENT = "current"
    """The certificates are in force, so nothing needs to be proved yet."""
    CLAIMED = "claimed"
    """They have ended, and only the signer says that it signed before."""


@dataclass(frozen=True)
class TimeProof:
    """The verdict; `at` (UTC text) and `by` name the earliest proof, and are empty without one."""

    verdict: TimeVerdict
    at: str = ""
    by: str = ""

    @property
    def moment(self) -> datetime | None:
        """The time as of which the signer is judged; None for now."""
        return instant_of(self.at) if self.at else None


def trusted_authorities(connection: Connection, own: str) -> list[TimeAuthority]:
    """Return the time authorities that this store, `own`, trusts today."""
    rows = time_authorities_of(connection, own)
    return [TimeAuthority(row.name, row.certificate) for row in rows if row.is_trusted]


def judge_time(
    connection: Connection | None,
    imprint: str,
    chain: Sequence[Certificate],
    *,
    own: str = "",
    now: datetime,
    trust: TrustList | None = None,
    answers: Sequence[bytes] = (),
    authorities: Sequence[TimeAuthority] = (),
) -> TimeProof:
    """Judge the time of the signature with this imprint, whose signer has the certificates `chain`.

    The store of `connection`, whose name is `own`, adds the authorities, answers and records of its journal. Every
    answer is verified again. `now` is aware.
    """
    end = trust.end_of(chain) if trust else min(certificate.not_after for certificate in chain)
    since = max(certificate.not_before for certificate in chain)
    trusted, known = list(authorities), list(answers)
    if connection is not None:
        trusted += trusted_authorities(connection, own)
    if now < end and not trusted:
        return TimeProof(TimeVerdict.CURRENT)
    if connection is not None:
        known += [row.answer for row in time_proofs_of(connection, own, imprint)]
    proved = earliest(known, imprint, trusted)
    # An answer from before the certificates began cannot be about a signature by their keys.
    if proved is not None and since <= proved.at < end:
        return TimeProof(TimeVerdict.PROVED, utc_text(proved.at), proved.authority.name)
    if connection is not None and (recorded := _recorded(connection, own, imprint, trusted, end)):
        return recorded
    return TimeProof(TimeVerdict.CURRENT if now < end else TimeVerdict.CLAIMED)


def earliest(answers: Sequence[bytes], imprint: str, authorities: Sequence[TimeAuthority]) -> ProvedTime | None:
    """Return the earliest time that an answer proves, None if none does."""
    proved = []
    for answer in answers:
        try:
            proved.append(verify_time(answer, imprint, authorities))
        except Refusal:
            continue  # of an authority that is no longer trusted, or about another signature
    return min(proved, key=lambda one: one.at, default=None)


def proved_head(connection: Connection, row: ProofRow, authorities: Sequence[TimeAuthority]) -> ProvedTime | None:
    """Return the time at which this head existed, if an answer proves it and the chain here holds that entry."""
    head = row.head
    if entry_hash_at(connection, head.origin, head.epoch, head.seq) != head.hash:
        return None
    message = head_message(Head(head.origin, head.epoch, head.seq, head.hash))
    # Computed, not believed: a row could name a later head than its answer is about.
    imprint = imprint_of(time_statement(HEAD_PURPOSE, head.signer, message, head.signature))
    return earliest([row.answer], imprint, authorities)


def _recorded(
    connection: Connection, own: str, imprint: str, authorities: Sequence[TimeAuthority], end: datetime
) -> TimeProof | None:
    """Return what this store's journal says about the signature, if it said so before `end`."""
    entry = recorded_signature(connection, own, imprint)
    if entry is None:
        return None
    for row in head_proofs(connection, own, entry.epoch, entry.seq):
        proved = proved_head(connection, row, authorities)
        if proved is not None and proved.at < end:
            return TimeProof(TimeVerdict.PROVED, utc_text(proved.at), proved.authority.name)
    at = instant_of(entry.at)
    if at is None or at >= end:
        return None
    return TimeProof(TimeVerdict.RECORDED, entry.at, entry.origin)


def proved_time_of_bundle(
    connection: Connection, own: str, path: Path, header: Header, trust: TrustList, now: datetime
) -> datetime | None:
    """Return the time as of which a bundle's sender is judged: None, for now, unless its certificates have ended.

    A file that is not whole proves nothing: the reader names its fault.
    """
    chain = (*header.chain, trust.root)
    if now < trust.end_of(chain):
        return None
    try:
        _, statement = time_statement_of(path)
    except KnownError:
        return None
    return judge_time(connection, imprint_of(statement), chain, own=own, now=now, trust=trust).moment
