"""Plan a visit at HQ; the device receives only what it needs to know."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from db.bounds import outside
from db.queries.checklists import all_checklists
from db.queries.dispositions import GoneItem, facts_about, gone_at
from db.queries.items import item_ids_at, items_by_id, listed_facts, site, site_facts
from db.queries.people import all_devices
from db.queries.records import case_record_facts, site_record_facts
from db.store import Connection
from eum_app.domain.checklist_file import shipped_checklists as shipped_checklists
from eum_app.domain.checklists import Checklist
from eum_app.domain.clock import parse_date
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ChecklistPin, ChecklistPublished, Fact, VisitPlanned
from eum_app.domain.people import Permission
from eum_app.domain.visit_kinds import VISIT_KINDS, Listing, VisitKind, require_kind
from eum_app.usecases.changes import Changed
from eum_app.usecases.deficiencies.tell import facts_for_visit
from eum_app.usecases.people.scopes import require_items, require_program, require_site
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.visits.record_check import pin_of


@dataclass(frozen=True)
class PlannedVisit(Changed):
    """Result of planning a visit."""

    visit_id: str
    expected: int
    gone: tuple[GoneItem, ...] = ()
    """Items on the site's book that are reported as gone, and so are not expected."""


_DEFAULTS: Final = {"item": "item-general-neutral", "site": "site-physical-security-neutral"}


def proposed_pin(purpose: str, applies_to: str) -> ChecklistPin:
    """Return the checklist that is proposed for a kind of visit: its first one, or the general one.

    An unknown kind gets the general one; planning it is refused.
    """
    kind = VISIT_KINDS.get(purpose)
    offered = (kind.item_checklists if applies_to == "item" else kind.site_checklists) if kind else ()
    wanted = offered[0] if offered else _DEFAULTS[applies_to]
    return next(pin_of(one) for one in reversed(shipped_checklists()) if one.checklist_id == wanted)


def plan_visit(
    session: Session,
    *,
    site_id: str,
    due_on: str,
    device: str,
    inspector: str,
    item_checklist: ChecklistPin,
    site_checklist: ChecklistPin,
    purpose: str = "annual_inventory",
    program: str = "",
    item_ids: Sequence[str] | None = None,
    sample: int | None = None,
) -> PlannedVisit:
    """Plan a visit of a kind (`VISIT_KINDS`) to one site, with a snapshot of the expected items.

    Without a list of items, all items on the site's book that are in the account's scope are expected, except those
    reported as gone (`STOPS_CLOCK`). Listed items may be of other sites, or gone. In both cases the device also gets
    the site's gone items that are not expected, and the result names them. A kind that does not want every item takes
    a `sample` of so many of them instead (0: none), drawn by the visit's id (`drawn`); a kind without items expects
    none. A kind that belongs to one program needs no `program`. `due_on` is `YYYY-MM-DD` and may be past; `inspector`
    is a code that need not be known here. The facts that the device needs are copied into its outgoing chain in the
    same transaction; `exchange.seal_for_device` then seals the tasking bundle.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `visit.program`, `visit.purpose`, `date.invalid`,
    `site.unknown`, `visit.device_unknown` (also if its certificates were revoked), `visit.inspector_missing`,
    `visit.no_items` (none, or all are gone), `visit.sample` (not of this kind, or negative), `item.unknown`,
    `item.repeated`, `checklist.unknown`, `visit.checklist` (not one that the kind offers), `fact.not_allowed` (on a
    device); Trouble for disk errors.
    """
    session.require(Permission.VISIT_PLAN)
    kind, of_program = require_kind(purpose, program, day=session.observed_now()[:10])
    if sample is not None and (kind.items is not Listing.SOME or sample < 0):
        raise Refusal("visit.sample", kind=kind.title)
    require_program(session, of_program)
    due_on = parse_date(due_on).isoformat()
    if not inspector.strip():
        raise Refusal("visit.inspector_missing")
    with session.writing() as transaction:
        connection = transaction.connection
        if not any(row.device == device and not row.ended_by for row in all_devices(connection)):
            raise Refusal("visit.device_unknown", device=device)
        require_site(session, connection, site_id)
        site(connection, site_id)  # refuses one that does not exist, which is in the scope of an account without limits
        visit_id = new_id()
        gone = _gone_at(session, connection, site_id, set(item_ids or ()))
        expected = list(item_ids) if item_ids is not None else _items_at(session, connection, site_id, gone)
        if kind.items is Listing.NONE:
            expected = []
        if sample is not None:
            expected = drawn(expected, visit_id, sample)
        if not expected and kind.items is Listing.EVERY:
            raise Refusal("visit.no_items", site_id=site_id)
        if len(expected) > len(set(expected)):
            raise Refusal("item.repeated")
        known = items_by_id(connection, expected)
        for item_id in expected:
            if item_id not in known:
                raise Refusal("item.unknown", item_id=item_id[:40])
        require_items(session, connection, expected)
        observed_at = session.observed_now()
        published = {(pin.checklist_id, pin.version): pin for pin in map(pin_of, all_checklists(connection))}
        site_ids = {row.site_id for row in known.values()} | {site_id}
        told: list[Fact] = [*site_facts(connection, site_ids), *site_record_facts(connection, site_ids)]
        told += case_record_facts(connection, {row.case_id for row in known.values()}, of_program)
        recorded: list[Fact] = []
        for pin, applies_to in ((item_checklist, "item"), (site_checklist, "site")):
            checklist = require_checklist(connection, kind, pin, applies_to)
            fact = ChecklistPublished(observed_at=observed_at, checklist=checklist)
            # HQ publishes a version once. Each device gets it again, since it may never have seen it.
            if (pin.checklist_id, pin.version) not in published:
                recorded.append(fact)
            told.append(fact)
        planned = VisitPlanned(
            observed_at=observed_at,
            visit_id=visit_id,
            program=of_program,
            purpose=kind.purpose,
            site_id=site_id,
            due_on=due_on,
            device=device,
            inspector=inspector.strip(),
            item_checklist=item_checklist,
            site_checklist=site_checklist,
            expected=tuple(expected),
            kind_version=kind.version,
        )
        transaction.record_all([*recorded, planned])
        known_there = [*expected, *(one.item_id for one in gone)]
        about = [*listed_facts(connection, known_there), *facts_about(connection, known_there, device)]
        about += facts_for_visit(connection, site_id)
        transaction.copy_out(device, [*told, *about, planned])
        areas = frozenset(transaction.areas)
    return PlannedVisit(areas, planned.visit_id, len(expected), gone)


