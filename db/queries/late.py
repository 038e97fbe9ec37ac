"""Ends of devices' identities, and heads of their chains that are fixed outside of a device's word.

All of it is read from HQ's own journal, and "before" is a place in it: a script changes read tables unnoticed, and can
only add entries at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.queries.key_facts import Place, own_entries
from db.queries.signed_acts import is_signed
from db.tables import ENDS, meta
from eum_app.domain.facts import DeviceEnrolled, DeviceRevoked, FactsReceived, LateHeadAccepted, PaperHeadNoted
from eum_app.domain.journal import Head


@dataclass(frozen=True)
class Vouched:
    """One person's statement about a head: read from paper, or accepted. `at` is UTC text."""

    actor: str
    reason: str
    at: str


@dataclass(frozen=True)
class IdentityEnd:
    """When an identity of a device ended first, by HQ's clock (UTC text) and by the place of HQ's entry."""

    at: str
    is_revoked: bool
    by: Place


def identity_ends(connection: Connection) -> dict[tuple[str, int], IdentityEnd]:
    """Return (device, epoch) → the end, for the identities that HQ revoked, or followed by one of a later epoch."""
    began: list[tuple[Place, DeviceEnrolled]] = []
    revoked: list[tuple[Place, DeviceRevoked]] = []
    for entry in own_entries(connection, ENDS, DeviceEnrolled, DeviceRevoked):
        match entry.fact:
            case DeviceEnrolled() as fact:
                began.append((entry.place, fact))
            case DeviceRevoked() as fact:
                revoked.append((entry.place, fact))
    found: dict[tuple[str, int], IdentityEnd] = {}
    for place, fact in revoked:
        _end(found, (fact.device, fact.epoch), IdentityEnd(fact.observed_at, True, place))
    epochs: dict[str, set[int]] = {}
    for _, enrolled in began:
        epochs.setdefault(enrolled.device, set()).add(enrolled.epoch)
    for place, later in began:
        for epoch in epochs[later.device]:
            if epoch < later.epoch:
                _end(found, (later.device, epoch), IdentityEnd(later.observed_at, False, place))
    return found


def _end(found: dict[tuple[str, int], IdentityEnd], identity: tuple[str, int], end: IdentityEnd) -> None:
    known = found.get(identity, end)
    is_revoked = known.is_revoked or end.is_revoked
    found[identity] = IdentityEnd(min(known.at, end.at), is_revoked, min(known.by, end.by))


def proved_heads(connection: Connection, origin: str, epoch: int, before: Place) -> list[Head]:
    """Return the heads of one chain for which HQ signed a receipt, or which it read from paper, before an entry.

    `before` is the place of HQ's own entry that ended the identity. The order of HQ's journal decides, not its clock. A
    receipt from later proves nothing: HQ signs only for what it holds, and what it holds needs no proof.
    """
    found: list[Head] = []
    for entry in own_entries(connection, ENDS, FactsReceived, PaperHeadNoted, before=before):
        match entry.fact:
            case FactsReceived() | PaperHeadNoted() as fact if (fact.origin, fact.epoch) == (origin, epoch):
                found.append(Head(origin, epoch, fact.seq, fact.head_hash))
    return list(dict.fromkeys(found))


def accepted_heads(connection: Connection, origin: str, epoch: int) -> dict[Head, list[Vouched]]:
    """Return head → the statements of the people at HQ who accepted it, in the order of HQ's journal.

    Only those count that the account's own key signed: a script can write others. Of each account the first counts.
    """
    hq = connection.execute(select(meta.c.value).where(meta.c.name == "name")).scalar_one()
    found: dict[Head, dict[str, Vouched]] = {}
    for entry in own_entries(connection, ENDS, LateHeadAccepted):
        said = entry.fact
        if not isinstance(said, LateHeadAccepted) or (said.origin, said.epoch) != (origin, epoch):
            continue
        if is_signed(connection, hq, entry.actor, said, entry.place):
            vouched = Vouched(entry.actor, said.reason, said.observed_at)
            found.setdefault(Head(origin, epoch, said.seq, said.head_hash), {}).setdefault(entry.actor, vouched)
    return {head: list(people.values()) for head, people in found.items()}
