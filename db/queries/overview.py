"""Figures of HQ's first page: the book by clocks, work that waits for a decision, deliveries from devices.

The database counts. `compliance.clocks` decides on which day a clock's state ends, so that this page and the reports
agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, and_, case, func, select

from db.exchange_tables import bundles, devices, revocations
from db.queries.clocks import sightings
from db.queries.exchange import awaited_facts
from db.queries.findings import findings_of_program, is_open
from db.queries.forks import forks
from db.queries.standing import OVERDUE, event_of, is_monitored, last_inventory, of_program, state_of
from db.queries.visits import of_own_device
from db.tables import findings, items, sites, visit_marks, visits
from eum_app.domain.compliance import clocks

_BEFORE: Final = -1
_NEVER: Final = -2
"""In place of a quarter's number: inventoried before the first quarter shown (`_BEFORE`), or never."""


@dataclass
class Tally:
    """Items under enhanced monitoring by state. On time includes those whose initial inventory is not due yet."""

    on_time: int = 0
    due_soon: int = 0
    overdue: int = 0
    no_date: int = 0

    @property
    def total(self) -> int:
        """The sum of the four counts."""
        return self.on_time + self.due_soon + self.overdue + self.no_date

    def add(self, state: str, number: int) -> None:
        """Add `number` items in a state of the clocks."""
        if state in OVERDUE:
            self.overdue += number
        elif state == clocks.ClockState.DUE_SOON:
            self.due_soon += number
        elif state == clocks.ClockState.NO_DATE:
            self.no_date += number
        else:
            self.on_time += number


@dataclass(frozen=True)
class PlaceLine:
    """A country (`key` its code) or a site (`key` its id)."""

    key: str
    name: str
    tally: Tally


@dataclass(frozen=True)
class OverdueLine:
    """Overdue items of one type at one site. `days_over` is the longest delay in days."""

    nomenclature: str
    part_number: str
    site_id: str
    site: str
    items: int
    days_over: int


@dataclass(frozen=True)
class QuarterLine:
    """Items whose newest inventory was in a quarter, by their present state.

    `starts_on` is None for inventories before the first quarter shown, and for `is_never`: items without any inventory.
    """

    starts_on: date | None
    tally: Tally
    is_never: bool = False


@dataclass
class BookFigures:
    """Figures of the book; `book_figures` fills them.

    `monitored` are the items under enhanced monitoring; `inventoried` those with an inventory within 12 months; `never`
    those overdue without any inventory, `late` those whose last one is too old; `items` all items of the book. Places
    have the most overdue items first, `overdue_longest` the longest delay. `by_quarter` is empty without an inventory.
    """

    monitored: Tally = field(default_factory=Tally)
    items: int = 0
    inventoried: int = 0
    never: int = 0
    late: int = 0
    delivered_this_month: int = 0
    by_country: tuple[PlaceLine, ...] = ()
    by_site: tuple[PlaceLine, ...] = ()
    overdue_longest: tuple[OverdueLine, ...] = ()
    by_quarter: tuple[QuarterLine, ...] = ()


@dataclass(frozen=True)
class WorkFigures:
    """Work that waits for people.

    `findings` are open ones by severity, without severities that have none; `oldest_finding` is when the oldest was
    raised, or "".
    """

    findings: dict[str, int]
    oldest_finding: str
    visits_open: int
    visits_past_due: int


@dataclass(frozen=True)
class DeviceLine:
    """A device in its newest epoch. `is_forked`: its journal has two histories.

    `missing_from` to `missing_to` are facts that it is known to have and that are missing here (0: none known).
    """

    device: str
    epoch: int
    enrolled_at: str
    revoked_at: str
    last_bundle_at: str
    missing_from: int
    missing_to: int
    is_forked: bool = False


def book_figures(
    connection: Connection,
    today: date,
    trigger: str = clocks.DEFAULT_TRIGGER,
    quarters: int = 8,
    program: str = "",
) -> BookFigures:
    """Return all figures of the book and the sightings. `today` is a UTC day.

    `quarters` is the number of quarters shown in `by_quarter`; today's is the last. `program` limits the items
    (`standing.of_program`). Raises Refusal `clock.trigger`.
    """
    figures = BookFigures()
    names = {row.site_id: row.name for row in connection.execute(select(sites.c.site_id, sites.c.name))}
    countries: defaultdict[str, Tally] = defaultdict(Tally)
    places: defaultdict[str, Tally] = defaultdict(Tally)
    overdue: defaultdict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    starts = _quarter_starts(today, quarters)
    times: defaultdict[int, Tally] = defaultdict(Tally)
    month = today.isoformat()[:7]
    for row in connection.execute(_counted(clocks.require_trigger(trigger), today, starts, month, program)):
        for tally in (figures.monitored, countries[row.country], places[row.site_id], times[row.quarter]):
            tally.add(row.state, row.n)
        figures.delivered_this_month += row.delivered
        if row.state not in OVERDUE:
            figures.inventoried += row.n if row.quarter != _NEVER else 0
            continue
        figures.late += row.n if row.state == clocks.ClockState.LATE else 0
        figures.never += row.n if row.state != clocks.ClockState.LATE else 0
        due_on = clocks.annual_due_on if row.state == clocks.ClockState.LATE else clocks.initial_due_on
        key = (row.nomenclature, row.part_number, row.site_id)
        number, longest = overdue[key]
        days_over = (today - due_on(row.oldest)).days if clocks.readable(row.oldest) else 0
        overdue[key] = (number + row.n, max(longest, days_over))
    figures.items = connection.execute(select(func.count()).select_from(items).where(*of_program(program))).scalar_one()
    figures.by_country = _lines((key, key, tally) for key, tally in countries.items())
    figures.by_site = _lines((site_id, names.get(site_id, ""), tally) for site_id, tally in places.items())
    figures.overdue_longest = tuple(
        sorted(
            (OverdueLine(*key, names.get(key[2], ""), *found) for key, found in overdue.items()),
            key=lambda line: (-line.days_over, -line.items, line.nomenclature, line.site),
        )
    )
    if figures.inventoried or figures.late:
        figures.by_quarter = (
            QuarterLine(None, times[_BEFORE]),
            *(QuarterLine(day, times[at]) for at, day in enumerate(starts)),
            QuarterLine(None, times[_NEVER], is_never=True),
        )
    return figures


