"""Deficiencies: of a site, of a visit, and those for which a visit has to ask."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, or_, select

from db.among import among
from db.deficiency_tables import deficiencies, deficiency_corrections
from db.queries.checks import RecordPlace
from db.queries.deficiency_rows import Correction, Deficiency, read_correction, read_deficiencies
from db.queries.visits import is_closed
from db.tables import visits
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import DeficiencyCorrected, DeficiencySetAside, DeficiencyStated, Fact


def all_deficiencies(connection: Connection) -> list[Deficiency]:
    """Return all deficiencies: open ones first, then by due date."""
    return _in_order(read_deficiencies(connection, deficiencies.c.deficiency_id != ""))


def deficiencies_at(connection: Connection, site_id: str) -> list[Deficiency]:
    """Return the deficiencies of a site, corrected and ended ones too: open ones first, then by due date."""
    of_site = or_(
        deficiencies.c.visit_id.in_(select(visits.c.visit_id).where(visits.c.site_id == site_id)),
        deficiencies.c.site_id == site_id,
    )
    return _in_order(one for one in read_deficiencies(connection, of_site) if one.site_id == site_id)


def deficiencies_by_id(connection: Connection, ids: Iterable[str]) -> list[Deficiency]:
    """Return these deficiencies, in no particular order; unknown ids are left out."""
    chosen = among(connection, deficiencies.c.deficiency_id, ids)
    return [one for wanted in chosen for one in read_deficiencies(connection, wanted)]


def deficiency(connection: Connection, deficiency_id: str) -> Deficiency:
    """Return one deficiency. Raises Refusal `deficiency.unknown`."""
    found = deficiencies_by_id(connection, [deficiency_id])
    if not found:
        raise Refusal("deficiency.unknown", deficiency_id=deficiency_id[:40])
    return found[0]


def stated_at_visit(connection: Connection, visit_id: str) -> list[Deficiency]:
    """Return the deficiencies stated at a visit, corrected and ended ones too: open ones first, then by due date."""
    found = read_deficiencies(connection, deficiencies.c.visit_id == visit_id)
    return _in_order(one for one in found if one.visit_id == visit_id)


def carried_over(connection: Connection, visit_id: str) -> list[Deficiency]:
    """Return the deficiencies of a visit's site for which the visit asks: those not stated at it.

    A closed visit has those about which it said something, also if they no longer count. An open one also has those
    that are open now, unless HQ has not adopted their visit. Open ones come first, then by due date. An unknown visit
    has none.
    """
    site_id = connection.execute(select(visits.c.site_id).where(visits.c.visit_id == visit_id)).scalar()
    if site_id is None:
        return []
    asks = not is_closed(connection, visit_id)
    return [
        one
        for one in deficiencies_at(connection, site_id)
        if one.visit_id != visit_id
        and (one.end is None or not asks)
        and (one.is_answered_at(visit_id) or (asks and one.is_open and not one.is_pending))
    ]


def said_at_visit(connection: Connection, visit_id: str) -> list[Deficiency]:
    """Return the deficiencies about which a visit says something that counts: those that it states come first."""
    stated = [one for one in stated_at_visit(connection, visit_id) if one.end is None]
    carried = [one for one in carried_over(connection, visit_id) if one.end is None]
    return stated + [one for one in carried if one.is_answered_at(visit_id)]


def unasked(connection: Connection, visit_id: str) -> list[str]:
    """Return the ids of the deficiencies for which a visit has to ask and has not asked yet."""
    return [one.deficiency_id for one in carried_over(connection, visit_id) if not one.is_answered_at(visit_id)]


def loose_corrections(connection: Connection, visit_id: str) -> list[Correction]:
    """Return the corrections that a visit states of deficiencies that this store does not hold, in no order.

    None of them counts: no deficiency is known that they could close. Their ends are not read.
    """
    known = select(deficiencies.c.deficiency_id)
    loose = select(deficiency_corrections).where(
        deficiency_corrections.c.visit_id == visit_id, deficiency_corrections.c.deficiency_id.not_in(known)
    )
    return [read_correction(row, "", is_of_site=True, is_pending=False) for row in connection.execute(loose)]


def places_of_records(connection: Connection, ids: Iterable[str]) -> dict[str, RecordPlace]:
    """Return id → its place, for those deficiencies and corrections that are held."""
    wanted, found = list(ids), dict[str, RecordPlace]()
    for table, key in (
        (deficiencies, deficiencies.c.deficiency_id),
        (deficiency_corrections, deficiency_corrections.c.correction_id),
    ):
        columns = [key, *(table.c[name] for name in RecordPlace._fields)]
        for chosen in among(connection, key, wanted):
            rows = connection.execute(select(*columns).where(chosen))
            found |= {record_id: RecordPlace(*place) for record_id, *place in rows}
    return found


def ids_touched_at(connection: Connection, visit_ids: Iterable[str]) -> list[str]:
    """Return the ids of the deficiencies that these visits state or correct, sorted."""
    found: set[str] = set()
    wanted = list(visit_ids)
    for table in (deficiencies, deficiency_corrections):
        for chosen in among(connection, table.c.visit_id, wanted):
            found.update(connection.execute(select(table.c.deficiency_id).where(chosen)).scalars())
    return sorted(found)


def deficiency_facts(found: Iterable[Deficiency]) -> list[Fact]:
    """Return deficiencies as facts to be copied to a device, with corrections that count and with their ends.

    Each end is a `DeficiencySetAside`. The facts hold no file of a document, no photo and no visit. Follow-ups are not
    copied, and deficiencies of a visit that HQ has not adopted are left out.
    """
    told: list[Fact] = []
    for one in found:
        if one.is_pending:
            continue
        told.append(
            DeficiencyStated(
                observed_at=one.stated_at,
                deficiency_id=one.deficiency_id,
                visit_id="",
                site_id=one.site_id,
                item_id=one.item_id,
                question_id=one.question_id,
                what=one.what,
                place=one.place,
                severity=one.severity,
                owner=one.owner,
                due_on=one.due_on,
                photos=(),
                list_version=one.list_version,
            )
        )
        told += [_as_fact(one.deficiency_id, correction) for correction in reversed(one.counting)]
        ends = [(one.deficiency_id, one.end), *((each.correction_id, each.end) for each in one.corrections)]
        told += [
            DeficiencySetAside(
                observed_at=end.ended_at, record_id=record_id, deficiency_id=one.deficiency_id, reason=end.reason
            )
            for record_id, end in ends
            if end is not None
        ]
    return told


def _as_fact(deficiency_id: str, one: Correction) -> DeficiencyCorrected:
    return DeficiencyCorrected(
        observed_at=one.stated_at,
        correction_id=one.correction_id,
        deficiency_id=deficiency_id,
        visit_id="",
        what=one.what,
        corrected_on=one.corrected_on,
        corrected_by=one.corrected_by,
        document=None,
        document_name=one.document_name,
        no_document_reason=one.no_document_reason,
        photos=(),
    )


def _in_order(found: Iterable[Deficiency]) -> list[Deficiency]:
    return sorted(found, key=lambda one: (not one.is_open, one.due_on, one.deficiency_id))
