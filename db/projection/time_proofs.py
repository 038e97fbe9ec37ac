"""Proof of time: fact → read tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from db.projection.rows import Appliers, Noted, key_of, plain, put
from db.time_tables import time_authorities, time_proofs, time_requests
from eum_app.domain import facts as f
from eum_app.domain.journal import Entry

_HEAD: Final = ("head_origin", "head_epoch", "head_seq", "head_hash", "head_signer", "head_signature")
_ABOUT: Final = ("imprint", "subject", "about", *_HEAD)


def _by(entry: Entry, fact: f.Fact) -> dict[str, str]:
    return {"recorder": entry.origin, "order_key": key_of(entry, fact)}


def apply_authorities(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert time authorities; the newest fact of each decides whether it is trusted."""
    names = ("fingerprint", "name", "certificate", "is_trusted")
    put(
        connection,
        time_authorities,
        [{**plain(fact, *names), **_by(entry, fact)} for entry, fact, _ in noted],
    )


def apply_requests(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert requests; the newest about the same signature wins."""
    rows = [
        {
            **plain(fact, *_ABOUT, "file_name"),
            "requested_at": fact.observed_at,
            **_by(entry, fact),
        }
        for entry, fact, _ in noted
    ]
    put(connection, time_requests, rows)


def apply_proofs(connection: Connection, noted: Sequence[Noted]) -> None:
    """Insert answers; one that is added twice is one row."""
    names = (*_ABOUT, "proved_at", "authority", "answer")
    put(
        connection,
        time_proofs,
        [{**plain(fact, *names), **_by(entry, fact)} for entry, fact, _ in noted],
    )


APPLIERS: Final[Appliers] = {
    f.TimeAuthorityTrusted: apply_authorities,
    f.TimeRequested: apply_requests,
    f.TimeProved: apply_proofs,
}
