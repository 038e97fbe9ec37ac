"""On a device: learn from HQ's bundles what changed about certificates.

A bundle was verified before: its sender is HQ, certified by the authority that a person at this device confirmed.

- HQ's newer certificate is kept, and later bundles are sealed to it.
- A `DeviceRecertified` fact for this device, its epoch and its keys replaces the device's own certificate, if the HQ
  certificate that sealed the bundle issued it, and that is not older than the one that issued the held certificate.
  Epochs decide this, never dates: a thief of a former key, or a wrong clock at HQ, writes any date.
- An `AuthorityListReceived` fact holds the authority's list, which must be newer, signed by the authority itself, and
  name everything that the held one does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from db.secrets import HQ_CHAIN, IDENTITY, REVOCATIONS
from db.transaction import Transaction
from eum_app.crypto.certificates import Certificate, Identity, Role, verify_chain
from eum_app.crypto.revocations import read_revocation_list
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AuthorityListReceived, DeviceRecertified, Fact, UnknownFact
from eum_app.usecases.exchange.trust import hq_certificate, identity_of, own_chain, revocations_of
from eum_app.usecases.session import Session

LEARNED: Final = (DeviceRecertified, AuthorityListReceived)
"""Facts of HQ that say something about certificates."""


def learn_from_hq(
    session: Session, transaction: Transaction, sender: Certificate, facts: Iterable[Fact | UnknownFact]
) -> None:
    """Keep what a bundle from HQ says about certificates; what does not fit this device is left alone."""
    root = own_chain(transaction.connection)[-1]
    known = hq_certificate(transaction.connection)
    if sender.role is Role.HQ and sender.origin == known.origin and sender.epoch > known.epoch:
        transaction.keep_secret(HQ_CHAIN, msgspec.msgpack.encode([sender.der, root.der]))
    for fact in facts:
        if isinstance(fact, DeviceRecertified):
            _take_certificate(session, transaction, fact, sender, root)
        elif isinstance(fact, AuthorityListReceived):
            _take_revocations(transaction, fact, root)


def _take_certificate(
    session: Session, transaction: Transaction, fact: DeviceRecertified, sender: Certificate, root: Certificate
) -> None:
    mine = identity_of(session, transaction.connection)
    try:
        chain = tuple(map(Certificate.from_der, fact.certificates))
        leaf = verify_chain(chain, root, session.now())
        if (leaf.role, leaf.origin, leaf.epoch) != (Role.DEVICE, mine.origin, mine.epoch):
            return
        if chain[1] != sender or sender.epoch < mine.chain[1].epoch:
            return
        renewed = Identity(mine.signing, mine.kem, chain)
    except Refusal:
        return  # it certifies other keys, or is not valid now: a mistake or a wrong clock at HQ
    transaction.keep_secret(IDENTITY, renewed.to_bytes())


def _take_revocations(transaction: Transaction, fact: AuthorityListReceived, root: Certificate) -> None:
    held = revocations_of(transaction.connection, root)
    try:
        found = read_revocation_list(fact.revocations, root)
    except Refusal:
        return
    if held is None or (found.number > held.number and not found.lacks(held)):
        transaction.keep_secret(REVOCATIONS, found.der)
