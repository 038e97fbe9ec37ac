"""State fields of the records of sites and cases. A record changes only by facts; nothing is overwritten or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from db.queries.people import all_devices
from db.queries.records import awaiting_devices, case_records, site_record, site_record_facts
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CaseDescribed, CaseLineDelivered, Fact, SiteDescribed
from eum_app.domain.items import clean, compact
from eum_app.domain.people import Permission
from eum_app.domain.records import (
    CaseLine,
    CaseRecord,
    case_country,
    case_number,
    case_of,
    case_value,
    delivered_quantity,
    delivery_day,
    effective_day,
    short_text,
    site_value,
)
from eum_app.domain.visits import Program
from eum_app.usecases.changes import Changed
from eum_app.usecases.people.scopes import require_case, require_site
from eum_app.usecases.session import Session


@dataclass(frozen=True)
class Described(Changed):
    """Result of stating fields: the names of those that changed. `warnings` are doubts about the number of a case."""

    changed: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Why:
    """Source of stated values (document, person or file), the reason, and the day from which they hold."""

    source: str
    reason: str = ""
    effective_on: str = ""


@dataclass(frozen=True, kw_only=True)
class LineStated:
    """The total delivered under one line of a case, as a person types it. An empty quantity takes the total back."""

    rsn: str
    quantity: str
    nomenclature: str = ""
    part_number: str = ""
    delivered_on: str = ""


def describe_site(session: Session, site_id: str, values: Mapping[str, str], why: Why) -> Described:
    """State fields of a site (`records.SiteField`); an empty text clears one. Fields that are as known are left out.

    Devices with an open visit to the site get the new record with their next bundle. Raises Refusal
    `permission.denied`, `permission.out_of_scope`, `site.unknown`, `record.nothing`, `record.source_missing`,
    `record.reason_missing` (a known value is changed or cleared), as `records.site_value` and `effective_day` do, and
    `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    session.require(Permission.INVENTORY_IMPORT)
    today = session.now().date()
    stated = {field: site_value(field, text, today) for field, text in values.items()}
    source, reason, effective_on = _checked(why, today)
    with session.writing() as transaction:
        connection = transaction.connection
        require_site(session, connection, site_id)
        record = site_record(connection, site_id)
        changed = {
            field: value
            for field, value in stated.items()
            if value != record.text(field)
            or (value and effective_on and effective_on != record.values[field].effective_on)
        }
        _require_change(changed, {field: record.text(field) for field in changed}, reason)
        transaction.record(
            SiteDescribed(
                observed_at=session.observed_now(),
                site_id=site_id,
                values=changed,
                effective_on=effective_on,
                source=source,
                reason=reason,
            )
        )
        tell_devices(transaction, [site_id])
        return Described(frozenset(transaction.areas), tuple(changed))


def describe_case(
    session: Session,
    case_id: str,
    values: Mapping[str, str],
    why: Why,
    *,
    program: str = "",
    country: str = "",
    lines: Iterable[LineStated] = (),
) -> Described:
    """State fields of a case or license (`records.CaseField`) and totals of its lines; a case that is new is added.

    The program and country of a known case stay. Those of a new one follow from its number where it names them.
    Raises Refusal as `describe_site`, `records.case_of`, `case_value`, `delivered_quantity` and `delivery_day` do,
    `case.program_differs`, `case.country_missing`, `case.line_missing`, and `case.line_repeated` (a line is stated
    twice).
    """
    session.require(Permission.INVENTORY_IMPORT)
    today = session.now().date()
    stated = {field: case_value(field, text, today) for field, text in values.items()}
    source, reason, _ = _checked(why, today)
    line_facts = [_line(case_id, line, today) for line in lines]
    with session.writing() as transaction:
        connection = transaction.connection
        known = _known_case(connection, case_id)
        number, of_program, warnings = case_of(case_id, program or (known.program if known else ""))
        of_country = compact(country) or (known.country if known else _country_of(number, of_program))
        require_case(session, connection, number, of_program, of_country)
        if known and known.program != of_program:
            raise Refusal("case.program_differs", case_id=number, held=known.program, stated=of_program)
        if not of_country:
            raise Refusal("case.country_missing", case_id=number)
        changed = {field: value for field, value in stated.items() if known is None or value != known.text(field)}
        held_lines = {line.rsn: line for line in known.lines} if known else {}
        new_lines = [fact for fact in line_facts if differs(fact, held_lines.get(fact[0]))]
        if len({fact[0] for fact in line_facts}) < len(line_facts):
            raise Refusal("case.line_repeated", case_id=number)
        before = {field: known.text(field) for field in changed} if known else {}
        before |= {rsn: "held" for rsn, *_ in new_lines if rsn in held_lines and held_lines[rsn].quantity is not None}
        is_moved = known is not None and known.country != of_country
        if known is not None and not is_moved:
            _require_change([*changed, *(fact[0] for fact in new_lines)], before, reason)
        elif is_moved and not reason:
            raise Refusal("record.reason_missing", fields="country")
        observed_at = session.observed_now()
        facts: list[Fact] = []
        if changed or known is None or is_moved:
            facts.append(
                CaseDescribed(
                    observed_at=observed_at,
                    case_id=number,
                    program=of_program,
                    country=of_country,
                    values=changed,
                    effective_on="",
                    source=source,
                    reason=reason,
                )
            )
        facts += [
            CaseLineDelivered(
                observed_at=observed_at,
                case_id=number,
                rsn=rsn,
                quantity=quantity,
                nomenclature=nomenclature,
                part_number=part_number,
                delivered_on=delivered_on,
                source=source,
                reason=reason,
            )
            for rsn, quantity, nomenclature, part_number, delivered_on in new_lines
        ]
        transaction.record_all(facts)
        names = (*changed, *(f"line {fact[0]}" for fact in new_lines), *(["country"] if is_moved else []))
        return Described(frozenset(transaction.areas), names, warnings)


def tell_devices(transaction: Transaction, site_ids: Iterable[str]) -> None:
    """Copy the records of sites to the devices that have an open visit to them, for their next bundle."""
    connection = transaction.connection
    alive = {row.device for row in all_devices(connection) if not row.ended_by}
    told = awaiting_devices(connection, site_ids)
    for device in sorted(alive & told.keys()):
        transaction.copy_out(device, site_record_facts(connection, told[device]))


Line = tuple[str, int | None, str, str, str]
"""A line as it is recorded: its number, quantity, nomenclature, part number and day of delivery."""


def differs(line: Line, held: CaseLine | None) -> bool:
    """Whether a stated line says something else than the record."""
    if held is None:
        return line[1] is not None
    return line != (held.rsn, held.quantity, held.nomenclature, held.part_number, held.delivered_on)


def _line(case_id: str, line: LineStated, today: date) -> Line:
    rsn = compact(line.rsn)
    if not rsn:
        raise Refusal("case.line_missing", case_id=case_id[:40])
    if not clean(line.quantity):
        return rsn, None, "", "", ""
    quantity = delivered_quantity(line.quantity)
    day = delivery_day(line.delivered_on, today)
    part = compact(short_text(line.part_number, "part_number"))
    return rsn, quantity, short_text(line.nomenclature, "nomenclature"), part, day


def _known_case(connection: Connection, case_id: str) -> CaseRecord | None:
    found = case_records(connection, [case_number(case_id)])
    return found[0] if found else None


def _country_of(number: str, program: str) -> str:
    return case_country(number) if program == Program.GOLDEN_SENTRY else ""


def _checked(why: Why, today: date) -> tuple[str, str, str]:
    source, reason = short_text(why.source, "source"), short_text(why.reason, "reason")
    if not source:
        raise Refusal("record.source_missing")
    return source, reason, effective_day(why.effective_on, today)


def _require_change(changed: Iterable[str], held: Mapping[str, str], reason: str) -> None:
    """Require that something changes, and a reason where a known value is changed or cleared."""
    if not list(changed):
        raise Refusal("record.nothing")
    replaced = sorted(field for field, value in held.items() if value)
    if replaced and not reason:
        raise Refusal("record.reason_missing", fields=", ".join(replaced))
