"""A device gets its identity: request file, HQ's signed answer, and a root fingerprint compared by people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from db.queries.people import all_accounts, all_devices
from db.store import read_secret
from eum_app.crypto.certificates import Certificate, PendingIdentity, make_request
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AccountAdded, DeviceEnrolled, DeviceRevoked, IdentityAccepted
from eum_app.usecases.changes import Changed
from eum_app.usecases.session import Session
from eum_app.usecases.trust import HQ_CHAIN, IDENTITY, PENDING, identity_of
from sync import enrolment


@dataclass(frozen=True)
class Requested(Changed):
    path: Path
    fingerprint: str


@dataclass(frozen=True)
class RequestView:
    """A request as it lies in a file; the fingerprint is for two people to compare."""

    device: str
    fingerprint: str


@dataclass(frozen=True)
class Enrolled(Changed):
    device: str
    epoch: int
    fingerprint: str
    answer_path: Path


@dataclass(frozen=True)
class AnswerView:
    """HQ's answer before it is accepted: the root fingerprint is to be compared with what HQ reads out."""

    device: str
    hq: str
    root_fingerprint: str


@dataclass(frozen=True)
class EnrolmentState:
    """Where a store stands: enrolled (HQ itself always is), or with a request under way."""

    is_enrolled: bool
    hq: str
    root_fingerprint: str
    is_pending: bool
    request_fingerprint: str


def request_enrolment(session: Session, path: Path) -> Requested:
    """On a device: make keys and write the request. Asked again, the same request is written once more.

    Raises Refusal `permission.denied`, `device.enrolled_already`; Trouble of the disk.
    """
    session.require("device.request")
    with session.writing() as transaction:
        if session.is_hq or transaction.secret(IDENTITY) is not None:
            raise Refusal("device.enrolled_already", device=session.name)
        stored = transaction.secret(PENDING)
        if stored is None:
            pending, _ = make_request(session.name, session.suite)
            transaction.keep_secret(PENDING, pending.to_bytes())
        else:
            pending = PendingIdentity.from_bytes(stored)
        enrolment.write_request(path, pending.request.der)
    return Requested(frozenset({"people"}), path, pending.request.short_fingerprint)


def read_request(path: Path) -> RequestView:
    """Raises Refusal `file.missing`, `enrolment.not_a_request` and the like."""
    request = enrolment.read_request_file(path)
    return RequestView(request.origin, request.short_fingerprint)


def sign_enrolment(session: Session, request_path: Path, answer_path: Path) -> Enrolled:
    """At HQ: certify a device, after a person compared the request's fingerprint with what the device shows.

    A device name that is enrolled already gets the next epoch: a new journal for a new or restored machine. Raises
    Refusal `permission.denied`, `request.…`, `certificate.suite_mismatch`; Trouble of the disk.
    """
    session.require("device.enrol")
    request = enrolment.read_request_file(request_path)
    with session.writing() as transaction:
        epochs = [row.epoch for row in all_devices(transaction.connection) if row.device == request.origin]
        epoch = max(epochs, default=0) + 1
        answer = enrolment.write_answer(
            answer_path, request, identity_of(transaction.connection), epoch=epoch, at=session.now()
        )
        transaction.record(
            DeviceEnrolled(
                observed_at=session.observed_now(),
                device=request.origin,
                epoch=epoch,
                fingerprint=answer.device.short_fingerprint,
                certificates=tuple(certificate.der for certificate in answer.chain),
            )
        )
        areas = frozenset(transaction.areas)
    return Enrolled(areas, request.origin, epoch, answer.device.short_fingerprint, answer_path)


def revoke_device(session: Session, device: str, epoch: int, reason: str) -> Changed:
    """At HQ: trust a device's certificate no more. Raises Refusal `permission.denied`, `visit.device_unknown`."""
    session.require("device.enrol")
    with session.writing() as transaction:
        if not any((row.device, row.epoch) == (device, epoch) for row in all_devices(transaction.connection)):
            raise Refusal("visit.device_unknown", device=device)
        transaction.record(DeviceRevoked(observed_at=session.observed_now(), device=device, epoch=epoch, reason=reason))
        return Changed(frozenset(transaction.areas))


def read_answer(session: Session, path: Path) -> AnswerView:
    """HQ's answer before it is accepted. Raises Refusal `enrolment.not_an_answer`, `enrolment.altered` and the like."""
    answer = enrolment.read_answer_file(path)
    if answer.device_id != session.name:
        raise Refusal("enrolment.other_request", device_id=answer.device_id, expected=session.name)
    return AnswerView(answer.device_id, answer.hq.origin, answer.root.short_fingerprint)


def accept_enrolment(session: Session, path: Path, confirmed_root: str) -> Changed:
    """On a device: take the identity, once a person confirmed the root's fingerprint as HQ read it out.

    Raises Refusal `permission.denied`, `enrolment.no_request`, `enrolment.other_root`, `enrolment.other_request` …
    """
    session.require("device.request")
    answer = enrolment.read_answer_file(path)
    with session.writing() as transaction:
        stored = transaction.secret(PENDING)
        if stored is None:
            raise Refusal("enrolment.no_request")
        identity = enrolment.accept_answer(
            answer, PendingIdentity.from_bytes(stored), confirmed_root=confirmed_root, at=session.now()
        )
        transaction.keep_secret(IDENTITY, identity.to_bytes())
        transaction.keep_secret(HQ_CHAIN, msgspec.msgpack.encode([certificate.der for certificate in answer.chain[1:]]))
        transaction.drop_secret(PENDING)
        observed_at = session.observed_now()
        if answer.epoch != session.store.named.epoch:
            transaction.begin_epoch(answer.epoch)
            # The new chain names the people again: HQ checks their signatures by what this chain says.
            for row in all_accounts(transaction.connection):
                transaction.record(
                    AccountAdded(
                        observed_at=observed_at,
                        account=row.account,
                        role=row.role,
                        suite=row.suite,
                        public_key=row.public_key,
                    )
                )
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
        return Changed(frozenset(transaction.areas | {"people"}))


def enrolment_state(session: Session) -> EnrolmentState:
    """Where this store stands."""
    with session.store.reading() as connection:
        identity, chain, pending = (read_secret(connection, name) for name in (IDENTITY, HQ_CHAIN, PENDING))
        if identity is not None:
            mine = identity_of(connection)
            hq = (
                Certificate.from_der(msgspec.msgpack.decode(chain, type=list[bytes])[0]).origin
                if chain
                else mine.origin
            )
            return EnrolmentState(True, hq, mine.root.short_fingerprint, False, "")
        fingerprint = PendingIdentity.from_bytes(pending).request.short_fingerprint if pending else ""
        return EnrolmentState(False, "", "", pending is not None, fingerprint)
