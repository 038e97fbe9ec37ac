"""Records of sites and cases, now or as of a day, with their history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Table, case, func, select

from db.among import among
from db.queries.items import site
from db.queries.visits import is_closed
from db.site_tables import case_lines, case_values, cases, site_values
from db.tables import items, sites, visits
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CaseDescribed, CaseLineDelivered, SiteDescribed
from eum_app.domain.natural_order import natural_key
from eum_app.domain.records import CaseLine, CaseRecord, SiteRecord, Stated

_STATED: Final = ("effective_on", "source", "reason", "actor", "observed_at", "line")


@dataclass(frozen=True)
class Change:
    """One change of a record, for its history. `field` is a field, or `line RSN` with the total as `value`."""

    stated: Stated
    origin: str
    seq: int


def site_records(connection: Connection, site_ids: Iterable[str] | None = None, as_of: str = "") -> list[SiteRecord]:
    """Return the records of sites, of all or those with these ids, by name (`natural_key`).

    `as_of` (`YYYY-MM-DD`) leaves out values that hold from a later day.
    """
    wanted = None if site_ids is None else list(site_ids)
    named: list[Row[Any]] = []
    for condition in [None] if wanted is None else among(connection, sites.c.site_id, wanted):
        question = select(sites)
        named += connection.execute(question if condition is None else question.where(condition))
    values = _newest_values(connection, site_values, "site_id", wanted, as_of)
    found = [SiteRecord(row.site_id, row.name, row.country, values.get(row.site_id, {})) for row in named]
    return sorted(found, key=lambda record: (natural_key(record.name), record.country, record.site_id))


def site_record(connection: Connection, site_id: str, as_of: str = "") -> SiteRecord:
    """Return the record of one site. Raises Refusal `site.unknown`."""
    found = site_records(connection, [site_id], as_of)
    if not found:
        raise Refusal("site.unknown", site_id=site_id[:40])
    return found[0]


def case_records(connection: Connection, case_ids: Iterable[str] | None = None, as_of: str = "") -> list[CaseRecord]:
    """Return the records of cases with their lines, of all or those with these numbers, by number."""
    wanted = None if case_ids is None else list(case_ids)
    named: list[Row[Any]] = []
    for condition in [None] if wanted is None else among(connection, cases.c.case_id, wanted):
        question = select(cases)
        named += connection.execute(question if condition is None else question.where(condition))
    values = _newest_values(connection, case_values, "case_id", wanted, as_of)
    lines: dict[str, list[CaseLine]] = {}
    for row in _newest(connection, case_lines, ("case_id", "rsn"), wanted, as_of):
        lines.setdefault(row.case_id, []).append(_line(row))
    found = [
        CaseRecord(
            row.case_id,
            row.program,
            row.country,
            values.get(row.case_id, {}),
            tuple(sorted(lines.get(row.case_id, ()), key=lambda line: natural_key(line.rsn))),
        )
        for row in named
    ]
    return sorted(found, key=lambda record: natural_key(record.case_id))


def case_record(connection: Connection, case_id: str, as_of: str = "") -> CaseRecord:
    """Return the record of one case. Raises Refusal `case.unknown`."""
    found = case_records(connection, [case_id], as_of)
    if not found:
        raise Refusal("case.unknown", case_id=case_id[:40])
    return found[0]


def site_history(connection: Connection, site_id: str) -> list[Change]:
    """Return every value that was stated of a site, newest first. Raises Refusal `site.unknown`."""
    site(connection, site_id)
    return [Change(_stated(row), row.origin, row.seq) for row in _all_of(connection, site_values, "site_id", site_id)]


def case_history(connection: Connection, case_id: str) -> list[Change]:
    """Return every value and total that was stated of a case, newest first."""
    stated = [(row.order_key, row, _stated(row)) for row in _all_of(connection, case_values, "case_id", case_id)]
    stated += [(row.order_key, row, _line_stated(row)) for row in _all_of(connection, case_lines, "case_id", case_id)]
    ordered = sorted(stated, key=lambda one: (one[0], one[2].field), reverse=True)
    return [Change(said, row.origin, row.seq) for _, row, said in ordered]


def cases_at(connection: Connection, site_id: str) -> list[str]:
    """Return the numbers of the cases of a site's items on the book, in order."""
    rows = connection.execute(
        select(items.c.case_id).where(items.c.site_id == site_id, items.c.case_id != "").distinct()
    )
    return sorted(rows.scalars(), key=natural_key)


def items_by_case_line(connection: Connection, case_id: str) -> dict[str, int]:
    """Return line (RSN) → number of items on the book under it."""
    rows = connection.execute(select(items.c.rsn, func.count()).where(items.c.case_id == case_id).group_by(items.c.rsn))
    return {row[0]: row[1] for row in rows}


