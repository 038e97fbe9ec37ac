"""Verify a proof slip or a signed head, with a separate verdict for each thing that can fail alone.

Keys inside a file are never trusted by themselves. Who signed is decided by the reader's store, or by the fingerprint
of the authority; who witnessed, by the fingerprints that the reader names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from db.queries.log import log_head_of
from db.store import Connection
from eum_app.crypto.certificates import Certificate, Role, check_chain, check_validity, short_fingerprint
from eum_app.crypto.signing import VerifyKey
from eum_app.crypto.suites import Suite
from eum_app.crypto.timestamps import TimeAuthority, imprint_of, time_statement
from eum_app.domain.clock import CLOCK_TOLERANCE, from_utc_text, system_now
from eum_app.domain.errors import Refusal
from eum_app.domain.ids import plain_fingerprint
from eum_app.domain.merkle import is_consistent
from eum_app.domain.proof_slips import SLIP_SUFFIX, Slip, is_slip
from eum_app.domain.tree_heads import (
    COSIGN_PURPOSE,
    HEAD_PURPOSE,
    HEAD_SUFFIX,
    Cosignature,
    SignedHead,
    TreeHead,
    decode_head,
    is_head,
)
from eum_app.scanning.file_symbols import file_in, is_picture
from eum_app.usecases.exchange.time_proofs import TimeProof, TimeVerdict, judge_time
from eum_app.usecases.exchange.trust import trust_list, with_list
from eum_app.usecases.session import Session
from sync.files import opened_for_reading, read_small
from sync.trust import TrustList

MAX_PICTURE_BYTES = 20_000_000


class Verdict(StrEnum):
    """Result of a verification. Only `HOLDS` says that the record may be believed to be in HQ's log."""

    HOLDS = "holds"
    UNALTERED = "unaltered"
    """Unaltered since it was signed, by someone whom neither a store nor a fingerprint vouches for."""
    CLAIMED = "claimed"
    """As `HOLDS`, but HQ's certificates have ended, and only the head says that it was signed before."""
    FAILS = "fails"


@dataclass(frozen=True)
class Trust:
    """Whom the reader believes: short fingerprints in any case and with any separators, and an open store.

    `root` is the authority's, empty for none. `witnesses` are those of witnesses' keys. `time_authorities` are believed
    besides those of the store, and `revocations`, the authority's list of revoked HQs (DER), besides what it knows.
    """

    root: str = ""
    witnesses: tuple[str, ...] = ()
    session: Session | None = None
    time_authorities: tuple[TimeAuthority, ...] = ()
    revocations: bytes | None = None


NO_TRUST = Trust()


@dataclass(frozen=True)
class WitnessProof:
    """One cosignature of a head. `is_known`: the reader named the key's fingerprint; None if the reader named none."""

    witness: str
    fingerprint: str
    cosigned_at: str
    holds: bool
    is_known: bool | None


