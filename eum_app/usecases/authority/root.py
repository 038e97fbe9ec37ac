"""The authority's part, on a machine or stick of its custodians: make the root, certify and revoke HQs.

No store is needed. Every call that signs opens the key from the folder by `Opener`, and forgets it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from eum_app.crypto.certificates import (
    HQ_DAYS,
    Certificate,
    CertificateRequest,
    Role,
    certify_hq,
    make_authority,
)
from eum_app.crypto.passphrases import KdfParams
from eum_app.crypto.revocations import RevocationList, make_revocation_list
from eum_app.crypto.suites import DEFAULT_SUITE, Suite
from eum_app.domain.clock import Now, system_now
from eum_app.domain.errors import Refusal
from eum_app.domain.people import folded
from eum_app.usecases.people.accounts import require_passphrase
from sync.authority_file import (
    BY_PASSPHRASE,
    Custody,
    issued,
    note_issued,
    open_authority,
    read_authority,
    read_revocations,
    require_custody,
    write_authority,
    write_authority_answer,
    write_revocations,
)
from sync.enrolment import read_hq_request_file, read_request_file


@dataclass(frozen=True)
class Opener:
    """The passphrase of the authority's folder, or the shares of its custodians. Its repr shows neither."""

    passphrase: str = field(default="", repr=False)
    shares: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class CreatedRoot:
    """A new authority. `shares` are the custodians' words, to be shown once; empty with a passphrase."""

    folder: Path
    fingerprint: str
    shares: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class CertifiedHq:
    """A certificate that the authority issued. `revoked_at` is None while it is in force."""

    hq: str
    epoch: int
    serial: str
    fingerprint: str
    until: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class RootView:
    """An authority's folder, without its key. `certified` is in order of issue."""

    name: str
    fingerprint: str
    suite: str
    custody: Custody
    until: datetime
    certified: tuple[CertifiedHq, ...]


def create_root(
    folder: Path,
    *,
    name: str,
    passphrase: str = "",
    custody: Custody = BY_PASSPHRASE,
    suite: Suite = DEFAULT_SUITE,
    organisation: str = "",
    kdf: KdfParams | None = None,
    now: Now = system_now,
) -> CreatedRoot:
    """Make an authority in a folder: under a passphrase, or split among custodians.

    Raises Refusal `authority.exists`, `authority.custody`, `certificate.bad_name`, `passphrase.…`; Trouble of the disk.
    """
    require_custody(custody)
    if not custody.is_split:
        require_passphrase(passphrase)
    root = make_authority(name, at=now(), suite=suite, organisation=organisation)
    shares = write_authority(folder, root, custody=custody, passphrase=passphrase, kdf=kdf)
    return CreatedRoot(folder, root.certificate.short_fingerprint, shares)


def view_root(folder: Path) -> RootView:
    """Return what the folder holds; no key is opened.

    Raises Refusal `authority.absent`, `authority.unreadable`, `revocations.…`.
    """
    root, custody = read_authority(folder)
    revocations = read_revocations(folder, root)
    revoked = revocations.revoked if revocations else {}
    rows = tuple(_row(one, revoked.get(one.serial)) for one in issued(folder, root))
    return RootView(root.name, root.short_fingerprint, root.suite.value, custody, root.not_after, rows)


def read_hq_request(path: Path) -> CertificateRequest:
    """Read an HQ's request. Raises as `read_request_file`; `request.wrong_role` for a device's."""
    return read_request_file(path, Role.HQ)


