"""The projection: apply facts to the read tables, with the same code in the field, at import and at rebuild.

The result never depends on the order of arrival: each row is written once under its id, or the newest `order_key` wins,
or it is a maximum. Facts are applied in batches, grouped by kind in the order of `facts.KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, inspect, select

from db import search, turns
from db.engines import roomy
from db.holes import known_holes
from db.projection import (
    authors,
    claims,
    closings,
    deficiencies,
    dispositions,
    exchange,
    incidents,
    inquiries,
    judgement,
    lists,
    log,
    paper,
    people,
    plans,
    sites,
    time_proofs,
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
from eum_app.domain.admission import admitted
from eum_app.domain.areas import Area
from eum_app.domain.errors import Trouble
from eum_app.domain.journal import Entry

REBUILD_BATCH: Final = {"sqlite": 500, "postgresql": 5_000}
"""Entries applied at once: on SQLite as many as fit the processor's cache, on a server enough for a fast COPY."""

_Place = tuple[str, int, int]
"""(origin, epoch, number) of an entry."""
_APPLIERS: Final[Appliers] = {
    **lists.APPLIERS,
    **sites.APPLIERS,
    **claims.APPLIERS,
    **dispositions.APPLIERS,
    **plans.APPLIERS,
    **visits.APPLIERS,
    **closings.APPLIERS,
    **judgement.APPLIERS,
    **incidents.APPLIERS,
    **inquiries.APPLIERS,
    **deficiencies.APPLIERS,
    **people.APPLIERS,
    **authors.APPLIERS,
    **withholding.APPLIERS,
    **times.APPLIERS,
    **exchange.APPLIERS,
    **paper.APPLIERS,
    **log.APPLIERS,
    **time_proofs.APPLIERS,
}
_ON_VISITS: Final[tuple[type[Any], ...]] = (
    *plans.APPLIERS,
    *visits.APPLIERS,
    *closings.APPLIERS,
    f.DispositionStated,
    f.DispositionWithdrawn,
    f.DeficiencyStated,
    f.DeficiencyFollowedUp,
    f.DeficiencyCorrected,
    f.DeficiencyWithdrawn,
)
"""Facts that change a visit's worklist or its closing: writers of one visit take turns."""
_HANDLERS: Final[dict[type[Any], tuple[Callable[[Connection, Sequence[Noted]], None], Area]]] = {
    kind.fact: (_APPLIERS[kind.fact], kind.area) for kind in f.KINDS if kind.area is not None
}
"""How each kind is applied, and the area that it touches; looked up once. A kind without an applier fails here."""
_HANDLERS[f.UnreadableFact] = (exchange.apply_unreadable, Area.EXCHANGE)


def apply(connection: Connection, noted: Sequence[Noted]) -> set[Area]:
    """Apply facts to the read tables and return the changed areas. Unknown facts have no effect here."""
    of_visits = (fact.visit_id for _, fact, _ in noted if isinstance(fact, _ON_VISITS))
    turns.wait_for_visits(connection, filter(None, of_visits))
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
    """Return what a rebuild must know first: origins of devices enrolled here, and all corrections of clocks.

    A correction by a device counts only for its own chain, and only if its form is right.
    """
    devices: set[str] = set()
    said: list[Noted] = []
    for row in connection.execute(select(journal).where(AHEAD)):
        entry = Entry(*row[:-1])
        match f.decode_fact(entry.kind, entry.kind_version, entry.payload):
            case f.DeviceEnrolled() as enrolled:
                devices.add(enrolled.device)
            case f.TimeCorrected() as correction:
                said.append((entry, correction, row.known_at))
    own = [note for note in said if note[0].origin not in devices]
    theirs = [note for note in said if note[0].origin in devices and note[1].origin == note[0].origin]
    return devices, own + [note for note in theirs if not isinstance(admitted(*note[:2]), f.UnreadableFact)]