def _counted(trigger: str, today: date, starts: Sequence[date], month: str, program: str) -> Any:
    """Return the query that counts monitored items by country, site, type, state, and quarter of the inventory."""
    seen = sightings(today)
    last, event = last_inventory(seen), event_of(seen, trigger)
    state = state_of(seen, trigger, today)
    quarter = case(
        (last == "", _NEVER),
        *((last >= day.isoformat(), at) for at, day in reversed(list(enumerate(starts)))),
        else_=_BEFORE,
    )
    alike = (
        items.c.country,
        items.c.site_id,
        items.c.nomenclature,
        items.c.part_number,
        state.label("state"),
        quarter.label("quarter"),
    )
    return (
        select(
            *alike,
            func.count().label("n"),
            func.min(case((last != "", last), else_=event)).label("oldest"),
            func.sum(case((func.substr(items.c.delivery_date, 1, 7) == month, 1), else_=0)).label("delivered"),
        )
        .select_from(items)
        .outerjoin(seen, seen.c.item_id == items.c.item_id)
        .where(is_monitored(), *of_program(program))
        .group_by(*alike[:4], "state", "quarter")
    )


def _lines(found: Iterable[tuple[str, str, Tally]]) -> tuple[PlaceLine, ...]:
    """Return lines with the most overdue items first, then by name."""
    lines = [PlaceLine(key, name, tally) for key, name, tally in found]
    return tuple(sorted(lines, key=lambda line: (-line.tally.overdue, line.name)))


def _quarter_starts(today: date, number: int) -> list[date]:
    """Return the first days of the newest quarters, oldest first, today's last."""
    newest = today.year * 4 + (today.month - 1) // 3
    return [date(at // 4, at % 4 * 3 + 1, 1) for at in range(newest - number + 1, newest + 1)]


def work_figures(connection: Connection, today: date, program: str = "") -> WorkFigures:
    """Count open findings and open visits, of one program's visits if it is named."""
    raised = connection.execute(
        select(findings.c.severity, func.count().label("n"), func.min(findings.c.raised_at).label("oldest"))
        .where(is_open(), *findings_of_program(program))
        .group_by(findings.c.severity)
    ).all()
    closed = func.coalesce(visit_marks.c.closed_key, "") > func.coalesce(visit_marks.c.touched_key, "")
    past_due = and_(visits.c.due_on != "", visits.c.due_on < today.isoformat())
    work = connection.execute(
        select(func.count().label("n"), func.sum(case((past_due, 1), else_=0)).label("past_due"))
        .select_from(visits)
        .outerjoin(visit_marks, of_own_device())
        .where(~closed, *([visits.c.program == program] if program else []))
    ).one()
    return WorkFigures(
        findings={row.severity: row.n for row in raised},
        oldest_finding=min((row.oldest for row in raised), default=""),
        visits_open=work.n,
        visits_past_due=int(work.past_due or 0),
    )


def device_lines(connection: Connection, recorder: str) -> list[DeviceLine]:
    """Return the enrolled devices: forked ones, those with missing facts, the others by name.

    `recorder` is the HQ whose imports give `last_bundle_at` ("" without one).
    """
    forked = {(one.device, one.epoch) for one in forks(connection)}
    last = {
        row.party: row.at
        for row in connection.execute(
            select(bundles.c.party, func.max(bundles.c.at).label("at"))
            .where(bundles.c.recorder == recorder, bundles.c.direction == "in")
            .group_by(bundles.c.party)
        )
    }
    awaited = awaited_facts(connection)
    newest: dict[str, DeviceLine] = {}
    rows = connection.execute(
        select(devices, func.coalesce(revocations.c.revoked_at, "").label("revoked_at"))
        .outerjoin(revocations, and_(revocations.c.device == devices.c.device, revocations.c.epoch == devices.c.epoch))
        .order_by(devices.c.device, devices.c.epoch.desc())
    )
    for row in rows:
        first, final = awaited.get((row.device, row.epoch), (0, 0))
        line = DeviceLine(
            row.device,
            row.epoch,
            row.enrolled_at,
            row.revoked_at,
            last.get(row.device, ""),
            first,
            final,
            (row.device, row.epoch) in forked,
        )
        newest.setdefault(row.device, line)
    return sorted(newest.values(), key=lambda line: (not line.is_forked, not line.missing_to, line.device))