def issue_to_hq(
    folder: Path,
    request_path: Path,
    answer_path: Path,
    *,
    compared: str,
    opener: Opener,
    without_former_key: bool = False,
    days: int = HQ_DAYS,
    now: Now = system_now,
) -> CertifiedHq:
    """Certify an HQ's keys, after a person compared the request's fingerprint with what HQ reads out.

    `compared` is that fingerprint, as `read_hq_request` returned it. The key of the newest certificate that this HQ has
    and that is not revoked must endorse the request, so that no one else asks in HQ's name. An HQ that lost its keys
    cannot do that; `without_former_key` leaves it to the person who compares.

    Each certificate of an HQ has the next epoch, whatever the request states; the same request gets the same
    certificate again. Keys whose certificate was revoked get none. The certificate is noted before the answer is
    written. Raises Refusal as `read_hq_request_file`, `enrolment.request_changed`, `authority.name_taken` (another HQ's
    name if letter case is ignored), `authority.not_endorsed`, `authority.none_in_force` (HQ has no other certificate),
    `authority.request_revoked`, `authority.…`, `passphrase.…`, `certificate.…`, `revocations.…`; Trouble of the disk.
    """
    request, endorser = read_hq_request_file(request_path)
    if request.short_fingerprint != compared:
        raise Refusal("enrolment.request_changed", shown=request.short_fingerprint, compared=compared)
    root = open_authority(folder, passphrase=opener.passphrase, shares=opener.shares)
    known = _issued_under(request.origin, issued(folder, root.certificate))
    revocations = read_revocations(folder, root.certificate)
    revoked = revocations.revoked if revocations else {}
    certificate = next((one for one in known if one.verify_key == request.verify_key), None)
    if certificate is None:
        if endorser is not None and _is_of(endorser, request.origin, root.certificate) and endorser not in known:
            # Another copy of this folder issued it: it must be possible to revoke it here too.
            note_issued(folder, root.certificate, endorser)
            known = [*known, endorser]
        if known and not without_former_key:
            _require_endorsed(request.origin, endorser, [one for one in known if one.serial not in revoked])
        epoch = max((one.epoch for one in known), default=0) + 1
        certificate = certify_hq(request, root, epoch=epoch, at=now(), days=days)
        note_issued(folder, root.certificate, certificate)
    elif certificate.serial in revoked:
        raise Refusal("authority.request_revoked", hq=certificate.origin, epoch=certificate.epoch)
    write_authority_answer(answer_path, request.fingerprint, certificate, root.certificate)
    return _row(certificate)


def _issued_under(name: str, certificates: list[Certificate]) -> list[Certificate]:
    """Return those of one HQ. Raises Refusal `authority.name_taken` for a name that people would take for another's."""
    for one in certificates:
        if one.origin != name and folded(one.origin) == folded(name):
            raise Refusal("authority.name_taken", hq=name, taken=one.origin)
    return [one for one in certificates if one.origin == name]


def _is_of(certificate: Certificate, name: str, root: Certificate) -> bool:
    return certificate.role is Role.HQ and certificate.origin == name and certificate.is_issued_by(root)


def _require_endorsed(name: str, endorser: Certificate | None, in_force: list[Certificate]) -> None:
    """Require that the HQ's newest certificate in force endorses its request.

    Raises Refusal `authority.not_endorsed`, `authority.none_in_force`.
    """
    newest = max(in_force, key=lambda one: one.epoch, default=None)
    if newest is None:
        raise Refusal("authority.none_in_force", hq=name)
    if endorser is None or endorser.verify_key != newest.verify_key:
        raise Refusal("authority.not_endorsed", hq=name, epoch=newest.epoch)


def revoke_hq(
    folder: Path, hq: str, *, opener: Opener, epoch: int = 0, to: Path | None = None, now: Now = system_now
) -> RevocationList:
    """Revoke every certificate of an HQ, or that of one `epoch`; write the new list to the folder and to `to`.

    There is no way back. Raises Refusal `authority.hq_unknown`, `authority.revoked_already`, `authority.…`,
    `passphrase.…`; Trouble of the disk.
    """
    root = open_authority(folder, passphrase=opener.passphrase, shares=opener.shares)
    meant = [one for one in issued(folder, root.certificate) if one.origin == hq and epoch in (0, one.epoch)]
    if not meant:
        raise Refusal("authority.hq_unknown", hq=hq[:40], epoch=epoch or "")
    before = read_revocations(folder, root.certificate)
    revoked = dict(before.revoked) if before else {}
    fresh = [one.serial for one in meant if one.serial not in revoked]
    if not fresh:
        raise Refusal("authority.revoked_already", hq=hq[:40])
    revoked |= dict.fromkeys(fresh, now())
    made = make_revocation_list(root, revoked, number=before.number + 1 if before else 1, at=now())
    write_revocations(folder, made)
    if to is not None:
        write_revocations(to, made)
    return made


def _row(certificate: Certificate, revoked_at: datetime | None = None) -> CertifiedHq:
    return CertifiedHq(
        certificate.origin,
        certificate.epoch,
        certificate.serial,
        certificate.short_fingerprint,
        certificate.not_after,
        revoked_at,
    )
