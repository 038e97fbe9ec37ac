"""The store: a SQLCipher database in a folder, opened with the raw data key; journals in, read tables out.

One write path: `Store.writing` opens a transaction, `Transaction.record` appends a fact to this store's own chain and
applies it, `Transaction.append` does the same with verified entries of another origin. Leaving the block by an error
leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, bindparam, create_engine, event, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from db import migrations, projection, triggers
from db.content import ContentFolder, seal_content
from db.files import disk_trouble
from db.tables import journal, meta, secrets
from eum_app.domain.clock import Now, utc_text
from eum_app.domain.errors import KnownError, Refusal, Trouble
from eum_app.domain.facts import ContentRef, Fact, UnknownFact, decode_fact, encode_fact, kind_of
from eum_app.domain.journal import Author, Entry, Head, genesis, head_of, next_entry, outgoing_origin, verify_chain

DATABASE: Final = "store.db"
CONTENT: Final = "content"
BUSY_TIMEOUT_MS: Final = 15_000
CACHE_KIB: Final = 65_536
TAIL_ENTRIES: Final = 200

Value = TypeVar("Value")


@dataclass(frozen=True)
class StoreName:
    """Who a store is: its id, its name (`FLD-0042`, `HQ-01`), its kind (hq or field) and its epoch."""

    store_id: str
    name: str
    kind: str
    epoch: int


class Store:
    """An unlocked store. Threads and processes may share one folder; writers take turns."""

    def __init__(self, folder: Path, engine: Engine, named: StoreName, now: Now) -> None:
        self.folder = folder
        self.named = named
        self.now = now
        self.content = ContentFolder(folder / CONTENT)
        self._engine = engine
        self._turn = threading.Lock()

    @classmethod
    def create(cls, folder: Path, data_key: bytes, named: StoreName, now: Now) -> Store:
        """Make the database of a new store. Raises Refusal `store.exists`, Trouble as the disk has it."""
        path = folder / DATABASE
        if path.exists():
            raise Refusal("store.exists", path=str(folder))
        with disk_trouble(folder):
            folder.mkdir(parents=True, exist_ok=True)
        engine = _engine(path, data_key)
        with _begin(engine, write=True) as connection:
            migrations.upgrade(connection)
            triggers.install(connection)
            for name in ("store_id", "name", "kind", "epoch"):
                connection.execute(meta.insert().values(name=name, value=str(getattr(named, name))))
            projection.rebuild(connection, "")
        return cls(folder, engine, named, now)

    @classmethod
    def open(cls, folder: Path, data_key: bytes, now: Now) -> Store:
        """Open with the raw key, bring the schema up, verify triggers and the chain's tail.

        Raises Refusal `store.absent` or `store.newer`; Trouble `store.damaged`, `store.triggers_missing`,
        `chain.…` as Trouble where the journal's tail does not hold.
        """
        path = folder / DATABASE
        if not path.is_file():
            raise Refusal("store.absent", path=str(folder))
        engine = _engine(path, data_key)
        try:
            store = cls._opened(folder, engine, now)
        except BaseException:
            engine.dispose()
            raise
        return store

    @classmethod
    def _opened(cls, folder: Path, engine: Engine, now: Now) -> Store:
        with _begin(engine, write=False) as connection:
            revision = migrations.current(connection)
        if revision != migrations.HEAD:
            with _begin(engine, write=True) as connection:
                migrations.upgrade(connection)
                triggers.install(connection)
        with _begin(engine, write=False) as connection:
            triggers.verify(connection)
            values = {row.name: row.value for row in connection.execute(select(meta))}
            named = StoreName(values["store_id"], values["name"], values["kind"], int(values["epoch"]))
            _verify_tail(connection, Head(named.name, named.epoch, 0, b""))
        store = cls(folder, engine, named, now)
        if values.get("projection_version") != str(projection.PROJECTION_VERSION):
            store.rebuild()
        return store

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection with one consistent view."""
        with _begin(self._engine, write=False) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, author: Author) -> Iterator[Transaction]:
        """The one way to write: all of the block or nothing. Raises Trouble `disk.full`, `store.busy` and the like."""
        with self._turn, _begin(self._engine, write=True) as connection:
            transaction = Transaction(self, connection, author)
            yield transaction
        self.named = replace(self.named, epoch=transaction.author.epoch)

    def rebuild(self) -> int:
        """Make the read tables again from the journals; the number of facts applied."""
        with self._turn, _begin(self._engine, write=True) as connection:
            return projection.rebuild(connection, outgoing_origin(self.named.name, ""))


