"""How the item of a check was identified: the mark, the means, the quality, and the witness."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Column, Connection, and_, select

from db.tables import checks, journal
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import CheckRecorded, MarkRead, decode_fact


@dataclass(frozen=True)
class Reading:
    """How an item was identified, as in `MarkRead`; `quality` is in percent (0 to 100)."""

    read_by: str = ""
    symbology: str = ""
    preparation: str = ""
    quality: int = 0
    entered_twice: bool = False
    no_read_reason: str = ""
    saw: str = ""
    typed_by: str = ""
    page: int = 0
    saw_for: str = ""
    saw_how: str = ""


NO_READING: Final = Reading()
"""The reading where no check was made."""
READING_COLUMNS: tuple[Column[Any], ...] = tuple(checks.c[field.name] for field in fields(Reading))
"""The columns of `checks`, in the order of the fields of `Reading`."""


def mark_read(connection: Connection, check_id: str) -> MarkRead:
    """Return the mark of a check as its fact holds it, raw bytes and elements included.

    Raises Refusal `check.unknown`, also if its fact cannot be read.
    """
    of_check = and_(
        checks.c.check_id == check_id,
        *(checks.c[name] == journal.c[name] for name in ("origin", "epoch", "seq")),
    )
    row = connection.execute(select(journal.c.kind, journal.c.kind_version, journal.c.payload).where(of_check)).first()
    fact = decode_fact(row.kind, row.kind_version, row.payload) if row is not None else None
    if not isinstance(fact, CheckRecorded):
        raise Refusal("check.unknown", check_id=check_id[:40])
    return fact.mark
