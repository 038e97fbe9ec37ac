"""Rules that decide whether to trust a bundle's sender: pure functions over values, no files.

`judge_sender` asks in this order; the first "no" decides:

1. Is the bundle of our suite?                                    → trust.suite_mismatch
2. Does the sender's chain lead to our authority?                 → bundle.unknown_sender
3. Do we know this sender? An HQ must have the name (origin) of a known one, so that a renewed certificate of HQ locks
   out no device; a device must have exactly the certificate that we hold for it and its epoch.
                                                                  → bundle.unknown_sender
4. Is its certificate, or its HQ's, revoked?                      → bundle.revoked
5. Is each certificate of the chain valid at `at`?                → certificate.not_yet_valid, certificate.expired
6. May a sender in its role send this kind?                       → bundle.wrong_role

Then `judge_recipient`: is it for us?                             → bundle.other_recipient
And, once it is open, `judge_origin`: does the sender write this journal? → bundle.foreign_origin

Revocation is checked before expiry because it says more. The sealing time is only the sender's claim: a revoked sender
is refused whatever `created_at` says, and the refusal names both times for people to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

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


@dataclass(frozen=True)
class TrustList:
    """Certificates that one store trusts.

    `root` is the authority that a person confirmed; `hqs` the HQs of this store; `devices` the certificate of each
    enrolled device by (origin, epoch), empty in the field, because devices send nothing to each other; `revoked` the
    moment of revocation by certificate serial (lower-case hex).
    """

    root: Certificate
    hqs: tuple[Certificate, ...] = ()
    devices: Mapping[tuple[str, int], Certificate] = field(default_factory=dict)
    revoked: Mapping[str, datetime] = field(default_factory=dict)


def judge_sender(
    chain: Sequence[Certificate], *, suite: Suite, kind: str, created_at: datetime, trust: TrustList, at: datetime
) -> Certificate:
    """Return the sender's certificate.

    `at` is now (aware). Raises the first Refusal of the module's list that applies.
    """
    if suite is not trust.root.suite:
        raise Refusal("trust.suite_mismatch", suite=suite.value, expected=trust.root.suite.value)
    try:
        leaf = check_chain(chain, trust.root)
    except Refusal as error:
        raise Refusal("bundle.unknown_sender", why=error.code) from error
    if not _is_known(leaf, trust):
        raise Refusal("bundle.unknown_sender", why="not_enrolled", origin=leaf.origin, epoch=leaf.epoch)
    for certificate in chain:
        # The whole chain counts: a revoked HQ can no longer vouch for its devices.
        if certificate.serial in trust.revoked:
            revoked_at = trust.revoked[certificate.serial]
            raise Refusal(
                "bundle.revoked", origin=certificate.origin, revoked_at=revoked_at, claimed_created_at=created_at
            )
    check_validity(chain, trust.root, at)
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


def _is_known(leaf: Certificate, trust: TrustList) -> bool:
    if leaf.role is Role.DEVICE:
        # Compare whole certificates: an HQ could issue a second one for the same name.
        return trust.devices.get((leaf.origin, leaf.epoch)) == leaf
    return any(leaf.origin == known.origin for known in trust.hqs)
