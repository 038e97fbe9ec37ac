"""Close-outs, and the newest fact of each visit, which decides whether a close-out holds: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from db.projection.rows import Appliers, Noted, insert_into, key_of, put, run
from db.tables import evidence, visit_marks
from eum_app.domain import facts as f
from eum_app.domain.visits import STATEMENT_ROLE


def evidence_row(visit_id: str, check_id: str, role: str, content: f.ContentRef, key: str) -> dict[str, Any]:
    """Return the row of one piece of content that a fact names."""
    return {
        "object_id": content.object_id,
        "visit_id": visit_id,
        "check_id": check_id,
        "role": role,
        "commitment": content.commitment,
        "size": content.size,
        "media_type": content.media_type,
        "order_key": key,
    }


def touch(connection: Connection, noted: Sequence[Noted]) -> None:
    """Update the place of the newest fact of each visit, by origin, from one or more facts.

    A fact after the close-out voids the signatures.
    """
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    for entry, fact, _ in noted:
        at, place = (fact.visit_id, entry.origin), (entry.epoch, entry.seq)
        if place > newest.get(at, (0, 0)):
            newest[at] = place
    rows = [
        {"visit_id": visit, "origin": origin, "touched_key": _place(*place)}
        for (visit, origin), place in newest.items()
    ]
    run(connection, _newest_wins(connection.dialect.name, "touched_key"), rows)


def _place(epoch: int, seq: int) -> str:
    """Return text that sorts like the entries of one origin, whatever its clock did."""
    return f"{epoch:06d}|{seq:012d}"


@cache
def _newest_wins(dialect: str, key: str, *columns: str) -> Any:
    """Return the statement that sets `key` and `columns` of a visit and origin, unless a newer key is there."""
    insert = insert_into(dialect, visit_marks)
    return insert.on_conflict_do_update(
        index_elements=["visit_id", "origin"],
        set_={name: insert.excluded[name] for name in (key, *columns)},
        where=insert.excluded[key] > visit_marks.c[key],
    )


def apply_closings(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert close-outs, with their signatures and statement as evidence.

    The one that is latest in its chain wins for each visit and origin.
    """
    statement = _newest_wins(connection.dialect.name, "closed_key", "closed_at", "closed_by", "closed_body")
    for entry, fact, _ in noted:
        row = {
            "visit_id": fact.visit_id,
            "origin": entry.origin,
            "closed_key": _place(entry.epoch, entry.seq),
            "closed_at": fact.observed_at,
            "closed_by": entry.actor,
            "closed_body": msgspec.json.encode(fact),
        }
        connection.execute(statement, [row])
        signed = [
            evidence_row(fact.visit_id, "", f"{part}:{signature.party}", content, key_of(entry, fact))
            for signature in fact.signatures
            for part, content in (("signature", signature.signature), ("signer", signature.signer))
            if content is not None
        ]
        if fact.statement is not None:
            signed.append(evidence_row(fact.visit_id, "", STATEMENT_ROLE, fact.statement, key_of(entry, fact)))
        put(connection, evidence, signed)


def apply_reopenings(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert reopenings; the one that is latest in its chain wins for each visit and origin.

    Each voids the close-out before it.
    """
    statement = _newest_wins(connection.dialect.name, "reopened_key", "reopened_at", "reopened_by", "reopened_reason")
    for entry, fact, _ in noted:
        row = {
            "visit_id": fact.visit_id,
            "origin": entry.origin,
            "reopened_key": _place(entry.epoch, entry.seq),
            "reopened_at": fact.observed_at,
            "reopened_by": entry.actor,
            "reopened_reason": fact.reason,
        }
        connection.execute(statement, [row])
    touch(connection, noted)


APPLIERS: Final[Appliers] = {
    f.VisitClosedOut: apply_closings,
    f.VisitReopened: apply_reopenings,
}
