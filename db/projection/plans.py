"""Visits as HQ planned them or a device started them, and their adoption: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, exists, func, select, update

from db.adoption_tables import visit_adoptions
from db.projection.dispositions import recount_of_visit
from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.projection.visits import recount_visit
from db.queries.checks import OWN_NAME
from db.tables import visit_items, visits
from eum_app.domain import facts as f
from eum_app.domain.visits import TO_CHECK


def apply_visits(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert planned visits and their expected items, and recount the items' outcomes.

    The newest plan of a visit wins; items that only an older one expected stay.
    """
    for note in noted:
        _, fact, _ = note
        _put_visit(connection, note, plain(fact, "due_on", "device", "inspector"))


def apply_started(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert visits that a device started, and their expected items. Elsewhere, they are pending until HQ adopts them.

    HQ admits only one start of each visit (`receive_at_hq`).
    """
    for note in noted:
        entry, fact, _ = note
        stated = {
            "due_on": "",
            "device": entry.origin,
            "inspector": entry.actor,
            "is_unplanned": True,
            "is_pending": True,
            "stated_site_id": fact.site_id,
            "site_name": fact.site_name,
            "site_country": fact.country,
        }
        _put_visit(connection, note, stated)


def apply_adoptions(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert adoptions; the newest of a visit wins, and gives an unplanned visit its site."""
    for entry, fact, _ in noted:
        row = {
            **plain(fact, "visit_id", "site_id", "comment"),
            "adopted_at": fact.observed_at,
            "adopted_by": entry.actor,
            "order_key": key_of(entry, fact),
        }
        put(connection, visit_adoptions, [row])
        connection.execute(_adopt(), {"of_visit": fact.visit_id})
        recount_of_visit(connection, fact.visit_id)


@cache
def _adopt() -> Any:
    site_id = select(visit_adoptions.c.site_id).where(visit_adoptions.c.visit_id == visits.c.visit_id).scalar_subquery()
    is_adopted = exists().where(visit_adoptions.c.visit_id == visits.c.visit_id)
    return (
        update(visits)
        .where(visits.c.visit_id == bindparam("of_visit"), visits.c.is_unplanned)
        .values(
            site_id=func.coalesce(site_id, visits.c.stated_site_id),
            is_pending=and_(~is_adopted, visits.c.device != OWN_NAME),
        )
    )


def _put_visit(connection: Connection, note: Noted, fields: dict[str, Any]) -> None:
    entry, fact, _ = note
    row = {
        "is_unplanned": False,
        "is_pending": False,
        **dict.fromkeys(("stated_site_id", "site_name", "site_country"), ""),
        **plain(fact, "visit_id", "program", "purpose", "site_id", "kind_version"),
        "item_checklist_id": fact.item_checklist.checklist_id,
        "item_checklist_version": fact.item_checklist.version,
        "site_checklist_id": fact.site_checklist.checklist_id,
        "site_checklist_version": fact.site_checklist.version,
        "expected": len(fact.expected),
        "planned_at": fact.observed_at,
        "planned_by": entry.actor,
        "order_key": key_of(entry, fact),
        **fields,
    }
    put(connection, visits, [row])
    expected = [
        {
            "visit_id": fact.visit_id,
            "item_id": item_id,
            "position": position,
            "outcome": TO_CHECK,
            "check_id": "",
            "outcome_key": "",
        }
        for position, item_id in enumerate(fact.expected)
    ]
    put(connection, visit_items, expected)
    connection.execute(recount_visit(), {"of_visit": fact.visit_id})
    connection.execute(_adopt(), {"of_visit": fact.visit_id})
    recount_of_visit(connection, fact.visit_id)


APPLIERS: Final[Appliers] = {
    f.VisitPlanned: apply_visits,
    f.VisitStarted: apply_started,
    f.VisitAdopted: apply_adoptions,
}
