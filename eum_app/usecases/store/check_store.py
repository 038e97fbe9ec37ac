"""Check of a whole store: is anything altered, is anything missing, and has the disk damaged anything?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from db import triggers
from db.chains import chain_head, entries_after, entry_hash_at, held_chains
from db.content import examine_content
from db.engines import DATABASE
from db.holes import Hole, known_holes, verify_around
from db.instance import entries_lost
from db.keyslots import FILE_NAME as KEYSLOTS
from db.keyslots import is_as_written
from db.pages import PageVerdict, examine_file, examine_pages
from db.queries.exchange import outgoing_of, sealed_heads, unheld_receipts
from db.queries.signed_acts import is_before_vault, is_of_hq, is_signed
from db.store import Connection
from db.watermark import FILE_NAME as WATERMARK
from eum_app.diagnostics import Event, timed
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.facts import ContentWithheld, HeadSigned, LateHeadAccepted, WithholdingAsked, decode_fact
from eum_app.domain.journal import Entry, Head, genesis
from eum_app.usecases.session import Session
from eum_app.usecases.store.head_signatures import check_head_signatures

MISSING_CODES = frozenset({"chain.gap"})
_ACTS = frozenset(act.__name__ for act in (LateHeadAccepted, WithholdingAsked, ContentWithheld))


@dataclass(frozen=True)
class Wrong:
    """One fault: a code like a Refusal's, with its values (origin, epoch, seq, or object_id)."""

    code: str
    values: dict[str, object]


