"""Apply facts about the records of sites and cases. A row is written once under its entry, so no order matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.site_tables import case_lines, case_values, cases, site_values
from eum_app.domain import facts as f
from eum_app.domain.journal import Entry


def _provenance(entry: Entry, fact: Any, known_at: int) -> dict[str, Any]:
    return {
        **plain(fact, "source", "reason", "import_id", "line", "observed_at"),
        "effective_on": fact.delivered_on if isinstance(fact, f.CaseLineDelivered) else fact.effective_on,
        "actor": entry.actor,
        "origin": entry.origin,
        "epoch": entry.epoch,
        "seq": entry.seq,
        "order_key": key_of(entry, fact),
        "known_at": known_at,
    }


def _fields(noted: Sequence[Noted], key: str) -> list[dict[str, Any]]:
    return [
        {key: getattr(fact, key), "field": field, "value": value, **_provenance(entry, fact, known_at)}
        for entry, fact, known_at in noted
        for field, value in fact.values.items()
    ]


def apply_sites(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert the stated values of sites."""
    put(connection, site_values, _fields(noted, "site_id"))


def apply_cases(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert cases, of which the newest fact counts, and their stated values."""
    rows = [
        {**plain(fact, "case_id", "program", "country"), "order_key": key_of(entry, fact)} for entry, fact, _ in noted
    ]
    put(connection, cases, rows)
    put(connection, case_values, _fields(noted, "case_id"))


def apply_lines(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert the stated totals of case lines."""
    names = ("case_id", "rsn", "quantity", "nomenclature", "part_number", "delivered_on")
    rows = [{**plain(fact, *names), **_provenance(entry, fact, known_at)} for entry, fact, known_at in noted]
    put(connection, case_lines, rows)


APPLIERS: Final[Appliers] = {
    f.SiteDescribed: apply_sites,
    f.CaseDescribed: apply_cases,
    f.CaseLineDelivered: apply_lines,
}