class Transaction:
    """One write to a store: facts recorded, entries appended, and the areas of the read tables that they touched."""

    def __init__(self, store: Store, connection: Connection, author: Author) -> None:
        self.store = store
        self.connection = connection
        self.areas: set[str] = set()
        self.author = author
        self._heads: dict[tuple[str, int], Head] = {}

    def now_text(self) -> str:
        return utc_text(self.store.now())

    def head(self, origin: str, epoch: int) -> Head:
        """The newest entry of a chain, this transaction's own included."""
        found = self._heads.get((origin, epoch))
        return found or chain_head(self.connection, origin, epoch)

    def record(self, fact: Fact) -> Entry:
        """Append one fact to this store's own chain and apply it."""
        return self.record_all([fact])[0]

    def record_all(self, facts: Iterable[Fact]) -> list[Entry]:
        """Append facts, in order, to this store's own chain and apply them."""
        author = self.author
        entries = self._chained(author, facts)
        self._insert([(entry, entry.seq) for entry, _ in entries])
        self.areas |= projection.apply(self.connection, [(entry, fact, entry.seq) for entry, fact in entries])
        return [entry for entry, _ in entries]

    def copy_out(self, device: str, facts: Iterable[Fact]) -> list[Entry]:
        """Copy facts into the outgoing chain for one device. They are this store's own already and not applied."""
        author = self.author
        speaking = Author(
            outgoing_origin(author.origin, device), author.epoch, author.actor, author.session_id, author.elapsed_ms
        )
        entries = [entry for entry, _ in self._chained(speaking, facts)]
        known_at = self.head(author.origin, author.epoch).seq
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

    def append(self, entries: Sequence[Entry], known_at: int) -> list[Fact | UnknownFact]:
        """Append another origin's entries after verifying that they continue its chain, and apply them.

        Entries already held are compared and passed over. Returns the facts that were new. Raises Refusal `chain.gap`,
        `chain.broken`, `chain.altered`, `chain.forked` (same number, other hash) or `fact.unreadable`.
        """
        if not entries:
            return []
        first = entries[0]
        head = self.head(first.origin, first.epoch)
        held = [entry for entry in entries if entry.seq <= head.seq]
        self._compare(held)
        new = list(entries[len(held) :])
        self._heads[first.origin, first.epoch] = verify_chain(new, head)
        self._insert([(entry, known_at) for entry in new])
        noted = [(entry, decode_fact(entry.kind, entry.kind_version, entry.payload), known_at) for entry in new]
        self.areas |= projection.apply(self.connection, noted)
        return [fact for _, fact, _ in noted]

    def _compare(self, held: Sequence[Entry]) -> None:
        for entry in held:
            ours = self.connection.execute(
                _HASH_AT, {"origin": entry.origin, "epoch": entry.epoch, "seq": entry.seq}
            ).scalar()
            if ours != entry.hash:
                raise Refusal("chain.forked", origin=entry.origin, epoch=entry.epoch, seq=entry.seq)

    def _insert(self, entries: Sequence[tuple[Entry, int]]) -> None:
        if not entries:
            return
        rows = [(*_fields(entry), known_at) for entry, known_at in entries]
        self.connection.exec_driver_sql(_INSERT_ENTRY, rows if len(rows) > 1 else rows[0])
        self.areas.add("journal")

    def seal_content(self, plaintext: bytes, media_type: str) -> ContentRef:
        """Seal content, to be named by a fact recorded in this same transaction."""
        return seal_content(self.connection, self.store.content, io.BytesIO(plaintext), media_type)

    def secret(self, purpose: str) -> bytes | None:
        return read_secret(self.connection, purpose)

    def keep_secret(self, purpose: str, value: bytes) -> None:
        """Keep key material inside the encrypted store, in place of what stood under `purpose`."""
        self.connection.execute(secrets.delete().where(secrets.c.purpose == purpose))
        self.connection.execute(secrets.insert().values(purpose=purpose, value=value))

    def drop_secret(self, purpose: str) -> None:
        self.connection.execute(secrets.delete().where(secrets.c.purpose == purpose))

    def begin_epoch(self, epoch: int) -> None:
        """From here on this store writes a new chain: its machine got a new identity. Lasts if the transaction does."""
        self.connection.execute(meta.update().where(meta.c.name == "epoch").values(value=str(epoch)))
        self.author = replace(self.author, epoch=epoch)


_ENTRY_COLUMNS: Final = tuple(column.name for column in journal.columns)
_INSERT_ENTRY: Final = (
    f"INSERT INTO journal ({', '.join(_ENTRY_COLUMNS)}) VALUES ({', '.join('?' * len(_ENTRY_COLUMNS))})"  # noqa: S608
)
_HASH_AT = select(journal.c.hash).where(
    journal.c.origin == bindparam("origin"), journal.c.epoch == bindparam("epoch"), journal.c.seq == bindparam("seq")
)
_HEAD = (
    select(journal.c.seq, journal.c.hash)
    .where(journal.c.origin == bindparam("origin"), journal.c.epoch == bindparam("epoch"))
    .order_by(journal.c.seq.desc())
    .limit(1)
)


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


