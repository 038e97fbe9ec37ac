"""The store: a database (SQLCipher in the folder, or PostgreSQL) with journals and the read tables made from them.

There is one write path. `Store.writing` opens a transaction. `Transaction.record` appends a fact to this store's own
chain and applies it; `Transaction.append` does the same with verified entries of another origin. An error leaves
nothing behind.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, select

from db import bounds, migrations, projection, rekey, triggers, turns, upgrades
from db.address import engine_of
from db.chains import verify_tail
from db.content import ContentFolder, remove_files, unneeded_files
from db.engines import CACHE_KIB as CACHE_KIB
from db.engines import DATABASE as DATABASE
from db.engines import begin, empty_log, give_memory_back, server_of
from db.files import disk_trouble, is_file, is_there, keep_to_owner, make_folder, require_no_links
from db.location import Location, read_location, write_location
from db.origin import Origin
from db.origin import StoreName as StoreName
from db.tables import meta, read
from db.transaction import Transaction
from db.watermark import Watermark
from eum_app.diagnostics import Event, timed
from eum_app.domain.areas import Area
from eum_app.domain.clock import Now
from eum_app.domain.errors import Refusal, Trouble
from eum_app.domain.journal import Author, Head, outgoing_origin
from eum_app.domain.people import ALL, Scope

CONTENT: Final = "content"
"""Name of the folder of content files."""
SWEPT_AGE_S: Final = 3_600
"""Age in seconds from which `Store.sweep` removes unneeded files."""


class Store(Origin):
    """An unlocked store. Threads and processes may share one folder; `db.turns` holds the locks between writers.

    After `close`, whatever needs the database raises Refusal `store.locked`.
    """

    def __init__(self, folder: Path, engine: Engine, named: StoreName, now: Now, watermark: Watermark) -> None:
        super().__init__(named, now, watermark)
        self.folder = folder
        self.open_to_others: Path | None = None
        """A file or folder of the store that other accounts of the machine can read, and that could not be closed."""
        self.content = ContentFolder(folder / CONTENT)
        self._open_engine: Engine | None = engine
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else contextlib.nullcontext()

    @classmethod
    def create(
        cls, folder: Path, data_key: bytes, named: StoreName, now: Now, database_url: str | None = None
    ) -> Store:
        """Create the database of a new store: in its folder, or in the empty PostgreSQL database at `database_url`.

        The folder keeps the address boxed under the data key; the caller writes the keyslot file. A failure may leave
        the folder and an empty database file. Raises Refusal `store.exists`, `database.url`, `database.tls`; Trouble of
        the disk; and as `begin` and `read_location` do.
        """
        if is_there(folder / DATABASE) or read_location(folder, data_key) is not None:
            raise Refusal("store.exists", path=str(folder))
        location = None
        if database_url is not None:
            location = Location(named.store_id, server_of(database_url), database_url)
        with disk_trouble(folder):
            make_folder(folder)
        open_to_others = keep_to_owner(folder)
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
        store = cls(folder, engine, named, now, Watermark(folder, data_key))
        store.open_to_others = open_to_others
        return store

    @classmethod
    def open(cls, folder: Path, data_key: bytes, now: Now) -> Store:
        """Open a store with its data key, upgrade an older one (`db.upgrades`), and verify triggers and the end of its
        chain.

        Raises Refusal `store.absent`, `store.newer` or `folder.link` (a link or a special file in the folder, at any
        depth); Trouble `store.damaged`, `store.triggers_missing`, `store.triggers_foreign`, `database.distributed`,
        `store.other_database` (the address leads to another store), `store.chain_damaged`; and as `read_location`,
        `engine_of`, `begin` and `upgrades.bring_up` do.
        """
        require_no_links(folder)
        location = read_location(folder, data_key)
        if location is None and not is_file(folder / DATABASE):
            raise Refusal("store.absent", path=str(folder))
        open_to_others = keep_to_owner(folder)
        engine = engine_of(folder, data_key, location)
        try:
            store = cls._opened(folder, engine, data_key, now)
            store.open_to_others = open_to_others
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
        store = cls(folder, engine, named, now, Watermark(folder, data_key))
        upgrades.discard_copy(folder)
        store.look_at_own_chain()
        return store

    def close(self) -> None:
        """Close the connections and drop the key, as far as Python can. May be called again."""
        if self._open_engine is not None:
            self._open_engine.dispose()
            self._open_engine = None
        self.watermark.close()

    @property
    def _engine(self) -> Engine:
        if self._open_engine is None:
            raise Refusal("store.locked")
        return self._open_engine

    def change_key(self, data_key: bytes, new_key: bytes) -> bytes:
        """Rotate the data key (`db.rekey.change`) and return the key that is now in use. Raises as `change` does.

        After a failure the store stays open under the old key.
        """
        with self._turn:
            self._engine.dispose()
            key = data_key
            try:
                key = rekey.change(self.folder, data_key, new_key)
            finally:
                self._open_engine = engine_of(self.folder, key, read_location(self.folder, key))
                self.watermark.close()
                self.watermark = Watermark(self.folder, key)  # marks under the other key no longer verify
        return key

    @property
    def is_on_server(self) -> bool:
        """Whether the database is on a server, where several machines may open it."""
        return self._engine.dialect.name == "postgresql"

    def look_at_own_chain(self) -> None:
        """Run `look` in a separate read transaction. Raises as `reading` does."""
        with self.reading() as connection:
            self.look(connection)

    @contextlib.contextmanager
    def reading(self, scope: Scope = ALL) -> Iterator[Connection]:
        """Open a connection with one consistent view, limited to `scope` (`db.bounds`). Raises as `begin` does."""
        with begin(self._engine, write=False) as connection:
            bounds.bind(connection, scope)
            yield connection

    @contextlib.contextmanager
    def writing(self, author: Author, *, own_chain_last: bool = False, alone: bool = False) -> Iterator[Transaction]:
        """Run a write, the only way to write: all of the block is committed, or nothing.

        The writer holds this store's own chain from the beginning, so what the block reads stays true until it ends.
        With `own_chain_last`, a long import on PostgreSQL takes the own chain only when it records in it, so that users
        need not wait. `alone` locks out all other writers from the beginning, for a write that rebuilds.

        A correction of clocks rebuilds the read tables in the same transaction. Raises as `begin` does, and as
        `projection.rebuild` after a correction; then nothing was committed, and the call can be repeated. After the
        commit, withheld content is removed from the disk; what cannot be removed then is left to the next `sweep`.
        """
        with self._turn:
            with begin(self._engine, write=True, alone=alone) as connection:
                transaction = Transaction(self, self.content, connection, author)
                if not own_chain_last:
                    transaction.head(author.origin, author.epoch)
                yield transaction
                if is_rebuilt := Area.TIME in transaction.areas:
                    turns.enter(connection, alone=True)
                    self._rebuild(connection)
            transaction.mark_newest()
        if transaction.author.epoch != self.named.epoch:
            self.named = replace(self.named, epoch=transaction.author.epoch)
            self.look_at_own_chain()
        # From here on, an error would look as if nothing had been written, and the write would be repeated.
        with contextlib.suppress(Trouble):
            if is_rebuilt:
                give_memory_back()
                self.look_at_own_chain()
            if Area.WITHHELD in transaction.areas:
                self.sweep(age_s=0)
                empty_log(self._engine)  # the log still contained the destroyed key

    def rebuild(self) -> int:
        """Rebuild the read tables from the journals, locking out other writers; return the number of facts read.

        Raises as `begin` does; Trouble `store.owner_needed` as `projection.rebuild` does.
        """
        with self._turn, begin(self._engine, write=True, alone=True) as connection:
            applied = self._rebuild(connection)
        give_memory_back()
        self.look_at_own_chain()
        return applied

    @timed(Event.STORE_REBUILT)
    def _rebuild(self, connection: Connection) -> int:
        return projection.rebuild(connection, outgoing_origin(self.named.name, ""))

    def sweep(self, age_s: float = SWEPT_AGE_S) -> int:
        """Remove unneeded content files that are older than `age_s` seconds and return their number.

        Writers create content files under the write lock, so with exclusive access no file of a running transaction is
        visible. The lock is not requested if there is nothing to remove. If the lock is taken or the disk fails, files
        stay for the next sweep, and 0 is returned. Raises as `reading` does.
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
        """Undo `create`: drop the tables of a PostgreSQL database whose store could not be completed, and close.

        A database in the folder is left: the caller removes it with the folder. Raises as `begin` does.
        """
        if self._engine.dialect.name == "postgresql":
            with begin(self._engine, write=True, alone=True) as connection:
                read.drop_all(connection)
                migrations.take_back(connection)
        self.close()
