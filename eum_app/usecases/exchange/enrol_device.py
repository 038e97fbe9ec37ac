"""Enrollment of a device: request file, HQ's signed answer, and a root fingerprint that two people compare."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from db.files import disk_trouble, make_folder
from db.keyslots import new_escrow
from db.queries.exchange import outstanding
from db.queries.people import DeviceRow, all_accounts, all_devices
from db.secrets import HQ_CHAIN, IDENTITY, PENDING, read_secret
from db.transaction import Transaction
from eum_app.crypto.certificates import Certificate, CertificateRequest, Identity, PendingIdentity, make_request
from eum_app.crypto.sealing import KemPublic
from eum_app.domain.areas import Area
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AuthorityListReceived, DeviceEnrolled, DeviceRevoked, IdentityAccepted
from eum_app.domain.people import Permission, folded, is_store_name
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.recertify import recertify
from eum_app.usecases.exchange.trust import hq_certificate, identity_of, own_chain, recovery_public, revocations_of
from eum_app.usecases.people.accounts import changing, named_again
from eum_app.usecases.people.recovery import RecoveryCodes, new_codes
from eum_app.usecases.session import Session
from sync import enrolment

MAX_REASON_CHARS = 1_000


@dataclass(frozen=True)
class Requested(Changed):
    """Result of writing an enrollment request."""

    path: Path
    fingerprint: str


@dataclass(frozen=True)
class RequestView:
    """A request read from a file. Two people compare its fingerprint."""

    device: str
    fingerprint: str


@dataclass(frozen=True)
class Enrolled(Changed):
    """Result of signing a request at HQ."""

    device: str
    epoch: int
    fingerprint: str
    answer_path: Path


@dataclass(frozen=True)
class Accepted(Changed):
    """Result of accepting HQ's answer.

    `codes` are the recovery codes of the signed-in account, to be shown once. They are None if HQ's answer names no
    recovery key.
    """

    codes: RecoveryCodes | None


@dataclass(frozen=True)
class AnswerView:
    """HQ's answer before it is accepted. A person compares the root fingerprint with the one that HQ reads out."""

    device: str
    hq: str
    root_fingerprint: str


@dataclass(frozen=True)
class EnrolmentState:
    """Enrollment state of a store: enrolled (always true at HQ), waiting for an answer to a request, or both.

    `hq` and `root_fingerprint` are empty before it is enrolled, `request_fingerprint` without an open request.
    """

    is_enrolled: bool
    hq: str
    root_fingerprint: str
    is_pending: bool
    request_fingerprint: str


def request_enrolment(session: Session, path: Path, *, anew: bool = False, makes_folder: bool = False) -> Requested:
    """On a device: generate keys and write the enrollment request to `path`, replacing a file there.

    Calling it again writes the same request again, unless `anew` is set: the old keys are then discarded, and an answer
    to them is no longer accepted. An enrolled device may also ask (its certificate expired or was revoked, or the store
    was restored). It keeps its identity until it accepts HQ's answer. With `makes_folder`, a missing folder is made.

    Raises Refusal `permission.denied`, `device.enrolled_already` (at HQ), `store.name` (the store's name does not fit
    into a certificate); Trouble for disk errors.
    """
    session.require(Permission.DEVICE_REQUEST)
    if session.is_hq:
        raise Refusal("device.enrolled_already", device=session.name)
    if not is_store_name(session.name):
        raise Refusal("store.name", name=session.name[:40])
    with session.writing() as transaction:
        # The same keys again: HQ may have certified them already, with an answer that was lost on the way.
        stored = None if anew else transaction.secret(PENDING)
        if stored is None:
            pending, _ = make_request(session.name, session.suite)
            transaction.keep_secret(PENDING, pending.to_bytes())
        else:
            pending = PendingIdentity.from_bytes(stored)
        if makes_folder:
            with disk_trouble(path.parent):
                make_folder(path.parent)
        enrolment.write_request(path, pending.request.der)
    return Requested(frozenset({Area.PEOPLE}), path, pending.request.short_fingerprint)


def read_request(path: Path) -> RequestView:
    """Read a request file.

    Raises Refusal `file.missing`, `file.unreadable`, `enrolment.…` and `request.…` if it is not a valid request.
    """
    request = enrolment.read_request_file(path)
    return RequestView(request.origin, request.short_fingerprint)


