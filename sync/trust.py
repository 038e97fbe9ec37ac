"""Rules that decide whether to trust a bundle's sender: pure functions over values, no files.

`judge_sender` asks in this order; the first "no" decides:

1. Is the bundle of our suite?                                    → trust.suite_mismatch
2. Does the sender's chain lead to our authority?                 → bundle.unknown_sender
3. Do we know this sender? An HQ must have the name (origin) of a known one, so that a renewed certificate of HQ locks
   out no device; a device must have the keys of the certificate that we hold for it and its epoch.
                                                                  → bundle.unknown_sender
4. Is its certificate, or its HQ's, revoked?                      → bundle.revoked
   Was the device enrolled again since?                           → bundle.superseded
5. Is each certificate of the chain valid at `at`?                → certificate.not_yet_valid, certificate.expired
   4 and 5 are asked as of the time that is proved for the signature, if one is.
6. May a sender in its role send this kind?                       → bundle.wrong_role

Then `judge_recipient`: is it for us?                             → bundle.other_recipient
And, once it is open, `judge_origin`: does the sender write this journal? → bundle.foreign_origin

Revocation is checked before expiry because it says more. The sealing time is only the sender's claim: a revoked sender
is refused whatever `created_at` says, and the refusal names both times for people to decide. Only a time that another
party proved (a time authority, HQ's own journal) counts: a signature that existed before its certificates ended holds.

HQ's import opens the late bundle of a device whose identity ended all the same (`TrustList.with_late`), to see which
facts it holds; `usecases.exchange.late_bundles` decides whether they count. Its dates are then not judged: what was
sealed before the identity ended is proved otherwise, or accepted by two people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from eum_app.crypto.certificates import Certificate, Role, check_chain, check_validity
from eum_app.crypto.suites import Suite
from eum_app.domain.bundles import BundleKind
from eum_app.domain.errors import Refusal

KINDS_BY_ROLE: Mapping[Role, frozenset[str]] = {
    Role.AUTHORITY: frozenset(),
    Role.HQ: frozenset[str]({BundleKind.TASKING, BundleKind.RECEIPT}),
    Role.DEVICE: frozenset[str]({BundleKind.RESULTS}),
    Role.REPORTER: frozenset(),
}
"""Kinds of bundles that each role may send."""
KINDS = frozenset().union(*KINDS_BY_ROLE.values())
"""All kinds of bundles."""
HQ_OVERLAP = timedelta(days=365)
"""Time for which an HQ's certificate is accepted beside the one that replaced it; a revoked one is refused at once."""


@dataclass(frozen=True)
class Revocation:
    """A revoked certificate. `by_epoch` is the epoch of the certificate of the HQ that told this store so.

    An HQ cannot revoke an HQ certificate of a later epoch: a thief of an old key must not shut out the one that
    replaced it. Dates do not decide this, because they follow the clock of the custodians' machine. None: this store
    or the authority revoked it. Journals of earlier versions name no epoch (0), but the beginning of that certificate,
    `by_issued_at`; it decides there.
    """

    at: datetime
    by_epoch: int | None = None
    by_issued_at: datetime | None = None

    def binds(self, certificate: Certificate) -> bool:
        """Whether the one who revoked this certificate may do so."""
        if certificate.role is not Role.HQ or self.by_epoch is None:
            return True
        if self.by_epoch == 0 and self.by_issued_at is not None:
            return certificate.not_before <= self.by_issued_at
        return certificate.epoch <= self.by_epoch


@dataclass(frozen=True)
class Ended:
    """When an identity of a device ended, and why (`bundle.revoked` or `bundle.superseded`).

    `by` is the place (epoch, number) of this store's own entry that ended it.
    """

    at: datetime
    code: str
    by: tuple[int, int]


