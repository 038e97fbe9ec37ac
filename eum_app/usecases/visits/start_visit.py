"""Start a visit in the field without tasking; HQ adopts it when its bundle has arrived."""

from __future__ import annotations

from dataclasses import dataclass

from db.queries.attribution import started_by
from db.queries.deficiencies import ids_touched_at
from db.queries.dispositions import gone_at
from db.queries.items import item_ids_at, site
from db.queries.visits import visit, work_ids
from db.store import Connection
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ChecklistPin, SiteRegistered, VisitAdopted, VisitStarted
from eum_app.domain.people import Permission
from eum_app.domain.visit_kinds import Listing, VisitKind, require_kind
from eum_app.usecases.changes import Changed
from eum_app.usecases.deficiencies.tell import facts_for_visit, tell_devices
from eum_app.usecases.people.scopes import (
    require_countries,
    require_items,
    require_program,
    require_site,
    require_visit,
)
from eum_app.usecases.review.findings import judge, record_judgement
from eum_app.usecases.review.own_work import is_by
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.visits.plan_visit import proposed_pin, require_checklist

MAX_SITE_CHARS = 200
MAX_COUNTRY_CHARS = 40
MAX_COMMENT_CHARS = 1_000


@dataclass(frozen=True)
class StartedVisit(Changed):
    """Result of starting a visit."""

    visit_id: str
    expected: int


@dataclass(frozen=True)
class AdoptedVisit(Changed):
    """Result of adopting a visit."""

    visit_id: str
    site_id: str


def start_visit(
    session: Session,
    *,
    purpose: str,
    site_id: str = "",
    site_name: str = "",
    country: str = "",
    program: str = "",
    item_checklist: ChecklistPin | None = None,
    site_checklist: ChecklistPin | None = None,
    has_list: bool = True,
) -> StartedVisit:
    """Start a visit on this device: at a site that it knows, or at another one, of which a name and country are stated.

    Expected are the items that the device holds for the site and that are not gone; none without `has_list`, at
    another site, and for a kind without items. The account is the inspector. Without a checklist, the one of the kind
    is used. At HQ the visit is shown as unplanned, and counts once a reviewer adopts it.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `visit.start_at_hq`, `visit.program`,
    `visit.purpose`, `visit.site_name` (none, too long or not printable), `site.unknown`, `checklist.unknown`,
    `visit.checklist`, `store.copied`; Trouble for disk errors.
    """
    session.require(Permission.VISIT_WORK)
    if session.is_hq:
        raise Refusal("visit.start_at_hq")
    # The clock of a device may be wrong, so a date does not keep an inspector from starting: HQ sees the version.
    kind, of_program = require_kind(purpose, program)
    require_program(session, of_program)
    with session.writing() as transaction:
        connection = transaction.connection
        if site_id:
            require_site(session, connection, site_id)
            known = site(connection, site_id)
            name, where = known.name, known.country
        else:
            name, where = _place(site_name, country)
            require_countries(session, [where])
        expected = _held_at(connection, site_id) if site_id and has_list and kind.items is not Listing.NONE else []
        require_items(session, connection, expected)
        started = VisitStarted(
            observed_at=session.observed_now(),
            visit_id=new_id(),
            program=of_program,
            purpose=kind.purpose,
            kind_version=kind.version,
            site_id=site_id or new_id(),
            site_name=name,
            country=where,
            item_checklist=_pin(connection, kind, item_checklist, "item"),
            site_checklist=_pin(connection, kind, site_checklist, "site"),
            expected=tuple(expected),
        )
        transaction.record(started)
        return StartedVisit(frozenset(transaction.areas), started.visit_id, len(expected))


def adopt_visit(session: Session, visit_id: str, site_id: str = "", comment: str = "") -> AdoptedVisit:
    """Adopt a visit that a device started. From then on its checks count, and its findings are raised.

    It took place at the site `site_id` of the book; without one, the site that the device named is registered as new.
    The device learns of both, and of the site's deficiencies. Other devices with an open visit to the site learn of the
    deficiencies that this visit states or corrects. A person cannot adopt their own visit: HQ's links and the keys
    decide whose account of the device it was (`usecases.review.own_work`), not the name that the device writes. The
    items that the device expected must be in the account's scope: adopting must not open items to it.

    Raises Refusal `permission.denied`, `permission.out_of_scope`, `visit.unknown`, `visit.not_started` (planned by HQ,
    or adopted), `visit.own_adoption`, `visit.site_name` (the device named none that can be registered), `site.unknown`,
    `note.too_long`, `fact.not_allowed` (on a device); Trouble for disk errors.
    """
    session.require(Permission.VISIT_PLAN)
    if len(comment) > MAX_COMMENT_CHARS:
        raise Refusal("note.too_long", limit=MAX_COMMENT_CHARS)
    with session.writing() as transaction:
        connection = transaction.connection
        row = visit(connection, visit_id)
        require_visit(session, connection, visit_id)
        if not row.is_pending:
            raise Refusal("visit.not_started", site=row.site)
        if is_by(session, connection, started_by(connection, visit_id)):
            raise Refusal("visit.own_adoption", account=session.account)
        require_program(session, row.program)
        require_items(session, connection, work_ids(connection, visit_id))
        now = session.observed_now()
        registered = []
        if site_id:
            require_site(session, connection, site_id)
            site(connection, site_id)
        elif row.is_known_site:
            site_id = row.site_id
        else:
            name, where = _place(row.site, row.country)
            require_countries(session, [where])
            site_id = new_id()
            registered = [SiteRegistered(observed_at=now, site_id=site_id, name=name, country=where)]
        adopted = VisitAdopted(observed_at=now, visit_id=visit_id, site_id=site_id, comment=comment.strip())
        transaction.record_all([*registered, adopted])
        record_judgement(transaction, judge(connection, [visit_id], now))
        transaction.copy_out(row.device, [*registered, adopted, *facts_for_visit(connection, site_id)])
        # Its deficiencies count from now on, so devices with a visit to the site have to ask for them.
        tell_devices(transaction, ids_touched_at(connection, [visit_id]), sender=row.device)
        return AdoptedVisit(frozenset(transaction.areas), visit_id, site_id)


def _place(site_name: str, country: str) -> tuple[str, str]:
    name, where = site_name.strip(), country.strip().upper()
    is_short = len(name) <= MAX_SITE_CHARS and len(where) <= MAX_COUNTRY_CHARS
    if not (name and where and is_short and (name + where).isprintable()):
        raise Refusal("visit.site_name", limit=MAX_SITE_CHARS)
    return name, where


def _held_at(connection: Connection, site_id: str) -> list[str]:
    gone = {one.item_id for one in gone_at(connection, site_id)}
    return [item_id for item_id in item_ids_at(connection, site_id) if item_id not in gone]


def _pin(connection: Connection, kind: VisitKind, chosen: ChecklistPin | None, applies_to: str) -> ChecklistPin:
    pin = chosen or proposed_pin(kind.purpose, applies_to)
    require_checklist(connection, kind, pin, applies_to)
    return pin