def sign_enrolment(session: Session, request_path: Path, answer_path: Path, *, compared: str) -> Enrolled:
    """At HQ: certify a device, after a person compared the request's fingerprint with what the device shows.

     `compared` is that fingerprint, as `read_request` returned it: nothing is signed if the file holds another request
    .

     A device name that is already enrolled gets the next epoch: a new journal for a new or restored machine. A request
     that was signed before gets the recorded certificate again. If that is over, or HQ has new keys, it gets another
     certificate in the same epoch: signing an old request again ends no identity. The fact is committed before the file
     is written, so a lost answer can be written again, and nothing is certified twice. A file at `answer_path` is
     replaced.

     Raises Refusal `permission.denied`, as `read_request` does, `enrolment.request_changed` (another fingerprint),
    `enrolment.name_taken` (the name of HQ, or of a device if letter case is ignored), `enrolment.request_revoked`,
    `enrolment.request_superseded` (the device has had a newer identity since),
    `certificate.suite_mismatch`, `certificate.expired` and `certificate.not_yet_valid` (HQ's); on a device
    `device.not_enrolled` or `certificate.may_not_issue`; Trouble for disk errors.
    """
    session.require(Permission.DEVICE_ENROL)
    request = enrolment.read_request_file(request_path)
    if request.short_fingerprint != compared:
        raise Refusal("enrolment.request_changed", shown=request.short_fingerprint, compared=compared)
    with session.writing() as transaction:
        identity = identity_of(session, transaction.connection)
        devices = all_devices(transaction.connection)
        _require_free_name(request.origin, session.name, devices)
        held = _certified_before(request, devices)
        if held is not None:
            chain = _chain_in_force(session, transaction, held, identity)
        else:
            epochs = [row.epoch for row in devices if row.device == request.origin]
            chain = enrolment.certify(request, identity, epoch=max(epochs, default=0) + 1, at=session.now())
            transaction.record(
                DeviceEnrolled(
                    observed_at=session.observed_now(),
                    device=request.origin,
                    epoch=chain[0].epoch,
                    fingerprint=chain[0].short_fingerprint,
                    certificates=tuple(certificate.der for certificate in chain),
                )
            )
            _send_revocations(session, transaction, request.origin, identity.root)
        areas = frozenset(transaction.areas)
        recovery = recovery_public(session, transaction.connection).public_bytes()
    answer = enrolment.write_answer(answer_path, request, identity, chain, at=session.now(), recovery=recovery)
    return Enrolled(areas, request.origin, answer.epoch, answer.device.short_fingerprint, answer_path)


def _send_revocations(session: Session, transaction: Transaction, device: str, root: Certificate) -> None:
    """Send a new identity the authority's list of revoked HQs: it was enrolled after HQ passed the list on."""
    held = revocations_of(transaction.connection, root)
    if held is not None:
        fact = AuthorityListReceived(observed_at=session.observed_now(), number=held.number, revocations=held.der)
        transaction.copy_out(device, [fact])


def _require_free_name(device: str, hq: str, devices: list[DeviceRow]) -> None:
    """Require a name that differs from all others by more than letter case: people and file systems confuse those.

    Raises Refusal `enrolment.name_taken`.
    """
    for taken in (hq, *(row.device for row in devices if row.device != device)):
        if folded(taken) == folded(device):
            raise Refusal("enrolment.name_taken", device=device, taken=taken)


def _certified_before(request: CertificateRequest, devices: list[DeviceRow]) -> DeviceRow | None:
    """Return the device's identity that has the keys of this request, or None.

    Raises Refusal `enrolment.request_revoked` for revoked keys, which are not certified again, and
    `enrolment.request_superseded` for keys before the present ones, which would end those.
    """
    newest = None
    for row in devices:
        if row.device != request.origin:
            continue
        newest = newest or row
        mine = Certificate.from_der(row.certificates[0])
        if mine.verify_key != request.verify_key or _seals_to(mine) != _seals_to(request):
            continue
        if row.revoked_at:
            raise Refusal("enrolment.request_revoked", device=row.device, epoch=row.epoch)
        if row is not newest:
            raise Refusal("enrolment.request_superseded", device=row.device, epoch=row.epoch, newest=newest.epoch)
        return row
    return None


def _chain_in_force(
    session: Session, transaction: Transaction, row: DeviceRow, identity: Identity
) -> tuple[Certificate, ...]:
    """Return the recorded chain of a device, or a new one in the same epoch if it is over or HQ has new keys."""
    chain = tuple(map(Certificate.from_der, row.certificates))
    if chain[1:] == identity.chain and session.now() < chain[0].not_after:
        return chain
    return recertify(session, transaction, row, identity)


def _seals_to(holder: Certificate | CertificateRequest) -> bytes:
    return holder.kem.public_bytes() if holder.kem else b""


def revoke_device(session: Session, device: str, epoch: int, reason: str) -> Changed:
    """At HQ: revoke the certificate of a device's epoch, for a stated reason. There is no way back.

    Bundles that the device sealed under this epoch and that were not imported yet go to quarantine from then on.

    Raises Refusal `permission.denied`, `visit.device_unknown` (also an unknown epoch), `device.revoked_already`,
    `device.revoke_reason` (none), `note.too_long`; Trouble for disk errors.
    """
    session.require(Permission.DEVICE_ENROL)
    stated = reason.strip()
    if not stated:
        raise Refusal("device.revoke_reason", device=device[:40])
    if len(stated) > MAX_REASON_CHARS:
        raise Refusal("note.too_long", limit=MAX_REASON_CHARS)
    with session.writing() as transaction:
        meant = [row for row in all_devices(transaction.connection) if (row.device, row.epoch) == (device, epoch)]
        if not meant:
            raise Refusal("visit.device_unknown", device=device[:40])
        if meant[0].revoked_at:
            raise Refusal("device.revoked_already", device=device, epoch=epoch)
        transaction.record(DeviceRevoked(observed_at=session.observed_now(), device=device, epoch=epoch, reason=stated))
        return Changed(frozenset(transaction.areas))


