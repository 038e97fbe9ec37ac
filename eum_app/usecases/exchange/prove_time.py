"""Proof of time (RFC 3161) by files: write requests, add answers, and decide which time authorities to trust.

A request (`.tsq`) goes to a time authority by whatever way the people choose; its answer (`.tsr`) comes back as a file.
Nothing is fetched. Only HQ keeps answers, as facts in its journal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from db.files import is_file
from db.queries.time_proofs import open_time_requests, time_authorities_of, time_proofs_of, time_request_of
from eum_app.crypto.timestamps import (
    ANSWER_SUFFIX,
    MAX_ANSWER_SIZE,
    REQUEST_SUFFIX,
    imprint_in,
    imprint_of,
    read_time_authority,
    time_request,
    time_statement,
    verify_time,
)
from eum_app.crypto.timestamps import TimeAuthority as TimeAuthority
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import KnownError, Refusal
from eum_app.domain.facts import TimeAuthorityTrusted, TimeProved, TimeRequested
from eum_app.domain.file_names import shown_name
from eum_app.domain.ids import plain_fingerprint
from eum_app.domain.people import Permission
from eum_app.domain.proof_slips import SLIP_SUFFIX, decode_slip
from eum_app.domain.tree_heads import HEAD_SUFFIX, decode_head, is_head
from eum_app.reports.sidecar import MAX_SIDECAR_BYTES, PURPOSES, SIGNATURE_SUFFIX, SUFFIX, decode_signature
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.time_proofs import proved_head, trusted_authorities
from eum_app.usecases.proofs.verify_slip import read_proof, time_statement_of_head
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import HEAD_PURPOSE, head_message, sign_journal_head
from sync.bundle_file import time_statement_of
from sync.files import read_small, written_whole

BUNDLE: Final = "bundle"
REPORT: Final = "report"
HEAD: Final = "head"
LOG_HEAD: Final = "log_head"
"""A head of HQ's log, alone or in a slip; `HEAD` is one of a journal."""
_MAX_CERTIFICATE_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Signed:
    """A signature whose time can be proved. `about` is the name of its file, or of the head."""

    subject: str
    about: str
    statement: bytes

    @property
    def imprint(self) -> str:
        """The hex hash that names the signature."""
        return imprint_of(self.statement)


@dataclass(frozen=True)
class Requested(Changed):
    """A request that was written to `path`."""

    path: Path
    subject: str
    about: str


@dataclass(frozen=True)
class Added(Changed):
    """An answer that was added: what it is about, when that existed (UTC text), and who says so."""

    subject: str
    about: str
    proved_at: str
    authority: str


@dataclass(frozen=True)
class KeptProof:
    """An answer in this store, verified again now; `holds` is false if its authority is no longer trusted."""

    subject: str
    about: str
    proved_at: str
    authority: str
    holds: bool


@dataclass(frozen=True)
class TimeState:
    """Trusted authorities, requests that wait for an answer (newest first), and answers of this store."""

    authorities: tuple[TimeAuthority, ...]
    waiting: tuple[str, ...]
    proofs: tuple[KeptProof, ...]


def signature_in(file: Path) -> Signed:
    """Return the signature of a bundle, a slip or head, or a report by any file whose name begins its sidecar's.

    Raises Refusal `file.missing`, `time.nothing_signed` (no signature is beside the file or, for a short slip, in it),
    `report.sidecar_unreadable`, `proof.unreadable`, and for a bundle as `time_statement_of`.
    """
    name = file.name.removesuffix(SIGNATURE_SUFFIX).removesuffix(SUFFIX)
    signature_file = file.with_name(f"{name}{SUFFIX}{SIGNATURE_SUFFIX}")
    if is_file(signature_file):
        sidecar, signature = (_read_sidecar(one) for one in (file.with_name(f"{name}{SUFFIX}"), signature_file))
        return Signed(REPORT, shown_name(name), statement_of_report(sidecar, signature))
    if not is_file(file):
        raise Refusal("file.missing", name=shown_name(file.name))
    if file.suffix.lower() in {SLIP_SUFFIX, HEAD_SUFFIX}:
        data = read_proof([file])
        signed = decode_head(data) if is_head(data) else decode_slip(data).signed
        if signed is None:
            raise Refusal("time.nothing_signed", name=shown_name(file.name))
        return Signed(LOG_HEAD, shown_name(file.name), time_statement_of_head(signed))
    try:
        _, statement = time_statement_of(file)
    except Refusal as refusal:
        if refusal.code == "bundle.not_a_bundle":
            raise Refusal("time.nothing_signed", name=shown_name(file.name)) from refusal
        raise
    return Signed(BUNDLE, shown_name(file.name), statement)