def awaiting_devices(connection: Connection, site_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return device → those of the sites to which it has an open visit, in order."""
    found: dict[str, set[str]] = {}
    for condition in among(connection, visits.c.site_id, site_ids):
        planned = select(visits.c.visit_id, visits.c.device, visits.c.site_id).where(condition)
        for row in connection.execute(planned).all():
            if not is_closed(connection, row.visit_id):
                found.setdefault(row.device, set()).add(row.site_id)
    return {device: sorted(there) for device, there in found.items()}


def site_record_facts(connection: Connection, site_ids: Iterable[str]) -> list[SiteDescribed]:
    """Return the newest values of sites as facts, to be copied to a device: cleared ones too, with their own times."""
    found = []
    for record in site_records(connection, site_ids):
        found += [
            SiteDescribed(
                observed_at=of_one[0].observed_at,
                site_id=record.site_id,
                values={stated.field: stated.value for stated in of_one},
                effective_on=of_one[0].effective_on,
                source=of_one[0].source,
                reason=of_one[0].reason,
                line=of_one[0].line,
            )
            for of_one in _together(record.values.values())
        ]
    return found


def case_record_facts(
    connection: Connection, case_ids: Iterable[str], program: str
) -> list[CaseDescribed | CaseLineDelivered]:
    """Return the records of the cases of one program as facts, to be copied to a device."""
    found: list[CaseDescribed | CaseLineDelivered] = []
    for record in case_records(connection, case_ids):
        if record.program != program:
            continue
        found += [
            CaseDescribed(
                observed_at=of_one[0].observed_at,
                case_id=record.case_id,
                program=record.program,
                country=record.country,
                values={stated.field: stated.value for stated in of_one},
                effective_on=of_one[0].effective_on,
                source=of_one[0].source,
                reason=of_one[0].reason,
                line=of_one[0].line,
            )
            for of_one in _together(record.values.values())
        ]
        found += [
            CaseLineDelivered(
                observed_at=line.stated.observed_at,
                case_id=line.case_id,
                rsn=line.rsn,
                quantity=line.quantity,
                nomenclature=line.nomenclature,
                part_number=line.part_number,
                delivered_on=line.delivered_on,
                source=line.stated.source,
                reason=line.stated.reason,
                line=line.stated.line,
            )
            for line in record.lines
        ]
    return found


def _together(values: Iterable[Stated]) -> list[list[Stated]]:
    """Return the values that one fact stated together, in the order of their times."""
    groups: dict[tuple[Any, ...], list[Stated]] = {}
    for one in values:
        key = (one.observed_at, one.effective_on, one.source, one.reason, one.line)
        groups.setdefault(key, []).append(one)
    return [groups[key] for key in sorted(groups)]


def _newest_values(
    connection: Connection, table: Table, key: str, wanted: Sequence[str] | None, as_of: str
) -> dict[str, dict[str, Stated]]:
    found: dict[str, dict[str, Stated]] = {}
    for row in _newest(connection, table, (key, "field"), wanted, as_of):
        found.setdefault(getattr(row, key), {})[row.field] = _stated(row)
    return found


def _newest(
    connection: Connection, table: Table, keys: tuple[str, str], wanted: Sequence[str] | None, as_of: str
) -> list[Row[Any]]:
    """Return the newest row of each pair of keys."""
    found: list[Row[Any]] = []
    for condition in [None] if wanted is None else among(connection, table.c[keys[0]], wanted):
        ranked: Select[Any] = select(
            table,
            func.row_number()
            .over(partition_by=[table.c[key] for key in keys], order_by=table.c.order_key.desc())
            .label("place"),
        )
        if condition is not None:
            ranked = ranked.where(condition)
        if as_of:
            stated_on = func.substr(table.c.observed_at, 1, 10)
            holds_from = case((table.c.effective_on != "", table.c.effective_on), else_=stated_on)
            ranked = ranked.where(holds_from <= as_of)
        inner = ranked.subquery()
        found += connection.execute(select(inner).where(inner.c.place == 1))
    return found


def _all_of(connection: Connection, table: Table, key: str, value: str) -> list[Row[Any]]:
    within_a_fact = list(table.primary_key.columns)[1]
    question = select(table).where(table.c[key] == value).order_by(table.c.order_key.desc(), within_a_fact)
    return list(connection.execute(question))


def _stated(row: Row[Any]) -> Stated:
    return Stated(row.field, row.value, **{name: getattr(row, name) for name in _STATED})


def _line_stated(row: Row[Any]) -> Stated:
    total = "" if row.quantity is None else str(row.quantity)
    return Stated(f"line {row.rsn}", total, **{name: getattr(row, name) for name in _STATED})


def _line(row: Row[Any]) -> CaseLine:
    return CaseLine(
        row.case_id,
        row.rsn,
        row.quantity,
        row.nomenclature,
        row.part_number,
        row.delivered_on,
        _line_stated(row),
    )
