"""The store: a SQLCipher database in a folder, or a PostgreSQL one that it names; journals in, read tables out.

One write path: `Store.writing` opens a transaction, `Transaction.record` appends a fact to this store's own chain and
applies it, `Transaction.append` does the same with verified entries of another origin. An error leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, select

from db import bulk, instance, migrations, projection, rekey, triggers, turns, upgrades
from db.address import engine_of
from db.boxed import boxed, unboxed
from db.chains import HASH_AT, chain_head, verify_tail
from db.content import ContentFolder, remove_files, seal_content, unneeded_files
from db.engines import CACHE_KIB as CACHE_KIB
from db.engines import DATABASE as DATABASE
from db.engines import begin, server_of
from db.files import disk_trouble
from db.location import Location, read_location, write_location
from db.projection import TIME, WITHHELD
from db.tables import journal, meta, read, secrets
from eum_app.domain.clock import Now, utc_text
from eum_app.domain.errors import Refusal, Trouble
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
from eum_app.domain.journal import Author, Entry, Head, head_of, next_entry, outgoing_origin, verify_chain

CONTENT: Final = "content"
SWEPT_AGE_S: Final = 3_600


@dataclass(frozen=True)
class StoreName:
    """Who a store is: its id, its name (`FLD-0042`, `HQ-01`), its kind (hq or field) and its epoch."""

    store_id: str
    name: str
    kind: str
    epoch: int


class Store:
    """An unlocked store. Threads and processes may share one folder; writers take turns (`db.turns`)."""

    def __init__(self, folder: Path, engine: Engine, named: StoreName, now: Now) -> None:
        self.folder = folder
        self.named = named
        self.now = now
        self.content = ContentFolder(folder / CONTENT)
        self._open_engine: Engine | None = engine
        self.copied: instance.Copied | None = None
        self._newest_observed = ""
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else contextlib.nullcontext()

    @classmethod
    def create(
        cls, folder: Path, data_key: bytes, named: StoreName, now: Now, database_url: str | None = None
    ) -> Store:
        """Make the database of a new store: in its folder, or in the empty PostgreSQL database at `database_url`,
        whose address the folder then keeps, boxed under the data key.

        Raises Refusal `store.exists`, `database.url`, `database.tls`; Trouble `store.connection_lost`, and as the disk
        has it.
        """
        if (folder / DATABASE).exists() or read_location(folder, data_key) is not None:
            raise Refusal("store.exists", path=str(folder))
        location = None
        if database_url is not None:
            location = Location(named.store_id, server_of(database_url), database_url)
        with disk_trouble(folder):
            folder.mkdir(parents=True, exist_ok=True)
        engine = engine_of(folder, data_key, location)
        try:
            with begin(engine, write=True, alone=True) as connection:
                if migrations.current(connection):
                    raise Refusal("store.exists", path=location.server if location else str(folder))
                migrations.upgrade(connection)
                triggers.install(connection)
                for name in ("store_id", "name", "kind", "epoch"):
                    connection.execute(meta.insert().values(name=name, value=str(getattr(named, name))))
                projection.rebuild(connection, "")
                if location:
                    write_location(folder, location, data_key)
        except BaseException:
            engine.dispose()
            raise
        return cls(folder, engine, named, now)

    @classmethod
    def open(cls, folder: Path, data_key: bytes, now: Now) -> Store:
        """Open with the raw key, bring an older store up (`db.upgrades`), verify triggers and the chain's tail.

        Raises Refusal `store.absent` or `store.newer`; Trouble `store.damaged`, `store.triggers_missing`,
        `store.other_database` (the address leads to another store's), `store.connection_lost`, `chain.…` as Trouble
        where the journal's tail does not hold.
        """
        location = read_location(folder, data_key)
        if location is None and not (folder / DATABASE).is_file():
            raise Refusal("store.absent", path=str(folder))
        engine = engine_of(folder, data_key, location)
        try:
            store = cls._opened(folder, engine, data_key, now)
            if location and location.store_id != store.named.store_id:
                raise Trouble("store.other_database", server=location.server)
        except BaseException:
            engine.dispose()
            raise
        return store

    @classmethod
    def _opened(cls, folder: Path, engine: Engine, data_key: bytes, now: Now) -> Store:
        with begin(engine, write=False) as connection:
            is_due = upgrades.is_due(connection)
        if is_due:
            upgrades.bring_up(folder, engine, data_key)
        with begin(engine, write=False) as connection:
            triggers.verify(connection)
            values = {row.name: row.value for row in connection.execute(select(meta))}
            named = StoreName(values["store_id"], values["name"], values["kind"], int(values["epoch"]))
            verify_tail(connection, Head(named.name, named.epoch, 0, b""))
        store = cls(folder, engine, named, now)
        upgrades.discard_copy(folder)
        store.look_at_own_chain()
        return store

    def close(self) -> None:
        """Close the connections and let the key go, as far as Python can."""
        if self._open_engine is not None:
            self._open_engine.dispose()
            self._open_engine = None

    @property
    def _engine(self) -> Engine:
        if self._open_engine is None:
            raise Refusal("store.locked")
        return self._open_engine

    def change_key(self, data_key: bytes, new_key: bytes) -> bytes:
        """Put the store under a new data key (`db.rekey.change`); the key that it is under now, whatever happens."""
        with self._turn:
            self._engine.dispose()
            key = data_key
            try:
                key = rekey.change(self.folder, data_key, new_key)
            finally:
                self._open_engine = engine_of(self.folder, key, read_location(self.folder, key))
        return key

    @property
    def is_on_server(self) -> bool:
        """Whether its database is on a server, where several machines may open it."""
        return self._engine.dialect.name == "postgresql"

    def look_at_own_chain(self) -> None:
        """Read anew when its newest fact held, and whether it may go on elsewhere."""
        with self.reading() as connection:
            self._newest_observed = projection.newest_observed(connection, self.named.name, self.named.epoch)
            self.copied = instance.copied(connection, self.named.name, self.named.epoch)

    def note_observed(self, observed_at: Iterable[str]) -> None:
        self._newest_observed = max(self._newest_observed, *observed_at)

    def observed_now(self) -> str:
        """This instant as facts carry it, but never before what this store's own chain has stated already.

        Where a clock was set back, what is stated now still comes after what was stated before; the entry's
        `recorded_at` keeps what the clock said. Where a clock once ran ahead, facts stay dated ahead until a
        `TimeCorrected` puts right what it said.
        """
        return max(utc_text(self.now()), self._newest_observed)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection with one consistent view."""
        with begin(self._engine, write=False) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, author: Author, *, own_chain_last: bool = False) -> Iterator[Transaction]:
        """The one way to write: all of the block or nothing.

        Whoever writes holds this store's own chain from the beginning: what the block reads before it decides stays
        so until it ends. `own_chain_last` is for a long import on PostgreSQL, which takes the own chain only when it
        records in it, so that people at work here do not wait meanwhile. Raises Trouble `disk.full`, `store.busy`,
        `store.connection_lost` and the like; what was not committed is gone, and the same call can be repeated.
        """
        with self._turn, begin(self._engine, write=True) as connection:
            transaction = Transaction(self, connection, author)
            if not own_chain_last:
                transaction.head(author.origin, author.epoch)
            yield transaction
        if transaction.author.epoch != self.named.epoch:
            self.named = replace(self.named, epoch=transaction.author.epoch)
            self.look_at_own_chain()
        if TIME in transaction.areas:
            self.rebuild()
        if WITHHELD in transaction.areas:
            self.sweep(age_s=0)

    def rebuild(self) -> int:
        """Make the read tables again from the journals; the number of facts applied."""
        with self._turn, begin(self._engine, write=True, alone=True) as connection:
            applied = projection.rebuild(connection, outgoing_origin(self.named.name, ""))
        self.look_at_own_chain()
        return applied

    def sweep(self, age_s: float = SWEPT_AGE_S) -> int:
        """Remove content files that nothing needs and that are older than `age_s`; how many.

        Content is written inside a write's turn: whoever has it alone sees no file of a transaction under way. Nobody
        is asked for the turn where there is nothing to remove, and it is left for another time where it is taken.
        """
        before = time.time() - age_s
        with self.reading() as connection:
            if not unneeded_files(connection, self.content, before):
                return 0
        try:
            with self._turn, begin(self._engine, write=True, alone=True) as connection:
                return remove_files(unneeded_files(connection, self.content, before))
        except Trouble:
            return 0

    def take_back(self) -> None:
        """Undo `create`: drop the tables of a PostgreSQL database in which a store was begun and could not be
        finished. A database in the folder goes with the folder."""
        if self._engine.dialect.name == "postgresql":
            with begin(self._engine, write=True, alone=True) as connection:
                read.drop_all(connection)
                migrations.take_back(connection)
        self.close()


