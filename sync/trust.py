"""Whether to believe a bundle's sender: pure rules over values, no files.

`judge_sender` asks in this order, and the first "no" is the answer:

1. Is the bundle of our suite?                                    → trust.suite_mismatch
2. Does the sender's chain lead to our authority?                 → bundle.unknown_sender
3. Do we know this sender? An HQ must bear the name (origin) of one that we know, so that an HQ with a renewed
   certificate strands nobody; a device must bear the very certificate that we hold for it and its epoch.
                                                                  → bundle.unknown_sender
4. Is its certificate, or its HQ's, revoked?                      → bundle.revoked
5. Is each certificate of the chain valid at `at`?                → certificate.not_yet_valid, certificate.expired
6. May somebody in its role send this kind?                       → bundle.wrong_role

Then `judge_recipient`: is it for us?                             → bundle.other_recipient
And, once it is open, `judge_origin`: does the sender write this journal? → bundle.foreign_origin

Revocation comes before expiry because it says more. When a bundle was sealed is its sender's claim only: a revoked
sender is refused whatever `created_at` says, and the refusal carries both times for the people who decide.
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
}
KINDS = frozenset().union(*KINDS_BY_ROLE.values())


@dataclass(frozen=True)
class TrustList:
    """Whom one store trusts.

    `root` is the authority that a person confirmed; `hqs` those HQs that this store deals with; `devices` the
    certificate of each enrolled device by (origin, epoch) (empty in the field: devices send nothing to each other);
    `revoked` the moment of revocation by certificate serial (lower-case hex).
    """

    root: Certificate
    hqs: tuple[Certificate, ...] = ()
    devices: Mapping[tuple[str, int], Certificate] = field(default_factory=dict)
    revoked: Mapping[str, datetime] = field(default_factory=dict)


def judge_sender(
    chain: Sequence[Certificate], *, suite: Suite, kind: str, created_at: datetime, trust: TrustList, at: datetime
) -> Certificate:
    """Return the sender's certificate, or raise the first Refusal of the module's list. `at` is now (aware)."""
    if suite is not trust.root.suite:
        raise Refusal("trust.suite_mismatch", suite=suite.value, expected=trust.root.suite.value)
    try:
        leaf = check_chain(chain, trust.root)
    except Refusal as error:
        raise Refusal("bundle.unknown_sender", why=error.code) from error
    if not _is_known(leaf, trust):
        raise Refusal("bundle.unknown_sender", why="not_enrolled", origin=leaf.origin, epoch=leaf.epoch)
    for certificate in chain:
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
    """Return the place of our key among the recipients; raise Refusal("bundle.other_recipient")."""
    if own_kid not in kids:
        raise Refusal("bundle.other_recipient", recipients=len(kids))
    return list(kids).index(own_kid)


def judge_origin(sender: Certificate, origin: str, epoch: int, trust: TrustList) -> None:
    """Raise Refusal("bundle.foreign_origin") when the sender does not write that journal.

    A device writes its own journal in its own epoch. An HQ writes any but a device's.
    """
    if sender.role is Role.DEVICE:
        allowed = (origin, epoch) == (sender.origin, sender.epoch)
    else:
        allowed = all(origin != device for device, _ in trust.devices)
    if not allowed:
        raise Refusal("bundle.foreign_origin", sender=sender.origin, origin=origin, epoch=epoch)


def _is_known(leaf: Certificate, trust: TrustList) -> bool:
    if leaf.role is Role.DEVICE:
        return trust.devices.get((leaf.origin, leaf.epoch)) == leaf
    return any(leaf.origin == known.origin for known in trust.hqs)
