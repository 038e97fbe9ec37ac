"""Make a database again from a damaged one: what its whole pages hold, and entries of its journals from backups.

The damaged file stays beside the new one. The read tables come from the journals, as in any rebuild.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, Table, func, select

from db import migrations, projection, triggers
from db.content import INLINE_BYTES, RECOVERED, unheld_content
from db.engines import DATABASE, begin, sqlcipher_engine
from db.exchange_tables import bundles, received
from db.files import disk_trouble, sync_folder
from db.holes import Hole, keep_holes
from db.instance import RESTORED, TOKEN
from db.origin import StoreName
from db.salvage import FIELDS, INDEX_FIELDS, Row, whole_rows
from db.small_tables import SmallRows, read_small_tables
from db.snapshots import verify_database
from db.tables import content, drafts, journal, meta, secrets
from db.watermark import Watermark
from eum_app.domain.errors import Trouble
from eum_app.domain.journal import Entry, entry_hash, genesis, outgoing_origin

_ENTRY_TYPES: Final = (str, int, int, bytes, bytes, str, str, int, str, str, int, bytes, int)
_ID_CHARACTERS: Final = 96
"""Length of a content object's id: SHA-384 in hexadecimal."""
_BATCH: Final = 1_000
_NO_END: Final = 2**53
Ends = dict[tuple[str, int], int]
"""(origin, epoch) → the newest number that a chain is known to have had."""
_MADE_HERE: Final = ("projection_version",)


@dataclass(frozen=True)
class Lost:
    """A gap in a journal. Up to the number `at_hq`, an HQ's receipt shows that the HQ holds the entries; 0 if none."""

    hole: Hole
    at_hq: int


@dataclass(frozen=True)
class Recovered:
    """Result of a recovery: numbers of entries and content objects, entries taken from backups among them.

    `lost` are the gaps that remain. `parts_lost` names tables that could not be read, or not completely (`secrets`: the
    store's keys). `objects_lost` counts photos, notes and signatures that facts name and that nothing here opens.
    """

    entries: int
    from_backups: int
    objects: int
    lost: tuple[Lost, ...]
    parts_lost: tuple[str, ...]
    kept_as: Path
    objects_lost: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing is lost, as far as known."""
        return not (self.lost or self.parts_lost or self.objects_lost)


def recover(
    folder: Path,
    data_key: bytes,
    named: StoreName,
    purposes: Collection[str],
    backups: Sequence[tuple[Path, bytes]],
    made_at: str,
) -> Recovered:
    """Replace the database of a store that is not open by what is whole in it, completely or not at all.

    `purposes` are those of the key material, `backups` other databases of this store with their data keys. The damaged
    file is kept as `store.db.damaged-…`. If entries of the own journal are lost, the new database is marked as
    restored, so that a device takes no more evidence under its old identity. Raises Refusal `store.in_use`; Trouble
    `store.damaged` if no page is whole, `disk.full` and similar.
    """
    path, new = folder / DATABASE, folder / f".recovered-{DATABASE}"
    _remove(new)
    small = read_small_tables(folder, data_key)
    engine = sqlcipher_engine(new, data_key)
    try:
        with begin(engine, write=True, alone=True) as connection:
            migrations.upgrade(connection)
            triggers.install(connection)
            seen = _take_rows(connection, path, data_key, frozenset(purposes))
            ends = _later(seen.ends, _mark(folder, data_key))
            known = _open_ended(connection, ends, named.name)
            _fill_from_kept(connection, known, folder, data_key)
            taken = _fill(connection, known, backups)
            found = seen.small.besides(small, path, data_key)
            for table in (secrets, drafts):
                _insert(connection, table, found.rows[table.name])
            own = found.rows[meta.name]
            _name(connection, named, own, _holes(connection, ends), made_at)
            # What is lost at the end of another chain can arrive again, and continues it.
            keep_holes(connection, _holes(connection, {one: end for one, end in ends.items() if one[0] == named.name}))
            projection.rebuild(connection, outgoing_origin(named.name, ""))
            signed = _signed_ends(connection)
            ends = _later(_later(ends, signed), _exchanged_ends(connection, named.name))
            lost = [Lost(hole, signed.get((hole.origin, hole.epoch), 0)) for hole in _holes(connection, ends)]
            entries, objects = (
                connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (journal, content)
            )
            objects_lost = len(unheld_content(connection))
        engine.dispose()
        verify_database(new, data_key)
        kept = _swap(path, new, made_at)
    except BaseException:
        engine.dispose()
        _remove(new)
        raise
    return Recovered(entries, taken, objects, tuple(lost), found.lost, kept, objects_lost)


@dataclass(frozen=True)
class _Seen:
    """Rows on whole pages beside entries and content: those of the small tables, and the ends of chains."""

    small: SmallRows
    ends: Ends


def _take_rows(connection: Connection, path: Path, data_key: bytes, purposes: frozenset[str]) -> _Seen:
    """Insert all entries and content rows on whole pages, and return what else was seen among the rows."""
    seen = _Seen(SmallRows(purposes), {})
    with whole_rows(path, data_key) as rows:
        while batch := list(islice(rows, _BATCH)):
            of_tables = [row for row in batch if len(row) == FIELDS]
            _insert(connection, journal, [row for row in of_tables if is_entry(row)])
            _insert(connection, content, [row[: len(content.columns)] for row in of_tables if _is_content(row)])
            for row in batch:
                seen.small.see(row)
                if len(row) == INDEX_FIELDS and _is_of_index(row):
                    seen.ends[row[0], row[1]] = max(row[2], seen.ends.get((row[0], row[1]), 0))
    return seen


def _is_of_index(row: Row) -> bool:
    """Whether a row of an index has the shape (origin, epoch, number, row) of the journal's."""
    origin, *numbers = row
    return isinstance(origin, str) and all(isinstance(number, int) for number in numbers)


