"""Fact → read tables: the same apply in the field, at import and at rebuild.

The outcome never depends on the order of arrival: each row is either written once under its own id, or the newest by
`order_key` wins, or a maximum. Facts are applied in batches, grouped by kind in the order of `facts.KINDS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, inspect, select

from db import search, turns
from db.engines import roomy
from db.projection import (
    claims,
    exchange,
    judgement,
    lists,
    paper,
    people,
    times,
    visits,
    withholding,
)
from db.projection.rows import Appliers, Noted
from db.projection.times import apply_corrections, corrected
from db.projection.times import newest_observed as newest_observed
from db.roles import is_owner
from db.tables import AHEAD, items, journal, meta, read
from db.tables import PROJECTION_VERSION as PROJECTION_VERSION
from eum_app.domain import facts as f
from eum_app.domain.areas import Area
from eum_app.domain.errors import Trouble
from eum_app.domain.journal import Entry

REBUILD_BATCH: Final = {"sqlite": 500, "postgresql": 5_000}
"""Entries at once: as many as the processor keeps at hand; on a server as many as pay for a COPY."""

_APPLIERS: Final[Appliers] = {
    **lists.APPLIERS,
    **claims.APPLIERS,
    **visits.APPLIERS,
    **judgement.APPLIERS,
    **people.APPLIERS,
    **withholding.APPLIERS,
    **times.APPLIERS,
    **exchange.APPLIERS,
    **paper.APPLIERS,
}
_HANDLERS: Final = {kind.fact: (_APPLIERS[kind.fact], kind.area) for kind in f.KINDS if kind.area is not None}
"""How each kind is applied, and the area that it touches; looked up once. A kind without an applier fails here."""


def apply(connection: Connection, noted: Sequence[Noted]) -> set[Area]:
    """Apply facts to the read tables and return the areas touched. Unknown facts leave no trace here."""
    turns.wait_for_visits(connection, (fact.visit_id for _, fact, _ in noted if isinstance(fact, visits.ON_VISITS)))
    return _applied(connection, noted)


def _applied(connection: Connection, noted: Sequence[Noted]) -> set[Area]:
    areas: set[Area] = set()
    noted = corrected(connection, noted)
    if len(noted) == 1:
        handler = _HANDLERS.get(type(noted[0][1]))
        if handler is not None:
            handler[0](connection, noted)
            areas.add(handler[1])
        return areas
    by_kind: dict[type[Any], list[Noted]] = {}
    for note in noted:
        by_kind.setdefault(type(note[1]), []).append(note)
    for kind, (handle, area) in _HANDLERS.items():
        group = by_kind.get(kind)
        if group:
            handle(connection, group)
            areas.add(area)
    return areas


def _ahead_of_all(connection: Connection) -> tuple[set[str], list[Noted]]:
    """What a rebuild must know before it applies anything, by the journal itself: origins that are devices enrolled
    here, and every correction of a clock. A device's word counts for its own chain."""
    devices: set[str] = set()
    said: list[Noted] = []
    for row in connection.execute(select(journal).where(AHEAD)):
        entry = Entry(*row[:-1])
        match f.decode_fact(entry.kind, entry.kind_version, entry.payload):
            case f.DeviceEnrolled() as enrolled:
                devices.add(enrolled.device)
            case f.TimeCorrected() as correction:
                said.append((entry, correction, row.known_at))
    return devices, [note for note in said if note[0].origin not in devices or note[1].origin == note[0].origin]


def _emptied(connection: Connection) -> bool:
    """The read tables, made anew where this connection may define tables (then true), else emptied.

    Raises Trouble `store.owner_needed` where only their owner can give them the shape that this version needs.
    """
    if connection.dialect.name == "postgresql" and inspect(connection).has_table(journal.name):
        version = connection.execute(select(meta.c.value).where(meta.c.name == "projection_version")).scalar() or ""
        if not is_owner(connection):
            if version.split(" ")[0] != str(PROJECTION_VERSION):
                raise Trouble("store.owner_needed")
            for table in read.sorted_tables:
                connection.execute(delete(table))
            return False
    search.drop(connection)
    read.drop_all(connection)
    read.create_all(connection)
    return True


def rebuild(connection: Connection, own_outgoing_prefix: str) -> int:
    """Throw the read tables away and make them again from the journals, in the caller's transaction.

    Entries of chains by which this store speaks to others (`own_outgoing_prefix`) are copies of its own facts and are
    passed over. Returns the number of facts applied.
    """
    with roomy(connection):
        return _rebuilt(connection, own_outgoing_prefix)


def _rebuilt(connection: Connection, own_outgoing_prefix: str) -> int:
    is_made_anew = _emptied(connection)
    if is_made_anew:
        for index in items.indexes:  # made once at the end, in order: five times as fast as row by row
            index.drop(connection)
    devices, held = _ahead_of_all(connection)
    own = [note for note in held if not (own_outgoing_prefix and note[0].origin.startswith(own_outgoing_prefix))]
    apply_corrections(connection, own)
    applied = 0
    # In whatever order the entries lie: `apply` asks for none. Streamed, since the connection also writes meanwhile.
    streamed = select(journal).execution_options(yield_per=REBUILD_BATCH[connection.dialect.name])
    for rows in connection.execute(streamed).partitions():
        noted: list[Noted] = []
        for *fields, known_at in rows:
            entry = Entry(*fields)
            if own_outgoing_prefix and entry.origin.startswith(own_outgoing_prefix):
                continue
            fact = f.decode_fact(entry.kind, entry.kind_version, entry.payload)
            if entry.origin in devices and type(fact) not in f.DEVICE_MAY_STATE:
                continue  # was unknown when it came, and is known now as something that devices do not state
            if not isinstance(fact, f.TimeCorrected):  # applied before all others
                noted.append((entry, fact, known_at))
        _applied(connection, noted)
        applied += len(noted)
    applied += len(own)
    if is_made_anew:
        # Before the other indexes: by the one that holds its text, SQLite would read the items in another order than
        # that of their rows, and the index of terms begins a new piece of itself at each step back.
        search.create(connection)
        for index in sorted(items.indexes, key=lambda index: str(index.name)):
            index.create(connection)
    connection.execute(delete(meta).where(meta.c.name == "projection_version"))
    connection.execute(meta.insert().values(name="projection_version", value=str(PROJECTION_VERSION)))
    return applied