def read_answer(session: Session, path: Path) -> AnswerView:
    """Read HQ's answer without accepting it. `accept_enrolment` checks whether it answers the open request.

    Raises Refusal `file.missing`, `file.unreadable`, `enrolment.…` if the file is no answer or was altered,
    `certificate.invalid`, `enrolment.other_request` if it is for a device of another name.
    """
    answer = enrolment.read_answer_file(path)
    if answer.device_id != session.name:
        raise Refusal("enrolment.other_request", device_id=answer.device_id, expected=session.name)
    return AnswerView(answer.device_id, answer.hq.origin, answer.root.short_fingerprint)


def accept_enrolment(session: Session, path: Path, confirmed_root: str, *, leave_behind: bool = False) -> Accepted:
    """On a device: accept the identity in HQ's answer, after a person confirmed the root fingerprint that HQ reads out.

    The identity replaces an earlier one, and the request is closed. If the answer names a recovery key, the store's
    data key is escrowed: it is sealed to that key. The signed-in account then gets recovery codes, and its old ones
    stop working.

    A new epoch begins a new journal, and later bundles no longer carry the old one. This is refused while HQ has not
    received all of the old evidence, unless `leave_behind` is set.

    Raises Refusal `permission.denied`, as `read_answer` does, `enrolment.no_request`, `enrolment.other_root`,
    `enrolment.other_request` (an answer to an earlier request), `enrolment.facts_outstanding`, `certificate.…`,
    `identity.mismatch`; Trouble for disk errors and `keyslots.…`.
    """
    session.require(Permission.DEVICE_REQUEST)
    answer = enrolment.read_answer_file(path)
    with changing(session) as (transaction, store_file, keep):
        stored = transaction.secret(PENDING)
        if stored is None:
            raise Refusal("enrolment.no_request")
        identity = enrolment.accept_answer(
            answer, PendingIdentity.from_bytes(stored), confirmed_root=confirmed_root, at=session.now()
        )
        epoch = session.store.named.epoch
        # A renewed certificate keeps the epoch and its journal, so nothing is left behind.
        waiting = outstanding(transaction.connection, session.name, epoch).facts if answer.epoch != epoch else 0
        if waiting and not leave_behind:
            raise Refusal("enrolment.facts_outstanding", facts=waiting, device=session.name)
        transaction.keep_secret(IDENTITY, identity.to_bytes())
        transaction.keep_secret(HQ_CHAIN, msgspec.msgpack.encode([certificate.der for certificate in answer.chain[1:]]))
        transaction.drop_secret(PENDING)
        observed_at = session.observed_now()
        if answer.epoch != epoch:
            copied = session.store.copied
            transaction.begin_epoch(answer.epoch)
            if copied:  # Tells HQ the reason in the new chain: a copy may go on writing the old one.
                transaction.record(copied.noticed(observed_at, epoch))
            # The new chain lists the accounts again: HQ verifies their signatures with the keys in the same chain.
            mine = [row for row in all_accounts(transaction.connection) if row.origin == session.name]
            transaction.record_all(named_again(mine, observed_at))
        transaction.record(
            IdentityAccepted(
                observed_at=observed_at,
                device=session.name,
                epoch=answer.epoch,
                hq=answer.hq.origin,
                root_fingerprint=answer.root.fingerprint,
                certificates=(answer.device.der,),
                hq_certificates=tuple(certificate.der for certificate in answer.chain[1:]),
            )
        )
        codes = None
        if answer.recovery:
            public = KemPublic.from_bytes(session.suite, answer.recovery)
            escrow = new_escrow(store_file, answer.hq.origin, public, session.ticket.data_key)
            # The escrow comes first, because the codes are sealed to HQ's key in it.
            escrowed = msgspec.structs.replace(store_file, escrow=escrow)
            slot, codes = new_codes(session, transaction, escrowed)
            keep(escrowed.with_slot(slot))
        return Accepted(frozenset(transaction.areas | {Area.PEOPLE}), codes)


def enrolment_state(session: Session) -> EnrolmentState:
    """Return whether this store is enrolled, with whom, and its open request if there is one."""
    with session.reading(whole=True) as connection:
        pending = read_secret(connection, PENDING)
        fingerprint = PendingIdentity.from_bytes(pending).request.short_fingerprint if pending else ""
        try:
            chain = own_chain(connection)
        except Refusal:
            return EnrolmentState(False, "", "", pending is not None, fingerprint)
        hq = chain[0] if session.is_hq else hq_certificate(connection)
        return EnrolmentState(True, hq.origin, chain[-1].short_fingerprint, pending is not None, fingerprint)