def _places_of_visits(connection: Connection, devices: set[str]) -> dict[str, set[_Place]]:
    """Return visit id → (device, 0, 0) for each device for which it was planned, or else the place of its first start.

    An import tests whose visit a fact is about, but not for facts that it does not know. Until a later version applies
    those, they could take over a visit that another device has.
    """
    planned: dict[str, set[_Place]] = {}
    started: dict[str, tuple[int, _Place]] = {}
    of_visits = journal.c.kind.in_([f.VisitPlanned.__name__, f.VisitStarted.__name__])
    streamed = select(journal).where(of_visits).execution_options(yield_per=1_000)  # each names a whole worklist
    for *fields, known_at in connection.execute(streamed):
        entry = Entry(*fields)
        match f.decode_fact(entry.kind, entry.kind_version, entry.payload):
            case f.VisitPlanned() as plan if entry.origin not in devices:
                planned.setdefault(plan.visit_id, set()).add((plan.device, 0, 0))
            case f.VisitStarted() as start if entry.origin in devices:
                place = (known_at, (entry.origin, entry.epoch, entry.seq))
                started[start.visit_id] = min(place, started.get(start.visit_id, place))
    return {visit_id: {place} for visit_id, (_, place) in started.items()} | planned


def _is_about_own_visit(entry: Entry, fact: f.Fact | f.UnknownFact, places: dict[str, set[_Place]]) -> bool:
    """Whether a device may state this about the visit that it names, if any; of the starts of a visit, the first."""
    visit_id = getattr(fact, "visit_id", None)
    if visit_id is None:
        return True
    own = places.get(visit_id, set())
    if isinstance(fact, f.VisitStarted):
        return (entry.origin, entry.epoch, entry.seq) in own
    return any(device == entry.origin for device, _, _ in own)


def _emptied(connection: Connection) -> bool:
    """Recreate the read tables and return True. Without the right to define tables, empty them and return False.

    Raises Trouble `store.owner_needed` if only the owner can give them the shape that this version needs.
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
    read.create_all(connection, checkfirst=False)  # else one more question per table
    return True


def rebuild(connection: Connection, own_outgoing_prefix: str) -> int:
    """Delete the read tables and rebuild them from the journals, in the caller's transaction.

    Returns the number of facts read, with those that have no read table. Entries of this store's outgoing chains
    (`own_outgoing_prefix`) are skipped: they copy its own facts. A fact that cannot be read is applied to nothing but
    the list of unreadable entries. Raises Trouble `store.owner_needed` if only the owner of a server's database can
    give the tables their new shape.
    """
    with roomy(connection):
        return _rebuilt(connection, own_outgoing_prefix)


def _rebuilt(connection: Connection, own_outgoing_prefix: str) -> int:
    is_made_anew = _emptied(connection)
    if is_made_anew:
        for index in items.indexes:  # built once at the end: five times as fast as row by row
            index.drop(connection)
    devices, held = _ahead_of_all(connection)
    own = [note for note in held if not (own_outgoing_prefix and note[0].origin.startswith(own_outgoing_prefix))]
    apply_corrections(connection, own)
    places = _places_of_visits(connection, devices) if devices else {}
    has_lost = bool(known_holes(connection))  # the plan of a visit may be among what a recovery could not save
    applied = 0
    # In storage order, because `apply` needs no order. Streamed, because the connection also writes meanwhile.
    streamed = select(journal).execution_options(yield_per=REBUILD_BATCH[connection.dialect.name])
    for rows in connection.execute(streamed).partitions():
        noted: list[Noted] = []
        for *fields, known_at in rows:
            entry = Entry(*fields)
            if own_outgoing_prefix and entry.origin.startswith(own_outgoing_prefix):
                continue
            fact = f.decode_fact(entry.kind, entry.kind_version, entry.payload)
            if entry.origin in devices:
                fact = admitted(entry, fact)
                if not isinstance(fact, f.UnreadableFact) and type(fact) not in f.DEVICE_MAY_STATE:
                    continue  # unknown at import; this version knows it as a kind that devices may not state
                is_of_lost = has_lost and getattr(fact, "visit_id", "") not in places
                if not is_of_lost and not _is_about_own_visit(entry, fact, places):
                    continue  # unknown at import, when nothing tested whose visit it is about
            if not isinstance(fact, f.TimeCorrected):  # applied before all others
                noted.append((entry, fact, known_at))
        _applied(connection, noted)
        applied += len(noted)
    applied += len(own)
    if is_made_anew:
        # Before the other indexes: SQLite would use a covering index and read items in another order than that of
        # their rows, and the index of terms starts a new segment at each step back.
        search.create(connection)
        for index in sorted(items.indexes, key=lambda index: str(index.name)):
            index.create(connection)
    connection.execute(delete(meta).where(meta.c.name == "projection_version"))
    connection.execute(meta.insert().values(name="projection_version", value=str(PROJECTION_VERSION)))
    return applied
