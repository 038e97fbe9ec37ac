"""What an account's scope (programs, countries) lets it touch; see `people.Scope`. Nothing is asked of the store where
an account is for all of them."""

from __future__ import annotations

from collections.abc import Iterable

from db.queries.findings import FindingRow
from db.queries.items import items_by_id
from db.queries.visits import visit
from db.store import Connection
from eum_app.usecases.session import Session


def require_visit(session: Session, connection: Connection, visit_id: str) -> None:
    """Raises Refusal `permission.out_of_scope`, `visit.unknown`."""
    if session.scope.is_bounded:
        row = visit(connection, visit_id)
        session.require_in_scope(program=row.program, country=row.country)


def require_items(session: Session, connection: Connection, item_ids: Iterable[str]) -> None:
    """Raises Refusal `permission.out_of_scope`."""
    if session.scope.countries:
        for row in items_by_id(connection, item_ids).values():
            session.require_in_scope(country=row.country)


def require_finding(session: Session, connection: Connection, row: FindingRow) -> None:
    """Raises Refusal `permission.out_of_scope`."""
    if row.visit_id:
        require_visit(session, connection, row.visit_id)
    elif row.item_id:
        require_items(session, connection, [row.item_id])


def require_countries(session: Session, countries: Iterable[str]) -> None:
    """What a list or a report covers; an empty text stands for all. Raises Refusal `permission.out_of_scope`."""
    for country in sorted(set(countries)):
        session.require_in_scope(country=country)
