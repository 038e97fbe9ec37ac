"""Orders to withhold content, and the devices that hold it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.doubt_tables import withholdings, withholdings_asked
from db.tables import evidence, visits


@dataclass(frozen=True)
class WithholdingAskedRow:
    """A request to withhold an object."""

    request_id: str
    object_id: str
    reason: str
    asked_by: str
    asked_at: str
    signature: bytes = b""


@dataclass(frozen=True)
class WithholdingRow:
    """An order by two people to withhold an object."""

    object_id: str
    reason: str
    asked_by: str
    confirmed_by: str
    withheld_at: str


def object_of(connection: Connection, number: str) -> str:
    """Return the object with this commitment, or `number` itself if no known commitment matches."""
    known = connection.execute(select(evidence.c.object_id).where(evidence.c.commitment == number)).scalar()
    return known or number


def withholding_asked(connection: Connection, request_id: str) -> WithholdingAskedRow | None:
    """Return a request to withhold, or None."""
    return next((row for row in _asked(connection) if row.request_id == request_id), None)


def withholdings_open(connection: Connection) -> list[WithholdingAskedRow]:
    """Return the requests for objects that no order withholds yet, oldest first."""
    done = set(connection.execute(select(withholdings.c.object_id)).scalars())
    return [row for row in _asked(connection) if row.object_id not in done]


def _asked(connection: Connection) -> list[WithholdingAskedRow]:
    rows = connection.execute(select(withholdings_asked).order_by(withholdings_asked.c.order_key))
    names = ("request_id", "object_id", "reason", "asked_by", "asked_at", "signature")
    return [WithholdingAskedRow(**{name: row._mapping[name] for name in names}) for row in rows]


def withholding(connection: Connection, object_id: str) -> WithholdingRow | None:
    """Return the order that withholds an object, or None."""
    row = connection.execute(select(withholdings).where(withholdings.c.object_id == object_id)).first()
    if row is None:
        return None
    return WithholdingRow(row.object_id, row.reason, row.asked_by, row.confirmed_by, row.withheld_at)


def device_of_content(connection: Connection, object_id: str) -> list[str]:
    """Return the devices whose visits name an object, sorted."""
    question = (
        select(visits.c.device)
        .join(evidence, evidence.c.visit_id == visits.c.visit_id)
        .where(evidence.c.object_id == object_id)
        .distinct()
        .order_by(visits.c.device)
    )
    return list(connection.execute(question).scalars())
