"""One write to a store: record facts on its own chain, or append verified entries of other origins.

Both are applied to the read tables in the same transaction.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection

from db import bulk, holes, projection, turns
from db.chains import HASH_AT, chain_head, known_before
from db.content import ContentFolder, seal_content
from db.origin import Origin
from db.outgoing import behind_lost
from db.secrets import put_secret, read_secret, remove_secret
from db.tables import journal, meta
from eum_app.domain.areas import Area
from eum_app.domain.clock import utc_text
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import (
    DEVICE_MAY_STATE,
    EVIDENCE,
    ContentRef,
    Fact,
    UnknownFact,
    decode_fact,
    encode_fact,
    kind_of,
)
from eum_app.domain.journal import Author, Entry, Head, followed, head_of, next_entry, outgoing_origin
from eum_app.domain.stores import StoreKind

Admit = Callable[[Sequence[Entry], Sequence[Fact | UnknownFact]], list[Fact | UnknownFact]]
"""Callback before new entries are applied: from entries and their facts to the facts to apply. It raises to refuse."""


class Transaction:
    """One write to a store. `areas` collects the areas of the read tables that it changed."""

    def __init__(self, own: Origin, content: ContentFolder, connection: Connection, author: Author) -> None:
        self.own, self._content = own, content
        self.connection = connection
        self.areas: set[Area] = set()
        self.author = author
        self.may_state: frozenset[str] | None = None  # kinds of facts; None is all
        self._heads: dict[tuple[str, int], Head] = {}
        self._known_before = own.known_before

    def now_text(self) -> str:
        """Return the clock's time as UTC text."""
        return utc_text(self.own.now())

    def head(self, origin: str, epoch: int) -> Head:
        """Return the newest entry of a chain, including entries of this transaction.

        An outgoing chain of HQ that lost its end continues behind the lost entries (`db.outgoing`). Takes the chain's
        lock: no other writer appends to it until this transaction ends.
        """
        found = self._heads.get((origin, epoch))
        if found is None:
            turns.wait_for_chain(self.connection, origin, epoch)
            found = chain_head(self.connection, origin, epoch)
            if origin.startswith(outgoing_origin(self.own.named.name, "")):
                found = behind_lost(self.connection, found)
            self._heads[origin, epoch] = found
        return found

    def mark_newest(self) -> None:
        """Write the new head of the own chain to the watermark (`db.watermark`). Call it after the commit."""
        head = self._heads.get((self.author.origin, self.author.epoch))
        if head is not None and head.seq:
            self.own.watermark.move(head)

    def next_known_at(self) -> int:
        """Return the `known_at` for entries that are appended now: the number of this store's next own entry, over all
        epochs.

        It is exact while this transaction holds the own chain. An import that takes the chain last gets the lowest
        possible number; the `BundleImported` that covers its entries then has that number or a higher one.
        """
        held = self._heads.get((self.author.origin, self.author.epoch))
        seq = (held or chain_head(self.connection, self.author.origin, self.author.epoch)).seq
        return self._known_before + seq + 1

    def record(self, fact: Fact) -> Entry:
        """Append one fact to this store's own chain, apply it, and return its entry. Raises as `record_all`."""
        return self.record_all([fact])[0]

    def record_all(self, facts: Iterable[Fact]) -> list[Entry]:
        """Append one or more facts, in order, to this store's own chain, apply them, and return their entries.

        Raises Refusal `permission.denied` for a kind that the role may not state; on a device `fact.not_allowed` for a
        kind that no device may state, and `store.copied` for evidence on a copy; `fact.too_large`.
        """
        author = self.author
        facts = list(facts)
        self._require_stateable(map(kind_of, facts))
        if self.own.named.kind == StoreKind.FIELD:
            for fact in facts:  # HQ would permanently refuse the whole chain because of it
                if type(fact) not in DEVICE_MAY_STATE:
                    raise Refusal("fact.not_allowed", kind=kind_of(fact), sender=author.origin)
                if self.own.copied and type(fact) in EVIDENCE:  # it could never be handed in
                    raise Refusal("store.copied", device=author.origin)
        entries = self._chained(author, facts)
        self.own.note_observed(fact.observed_at for fact in facts)
        noted = [(entry, fact, self._known_before + entry.seq) for entry, fact in entries]
        self._insert([(*_fields(entry), known_at) for entry, _, known_at in noted], len(noted))
        self.areas |= projection.apply(self.connection, noted)
        return [entry for entry, _ in entries]

    def _require_stateable(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            if self.may_state is not None and kind not in self.may_state:
                raise Refusal("permission.denied", role=self.author.actor, permission=kind)

    def copy_out(self, device: str, facts: Iterable[Fact]) -> list[Entry]:
        """Copy facts into the outgoing chain for one device, and return the entries.

        They are this store's own already and not applied. Raises Refusal `permission.denied` if the role may not state
        every kind, `fact.too_large`.
        """
        self._require_stateable(["copy"])
        author = self.author
        speaking = Author(
            outgoing_origin(author.origin, device), author.epoch, author.actor, author.session_id, author.elapsed_ms
        )
        known_at = self.head(author.origin, author.epoch).seq + self._known_before  # own chain first, see `turns`
        entries = [entry for entry, _ in self._chained(speaking, facts)]
        self._insert([(*_fields(entry), known_at) for entry in entries], len(entries))
        return entries

    def _chained(self, author: Author, facts: Iterable[Fact]) -> list[tuple[Entry, Fact]]:
        head = self.head(author.origin, author.epoch)
        recorded_at = self.now_text()
        entries: list[tuple[Entry, Fact]] = []
        for fact in facts:
            entry = next_entry(
                head,
                author,
                recorded_at=recorded_at,
                kind=kind_of(fact),
                kind_version=fact.KIND_VERSION,
                payload=encode_fact(fact),
            )
            head = head_of(entry)
            entries.append((entry, fact))
        self._heads[author.origin, author.epoch] = head
        return entries

    def append(self, entries: Sequence[Entry], known_at: int, admit: Admit | None = None) -> list[Fact | UnknownFact]:
        """Append another origin's entries after verifying that they continue its chain, and apply them.

        Entries that are already held are compared and skipped. One that was lost to damage (`db.holes`) is inserted
        again. `admit` gets the new entries and their facts, and returns the facts to apply instead; it raises to refuse
        them. Returns the applied facts; empty if all are held.

        Raises Refusal `chain.gap`, `chain.broken`, `chain.altered`, `chain.foreign` (entries of several chains),
        `chain.forked` (same number, other hash), or `permission.denied` if the role may not state every kind. After an
        error the transaction must be rolled back: the journal may hold some of the entries.
        """
        if not entries:
            return []
        self._require_stateable(["import"])
        first = entries[0]
        head = self.head(first.origin, first.epoch)
        held = [entry for entry in entries if entry.seq <= head.seq]
        again = self._compared(held)
        behind = entries[len(held) :]
        new = [*again, *behind]
        if not new:
            return []
        facts: list[Fact | UnknownFact] = []

        def rows() -> Iterator[tuple[Any, ...]]:  # a generator, so that the server writes while we verify
            for entry in chain(again, followed(behind, head)):
                facts.append(decode_fact(entry.kind, entry.kind_version, entry.payload))
                yield (*_fields(entry), known_at)

        self._insert(rows(), len(new))
        if behind:
            self._heads[first.origin, first.epoch] = head_of(behind[-1])
        if admit is not None:
            facts = admit(new, facts)
        noted = [(entry, fact, known_at) for entry, fact in zip(new, facts, strict=True)]
        self.areas |= projection.apply(self.connection, noted)
        return facts

    def _compared(self, held: Sequence[Entry]) -> list[Entry]:
        """Compare entries with those held under their numbers, and return those that were lost to damage."""
        lost = []
        for entry in held:
            ours = self.connection.execute(
                HASH_AT, {"origin": entry.origin, "epoch": entry.epoch, "seq": entry.seq}
            ).scalar()
            if ours is None and holes.is_lost(self.connection, entry):
                lost.append(entry)
            elif ours != entry.hash:
                raise Refusal("chain.forked", origin=entry.origin, epoch=entry.epoch, seq=entry.seq)
        if lost:
            holes.require_fitting(self.connection, held)
            holes.forget(self.connection, lost)
        return lost

    def _insert(self, rows: Iterable[tuple[Any, ...]], count: int) -> None:
        if not count:
            return
        if bulk.is_worthwhile(self.connection, count):
            bulk.copy_in(self.connection, journal, journal, _ENTRY_COLUMNS, rows)
        else:
            statement = _INSERT_ENTRY[self.connection.dialect.name]
            self.connection.exec_driver_sql(statement, list(rows) if count > 1 else next(iter(rows)))
        self.areas.add(Area.JOURNAL)

    def seal_content(self, plaintext: bytes, media_type: str) -> ContentRef:
        """Encrypt content for a fact that is recorded in this transaction, and return its reference.

        Raises Trouble of the disk.
        """
        return seal_content(self.connection, self._content, io.BytesIO(plaintext), media_type)

    def secret(self, purpose: str) -> bytes | None:
        """Return the key material stored for `purpose`, or None. Raises Trouble `store.damaged`."""
        return read_secret(self.connection, purpose)

    def keep_secret(self, purpose: str, value: bytes) -> None:
        """Store key material for `purpose`, replacing any earlier value.

        Raises Refusal `permission.denied` if the role may not state every kind of fact.
        """
        self._require_stateable(["secret"])
        put_secret(self.connection, purpose, value)

    def drop_secret(self, purpose: str) -> None:
        """Remove the key material for `purpose`, if there is any. Raises as `keep_secret` does."""
        self._require_stateable(["secret"])
        remove_secret(self.connection, purpose)

    def begin_epoch(self, epoch: int) -> None:
        """Start a new chain for this store, because its machine got a new identity.

        Facts recorded from now on go to it. Takes effect if the transaction commits.
        """
        self.connection.execute(meta.update().where(meta.c.name == "epoch").values(value=str(epoch)))
        self.author = replace(self.author, epoch=epoch)
        # Continue the numbering, so that reports as of an earlier time stay correct after a renewal.
        self._known_before = known_before(self.connection, self.own.named.name, epoch)


_ENTRY_COLUMNS: Final = tuple(column.name for column in journal.columns)
_INSERT_ENTRY: Final = {
    dialect: f"INSERT INTO journal ({', '.join(_ENTRY_COLUMNS)}) VALUES ({', '.join([mark] * len(_ENTRY_COLUMNS))})"  # noqa: S608
    for dialect, mark in (("sqlite", "?"), ("postgresql", "%s"))
}


def _fields(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.origin,
        entry.epoch,
        entry.seq,
        entry.prev_hash,
        entry.hash,
        entry.recorded_at,
        entry.session_id,
        entry.elapsed_ms,
        entry.actor,
        entry.kind,
        entry.kind_version,
        entry.payload,
    )