def drawn(item_ids: Sequence[str], visit_id: str, number: int) -> list[str]:
    """Return a sample of items, in the order given.

    The order of SHA-384 over visit id and item id decides. The plan names both, so an auditor can repeat the draw, and
    HQ can choose the sample only by planning again, which its journal shows (DOMAIN section 7).
    """

    def lot(item_id: str) -> bytes:
        return hashlib.sha384(f"{visit_id}|{item_id}".encode()).digest()

    chosen = set(sorted(item_ids, key=lot)[:number])
    return [item_id for item_id in item_ids if item_id in chosen]


def _gone_at(session: Session, connection: Connection, site_id: str, wanted: Collection[str]) -> tuple[GoneItem, ...]:
    """Return the site's items in this account's scope that are reported as gone and were not asked for."""
    found = [one for one in gone_at(connection, site_id) if one.item_id not in wanted]
    foreign = set(outside(connection, session.scope, "item", [one.item_id for one in found]))
    return tuple(one for one in found if one.item_id not in foreign)


def _items_at(session: Session, connection: Connection, site_id: str, gone: Iterable[GoneItem]) -> list[str]:
    """Return the items on the site's book that are in this account's scope and not gone."""
    left_out = {one.item_id for one in gone}
    ids = [item_id for item_id in item_ids_at(connection, site_id) if item_id not in left_out]
    foreign = set(outside(connection, session.scope, "item", ids))
    return [item_id for item_id in ids if item_id not in foreign]


def require_checklist(connection: Connection, kind: VisitKind, pin: ChecklistPin, applies_to: str) -> Checklist:
    """Return a checklist, published or shipped, that the kind of visit uses for its items or its site.

    Raises Refusal `checklist.unknown` (also for one about the other), `visit.checklist`.
    """
    for checklist in (*all_checklists(connection), *shipped_checklists()):
        if pin_of(checklist) == pin:
            if checklist.applies_to != applies_to:
                break
            if not kind.offers(pin.checklist_id, applies_to):
                raise Refusal("visit.checklist", checklist_id=pin.checklist_id, kind=kind.title)
            return checklist
    raise Refusal("checklist.unknown", checklist_id=pin.checklist_id, version=pin.version)