def is_entry(row: Row) -> bool:
    """Whether a row is an entry of a journal, by its hash."""
    if not all(isinstance(value, kind) for value, kind in zip(row, _ENTRY_TYPES, strict=True)):
        return False
    entry = Entry(*row[:-1])
    return entry_hash(entry) == entry.hash


def _is_content(row: Row) -> bool:
    object_id, key, salt, size, media_type, sealed, *rest = row
    return (
        isinstance(object_id, str)
        and len(object_id) == _ID_CHARACTERS
        and all(value is None or isinstance(value, bytes) for value in (key, salt, sealed))
        and isinstance(size, int)
        and isinstance(media_type, str)
        and not any(value is not None for value in rest)
        and (sealed is None or (len(sealed) <= INLINE_BYTES and hashlib.sha384(sealed).hexdigest() == object_id))
    )


def _insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Insert rows; one that is held already is skipped."""
    names = [column.name for column in table.columns]
    marks = ", ".join(["?"] * len(names))
    rows = [tuple(row) for row in rows]
    if rows:
        statement = f"INSERT OR IGNORE INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        connection.exec_driver_sql(statement, rows)


def _mark(folder: Path, data_key: bytes) -> Ends:
    """Return the newest number of the own chain by the mark beside the database."""
    watermark = Watermark(folder, data_key)
    try:
        marked = watermark.read()
    finally:
        watermark.close()
    return {(marked.origin, marked.epoch): marked.seq} if marked else {}


def _later(ends: Ends, others: Ends) -> Ends:
    return {chain: max(ends.get(chain, 0), others.get(chain, 0)) for chain in ends.keys() | others.keys()}


def _signed_ends(connection: Connection) -> Ends:
    """Return the newest number of each chain for which an HQ signed."""
    return _ends(connection, select(received.c.origin, received.c.epoch, received.c.seq))


def _exchanged_ends(connection: Connection, own: str) -> Ends:
    """Return the newest number of each chain that this store imported or sealed."""
    exchanged = select(bundles.c.origin, bundles.c.epoch, bundles.c.last_seq).where(bundles.c.recorder == own)
    return _ends(connection, exchanged)


def _ends(connection: Connection, question: Select[Any]) -> Ends:
    ends: Ends = {}
    for origin, epoch, seq in connection.execute(question).all():
        ends[origin, epoch] = max(seq, ends.get((origin, epoch), 0))
    return ends


def _open_ended(connection: Connection, ends: Ends, own: str) -> Ends:
    """Return `ends` without a limit for chains of others: of these a backup may hold more than is known here."""
    others = connection.execute(select(journal.c.origin, journal.c.epoch).where(journal.c.origin != own).distinct())
    return ends | dict.fromkeys(others, _NO_END)


def _holes(connection: Connection, ends: Ends) -> list[Hole]:
    """Return the gaps in all chains, and behind their newest entries up to `ends`."""
    holes: list[Hole] = []
    newest = dict.fromkeys(ends, 0)
    rows = connection.execute(
        select(journal.c.origin, journal.c.epoch, journal.c.seq).order_by(
            journal.c.origin, journal.c.epoch, journal.c.seq
        )
    )
    for origin, epoch, seq in rows:
        before = newest.get((origin, epoch), 0)
        if seq > before + 1:
            holes.append(Hole(origin, epoch, before + 1, seq - 1))
        newest[origin, epoch] = seq
    holes += [Hole(*chain, newest[chain] + 1, end) for chain, end in ends.items() if end > newest[chain]]
    return sorted(holes, key=msgspec.structs.astuple)


def _fill(connection: Connection, ends: Ends, backups: Sequence[tuple[Path, bytes]]) -> int:
    """Insert entries of backups that follow the last entry before a gap, and content that is not held.

    Returns the number of entries. Chains of which nothing is left are taken whole. A content row that an order emptied
    is held, and stays empty.
    """
    holes = _holes(connection, ends)
    chains = set(ends) | {
        tuple(row) for row in connection.execute(select(journal.c.origin, journal.c.epoch).distinct())
    }
    taken = 0
    for path, key in backups:
        wanted: dict[Row, Row] = {}
        with whole_rows(path, key) as rows:
            for row in rows:
                if len(row) != FIELDS:
                    continue
                if _is_content(row):
                    _insert(connection, content, [row[: len(content.columns)]])
                elif is_entry(row) and ((row[0], row[1]) not in chains or any(_is_in(row, hole) for hole in holes)):
                    wanted[row[:3]] = row
        for place in sorted(wanted):
            if _follows(connection, Entry(*wanted[place][:-1])):
                _insert(connection, journal, [wanted[place]])
                taken += 1
    return taken


def _fill_from_kept(connection: Connection, ends: Ends, folder: Path, data_key: bytes) -> None:
    """Insert what files hold that an earlier recovery kept: one that was killed may have left its log (WAL) there."""
    for kept in sorted(folder.glob(f"{DATABASE}.damaged-*")):
        if kept.name.endswith("-wal"):
            continue  # read with its database
        try:
            _fill(connection, ends, [(kept, data_key)])
        except Trouble as trouble:
            if trouble.code != "store.damaged":
                raise  # else: no page of it is whole, or it is under an earlier data key


def _is_in(row: Row, hole: Hole) -> bool:
    return (row[0], row[1]) == (hole.origin, hole.epoch) and hole.first <= row[2] <= hole.last


def _follows(connection: Connection, entry: Entry) -> bool:
    """Whether an entry fits to its neighbors: a store that was restored may continue differently in another backup."""
    before, after = (
        connection.execute(
            select(journal.c.hash, journal.c.prev_hash).where(
                journal.c.origin == entry.origin, journal.c.epoch == entry.epoch, journal.c.seq == seq
            )
        ).first()
        for seq in (entry.seq - 1, entry.seq + 1)
    )
    expected = before.hash if before else genesis(entry.origin, entry.epoch).hash if entry.seq == 1 else entry.prev_hash
    return bool(entry.prev_hash == expected and (after is None or after.prev_hash == entry.hash))


def _name(connection: Connection, named: StoreName, held: Iterable[Row], lost: Sequence[Hole], made_at: str) -> None:
    """Write what the store knows of itself: as held, else by its key file and its journal."""
    epochs = select(journal.c.epoch).where(journal.c.origin == named.name).order_by(journal.c.epoch.desc()).limit(1)
    values = {
        "store_id": named.store_id,
        "name": named.name,
        "kind": named.kind,
        "epoch": str(connection.execute(epochs).scalar() or 1),
    }
    values |= {str(name): str(value) for name, value in held if name not in _MADE_HERE}
    if any(hole.origin == named.name and str(hole.epoch) == values["epoch"] for hole in lost):
        values[RESTORED] = made_at
        values.setdefault(TOKEN, token_hex(16))  # without one, a store is taken for one of an older version
    values[RECOVERED] = made_at
    for name, value in values.items():
        connection.execute(meta.delete().where(meta.c.name == name))
        connection.execute(meta.insert().values(name=name, value=value))


def _swap(path: Path, new: Path, made_at: str) -> Path:
    """Put the new database into the place of the damaged one, which is kept. Return its new path."""
    name = f"{path.name}.damaged-{made_at.translate(str.maketrans('', '', '-:.'))}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))  # a clock that was set back may repeat itself
    kept = next(one for one in map(path.with_name, names) if not one.exists())
    with disk_trouble(path):
        try:
            os.link(path, kept)
        except OSError:  # a file system without links
            shutil.copyfile(path, kept)
        log = path.with_name(f"{path.name}-wal")
        if log.exists():  # SQLite would take it for the new database's
            log.replace(kept.with_name(f"{kept.name}-wal"))
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        new.replace(path)
        sync_folder(path.parent)
    return kept


def _remove(new: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        new.with_name(new.name + suffix).unlink(missing_ok=True)
