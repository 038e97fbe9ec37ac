"""HQ's part: ask for new keys, take the certificate for them, take revocations. `move_out` moves the authority's key.

1. `request_certificate` makes new keys and a request file. The authority answers with a certificate
   (`root.issue_to_hq`).
2. `accept_certificate` puts the new keys into use. Devices in the field are not stranded: the former keys open what was
   sealed to them for `EARLIER_DAYS`; each device gets a new certificate with its next bundle from HQ, and
   learns HQ's from that bundle's signature (`usecases.exchange.learn`).
3. Revocations reach devices in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from db.queries.people import DeviceRow, all_devices
from db.secrets import AUTHORITY, EARLIER, IDENTITY, PENDING, REVOCATIONS
from db.transaction import Transaction
from db.vault import Vault, has_vault
from eum_app.crypto.certificates import (
    Identity,
    PendingIdentity,
    Role,
    make_hq_request,
    verify_chain,
)
from eum_app.crypto.revocations import RevocationList
from eum_app.domain.areas import Area
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AuthorityListReceived
from eum_app.domain.people import Permission
from eum_app.usecases.authority.move_out import may_move
from eum_app.usecases.changes import Changed
from eum_app.usecases.exchange.recertify import recertify
from eum_app.usecases.exchange.trust import EarlierIdentity, earlier_in, hq_vault, own_chain, revocations_of
from eum_app.usecases.people.vault import certified, certify_reporters, holds_keys, keep_in, reporter_keys
from eum_app.usecases.session import Session
from sync import enrolment
from sync.authority_file import (
    read_authority_answer,
    read_revocations,
)

EARLIER_DAYS: Final = 365
"""Default time for which bundles sealed to HQ's former keys still open."""
ENDING_DAYS: Final = 180
"""HQ is reminded of new keys when its certificate ends within this time: devices need months to come by."""
MAX_EARLIER_DAYS: Final = 5 * 365


@dataclass(frozen=True)
class RequestedCertificate(Changed):
    """A request was written. Two people compare its fingerprint."""

    path: Path
    fingerprint: str


@dataclass(frozen=True)
class AcceptedCertificate(Changed):
    """HQ uses new keys. `devices` get new certificates with their next bundle."""

    epoch: int
    fingerprint: str
    until: datetime
    earlier_until: datetime | None
    devices: tuple[str, ...]


@dataclass(frozen=True)
class TakenRevocations(Changed):
    """A list of revoked HQs was taken. `number` counts lists; `revoked` the certificates on it."""

    number: int
    revoked: int


@dataclass(frozen=True)
class AuthorityState:
    """State of HQ's certificate. `is_here`: the authority's key is in this store (None: this account cannot know).

    `is_ending`: it ends within `ENDING_DAYS`. `request_fingerprint` is empty without an open request. `may_move`: this
    account may move the authority's key.
    """

    root_fingerprint: str
    epoch: int
    until: datetime
    is_ending: bool
    is_here: bool | None
    request_fingerprint: str
    may_move: bool


def authority_state(session: Session) -> AuthorityState:
    """At HQ: return the state of its certificate. Raises Refusal `device.not_enrolled` on a device without identity."""
    with session.reading(whole=True) as connection:
        chain = own_chain(connection)
        is_here, request = None, ""
        if session.is_hq and holds_keys(session.role) and has_vault(connection):
            values = hq_vault(session, connection).values
            is_here = AUTHORITY in values
            if PENDING in values:
                request = PendingIdentity.from_bytes(values[PENDING]).request.short_fingerprint
    is_ending = chain[0].not_after - session.now() < timedelta(days=ENDING_DAYS)
    return AuthorityState(
        chain[-1].short_fingerprint,
        chain[0].epoch,
        chain[0].not_after,
        is_ending,
        is_here,
        request,
        session.is_hq and may_move(session),
    )


def request_certificate(session: Session, path: Path, *, anew: bool = False) -> RequestedCertificate:
    """At HQ: make new keys and write a request for the authority, replacing a file at `path`.

    Calling it again writes the same request again, unless `anew` is set: the keys of the request before are then
    discarded. The keys are kept before the file is written, so a file that exists can always be answered. HQ's present
    key signs the request: the authority takes none that anyone else wrote in HQ's name.

    Raises Refusal `permission.denied`, `authority.only_hq`, `vault.not_admitted`; Trouble of the disk.
    """
    session.require(Permission.DEVICE_ENROL)
    with session.writing() as transaction:
        vault = hq_vault(session, transaction.connection)
        stored = None if anew else vault.values.get(PENDING)
        if stored is None:
            own = own_chain(transaction.connection)[0]
            pending = make_hq_request(
                own.origin, session.suite, epoch=own.epoch + 1, name=own.name, organisation=own.organisation
            )
            keep_in(session, transaction, vault.with_value(PENDING, pending.to_bytes()))
        else:
            pending = PendingIdentity.from_bytes(stored)
        identity = Identity.from_bytes(vault.values[IDENTITY])
    enrolment.write_request(path, pending.request.der, endorsed_by=identity)
    return RequestedCertificate(frozenset({Area.PEOPLE}), path, pending.request.short_fingerprint)