Admit = Callable[[Sequence[Entry], Sequence[Fact | UnknownFact]], None]
"""Asked before new entries are applied: (entries, their facts)."""


class Transaction:
    """One write to a store: facts recorded, entries appended, and the areas of the read tables that they touched."""

    def __init__(self, store: Store, connection: Connection, author: Author) -> None:
        self.store = store
        self.connection = connection
        self.areas: set[str] = set()
        self.author = author
        self.may_state: frozenset[str] | None = None  # kinds of facts; None is all
        self._heads: dict[tuple[str, int], Head] = {}

    def now_text(self) -> str:
        return utc_text(self.store.now())

    def head(self, origin: str, epoch: int) -> Head:
        """The newest entry of a chain, this transaction's own included. From here on nobody else appends to it until
        this transaction ends."""
        found = self._heads.get((origin, epoch))
        if found is None:
            turns.wait_for_chain(self.connection, origin, epoch)
            found = self._heads[origin, epoch] = chain_head(self.connection, origin, epoch)
        return found

    def next_known_at(self) -> int:
        """The number under which entries appended now become known here: that of this store's next own entry.

        Exact while this transaction holds the own chain. An import that takes it last gives the least number it can
        be; the `BundleImported` that covers those entries then stands at the exact one or after it.
        """
        held = self._heads.get((self.author.origin, self.author.epoch))
        return (held or chain_head(self.connection, self.author.origin, self.author.epoch)).seq + 1

    def record(self, fact: Fact) -> Entry:
        """Append one fact to this store's own chain and apply it."""
        return self.record_all([fact])[0]

    def record_all(self, facts: Iterable[Fact]) -> list[Entry]:
        """Append facts, in order, to this store's own chain and apply them."""
        author = self.author
        facts = list(facts)
        self._require_stateable(map(kind_of, facts))
        if self.store.named.kind == "field":
            for fact in facts:  # HQ would refuse the whole chain for it, for ever
                if type(fact) not in DEVICE_MAY_STATE:
                    raise Refusal("fact.not_allowed", kind=kind_of(fact), sender=author.origin)
                if self.store.copied and type(fact) in EVIDENCE:  # it could never be handed in
                    raise Refusal("store.copied", device=author.origin)
        entries = self._chained(author, facts)
        self.store.note_observed(fact.observed_at for fact in facts)
        self._insert([(entry, entry.seq) for entry, _ in entries])
        self.areas |= projection.apply(self.connection, [(entry, fact, entry.seq) for entry, fact in entries])
        return [entry for entry, _ in entries]

    def _require_stateable(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            if self.may_state is not None and kind not in self.may_state:
                raise Refusal("permission.denied", role=self.author.actor, permission=kind)

    def copy_out(self, device: str, facts: Iterable[Fact]) -> list[Entry]:
        """Copy facts into the outgoing chain for one device. They are this store's own already and not applied."""
        self._require_stateable(["copy"])
        author = self.author
        speaking = Author(
            outgoing_origin(author.origin, device), author.epoch, author.actor, author.session_id, author.elapsed_ms
        )
        known_at = self.head(author.origin, author.epoch).seq  # own chain first: two writers wait in one order
        entries = [entry for entry, _ in self._chained(speaking, facts)]
        self._insert([(entry, known_at) for entry in entries])
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

        Entries already held are compared and passed over. `admit` is asked about what is new before it is applied, and
        raises to refuse it. Returns the facts that were new. Raises Refusal `chain.gap`,
        `chain.broken`, `chain.altered`, `chain.forked` (same number, other hash) or `fact.unreadable`.
        """
        if not entries:
            return []
        self._require_stateable(["import"])
        first = entries[0]
        head = self.head(first.origin, first.epoch)
        held = [entry for entry in entries if entry.seq <= head.seq]
        self._compare(held)
        new = list(entries[len(held) :])
        self._heads[first.origin, first.epoch] = verify_chain(new, head)
        facts = [decode_fact(entry.kind, entry.kind_version, entry.payload) for entry in new]
        if admit is not None:
            admit(new, facts)
        self._insert([(entry, known_at) for entry in new])
        noted = [(entry, fact, known_at) for entry, fact in zip(new, facts, strict=True)]
        self.areas |= projection.apply(self.connection, noted)
        return facts

    def _compare(self, held: Sequence[Entry]) -> None:
        for entry in held:
            ours = self.connection.execute(
                HASH_AT, {"origin": entry.origin, "epoch": entry.epoch, "seq": entry.seq}
            ).scalar()
            if ours != entry.hash:
                raise Refusal("chain.forked", origin=entry.origin, epoch=entry.epoch, seq=entry.seq)

    def _insert(self, entries: Sequence[tuple[Entry, int]]) -> None:
        if not entries:
            return
        rows = [(*_fields(entry), known_at) for entry, known_at in entries]
        if bulk.is_worthwhile(self.connection, len(rows)):
            bulk.copy_in(self.connection, journal, journal, _ENTRY_COLUMNS, rows)
        else:
            statement = _INSERT_ENTRY[self.connection.dialect.name]
            self.connection.exec_driver_sql(statement, rows if len(rows) > 1 else rows[0])
        self.areas.add("journal")

    def seal_content(self, plaintext: bytes, media_type: str) -> ContentRef:
        """Seal content, to be named by a fact recorded in this same transaction."""
        return seal_content(self.connection, self.store.content, io.BytesIO(plaintext), media_type)

    def secret(self, purpose: str) -> bytes | None:
        return read_secret(self.connection, purpose)

    def keep_secret(self, purpose: str, value: bytes) -> None:
        """Keep key material, in place of what stood under `purpose`; never in the clear on any disk (`db.boxed`)."""
        self._require_stateable(["secret"])
        stored = boxed(self.connection, _place(purpose), value)
        self.connection.execute(secrets.delete().where(secrets.c.purpose == purpose))
        self.connection.execute(secrets.insert().values(purpose=purpose, value=stored))

    def drop_secret(self, purpose: str) -> None:
        self.connection.execute(secrets.delete().where(secrets.c.purpose == purpose))

    def begin_epoch(self, epoch: int) -> None:
        """From here on this store writes a new chain: its machine got a new identity. Lasts if the transaction does."""
        self.connection.execute(meta.update().where(meta.c.name == "epoch").values(value=str(epoch)))
        self.author = replace(self.author, epoch=epoch)


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


def read_secret(connection: Connection, purpose: str) -> bytes | None:
    stored: bytes | None = connection.execute(select(secrets.c.value).where(secrets.c.purpose == purpose)).scalar()
    return unboxed(connection, _place(purpose), stored)


def _place(purpose: str) -> str:
    return f"secret|{purpose}"
