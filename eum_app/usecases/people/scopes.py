"""Checks that an account's scope (programs, countries) covers what it changes; see `people.Scope`.

Reads are already limited by `Session.reading`. A transaction sees every record, so use cases that write call these
checks. An account with an unlimited scope costs no query, so unknown ids then pass: refuse them elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from db.bounds import outside
from db.queries.findings import FindingRow
from db.queries.items import item, site
from db.queries.records import case_records
from db.queries.visits import is_closed, visit
from db.store import Connection
from eum_app.domain.errors import Refusal
from eum_app.usecases.session import Session


def require_visit(session: Session, connection: Connection, visit_id: str) -> None:
    """Require that a visit is in the account's scope.

    Raises Refusal `permission.out_of_scope`, and for a limited account `visit.unknown`.
    """
    if outside(connection, session.scope, "visit", [visit_id]):
        row = visit(connection, visit_id)
        raise _refusal(session, row.program, row.country)


def require_open_visit(session: Session, connection: Connection, visit_id: str) -> None:
    """As `require_visit`, and require that the visit is not closed out: signed records must not change.

    Raises Refusal `permission.out_of_scope`, `visit.unknown`, `visit.closed`.
    """
    require_visit(session, connection, visit_id)
    require_not_closed(visit_id, is_closed=is_closed(connection, visit_id))


def require_not_closed(visit_id: str, *, is_closed: bool) -> None:
    """Raise Refusal `visit.closed` if the visit is closed out."""
    if is_closed:
        raise Refusal("visit.closed", visit_id=visit_id[:40])


def require_site(session: Session, connection: Connection, site_id: str) -> None:
    """Require that a site is in the account's scope.

    Raises Refusal `permission.out_of_scope`, and for a limited account `site.unknown`.
    """
    if outside(connection, session.scope, "site", [site_id]):
        raise _refusal(session, country=site(connection, site_id).country)


def require_case(session: Session, connection: Connection, case_id: str, program: str, country: str) -> None:
    """Require that a case is in the account's scope, as it is recorded and as it is stated now.

    Raises Refusal `permission.out_of_scope`.
    """
    for record in case_records(connection, [case_id]):
        if not session.scope.covers(program=record.program, country=record.country):
            raise _refusal(session, record.program, record.country)
    if not session.scope.covers(program=program, country=country):
        raise _refusal(session, program, country)


def require_inquiry(session: Session, connection: Connection, inquiry_id: str) -> None:
    """Require that an inquiry is in the account's scope.

    One that is outside is refused as if it did not exist, so that its existence stays hidden (AECA 38(e)). Raises
    Refusal `inquiry.unknown` for an account with a limited scope.
    """
    if outside(connection, session.scope, "inquiry", [inquiry_id]):
        raise Refusal("inquiry.unknown", inquiry_id=inquiry_id[:40])


def require_items(session: Session, connection: Connection, item_ids: Iterable[str]) -> None:
    """Require that all items are in the account's scope.

    Raises Refusal `permission.out_of_scope`, and for a limited account `item.unknown`.
    """
    for item_id in outside(connection, session.scope, "item", item_ids):
        raise _refusal(session, country=item(connection, item_id).country)


def require_finding(session: Session, connection: Connection, row: FindingRow) -> None:
    """Require that a finding is in the account's scope. Raises Refusal `permission.out_of_scope`."""
    if outside(connection, session.scope, "finding", [row.finding_id]):
        raise _refusal(session)


def require_object(session: Session, connection: Connection, object_id: str) -> None:
    """Require that a photo, note or signature belongs to a visit in the account's scope.

    Raises Refusal `permission.out_of_scope`, for a limited account also if the object is unknown.
    """
    if outside(connection, session.scope, "object", [object_id]):
        raise _refusal(session)


def require_program(session: Session, program: str) -> None:
    """Require that a program is in the account's scope. Raises Refusal `permission.out_of_scope`."""
    if not session.scope.covers(program=program):
        raise _refusal(session, program=program)


def require_countries(session: Session, countries: Iterable[str]) -> None:
    """Require that all countries of a list are in scope; an empty text stands for a missing country.

    Raises Refusal `permission.out_of_scope` for the first one, in order of text, that is not.
    """
    for country in sorted(set(countries)):
        if not session.scope.covers(country=country):
            raise _refusal(session, country=country)


def scope_said(session: Session) -> dict[str, str]:
    """Return the account's scope as a filter for reports: `scope` → programs, then countries. Empty if unlimited."""
    bounds = ", ".join((*session.scope.programs, *session.scope.countries))
    return {"scope": bounds} if bounds else {}


def _refusal(session: Session, program: str = "", country: str = "") -> Refusal:
    return Refusal("permission.out_of_scope", account=session.account, program=program, country=country)
