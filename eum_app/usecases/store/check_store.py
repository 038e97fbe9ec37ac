"""Check of a whole store: is anything altered, and is anything missing?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from db.chains import chain_head, entries_after, held_chains
from db.content import examine_content
from db.instance import entries_lost
from db.queries.exchange import outgoing_of, sealed_heads, unheld_receipts
from db.store import Connection
from eum_app.diagnostics import Event, timed
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import HeadSigned, decode_fact
from eum_app.domain.journal import Entry, Head, genesis, verify_chain
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import check_head_signatures

MISSING_CODES = frozenset({"chain.gap"})


@dataclass(frozen=True)
class Wrong:
    """One fault: a code like a Refusal's, with its values (origin, epoch, seq, or object_id)."""

    code: str
    values: dict[str, object]


@dataclass(frozen=True)
class Examined:
    """Result of a check; `altered` and `missing` list the faults.

    `pending` counts content that facts name but that has not arrived; `withheld` counts content whose key was destroyed
    by order. Neither counts as missing, since the reason is known.
    """

    heads: tuple[Head, ...]
    altered: tuple[Wrong, ...]
    missing: tuple[Wrong, ...]
    pending: int
    withheld: int


@timed(Event.STORE_CHECKED)
def examine_store(session: Session) -> Examined:
    """Verify every chain from its beginning, every signature over a head, and the hash of every sealed object.

    Heads are also compared with what was received and announced. Faults are in the result, and raise nothing. A fault
    in one chain does not hide faults in another, but after it the rest of that chain is not checked.
    """
    altered: list[Wrong] = []
    missing: list[Wrong] = []
    with session.store.reading() as connection:
        heads = []
        for chain in held_chains(connection):
            head = chain_head(connection, chain.origin, chain.epoch)
            heads.append(head)
            for wrong in _wrong_in(connection, head):
                (missing if wrong.code in MISSING_CODES else altered).append(wrong)
        content = examine_content(connection, session.store.content)
        altered += [Wrong("object.altered", {"object_id": object_id}) for object_id in content.altered]
        missing += [Wrong("content.absent", {"object_id": object_id}) for object_id in content.missing]
        held = {(head.origin, head.epoch): head.seq for head in heads}
        missing += [
            Wrong("chain.entries_lost", {"origin": origin, "epoch": epoch, "seq": lost[0], "last": lost[-1]})
            for origin, epoch, lost in entries_lost(connection)
        ]
        missing += [Wrong("chain.rolled_back", _place(head)) for head in unheld_receipts(connection)]
        missing += [
            Wrong("chain.not_received", _place(head) | {"held": held.get((head.origin, head.epoch), 0)})
            for head in sealed_heads(connection)
            if head.seq > held.get((head.origin, head.epoch), 0)
        ]
    return Examined(tuple(heads), tuple(altered), tuple(missing), len(content.pending), len(content.withheld))


def _wrong_in(connection: Connection, head: Head) -> Iterator[Wrong]:
    """Yield the faults of one chain; after the first one, the rest of the chain cannot be judged."""
    signed: list[HeadSigned] = []

    def noting(entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            if entry.kind == HeadSigned.__name__:
                fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
                if isinstance(fact, HeadSigned):
                    signed.append(fact)
            yield entry

    try:
        entries = entries_after(connection, head.origin, head.epoch, 0, head.seq)
        verify_chain(noting(entries), genesis(head.origin, head.epoch))
        if not outgoing_of(head.origin):
            check_head_signatures(connection, head.origin, head.epoch, signed)
    except Refusal as refusal:
        yield Wrong(refusal.code, {"origin": head.origin, "epoch": head.epoch, **refusal.values})


def _place(head: Head) -> dict[str, object]:
    return {"origin": head.origin, "epoch": head.epoch, "seq": head.seq}