def statement_of_report(sidecar: bytes, signature_file: bytes) -> bytes:
    """Return what proves the time of a report's signature. Raises Refusal `report.sidecar_unreadable`."""
    signature = decode_signature(signature_file, "signature")
    if not signature.chain:
        raise Refusal("report.sidecar_unreadable", name="signature", reason="no certificate")
    return time_statement(PURPOSES[signature.version], signature.chain[0], sidecar, signature.signature)


def request_time_of_file(file: Path, to: Path | None = None) -> Requested:
    """Write a request about the signature of a bundle or report, beside it unless `to` names a file.

    Nothing is recorded, so adding the answer needs the file again. Raises as `signature_in` and `written_whole`.
    """
    signed = signature_in(file)
    target = to or _beside(file)
    with written_whole(target) as out:
        out.write(time_request(signed.statement))
    return Requested(frozenset(), target, signed.subject, signed.about)


def record_time_request(session: Session, file: Path, to: Path | None = None) -> Requested:
    """At HQ: write a request as `request_time_of_file` does, and record it, so that the answer alone can be added.

    Raises as it does, and Refusal `time.only_hq`, `permission.denied`.
    """
    _require(session, Permission.BUNDLE_IMPORT)
    signed = signature_in(file)
    target = to or _beside(file)
    fact = TimeRequested(
        observed_at=session.observed_now(),
        imprint=signed.imprint,
        subject=signed.subject,
        about=signed.about,
        file_name=shown_name(target.name),
    )
    with session.writing() as transaction:
        transaction.record(fact)
        areas = frozenset(transaction.areas)
    return replace(request_time_of_file(file, target), areas=areas)


def request_time_of_head(session: Session, to: Path) -> Requested:
    """Sign the head of HQ's journal and write a request about that signature: it covers every entry up to there.

    Raises Refusal `time.only_hq`, `permission.denied`; Trouble of the disk.
    """
    _require(session, Permission.BUNDLE_IMPORT)
    key = session.signing_key
    signer = key.verify_key.public_bytes()
    with session.writing() as transaction:
        head = transaction.head(session.name, session.store.named.epoch)
        signed = sign_journal_head(key, session.account, head, session.observed_now())
        statement = time_statement(HEAD_PURPOSE, signer, head_message(head), signed.signature)
        about = f"{head.origin} 1–{head.seq}"
        transaction.record(signed)
        transaction.record(
            TimeRequested(
                observed_at=session.observed_now(),
                imprint=imprint_of(statement),
                subject=HEAD,
                about=about,
                file_name=shown_name(to.name),
                head_origin=head.origin,
                head_epoch=head.epoch,
                head_seq=head.seq,
                head_hash=head.hash,
                head_signer=signer,
                head_signature=signed.signature,
            )
        )
        areas = frozenset(transaction.areas)
    with written_whole(to) as out:
        out.write(time_request(statement))
    return Requested(areas, to, HEAD, about)


def add_time_answer(session: Session, answer_file: Path, file: Path | None = None) -> Added:
    """Verify a time authority's answer and keep it as a fact. Adding it again changes nothing.

    It belongs to a request of this store, or to the signature of `file`. Raises Refusal `time.only_hq`,
    `permission.denied`, `time.unreadable`, `time.unasked` (no request, and no file given), `time.other_signature` (the
    answer is about another signature than that of `file`), and as `verify_time` and `signature_in`.
    """
    _require(session, Permission.BUNDLE_IMPORT)
    answer = _read_answer(answer_file)
    imprint = imprint_in(answer)
    signed = signature_in(file) if file else None
    if signed and signed.imprint != imprint:
        raise Refusal("time.other_signature")
    with session.reading(whole=True) as connection:
        asked = time_request_of(connection, session.name, imprint)
        proved = verify_time(answer, imprint, trusted_authorities(connection, session.name))
        is_held = any(row.answer == answer for row in time_proofs_of(connection, session.name, imprint))
    if asked is None and signed is None:
        raise Refusal("time.unasked", name=shown_name(answer_file.name))
    subject, about = (asked.subject, asked.about) if asked else (signed.subject, signed.about) if signed else ("", "")
    at, by = utc_text(proved.at), proved.authority
    if is_held:
        return Added(frozenset(), subject, about, at, by.name)
    head = {f"head_{name}": value for name, value in asked.head._asdict().items()} if asked else {}
    fact = TimeProved(
        observed_at=session.observed_now(),
        imprint=imprint,
        subject=subject,
        about=about,
        proved_at=at,
        authority=by.fingerprint,
        answer=answer,
        **head,
    )
    with session.writing() as transaction:
        transaction.record(fact)
        areas = frozenset(transaction.areas)
    return Added(areas, subject, about, at, by.name)


