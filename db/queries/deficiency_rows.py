"""Deficiencies as the read tables hold them: each with its follow-ups, corrections and ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from db.among import among
from db.deficiency_tables import deficiencies, deficiency_corrections, deficiency_ends, deficiency_follow_ups
from db.tables import items, sites, visits
from eum_app.domain.deficiencies import correction_doubt
from eum_app.domain.facts import ContentRef


@dataclass(frozen=True)
class End:
    """Why a deficiency or a correction no longer counts."""

    reason: str
    ended_at: str
    actor: str


@dataclass(frozen=True)
class FollowedUp:
    """The answer of a visit about a deficiency that it did not find corrected."""

    visit_id: str
    state: str
    reason: str
    stated_at: str
    actor: str


@dataclass(frozen=True)
class Correction:
    """A correction with its proof. It `counts` unless it was ended, or its visit is another site's or not adopted yet.

    `doubt` says why its day cannot be right (`deficiencies.correction_doubt`), or is empty.
    """

    correction_id: str
    origin: str
    visit_id: str
    what: str
    corrected_on: str
    corrected_by: str
    document: ContentRef | None
    document_name: str
    no_document_reason: str
    photos: int
    stated_at: str
    actor: str
    doubt: str
    is_of_site: bool
    is_pending: bool
    end: End | None = None

    @property
    def counts(self) -> bool:
        """Whether it closes the deficiency."""
        return self.end is None and self.is_of_site and not self.is_pending

    @property
    def said(self) -> tuple[str, str, str]:
        """The statement: two corrections that state the same do not contradict each other."""
        return self.what, self.corrected_on, self.corrected_by


@dataclass(frozen=True)
class Deficiency:
    """A deficiency as stated, with all that was recorded about it, newest first.

    `site_id` is the site of its visit, or without one the stated site. `is_pending`: HQ has not adopted its visit.
    """

    deficiency_id: str
    origin: str
    site_id: str
    site: str
    country: str
    visit_id: str
    item_id: str
    serial: str
    question_id: str
    what: str
    place: str
    severity: str
    owner: str
    due_on: str
    photos: int
    list_version: str
    stated_at: str
    actor: str
    is_pending: bool
    end: End | None = None
    corrections: tuple[Correction, ...] = ()
    followed_up: tuple[FollowedUp, ...] = ()

    @property
    def counting(self) -> tuple[Correction, ...]:
        """The corrections that count, newest first."""
        return tuple(one for one in self.corrections if one.counts)

    @property
    def is_open(self) -> bool:
        """Whether it counts and no correction closes it."""
        return self.end is None and not self.counting

    @property
    def is_doubtful(self) -> bool:
        """Whether it is corrected, but the corrections differ or none has a day that can be right."""
        counting = self.counting
        return bool(counting) and (len({one.said for one in counting}) > 1 or all(one.doubt for one in counting))

    def corrected_at(self, visit_id: str) -> Correction | None:
        """Return the newest correction that a visit states and that was not ended, or None."""
        return next((one for one in self.corrections if one.visit_id == visit_id and one.end is None), None)

    def followed_up_at(self, visit_id: str) -> FollowedUp | None:
        """Return what a visit says of it, if it did not find it corrected, or None."""
        if self.corrected_at(visit_id) is not None:
            return None
        return next((one for one in self.followed_up if one.visit_id == visit_id), None)

    def is_answered_at(self, visit_id: str) -> bool:
        """Whether a visit says that it is corrected, still open, or why it was not looked at."""
        return self.corrected_at(visit_id) is not None or self.followed_up_at(visit_id) is not None


def read_deficiencies(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Deficiency]:
    """Yield the deficiencies with a row for which the condition holds, in no particular order."""
    site_id = func.coalesce(visits.c.site_id, deficiencies.c.site_id)
    question = (
        select(
            deficiencies,
            site_id.label("of_site"),
            visits.c.is_pending,
            visits.c.site_name.label("named"),
            visits.c.site_country,
            sites.c.name,
            sites.c.country,
            items.c.serial,
        )
        .outerjoin(visits, visits.c.visit_id == deficiencies.c.visit_id)
        .outerjoin(sites, sites.c.site_id == site_id)
        .outerjoin(items, items.c.item_id == deficiencies.c.item_id)
        .where(condition)
        # On a device, its own row comes before the copy that HQ sent back.
        .order_by((deficiencies.c.visit_id == ""), deficiencies.c.order_key, deficiencies.c.origin)
    )
    heads: dict[str, Row[Any]] = {}
    for row in connection.execute(question):
        heads.setdefault(row.deficiency_id, row)
    ends = _rows_of(connection, deficiency_ends, heads)
    said = _rows_of(connection, deficiency_follow_ups, heads)
    corrections = _rows_of(connection, deficiency_corrections, heads)
    visit_ids = {row.visit_id for rows in (*said.values(), *corrections.values()) for row in rows} - {""}
    places = _places(connection, visit_ids)
    for key, row in heads.items():
        mine = {one.visit_id for one in (*said.get(key, ()), *corrections.get(key, ()))}
        of_site = {visit_id for visit_id in mine if places.get(visit_id, ("", False))[0] == row.of_site}
        yield Deficiency(
            key,
            row.origin,
            row.of_site,
            row.name or row.named or "",
            row.country or row.site_country or "",
            row.visit_id,
            row.item_id,
            row.serial or "",
            row.question_id,
            row.what,
            row.place,
            row.severity,
            row.owner,
            row.due_on,
            row.photos,
            row.list_version,
            row.stated_at,
            row.actor,
            bool(row.is_pending),
            _end_of(ends.get(key, ()), key, row),
            _corrections(corrections.get(key, ()), ends.get(key, ()), row, of_site, places),
            tuple(
                FollowedUp(one.visit_id, one.state, one.reason, one.stated_at, one.actor)
                for one in said.get(key, ())
                if one.visit_id in of_site
            ),
        )


def _rows_of(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """Return deficiency id → its rows in a table, newest first."""
    found: dict[str, list[Row[Any]]] = {}
    for wanted in among(connection, table.c.deficiency_id, ids):
        for row in connection.execute(select(table).where(wanted).order_by(table.c.order_key.desc(), table.c.origin)):
            found.setdefault(row.deficiency_id, []).append(row)
    return found


def _places(connection: Connection, visit_ids: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """Return visit id → (its site, whether HQ has not adopted it)."""
    found: dict[str, tuple[str, bool]] = {}
    for wanted in among(connection, visits.c.visit_id, visit_ids):
        rows = connection.execute(select(visits.c.visit_id, visits.c.site_id, visits.c.is_pending).where(wanted))
        found |= {row.visit_id: (row.site_id, bool(row.is_pending)) for row in rows}
    return found


def _end_of(ends: Iterable[Row[Any]], record_id: str, stated: Row[Any]) -> End | None:
    """Return what ended a record: its own store or HQ; the oldest, since a later one changed nothing.

    Its own store ends it only by the name of its visit: it would else change a signed visit without voiding its
    signatures.
    """
    own = (stated.origin, stated.visit_id)
    mine = [row for row in ends if row.record_id == record_id and (row.is_hq or (row.origin, row.visit_id) == own)]
    return End(mine[-1].reason, mine[-1].stated_at, mine[-1].actor) if mine else None


def _corrections(
    rows: Iterable[Row[Any]],
    ends: Sequence[Row[Any]],
    head: Row[Any],
    of_site: set[str],
    places: dict[str, tuple[str, bool]],
) -> tuple[Correction, ...]:
    found: dict[str, Correction] = {}
    for row in sorted(rows, key=lambda one: one.visit_id == ""):  # a device's own row before HQ's copy; stable
        if row.correction_id in found:
            continue
        made = read_correction(
            row,
            head.stated_at,
            is_of_site=not row.visit_id or row.visit_id in of_site,
            is_pending=places.get(row.visit_id, ("", False))[1],
        )
        found[row.correction_id] = replace(made, end=_end_of(ends, row.correction_id, row))
    return tuple(sorted(found.values(), key=lambda one: one.stated_at, reverse=True))


def read_correction(row: Row[Any], stated_at: str, *, is_of_site: bool, is_pending: bool) -> Correction:
    """Return the correction in a row, of a deficiency that was stated at an instant."""
    return Correction(
        row.correction_id,
        row.origin,
        row.visit_id,
        row.what,
        row.corrected_on,
        row.corrected_by,
        msgspec.json.decode(row.document, type=ContentRef) if row.document else None,
        row.document_name,
        row.no_document_reason,
        row.photos,
        row.stated_at,
        row.actor,
        correction_doubt(row.corrected_on, stated_at, row.stated_at),
        is_of_site=is_of_site,
        is_pending=is_pending,
    )
