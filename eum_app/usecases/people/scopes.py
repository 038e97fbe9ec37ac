"""What an account's scope (programs, countries) lets it act on; see `people.Scope`. What it reads is bounded already
(`Session.reading`); a use case that writes asks here, since a write sees everything. Nothing is asked of the store
where an account is for all of them."""

from __future__ import annotations

from collections.abc import Iterable

from db.bounds import outside
from db.queries.findings import FindingRow
from db.queries.items import item, site
from db.queries.visits import is_closed, visit
from db.store import Connection
from eum_app.domain.errors import Refusal
from eum_app.usecases.session import Session


def require_visit(session: Session, connection: Connection, visit_id: str) -> None:
    """Raises Refusal `permission.out_of_scope`, `visit.unknown`."""
    if outside(connection, session.scope, "visit", [visit_id]):
        row = visit(connection, visit_id)
        raise _refusal(session, row.program, row.country)


def require_open_visit(session: Session, connection: Connection, visit_id: str) -> None:
    """As `require_visit`, and the visit is not closed out: what its people signed for stays as it is.

    Raises Refusal `permission.out_of_scope`, `visit.unknown`, `visit.closed`.
    """
    require_visit(session, connection, visit_id)
    if is_closed(connection, visit_id):
        raise Refusal("visit.closed", visit_id=visit_id[:40])


def require_site(session: Session, connection: Connection, site_id: str) -> None:
    """Raises Refusal `permission.out_of_scope`, `site.unknown`."""
    if outside(connection, session.scope, "site", [site_id]):
        raise _refusal(session, country=site(connection, site_id).country)


def require_items(session: Session, connection: Connection, item_ids: Iterable[str]) -> None:
    """Raises Refusal `permission.out_of_scope`, `item.unknown`."""
    for item_id in outside(connection, session.scope, "item", item_ids):
        raise _refusal(session, country=item(connection, item_id).country)


def require_finding(session: Session, connection: Connection, row: FindingRow) -> None:
    """Raises Refusal `permission.out_of_scope`."""
    if outside(connection, session.scope, "finding", [row.finding_id]):
        raise _refusal(session)


def require_object(session: Session, connection: Connection, object_id: str) -> None:
    """A photo, note or signature; where the account has a scope, it must be known to be one of a visit there. Raises
    Refusal `permission.out_of_scope`."""
    if outside(connection, session.scope, "object", [object_id]):
        raise _refusal(session)


def require_countries(session: Session, countries: Iterable[str]) -> None:
    """What a list covers; an empty text is a country that nobody named. Raises Refusal `permission.out_of_scope`."""
    for country in sorted(set(countries)):
        session.require_in_scope(country=country)


def scope_said(session: Session) -> dict[str, str]:
    """What a report made by this account was bounded to, as one of its filters."""
    bounds = ", ".join((*session.scope.programs, *session.scope.countries))
    return {"scope": bounds} if bounds else {}


def _refusal(session: Session, program: str = "", country: str = "") -> Refusal:
    return Refusal("permission.out_of_scope", account=session.account, program=program, country=country)
