"""Deficiencies: fact → read tables. Each row is written once under its id and origin, or the newest fact wins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from db.deficiency_tables import deficiencies, deficiency_corrections, deficiency_ends, deficiency_follow_ups
from db.projection.closings import evidence_row, touch
from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.tables import evidence
from eum_app.domain import facts as f
from eum_app.domain.visits import DEFICIENCY_ROLE

_STATED: Final = tuple(name for name in f.DeficiencyStated.__struct_fields__ if name not in {"observed_at", "photos"})
_CORRECTED: Final = ("correction_id", "deficiency_id", "visit_id", "what", "corrected_on", "corrected_by")
_PROOF: Final = ("document_name", "no_document_reason")


def _made(note: Noted) -> dict[str, Any]:
    entry, fact, _ = note
    return {
        "origin": entry.origin,
        "stated_at": fact.observed_at,
        "actor": entry.actor,
        "epoch": entry.epoch,
        "seq": entry.seq,
        "order_key": key_of(entry, fact),
    }


def apply_stated(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert deficiencies, with their photos as evidence of the visit."""
    rows = [{**plain(note[1], *_STATED), "photos": len(note[1].photos), **_made(note)} for note in noted]
    put(connection, deficiencies, rows)
    _put_photos(connection, noted)
    _touch_visits(connection, noted)


def apply_followed_up(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert what visits say of deficiencies that they did not find corrected; the newest of each visit counts."""
    names = ("deficiency_id", "visit_id", "state", "reason")
    put(connection, deficiency_follow_ups, [{**plain(note[1], *names), **_made(note)} for note in noted])
    _touch_visits(connection, noted)


def apply_corrected(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert corrections, with their photos as evidence of the visit."""
    rows = [
        {
            **plain(note[1], *_CORRECTED, *_PROOF),
            "document": msgspec.json.encode(note[1].document).decode() if note[1].document else "",
            "photos": len(note[1].photos),
            **_made(note),
        }
        for note in noted
    ]
    put(connection, deficiency_corrections, rows)
    _put_photos(connection, noted)
    _touch_visits(connection, noted)


def _end(connection: Connection, noted: Sequence[Noted], *, is_hq: bool) -> None:
    names = ("record_id", "deficiency_id", "reason")
    rows = [
        {**plain(note[1], *names), "is_hq": is_hq, "visit_id": getattr(note[1], "visit_id", ""), **_made(note)}
        for note in noted
    ]
    put(connection, deficiency_ends, rows)
    if not is_hq:
        _touch_visits(connection, noted)


def _put_photos(connection: Connection, noted: Sequence[Noted]) -> None:
    photos = [
        evidence_row(fact.visit_id, "", f"{DEFICIENCY_ROLE}{fact.deficiency_id}", photo, key_of(entry, fact))
        for entry, fact, _ in noted
        for photo in fact.photos
    ]
    put(connection, evidence, photos)


def _touch_visits(connection: Connection, noted: Sequence[Noted]) -> None:
    """Note the facts that visits state: one after the close-out voids the signatures."""
    at_visits = [note for note in noted if note[1].visit_id]
    if at_visits:
        touch(connection, at_visits)


APPLIERS: Final[Appliers] = {
    f.DeficiencyStated: apply_stated,
    f.DeficiencyFollowedUp: apply_followed_up,
    f.DeficiencyCorrected: apply_corrected,
    f.DeficiencyWithdrawn: partial(_end, is_hq=False),
    f.DeficiencySetAside: partial(_end, is_hq=True),
}
