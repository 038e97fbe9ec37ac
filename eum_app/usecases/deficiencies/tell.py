"""Carry the deficiencies of a site over to the devices that visit it."""

from __future__ import annotations

from collections.abc import Iterable

from db.queries.deficiencies import deficiencies_at, deficiencies_by_id, deficiency_facts
from db.queries.people import all_devices
from db.queries.records import awaiting_devices
from db.store import Connection
from db.transaction import Transaction
from eum_app.domain.facts import Fact


def facts_for_visit(connection: Connection, site_id: str) -> list[Fact]:
    """Return the deficiencies of a site as facts for the tasking of a visit there, with what has closed them."""
    return deficiency_facts(deficiencies_at(connection, site_id))


def news_of(connection: Connection, ids: Iterable[str], sender: str = "") -> dict[str, list[Fact]]:
    """Return device → what it has to learn of these deficiencies, for devices with an open visit to their site.

    Left out are the `sender` device, which told HQ, devices whose identity ended, ids that are unknown here, and
    deficiencies of a visit that HQ has not adopted.
    """
    told: dict[str, list[Fact]] = {}
    found = deficiencies_by_id(connection, ids)
    if not found:
        return told
    alive = {row.device for row in all_devices(connection) if not row.ended_by} - {sender}
    awaiting = awaiting_devices(connection, {one.site_id for one in found})
    for one in found:
        facts = deficiency_facts([one])
        if facts:
            for device in alive & awaiting.keys():
                if one.site_id in awaiting[device]:
                    told.setdefault(device, []).extend(facts)
    return told


def tell_devices(transaction: Transaction, ids: Iterable[str], sender: str = "") -> None:
    """Copy deficiencies to the devices of `news_of`, for their next bundle. Raises as `Transaction.copy_out`."""
    for device, facts in sorted(news_of(transaction.connection, ids, sender).items()):
        transaction.copy_out(device, facts)