def chain_head(connection: Connection, origin: str, epoch: int) -> Head:
    """The newest entry of a chain, or its genesis."""
    row = connection.execute(_HEAD, {"origin": origin, "epoch": epoch}).first()
    return Head(origin, epoch, row.seq, row.hash) if row else genesis(origin, epoch)


def read_secret(connection: Connection, purpose: str) -> bytes | None:
    value: bytes | None = connection.execute(select(secrets.c.value).where(secrets.c.purpose == purpose)).scalar()
    return value


def entries_after(connection: Connection, origin: str, epoch: int, seq: int, through: int) -> Iterator[Entry]:
    """Entries of one chain with seq < n ≤ through, in order, streamed."""
    rows = connection.execution_options(yield_per=2_000).execute(
        select(*[column for column in journal.columns if column.name != "known_at"])
        .where(journal.c.origin == origin, journal.c.epoch == epoch, journal.c.seq > seq, journal.c.seq <= through)
        .order_by(journal.c.seq)
    )
    for row in rows:
        yield Entry(*row)


def verify_all_chains(connection: Connection) -> list[Head]:
    """Follow every chain from its genesis; the heads. Raises Refusal as `verify_chain` does."""
    chains = connection.execute(
        select(journal.c.origin, journal.c.epoch).distinct().order_by(journal.c.origin, journal.c.epoch)
    ).all()
    return [
        verify_chain(
            entries_after(connection, row.origin, row.epoch, 0, 2**62),
            genesis(row.origin, row.epoch),
        )
        for row in chains
    ]


def _verify_tail(connection: Connection, own: Head) -> None:
    head = chain_head(connection, own.origin, own.epoch)
    start = max(0, head.seq - TAIL_ENTRIES)
    before = genesis(own.origin, own.epoch)
    if start:
        found = connection.execute(_HASH_AT, {"origin": own.origin, "epoch": own.epoch, "seq": start}).scalar()
        before = Head(own.origin, own.epoch, start, found or b"")
    try:
        verify_chain(entries_after(connection, own.origin, own.epoch, start, head.seq), before)
    except Refusal as error:
        raise Trouble("store.chain_damaged", why=error.code, **error.values) from error


def _engine(path: Path, data_key: bytes) -> Engine:
    hexadecimal = data_key.hex()

    def connect() -> Any:
        connection = sqlcipher.connect(
            str(path), timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            cursor = connection.cursor()
            for pragma in (
                "cipher_log_level = NONE",
                f"key = \"x'{hexadecimal}'\"",
                f"busy_timeout = {BUSY_TIMEOUT_MS}",
                "journal_mode = WAL",
                "synchronous = FULL",
                f"cache_size = -{CACHE_KIB}",
                "temp_store = MEMORY",
                "trusted_schema = OFF",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine(
        "sqlite://", module=sqlcipher, creator=connect, poolclass=QueuePool, pool_size=4, max_overflow=8, echo=False
    )

    @event.listens_for(engine, "begin")
    def _begin_statement(connection: Connection) -> None:
        write = connection.get_execution_options().get("eum_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextlib.contextmanager
def _begin(engine: Engine, *, write: bool) -> Iterator[Connection]:
    try:
        with engine.connect().execution_options(eum_write=write) as connection, connection.begin():
            yield connection
    except KnownError:
        raise
    except OperationalError as error:
        raise _trouble(str(error.orig)) from error
    except DatabaseError as error:
        if type(error) is DatabaseError or "malformed" in str(error.orig):
            raise _trouble(str(error.orig)) from error
        raise


_TROUBLES: Final[tuple[tuple[str, Callable[[], Trouble]], ...]] = (
    ("full", lambda: Trouble("disk.full", path=DATABASE)),
    ("locked", lambda: Trouble("store.busy")),
    ("readonly", lambda: Trouble("disk.read_only", path=DATABASE)),
    ("I/O", lambda: Trouble("disk.failed", path=DATABASE, reason="input/output error")),
    ("unable to open", lambda: Trouble("disk.failed", path=DATABASE, reason="cannot be opened")),
    ("not a database", lambda: Trouble("store.damaged")),
    ("malformed", lambda: Trouble("store.damaged")),
)


def _trouble(reason: str) -> Trouble:
    for word, make in _TROUBLES:
        if word in reason:
            return make()
    return Trouble("store.failed", reason=reason[:200])