@dataclass(frozen=True)
class LogHeadProof:
    """Verdicts about a signed head. `refusals` say what was wrong, in the order of the checks."""

    head: TreeHead
    signer: str
    signer_role: str
    root_fingerprint: str
    signature_holds: bool
    """HQ's signature is valid, by a certificate of the role hq for this log."""
    signer_is_known: bool | None
    witnesses: tuple[WitnessProof, ...]
    time: TimeProof
    """When the head was signed. HQ's own statement counts only while its certificates are in force."""
    is_future: bool
    """The head or a cosignature is dated later than now, so its date is wrong."""
    refusals: tuple[Refusal, ...]
    wants_witness: bool = False
    """The reader named witnesses, so one of them must have cosigned."""

    @property
    def is_witnessed(self) -> bool:
        """Whether a witness whom the reader named cosigned."""
        return any(one.holds and one.is_known for one in self.witnesses)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the head alone."""
        if not self.signature_holds or self.signer_is_known is False or not all(one.holds for one in self.witnesses):
            return Verdict.FAILS
        if self.is_future or (self.wants_witness and not self.is_witnessed):
            return Verdict.FAILS
        if not self.signer_is_known:
            return Verdict.UNALTERED
        return Verdict.CLAIMED if self.time.verdict is TimeVerdict.CLAIMED else Verdict.HOLDS


@dataclass(frozen=True)
class SlipProof:
    """Verdicts about a slip. `head` is None if neither the slip nor the reader had one."""

    slip: Slip
    head: LogHeadProof | None
    is_included: bool
    """The proof leads from the record to the head's root."""
    refusals: tuple[Refusal, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict on everything."""
        if self.head is None or not self.is_included:
            return Verdict.FAILS
        return self.head.verdict


def is_named_proof(path: Path) -> bool:
    """Whether a file's name or first bytes say that it is a slip, a head, or a picture that may show one."""
    if path.suffix.lower() in {SLIP_SUFFIX, HEAD_SUFFIX}:
        return True
    try:
        with opened_for_reading(path) as file:
            data = file.read(16)
    except Refusal:
        return False
    return is_slip(data) or is_head(data) or is_picture(data)


def read_proof(paths: Sequence[Path]) -> bytes:
    """Return the bytes of a slip or head, from its file or from pictures of its QR symbols.

    Raises Refusal as `read_file` and `file_in`, and `proof.unreadable` for anything else.
    """
    parts = [read_file(path) for path in paths]
    data = file_in(parts) if all(is_picture(one) for one in parts) else parts[0]
    if (len(parts) > 1 and data is parts[0]) or not (is_slip(data) or is_head(data)):
        raise Refusal("proof.unreadable")
    return data


def read_file(path: Path) -> bytes:
    """Return the bytes of a file. Raises Refusal as `opened_for_reading`, and `proof.unreadable` (too large)."""
    return read_small(path, MAX_PICTURE_BYTES, Refusal("proof.unreadable"))


def read_head(path: Path) -> SignedHead:
    """Return the head in a file; nothing in it is verified. Raises Refusal as `read_proof` and `decode_head`."""
    return decode_head(read_proof([path]))


def verify_slip(
    slip: Slip,
    trust: Trust = NO_TRUST,
    held: SignedHead | None = None,
    *,
    answers: Sequence[bytes] = (),
    now: datetime | None = None,
) -> SlipProof:
    """Verify a slip by the head inside it, or by the one that the reader holds.

    If both are there, they must be the same. `answers` and `now` are as for `verify_head`. What is wrong is in the
    proof. Raises Trouble for errors of a store.
    """
    refusals: list[Refusal] = []
    signed = held or slip.signed
    if signed is None:
        return SlipProof(slip, None, False, (Refusal("slip.head_needed", size=slip.size),))
    if held is not None and slip.signed is not None and held.statement != slip.signed.statement:
        refusals.append(Refusal("slip.other_head"))
    if signed.head.size != slip.size:
        refusals.append(Refusal("slip.other_size", size=slip.size, found=signed.head.size))
    try:
        if not refusals and slip.root != signed.head.root_bytes:
            refusals.append(Refusal("slip.not_included"))
    except Refusal as refusal:
        refusals.append(refusal)
    head = verify_head(signed, trust, answers=answers, now=now)
    return SlipProof(slip, head, not refusals, tuple(refusals))


def verify_head(
    signed: SignedHead, trust: Trust = NO_TRUST, *, answers: Sequence[bytes] = (), now: datetime | None = None
) -> LogHeadProof:
    """Verify a head's signature, its signer, its time and its witnesses.

    Once HQ's certificates have ended, a witness whom the reader named, one of the time authorities' `answers` or the
    store's own log must have fixed the head before. `now` is the session's time, or this machine's. Raises Trouble for
    errors of a store.
    """
    head, refusals = signed.head, list[Refusal]()
    at = now or (trust.session.now() if trust.session else system_now())
    chain: tuple[Certificate, ...] = ()
    signature_holds, known = False, None
    try:
        chain = tuple(Certificate.from_der(der) for der in signed.chain)
        if not chain:
            raise Refusal("certificate.chain_shape", roles="")
        check_chain(chain, chain[-1])
        chain[0].verify_key.verify(HEAD_PURPOSE, signed.statement, signed.signature, low_s=True)
        if chain[0].role is not Role.HQ or chain[0].origin != head.origin:
            raise Refusal("log.other_signer", signer=chain[0].origin, origin=head.origin)
        check_validity(chain, chain[-1], from_utc_text(head.signed_at))
        signature_holds = True
    except Refusal as refusal:
        refusals.append(refusal)
    if trust.root or trust.session is not None:
        try:
            known = bool(chain) and _is_known(chain, trust)
        except Refusal as refusal:
            refusals.append(refusal)
            known = False
    named = {plain_fingerprint(one) for one in trust.witnesses}
    witnesses = tuple(_witness_proof(one, signed.statement, named) for one in signed.cosignatures)
    dates = (head.signed_at, *(one.cosigned_at for one in witnesses))
    future = [date for date in dates if from_utc_text(date) > at + CLOCK_TOLERANCE]
    refusals += [Refusal("log.in_future", time=date) for date in future[:1]]
    time = TimeProof(TimeVerdict.CLAIMED)
    try:
        if signature_holds:
            listed = TrustList(root=chain[-1])
            listed = with_list(listed, trust.revocations) if trust.revocations is not None else listed
            time = _time(signed, chain, witnesses, trust, listed, answers, at)
            _refuse_revoked(chain, listed, time)
    except Refusal as refusal:
        refusals.append(refusal)
        known = False
    if known and signature_holds and time.verdict is TimeVerdict.CLAIMED:
        refusals.append(Refusal("log.claimed", signer=chain[0].origin))
    return LogHeadProof(
        head=head,
        signer=chain[0].origin if chain else "",
        signer_role=chain[0].role if chain else "",
        root_fingerprint=chain[-1].short_fingerprint if chain else "",
        signature_holds=signature_holds,
        signer_is_known=known,
        witnesses=witnesses,
        time=time,
        is_future=bool(future),
        refusals=tuple(refusals),
        wants_witness=bool(named),
    )


def time_statement_of_head(signed: SignedHead) -> bytes:
    """Return what proves the time of a head's signature. Raises Refusal `proof.unreadable` without a certificate."""
    if not signed.chain:
        raise Refusal("proof.unreadable")
    return time_statement(HEAD_PURPOSE, signed.chain[0], signed.statement, signed.signature)


def _time(
    signed: SignedHead,
    chain: tuple[Certificate, ...],
    witnesses: Sequence[WitnessProof],
    trust: Trust,
    listed: TrustList,
    answers: Sequence[bytes],
    now: datetime,
) -> TimeProof:
    """Judge when a head was signed. A date that HQ typed fixes nothing once its key may be anyone's."""
    since, end = max(one.not_before for one in chain), listed.end_of(chain)
    if now >= end:
        cosigned = [(one.cosigned_at, one.witness) for one in witnesses if one.holds and one.is_known]
        # A witness cannot have seen the head before its certificates began.
        if fixed := [one for one in cosigned if since <= from_utc_text(one[0]) < end]:
            return TimeProof(TimeVerdict.WITNESSED, *min(fixed))
    imprint, believed = imprint_of(time_statement_of_head(signed)), trust.time_authorities
    if trust.session is None:
        return judge_time(None, imprint, chain, now=now, trust=listed, answers=answers, authorities=believed)
    session = trust.session
    with session.reading(whole=True) as connection:
        own = session.name
        time = judge_time(
            connection, imprint, chain, own=own, now=now, trust=listed, answers=answers, authorities=believed
        )
        if time.verdict is TimeVerdict.CLAIMED and (at := _signed_here(session, connection, signed)):
            return TimeProof(TimeVerdict.RECORDED, at, own) if from_utc_text(at) < end else time
    return time


def _refuse_revoked(chain: tuple[Certificate, ...], listed: TrustList, time: TimeProof) -> None:
    """Refuse a certificate that the authority's list revokes, unless the head was fixed before."""
    for certificate in chain:
        if listed.revoked_at(certificate, time.moment) is not None:
            raise Refusal("report.signer_revoked", signer=certificate.origin)


def _signed_here(session: Session, connection: Connection, signed: SignedHead) -> str:
    """Return when this HQ's journal says that it signed this very head; empty if it does not say so."""
    head = signed.head
    if not session.is_hq or head.origin != session.name:
        return ""
    own = log_head_of(connection, head.epoch, head.size)
    return own.head.signed_at if own is not None and own.statement == signed.statement else ""


def _is_known(chain: tuple[Certificate, ...], trust: Trust) -> bool:
    if trust.root and plain_fingerprint(chain[-1].short_fingerprint) != plain_fingerprint(trust.root):
        raise Refusal("report.other_root", found=chain[-1].short_fingerprint, given=trust.root[:40])
    if trust.session is not None:
        with trust.session.reading(whole=True) as connection:
            known = trust_list(connection, is_hq=trust.session.is_hq)
        check_chain(chain, known.root)
        # The time of signing is known only from the head itself, so a later revocation counts too.
        if any(known.revoked_at(certificate) is not None for certificate in chain):
            raise Refusal("report.signer_revoked", signer=chain[0].origin)
    return True


def _witness_proof(one: Cosignature, statement: bytes, named: Collection[str]) -> WitnessProof:
    cosigned, fingerprint = one.cosigned, short_fingerprint(one.key)
    return WitnessProof(
        witness=cosigned.witness,
        fingerprint=fingerprint,
        cosigned_at=cosigned.cosigned_at,
        holds=is_cosigned(one, statement),
        is_known=plain_fingerprint(fingerprint) in named if named else None,
    )


def is_cosigned(one: Cosignature, statement: bytes) -> bool:
    """Whether a cosignature is valid and of the head with these bytes. It says nothing about who holds the key."""
    try:
        cosigned = one.cosigned
        key = VerifyKey.from_bytes(Suite.parse(cosigned.suite), one.key)
        key.verify(COSIGN_PURPOSE, one.statement, one.signature, low_s=True)
    except Refusal:
        return False
    return cosigned.head == hashlib.sha384(statement).hexdigest()


class Comparison(StrEnum):
    """Result of comparing two heads of one log."""

    SAME = "same"
    CONSISTENT = "consistent"
    """The later one is proved to continue the earlier one."""
    FORK = "fork"
    """HQ signed two histories: both heads prove it to anyone."""
    NOT_PROVED = "not_proved"
    """The later file has no proof from the earlier one's size: HQ owes it."""


def compare_heads(one: SignedHead, other: SignedHead) -> Comparison:
    """Compare two heads of one log whose signatures were verified. Proofs in either file are used.

    Raises Refusal `log.other_log` for heads of two logs, by origin, epoch or authority.
    """
    first, second = sorted((one, other), key=lambda signed: signed.head.size)
    old, new = first.head, second.head
    if (old.origin, old.epoch) != (new.origin, new.epoch) or first.chain[-1:] != second.chain[-1:]:
        raise Refusal("log.other_log", origin=old.origin, other=new.origin)
    if old.size == new.size:
        return Comparison.SAME if old.root == new.root else Comparison.FORK
    proofs = [proof for proof in second.proofs if proof.size == old.size]
    valid = [proof for proof in proofs if is_consistent(proof, new.size, new.root_bytes)]
    # A valid proof names the only root that the new tree can have at the old size.
    if any(proof.root != old.root_bytes for proof in valid):
        return Comparison.FORK
    return Comparison.CONSISTENT if valid else Comparison.NOT_PROVED
