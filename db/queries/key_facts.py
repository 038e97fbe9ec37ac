"""Entries of this store's own journal about keys, read from the journal itself.

Read tables do not do for this: a person with the data key and a script changes them unnoticed, while an entry that is
changed or taken out breaks the journal's chain. A script can add entries, so each must prove itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from sqlalchemy import Connection, TextClause, and_, or_, select

from db.tables import KEYS, journal, meta
from eum_app.crypto.certificates import Certificate, Role
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import AccountAdded, AccountRemoved, Fact, HqCertified, VaultSealed, decode_fact

SUCCESSION_PURPOSE: Final = "eum/hq-succession/1"
VAULT_PURPOSE: Final = "eum/vault/1"

F = TypeVar("F", bound=Fact)


Place = tuple[int, int]
"""(epoch, number) of an entry in this store's own journal."""


class OwnEntry(NamedTuple):
    """An entry of this store's own journal."""

    place: Place
    actor: str
    fact: Fact


@dataclass(frozen=True)
class InUse:
    """HQ's certificate by the journal, and its authority's."""

    hq: Certificate
    root: Certificate

    def admits(self, chain: tuple[Certificate, ...]) -> bool:
        """Whether this chain is HQ's, or one that the same authority issued later.

        The entry about the later one may be lost to damage.
        """
        return chain[0] == self.hq or self.is_followed_by(chain)

    def is_followed_by(self, chain: tuple[Certificate, ...]) -> bool:
        """Whether the same authority issued the chain to this HQ, under a later epoch."""
        leaf = chain[0]
        is_ours = (leaf.role, leaf.origin, chain[-1]) == (Role.HQ, self.hq.origin, self.root)
        return is_ours and leaf.epoch > self.hq.epoch and leaf.is_issued_by(self.root)


def certificate_in_use(connection: Connection) -> InUse | None:
    """At HQ: return its certificate by the journal, or None if the journal of an earlier version names none.

    The first one is believed. A later one counts if the same authority gave it a later epoch, or if the former key
    signed that it follows.
    """
    known: InUse | None = None
    for fact in _stated(connection, HqCertified):
        try:
            chain = tuple(map(Certificate.from_der, fact.certificates))
            if chain and (known is None or known.is_followed_by(chain) or _is_named(known, fact)):
                known = InUse(chain[0], chain[-1])
        except Refusal:  # a script wrote it
            continue
    return known


def _is_named(known: InUse, fact: HqCertified) -> bool:
    """Whether the former key signed that these certificates follow. Raises Refusal for another signature."""
    if not fact.endorsement:
        return False
    message = succession_message(known.hq, fact.certificates)
    known.hq.verify_key.verify(SUCCESSION_PURPOSE, message, fact.endorsement, low_s=True)
    return True


def succession_message(former: Certificate, certificates: tuple[bytes, ...]) -> bytes:
    """Build the message by which HQ's former key names the certificates that follow."""
    following = "".join(f"{Certificate.from_der(der).fingerprint}\n" for der in certificates)
    return f"{former.fingerprint}\n{following}".encode()


def newest_vault(connection: Connection, store_id: str, hq: Certificate) -> VaultSealed | None:
    """At HQ: return the newest entry about the vault that this key of HQ signed, or None."""
    for fact in sorted(_stated(connection, VaultSealed), key=lambda fact: fact.generation, reverse=True):
        try:
            message = vault_message(store_id, fact.generation, fact.digest)
            hq.verify_key.verify(VAULT_PURPOSE, message, fact.signature, low_s=True)
        except Refusal:  # of a former key, or a script wrote it
            continue
        return fact
    return None


def has_vault_entry(connection: Connection) -> bool:
    """Whether the journal says that this store has a vault."""
    return next(_stated(connection, VaultSealed), None) is not None


def vault_message(store_id: str, generation: int, digest: bytes) -> bytes:
    """Build the message that HQ's key signs for each vault."""
    return f"{store_id}\n{generation}\n{digest.hex()}\n".encode()


def removed_accounts(connection: Connection) -> frozenset[str]:
    """Return the accounts of this store that were ever removed: none of them comes back."""
    return frozenset(fact.account for fact in _stated(connection, AccountRemoved))


def keys_of_accounts(connection: Connection) -> dict[str, frozenset[bytes]]:
    """Return account → the public signing keys that this store's journal ever named for it."""
    found: dict[str, set[bytes]] = {}
    for fact in _stated(connection, AccountAdded):
        found.setdefault(fact.account, set()).add(fact.public_key)
    return {account: frozenset(keys) for account, keys in found.items()}


def _stated(connection: Connection, kind: type[F]) -> Iterator[F]:
    for _, fact in stated(connection, kind):
        assert isinstance(fact, kind)
        yield fact


def stated(connection: Connection, *kinds: type[Fact], before: Place | None = None) -> Iterator[tuple[str, Fact]]:
    """Yield author and fact of this store's own entries of kinds that `KEYS` names, oldest first.

    `before` is the place of an own entry; later entries are left out.
    """
    for entry in own_entries(connection, KEYS, *kinds, before=before):
        yield entry.actor, entry.fact


def own_entries(
    connection: Connection, condition: TextClause, *kinds: type[Fact], before: Place | None = None
) -> Iterator[OwnEntry]:
    """Yield this store's own entries of these kinds, oldest first, and only those earlier than the place `before`.

    `condition` is that of an index of the journal which names the kinds. The place is part of the journal's chain,
    unlike `known_at`, which a script can change.
    """
    own = select(meta.c.value).where(meta.c.name == "name").scalar_subquery()
    columns = [journal.c[name] for name in ("epoch", "seq", "actor", "kind", "kind_version", "payload")]
    question = (
        select(*columns)
        .where(condition, journal.c.origin == own, journal.c.kind.in_([kind.__name__ for kind in kinds]))
        .order_by(journal.c.epoch, journal.c.seq)
    )
    if before is not None:
        epoch, seq = before
        earlier = and_(journal.c.epoch == epoch, journal.c.seq < seq)
        question = question.where(or_(journal.c.epoch < epoch, earlier))
    for row in connection.execute(question).all():
        fact = decode_fact(row.kind, row.kind_version, row.payload)
        if isinstance(fact, kinds):
            yield OwnEntry((row.epoch, row.seq), row.actor, fact)