@dataclass(frozen=True)
class TrustList:
    """Certificates that one store trusts.

    `root` is the authority that a person confirmed; `hqs` the HQs of this store; `devices` the certificate of each
    enrolled device by (origin, epoch), empty in the field, because devices send nothing to each other. `ended` are the
    identities among them that were revoked or superseded, `revoked` all other revocations by certificate serial
    (lower-case hex). `has_late`: bundles of ended identities can be opened.
    """

    root: Certificate
    hqs: tuple[Certificate, ...] = ()
    devices: Mapping[tuple[str, int], Certificate] = field(default_factory=dict)
    revoked: Mapping[str, tuple[Revocation, ...]] = field(default_factory=dict)
    ended: Mapping[tuple[str, int], Ended] = field(default_factory=dict)
    has_late: bool = False

    def with_late(self) -> TrustList:
        """Return the list with which the late bundles of ended identities can be opened."""
        return replace(self, has_late=True)

    def revoked_at(self, certificate: Certificate, proved_at: datetime | None = None) -> datetime | None:
        """Return when a certificate was revoked, or None. The authority's own cannot be revoked by anyone below it.

        A revocation after `proved_at` does not count: the signature is proved to have existed then.
        """
        if certificate.role is Role.AUTHORITY:
            return None
        stated = [one.at for one in self.revoked.get(certificate.serial, ()) if one.binds(certificate)]
        if counting := [at for at in stated if proved_at is None or proved_at >= at]:
            return min(counting)
        ended = self.ended_of(certificate, proved_at)
        return ended.at if ended and ended.code == "bundle.revoked" else None

    def ended_of(self, certificate: Certificate, proved_at: datetime | None = None) -> Ended | None:
        """Return the end of a device's identity, or None while it lasts. An end after `proved_at` does not count."""
        ended = self.ended.get((certificate.origin, certificate.epoch)) if certificate.role is Role.DEVICE else None
        return None if ended and proved_at is not None and proved_at < ended.at else ended

    def end_of(self, chain: Sequence[Certificate]) -> datetime:
        """Return when the first certificate of a chain ends: by its term, a revocation or a later identity."""
        ends = [certificate.not_after for certificate in chain]
        ends += [at for certificate in chain if (at := self.revoked_at(certificate)) is not None]
        return min([*ends, *(ended.at for one in chain if (ended := self.ended_of(one)))])


def judge_sender(
    chain: Sequence[Certificate],
    *,
    suite: Suite,
    kind: str,
    created_at: datetime,
    trust: TrustList,
    at: datetime,
    proved_at: datetime | None = None,
) -> Certificate:
    """Return the sender's certificate.

    `at` is now (aware); `proved_at` a time at which the signature is proved to have existed. Raises the first Refusal
    of the module's list that applies.
    """
    if suite is not trust.root.suite:
        raise Refusal("trust.suite_mismatch", suite=suite.value, expected=trust.root.suite.value)
    try:
        leaf = check_chain(chain, trust.root)
    except Refusal as error:
        raise Refusal("bundle.unknown_sender", why=error.code) from error
    if not _is_known(leaf, trust, at):
        raise Refusal("bundle.unknown_sender", why="not_enrolled", origin=leaf.origin, epoch=leaf.epoch)
    ended = trust.ended_of(leaf, proved_at)
    is_late = trust.has_late and ended is not None
    for certificate in chain[1:] if is_late else chain:
        # The whole chain counts: a revoked HQ can no longer vouch for its devices.
        if (revoked_at := trust.revoked_at(certificate, proved_at)) is not None:
            raise Refusal(
                "bundle.revoked", origin=certificate.origin, revoked_at=revoked_at, claimed_created_at=created_at
            )
    if ended is not None and not is_late:
        raise Refusal(ended.code, origin=leaf.origin, epoch=leaf.epoch, ended_at=ended.at)
    if not is_late:
        check_validity(chain, trust.root, at if proved_at is None else proved_at)
    if kind not in KINDS_BY_ROLE[leaf.role]:
        raise Refusal("bundle.wrong_role", kind=kind, role=leaf.role.value, origin=leaf.origin)
    return leaf


def judge_recipient(kids: Sequence[str], own_kid: str) -> int:
    """Return the index (from 0) of our key among the recipients. Raises Refusal("bundle.other_recipient")."""
    if own_kid not in kids:
        raise Refusal("bundle.other_recipient", recipients=len(kids))
    return list(kids).index(own_kid)


def judge_origin(sender: Certificate, origin: str, epoch: int, trust: TrustList) -> None:
    """Raise Refusal("bundle.foreign_origin") if the sender may not write that journal.

    A device writes only its own journal in its own epoch. An HQ writes any journal except a device's.
    """
    if sender.role is Role.DEVICE:
        allowed = (origin, epoch) == (sender.origin, sender.epoch)
    else:
        allowed = all(origin != device for device, _ in trust.devices)
    if not allowed:
        raise Refusal("bundle.foreign_origin", sender=sender.origin, origin=origin, epoch=epoch)


def _is_known(leaf: Certificate, trust: TrustList, at: datetime) -> bool:
    if leaf.role is Role.DEVICE:
        # Compare keys: an HQ could certify others under the same name, and certifies these again when it has new keys.
        known = trust.devices.get((leaf.origin, leaf.epoch))
        return known is not None and known.verify_key == leaf.verify_key and known.kem_key.kid == leaf.kid
    return any(leaf.origin == known.origin and not _is_over(leaf, known, at) for known in trust.hqs)


def _is_over(leaf: Certificate, known: Certificate, at: datetime) -> bool:
    """Whether an HQ's certificate is older than the one that we know, and the time for both is over."""
    return leaf.epoch < known.epoch and at > known.not_before + HQ_OVERLAP