def read_time_authority_file(path: Path) -> TimeAuthority:
    """Read a time authority's certificate, to show its fingerprint.

    Raises Refusal `time.not_an_authority`, and as `opened_for_reading`.
    """
    return read_time_authority(read_small(path, _MAX_CERTIFICATE_BYTES, Refusal("time.not_an_authority")))


def trust_time_authority(session: Session, authority: TimeAuthority, *, is_trusted: bool = True) -> Changed:
    """Trust a time authority whose fingerprint a person compared, or stop trusting it.

    Raises Refusal `time.only_hq`, `permission.denied`.
    """
    _require(session, Permission.DEVICE_ENROL)
    fact = TimeAuthorityTrusted(
        observed_at=session.observed_now(),
        fingerprint=authority.fingerprint,
        name=authority.name,
        certificate=authority.der,
        is_trusted=is_trusted,
    )
    with session.writing() as transaction:
        transaction.record(fact)
        return Changed(frozenset(transaction.areas))


def distrust_time_authority(session: Session, fingerprint: str) -> Changed:
    """Stop trusting the authority with this short fingerprint.

    Raises Refusal `time.authority_unknown`, and as `trust_time_authority`.
    """
    for authority in session.read(trusted_authorities, session.name):
        if plain_fingerprint(authority.fingerprint) == plain_fingerprint(fingerprint):
            return trust_time_authority(session, authority, is_trusted=False)
    raise Refusal("time.authority_unknown", fingerprint=fingerprint[:40])


def time_state(session: Session) -> TimeState:
    """Return authorities, open requests and answers; every answer is verified again."""
    with session.reading(whole=True) as connection:
        trusted = trusted_authorities(connection, session.name)
        names = {row.fingerprint: row.name for row in time_authorities_of(connection, session.name)}
        proofs = []
        for row in time_proofs_of(connection, session.name):
            if row.subject == HEAD:
                holds = proved_head(connection, row, trusted) is not None
            else:
                holds = _holds(row.answer, row.imprint, trusted)
            proofs.append(KeptProof(row.subject, row.about, row.proved_at, names.get(row.authority, ""), holds))
        waiting = tuple(f"{row.about}: {row.file_name}" for row in open_time_requests(connection, session.name))
    return TimeState(tuple(trusted), waiting, tuple(proofs))


def _holds(answer: bytes, imprint: str, authorities: list[TimeAuthority]) -> bool:
    try:
        verify_time(answer, imprint, authorities)
    except Refusal:
        return False
    return True


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}{REQUEST_SUFFIX}")


def answer_beside(file: Path) -> bytes | None:
    """Return the answer beside a signed file (`NAME.tsr`), or None without one that can be read.

    No signature covers the answer, so any other file of this name proves nothing and refuses nothing.
    """
    path = file.with_name(f"{file.name}{ANSWER_SUFFIX}")
    try:
        return _read_answer(path) if is_file(path) else None
    except KnownError:
        return None


def _require(session: Session, permission: Permission) -> None:
    session.require(permission)
    if not session.is_hq:
        raise Refusal("time.only_hq")


def _read_answer(path: Path) -> bytes:
    return read_small(path, MAX_ANSWER_SIZE, Refusal("time.unreadable"))


def _read_sidecar(path: Path) -> bytes:
    refusal = Refusal("report.sidecar_unreadable", name=shown_name(path.name), reason="its size")
    return read_small(path, MAX_SIDECAR_BYTES, refusal)