@dataclass(frozen=True)
class Examined:
    """Result of a check; `altered`, `missing` and `damaged` list the faults.

    `damaged` names what the disk changed: parts of files that fail a checksum which only a holder of the data key can
    make. `altered` is what such a holder may have changed.

    `pending` counts content that facts name but that has not arrived; `withheld` counts content whose key was destroyed
    by order. Neither counts as missing, since the reason is known.
    """

    heads: tuple[Head, ...]
    altered: tuple[Wrong, ...]
    missing: tuple[Wrong, ...]
    pending: int
    withheld: int
    damaged: tuple[Wrong, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is altered, missing or damaged."""
        return not (self.altered or self.missing or self.damaged)


@dataclass
class _Found:
    heads: list[Head] = field(default_factory=list)
    altered: list[Wrong] = field(default_factory=list)
    missing: list[Wrong] = field(default_factory=list)
    damaged: list[Wrong] = field(default_factory=list)
    pending: int = 0
    withheld: int = 0


@timed(Event.STORE_CHECKED)
def examine_store(session: Session) -> Examined:
    """Verify every page of the database, every chain from its beginning, every signature over a head, the hash of every
    sealed object, and the files beside the database.

    Heads are also compared with what was received and announced. Every role may do it. Faults are in the result. A
    fault in one part does not hide faults in another, but after it the rest of that chain is not checked.

    Raises Refusal `account.removed`, `account.changed`; Trouble of the disk.
    """
    found = _Found()
    with session.store.reading() as connection:
        verdict = examine_pages(connection)
        found.damaged += _of_pages(verdict)
        found.damaged += _of_guard(connection)
        for part in (_examine_account, _examine_chains, _examine_announced, _examine_content):
            with _damage_noted(found, verdict):
                part(session, connection, found)
    if not _has_whole_keyslots(session.store.folder):
        found.damaged.append(Wrong("keyslots.damaged", {"path": KEYSLOTS}))
    if session.store.watermark.was_damaged:
        found.damaged.append(Wrong("watermark.damaged", {"path": WATERMARK}))
    return Examined(
        tuple(found.heads),
        tuple(found.altered),
        tuple(found.missing),
        found.pending,
        found.withheld,
        tuple(found.damaged),
    )


def _has_whole_keyslots(folder: Path) -> bool:
    try:
        return is_as_written(folder)
    except Refusal:  # damaged, of another version or gone while the store was open
        return False


def examine_unopened(folder: Path, data_key: bytes) -> Examined:
    """Examine the pages of a store that is too damaged to open; its database is in the folder.

    Only `damaged` is filled, with one fault: `store.damaged` if the pages themselves are whole. Raises Trouble of the
    disk.
    """
    verdict = examine_file(folder / DATABASE, data_key)
    return Examined((), (), (), 0, 0, tuple(_of_pages(verdict)) or (Wrong("store.damaged", {}),))


def _of_pages(verdict: PageVerdict) -> list[Wrong]:
    wrongs = []
    if verdict.damaged:
        values = {"pages": verdict.places, "count": len(verdict.damaged), "of": verdict.pages}
        wrongs.append(Wrong("store.pages_damaged", values))
    elif verdict.structure:
        wrongs.append(Wrong("store.structure_damaged", {"reason": verdict.structure}))
    return wrongs


@contextlib.contextmanager
def _damage_noted(found: _Found, verdict: PageVerdict) -> Iterator[None]:
    """Go on with the next part of a check where damage ends this one."""
    try:
        yield
    except Trouble as trouble:
        if trouble.code != "store.damaged":
            raise
        if verdict.is_whole:
            found.damaged.append(Wrong(trouble.code, dict(trouble.values)))


def _of_guard(connection: Connection) -> list[Wrong]:
    """Return the faults of the journal's guard: an administrator of the server may have removed it."""
    try:
        triggers.verify(connection)
    except Trouble as trouble:
        return [Wrong(trouble.code, dict(trouble.values))]
    return []


def _examine_account(session: Session, connection: Connection, _found: _Found) -> None:
    """Refuse a removed account. It comes after the pages, whose check needs a connection that has read nothing."""
    session.standing.require(connection, session.name)


def _examine_chains(session: Session, connection: Connection, found: _Found) -> None:
    for chain in held_chains(connection):
        head = chain_head(connection, chain.origin, chain.epoch)
        found.heads.append(head)
        holes = [hole for hole in known_holes(connection) if (hole.origin, hole.epoch) == (head.origin, head.epoch)]
        found.missing += [
            Wrong(
                "chain.entries_lost", {"origin": head.origin, "epoch": head.epoch, "seq": one.first, "last": one.last}
            )
            for one in holes
        ]
        for wrong in _wrong_in(connection, head, holes):
            (found.missing if wrong.code in MISSING_CODES else found.altered).append(wrong)


def _examine_content(session: Session, connection: Connection, found: _Found) -> None:
    content = examine_content(connection, session.store.content)
    found.altered += [Wrong("object.altered", {"object_id": object_id}) for object_id in content.altered]
    found.missing += [Wrong("content.absent", {"object_id": object_id}) for object_id in content.missing]
    found.pending, found.withheld = len(content.pending), len(content.withheld)


def _examine_announced(session: Session, connection: Connection, found: _Found) -> None:
    """Compare the heads with the lost, received and announced entries that this store knows of."""
    held = {(head.origin, head.epoch): head.seq for head in found.heads}
    lost = [
        Wrong("chain.entries_lost", {"origin": origin, "epoch": epoch, "seq": lost[0], "last": lost[-1]})
        for origin, epoch, lost in entries_lost(connection)
    ]
    found.missing += [wrong for wrong in lost if wrong not in found.missing]
    found.missing += [Wrong("chain.rolled_back", _place(head)) for head in unheld_receipts(connection)]
    found.missing += [
        Wrong("chain.not_received", _place(head) | {"held": held.get((head.origin, head.epoch), 0)})
        for head in sealed_heads(connection)
        if head.seq > held.get((head.origin, head.epoch), 0)
    ]


def _wrong_in(connection: Connection, head: Head, holes: list[Hole]) -> Iterator[Wrong]:
    """Yield the faults of one chain; after the first one, the rest of the chain cannot be judged."""
    signed: list[HeadSigned] = []
    acts: list[Wrong] = []

    def noting(entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            acts.extend(_unsigned(connection, entry))
            if entry.kind == HeadSigned.__name__:
                fact = decode_fact(entry.kind, entry.kind_version, entry.payload)
                if isinstance(fact, HeadSigned):
                    signed.append(fact)
            yield entry

    try:
        entries = entries_after(connection, head.origin, head.epoch, 0, head.seq)
        verify_around(noting(entries), genesis(head.origin, head.epoch), holes)
        if not outgoing_of(head.origin):
            held = [one for one in signed if not _is_lost(connection, one, holes)]
            check_head_signatures(connection, head.origin, head.epoch, held)
    except Refusal as refusal:
        yield Wrong(refusal.code, {"origin": head.origin, "epoch": head.epoch, **refusal.values})
    yield from acts


def _unsigned(connection: Connection, entry: Entry) -> Iterator[Wrong]:
    """Yield the fault of an act of two people in HQ's journal that the account's own key did not sign."""
    if entry.kind not in _ACTS or not is_of_hq(connection, entry):
        return
    act = decode_fact(entry.kind, entry.kind_version, entry.payload)
    if not isinstance(act, LateHeadAccepted | WithholdingAsked | ContentWithheld):
        return
    place = (entry.epoch, entry.seq)
    if not is_before_vault(connection, entry) and not is_signed(connection, entry.origin, entry.actor, act, place):
        yield Wrong("act.unsigned", {**_place_of(entry), "account": entry.actor})


def _place_of(entry: Entry) -> dict[str, object]:
    return {"origin": entry.origin, "epoch": entry.epoch, "seq": entry.seq}


def _is_lost(connection: Connection, signed: HeadSigned, holes: list[Hole]) -> bool:
    return any(hole.first <= signed.head_seq <= hole.last for hole in holes) and not entry_hash_at(
        connection, signed.head_origin, signed.head_epoch, signed.head_seq
    )


def _place(head: Head) -> dict[str, object]:
    return {"origin": head.origin, "epoch": head.epoch, "seq": head.seq}