def accept_certificate(
    session: Session, path: Path, confirmed_root: str, *, earlier_days: int = EARLIER_DAYS
) -> AcceptedCertificate:
    """At HQ: put the requested keys into use, after a person confirmed the authority's fingerprint.

    The former keys open bundles for `earlier_days` more. Still earlier keys are erased if their time is over by HQ's
    clock and by the authority's, which the certificate states. Devices get new certificates with their next bundle.
    Another authority than before is accepted only while no device is enrolled; this store then forgets its own.

    Raises Refusal `permission.denied`, `authority.only_hq`, `authority.not_an_answer`, `authority.no_request`,
    `authority.other_request`, `authority.devices_enrolled`, `authority.older`, `authority.days`,
    `enrolment.other_root`, `certificate.…`, `vault.not_admitted`; Trouble of the disk.
    """
    session.require(Permission.DEVICE_ENROL)
    if not 0 <= earlier_days <= MAX_EARLIER_DAYS:
        raise Refusal("authority.days", given=earlier_days, limit=MAX_EARLIER_DAYS)
    answer = read_authority_answer(path)
    enrolment.require_root(answer.root, confirmed_root)
    now = session.now()
    with session.writing() as transaction:
        vault = hq_vault(session, transaction.connection)
        if PENDING not in vault.values:
            raise Refusal("authority.no_request")
        pending = PendingIdentity.from_bytes(vault.values[PENDING])
        if answer.request_fingerprint != pending.request.fingerprint:
            raise Refusal("authority.other_request")
        if verify_chain((answer.hq, answer.root), answer.root, now).role is not Role.HQ:
            raise Refusal("certificate.chain_shape", roles=answer.hq.role.value)
        identity = pending.complete((answer.hq, answer.root))
        own = Identity.from_bytes(vault.values[IDENTITY])
        devices = [row for row in _newest(all_devices(transaction.connection)) if not row.revoked_at]
        if is_other := own.root != answer.root:
            if devices:
                raise Refusal("authority.devices_enrolled", devices=len(devices))
            vault = vault.with_value(AUTHORITY, None).with_value(EARLIER, None)
        elif identity.epoch <= own.epoch:
            raise Refusal("authority.older", epoch=identity.epoch, current=own.epoch)
        reporters = reporter_keys(session, transaction.connection)
        until = now + timedelta(days=earlier_days) if earlier_days and not is_other else None
        if not is_other:
            vault = _with_earlier(vault, own, until, _both(now, answer.hq.not_before))
        vault = vault.with_value(IDENTITY, identity.to_bytes()).with_value(PENDING, None)
        transaction.record(certified(session, identity, own, utc_text(until) if until else ""))
        keep_in(session, transaction, vault)
        certify_reporters(session, transaction, identity, reporters)
        for row in devices:
            recertify(session, transaction, row, identity)
        areas = frozenset(transaction.areas | {Area.PEOPLE})
    return AcceptedCertificate(
        areas,
        identity.epoch,
        identity.certificate.short_fingerprint,
        identity.certificate.not_after,
        until,
        tuple(row.device for row in devices),
    )


def take_revocations(session: Session, path: Path) -> TakenRevocations:
    """At HQ or on a device: take the authority's list of revoked HQs. At HQ it goes on to every device.

    Raises Refusal `permission.denied`, `device.not_enrolled`, `revocations.invalid`, `revocations.other_root`,
    `revocations.older` (also the same list again), `revocations.shrunk` (it takes revocations back), `file.missing`
    (also a folder without a list), `file.…`; Trouble of the disk.
    """
    session.require(Permission.DEVICE_ENROL if session.is_hq else Permission.DEVICE_REQUEST)
    with session.writing() as transaction:
        root = own_chain(transaction.connection)[-1]
        found = read_revocations(path, root)
        held = revocations_of(transaction.connection, root)
        if found is None:
            raise Refusal("file.missing", name=path.name)
        # A list of another copy of the authority's folder may be numbered higher, and still lack what this one revoked.
        if held is not None and (missing := found.lacks(held)) and (found.number > held.number or held.lacks(found)):
            raise Refusal("revocations.shrunk", number=found.number, held=held.number, missing=len(missing))
        if held is not None and found.number <= held.number:
            raise Refusal("revocations.older", number=found.number, held=held.number)
        return _keep_revocations(session, transaction, found)


def _keep_revocations(session: Session, transaction: Transaction, found: RevocationList) -> TakenRevocations:
    transaction.keep_secret(REVOCATIONS, found.der)
    fact = AuthorityListReceived(observed_at=session.observed_now(), number=found.number, revocations=found.der)
    transaction.record(fact)
    if session.is_hq:
        for row in _newest(all_devices(transaction.connection)):
            if not row.revoked_at:
                transaction.copy_out(row.device, [fact])
    return TakenRevocations(frozenset(transaction.areas | {Area.PEOPLE}), found.number, len(found.revoked))


def _newest(rows: list[DeviceRow]) -> list[DeviceRow]:
    """Newest epoch of each device; `rows` have it first."""
    newest: dict[str, DeviceRow] = {}
    for row in rows:
        newest.setdefault(row.device, row)
    return list(newest.values())


def _both(now: datetime, issued_at: datetime) -> str:
    """Return the earlier of HQ's clock and the authority's, as UTC text: keys are over where both say so."""
    return utc_text(min(now, issued_at))


def _with_earlier(vault: Vault, own: Identity, until: datetime | None, at: str) -> Vault:
    """Add the keys that are replaced, and erase those whose time was over before `at`."""
    held = [one for one in earlier_in(vault) if one.until >= at]
    if until is not None:
        held.append(EarlierIdentity(own.to_bytes(), utc_text(until)))
    return vault.with_value(EARLIER, msgspec.msgpack.encode(held))
